"""dolma: its Bloom filter deduper by n-grams, a paragraph being removed when 80 % of its 3-grams were seen before.

Seen anywhere: the n-grams of a removed paragraph need not stand together in any other. That is another question than
Jaccard similarity with one kept paragraph, and a corpus that uses a passage twice answers it with yes.
"""

from __future__ import annotations

from pathlib import Path

from contenders.common import THRESHOLD, Clock, Span, run
from contenders.dolma import removed_spans

NGRAM = 3
BYTES_PER_NGRAM = 6


def paragraphs(corpus: Path, jobs: int, clock: Clock) -> list[Span]:
    """The paragraphs of which 80 % came before."""
    by_ngram: dict[str, object] = {
        "ngram_length": NGRAM,
        "stride": 0,
        "overlap_threshold": THRESHOLD,
        "skip_short_paragraphs": False,
    }
    return removed_spans(corpus, jobs, clock, by_ngram, corpus.stat().st_size // BYTES_PER_NGRAM, THRESHOLD)


if __name__ == "__main__":
    run("dolma", paragraphs=paragraphs)
