"""A hundred thousand documents that would be compared all with all: each costs what the others cost."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from dedup import Cleaned, Deduplicator, Document, Settings
from dedup._kernels import chosen_name
from dedup.banding import choose_banding
from dedup.minhash import Permutations, sign
from tests.command import FOX, lines_of, make, succeed

_MANY = 100_000 if chosen_name() == "native" else 1_000  # the reference kernels take a hundred times as long
_SLOWER = 2.0  # the second half may take so many times as long as the first; if work grew with its square, 3
_WHOLE = Settings(unit="document")
_VOCABULARY = [a + b + c for a in "bcdfgk" for b in "aeiou" for c in "lmnr"]


@cache
def _passages() -> str:
    """Five shingles, each with a tiny value under one map of a band: texts with all of them share its bucket."""
    banding, generator = choose_banding(_WHOLE), random.Random(1)
    tried = [" ".join(generator.choices(_VOCABULARY, k=_WHOLE.shingle_length)) for _ in range(20_000)]
    signatures = sign(tried, _WHOLE.shingle_length, Permutations.drawn(banding.num_perm, _WHOLE.seed))
    return ". ".join(tried[int(column.argmin())] for column in signatures.T[: banding.rows])


def _forged(count: int) -> Iterable[str]:
    """Texts of those passages and of thirty words of their own each."""
    generator = random.Random(2)
    return (f"{_passages()}. {' '.join(generator.choices(_VOCABULARY, k=30))}" for _ in range(count))


def _cleaned(deduplicator: Deduplicator, texts: Iterable[str], first: int) -> tuple[list[Cleaned], float]:
    """Clean some texts; with the seconds of the processor that this took."""
    documents = [Document(str(i), text) for i, text in enumerate(texts, first)]
    begun = time.process_time()
    return [deduplicator.add(document) for document in documents], time.process_time() - begun


@pytest.mark.parametrize("unit", ["document", "paragraph"])
def test_identical_documents(unit: str) -> None:
    """Row 27: all but the first go, on the word of the first, and the last ones take no longer than the first ones."""
    with Deduplicator(Settings(unit=unit)) as deduplicator:  # type: ignore[arg-type]  # one of the units
        early, before = _cleaned(deduplicator, [FOX] * (_MANY // 2), 0)
        late, after = _cleaned(deduplicator, [FOX] * (_MANY // 2), _MANY // 2)
        summary = deduplicator.summary
    assert (summary.exact, summary.emptied, summary.kept) == (_MANY - 1, _MANY - 1, len(FOX))
    assert {merge.canonical.document for cleaned in (*early, *late) for merge in cleaned.merges} == {"0"}
    assert after < _SLOWER * before


def test_texts_forged_to_share_a_band() -> None:
    """Row 28: none goes, full buckets are counted, and the last ones take no longer than the first ones."""
    texts = iter(_forged(_MANY))
    with Deduplicator(_WHOLE) as deduplicator:
        _, before = _cleaned(deduplicator, islice(texts, _MANY // 2), 0)
        _, after = _cleaned(deduplicator, texts, _MANY // 2)
        summary = deduplicator.summary
    assert (summary.documents, summary.exact, summary.near, summary.removed) == (_MANY, 0, 0, 0)
    assert summary.oversized_buckets > 0
    assert after < _SLOWER * before


def test_texts_not_forged_share_no_band() -> None:
    """Such texts without the passages fill no bucket: it is the forgery that does."""
    with Deduplicator(_WHOLE) as deduplicator:
        _cleaned(deduplicator, (text.replace(_passages(), "") for text in _forged(1000)), 0)
        assert deduplicator.summary.oversized_buckets == 0


def test_full_buckets_are_told(tmp_path: Path) -> None:
    """Row 28: the summary says how many buckets were full, on the terminal and in the report."""
    make(tmp_path, {"in.jsonl": "".join(json.dumps({"text": text}) + "\n" for text in _forged(400))})
    ended = succeed("clean", "in.jsonl", "--unit", "document", "-o", "out", "--report", "r", folder=tmp_path)
    oversized = lines_of(tmp_path / "r", "summary")[0]["oversized_buckets"]
    assert oversized > 0
    assert f"oversized   {oversized} buckets\n" in ended.err
    assert (tmp_path / "out").read_bytes() == (tmp_path / "in.jsonl").read_bytes()
