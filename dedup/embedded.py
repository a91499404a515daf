"""Runs of tokens that stand in kept text, wherever paragraphs begin or end > merges.

Runs are joined over small edits, and cut back to the nearest places where a cut may fall: where a sentence or a block
of the text begins or ends, where a block of the kept copy does that stands in the text as a whole, or where the next
run goes on. What of them may go is decided by the same exact comparison as for blocks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dedup._kernels import recipe
from dedup._kernels.recipe import ITSELF
from dedup.alignment import Run
from dedup.drafts import draft
from dedup.excerpts import Excerpt
from dedup.fingerprints import Kept, KeptTexts
from dedup.merging import Segment, chained
from dedup.pairs import Pair
from dedup.places import Places
from dedup.records import Draft, Span
from dedup.settings import Settings
from dedup.shingles import tokenize


class Stretch(NamedTuple):
    """Tokens of a text that tokens of a kept one, of this number, stand for."""

    text: int
    segment: Segment


class Embedded:
    """What of a text stands in kept text.

    Args:
        own: The text.
        kept: What is kept of all documents before it.
        settings: How to compare.
        cuts: Characters of the text that go anyway, in order. Runs go on through them.
    """

    def __init__(self, own: Kept, kept: KeptTexts, settings: Settings, cuts: Sequence[Span] = ()) -> None:
        self._own = own
        self._kept = kept
        self._settings = settings
        self._cuts = cuts
        starts = own.tokens.starts.tolist()
        self._gone = [(bisect_left(starts, cut.start), bisect_left(starts, cut.end)) for cut in cuts]
        self._edges = {0, len(own.tokens), *(edge for gone in self._gone for edge in gone)}
        self._going: list[tuple[int, int]] = []  # those, and the runs that were found, in order
        self._places = Places(own.excerpt.text, own.tokens, settings, own.blocks)

    def drafts(self) -> Iterator[tuple[int, list[Draft]]]:
        """(document, merges) of what may go, as groups that go together or not at all."""
        cores: list[Span] = []  # of those before, in order
        for touching in self._touching(self._joined(self._kept.find(self._own, self._gone))):
            for stretch in self._cut_back(touching):
                other = self._other(stretch.text)
                for group in self._groups(stretch, other):
                    if other is self._own and any(found.canonical.overlaps_any(cores) for found in group):
                        continue  # an edit between two runs goes with them, and was not known to go
                    cores += [found.core for found in group]
                    yield other.document, group

    def _other(self, text: int) -> Kept:
        return self._own if text == ITSELF else self._kept[text]

    def _joined(self, runs: Sequence[recipe.Run]) -> list[Stretch]:
        """Runs joined where few tokens, and no whole sentence, differ between them."""
        found: list[Stretch] = []
        self._going = sorted([*self._gone, *((run.a, run.a + run.length) for run in runs)])
        for a, text, b, length in runs:
            own = Stretch(text, chained([Run(a, b, length)]))
            if found and text == found[-1].text:
                left, right = found[-1].segment, own.segment
                if self._is_edit(left, right) and not (text == ITSELF and self._goes(left, right)):
                    found.pop()
                    own = Stretch(text, chained((*left.runs, *right.runs)))
            found.append(own)
        return found

    def _is_edit(self, left: Segment, right: Segment) -> bool:
        gap, gap_b = right.a - left.a_end, right.b - left.b_end
        if min(gap, gap_b) < 0 or not 0 < max(gap, gap_b) <= self._settings.max_edit:
            return False
        if self._is_gone_between(left.a_end, right.a):
            return False
        begins, is_last = self._places.begins_sentence, right.a == len(self._own.tokens)
        return not (gap and begins(left.a_end) and (is_last or begins(right.a)))

    def _is_gone_between(self, first: int, last: int) -> bool:
        """Whether some of these tokens go anyway: nothing goes twice."""
        place = bisect_left(self._gone, (last, last))
        return place > 0 and self._gone[place - 1][1] > first

    def _goes(self, left: Segment, right: Segment) -> bool:
        """Whether something of the kept side between two segments goes itself, where both sides are one text."""
        place = bisect_left(self._going, (right.b, right.b))
        return right.b_end > left.a or (place > 0 and self._going[place - 1][1] > left.b_end)

    def _touching(self, stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
        """Stretches in rows in which each begins where the one before it ends, and the text can be cut there."""
        row: list[Stretch] = []
        for stretch in stretches:
            place = stretch.segment.a
            if row and (row[-1].segment.a_end != place or not self._places.is_clean(place)):
                yield row
                row = []
            row.append(stretch)
        if row:
            yield row

    def _cut_back(self, touching: Sequence[Stretch]) -> Iterator[Stretch]:
        """The stretches as far as they lie between two places where a cut may fall."""
        start, end = next(self._beginnings(touching), None), next(self._ends(touching), None)
        if start is None or end is None or end <= start:
            return
        if end - start < self._settings.min_tokens and not self._edges.issuperset((start, end)):
            return  # a heading, say, of text that stays; between what goes it goes, too
        for text, segment in touching:
            first, last = max(segment.a, start), min(segment.a_end, end)
            if first < last:
                yield Stretch(text, chained(segment.between(first, last).runs))

    def _beginnings(self, touching: Sequence[Stretch]) -> Iterator[int]:
        """Where a cut may begin, from the first run on."""
        for stretch in touching:
            for a, b, length in stretch.segment.runs:
                for place in range(a, a + length):
                    is_possible = self._is_edge(place) or self._begins_block(stretch, place - a + b)
                    if is_possible and self._places.is_clean(place):
                        yield place

    def _ends(self, touching: Sequence[Stretch]) -> Iterator[int]:
        """Where a cut may end, from the last run back."""
        for stretch in reversed(touching):
            for a, b, length in reversed(stretch.segment.runs):
                for place in range(a + length, a, -1):
                    is_possible = self._is_edge(place) or self._ends_block(stretch, place - a + b)
                    if is_possible and self._places.is_clean(place):
                        yield place

    def _begins_block(self, stretch: Stretch, token: int) -> bool:
        """Whether a block of the kept text begins there of which the stretch has everything."""
        end = self._other(stretch.text).block_ends.get(token)
        if end is not None and stretch.text == ITSELF:  # of a block of which something goes, what is left before that
            place = bisect_right(self._going, (token, len(self._own.tokens)))
            end = min([end, *(start for start, _ in self._going[place : place + 1])])
        return end is not None and end <= stretch.segment.b_end

    def _ends_block(self, stretch: Stretch, token: int) -> bool:
        """Likewise where it ends."""
        begin = self._other(stretch.text).block_begins.get(token)
        if begin is not None and stretch.text == ITSELF:
            place = bisect_left(self._going, (token, token))
            begin = max([begin, *(end for _, end in self._going[max(0, place - 1) : place])])
        return begin is not None and begin >= stretch.segment.b

    def _is_edge(self, place: int) -> bool:
        return place in self._edges or self._places.is_boundary(place)

    def _groups(self, stretch: Stretch, other: Kept) -> Iterator[list[Draft]]:
        """The merges of a stretch: all of it if it is alike enough, else of its runs."""
        text, segment = stretch
        start, end = self._outside(self._places.begin(segment.a), self._places.end(segment.a_end))
        own = self._own.excerpt.part(start, end)
        copy = self._with_same_edges(other, segment, start, end)
        if own.text == copy.text and len(own.pieces) == len(copy.pieces) == 1:
            yield [_same(own.pieces[0], copy.pieces[0])]
            return
        pair = Pair(own, tokenize(own.text), copy, self._settings)
        groups = [[draft(pair, part) for part in parts] for parts in pair.segments()]
        if groups or len(segment.runs) == 1:
            yield from groups
            return
        for run in segment.runs:
            for part in self._cut_back([Stretch(text, chained([run]))]):
                yield from self._groups(part, other)

    def _outside(self, start: int, end: int) -> tuple[int, int]:
        """Characters without those at their edges that go anyway: marks, which are no tokens."""
        first = bisect_right(self._cuts, (start, len(self._own.excerpt.text))) - 1
        last = bisect_left(self._cuts, (end, 0)) - 1
        if first >= 0:
            start = max(start, min(end, self._cuts[first].end))
        if last >= 0 and self._cuts[last].end > end:
            end = max(start, self._cuts[last].start)
        return start, end

    def _with_same_edges(self, other: Kept, segment: Segment, own_start: int, own_end: int) -> Excerpt:
        """The kept tokens, with the characters around them that are the same in the text."""
        own, text = self._own.excerpt.text, other.excerpt.text
        first, last = self._own.tokens.extent(segment.a, segment.a_end)
        start, end = other.tokens.extent(segment.b, segment.b_end)
        while first > own_start and start > 0 and own[first - 1] == text[start - 1] and not text[start - 1].isspace():
            first, start = first - 1, start - 1
        while last < own_end and end < len(text) and own[last] == text[end] and not text[end].isspace():
            last, end = last + 1, end + 1
        return other.excerpt.part(start, end)


def _same(goes: Span, stays: Span) -> Draft:
    """The merge of a span with the same characters elsewhere."""
    return Draft(goes, stays, "exact", 1.0, 1.0, 0, (), (stays,))
