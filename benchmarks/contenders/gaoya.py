"""gaoya: `MinHashStringIndex` on texts, with its own words and n-grams; all inserted, then all queried.

Candidates are checked against the similarity that the signatures estimate, not against the texts. It
derives the bands from the threshold itself (21 of 6). The index has no way to insert what was sketched for a query, so
every text is sketched twice.
"""

from __future__ import annotations

from pathlib import Path

from gaoya.minhash import MinHashStringIndex

from contenders.common import NGRAM, NUM_PERM, THRESHOLD, Clock, first_of_candidates, read_corpus, run


def new_index(threshold: float) -> MinHashStringIndex:
    """An empty index that makes words and n-grams itself."""
    return MinHashStringIndex(
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


def documents(corpus: Path, _jobs: int, clock: Clock) -> list[str]:
    """The ids of the documents to which no earlier one is similar."""
    with clock.phase("read"):
        ids, texts = read_corpus(corpus)
    index = new_index(THRESHOLD)
    with clock.phase("words, sketch and index"):
        index.par_bulk_insert_docs(list(range(len(texts))), texts)
    with clock.phase("words, sketch and query"):
        candidates = index.par_bulk_query(texts)
    with clock.phase("keep the first (by hand)"):
        kept = first_of_candidates(candidates)
    return [ids[number] for number in kept]


if __name__ == "__main__":
    run("gaoya", documents=documents)
