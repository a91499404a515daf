"""Daft: text normalised and sketched in one data frame; bands are grouped by hand.

Candidates are not verified. Daft uses the cores it may run on; its normalisation drops punctuation, so that `and/or` is
one word.
"""

from __future__ import annotations

from pathlib import Path

import daft
import numpy as np

from contenders.common import BANDS, NGRAM, NUM_PERM, ROWS, Clock, first_of_bands, run


def documents(corpus: Path, _jobs: int, clock: Clock) -> list[str]:
    """The ids of the first document of each group that shares a band."""
    with clock.phase("read, words and sketch"):
        normal = daft.col("text").normalize(remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True)
        sketched = daft.read_json(str(corpus)).select(
            daft.col("id"),
            normal.minhash(num_hashes=NUM_PERM, ngram_size=NGRAM, seed=1).alias("signature"),
        )
        table = sketched.to_arrow()
    with clock.phase("bands (by hand)"):
        column = table.column("signature").combine_chunks()
        signatures = np.asarray(column.flatten(), np.uint32).reshape(len(column), NUM_PERM)
        kept = first_of_bands(signatures, BANDS, ROWS)
    ids = table.column("id").to_pylist()
    return [ids[number] for number in kept]


if __name__ == "__main__":
    run("daft", documents=documents)
