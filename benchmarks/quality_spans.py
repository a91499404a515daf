"""Passages that people and programs rewrote, with truth: what goes, by kind, and what comparing all could find."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from quality_ceilings import like_sentences, shared_runs
from quality_edits import EDITS
from quality_planted import MIN_SPANS as PLANTED_MIN_SPANS
from quality_planted import Planted, divide, plant
from quality_texts import SEED, Data, draw, language_of
from spans import Found, SpanScore, score

import dedup
from dedup import Document

MIN_SPANS = (0, 8, 16, 24, 32, 40, 48)
SUBSET = 15
KINDS = ("verbatim", "substituted, 2%", "substituted, 5%", "substituted, 10%", "sentences reordered")
PLANTED_IN = ("gesetze", "license_texts")
Rows = Sequence[dict[str, Any]]


def measure(data: Data) -> dict[str, Any]:
    """Scores on the corpus with truth, and ceilings for it and for planted passages."""
    documents, rows = data.documents("korpus_id"), data.lines("korpus_id", "spans.jsonl")
    return {
        "by min_span": {str(min_span): cleaned(documents, rows, min_span) for min_span in MIN_SPANS},
        "ceilings": ceilings(documents, rows),
        "planted ceilings": {name: planted_ceilings(data, name) for name in PLANTED_IN},
    }


def cleaned(documents: Sequence[Document], rows: Rows, min_span: int) -> dict[str, Any]:
    """What cleaning all documents finds."""
    return scored(documents, rows, cuts(documents, min_span, language_of("korpus_id")))


def cuts(documents: Sequence[Document], min_span: int, language: str) -> list[Found]:
    """What is cut from documents."""
    every = dedup.clean_corpus(documents, min_span=min_span, language=language)
    return [Found(one.id, merge.start, merge.end) for one in every for merge in one.merges]


def scored(documents: Sequence[Document], rows: Rows, found: Sequence[Found]) -> dict[str, Any]:
    """A score of all, and the recall of each kind."""
    texts = {document.id: document.text for document in documents}

    def score_of(chosen: Rows) -> SpanScore:
        planted = [Found(row["id_a"], row["start_a"], row["end_a"]) for row in chosen]
        hosts = {span.document for span in planted}
        return score(planted, [span for span in found if span.document in hosts], texts)

    kinds = sorted({row["kind"] for row in rows})
    by_kind = {kind: score_of([row for row in rows if row["kind"] == kind]).recall for kind in kinds}
    return {**asdict(score_of(rows)), "recall by kind": by_kind}


def ceilings(documents: Sequence[Document], rows: Rows) -> dict[str, Any]:
    """The same for comparisons of everything with everything, on some of the hosts."""
    names = sorted({row["id_a"] for row in rows})
    hosts = set(random.Random(SEED).sample(names, SUBSET))
    some = [row for row in rows if row["id_a"] in hosts]
    sources = [document for document in documents if document.fields["role"] == "source"]
    suspicious = [document for document in documents if document.id in hosts]
    return {
        "hosts": len(hosts),
        "sources": len(sources),
        "passages": len(some),
        "dedup, min_span 8": scored(documents, some, cuts([*sources, *suspicious], 8, "id")),
        "every run of 8 tokens": scored(documents, some, shared_runs(sources, suspicious, 8)),
        "sentences alike to 80 %": scored(documents, some, like_sentences(sources, suspicious, "id", 80)),
    }


def planted_ceilings(data: Data, name: str) -> dict[str, Any]:
    """Planted passages in some hosts: cleaning beside both ceilings."""
    drawn = divide(draw(data.documents(name), language_of(name)), language_of(name))
    result: dict[str, Any] = {}
    for kind in KINDS:
        planted = plant(drawn, "inside paragraphs", EDITS[kind], needs_number=False)
        result[kind] = planted_ceiling(planted, drawn.language, len(drawn.sources))
        print(name, kind, result[kind], flush=True)
    return result


def planted_ceiling(planted: Planted, language: str, count: int) -> dict[str, Any]:
    """One kind."""
    sources, hosts = planted.documents[:count], planted.documents[count : count + SUBSET]
    names = {document.id for document in hosts}
    spans = [span for span in planted.spans if span.document in names]
    texts = {document.id: document.text for document in hosts}
    found = {
        f"dedup, min_span {min_span}": cuts([*sources, *hosts], min_span, language) for min_span in PLANTED_MIN_SPANS
    }
    found["every run of 8 tokens"] = shared_runs(sources, hosts, 8)
    found["sentences alike to 80 %"] = like_sentences(sources, hosts, language, 80)
    return {
        "hosts": len(hosts),
        "sources": len(sources),
        **{how: asdict(score(spans, [s for s in said if s.document in names], texts)) for how, said in found.items()},
    }
