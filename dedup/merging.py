"""Matching runs > what of a duplicate goes, and what stays because it says something new.

Runs of at least `ngram` tokens that differ by no more than `max_edit` tokens are chained to a segment: the differences
inside it are mere edits. Everything else is novel text and stays. Where it does, a segment shrinks to the nearest place
where a cut may fall: the start of a sentence, or the place where the kept copy itself begins or ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dedup.alignment import Run


@dataclass(frozen=True, slots=True)
class Segment:
    """Tokens [a, a_end) of the duplicate that tokens [b, b_end) of the canonical stand for.

    Attributes:
        runs: The equal tokens inside, in order; what lies between them was edited.
    """

    a: int
    a_end: int
    b: int
    b_end: int
    runs: tuple[Run, ...]

    @property
    def is_exact(self) -> bool:
        """Whether every token on both sides is in one run."""
        return self.runs == (Run(self.a, self.b, self.a_end - self.a),) and self.a_end - self.a == self.b_end - self.b

    @property
    def novel(self) -> int:
        """Tokens of the duplicate that the canonical does not account for."""
        return self.a_end - self.a - sum(run.length for run in self.runs)

    def edits(self) -> list[tuple[int, int, int, int]]:
        """(a, a_end, b, b_end) of the tokens between the runs, on both sides."""
        ends = [(self.a, self.b), *((run.a + run.length, run.b + run.length) for run in self.runs)]
        starts = [*((run.a, run.b) for run in self.runs), (self.a_end, self.b_end)]
        gaps = [(a, a_end, b, b_end) for (a, b), (a_end, b_end) in zip(ends, starts, strict=True)]
        return [gap for gap in gaps if gap[0] < gap[1] or gap[2] < gap[3]]

    def opposite(self, a: int) -> int:
        """The canonical's token that stands where token `a` of the duplicate does."""
        b = self.b
        for run in self.runs:
            if a < run.a:
                break
            b = run.b + min(a - run.a, run.length)
        return b if a < self.a_end else self.b_end

    def swapped(self) -> Segment:
        """The same seen from the canonical."""
        return Segment(self.b, self.b_end, self.a, self.a_end, tuple(Run(b, a, n) for a, b, n in self.runs))

    def split(self, points_a: Iterable[int], points_b: Iterable[int]) -> list[Segment]:
        """The segment cut before these tokens of the duplicate and these of the canonical."""
        swapped = self.swapped()
        points = {(a, self.opposite(a)) for a in points_a if self.a < a < self.a_end}
        points |= {(swapped.opposite(b), b) for b in points_b if self.b < b < self.b_end}
        ordered = [(self.a, self.b), *sorted(points), (self.a_end, self.b_end)]
        return [self._between(*first, *last) for first, last in pairwise(ordered)]

    def beside_a_token(self) -> Segment:
        """The same with one token of the canonical beside it, for a part that nothing stands opposite of."""
        b = max(0, self.b - 1)
        return Segment(self.a, self.a_end, b, b + 1, ())

    def between(self, a: int, a_end: int) -> Segment:
        """The part of the segment that tokens [a, a_end) of the duplicate make up."""
        return self._between(a, self.opposite(a), a_end, self.opposite(a_end))

    def _between(self, a: int, b: int, a_end: int, b_end: int) -> Segment:
        inside = []
        for run in self.runs:
            first, last = max(run.a, a), min(run.a + run.length, a_end)
            if first < last:
                inside.append(Run(first, run.b + first - run.a, last - first))
        return Segment(a, a_end, b, b_end, tuple(inside))


def whole(runs: Sequence[Run], count_a: int, count_b: int) -> Segment:
    """Everything goes, whatever of it is novel (`novel="drop"`)."""
    return Segment(0, count_a, 0, count_b, tuple(runs))


