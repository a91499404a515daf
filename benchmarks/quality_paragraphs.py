"""Paragraphs: which `ngram` and `threshold` find changed copies, and what they merge that is no copy.

Planted: real paragraphs of four collections, in three classes of length, each a document of its own, and copies of them
with one token in 20 or in 10 replaced. Not planted: German statutes, one version of each, and licence texts as they
are: what merges there as nearly equal, and how many tokens go that only the duplicate had.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quality_edits import Passage, renumbered, substituted
from quality_texts import SEED, Data, has_digit, language_of, paragraphs, words
from rapidfuzz import fuzz
from spans import Found

import dedup
from dedup import Cleaned, Document, Merge, Settings
from dedup.banding import choose_banding

NGRAMS = (1, 2, 3, 4, 5)
THRESHOLDS = (0.6, 0.7, 0.75, 0.8, 0.85)
COLLECTIONS = ("license_texts", "gesetze", "kanripo", "udhr")
SIZES = {"10-20": (10, 20), "20-50": (20, 50), "50+": (50, 200)}
CHANGES = {"verbatim": 0.0, "1 in 20": 0.05, "1 in 10": 0.1, "other numbers": 0.0}
EACH = 100  # paragraphs of one collection and class
TEXTS = 400  # documents of a collection that they are drawn from
LANGUAGES = ("arb", "heb", "hin", "rus", "tha", "jpn", "kor", "fra", "spa", "vie", "tur", "fin", "ell", "kat", "amh")
NOT_PLANTED = {"gesetze": 500, "license_texts": 2500}
SAMPLE = 4
SHORTEST_WORD, LIKE_WORDS = 3, 60  # letters; rapidfuzz's ratio in per cent


@dataclass(frozen=True)
class Copies:
    """Paragraphs and changed copies of them.

    Attributes:
        originals: One document each.
        copies: One document each, with class of length, kind of change and id of the original as fields.
        language: Whose sentences they have.
    """

    originals: Sequence[Document]
    copies: Sequence[Document]
    language: str

    @property
    def corpus(self) -> list[Document]:
        """All of them, the originals first."""
        return [*self.originals, *self.copies]


def measure(data: Data) -> dict[str, Any]:
    """All figures of every combination."""
    planted = {name: copies_of(data, name) for name in COLLECTIONS}
    real = {name: real_documents(data, name) for name in NOT_PLANTED}
    cells = [measure_cell(planted, real, ngram, threshold) for ngram in NGRAMS for threshold in THRESHOLDS]
    return {"paragraphs": {name: len(copies.originals) for name, copies in planted.items()}, "cells": cells}


def real_documents(data: Data, name: str) -> list[Document]:
    """Documents as they are; of statutes the latest version of each."""
    documents = data.documents(name)
    if name == "gesetze":
        documents = list({document.fields["statute"]: document for document in documents}.values())
    return random.Random(SEED).sample(documents, NOT_PLANTED[name])


def copies_of(data: Data, name: str) -> Copies:
    """Paragraphs of a collection that are alike to no other of them, and copies of these."""
    generator = random.Random(SEED)
    documents = data.documents(name)
    if name == "udhr":
        documents = [document for document in documents if document.id.split("_")[0] in LANGUAGES]
    drawn = generator.sample(documents, min(len(documents), TEXTS))
    originals = list(_unlike(_of_sizes(drawn, generator)))
    vocabulary: dict[object, list[str]] = defaultdict(list)
    for document in originals:
        of = document.fields["of"] if name == "udhr" else name  # each language has words of its own
        vocabulary[of] += [word for word in words(document.text) if not has_digit(word)]
    copies = []
    for document in originals:
        known = vocabulary[document.fields["of"] if name == "udhr" else name]
        for change, rate in CHANGES.items():
            text = _changed(document, change, rate, known, generator)
            if text is not None:
                fields = {**document.fields, "change": change, "original": document.id}
                copies.append(Document(f"{document.id}, {change}", text, fields))
    generator.shuffle(copies)
    return Copies(originals, copies, language_of(name))


def _changed(
    document: Document, change: str, rate: float, vocabulary: Sequence[str], generator: random.Random
) -> str | None:
    passage = Passage(document.text, "", "", vocabulary, "en")
    if change == "verbatim":
        return document.text
    if change != "other numbers":
        return substituted(passage, generator, rate)[0].text
    return renumbered(passage, generator)[0].text if has_digit(document.text) else None


def _of_sizes(documents: Sequence[Document], generator: random.Random) -> Iterator[Document]:
    """Paragraphs in one line, twice as many of each class as are needed."""
    by_size: dict[str, list[Document]] = {size: [] for size in SIZES}
    for document in documents:
        for number, paragraph in enumerate(paragraphs(document.text)):
            text = " ".join(paragraph.split())
            length = len(words(text))
            for size, (least, most) in SIZES.items():
                if least <= length < most:
                    fields = {"size": size, "of": document.id}
                    by_size[size].append(Document(f"{document.id} {number}", text, fields))
    for found in by_size.values():
        yield from generator.sample(found, min(len(found), 3 * EACH))


def _unlike(documents: Iterable[Document]) -> Iterator[Document]:
    """Those that repeat none before them even by half, as many as are needed of each class."""
    counts: Counter[object] = Counter()
    for cleaned in dedup.clean_corpus(documents, threshold=0.4, ngram=1, protect=(), novel="drop"):
        size = cleaned.fields["size"]
        if not cleaned.merges and counts[size] < EACH:
            counts[size] += 1
            yield Document(cleaned.id, cleaned.text, cleaned.fields)


def measure_cell(
    planted: dict[str, Copies], real: dict[str, list[Document]], ngram: int, threshold: float
) -> dict[str, Any]:
    """One combination."""
    settings = Settings(ngram=ngram, threshold=threshold, min_span=0)  # whole paragraphs only
    gone = {name: measure_planted(copies, settings) for name, copies in planted.items()}
    print(ngram, threshold, flush=True)
    return {
        "ngram": ngram,
        "threshold": threshold,
        "num_perm": choose_banding(settings).num_perm,
        "planted": gone,
        "not planted": {
            name: measure_real(documents, settings.changed({"language": language_of(name)}))
            for name, documents in real.items()
        },
    }


def measure_planted(copies: Copies, settings: Settings) -> dict[str, Any]:
    """What goes of the copies, and what was merged with something else than the original."""
    start = time.perf_counter()
    cleaned = list(dedup.clean_corpus(copies.corpus, settings.changed({"language": copies.language}), jobs=1))
    seconds = time.perf_counter() - start
    found = {Found(one.id, merge.start, merge.end) for one in cleaned for merge in one.merges}
    origin = {document.id: document.fields["original"] for document in copies.copies}
    return {
        "seconds": round(seconds, 3),
        "gone": gone_by_change(copies, found),
        "with another": sum(
            _origin(merge.canonical.document, origin) != _origin(one.id, origin)
            for one in cleaned
            for merge in one.merges
        ),
    }


def _origin(name: str, origin: dict[str, object]) -> object:
    return origin.get(name, name)


def gone_by_change(copies: Copies, found: Iterable[Found]) -> dict[str, float]:
    """Share of the characters of copies that went, by change and class of length."""
    gone: Counter[str] = Counter()
    for span in found:
        gone[span.document] += span.end - span.start
    part, whole = Counter[str](), Counter[str]()
    for copy in copies.copies:
        key = f"{copy.fields['change']}, {copy.fields['size']}"
        part[key] += gone[copy.id]
        whole[key] += len(copy.text)
    keys = [f"{change}, {size}" for change in CHANGES for size in SIZES]
    return {key: part[key] / max(1, whole[key]) for key in keys}


def measure_real(documents: Sequence[Document], settings: Settings) -> dict[str, Any]:
    """What merges in texts that nothing was planted in."""
    start = time.perf_counter()
    cleaned = list(dedup.clean_corpus(documents, settings, jobs=1))
    seconds = time.perf_counter() - start
    texts = {document.id: document.text for document in documents}
    near = [merge for one in cleaned for merge in one.merges if merge.kind == "near"]
    return {
        "seconds": round(seconds, 3),
        "merges": sum(len(one.merges) for one in cleaned),
        "near merges": len(near),
        "tokens lost": sum(merge.novel for merge in near),
        "with another word": sum(says_another_word(merge, texts) for merge in near),
        "characters cut as near": sum(merge.end - merge.start for merge in near),
        "sample": sample(cleaned, documents),
    }


def says_another_word(merge: Merge, texts: Mapping[str, str]) -> bool:
    """Whether a word of the copy is replaced by one that is not like it: another name, or "may" for "shall"."""
    for edit in merge.edits:
        goes = " ".join(words(edit.text))
        stays = " ".join(words(texts[merge.canonical.document][edit.canonical.start : edit.canonical.end]))
        if min(len(goes), len(stays)) >= SHORTEST_WORD and fuzz.ratio(goes, stays) < LIKE_WORDS:
            return True
    return False


def sample(cleaned: Sequence[Cleaned], documents: Sequence[Document]) -> list[list[str]]:
    """Some near merges: what went, and what stayed for it."""
    texts = {document.id: document.text for document in documents}
    near = [merge for one in cleaned for merge in one.merges if merge.kind == "near"]
    chosen = random.Random(SEED).sample(near, min(SAMPLE, len(near)))
    return [
        [
            f"{merge.similarity:.2f}",
            texts[merge.document][merge.start : merge.end][:200],
            texts[merge.canonical.document][merge.canonical.start : merge.canonical.end][:200],
        ]
        for merge in chosen
    ]
