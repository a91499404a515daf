"""A text together with where its characters stand in the document it was cut from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dedup.records import Span


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Pieces of a document, put together.

    Attributes:
        text: The characters of all pieces.
        pieces: Where they stand in the document: in order, apart, none empty.
        offsets: Where each piece begins in `text`.
    """

    text: str
    pieces: tuple[Span, ...]
    offsets: tuple[int, ...]

    @classmethod
    def whole(cls, text: str) -> Excerpt:
        """All of a document."""
        return cls(text, (Span(0, len(text)),) if text else (), (0,) if text else ())

    @classmethod
    def of_pieces(cls, text: str, pieces: tuple[Span, ...]) -> Excerpt:
        """A text that these pieces of a document make up."""
        return cls(
            text, pieces, tuple(accumulate((piece.length for piece in pieces[:-1]), initial=0)) if pieces else ()
        )

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out but at the end of the document."""
        return self.pieces[:1] == (Span(0, len(self.text)),)

    @property
    def seams(self) -> tuple[int, ...]:
        """Positions in `text` where something was left out of the document."""
        return self.offsets[1:]

    def original(self, start: int, end: int) -> tuple[Span, ...]:
        """Where the characters `[start, end)` of `text` stand in the document."""
        spans = []
        place = bisect_right(self.offsets, start) - 1
        while start < end:
            piece, offset = self.pieces[place], self.offsets[place]
            taken = min(end, offset + piece.length) - start
            first = piece.start + start - offset
            spans.append(Span(first, first + taken))
            start += taken
            place += 1
        return tuple(spans)

    def position(self, at: int) -> int:
        """Where character `at` of `text` stands in the document; at a seam, the side that goes on there."""
        if not self.pieces:
            return 0
        place = max(0, bisect_right(self.offsets, at) - 1)
        return self.pieces[place].start + at - self.offsets[place]

    def outers(self, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """From the first to the last character of each of some sorted, separate spans of `text`, in the document."""
        if self.pieces and self.offsets[-1] == self.pieces[0].start == 0:
            return list(spans)
        found = []
        place, last = 0, len(self.pieces) - 1
        for start, end in spans:
            while place < last and self.offsets[place + 1] <= start:
                place += 1
            first = self.pieces[place].start + start - self.offsets[place]
            while place < last and self.offsets[place + 1] < end:
                place += 1
            found.append((first, self.pieces[place].start + end - self.offsets[place]))
        return found

    def span_of(self, original: Span) -> Span:
        """Where a span of the document that lies inside one piece stands in `text`."""
        place = bisect_right(self.pieces, original.start, key=lambda piece: piece.start) - 1
        shift = self.offsets[place] - self.pieces[place].start
        return Span(original.start + shift, original.end + shift)

    def part(self, start: int, end: int) -> Excerpt:
        """The characters `[start, end)` as an excerpt of their own."""
        if len(self.pieces) == 1 and start < end:  # by far the most
            first = self.pieces[0].start
            return Excerpt(self.text[start:end], (Span(first + start, first + end),), (0,))
        return _put_together(self.text[start:end], self.original(start, end))

    def without(self, spans: Sequence[Span]) -> Excerpt:
        """What is left when sorted, separate spans of `text` are cut."""
        edges = [0, *(edge for span in spans for edge in span), len(self.text)]
        kept = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
        pieces = [piece for start, end in kept for piece in self.original(start, end)]
        return _put_together("".join([self.text[start:end] for start, end in kept]), pieces)


def _put_together(text: str, pieces: Sequence[Span]) -> Excerpt:
    joined: list[Span] = []
    for piece in pieces:
        if joined and joined[-1].end == piece.start:
            joined[-1] = Span(joined[-1].start, piece.end)
        else:
            joined.append(piece)
    return Excerpt.of_pieces(text, tuple(joined))