def segments(runs: Sequence[Run], count_a: int, count_b: int, ngram: int, max_edit: int) -> list[Segment]:
    """Chain runs to segments.

    Args:
        runs: As `alignment.align` gives them.
        count_a: Tokens of the duplicate.
        count_b: Tokens of the canonical.
        ngram: Shorter runs hold no segment together: unlike sentences share single words.
        max_edit: Tokens that may be unaccounted for, on either side, between two runs of at least `ngram`.
    """
    chains: list[list[Run]] = []
    waiting: list[Run] = []  # short runs since the last long one
    for run in runs:
        if run.length < ngram:
            waiting.append(run)
            continue
        if chains and _is_edit(chains[-1][-1], waiting, run, max_edit):
            chains[-1] += [*waiting, run]
        else:
            chains.append([run])
        waiting = []
    found = [_segment(chain) for chain in chains]
    if found:
        found[0] = _with_edge(found[0], 0, found[0].a, 0, found[0].b, max_edit)
        found[-1] = _with_edge(found[-1], found[-1].a_end, count_a, found[-1].b_end, count_b, max_edit)
    return found


def _segment(chain: Sequence[Run]) -> Segment:
    first, last = chain[0], chain[-1]
    return Segment(first.a, last.a + last.length, first.b, last.b + last.length, tuple(chain))


def _is_edit(left: Run, between: Sequence[Run], right: Run, max_edit: int) -> bool:
    equal = sum(run.length for run in between)
    gap_a = right.a - left.a - left.length - equal
    gap_b = right.b - left.b - left.length - equal
    return max(gap_a, gap_b) <= max_edit


def _with_edge(segment: Segment, a: int, a_end: int, b: int, b_end: int, max_edit: int) -> Segment:
    """Take in the tokens between a segment and the block's edge if they were replaced, not added."""
    if not (0 < a_end - a <= max_edit and 0 < b_end - b <= max_edit):
        return segment
    return Segment(
        min(segment.a, a), max(segment.a_end, a_end), min(segment.b, b), max(segment.b_end, b_end), segment.runs
    )


def slide(runs: Sequence[Run], a: Sequence[int], starts: frozenset[int]) -> list[Run]:
    """Move added text so that it begins where a sentence does.

    Where the duplicate has a passage more than the canonical, and the passage begins as the text after it does, the
    alignment may take either beginning for the kept one. Both are right; the one at a sentence's start reads as text.

    Args:
        runs: As `alignment.align` gives them.
        a: The duplicate's token numbers.
        starts: Tokens of the duplicate that begin a sentence.
    """
    moved = list(runs)
    for i in range(len(moved) - 1):
        left, right = moved[i], moved[i + 1]
        gap, gap_end = left.a + left.length, right.a
        if left.b + left.length != right.b or gap in starts:
            continue
        shift = _shift(a, gap, gap_end, left.length - 1, right.length - 1, starts)
        moved[i] = Run(left.a, left.b, left.length + shift)
        moved[i + 1] = Run(right.a + shift, right.b + shift, right.length - shift)
    return moved


def _shift(a: Sequence[int], gap: int, gap_end: int, back: int, ahead: int, starts: frozenset[int]) -> int:
    """How far the passage [gap, gap_end) can move to begin at a sentence's start: backwards first, 0 for not at all."""
    for step in range(1, back + 1):
        if a[gap - step] != a[gap_end - step]:
            break
        if gap - step in starts:
            return -step
    for step in range(1, ahead + 1):
        if a[gap + step - 1] != a[gap_end + step - 1]:
            break
        if gap + step in starts:
            return step
    return 0


def shrink(
    segment: Segment, count_b: int, is_clean: Callable[[int], bool], is_boundary: Callable[[int], bool]
) -> Segment | None:
    """The longest part of a segment that begins and ends where a cut may fall, or None.

    Args:
        segment: What to shrink.
        count_b: Tokens of the canonical.
        is_clean: Whether a cut before token i of the duplicate breaks no word; i may be the count of its tokens.
        is_boundary: Whether a sentence or the block begins or ends there.
    """
    runs = segment.runs
    copy_begins = runs[0].a if runs and runs[0].b == 0 else -1
    copy_ends = runs[-1].a + runs[-1].length if runs and runs[-1].b + runs[-1].length == count_b else -1
    places = [i for i in range(segment.a, segment.a_end + 1) if i in (copy_begins, copy_ends) or is_boundary(i)]
    a = next((i for i in places if i != copy_ends and is_clean(i)), segment.a_end)
    a_end = next((i for i in reversed(places) if i != copy_begins and is_clean(i)), segment.a)
    return segment.between(a, a_end) if a < a_end else None
