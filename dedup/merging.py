"""Matching runs > what of a duplicate goes, and what stays because it says something new.

Runs of at least `ngram` tokens that differ by no more than `max_edit` tokens are chained to a segment: the differences
inside it are mere edits. Everything else is novel text and stays. Where it does, a segment shrinks to the nearest place
where a cut may fall: the start of a sentence, or the place where the kept copy itself begins or ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
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

    def split(
        self,
        points_a: Iterable[int],
        points_b: Iterable[int],
        moved: Callable[[int, int], tuple[int, int]] = lambda a, b: (a, b),
    ) -> list[Segment]:
        """The segment cut before these tokens of the duplicate and these of the canonical.

        Args:
            points_a: Tokens of the duplicate.
            points_b: Tokens of the canonical.
            moved: Where the texts can be cut instead of before tokens a and b, on both sides no earlier.
        """
        swapped = self.swapped()
        points = {moved(a, self.opposite(a)) for a in points_a if self.a < a < self.a_end}
        points |= {moved(swapped.opposite(b), b) for b in points_b if self.b < b < self.b_end}
        ordered = [(self.a, self.b), *sorted(points), (self.a_end, self.b_end)]
        return [self._between(*first, *last) for first, last in pairwise(ordered)]

    def between(self, a: int, a_end: int) -> Segment:
        """The part of the segment that tokens [a, a_end) of the duplicate make up."""
        return self._between(a, self.opposite(a), a_end, self.opposite(a_end))

    def _between(self, a: int, b: int, a_end: int, b_end: int) -> Segment:
        inside = []
        for run in self.runs:
            first = run.a + max(0, a - run.a, b - run.b)
            last = run.a + min(run.length, a_end - run.a, b_end - run.b)
            if first < last:
                inside.append(Run(first, run.b + first - run.a, last - first))
        return Segment(a, a_end, b, b_end, tuple(inside))


def whole(runs: Sequence[Run], count_a: int, count_b: int) -> Segment:
    """Everything goes, whatever of it is novel (`novel="drop"`)."""
    return Segment(0, count_a, 0, count_b, tuple(runs))


@dataclass(frozen=True, slots=True)
class Chaining:
    """What may be chained to a segment.

    Attributes:
        count_a: Tokens of the duplicate.
        count_b: Tokens of the canonical.
        ngram: Shorter runs hold no segment together: unlike sentences share single words. Only where the canonical
            begins or ends may they be shorter.
        max_edit: Tokens that may be unaccounted for, on either side, between two such runs.
        starts: Tokens of the duplicate that begin a sentence: whole sentences are never mere edits.
        is_protected: Whether the difference between tokens [a, a_end) and [b, b_end) is never a mere edit.
    """

    count_a: int
    count_b: int
    ngram: int
    max_edit: int
    starts: frozenset[int] = frozenset()
    is_protected: Callable[[int, int, int, int], bool] = lambda *_: False

    def segments(self, runs: Sequence[Run]) -> list[Segment]:
        """Chain runs, as `alignment.align` gives them, to segments."""
        chains: list[list[Run]] = []
        waiting: list[Run] = []  # short runs since the last one that holds
        for run in runs:
            if not self._holds(run):
                waiting.append(run)
                continue
            if chains and self._is_edit([chains[-1][-1], *waiting, run]):
                chains[-1] += [*waiting, run]
            else:
                chains.append([run])
            waiting = []
        found = [chained(chain) for chain in chains if any(run.length >= self.ngram for run in chain)]
        if found:
            found[0] = self._with_beginning(found[0])
            found[-1] = self._with_end(found[-1])
        return found

    def _holds(self, run: Run) -> bool:
        return run.length >= self.ngram or run.b == 0 or run.b + run.length == self.count_b

    def _is_edit(self, runs: Sequence[Run]) -> bool:
        """Whether what lies between the runs is few tokens, and no whole sentence."""
        gaps = [(left.a + left.length, right.a, right.b - left.b - left.length) for left, right in pairwise(runs)]
        gap_a, gap_b = sum(end - start for start, end, _ in gaps), sum(length for *_, length in gaps)
        if max(gap_a, gap_b) > self.max_edit:
            return False
        ends = [(left.a + left.length, right.a, left.b + left.length, right.b) for left, right in pairwise(runs)]
        if any(self.is_protected(*edit) for edit in ends):
            return False
        return not any(self._are_sentences(start, end) for start, end, _ in gaps)

    def _are_sentences(self, start: int, end: int) -> bool:
        return start < end and start in self.starts and (end in self.starts or end == self.count_a)

    def _with_beginning(self, segment: Segment) -> Segment:
        """Take in the tokens before a segment if those of the canonical were replaced, not left out."""
        replaced = self._replaced(segment.a, segment.b)
        if not replaced or self._are_sentences(segment.a - replaced, segment.a):
            return segment
        if self.is_protected(segment.a - replaced, segment.a, 0, segment.b):
            return segment
        return replace(segment, a=segment.a - replaced, b=0)

    def _with_end(self, segment: Segment) -> Segment:
        """Likewise after it."""
        replaced = self._replaced(self.count_a - segment.a_end, self.count_b - segment.b_end)
        if not replaced or self._are_sentences(segment.a_end, segment.a_end + replaced):
            return segment
        if self.is_protected(segment.a_end, segment.a_end + replaced, segment.b_end, self.count_b):
            return segment
        return replace(segment, a_end=segment.a_end + replaced, b_end=self.count_b)

    def _replaced(self, gap_a: int, gap_b: int) -> int:
        """How many of the duplicate's tokens stand for all of the canonical's between a segment and an edge.

        All of the duplicate's, if they are few; where it has a whole passage there, as many as were replaced.
        """
        if not (gap_a and 0 < gap_b <= self.max_edit):
            return 0
        return gap_a if gap_a <= self.max_edit else gap_b


def chained(chain: Sequence[Run]) -> Segment:
    """The segment from the first to the last of some runs, which are in order."""
    first, last = chain[0], chain[-1]
    return Segment(first.a, last.a + last.length, first.b, last.b + last.length, tuple(chain))


def trimmed(runs: Iterable[Run], is_inside: Callable[[int, int], bool]) -> list[Run]:
    """Runs without the tokens at their ends that stand in one character with a token outside.

    One character may fold to several words. All of them are equal to those of the other text, or it was edited: a span
    of characters cannot name some of them only.

    Args:
        runs: The runs.
        is_inside: Whether token a of the duplicate or token b of the canonical begins in the character that the token
            before it ends in.
    """
    found = []
    for a, b, length in runs:
        first = next((i for i in range(length) if not is_inside(a + i, b + i)), length)
        last = next((i for i in range(length, first, -1) if not is_inside(a + i, b + i)), first)
        if first < last:
            found.append(Run(a + first, b + first, last - first))
    return found


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
    copy_begins = segment.a if segment.b == 0 else -1
    copy_ends = segment.a_end if segment.b_end == count_b else -1
    places = [i for i in range(segment.a, segment.a_end + 1) if i in (copy_begins, copy_ends) or is_boundary(i)]
    a = next((i for i in places if i != copy_ends and is_clean(i)), segment.a_end)
    a_end = next((i for i in reversed(places) if i != copy_begins and is_clean(i)), segment.a)
    return segment.between(a, a_end) if a < a_end else None
