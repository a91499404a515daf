"""Runs that two sequences of tokens share."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.alignment import Run, align


def longest_common(a: list[int], b: list[int]) -> int:
    """The length of the longest common subsequence, by the textbook's table."""
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b):
            diagonal, row[j + 1] = row[j + 1], diagonal + 1 if x == y else max(row[j], row[j + 1])
    return row[-1]


def aligned(runs: list[Run]) -> int:
    return sum(run.length for run in runs)


def assert_well_formed(a: list[int], b: list[int], runs: list[Run]) -> None:
    """Runs are equal tokens, not empty, increasing, apart, and as long as they can be."""
    for run in runs:
        assert run.length > 0
        assert a[run.a : run.a + run.length] == b[run.b : run.b + run.length]
        assert 0 <= run.a <= run.a + run.length <= len(a)
        assert 0 <= run.b <= run.b + run.length <= len(b)
    for left, right in pairwise(runs):
        assert left.a + left.length <= right.a
        assert left.b + left.length <= right.b
        assert (left.a + left.length, left.b + left.length) != (right.a, right.b)


def edited(a: list[int], generator: random.Random, edits: int) -> list[int]:
    """The sequence with this many tokens changed, left out or put in."""
    b = list(a)
    for _ in range(edits):
        at = generator.randrange(len(b))
        change = generator.randrange(3)
        b[at : at + (change != 2)] = [] if change == 1 else [generator.randrange(10**6, 2 * 10**6)]
    return b


few_words = st.lists(st.integers(0, 4), max_size=40)
many_words = st.lists(st.integers(0, 60), max_size=40)


@settings(max_examples=400, deadline=None)
@given(a=few_words | many_words, b=few_words | many_words, ngram=st.integers(1, 5))
def test_runs_are_equal_increasing_and_apart(a: list[int], b: list[int], ngram: int) -> None:
    """Whatever is aligned, every run stands in both sequences, after the run before it, and joins none of them."""
    runs = align(a, b, ngram)
    assert_well_formed(a, b, runs)
    assert aligned(runs) <= longest_common(a, b)


@settings(max_examples=200, deadline=None)
@given(a=many_words.filter(bool), ngram=st.integers(1, 5))
def test_equal_sequences_are_one_run(a: list[int], ngram: int) -> None:
    """A sequence and its copy are one run, however often its tokens repeat."""
    assert align(a, list(a), ngram) == [Run(0, 0, len(a))]


@pytest.mark.parametrize(("a", "b"), [([], []), ([], [1]), ([1, 2], []), ([1, 2, 3], [4, 5, 6])])
def test_nothing_in_common_is_no_run(a: list[int], b: list[int]) -> None:
    """Empty sequences and unlike ones share no run."""
    assert align(a, b, 3) == []


@settings(max_examples=200, deadline=None)
@given(a=few_words, b=few_words)
def test_without_anchors_the_alignment_is_the_longest(a: list[int], b: list[int]) -> None:
    """Where no shingle is long enough to be an anchor, the runs are a longest common subsequence."""
    assert aligned(align(a, b, 41)) == longest_common(a, b)


@settings(max_examples=200, deadline=None)
@given(a=st.permutations(range(30)), kept=st.sets(st.integers(0, 29)), ngram=st.integers(1, 4))
def test_of_distinct_tokens_every_kept_one_is_found(a: list[int], kept: set[int], ngram: int) -> None:
    """When tokens are only left out, and none repeats, all that stay are aligned."""
    b = [token for token in a if token in kept]
    runs = align(a, b, ngram)
    assert_well_formed(a, b, runs)
    assert aligned(runs) == len(b)


@settings(max_examples=200, deadline=None)
@given(
    shared=st.lists(st.integers(3, 6), min_size=1, max_size=5),
    gaps_a=st.lists(st.integers(0, 4), min_size=6, max_size=6),
    gaps_b=st.lists(st.integers(0, 4), min_size=6, max_size=6),
)
def test_every_unique_shared_passage_is_found(shared: list[int], gaps_a: list[int], gaps_b: list[int]) -> None:
    """Passages of at least ngram tokens that stand once in both sequences, in the same order, are all aligned."""
    a: list[int] = []
    b: list[int] = []
    places = []
    for i, (length, gap_a, gap_b) in enumerate(zip(shared, gaps_a, gaps_b, strict=False)):
        a += [-1] * gap_a  # what one sequence has between them, the other has not
        b += [-2] * gap_b
        places.append((len(a), len(b), length))
        a += range(100 * i, 100 * i + length)
        b += range(100 * i, 100 * i + length)
    runs = align(a, b, 3)
    for place_a, place_b, length in places:
        assert any(run.a <= place_a and place_a + length <= run.a + run.length for run in runs)
        assert any(run.b <= place_b and place_b + length <= run.b + run.length for run in runs)


@pytest.mark.parametrize("seed", range(10))
def test_near_duplicates_are_aligned_almost_as_well_as_possible(seed: int) -> None:
    """Of edited natural sequences, with frequent and rare tokens, at least 98 % of the longest alignment is found."""
    generator = random.Random(seed)
    a = [min(int(generator.paretovariate(0.6)), 5000) for _ in range(400)]
    b = edited(a, generator, 40)
    runs = align(a, b, 3)
    assert_well_formed(a, b, runs)
    assert aligned(runs) >= 0.98 * longest_common(a, b)


@pytest.mark.parametrize("vocabulary", [2000, 10**9])
def test_long_near_duplicates_are_aligned(vocabulary: int) -> None:
    """Twenty thousand tokens with fifty edits are aligned but for the edits."""
    generator = random.Random(vocabulary)
    a = [generator.randrange(vocabulary) % 10**6 for _ in range(20_000)]
    b = edited(a, generator, 50)
    runs = align(a, b, 3)
    assert_well_formed(a, b, runs)
    assert aligned(runs) >= 20_000 - 2 * 50


def test_long_unlike_sequences_are_left_unaligned() -> None:
    """Long stretches without anchors are not searched in squares."""
    assert align([1, 2] * 3000, [3, 1] * 3000, 3) == []


def test_an_inserted_passage_leaves_two_runs() -> None:
    """Text put in front, in the middle or behind leaves the rest aligned around it."""
    a = list(range(20))
    assert align([90, 91, *a], a, 3) == [Run(2, 0, 20)]
    assert align([*a, 90, 91], a, 3) == [Run(0, 0, 20)]
    assert align([*a[:10], 90, 91, *a[10:]], a, 3) == [Run(0, 0, 10), Run(12, 10, 10)]


def test_a_moved_passage_is_aligned_once() -> None:
    """Of two passages that changed places, the longer one is aligned, and nothing twice."""
    first, second = list(range(30)), list(range(100, 110))
    assert align(first + second, second + first, 3) == [Run(0, 10, 30)]
    assert align(second + first, first + second, 3) == [Run(10, 0, 30)]
