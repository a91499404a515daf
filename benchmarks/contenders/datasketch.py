"""datasketch: MinHash and MinHashLSH, a document being removed when the index already has a candidate for it.

Candidates are not verified. The library makes signatures in one thread; with more jobs, processes share that part.
"""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

from datasketch import MinHash, MinHashLSH

from contenders.common import NUM_PERM, THRESHOLD, Clock, batches, read_corpus, run, word_ngrams


def sketch(texts: list[str]) -> list[MinHash]:
    """The signatures of some texts."""
    tokens = ([ngram.encode() for ngram in word_ngrams(text)] for text in texts)
    return MinHash.bulk(tokens, num_perm=NUM_PERM)


def sketches(texts: list[str], jobs: int) -> Iterator[list[MinHash]]:
    """The signatures of all texts, batch after batch."""
    if jobs == 1:
        yield from map(sketch, batches(texts))
        return
    with Pool(jobs) as pool:
        yield from pool.imap(sketch, batches(texts))


def documents(corpus: Path, jobs: int, clock: Clock) -> list[str]:
    """The ids of the documents that no earlier one is a candidate for."""
    with clock.phase("read"):
        ids, texts = read_corpus(corpus)
    lsh = MinHashLSH(threshold=THRESHOLD, num_perm=NUM_PERM)
    kept: list[str] = []
    numbers = iter(ids)
    made = sketches(texts, jobs)
    while True:
        with clock.phase("words and sketch"):
            batch = next(made, None)
        if batch is None:
            return kept
        with clock.phase("index"):
            for minhash in batch:
                name = next(numbers)
                if not lsh.query(minhash):
                    lsh.insert(name, minhash)
                    kept.append(name)


if __name__ == "__main__":
    run("datasketch", documents=documents)
