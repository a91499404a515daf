"""A block and a kept copy, compared by their real tokens > the segments of the block that may go."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from dedup import merging
from dedup.alignment import Run, align
from dedup.blocks import sentence_starts
from dedup.excerpts import Excerpt
from dedup.graphemes import is_cut_point
from dedup.merging import Segment
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
    """

    def __init__(self, a: Excerpt, tokens_a: Tokens, b: Excerpt, settings: Settings) -> None:
        self.a, self.b = a, b
        self.tokens_a = tokens_a
        self.tokens_b = tokens_a if a.text == b.text else tokenize(b.text)
        self.ids_a, self.ids_b = number_tokens(self.tokens_a, self.tokens_b)
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
        return [list(self._parts(segment)) for segment in self._segments() if self._may_go(segment)]

    def _segments(self) -> list[Segment]:
        count_a, count_b = len(self.ids_a), len(self.ids_b)
        if self.is_exact:
            return [merging.whole([Run(0, 0, count_a)], count_a, count_b)]
        ids_a, ids_b = self.ids_a.tolist(), self.ids_b.tolist()
        ngram = self._settings.shingle_length
        runs = align(ids_a, ids_b, ngram)
        if not self._settings.keeps_novel:
            return [merging.whole(runs, count_a, count_b)]
        starts = frozenset(self._sentences)
        chaining = merging.Chaining(count_a, count_b, ngram, self._settings.max_edit, starts)
        found = chaining.segments(merging.slide(runs, ids_a, starts))
        shrunk = [merging.shrink(segment, count_b, self._is_clean, self._is_boundary) for segment in found]
        return [segment for segment in shrunk if segment and segment.a_end - segment.a >= self._settings.min_tokens]

    @cached_property
    def _sentences(self) -> dict[int, int]:
        """Token of the block that begins a sentence > the character where the sentence begins.

        Where nothing but spaces stands before a token no sentence begins.
        """
        starts, ends = self.tokens_a.starts.tolist(), self.tokens_a.ends.tolist()
        found = {bisect_left(starts, at): at for at in sentence_starts(self.a.text, self._settings.language)}
        between = {i: self.a.text[ends[i - 1] : starts[i]] for i in found if 0 < i < len(starts)}
        return {0: 0} | {i: found[i] for i, text in between.items() if text.strip(" ")}

    def _is_boundary(self, token: int) -> bool:
        return token in (0, len(self.ids_a)) or self._settings.cut == "word" or token in self._sentences

    def _is_clean(self, token: int) -> bool:
        if self.tokens_a.share_character(token):
            return False
        return is_cut_point(self.a.text, self.begin(token)) and is_cut_point(self.a.text, self.end(token))

    def begin(self, token: int) -> int:
        """The character of `a.text` where a cut that begins with this token begins: what stands before it stays."""
        if token == 0:
            return 0
        if token in self._sentences:
            return self._sentences[token]
        return self._separator(token)[1]

    def end(self, token: int) -> int:
        """The character of `a.text` where a cut up to, not including, this token ends: what follows stays."""
        if token == len(self.ids_a):
            return len(self.a.text)
        if token in self._sentences:
            last = int(self.tokens_a.ends[token - 1]) if token else 0
            return last + len(self.a.text[last : self._sentences[token]].rstrip())
        return self._separator(token)[0]

    def _separator(self, token: int) -> tuple[int, int]:
        """Where the white space before a token begins and ends; without any, the edges of both tokens."""
        if token == 0:
            return 0, 0
        last = int(self.tokens_a.ends[token - 1])
        first = int(self.tokens_a.starts[token]) if token < len(self.ids_a) else len(self.a.text)
        between = self.a.text[last:first]
        spaces = [i for i, character in enumerate(between) if character.isspace()]
        return (last + spaces[0], last + spaces[-1] + 1) if spaces else (last, first)

    def _parts(self, segment: Segment) -> Iterator[Segment]:
        points_a: list[int] = self.tokens_a.starts.searchsorted(self.a.seams).tolist()
        points_b: list[int] = self.tokens_b.starts.searchsorted(self.b.seams).tolist()
        for part in segment.split(points_a, points_b):
            if np.array_equal(self.ids_a[part.a : part.a_end], self.ids_b[part.b : part.b_end]):
                yield replace(part, runs=(Run(part.a, part.b, part.a_end - part.a),))
            elif part.a < part.a_end:
                yield part if part.b < part.b_end else part.beside_a_token()

    def _may_go(self, segment: Segment) -> bool:
        """Whether a segment is as similar to the kept text that stands for it as the threshold asks (R3)."""
        if self.tokens_b.share_character(segment.b) or self.tokens_b.share_character(segment.b_end):
            return False  # no span of the copy says just that
        return segment.is_exact or self.overlap_of(segment).jaccard >= self._settings.threshold

    def overlap_of(self, part: Segment) -> Overlap:
        """Of the shingles of a part."""
        ids_a, ids_b = self.ids_a[part.a : part.a_end], self.ids_b[part.b : part.b_end]
        return overlap(ids_a, ids_b, self._settings.shingle_length)
