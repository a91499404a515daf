"""datasketch: `MinHashLSH`, all documents inserted, then each queried."""

from __future__ import annotations

from contenders.common import NUM_PERM, batches, word_ngrams
from datasketch import MinHash, MinHashLSH

from pairers.common import Pairs, pairs_of_queries, run


def candidates(texts: list[str], threshold: float) -> Pairs:
    """Documents that share a band."""
    lsh = MinHashLSH(threshold=threshold, num_perm=NUM_PERM)
    sketches = []
    for batch in batches(texts):
        ngrams = ([ngram.encode() for ngram in word_ngrams(text)] for text in batch)
        sketches += MinHash.bulk(ngrams, num_perm=NUM_PERM)
    for number, sketch in enumerate(sketches):
        lsh.insert(number, sketch)
    return pairs_of_queries(map(lsh.query, sketches))


if __name__ == "__main__":
    run("datasketch", candidates)
