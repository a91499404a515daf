"""Two token sequences > matching runs.

Anchors first: shingles that stand once in both sequences and keep their order (patience diff: the longest increasing
subsequence of such anchors), then the same between them, then a longest common subsequence in what is left. Near
duplicates, whose differences are few, cost linear time that way; long stretches with nothing in common are not
searched in squares but reported as not aligned.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Product of the lengths up to which a box without anchors gets an exact longest common subsequence.
_MOST_CELLS = 1 << 24
# How often all tokens may be searched for anchors. Few near-duplicates need more than three searches.
_SEARCHES = 16


class Run(NamedTuple):
    """`length` tokens from `a` in one sequence equal those from `b` in the other."""

    a: int
    b: int
    length: int


class _Box(NamedTuple):
    """What is still to be aligned: [a, a_end) with [b, b_end)."""

    a: int
    a_end: int
    b: int
    b_end: int


def align(a: Sequence[int], b: Sequence[int], ngram: int) -> list[Run]:
    """The runs of tokens that stand in both sequences in the same order.

    Args:
        a: Token numbers.
        b: Token numbers.
        ngram: Tokens in an anchor.

    Returns:
        Maximal runs, increasing and apart in both sequences.
    """
    runs: list[Run] = []
    boxes = [_Box(0, len(a), 0, len(b))]
    budget = _SEARCHES * (len(a) + len(b))
    while boxes:
        box = _trim(a, b, boxes.pop(), runs)
        if box.a == box.a_end or box.b == box.b_end:
            continue
        budget -= box.a_end - box.a + box.b_end - box.b
        anchors = _anchors(a, b, box, ngram) if budget >= 0 else []
        if anchors:
            boxes += _between(box, anchors)
            runs += anchors
        elif (box.a_end - box.a) * (box.b_end - box.b) <= _MOST_CELLS:
            runs += _common_subsequence(a, b, box)
    return _joined(sorted(runs))


def _trim(a: Sequence[int], b: Sequence[int], box: _Box, runs: list[Run]) -> _Box:
    """The box without the tokens that both sides begin and end with, which become runs."""
    first_a, last_a, first_b, last_b = box
    while first_a < last_a and first_b < last_b and a[first_a] == b[first_b]:
        first_a += 1
        first_b += 1
    if first_a > box.a:
        runs.append(Run(box.a, box.b, first_a - box.a))
    while first_a < last_a and first_b < last_b and a[last_a - 1] == b[last_b - 1]:
        last_a -= 1
        last_b -= 1
    if last_a < box.a_end:
        runs.append(Run(last_a, last_b, box.a_end - last_a))
    return _Box(first_a, last_a, first_b, last_b)


def _anchors(a: Sequence[int], b: Sequence[int], box: _Box, ngram: int) -> list[Run]:
    """Shingles that stand once on each side of the box, in the same order on both, none overlapping another."""
    in_a, in_b = _once(a, box.a, box.a_end, ngram), _once(b, box.b, box.b_end, ngram)
    pairs = [(position, in_b[shingle]) for shingle, position in in_a.items() if shingle in in_b]
    anchors: list[Run] = []
    for position_a, position_b in _longest_increasing(pairs):
        if anchors:
            last = anchors[-1]
            ahead_a, ahead_b = position_a - last.a, position_b - last.b
            if ahead_a == ahead_b and ahead_a <= last.length:
                anchors[-1] = Run(last.a, last.b, ahead_a + ngram)
                continue
            if min(ahead_a, ahead_b) < last.length:
                continue
        anchors.append(Run(position_a, position_b, ngram))
    return anchors


def _once(tokens: Sequence[int], start: int, end: int, ngram: int) -> dict[tuple[int, ...], int]:
    """The shingles that occur once in [start, end), in order, and where."""
    places: dict[tuple[int, ...], int] = {}
    for position in range(start, end - ngram + 1):
        shingle = tuple(tokens[position : position + ngram])
        places[shingle] = -1 if shingle in places else position
    return {shingle: position for shingle, position in places.items() if position >= 0}


def _longest_increasing(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of pairs with increasing first member, the longest subsequence whose second members increase as well."""
    lasts: list[int] = []  # the least second member that ends an increasing subsequence of each length
    chain: list[tuple[tuple[int, int], int]] = []  # each pair, and the number of the one before it
    numbers: list[int] = []
    for number, pair in enumerate(pairs):
        length = bisect_left(lasts, pair[1])
        chain.append((pair, numbers[length - 1] if length else -1))
        lasts[length : length + 1] = [pair[1]]
        numbers[length : length + 1] = [number]
    longest: list[tuple[int, int]] = []
    number = numbers[-1] if numbers else -1
    while number >= 0:
        pair, number = chain[number]
        longest.append(pair)
    return longest[::-1]


def _between(box: _Box, anchors: list[Run]) -> list[_Box]:
    ends = [(box.a, box.b), *((run.a + run.length, run.b + run.length) for run in anchors)]
    starts = [*((run.a, run.b) for run in anchors), (box.a_end, box.b_end)]
    return [_Box(a, a_end, b, b_end) for (a, b), (a_end, b_end) in zip(ends, starts, strict=True)]


def _common_subsequence(a: Sequence[int], b: Sequence[int], box: _Box) -> list[Run]:
    """A longest common subsequence, token by token (Hyyro, Bit-parallel LCS-length computation revisited, 2004).

    Bit i of row j is 0 where token i of the first sequence makes the subsequence longer. Read from the end: tokens of
    the first sequence are passed over as long as that loses nothing, then those of the second.
    """
    columns = box.a_end - box.a
    everything = (1 << columns) - 1
    equal: dict[int, int] = {}
    for i in range(columns):
        equal[a[box.a + i]] = equal.get(a[box.a + i], 0) | 1 << i
    rows = [everything]
    for token in b[box.b : box.b_end]:
        matching = rows[-1] & equal.get(token, 0)
        rows.append((rows[-1] + matching | rows[-1] - matching) & everything)
    column, row = columns, len(rows) - 1
    runs = []
    while column and row:
        if rows[row] >> (column - 1) & 1:
            column -= 1
        elif row > 1 and not rows[row - 1] >> (column - 1) & 1:
            row -= 1
        else:
            column -= 1
            row -= 1
            runs.append(Run(box.a + column, box.b + row, 1))
    return runs


def _joined(runs: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        if joined:
            last = joined[-1]
            if (last.a + last.length, last.b + last.length) == (run.a, run.b):
                joined[-1] = Run(last.a, last.b, last.length + run.length)
                continue
        joined.append(run)
    return joined
