"""gaoya: `MinHashStringIndex` with its own words and n-grams, all documents inserted, then each queried.

It answers with those of its candidates whose signatures agree to the threshold.
"""

from __future__ import annotations

from contenders.gaoya import new_index

from pairers.common import Pairs, pairs_of_queries, run


def candidates(texts: list[str], threshold: float) -> Pairs:
    """Documents that share a band, and whose signatures agree."""
    index = new_index(threshold)
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    return pairs_of_queries(index.par_bulk_query(texts))


if __name__ == "__main__":
    run("gaoya", candidates)
