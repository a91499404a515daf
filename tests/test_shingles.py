"""Tokens of blocks, their numbers and the exact overlap of their shingles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup._kernels.reference_arrays import Ids
from dedup.records import Span
from dedup.shingles import Overlap, number_tokens, overlap, shingle_hashes, tokenize, tokenize_blocks
from tests.naive import texts

NAMES = ["ab", "ABC", "", "x y", "Straße", "中文", "!"]


def ids(*numbers: int) -> Ids:
    return np.array(numbers, np.int32)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \n\t…!?—", []),
        ("Don't stop_here, v2.0", ["don", "t", "stop_here", "v2", "0"]),
        ("Die STRASSE, die Straße", ["die", "strasse", "die", "strasse"]),
        ("漢字かなカナ2024年", [*"漢字かな", *"カナ", "2024", "年"]),
        ("กขค abc", ["ก", "ข", "ค", "abc"]),
        ("co\u00adop e\u0301", ["coop", "e\u0301"]),
        ("\u0301\u200d a", ["a"]),
        ("a\ud800b", ["a", "b"]),
    ],
)
def test_words_are_letters_and_numbers(text: str, words: list[str]) -> None:
    """A run of letters and numbers is a token; where words are not spaced, each letter is one."""
    assert tokenize(text).words() == words
    assert len(tokenize(text)) == len(words)


@settings(max_examples=100, deadline=None)
@given(pieces=st.lists(texts(most=12), max_size=6))
def test_a_block_of_a_batch_is_the_block_alone(pieces: list[str]) -> None:
    """The tokens of block i are those of its text by itself, moved to where it stands."""
    text = " ".join(pieces)
    starts = [sum(len(piece) + 1 for piece in pieces[:i]) for i in range(len(pieces))]
    batch = tokenize_blocks(text, [Span(at, at + len(piece)) for at, piece in zip(starts, pieces, strict=True)])
    assert batch.counts().tolist() == [len(tokenize(piece)) for piece in pieces]
    for i, (at, piece) in enumerate(zip(starts, pieces, strict=True)):
        block, alone = batch.block(i), tokenize(piece)
        assert block.words() == alone.words()
        assert block.starts.tolist() == [at + start for start in alone.starts.tolist()]
        assert block.ends.tolist() == [at + end for end in alone.ends.tolist()]
        assert block.hashes.tolist() == alone.hashes.tolist()
        assert block.folded_ends.tolist() == alone.folded_ends.tolist()


def test_no_blocks_have_no_tokens() -> None:
    """A text without blocks gives an empty batch."""
    batch = tokenize_blocks("some text", [])
    assert len(batch.tokens) == 0
    assert batch.counts().tolist() == []


@pytest.mark.parametrize("block", [Span(-1, 2), Span(2, 1), Span(0, 5)])
def test_a_block_outside_the_text_is_an_error(block: Span) -> None:
    """A block that leaves the text raises ValueError."""
    with pytest.raises(ValueError, match="not inside the text"):
        tokenize_blocks("text", [block])


def test_extents_are_places_in_the_text() -> None:
    """Tokens reach from the first's start to the last's end; no tokens are the empty place before the next one."""
    tokens = tokenize(" one, two three.")
    assert tokens.extent(0, 2) == Span(1, 9)
    assert tokens.extent(1, 1) == Span(6, 6)
    assert tokens.extent(3, 3) == Span(15, 15)


@pytest.mark.parametrize("ngram", [1, 2, 3, 5])
def test_shingles_depend_on_their_tokens_only(ngram: int) -> None:
    """Equal runs of tokens have equal shingle hashes in whichever block; short blocks have none."""
    text = "a b c d e|A, b. C d e|a b c|"
    places = [0, *(i + 1 for i, character in enumerate(text) if character == "|")]
    spans = [Span(start, end - 1) for start, end in pairwise(places)]
    hashes, offsets = shingle_hashes(tokenize_blocks(text, spans), ngram)
    parts = [hashes[start:end].tolist() for start, end in pairwise(offsets.tolist())]
    assert [len(part) for part in parts] == [6 - ngram, 6 - ngram, max(0, 4 - ngram)]
    assert parts[0] == parts[1]
    assert parts[2] == parts[0][: len(parts[2])]


@settings(max_examples=100, deadline=None)
@given(a=st.lists(st.sampled_from(NAMES), max_size=8), b=st.lists(st.sampled_from(NAMES), max_size=8))
def test_numbers_are_equal_where_words_are(a: list[str], b: list[str]) -> None:
    """Two blocks share a number exactly where they share a folded word."""
    tokens_a, tokens_b = tokenize(" ".join(a)), tokenize(" ".join(b))
    ids_a, ids_b = number_tokens(tokens_a, tokens_b)
    words = tokens_a.words() + tokens_b.words()
    numbers = [*ids_a.tolist(), *ids_b.tolist()]
    assert (len(ids_a), len(ids_b)) == (len(tokens_a), len(tokens_b))
    assert len(set(zip(words, numbers, strict=True))) == len(set(words)) == len(set(numbers))


def test_overlap_of_long_sequences_is_exact() -> None:
    """Similarity and containment are those of the two sets of shingles, repeats counted once."""
    counted = overlap(ids(1, 2, 3, 4, 1, 2, 3), ids(1, 2, 3, 9), 3)
    assert counted == Overlap(common=1, a=4, b=2)  # 123 234 341 412 and 123 239
    assert counted.jaccard == 1 / 5
    assert (counted.a_in_b, counted.b_in_a) == (1 / 4, 1 / 2)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (ids(), ids(), Overlap(0, 0, 0)),
        (ids(), ids(1, 2, 3, 4), Overlap(0, 0, 1)),
        (ids(1, 2), ids(1, 2), Overlap(1, 1, 1)),
        (ids(1, 2), ids(2, 1), Overlap(0, 1, 1)),
        (ids(1), ids(1, 2), Overlap(0, 1, 1)),
        (ids(1, 2), ids(1, 2, 3, 4), Overlap(0, 1, 1)),
    ],
)
def test_a_short_sequence_is_one_shingle(a: Ids, b: Ids, expected: Overlap) -> None:
    """Sequences shorter than a shingle are compared as a whole, empty ones are like nothing (R9)."""
    assert overlap(a, b, 3) == expected
    assert overlap(b, a, 3) == Overlap(expected.common, expected.b, expected.a)


def test_nothing_is_not_similar_to_nothing() -> None:
    """Ratios of empty sets are 0, not an error."""
    empty = Overlap(0, 0, 0)
    assert (empty.jaccard, empty.a_in_b, empty.b_in_a) == (0, 0, 0)
