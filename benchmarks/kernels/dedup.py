"""This library's kernel: words, shingles and 128 permutations in one pass, a few hundred documents at a time."""

from __future__ import annotations

from contenders.common import NGRAM, NUM_PERM

from dedup import minhash
from kernels.common import run

BATCH = 256


def sketch(texts: list[str]) -> None:
    """Sign every text."""
    permutations = minhash.Permutations.drawn(NUM_PERM, 1)
    for start in range(0, len(texts), BATCH):
        minhash.sign(texts[start : start + BATCH], NGRAM, permutations)


if __name__ == "__main__":
    run("dedup-text", sketch=sketch, prepare=list, starts_from="str")
