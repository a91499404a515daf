"""A block and a kept copy, compared by their real tokens > the segments of the block that may go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from dedup import merging
from dedup.alignment import Run, align
from dedup.excerpts import Excerpt
from dedup.merging import Segment
from dedup.numerals import each_has_its_own, numerals
from dedup.places import Places
from dedup.settings import Settings
from dedup.shingles import Overlap, Tokens, number_tokens, overlap, tokenize


class Pair:
    """A block and a kept copy, compared by their real tokens.

    Attributes:
        a: The block.
        b: The copy.
        tokens_a: Tokens of the block, with offsets into `a.text`.
        tokens_b: Tokens of the copy, with offsets into `b.text`.
        ids_a: Their numbers: equal exactly where the tokens are.
        ids_b: Likewise.
        places: Where the block may be cut.
    """

    def __init__(self, a: Excerpt, tokens_a: Tokens, b: Excerpt, settings: Settings) -> None:
        self.a, self.b = a, b
        self.tokens_a = tokens_a
        self.tokens_b = tokens_a if a.text == b.text else tokenize(b.text)
        self.ids_a, self.ids_b = number_tokens(self.tokens_a, self.tokens_b)
        self.places = Places(a.text, tokens_a, settings)
        self._settings = settings

    @cached_property
    def overlap(self) -> Overlap:
        """Of all shingles of both."""
        return overlap(self.ids_a, self.ids_b, self._settings.shingle_length)

    @property
    def is_exact(self) -> bool:
        """Whether both are the same tokens in the same order."""
        return bool(np.array_equal(self.ids_a, self.ids_b))

    def segments(self) -> list[list[Segment]]:
        """What of the block may go, as groups that go together or not at all; empty where all of it is to stay.

        A group is one segment, cut where either text was put together from pieces: a merge names one span a side.
        """
        groups = [list(self._parts(segment)) for segment in self._segments() if self._may_go(segment)]
        return [parts for parts in groups if self._are_mere_edits(parts)]

    def _are_mere_edits(self, parts: Sequence[Segment]) -> bool:
        """Whether no part lost its equal tokens because it was cut: a character may stand opposite of two pieces."""
        if not self._settings.keeps_novel or len(parts) == 1:
            return True
        edits = [edit for part in parts for edit in part.edits()]
        return all(max(a_end - a, b_end - b) <= self._settings.max_edit for a, a_end, b, b_end in edits)

    def _segments(self) -> list[Segment]:
        count_a, count_b = len(self.ids_a), len(self.ids_b)
        if self.is_exact:
            return [merging.whole([Run(0, 0, count_a)], count_a, count_b)]
        ids_a, ids_b = self.ids_a.tolist(), self.ids_b.tolist()
        ngram = self._settings.shingle_length
        runs = align(ids_a, ids_b, ngram)
        if not self._settings.keeps_novel:
            whole = merging.whole(merging.trimmed(runs, self._is_inside_character), count_a, count_b)
            return [] if self._tells_other_numbers(whole) else [whole]
        starts = frozenset(self.places.sentences)
        chaining = merging.Chaining(count_a, count_b, ngram, self._settings.max_edit, starts, self._is_protected)
        slid = merging.slide(runs, ids_a, starts)
        found = chaining.segments(merging.trimmed(slid, self._is_inside_character))
        shrunk = [merging.shrink(segment, count_b, self.places.is_clean, self.places.is_boundary) for segment in found]
        return [segment for segment in shrunk if segment and segment.a_end - segment.a >= self._settings.min_tokens]

    def _is_inside_character(self, a: int, b: int) -> bool:
        return self.tokens_a.share_character(a) or self.tokens_b.share_character(b)

    def _behind_characters(self, a: int, b: int) -> tuple[int, int]:
        """The first tokens from these on, one a side, that share no character with the ones before them."""
        while self.tokens_a.share_character(a):
            a += 1
        while self.tokens_b.share_character(b):
            b += 1
        return a, b

    def _tells_other_numbers(self, whole: Segment) -> bool:
        """Whether a number took the place of another; one that was added or left out does not count.

        Either text has one that the other has not, or they are the same numbers, but stand opposite of others.
        """
        if "numbers" not in self._settings.protect:
            return False
        numerals_a = numerals(self.a.text, self.tokens_a, self.ids_a)
        numerals_b = numerals(self.b.text, self.tokens_b, self.ids_b)
        return each_has_its_own(numerals_a, numerals_b) or any(
            a and b and a != b for a, b in (self._numbers(*edit) for edit in whole.edits())
        )

    def _is_protected(self, a: int, a_end: int, b: int, b_end: int) -> bool:
        """Whether an edit changes a number."""
        if "numbers" not in self._settings.protect:
            return False
        numbers_a, numbers_b = self._numbers(a, a_end, b, b_end)
        return numbers_a != numbers_b

    def _numbers(self, a: int, a_end: int, b: int, b_end: int) -> tuple[list[int], list[int]]:
        """Those tokens of an edit that are numbers, on both sides."""
        numbers_a = [int(self.ids_a[i]) for i in range(a, a_end) if self.tokens_a.is_number(i)]
        numbers_b = [int(self.ids_b[i]) for i in range(b, b_end) if self.tokens_b.is_number(i)]
        return numbers_a, numbers_b

    def _parts(self, segment: Segment) -> Iterator[Segment]:
        points_a: list[int] = self.tokens_a.starts.searchsorted(self.a.seams).tolist()
        points_b: list[int] = self.tokens_b.starts.searchsorted(self.b.seams).tolist()
        for part in segment.split(points_a, points_b, self._behind_characters):
            if part.a < part.a_end:
                yield self._with_runs(part if part.b < part.b_end else self._beside_a_token(part))

    def _with_runs(self, part: Segment) -> Segment:
        if np.array_equal(self.ids_a[part.a : part.a_end], self.ids_b[part.b : part.b_end]):
            return replace(part, runs=(Run(part.a, part.b, part.a_end - part.a),))
        return replace(part, runs=tuple(merging.trimmed(part.runs, self._is_inside_character)))

    def _beside_a_token(self, part: Segment) -> Segment:
        """A part that nothing stands opposite of, with the characters of one token of the canonical beside it."""
        b, b_end = max(0, part.b - 1), max(1, part.b)
        while self.tokens_b.share_character(b):
            b -= 1
        while self.tokens_b.share_character(b_end):
            b_end += 1
        return replace(part, b=b, b_end=b_end, runs=())

    def _may_go(self, segment: Segment) -> bool:
        """Whether a segment is as similar to the kept text that stands for it as the threshold asks (R3)."""
        if self.tokens_b.share_character(segment.b) or self.tokens_b.share_character(segment.b_end):
            return False  # no span of the copy says just that
        return segment.is_exact or self.overlap_of(segment).jaccard >= self._settings.threshold

    def overlap_of(self, part: Segment) -> Overlap:
        """Of the shingles of a part."""
        ids_a, ids_b = self.ids_a[part.a : part.a_end], self.ids_b[part.b : part.b_end]
        return overlap(ids_a, ids_b, self._settings.shingle_length)
