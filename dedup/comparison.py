"""How alike two texts are, and where: the work behind `dedup compare`."""

from __future__ import annotations

from dataclasses import dataclass

from dedup.alignment import align
from dedup.excerpts import Excerpt
from dedup.pairs import Pair
from dedup.records import Span
from dedup.settings import Settings
from dedup.shingles import tokenize


@dataclass(frozen=True, slots=True)
class Aligned:
    """A run of tokens that stands in both texts.

    Attributes:
        a: Its characters in the first text.
        b: Its characters in the second.
        tokens: Its length.
    """

    a: Span
    b: Span
    tokens: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts, compared exactly.

    Attributes:
        similarity: Jaccard similarity of their shingle sets, 0..1.
        a_in_b: Share of the first text's shingles that stand in the second, 0..1.
        b_in_a: The other way round.
        ngram: Tokens in a shingle.
        tokens: Tokens in each text.
        aligned: Runs of at least `ngram` tokens that stand in both, in order.
    """

    similarity: float
    a_in_b: float
    b_in_a: float
    ngram: int
    tokens: tuple[int, int]
    aligned: tuple[Aligned, ...]


def compare(a: str, b: str, settings: Settings) -> Comparison:
    """Compare two texts as wholes, with the shingles of `settings`."""
    pair = Pair(Excerpt.whole(a), tokenize(a), Excerpt.whole(b), settings)
    ngram = settings.shingle_length
    least = min(ngram, len(pair.ids_a), len(pair.ids_b))
    runs = align(pair.ids_a.tolist(), pair.ids_b.tolist(), ngram)
    aligned = (
        Aligned(
            pair.tokens_a.extent(run.a, run.a + run.length), pair.tokens_b.extent(run.b, run.b + run.length), run.length
        )
        for run in runs
        if run.length >= least
    )
    return Comparison(
        pair.overlap.jaccard,
        pair.overlap.a_in_b,
        pair.overlap.b_in_a,
        ngram,
        (len(pair.ids_a), len(pair.ids_b)),
        tuple(aligned),
    )
