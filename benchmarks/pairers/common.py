"""What the pairers share: documents in, all pairs of candidates out, before any check against the texts.

A pairer is a file that calls `run` with one function. It is started as

    python -m pairers.NAME CORPUS.jsonl --threshold 0.8 --answer FILE

writes one `[i, j]` a line, i < j being positions in the corpus, and prints its version.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from contenders.common import read_corpus, version

Pairs = Iterable[tuple[int, int]]

# Of 128 permutations, as datasketch derives them from the threshold, for those who leave the choice to the caller.
BANDS = {0.5: 25, 0.8: 9}


def run(distribution: str, candidates: Callable[[list[str], float], Pairs]) -> None:
    """Be a pairer."""
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--threshold", type=float, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    options = parser.parse_args()
    _, texts = read_corpus(options.corpus)
    with options.answer.open("w", encoding="utf-8") as answer:
        answer.writelines(f"[{i}, {j}]\n" for i, j in candidates(texts, options.threshold))
    print(json.dumps({"version": version(distribution)}))


def pairs_of_queries(found: Iterable[Iterable[int]]) -> Iterator[tuple[int, int]]:
    """The pairs in the answers to one query a document, asked when all had been inserted."""
    for number, others in enumerate(found):
        yield from ((other, number) for other in others if other < number)
