"""What of a near-duplicate goes, and what stays."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.alignment import Run, align
from dedup.merging import Chaining, Segment, shrink, slide, trimmed, whole

EVERYWHERE = frozenset(range(100))


def made(*runs: tuple[int, int, int], a: int | None = None, b: int | None = None) -> Segment:
    """The segment from the first run to the last, or from (0, 0) to these ends."""
    first, last = Run(*runs[0]), Run(*runs[-1])
    start_a, start_b = (first.a, first.b) if a is None else (0, 0)
    end_a = last.a + last.length if a is None else a
    return Segment(start_a, end_a, start_b, last.b + last.length if b is None else b, tuple(Run(*run) for run in runs))


def everywhere(_: int) -> bool:
    return True


def nowhere(_: int) -> bool:
    return False


@st.composite
def aligned_pairs(draw: st.DrawFn) -> tuple[list[int], list[int], list[Run]]:
    words = st.lists(st.integers(0, 30), max_size=30)
    a, shared, b = draw(words), draw(words), draw(words)
    one, other = draw(st.permutations([a, shared])), draw(st.permutations([b, shared]))
    left, right = [x for part in one for x in part], [x for part in other for x in part]
    return left, right, align(left, right, 3)


@settings(max_examples=200, deadline=None)
@given(pair=aligned_pairs(), max_edit=st.integers(0, 5))
def test_segments_are_in_order_and_bounded(pair: tuple[list[int], list[int], list[Run]], max_edit: int) -> None:
    """Segments lie apart in both sequences, hold runs of the alignment, and drop at most max_edit tokens at a place."""
    a, b, runs = pair
    found = Chaining(len(a), len(b), 3, max_edit).segments(runs)
    position_a = position_b = 0
    for segment in found:
        assert position_a <= segment.a < segment.a_end <= len(a)
        assert position_b <= segment.b < segment.b_end <= len(b)
        assert set(segment.runs) <= set(runs)
        assert any(run.length >= 3 for run in segment.runs)
        assert segment.novel == sum(a_end - first for first, a_end, _, _ in segment.edits())
        between = 0
        for run, following in pairwise(segment.runs):
            between += following.a - run.a - run.length
            if following.length >= 3:
                assert between <= max_edit
                between = 0
        position_a, position_b = segment.a_end, segment.b_end


@settings(max_examples=200, deadline=None)
@given(pair=aligned_pairs(), points=st.tuples(*[st.lists(st.integers(-2, 70), max_size=4)] * 2))
def test_splitting_loses_nothing(
    pair: tuple[list[int], list[int], list[Run]], points: tuple[list[int], list[int]]
) -> None:
    """The parts of a segment follow each other without a gap, and hold all of its equal tokens where they were."""
    a, b, runs = pair
    for segment in Chaining(len(a), len(b), 3, 3).segments(runs):
        parts = segment.split(*points)
        assert (parts[0].a, parts[0].b) == (segment.a, segment.b)
        assert (parts[-1].a_end, parts[-1].b_end) == (segment.a_end, segment.b_end)
        for left, right in pairwise(parts):
            assert (left.a_end, left.b_end) == (right.a, right.b)
        whole_pairs = {(run.a + i, run.b + i) for run in segment.runs for i in range(run.length)}
        split_pairs = [(run.a + i, run.b + i) for part in parts for run in part.runs for i in range(run.length)]
        assert sorted(split_pairs) == sorted(whole_pairs)
        for part in parts:
            assert all(part.a <= run.a and run.a + run.length <= part.a_end for run in part.runs)
            assert all(part.b <= run.b and run.b + run.length <= part.b_end for run in part.runs)


def test_points_outside_a_segment_do_not_split_it() -> None:
    """Only points inside a segment cut it, on either side, and equal places cut it once."""
    segment = made((2, 10, 8))
    assert segment.split([0, 2, 10, 40], [0, 10, 18]) == [segment]
    assert segment.split([5], [13]) == [made((2, 10, 3)), made((5, 13, 5))]
    assert segment.split([4], [15]) == [made((2, 10, 2)), made((4, 12, 3)), made((7, 15, 3))]


def test_parts_end_where_the_texts_can_be_cut() -> None:
    """A point that has to move takes with it what it passes; tokens that end up in unlike parts are equal no more."""
    segment = made((2, 10, 8))
    first, last = segment.split([5], [], lambda a, b: (a + 2, b))
    assert first == Segment(2, 7, 10, 13, (Run(2, 10, 3),))
    assert last == Segment(7, 10, 13, 18, (Run(7, 15, 3),))
    assert [part.novel for part in (first, last)] == [2, 0]


def test_runs_end_where_characters_do() -> None:
    """A run gives up the tokens at its ends that are only some of those of one character, on either side."""
    runs = [Run(0, 5, 6), Run(8, 12, 2)]
    assert trimmed(runs, lambda a, b: False) == runs
    assert trimmed(runs, lambda a, b: a in (0, 1, 6) or b in (7, 10, 13)) == [Run(3, 8, 1), Run(8, 12, 2)]
    assert trimmed(runs, lambda a, b: a != 8) == []
    assert trimmed(runs, lambda a, b: a in (1, 2, 9)) == runs


def test_a_few_changed_tokens_are_an_edit() -> None:
    """Two long runs are one segment while at most max_edit tokens differ between them on each side."""
    runs = [Run(0, 0, 10), Run(12, 13, 10)]
    assert Chaining(22, 23, 3, 3).segments(runs) == [made(*runs)]
    assert Chaining(22, 23, 3, 2).segments(runs) == [made(runs[0]), made(runs[1])]
    assert Chaining(23, 20, 3, 3).segments([Run(0, 0, 10), Run(13, 10, 10)]) == [made((0, 0, 10), (13, 10, 10))]


def test_short_runs_hold_nothing_together() -> None:
    """Runs shorter than ngram make no segment, but count as equal between two long ones."""
    assert Chaining(9, 9, 3, 3).segments([Run(0, 0, 2), Run(5, 5, 2)]) == []
    assert Chaining(9, 9, 3, 3).segments([]) == []
    runs = [Run(0, 0, 5), Run(7, 7, 2), Run(10, 10, 5)]
    assert Chaining(15, 15, 3, 3).segments(runs) == [made(*runs)]
    assert Chaining(15, 15, 3, 2).segments(runs) == [made(runs[0]), made(runs[2])]


def test_replaced_tokens_at_the_edge_go_and_added_ones_stay() -> None:
    """A segment takes in the block's first or last tokens if the canonical has others instead, not if it has none.

    Where the block has a whole passage there, as many of its tokens go as the canonical has.
    """
    assert Chaining(13, 13, 3, 3).segments([Run(2, 1, 10)]) == [made((2, 1, 10), a=13, b=13)]
    assert Chaining(13, 10, 3, 3).segments([Run(2, 0, 10)]) == [made((2, 0, 10))]
    assert Chaining(14, 11, 3, 3).segments([Run(4, 1, 10)]) == [Segment(3, 14, 0, 11, (Run(4, 1, 10),))]
    assert Chaining(14, 11, 3, 3).segments([Run(0, 0, 10)]) == [Segment(0, 11, 0, 11, (Run(0, 0, 10),))]
    assert Chaining(16, 14, 3, 3).segments([Run(4, 4, 10)]) == [made((4, 4, 10))]


def test_whole_sentences_are_no_edits() -> None:
    """However few its tokens, a whole sentence that only the block has keeps two runs and an edge apart."""
    runs = [Run(0, 0, 10), Run(12, 11, 10)]
    assert Chaining(22, 21, 3, 3, frozenset({0, 10})).segments(runs) == [made(*runs)]
    assert Chaining(22, 21, 3, 3, frozenset({0, 10, 12})).segments(runs) == [made(runs[0]), made(runs[1])]
    assert Chaining(12, 11, 3, 3, frozenset({0, 10})).segments([Run(0, 0, 10)]) == [made((0, 0, 10))]
    assert Chaining(12, 11, 3, 3, frozenset({0, 2})).segments([Run(2, 1, 10)]) == [made((2, 1, 10))]


def test_short_runs_hold_where_the_canonical_begins_or_ends() -> None:
    """The first or last word of the canonical belongs to the segment, though the words beside it were replaced."""
    runs = [Run(8, 0, 1), Run(11, 2, 10), Run(22, 13, 1)]
    assert Chaining(30, 14, 3, 3).segments(runs) == [made(*runs)]
    assert Chaining(30, 14, 3, 1).segments(runs) == [made(*runs[1:])]


def test_a_segment_knows_its_edits() -> None:
    """Edits are the tokens between the runs, on both sides, and novel counts those of the duplicate."""
    segment = made((1, 1, 4), (7, 5, 3), a=11, b=10)
    assert segment.edits() == [(0, 1, 0, 1), (5, 7, 5, 5), (10, 11, 8, 10)]
    assert segment.novel == 4
    assert not segment.is_exact
    assert segment.swapped().edits() == [(0, 1, 0, 1), (5, 5, 5, 7), (8, 10, 10, 11)]
    assert segment.swapped().swapped() == segment


@pytest.mark.parametrize(
    ("segment", "exact"),
    [
        (made((3, 0, 5)), True),
        (made((0, 0, 5), a=6, b=5), False),
        (made((0, 0, 5), a=5, b=6), False),
        (made((0, 0, 5), (5, 6, 2)), False),
        (Segment(0, 0, 0, 0, ()), False),
    ],
)
def test_only_one_whole_run_is_exact(segment: Segment, exact: bool) -> None:
    """A segment is exact if one run covers it on both sides."""
    assert segment.is_exact is exact


def test_whole_takes_everything() -> None:
    """With novel text to be dropped, one segment covers both blocks, edges and all."""
    assert whole([Run(2, 3, 4)], 20, 30) == Segment(0, 20, 0, 30, (Run(2, 3, 4),))
    assert whole([], 3, 4).novel == 3


def test_opposite_follows_the_runs() -> None:
    """A token's opposite is the one it equals, the next place where it was edited, and the end at the end."""
    segment = made((1, 10, 3), (6, 15, 2))
    assert [segment.opposite(a) for a in range(1, 9)] == [10, 11, 12, 13, 13, 15, 16, 17]
    assert segment.between(2, 7) == made((2, 11, 2), (6, 15, 1))


