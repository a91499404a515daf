"""Two texts compared as wholes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Settings
from dedup.comparison import compare
from dedup.shingles import tokenize

_WORDS = st.lists(st.sampled_from(("one", "Two", "drei", "北", "é", "5", "-")), max_size=12)
_TEXTS = _WORDS.map(" ".join)


def _shingles(text: str, ngram: int) -> set[tuple[str, ...]]:
    words = tokenize(text).words()
    return {tuple(words[i : i + ngram]) for i in range(len(words) - ngram + 1)} or ({tuple(words)} - {()})


@pytest.mark.parametrize(
    ("a", "b", "similarity", "a_in_b", "b_in_a"),
    [
        ("a b c d", "a b c d", 1, 1, 1),
        ("a b c d", "A, B; c d!", 1, 1, 1),
        ("a b c d", "a b c d e f", 2 / 4, 1, 2 / 4),
        ("a b c d e f", "x a b c d", 2 / 5, 2 / 4, 2 / 3),
        ("a b c", "d e f", 0, 0, 0),
        ("a", "a", 1, 1, 1),
        ("a", "b", 0, 0, 0),
        ("", "a", 0, 0, 0),
        ("a", "", 0, 0, 0),
    ],
)
def test_similarity_and_containment(a: str, b: str, similarity: float, a_in_b: float, b_in_a: float) -> None:
    """Similarity and containment are those of the sets of shingles, however the words are written."""
    found = compare(a, b, Settings(ngram=3))
    assert (found.similarity, found.a_in_b, found.b_in_a) == (similarity, a_in_b, b_in_a)


def test_aligned_runs_point_into_the_originals() -> None:
    """Each run names the characters of both texts that hold the same words."""
    a, b = "Intro. The cat sat on the mat, then left. End.", "THE CAT  sat on the mat\nthen went away. The End."
    found = compare(a, b, Settings(ngram=3))
    assert [(a[run.a.start : run.a.end], b[run.b.start : run.b.end], run.tokens) for run in found.aligned] == [
        ("The cat sat on the mat, then", "THE CAT  sat on the mat\nthen", 7)
    ]
    assert found.tokens == (10, 11)
    assert found.ngram == 3


@given(_TEXTS, _TEXTS, st.integers(1, 4))
def test_comparison_is_exact_and_symmetric(a: str, b: str, ngram: int) -> None:
    """The numbers are those of a plain computation on sets, and swapping the texts swaps them."""
    found, swapped = compare(a, b, Settings(ngram=ngram)), compare(b, a, Settings(ngram=ngram))
    sets = _shingles(a, ngram), _shingles(b, ngram)
    both, either = sets[0] & sets[1], sets[0] | sets[1]
    if either:
        assert found.similarity == len(both) / len(either)
        assert found.a_in_b == (len(both) / len(sets[0]) if sets[0] else 0)
        assert found.b_in_a == (len(both) / len(sets[1]) if sets[1] else 0)
    assert (swapped.similarity, swapped.a_in_b, swapped.b_in_a) == (found.similarity, found.b_in_a, found.a_in_b)


@given(_TEXTS, _TEXTS, st.integers(1, 4))
def test_aligned_runs_are_equal_and_in_order(a: str, b: str, ngram: int) -> None:
    """Aligned runs hold the same words in both texts, in order in both, apart from each other."""
    found = compare(a, b, Settings(ngram=ngram))
    for run in found.aligned:
        words = tokenize(a[run.a.start : run.a.end]).words()
        assert words == tokenize(b[run.b.start : run.b.end]).words()
        assert len(words) == run.tokens
    for before, after in pairwise(found.aligned):
        assert before.a.end <= after.a.start
        assert before.b.end <= after.b.start
