r"""Word n-grams as sets of numbers: what "exact Jaccard" means in these benchmarks.

A token is a run of `\w` of the case-folded text; an n-gram is hashed to 64 bits. Two different n-grams with one hash
are not expected in 10^9 of them (the odds of even one such pair are a few per cent), so the sets are called exact.
"""

from __future__ import annotations

import re
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_TOKEN = re.compile(r"\w+")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SPREAD = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)


def tokens(text: str) -> list[str]:
    """The tokens of a text."""
    return _TOKEN.findall(text.casefold())


def ngram_hashes(token_numbers: NDArray[np.int32], ngram: int) -> Hashes:
    """The n-grams of one text, in order, with repeats."""
    count = max(0, len(token_numbers) - ngram + 1)
    mixed = np.zeros(count, np.uint64)
    for k in range(ngram):
        mixed = (mixed ^ (token_numbers[k : k + count].astype(np.uint64) + np.uint64(1))) * _MULTIPLIER
        mixed = (mixed ^ (mixed >> _SHIFT)) * _SPREAD
        mixed ^= mixed >> _SHIFT
    return mixed


def jaccard(a: Hashes, b: Hashes) -> float:
    """|A and B| / |A or B| of two arrays of hashes taken as sets; 0 for two empty ones."""
    if a.shape == b.shape and np.array_equal(a, b):
        return float(len(a) > 0)
    both = np.concatenate([np.unique(a), np.unique(b)])
    union = len(np.unique(both))
    return (len(both) - union) / max(1, union)


class TokenNumbers:
    """Numbers for tokens, given out as they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, words: list[str]) -> NDArray[np.int32]:
        """The numbers of these tokens; a new token gets the next number."""
        numbers = self._numbers
        return np.fromiter((numbers.setdefault(word, len(numbers)) for word in words), np.int32, len(words))


class WordTable:
    """The tokens of each word of a vocabulary (`and/or` is two), looked up by arrays of word numbers."""

    def __init__(self, vocabulary: list[str]) -> None:
        of_words = [tokens(word) for word in vocabulary]
        self._tokens = TokenNumbers().of(list(chain.from_iterable(of_words)))
        self._counts = np.array([len(found) for found in of_words], np.int64)
        self._starts = np.cumsum(self._counts) - self._counts

    def shingles(self, words: NDArray[np.int32], ngram: int) -> Hashes:
        """The n-grams of a text of these words, as `ngram_hashes` of its tokens."""
        counts = self._counts[words]
        ends = np.cumsum(counts)
        places = np.repeat(self._starts[words] - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)
        return ngram_hashes(self._tokens[places], ngram)
