"""rensa's "rho" pipeline, with which its README compares itself: 128 slots, 8 bands, all documents at once.

It flags every document that shares a band with another, the first of a group like the others, and does not say with
which. To keep the first of each group, the flagged rows of the signature matrix are banded by hand afterwards; the
matrix gives its rows only as Python lists, all at once, which takes memory that is not rensa's need.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rensa import RMinHash, RMinHashLSH

from contenders.common import NUM_PERM, THRESHOLD, Clock, first_of_bands, read_corpus, run, word_ngrams

SEED = 12345
PROBES = 4
BANDS = 8


def documents(corpus: Path, _jobs: int, clock: Clock) -> list[str]:
    """The ids of the documents that are not flagged, and of the first of each group of flagged ones."""
    with clock.phase("read"):
        ids, texts = read_corpus(corpus)
    with clock.phase("words and sketch"):
        token_sets = map(word_ngrams, texts)
        matrix = RMinHash.digest_matrix_from_token_sets_rho(token_sets, num_perm=NUM_PERM, seed=SEED, probes=PROBES)
    with clock.phase("index"):
        lsh = RMinHashLSH(threshold=THRESHOLD, num_perm=NUM_PERM, num_bands=BANDS)
        flagged = np.array(lsh.query_duplicate_flags_matrix_one_shot(matrix), bool)
    with clock.phase("keep the first (by hand)"):
        numbers = np.flatnonzero(flagged)
        rows = matrix.to_rows()
        signatures = np.array([rows[number] for number in numbers], np.uint32).reshape(len(numbers), NUM_PERM)
        first = numbers[first_of_bands(signatures, BANDS, NUM_PERM // BANDS)]
        flagged[first] = False
    return [ids[number] for number in np.flatnonzero(~flagged)]


if __name__ == "__main__":
    run("rensa", documents=documents)
