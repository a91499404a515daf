"""This library's kernel: words with offsets, shingles and 128 permutations, a document at a time."""

from __future__ import annotations

from contenders.common import NGRAM, NUM_PERM

from dedup import minhash, shingles
from dedup.records import Span
from kernels.common import run


def sketch(texts: list[str]) -> None:
    """Sign every text."""
    permutations = minhash.Permutations.drawn(NUM_PERM, 1)
    for text in texts:
        batch = shingles.tokenize_blocks(text, [Span(0, len(text))])
        hashes, offsets = shingles.shingle_hashes(batch, NGRAM)
        minhash.signatures(hashes, offsets, permutations)


if __name__ == "__main__":
    run("dedup-text", sketch=sketch, prepare=list, starts_from="str")
