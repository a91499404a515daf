"""Block > tokens with offsets > shingle hashes.

A token is a run of letters and numbers (and underscores, as in identifiers), compared after NFKC and full case folding
with default-ignorable characters left out; in scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese)
each letter is a token. Offsets always point into the text that was given. A token's hash is XXH3 (64 bits) of its
folded form's UTF-8 bytes; a shingle is `ngram` tokens in a row, hashed to 32 bits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup import _kernels
from dedup._kernels.recipe import DIGITS
from dedup.records import Span

if TYPE_CHECKING:
    from dedup._kernels.reference_arrays import Folded, Ids, Offsets, Shingles, TokenHashes


def _is_digit(code: int) -> bool:
    place = bisect_right(DIGITS, code)
    return place > 0 and code < DIGITS[place - 1] + 10


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """The tokens of one block.

    Attributes:
        starts: int64, first character of each token.
        ends: int64, one past its last; a token may share a character with the next (one character can fold to two).
        hashes: uint64.
        folded: uint8, the folded UTF-8 bytes of all tokens, one after another.
        folded_ends: int64, where each token ends in `folded`.
    """

    starts: Offsets
    ends: Offsets
    hashes: TokenHashes
    folded: Folded
    folded_ends: Offsets

    def __len__(self) -> int:
        return len(self.hashes)

    def share_character(self, i: int) -> bool:
        """Whether token i begins in the character in which the one before it ends: nothing can be cut there."""
        return 0 < i < len(self) and bool(self.ends[i - 1] > self.starts[i])

    def extent(self, first: int, last: int) -> Span:
        """The characters of tokens [first, last); where there are none, the empty place before the next token."""
        if first < last:
            return Span(int(self.starts[first]), int(self.ends[last - 1]))
        place = int(self.starts[first]) if first < len(self) else max(self.ends.tolist(), default=0)
        return Span(place, place)

    def is_number(self, i: int) -> bool:
        """Whether token i has a digit in it."""
        first = int(self.folded_ends[i - 1]) if i else 0
        word = self.folded[first : self.folded_ends[i]].tobytes().decode()
        return any(_is_digit(ord(letter)) for letter in word)

    def words(self) -> list[str]:
        """The tokens in their folded form."""
        data = self.folded.tobytes()
        return [data[start:end].decode() for start, end in pairwise([0, *self.folded_ends.tolist()])]


@dataclass(frozen=True, slots=True, eq=False)
class TokenBatch:
    """The tokens of many blocks of one text; those of block i are [offsets[i], offsets[i + 1])."""

    tokens: Tokens
    offsets: Offsets

    def counts(self) -> Offsets:
        """int64, tokens in each block."""
        return np.diff(self.offsets)

    def block(self, i: int) -> Tokens:
        """The tokens of block i, with offsets into the whole text."""
        first, last = int(self.offsets[i]), int(self.offsets[i + 1])
        tokens, before = self.tokens, int(self.tokens.folded_ends[first - 1]) if first else 0
        after = int(tokens.folded_ends[last - 1]) if last else 0
        return Tokens(
            tokens.starts[first:last],
            tokens.ends[first:last],
            tokens.hashes[first:last],
            tokens.folded[before:after],
            tokens.folded_ends[first:last] - before,
        )


def tokenize_blocks(text: str, blocks: Sequence[Span]) -> TokenBatch:
    """The tokens of all blocks of a text, in one call of the kernel.

    Raises:
        ValueError: If a block is not inside the text.
    """
    spans = np.array(blocks, np.int64).reshape(len(blocks), 2)
    starts, ends, hashes, offsets, folded, folded_ends = _kernels.chosen().tokenize(text, spans)
    return TokenBatch(Tokens(starts, ends, hashes, folded, folded_ends), offsets)


def tokenize(text: str) -> Tokens:
    """The tokens of a whole text."""
    return tokenize_blocks(text, [Span(0, len(text))]).tokens


def shingle_hashes(batch: TokenBatch, ngram: int) -> tuple[Shingles, Offsets]:
    """uint32 hashes of the shingles of all blocks, and where each block's begin (int64, blocks + 1).

    A block of fewer than `ngram` tokens has no shingles: it is compared exactly or left alone (R9).
    """
    return _kernels.chosen().shingle(batch.tokens.hashes, batch.offsets, ngram)


def number_tokens(a: Tokens, b: Tokens) -> tuple[Ids, Ids]:
    """The tokens of both, numbered (int32): equal numbers exactly where the folded tokens are equal.

    It compares the bytes, so that no collision of hashes, chance or planted, can make unlike tokens alike.
    """
    ids = _kernels.chosen().number_tokens(
        np.concatenate([a.folded, b.folded]),
        np.concatenate([a.folded_ends, b.folded_ends + len(a.folded)]),
        np.concatenate([a.hashes, b.hashes]),
    )
    return ids[: len(a)], ids[len(a) :]


@dataclass(frozen=True, slots=True)
class Overlap:
    """The shingle sets of two blocks, counted exactly: |A and B|, |A| and |B|."""

    common: int
    a: int
    b: int

    @property
    def jaccard(self) -> float:
        """|A and B| / |A or B|, 0..1; 0 where neither has a shingle."""
        return self.common / max(1, self.a + self.b - self.common)

    @property
    def a_in_b(self) -> float:
        """Containment: |A and B| / |A|, 0..1."""
        return self.common / max(1, self.a)

    @property
    def b_in_a(self) -> float:
        """Containment the other way round: |A and B| / |B|, 0..1."""
        return self.common / max(1, self.b)


def overlap(ids_a: Ids, ids_b: Ids, ngram: int) -> Overlap:
    """Count the shingles that two numbered token sequences share, as exact sets.

    Sequences shorter than a shingle are one shingle each, as long as they are (R9).
    """
    shortest = min(len(ids_a), len(ids_b))
    if shortest < ngram:
        same = len(ids_a) == len(ids_b) > 0 and bool(np.array_equal(ids_a, ids_b))
        return Overlap(int(same), int(len(ids_a) > 0), int(len(ids_b) > 0))
    return Overlap(*_kernels.chosen().overlap(ids_a, ids_b, ngram))
