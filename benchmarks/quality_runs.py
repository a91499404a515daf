"""Runs inside of paragraphs: what `min_span` finds of what was planted, and what it cuts in texts as they are.

Nothing is planted in the second: runs there are formulas, boilerplate, quotations, and what texts took from each other.
All of it stands in kept text, so none of it is lost; the question is whether what stays can still be read. A sample of
the cuts is kept with the result, to be read.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from quality_edits import EDITS
from quality_planted import divide, measure_planted, plant
from quality_texts import SEED, Data, draw, language_of, words

import dedup
from dedup import Cleaned, Document, Settings
from dedup.blocks import split

MIN_SPANS = (0, 8, 16, 24, 32, 40, 48, 64)
COLLECTIONS = ("gesetze", "license_texts")
KINDS = ("verbatim", "substituted, 2%", "substituted, 5%", "line ends lost")
DOCUMENTS = 300
MOST_CHARACTERS = 30_000
SAMPLE = 12
MOST_SHOWN = 300


def measure(data: Data) -> dict[str, Any]:
    """By collection and `min_span`."""
    return {name: measure_collection(data.documents(name), name) for name in COLLECTIONS}


def measure_collection(documents: Sequence[Document], name: str) -> dict[str, Any]:
    """What is found of planted passages, and what is cut of texts as they are."""
    language = language_of(name)
    drawn = divide(draw(documents, language), language)
    planted = {kind: plant(drawn, "inside paragraphs", EDITS[kind], needs_number=False) for kind in KINDS}
    one_each = {document.fields.get("statute", document.id): document for document in documents}.values()
    real = random.Random(SEED).sample([one for one in one_each if len(one.text) < MOST_CHARACTERS], DOCUMENTS)
    result = {}
    for min_span in MIN_SPANS:
        result[str(min_span)] = {
            "planted": {kind: measure_planted(corpus, language, min_span) for kind, corpus in planted.items()},
            "as they are": measure_real(real, language, min_span),
        }
        print(name, min_span, {k: v for k, v in result[str(min_span)]["as they are"].items() if k != "sample"})
    return result


def measure_real(documents: Sequence[Document], language: str, min_span: int) -> dict[str, Any]:
    """What is cut, what of it was found as a run, and how the cuts lie in their documents."""
    texts = {document.id: document.text for document in documents}
    start = time.perf_counter()
    cleaned = list(dedup.clean_corpus(documents, min_span=min_span, language=language, jobs=1))
    seconds = time.perf_counter() - start
    runs = [merge for one in cleaned for merge in one.merges if merge.found_by == "fingerprints"]
    settings = Settings(unit="sentence", language=language)
    stretches = [found for one in cleaned for found in stretches_of(one, texts[one.id], settings)]
    lengths = sorted(stretch.tokens for stretch in stretches)
    chosen = random.Random(SEED).sample(stretches, min(SAMPLE, len(stretches)))
    return {
        "seconds": round(seconds, 3),
        "characters": sum(map(len, texts.values())),
        "cut": sum(one.removed for one in cleaned),
        "cut as runs": sum(merge.end - merge.start for merge in runs),
        "tokens lost": sum(merge.novel for merge in runs),
        "stretches": len(stretches),
        "tokens in the median stretch": lengths[len(lengths) // 2] if lengths else 0,
        "inside a sentence": sum(stretch.is_ragged for stretch in stretches),
        "with a marker": sum(stretch.ends_with_marker for stretch in stretches),
        "sample": [list(stretch.shown) for stretch in chosen],
    }


@dataclass(frozen=True)
class Stretch:
    """Cuts with nothing but white space between them, at least one of which was found as a run.

    Attributes:
        tokens: Its length.
        is_ragged: Whether it begins or ends inside a sentence of its document.
        ends_with_marker: Whether its last sentence is a mere number or letter, and the line goes on after it: the
            marker of an item that stays.
        shown: What stood before, what was cut, what stands after.
    """

    tokens: int
    is_ragged: bool
    ends_with_marker: bool
    shown: tuple[str, str, str]


def stretches_of(cleaned: Cleaned, text: str, settings: Settings) -> Iterator[Stretch]:
    """The stretches that were cut from a document."""
    joined: list[tuple[int, int, bool]] = []
    for merge in cleaned.merges:
        is_run = merge.found_by == "fingerprints"
        if joined and not text[joined[-1][1] : merge.start].strip():
            joined[-1] = (joined[-1][0], merge.end, is_run or joined[-1][2])
        else:
            joined.append((merge.start, merge.end, is_run))
    runs = [(start, end) for start, end, is_run in joined if is_run and text[start:end].strip()]
    sentences = split(text, settings) if runs else []
    starts, ends = {sentence.start for sentence in sentences}, {sentence.end: sentence for sentence in sentences}
    for first, last in runs:
        inside = text[first:last]
        begin, end = last - len(inside.lstrip()), first + len(inside.rstrip())
        final = ends.get(end)
        goes_on = bool(text[end:].split("\n", 1)[0].strip())
        is_marker = final is not None and goes_on and len(words(text[final.start : final.end])) <= 1
        shown = text[max(0, begin - 60) : begin], text[begin:end][:MOST_SHOWN], text[end : end + 60]
        yield Stretch(len(words(inside)), begin not in starts or final is None, is_marker, shown)