@pytest.mark.parametrize(
    ("taken", "starts", "moved_to"),
    [
        *[(4, {2}, 2), (4, {3}, 3), (4, {2, 3}, 3), (4, {1}, 4), (4, {5, 30}, 4), (4, set(), 4), (4, {2, 4}, 4)],
        *[(2, {4}, 4), (2, {3}, 3), (2, {3, 4}, 3), (2, {1, 5}, 2), (3, {2, 4}, 2)],
    ],
)
def test_added_text_slides_to_the_start_of_a_sentence(taken: int, starts: set[int], moved_to: int) -> None:
    """A passage that begins as the text after it does is taken from where a sentence starts, backwards first."""
    kept = [1, 2, 7, 8, 3, 4, 7, 8, 5, 6]
    a = [1, 2, 7, 8, 20, 21, 22, 7, 8, *kept[4:]]  # put in: 7 8 20 21 22, or 8 20 21 22 7, or 20 21 22 7 8
    runs = [Run(0, 0, taken), Run(taken + 5, taken, 10 - taken)]
    assert all(a[run.a : run.a + run.length] == kept[run.b : run.b + run.length] for run in runs)
    assert slide(runs, a, frozenset(starts)) == [Run(0, 0, moved_to), Run(moved_to + 5, moved_to, 10 - moved_to)]


