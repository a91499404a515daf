"""Runs of tokens that stand in kept text, wherever paragraphs begin or end > merges.

Runs are joined over small edits, and cut back to the nearest places where a cut may fall: where a sentence or a block
begins or ends, in the text or in the kept copy, or where the next run goes on. What of them may go is decided by the
same exact comparison as for blocks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dedup._kernels.recipe import ITSELF, Run
from dedup.drafts import draft
from dedup.excerpts import Excerpt
from dedup.fingerprints import Kept, KeptTexts
from dedup.pairs import Pair
from dedup.places import Places
from dedup.records import Draft, Span
from dedup.settings import Settings
from dedup.shingles import tokenize


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens [a, a_end) of a text that tokens [b, b_end) of a kept one stand for; `runs` of them are equal."""

    text: int
    a: int
    a_end: int
    b: int
    b_end: int
    runs: tuple[Run, ...]


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
        starts = own.tokens.starts.tolist()
        self._gone = [(bisect_left(starts, cut.start), bisect_left(starts, cut.end)) for cut in cuts]
        self._edges = {edge for gone in self._gone for edge in gone}
        self._places = Places(own.excerpt.text, own.tokens, settings, own.blocks)

    def drafts(self) -> Iterator[tuple[int, list[Draft]]]:
        """(document, merges) of what may go, as groups that go together or not at all."""
        cores: list[Span] = []  # of those before, in order
        for touching in self._touching(self._joined(self._kept.find(self._own.excerpt.text, self._gone))):
            for stretch in self._cut_back(touching):
                other = self._other(stretch.text)
                for group in self._groups(stretch, other):
                    if other is self._own and any(_overlaps_one(found.canonical, cores) for found in group):
                        continue  # an edit between two runs goes with them, and was not known to go
                    cores += [found.core for found in group]
                    yield other.document, group

    def _other(self, text: int) -> Kept:
        return self._own if text == ITSELF else self._kept[text]

    def _joined(self, runs: Sequence[Run]) -> list[Stretch]:
        """Runs joined where few tokens, and no whole sentence, differ between them."""
        found: list[Stretch] = []
        going = sorted([*self._gone, *((run.a, run.a + run.length) for run in runs)])
        for run in runs:
            own = Stretch(run.text, run.a, run.a + run.length, run.b, run.b + run.length, (run,))
            if found and self._is_edit(found[-1], own) and not self._goes(found[-1], own, going):
                last = found.pop()
                own = Stretch(run.text, last.a, own.a_end, last.b, own.b_end, (*last.runs, run))
            found.append(own)
        return found

    def _is_edit(self, left: Stretch, right: Stretch) -> bool:
        gap, gap_b = right.a - left.a_end, right.b - left.b_end
        if left.text != right.text or min(gap, gap_b) < 0 or not 0 < max(gap, gap_b) <= self._settings.max_edit:
            return False
        begins, is_last = self._places.begins_sentence, right.a == len(self._own.tokens)
        return not (gap and begins(left.a_end) and (is_last or begins(right.a)))

    @staticmethod
    def _goes(left: Stretch, right: Stretch, going: Sequence[tuple[int, int]]) -> bool:
        """Whether something of the kept side between two stretches goes itself."""
        if left.text != ITSELF:
            return False
        place = bisect_left(going, (right.b, right.b))
        return right.b_end > left.a or (place > 0 and going[place - 1][1] > left.b_end)

    def _touching(self, stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
        """Stretches in rows in which each begins where the one before it ends, and the text can be cut there."""
        row: list[Stretch] = []
        for stretch in stretches:
            if row and (row[-1].a_end != stretch.a or not self._places.is_clean(stretch.a)):
                yield row
                row = []
            row.append(stretch)
        if row:
            yield row

    def _cut_back(self, touching: Sequence[Stretch]) -> Iterator[Stretch]:
        """The stretches as far as they lie between two places where a cut may fall."""
        runs = [run for stretch in touching for run in stretch.runs]
        start, end = next(self._beginnings(runs), None), next(self._ends(runs), None)
        if start is None or end is None or end <= start:
            return
        if end - start < self._settings.min_tokens and self._edges.isdisjoint((start, end)):
            return
        for stretch in touching:
            part = _between(stretch, start, end)
            if part is not None:
                yield part

    def _beginnings(self, runs: Sequence[Run]) -> Iterator[int]:
        """Where a cut may begin, from the first run on."""
        for run in runs:
            begins = self._other(run.text).begins
            for place in range(run.a, run.a + run.length):
                if (self._is_edge(place) or place - run.a + run.b in begins) and self._places.is_clean(place):
                    yield place

    def _ends(self, runs: Sequence[Run]) -> Iterator[int]:
        """Where a cut may end, from the last run back."""
        for run in reversed(runs):
            ends = self._other(run.text).ends
            for place in range(run.a + run.length, run.a, -1):
                if (self._is_edge(place) or place - run.a + run.b in ends) and self._places.is_clean(place):
                    yield place

    def _is_edge(self, place: int) -> bool:
        return place in self._edges or self._places.is_boundary(place)

    def _groups(self, stretch: Stretch, other: Kept) -> Iterator[list[Draft]]:
        """The merges of a stretch: all of it if it is alike enough, else of its runs."""
        start, end = self._places.begin(stretch.a), self._places.end(stretch.a_end)
        own = self._own.excerpt.part(start, end)
        copy = self._with_same_edges(other, stretch, start, end)
        if own.text == copy.text and len(own.pieces) == len(copy.pieces) == 1:
            yield [_same(own.pieces[0], copy.pieces[0])]
            return
        pair = Pair(own, tokenize(own.text), copy, self._settings)
        groups = [[draft(pair, part) for part in parts] for parts in pair.segments()]
        if groups or len(stretch.runs) == 1:
            yield from groups
            return
        for run in stretch.runs:
            alone = Stretch(run.text, run.a, run.a + run.length, run.b, run.b + run.length, (run,))
            for part in self._cut_back([alone]):
                yield from self._groups(part, other)

    def _with_same_edges(self, other: Kept, stretch: Stretch, own_start: int, own_end: int) -> Excerpt:
        """The kept tokens, with the characters around them that are the same in the text."""
        own, text = self._own.excerpt.text, other.excerpt.text
        first, last = self._own.tokens.extent(stretch.a, stretch.a_end)
        start, end = other.tokens.extent(stretch.b, stretch.b_end)
        while first > own_start and start > 0 and own[first - 1] == text[start - 1] and not text[start - 1].isspace():
            first, start = first - 1, start - 1
        while last < own_end and end < len(text) and own[last] == text[end] and not text[end].isspace():
            last, end = last + 1, end + 1
        return other.excerpt.part(start, end)


def _same(goes: Span, stays: Span) -> Draft:
    """The merge of a span with the same characters elsewhere."""
    return Draft(goes, stays, "exact", 1.0, 1.0, 0, (), (stays,))


def _overlaps_one(span: Span, spans: Sequence[Span]) -> bool:
    """Whether a span overlaps one of others that are in order and apart."""
    place = bisect_left(spans, Span(span.end, span.end))
    return place > 0 and spans[place - 1].overlaps(span)


def _between(stretch: Stretch, start: int, end: int) -> Stretch | None:
    """The part of a stretch between two tokens of the text."""
    if start <= stretch.a and stretch.a_end <= end:
        return stretch
    inside = []
    for run in stretch.runs:
        first, last = max(run.a, start), min(run.a + run.length, end)
        if first < last:
            inside.append(Run(first, run.text, run.b + first - run.a, last - first))
    if not inside:
        return None
    last_run = inside[-1]
    a_end, b_end = last_run.a + last_run.length, last_run.b + last_run.length
    return Stretch(stretch.text, inside[0].a, a_end, inside[0].b, b_end, tuple(inside))
