"""Real texts with many near-duplicates: what is found against what brute force says is there."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import dedup
from dedup import Document, Settings, _kernels, minhash
from dedup._kernels import reference, reference_arrays
from dedup._kernels.reference_arrays import Spans, TokenArrays
from dedup.banding import choose_banding
from dedup.blocks import split
from dedup.index import Index, Prepared
from dedup.settings import Unit
from dedup.shingles import tokenize

DATA = Path(__file__).parent / "data"
CORPORA = sorted(path.name for path in DATA.glob("*.jsonl"))


@cache
def load(name: str) -> tuple[Document, ...]:
    """The first documents of a sample."""
    with (DATA / name).open(encoding="utf-8") as lines:
        return tuple(Document(line["id"], line["text"]) for line in map(json.loads, islice(lines, 120)))


def blocks_of(name: str, settings: Settings) -> Iterator[str]:
    """The distinct blocks of a sample that are long enough to be compared."""
    seen = set()
    for document in load(name):
        for start, end in split(document.text, settings):
            words = tuple(tokenize(document.text[start:end]).words())
            if len(words) >= max(settings.min_tokens, settings.shingle_length) and words not in seen:
                seen.add(words)
                yield document.text[start:end]


def brute_force(blocks: list[str], ngram: int, threshold: float) -> dict[tuple[int, int], float]:
    """All pairs of blocks whose Jaccard similarity reaches the threshold, by counting shared shingles of words."""
    sets = []
    for block in blocks:
        words = tokenize(block).words()
        sets.append({tuple(words[i : i + ngram]) for i in range(len(words) - ngram + 1)})
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    found = {}
    for number, shingles in enumerate(sets):
        shared = Counter(other for shingle in shingles for other in holders[shingle])
        for other, common in shared.items():
            similarity = common / (len(shingles) + len(sets[other]) - common)
            if similarity >= threshold:
                found[other, number] = similarity
        for shingle in shingles:
            holders[shingle].append(number)
    return found


def found_by_lsh(blocks: list[str], settings: Settings) -> dict[tuple[int, int], float]:
    """The pairs that the index proposes by their bands and confirms by exact comparison."""
    banding = choose_banding(settings)
    permutations = minhash.Permutations.drawn(banding.num_perm, settings.seed)
    index = Index(settings.changed({"bucket_limit": len(blocks)}), banding, permutations)
    found = {}
    for number, block in enumerate(blocks):
        prepared = Prepared(index.prepare([block]), 0)
        if prepared.block_count() != 1:
            continue
        for match in index.similar(prepared, 0):
            found[int(index.owner(match.entry).document), number] = match.similarity
        index.register([str(number)], number)
        if index.pass_texts(prepared.batch, 0, 1) == 0:
            index.keep(prepared, 0, 0)
            index.commit()
    return found


@pytest.mark.parametrize("threshold", [0.6, 0.8])
@pytest.mark.parametrize("unit", ["paragraph", "document"])
@pytest.mark.parametrize("name", ["gesetze.jsonl", "license_texts.jsonl"])
def test_pairs_found_are_all_right_and_as_many_as_the_s_curve_promises(name: str, unit: Unit, threshold: float) -> None:
    """Precision is 1, similarities are exact, and recall is what bands and rows promise, within four sigma."""
    settings = Settings(unit=unit, threshold=threshold)
    blocks = list(blocks_of(name, settings))
    truth = brute_force(blocks, settings.shingle_length, threshold)
    found = found_by_lsh(blocks, settings.changed({"unit": "document", "ngram": settings.shingle_length}))
    assert len(truth) > 10
    assert found.items() <= truth.items()
    banding = choose_banding(settings)
    probabilities = [banding.candidate_probability(similarity) for similarity in truth.values()]
    promised, variance = sum(probabilities), sum(p * (1 - p) for p in probabilities)
    assert len(found) >= promised - 4 * math.sqrt(variance)


@pytest.mark.parametrize("unit", ["paragraph", "line", "sentence", "document"])
@pytest.mark.parametrize("name", CORPORA)
def test_real_texts_come_out_clean_and_can_be_restored(name: str, unit: Unit) -> None:
    """At every unit: merges are found, cleaning again changes nothing, and every text can be restored."""
    documents = load(name)
    cleaned = list(dedup.clean_corpus(documents, unit=unit))
    if name != "kanripo.jsonl":  # its editions differ by the comments between the lines
        assert any(one.merges for one in cleaned)
    assert [one.text for one in dedup.restore_corpus(cleaned)] == [document.text for document in documents]
    again = [Document(one.id, one.text) for one in cleaned if not one.is_empty]
    assert [one.text for one in dedup.clean_corpus(again, unit=unit)] == [document.text for document in again]


def test_colliding_hashes_make_it_slower_and_never_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same hash for every token all blocks are candidates of one another, and no unlike ones are merged."""
    kernel = reference_arrays.tokenize

    def colliding(text: str, spans: Spans) -> TokenArrays:
        starts, ends, hashes, offsets, folded, folded_ends = kernel(text, spans)
        return starts, ends, np.zeros_like(hashes), offsets, folded, folded_ends

    documents = load("license_texts.jsonl")[:12]
    monkeypatch.setattr(_kernels, "chosen", lambda: reference)
    expected = list(dedup.clean_corpus(documents, jobs=1))
    monkeypatch.setattr(reference_arrays, "tokenize", colliding)
    for one, other in zip(dedup.clean_corpus(documents, jobs=1), expected, strict=True):
        texts = {document.id: document.text for document in documents}
        for merge in one.merges:
            place = merge.canonical
            kept = texts[place.document][place.start : place.end]
            gone = texts[merge.document][merge.start : merge.end]
            assert merge.kind == "near" or tokenize(gone).words() == tokenize(kept).words()
        assert len(one.text) >= len(other.text)
