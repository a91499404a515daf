"""rensa: `RMinHashLSH`, all documents inserted, then each queried."""

from __future__ import annotations

from contenders.common import NUM_PERM, batches, word_ngrams
from rensa import RMinHash, RMinHashLSH

from pairers.common import BANDS, Pairs, pairs_of_queries, run


def candidates(texts: list[str], threshold: float) -> Pairs:
    """Documents that share a band."""
    rows = NUM_PERM // BANDS[threshold]
    num_perm = rows * BANDS[threshold]  # it wants a multiple of the number of bands
    lsh = RMinHashLSH(threshold=threshold, num_perm=num_perm, num_bands=BANDS[threshold])
    sketches = []
    for batch in batches(texts):
        sketches += RMinHash.from_token_sets([word_ngrams(text) for text in batch], num_perm=num_perm, seed=42)
    for number, sketch in enumerate(sketches):
        lsh.insert(number, sketch)
    return pairs_of_queries(map(lsh.query, sketches))


if __name__ == "__main__":
    run("rensa", candidates)
