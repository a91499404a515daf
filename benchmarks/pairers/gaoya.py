"""gaoya: `MinHashStringIndex` with its own words and n-grams, all documents inserted, then each queried.

It answers with those of its candidates whose signatures agree to the threshold.
"""

from __future__ import annotations

from contenders.common import NGRAM, NUM_PERM
from gaoya.minhash import MinHashStringIndex

from pairers.common import Pairs, pairs_of_queries, run


def candidates(texts: list[str], threshold: float) -> Pairs:
    """Documents that share a band, and whose signatures agree."""
    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=threshold,
        num_bands=None,
        band_size=None,
        num_hashes=NUM_PERM,
        analyzer="word",
        lowercase=True,
        ngram_range=(NGRAM, NGRAM),
        id_container="smallvec",
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    return pairs_of_queries(index.par_bulk_query(texts))


if __name__ == "__main__":
    run("gaoya", candidates)
