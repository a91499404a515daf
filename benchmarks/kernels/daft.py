"""Daft's kernel: `Series.minhash` of texts that it was given as a series; words are what stands between spaces."""

from __future__ import annotations

from contenders.common import NGRAM, NUM_PERM
from daft import Series

from kernels.common import run


def sketch(texts: Series) -> Series:
    """Sign every text."""
    return texts.minhash(num_hashes=NUM_PERM, ngram_size=NGRAM, seed=1)


if __name__ == "__main__":
    run("daft", sketch=sketch, prepare=Series.from_pylist, starts_from="Series of str")
