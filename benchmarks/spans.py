"""How well found spans cover planted ones: character precision and recall, granularity and plagdet.

After Potthast, Stein, Barron-Cedeno and Rosso, An Evaluation Framework for Plagiarism Detection (COLING 2010), micro
averaged: every character counts once, whatever span it is in.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Found(NamedTuple):
    """Characters [start, end) of a document."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpanScore:
    """A score of found spans.

    Attributes:
        precision: Share of the found characters that were planted.
        recall: Share of the planted characters that were found.
        granularity: Found spans for each planted span that was found at all.
        plagdet: Harmonic mean of the first two, over log2(1 + granularity).
    """

    precision: float
    recall: float
    granularity: float
    plagdet: float


def score(planted: Iterable[Found], found: Iterable[Found], texts: Mapping[str, str]) -> SpanScore:
    """Score spans of some texts; those with nothing but white space between them are one."""
    real, said = _united(planted, texts), _united(found, texts)
    common = sum(_common(real[document], said.get(document, [])) for document in real)
    in_real, in_said = (sum(end - start for spans in all_.values() for start, end in spans) for all_ in (real, said))
    hits = [
        sum(start < end_ and start_ < end for start_, end_ in said.get(document, []))
        for document, spans in real.items()
        for start, end in spans
    ]
    detected = [hit for hit in hits if hit]
    precision, recall = common / max(1, in_said), common / max(1, in_real)
    granularity = sum(detected) / len(detected) if detected else 1.0
    harmonic = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return SpanScore(precision, recall, granularity, harmonic / math.log2(1 + granularity))


def _united(spans: Iterable[Found], texts: Mapping[str, str]) -> dict[str, list[tuple[int, int]]]:
    by_document: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for document, start, end in sorted(spans):
        known = by_document[document]
        if known and not texts[document][known[-1][1] : start].strip():
            known[-1] = (known[-1][0], max(end, known[-1][1]))
        else:
            known.append((start, end))
    return by_document


def _common(a: list[tuple[int, int]], b: list[tuple[int, int]]) -> int:
    return sum(max(0, min(end, end_) - max(start, start_)) for start, end in a for start_, end_ in b)
