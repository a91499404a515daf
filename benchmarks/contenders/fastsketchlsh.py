"""FastSketchLSH: sketches of all documents, 16 bands as in its README, and candidates for each in one call.

Candidates are not verified; which of them to keep is for the caller to say.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
from FastSketchLSH import LSH, FastSimilaritySketch

from contenders.common import NUM_PERM, Clock, batches, first_of_candidates, read_corpus, run, word_ngrams

BANDS = 16


def documents(corpus: Path, jobs: int, clock: Clock) -> list[str]:
    """The ids of the documents that no earlier one is a candidate for."""
    with clock.phase("read"):
        ids, texts = read_corpus(corpus)
    sketcher = FastSimilaritySketch(size=NUM_PERM, seed=42)
    sketches = []
    for batch in batches(texts):
        with clock.phase("words"):
            token_sets = [word_ngrams(text) for text in batch]
        with clock.phase("sketch"):
            sketches.append(sketcher.batch(token_sets, num_threads=jobs))
    with clock.phase("index"):
        matrix = np.concatenate(sketches)
        lsh = LSH(num_perm=NUM_PERM, num_bands=BANDS, num_threads=jobs)
        lsh.insert(matrix)
        flat, offsets = lsh.query(matrix, format="csr")
    with clock.phase("keep the first (by hand)"):
        found, bounds = flat.tolist(), offsets.tolist()
        kept = first_of_candidates(found[first:last] for first, last in pairwise(bounds))
    return [ids[number] for number in kept]


if __name__ == "__main__":
    run("FastSketchLSH", documents=documents)
