"""rensa's kernel: `RMinHash.from_token_sets` of ready-made lists of 5-grams, whose making is not counted."""

from __future__ import annotations

from contenders.common import NUM_PERM, word_ngrams
from rensa import RMinHash

from kernels.common import run


def prepare(texts: list[str]) -> list[list[str]]:
    """The 5-grams of every text."""
    return [word_ngrams(text) for text in texts]


def sketch(token_sets: list[list[str]]) -> list[RMinHash]:
    """Sign every list."""
    return RMinHash.from_token_sets(token_sets, num_perm=NUM_PERM, seed=42)


if __name__ == "__main__":
    run("rensa", sketch=sketch, prepare=prepare, starts_from="lists of 5-grams")
