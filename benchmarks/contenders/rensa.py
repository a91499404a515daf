"""rensa: `RMinHashDeduplicator.add_pairs` on lists of word 5-grams, as its README shows.

Candidates are checked against the similarity that the signatures estimate, not against the texts.
"""

from __future__ import annotations

from pathlib import Path

from rensa import RMinHashDeduplicator

from contenders.common import NUM_PERM, THRESHOLD, Clock, batches, read_corpus, run, word_ngrams


def documents(corpus: Path, _jobs: int, clock: Clock) -> list[str]:
    """The ids of the documents that were added, which are those that are no duplicates."""
    with clock.phase("read"):
        ids, texts = read_corpus(corpus)
    deduplicator = RMinHashDeduplicator(threshold=THRESHOLD, num_perm=NUM_PERM, use_lsh=True)
    kept: list[str] = []
    names = iter(ids)
    for batch in batches(texts):
        with clock.phase("words"):
            pairs = [(next(names), word_ngrams(text)) for text in batch]
        with clock.phase("sketch and index"):
            added = deduplicator.add_pairs(pairs)
        kept += [name for (name, _), is_new in zip(pairs, added, strict=True) if is_new]
    return kept


if __name__ == "__main__":
    run("rensa", documents=documents)
