"""Texts that are alike, each in its place: which document, which file, which line; and what tells it from others.

A check first finds pairs of spots, and then looks at the texts there once, document by document.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from msgspec import Struct

from dedup.findings import EXCERPT, Location, Rule
from dedup.parallel import BATCH_SIZE, batched
from dedup.records import Kind, Merge, Span

_SPACE = re.compile(r"\s+")
_NO_LINE = 0


class Spot(NamedTuple):
    """A span of a document, told apart by the document's number."""

    document: int
    start: int
    end: int


class Pair(Struct, frozen=True, gc=False):
    """A merge that is not made: a text, and the one that would stay for it. For the fields see `records.Merge`.

    Attributes:
        rule: Which rule it breaks.
        duplicate: Where it stands.
        canonical: Where the other one does; in the reference set, if it is an overlap.
    """

    rule: Rule
    duplicate: Spot
    canonical: Spot
    kind: Kind
    similarity: float
    containment: float
    novel: int

    @classmethod
    def of(cls, rule: Rule, document: int, merge: Merge, canonical: int) -> Pair:
        """The pair that a merge speaks of, whose documents have these numbers."""
        place = merge.canonical
        return cls(
            rule,
            Spot(document, merge.start, merge.end),
            Spot(canonical, place.start, place.end),
            merge.kind,
            merge.similarity,
            merge.containment,
            merge.novel,
        )


class Copy(Struct, frozen=True, gc=False):
    """One of some texts that are alike.

    Attributes:
        at: Its place, without the white space around it.
        first: The first character of its first token: marks around a text do not make it another copy.
        fingerprint: Of its tokens; see `findings.Finding`.
        tokens: How many there are.
        excerpt: Its beginning.
    """

    at: Location
    first: int
    fingerprint: str
    tokens: int
    excerpt: str


class Origins:
    """Where documents stand: in which file, as which record, and on which line. Some twenty bytes a document."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._file_of = array("q")
        self._records = array("q")
        self._lines = array("q")

    def add(self, file: str, record: int | None, line: int | None) -> None:
        """The next document.

        Args:
            file: Its file.
            record: The number of its record, from 1; None if the file is the document.
            line: The line on which the record begins, from 1, where that is known.
        """
        if not self._files or self._files[-1] != file:
            self._files.append(file)
        self._file_of.append(len(self._files) - 1)
        self._records.append(record or _NO_LINE)
        self._lines.append(line or _NO_LINE)

    def location(self, document: int, document_id: str, span: Span, lines: LineStarts) -> Location:
        """Where a span of a document stands; `lines` are those of its text."""
        record, line = self._records[document] or None, self._lines[document] or None
        at = (self._files[self._file_of[document]], document_id, span.start, span.end, record)
        if record is not None:
            return Location(*at, line, None, line, None)
        (line, column), (end_line, end_column) = lines.place(span.start), lines.place(span.end - 1)
        return Location(*at, line, column, end_line, end_column + 1)


class LineStarts:
    """Where the lines of a text begin. A line ends in a line feed, with or without a carriage return before it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] = []

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        if not self._starts:  # nobody asked before: not all documents have lines
            self._starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1


def copies_at(
    spots: Iterable[Spot], origins: Origins, id_of: Callable[[int], str], text_of: Callable[[int], str]
) -> dict[Spot, Copy]:
    """The texts at some spots.

    Args:
        spots: Where; in any order.
        origins: Where documents stand.
        id_of: The id of a document.
        text_of: The text of a document.
    """
    passages = _passages(sorted(set(spots)), origins, id_of, text_of)
    return {
        passage.spot: copy
        for batch in batched(passages, lambda passage: len(passage.text), BATCH_SIZE)
        for passage, copy in zip(batch, _copies(batch), strict=True)
    }


class _Passage(NamedTuple):
    """What stands at a spot.

    Attributes:
        spot: The spot.
        at: Its place, without the white space around it.
        text: All of it, but that white space.
    """

    spot: Spot
    at: Location
    text: str


def _passages(
    spots: Iterable[Spot], origins: Origins, id_of: Callable[[int], str], text_of: Callable[[int], str]
) -> Iterator[_Passage]:
    for document, group in groupby(spots, key=lambda spot: spot.document):
        text, document_id = text_of(document), id_of(document)
        lines = LineStarts(text)
        for spot in group:
            span = _stripped(text, spot)
            yield _Passage(spot, origins.location(document, document_id, span, lines), text[span.start : span.end])


def _copies(passages: Sequence[_Passage]) -> Iterator[Copy]:
    """Copies of the same order."""
    from dedup.shingles import tokenize_blocks  # noqa: PLC0415  # it loads NumPy, and most checks find nothing

    texts = [passage.text for passage in passages]
    ends = list(accumulate(len(text) + 1 for text in texts))
    blocks = [Span(end - 1 - len(text), end - 1) for text, end in zip(texts, ends, strict=True)]
    tokens = tokenize_blocks("\n".join(texts), blocks)
    for i, (passage, block) in enumerate(zip(passages, blocks, strict=True)):
        own = tokens.block(i)
        words = own.words()
        first = own.extent(0, len(words)).start - block.start if words else 0
        yield Copy(passage.at, passage.at.start + first, fingerprint(words), len(words), _excerpt(passage.text))


def fingerprint(words: Sequence[str]) -> str:
    """BLAKE2b, 16 bytes, of folded tokens with a space between them, in hexadecimal: nobody can make it collide."""
    return hashlib.blake2b(" ".join(words).encode(), digest_size=16).hexdigest()


def _stripped(text: str, spot: Spot) -> Span:
    """A spot without the white space around it; all of it, if it is nothing else."""
    taken = text[spot.start : spot.end]
    start, end = spot.end - len(taken.lstrip()), spot.start + len(taken.rstrip())
    return Span(start, end) if start < end else Span(spot.start, spot.end)


def _excerpt(text: str) -> str:
    begin = text[: 4 * EXCERPT]
    line = _SPACE.sub(" ", begin)
    return line if len(line) <= EXCERPT and len(begin) == len(text) else f"{line[: EXCERPT - 3]}..."