@pytest.mark.parametrize(
    ("kept", "a", "runs", "start"),
    [
        ([7, 8, 3], [7, 8, 20, 7, 8, 3], [Run(0, 0, 2), Run(5, 2, 1)], 0),
        ([1, 7, 8], [1, 7, 8, 20, 7, 8], [Run(0, 0, 1), Run(4, 1, 2)], 3),
    ],
)
def test_sliding_leaves_no_run_empty(kept: list[int], a: list[int], runs: list[Run], start: int) -> None:
    """A passage does not slide as far as the edge of the block, where a run would vanish."""
    assert align(a, kept, 1)
    assert slide(runs, a, frozenset({start})) == runs


def test_replaced_text_does_not_slide() -> None:
    """Where the canonical has tokens of its own, nothing moves."""
    runs = [Run(0, 0, 4), Run(6, 5, 4)]
    assert slide(runs, list(range(10)), EVERYWHERE) == runs


@settings(max_examples=200, deadline=None)
@given(pair=aligned_pairs(), starts=st.frozensets(st.integers(0, 60)))
def test_sliding_keeps_an_alignment(pair: tuple[list[int], list[int], list[Run]], starts: frozenset[int]) -> None:
    """However runs slide, they stay equal, in order, and as long together as before."""
    a, b, runs = pair
    moved = slide(runs, a, starts)
    assert sum(run.length for run in moved) == sum(run.length for run in runs)
    position_a = position_b = 0
    for run in moved:
        assert run.length > 0
        assert position_a <= run.a
        assert position_b <= run.b
        assert a[run.a : run.a + run.length] == b[run.b : run.b + run.length]
        position_a, position_b = run.a + run.length, run.b + run.length


def test_shrinking_finds_the_nearest_boundaries() -> None:
    """A segment shrinks to the outermost places where a cut may fall, or to nothing."""
    segment = made((3, 5, 10))
    assert shrink(segment, 30, everywhere, everywhere) == segment
    assert shrink(segment, 30, everywhere, {5, 11, 20}.__contains__) == made((5, 7, 6))
    assert shrink(segment, 30, everywhere, {5}.__contains__) is None
    assert shrink(segment, 30, everywhere, nowhere) is None
    assert shrink(segment, 30, nowhere, everywhere) is None
    assert shrink(segment, 30, {4, 9}.__contains__, everywhere) == made((4, 6, 5))


def test_the_edges_of_the_copy_are_boundaries() -> None:
    """Where the whole canonical stands inside the duplicate, its edges may be cut, whatever the sentences are."""
    assert shrink(made((3, 0, 10)), 10, everywhere, nowhere) == made((3, 0, 10))
    assert shrink(made((3, 0, 10)), 12, everywhere, {9}.__contains__) == made((3, 0, 6))
    assert shrink(made((3, 2, 10)), 12, everywhere, {9}.__contains__) == made((9, 8, 4))
