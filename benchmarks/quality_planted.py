"""Planted copies of real passages, by kind of edit: what of them goes, and what is lost that stands nowhere else.

The passages come from half of a hundred documents that share nothing else and go into the other half: as paragraphs of
their own, or inside of paragraphs, where only a search for runs of tokens (`min_span`) can find the ends of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

from quality_edits import EDITS, Edit, Passage, Piece
from quality_texts import SEED, Data, Lost, draw, language_of, lost, paragraphs, sentences, words
from spans import Found, score

import dedup
from dedup import Document

COLLECTIONS = ("gesetze", "license_texts", "udhr")
PLACES = ("as paragraphs", "inside paragraphs")
MIN_SPANS = (0, 16, 40)
LEAST_TOKENS, MOST_TOKENS = 50, 200
PASSAGES_PER_HOST = 3
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Drawn:
    """Documents that share nothing: passages are taken from sources and put into hosts; others give what is added."""

    sources: Sequence[Document]
    hosts: Sequence[Document]
    sentences: Sequence[str]
    vocabulary: Sequence[str]
    language: str


@dataclass(frozen=True)
class Planted:
    """A corpus with planted copies.

    Attributes:
        documents: Sources, then hosts.
        spans: The characters of hosts that come from sources.
        passages: How many were planted.
    """

    documents: Sequence[Document]
    spans: Sequence[Found]
    passages: int


def measure(data: Data) -> dict[str, Any]:
    """Scores by collection, place, kind of edit and `min_span`."""
    result: dict[str, Any] = {}
    for name in COLLECTIONS:
        drawn = divide(draw(data.documents(name), language_of(name)), language_of(name))
        result[name] = {place: {kind: by_min_span(drawn, place, kind) for kind in EDITS} for place in PLACES}
        print(name, result[name], flush=True)
    return result


def divide(documents: Sequence[Document], language: str) -> Drawn:
    """A tenth of the documents for what is added, the others half and half."""
    spare = max(1, len(documents) // 10)
    rest = documents[spare:]
    added = "\n".join(document.text for document in documents[:spare])
    return Drawn(
        sources=rest[: len(rest) // 2],
        hosts=rest[len(rest) // 2 :],
        sentences=sorted({text for text in sentences(added, language) if 8 <= len(words(text)) <= 40}),
        vocabulary=_WORD.findall(added),
        language=language,
    )


def by_min_span(drawn: Drawn, place: str, kind: str) -> dict[str, Any]:
    """The scores of one kind in one place."""
    planted = plant(drawn, place, EDITS[kind], needs_number=kind == "other numbers")
    return {"passages": planted.passages} | {
        str(min_span): measure_planted(planted, drawn.language, min_span) for min_span in MIN_SPANS
    }


def measure_planted(planted: Planted, language: str, min_span: int) -> dict[str, Any]:
    """What goes of the hosts."""
    texts = {document.id: document.text for document in planted.documents}
    hosts = {span.document for span in planted.spans}
    found, total = [], Lost()
    for cleaned in dedup.clean_corpus(planted.documents, min_span=min_span, language=language):
        if cleaned.id in hosts:
            found += [Found(cleaned.id, merge.start, merge.end) for merge in cleaned.merges]
            total += lost(cleaned, texts)
    scores = score(planted.spans, found, texts)
    characters = sum(span.end - span.start for span in planted.spans)
    return {
        **asdict(scores),
        "planted characters": characters,
        "characters left": round(characters * (1 - scores.recall)),
        "lost": asdict(total),
    }


def plant(drawn: Drawn, place: str, edit: Edit, *, needs_number: bool) -> Planted:
    """The corpus of one kind in one place."""
    generator = random.Random(SEED)
    changed, spans, count = [], [], 0
    for host in drawn.hosts:
        inside = place == "inside paragraphs"
        parts = [Piece(part, is_copy=False) for part in _parts(host.text, drawn.language, inside=inside)]
        for _ in range(PASSAGES_PER_HOST):
            passage = _passage(drawn, generator, count, inside=inside, needs_number=needs_number)
            if passage is None:
                continue
            count += 1
            pieces = edit(passage, generator)
            at = generator.randrange(1, len(parts) + 1)
            while at < len(parts) and parts[at - 1].is_copy and parts[at].is_copy:
                at += 1  # not into a passage planted before
            gap = Piece(" " if inside else "\n\n", is_copy=False)
            parts[at:at] = [gap, *pieces, gap]
        document, found = _put_together(host.id, parts)
        changed.append(document)
        spans += found
    return Planted([*drawn.sources, *changed], spans, count)


def _parts(text: str, language: str, *, inside: bool) -> list[str]:
    return sentences(text, language) if inside else [f"{paragraph}\n\n" for paragraph in paragraphs(text)]


def _put_together(name: str, parts: Sequence[Piece]) -> tuple[Document, list[Found]]:
    ends = list(accumulate(len(part.text) for part in parts))
    spans = []
    for part, end in zip(parts, ends, strict=True):
        if part.is_copy and part.text.strip():
            start = end - len(part.text) + len(part.text) - len(part.text.lstrip())
            spans.append(Found(name, start, end - len(part.text) + len(part.text.rstrip())))
    return Document(name, "".join(part.text for part in parts)), spans


def _passage(
    drawn: Drawn, generator: random.Random, number: int, *, inside: bool, needs_number: bool
) -> Passage | None:
    """A passage of a source: some sentences in a row, or a paragraph; None if none of a few tries will do.

    The number of the passage says which sentence may be added to it: each is added once, if there are enough.
    """
    for _ in range(20):
        source = generator.choice(drawn.sources)
        text = _sentences_of(source, drawn, generator) if inside else generator.choice(paragraphs(source.text))
        if not LEAST_TOKENS <= len(words(text)) <= MOST_TOKENS or (needs_number and not re.search(r"\d", text)):
            continue
        title = next(line for line in source.text.splitlines() if line.strip())
        other = drawn.sentences[number % len(drawn.sentences)]
        return Passage(text, title, other, drawn.vocabulary, drawn.language)
    return None


def _sentences_of(source: Document, drawn: Drawn, generator: random.Random) -> str:
    parts = sentences(source.text, drawn.language)
    first = generator.randrange(len(parts))
    return next((text for text in accumulate(parts[first:]) if len(words(text)) >= LEAST_TOKENS), "").strip()
