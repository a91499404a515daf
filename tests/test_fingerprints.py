"""Runs of tokens in kept texts: every one of at least `min_span` tokens is found, and nothing that is not there."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup._kernels import reference
from dedup._kernels.recipe import ITSELF, Run
from dedup._kernels.reference_fingerprints import select, shape
from tests.kernels import IMPLEMENTATIONS, native, needs_native

per_implementation = pytest.mark.parametrize("kernels", IMPLEMENTATIONS)
# Few different words: runs of all lengths, overlapping and periodic.
words = st.lists(st.sampled_from(["a", "b", "c", "longer-word", "ä"]), max_size=60)
varied = st.lists(st.integers(0, 30).map("w{}".format), max_size=60)


def tokens_of(words: list[str]) -> list[str]:
    """The tokens of such words."""
    return " ".join(words).replace("-", " ").split()


def common(a: list[str], b: list[str], least: int) -> set[int]:
    """The tokens of a that lie in a run of at least so many that stands in b too."""
    covered: set[int] = set()
    for i in range(len(a) - least + 1):
        if any(a[i : i + least] == b[j : j + least] for j in range(len(b) - least + 1)):
            covered |= set(range(i, i + least))
    return covered


@per_implementation
@settings(max_examples=150, deadline=None)
@given(text=words | varied, kept=st.lists(words | varied, max_size=4), min_span=st.integers(1, 9))
def test_every_run_that_is_long_enough_is_found(
    kernels: ModuleType, text: list[str], kept: list[list[str]], min_span: int
) -> None:
    """What is found covers every run that a kept text shares; each run found is there, and they lie apart."""
    index = kernels.Fingerprints(min_span, 1000)
    for one in kept:
        index.keep(" ".join(one))
    tokens, others = tokens_of(text), [tokens_of(one) for one in kept]
    runs = index.find(" ".join(text))
    covered: set[int] = set()
    for run in runs:
        other = tokens if run.text == ITSELF else others[run.text]
        assert tokens[run.a : run.a + run.length] == other[run.b : run.b + run.length]
        assert covered.isdisjoint(range(run.a, run.a + run.length))
        covered |= set(range(run.a, run.a + run.length))
    for run in runs:
        if run.text == ITSELF:  # its copy stays
            assert run.b + run.length <= run.a
            assert covered.isdisjoint(range(run.b, run.b + run.length))
    for other in others:
        assert common(tokens, other, min_span) <= covered
    assert index.capped == 0


@per_implementation
@settings(max_examples=150, deadline=None)
@given(head=varied, run=varied, middle=varied, tail=varied, min_span=st.integers(2, 12))
def test_nothing_comes_twice_in_what_is_left(
    kernels: ModuleType, head: list[str], run: list[str], middle: list[str], tail: list[str], min_span: int
) -> None:
    """Cut again and again until nothing is found, a text repeats no run of so many tokens that lie apart."""
    text = [*head, *run, *middle, *run, *tail]
    while found := kernels.Fingerprints(min_span, 1000).find(" ".join(text)):
        gone = {token for one in found for token in range(one.a, one.a + one.length)}
        text = [word for i, word in enumerate(text) if i not in gone]
    for i in range(len(text) - min_span + 1):
        for j in range(i + min_span, len(text) - min_span + 1):
            assert text[i : i + min_span] != text[j : j + min_span]


@per_implementation
def test_in_periodic_text_one_period_stays(kernels: ModuleType) -> None:
    """A passage that comes again and again is left once."""
    period = [f"w{i}" for i in range(10)]
    assert kernels.Fingerprints(10, 1000).find(" ".join(period * 4)) == [
        Run(10, ITSELF, 0, 10),
        Run(20, ITSELF, 0, 10),
        Run(30, ITSELF, 0, 10),
    ]


@per_implementation
def test_what_stands_everywhere_is_capped_and_counted(kernels: ModuleType) -> None:
    """Of a fingerprint so many places are remembered; the others are counted."""
    index = kernels.Fingerprints(4, 3)
    for _ in range(5):
        index.keep("one two three four")
    assert (len(index), index.capped, index.kept(4)) == (5, 2, (0, "one two three four", []))
    assert index.find("zero one two three four five") == [Run(1, 0, 0, 4)]


@needs_native
@settings(max_examples=300, deadline=None)
@given(
    kept=st.lists(words | varied, max_size=4), text=words | varied, min_span=st.integers(1, 9), limit=st.integers(1, 9)
)
def test_both_kernels_find_the_same(kept: list[list[str]], text: list[str], min_span: int, limit: int) -> None:
    """The same runs, and as many places capped."""
    assert native is not None
    answers = []
    for kernels in (reference, native):
        index = kernels.Fingerprints(min_span, limit)
        numbers = [index.keep(" ".join(one)) for one in kept]
        answers.append((numbers, index.find(" ".join(text)), index.capped))
    assert answers[0] == answers[1]


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(1, 8))
def test_every_window_has_a_selected_fingerprint(fingerprints: list[int], window: int) -> None:
    """The least of each, the last of equal ones."""
    selected = select(fingerprints, window)
    assert len({at for _, at in selected}) == len(selected)
    for first in range(len(fingerprints) - window + 1):
        inside = fingerprints[first : first + window]
        last = first + window - 1 - inside[::-1].index(min(inside))
        assert (min(inside), last) in selected


@given(st.integers(1, 1000))
def test_a_window_of_fingerprints_is_a_run(min_span: int) -> None:
    """As many tokens as a run of the least length has."""
    ngram, window = shape(min_span)
    assert ngram + window - 1 == min_span
    assert min(ngram, window) >= 1


@needs_native
@settings(max_examples=300, deadline=None)
@given(
    kept=st.lists(words | varied, min_size=1, max_size=3),
    changes=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3), st.integers(0, 3)), max_size=4),
    min_span=st.integers(5, 9),
    max_edit=st.integers(0, 4),
)
def test_both_kernels_go_on_behind_the_same_edits(
    kept: list[list[str]], changes: list[tuple[int, int, int]], min_span: int, max_edit: int
) -> None:
    """The same runs, in copies of kept text of which some words were replaced, added or left out."""
    assert native is not None
    text = [*kept[0]]
    for place, out, added in changes:
        text[place : place + out] = ["new"] * added
    answers = []
    for kernels in (reference, native):
        index = kernels.Fingerprints(min_span, 9, max_edit)
        for one in kept:
            index.keep(" ".join(one))
        answers.append(index.find(" ".join(text)))
    assert answers[0] == answers[1]


@per_implementation
def test_beside_a_run_shorter_ones_are_found_behind_small_edits(kernels: ModuleType) -> None:
    """Where no more than `max_edit` tokens differ, a run goes on as a run of its own, however short, on both sides."""
    kept = [f"w{i}" for i in range(60)]
    text = [*kept[:10], "new", *kept[11:40], *kept[42:50], "a", "b", "c", *kept[50:60]]
    found = {}
    for max_edit in (0, 1, 2):
        index = kernels.Fingerprints(20, 9, max_edit)
        index.keep(" ".join(kept))
        found[max_edit] = index.find(" ".join(text))
    long = Run(11, 0, 11, 29)
    assert found == {0: [long], 1: [Run(0, 0, 0, 10), long], 2: [Run(0, 0, 0, 10), long, Run(40, 0, 42, 8)]}


@per_implementation
@settings(max_examples=150, deadline=None)
@given(
    before=st.lists(varied.filter(bool), max_size=4),
    block=st.lists(st.integers(0, 30).map("w{}".format), min_size=4, max_size=11),
    after=varied,
    own=st.lists(varied.filter(bool), max_size=3),
)
def test_a_short_block_that_stands_in_kept_text_is_found(
    kernels: ModuleType, before: list[list[str]], block: list[str], after: list[str], own: list[list[str]]
) -> None:
    """Where a sentence of kept text begins with all of a block, that goes, although it is shorter than `min_span`."""
    index = kernels.Fingerprints(12, 1000, 0, 4)
    kept = ". ".join([*(" ".join(one) for one in before), " ".join([*block, *after])])
    index.keep(kept, 0, [(0, len(kept))])
    rows = [" ".join(one) for one in [*own, block]]
    starts = [sum(len(row) + 1 for row in rows[:i]) for i in range(len(rows))]
    blocks = [(start, start + len(row)) for start, row in zip(starts, rows, strict=True)]
    found = index.find("\n".join(rows), (), blocks)
    first = sum(map(len, own))
    covered = {token for run in found for token in range(run.a, run.a + run.length)}
    assert set(range(first, first + len(block))) <= covered


@per_implementation
def test_what_begins_inside_of_a_sentence_is_no_block_of_its_own(kernels: ModuleType) -> None:
    """A short block is not looked for in the middle of sentences, and not at all where `min_tokens` is 0."""
    block = "one two three four five"
    for kept, min_tokens, count in ((f"Here. {block} six.", 4, 1), (f"Here {block} six.", 4, 0), (block, 0, 0)):
        index = kernels.Fingerprints(12, 1000, 0, min_tokens)
        index.keep(kept, 0, [(0, len(kept))])
        assert len(index.find(block, (), [(0, len(block))])) == count


@per_implementation
def test_a_run_before_a_short_block_on_its_diagonal_is_found(kernels: ModuleType) -> None:
    """In a copy whose end was looked at first, as a short block, the long run before it is found all the same."""
    run, block = " ".join(f"w{i}" for i in range(20)), "one two three four five"
    kept, text = f"{run} old old. {block}", f"{run} new new\n{block}"
    index = kernels.Fingerprints(12, 1000, 0, 4)
    index.keep(kept, 0, [(0, len(kept))])
    found = index.find(text, (), [(0, len(text) - len(block) - 1), (len(text) - len(block), len(text))])
    assert found == [Run(0, 0, 0, 20), Run(22, 0, 22, 5)]


@needs_native
@settings(max_examples=300, deadline=None)
@given(
    kept=st.lists(words | varied, max_size=3),
    rows=st.lists((words | varied).filter(bool), min_size=1, max_size=4),
    min_span=st.integers(3, 9),
    max_edit=st.integers(0, 3),
    min_tokens=st.integers(0, 5),
)
def test_both_kernels_find_the_same_of_blocks(
    kept: list[list[str]], rows: list[list[str]], min_span: int, max_edit: int, min_tokens: int
) -> None:
    """The same runs, those of short blocks and beside edits among them; and all that the guarantee promises."""
    assert native is not None
    lines = [" ".join(row) for row in rows]
    starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
    blocks = [(start, start + len(line)) for start, line in zip(starts, lines, strict=True)]
    answers = []
    for kernels in (reference, native):
        index = kernels.Fingerprints(min_span, 1000, max_edit, min_tokens)
        for one in kept:
            index.keep(" ".join(one), 0, [(0, len(" ".join(one)))])
        answers.append(index.find("\n".join(lines), (), blocks))
    assert answers[0] == answers[1]
    covered = {token for run in answers[1] for token in range(run.a, run.a + run.length)}
    tokens = tokens_of(" ".join(lines).split(" "))
    for one in kept:
        assert common(tokens, tokens_of(one), min_span) <= covered


@per_implementation
def test_a_copy_with_thousands_of_edits_is_followed_to_its_end(kernels: ModuleType) -> None:
    """From one long run a copy is found in both directions, however many words in it were changed."""
    kept = [f"w{i}" for i in range(12_000)]
    text = [f"new{i}" if i % 6 == 5 and not 6000 <= i < 6020 else word for i, word in enumerate(kept)]
    index = kernels.Fingerprints(20, 9, 1)
    index.keep(" ".join(kept))
    found = index.find(" ".join(text))
    assert len(found) == 1 + 1000 + (12_000 - 6020) // 6
    assert (found[0], found[-1]) == (Run(0, 0, 0, 5), Run(11_994, 0, 11_994, 5))
