"""What the contenders share: command line, reading of the corpus, clock, and the form of the answer.

A contender is a file that calls `run` with one function. It is started as

    python -m contenders.NAME CORPUS.jsonl --answer FILE --jobs N

writes its answer to FILE, and prints one JSON object. The answer to a corpus of documents is the ids that are kept, one
a line; to a corpus of paragraphs, the spans that are removed, one `[id, start, end]` a line.

Only the standard library and NumPy may be used here, in versions that every contender can live with.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

THRESHOLD = 0.8
NGRAM = 5
NUM_PERM = 128
# What datasketch derives from threshold 0.8 and 128 permutations, for those who leave the choice to the caller.
BANDS, ROWS = 9, 13

Span = tuple[str, int, int]

_TOKEN = re.compile(r"\w+")


class Clock:
    """Seconds spent in named phases; a phase may be entered many times."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what happens inside to a phase."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def read_corpus(path: Path) -> tuple[list[str], list[str]]:
    """Ids and texts of all documents."""
    ids, texts = [], []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            ids.append(record["id"])
            texts.append(record["text"])
    return ids, texts


def split_corpus(corpus: Path, folder: Path, parts: int) -> None:
    """Cut a file of JSON lines into parts of about the same size."""
    folder.mkdir()
    with corpus.open("rb") as lines:
        size = corpus.stat().st_size
        for part in range(parts):
            with (folder / f"{part:05}.jsonl").open("wb") as out:
                out.writelines(lines.readlines(-(-size // parts)))


def word_ngrams(text: str) -> list[str]:
    """The word 5-grams of the case-folded text, in order."""
    words = _TOKEN.findall(text.casefold())
    return list(map(" ".join, zip(*(words[k:] for k in range(NGRAM)), strict=False)))


def batches(texts: list[str], size: int = 1000) -> Iterator[list[str]]:
    """The texts in lists of a bounded size, so that their n-grams need not all be in memory."""
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def first_of_bands(signatures: np.ndarray, bands: int, rows: int) -> list[int]:
    """The rows that share no whole band with an earlier row that was itself taken: the first of each group."""
    import numpy as np  # noqa: PLC0415  # a tenth of a second, which those who have no arrays need not pay

    kept = []
    tables: list[set[bytes]] = [set() for _ in range(bands)]
    width = f"V{signatures.dtype.itemsize * rows}"
    columns = [
        np.ascontiguousarray(signatures[:, band * rows : (band + 1) * rows]).view(width).ravel().tolist()
        for band in range(bands)
    ]
    for number, keys in enumerate(zip(*columns, strict=True)):
        if not any(key in table for key, table in zip(keys, tables, strict=True)):
            kept.append(number)
            for key, table in zip(keys, tables, strict=True):
                table.add(key)
    return kept


def first_of_candidates(candidates: Iterable[Iterable[int]]) -> list[int]:
    """The numbers, from 0, of which no earlier candidate was itself taken."""
    kept: set[int] = set()
    for number, found in enumerate(candidates):
        if not any(other < number and other in kept for other in found):
            kept.add(number)
    return sorted(kept)


def run(
    distribution: str,
    *,
    documents: Callable[[Path, int, Clock], list[str]] | None = None,
    paragraphs: Callable[[Path, int, Clock], list[Span]] | None = None,
) -> None:
    """Be a contender: `documents` returns the ids to keep, `paragraphs` the spans to remove."""
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    clock = Clock()
    find = paragraphs if options.corpus.name.startswith("paragraphs") else documents
    if find is None:
        sys.exit(f"{distribution} has no answer to a corpus like {options.corpus.name}")
    found = find(options.corpus, options.jobs, clock)
    with clock.phase("write answer"):
        lines = (line if isinstance(line, str) else json.dumps(line) for line in found)
        options.answer.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    seconds = {name: round(spent, 4) for name, spent in clock.seconds.items()}
    print(json.dumps({"version": version(distribution), "python": platform.python_version(), "seconds": seconds}))


def version(distribution: str) -> str:
    """The installed version; of this library also when it runs from its source; empty for what is no distribution."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return getattr(sys.modules.get(distribution.removesuffix("-text")), "__version__", "")
