"""dolma: its Bloom filter deduper in paragraph mode, whole paragraphs, called through its Python binding.

It removes what the filter has seen, letter for letter; it does not say where. It does not look for near-duplicates
here: `dolma_ngrams` does. The file is split into one part a job, since a part is what a thread reads.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dolma import deduper

from contenders.common import Clock, Span, run, split_corpus

BYTES_PER_PARAGRAPH = 200  # fewer than there are: a filter that is too small begins to guess
FALSE_POSITIVE_RATE = 1e-6


def configuration(folder: Path, jobs: int, by_ngram: dict[str, object] | None, entries: int) -> dict[str, object]:
    """What the command line `dolma dedupe` would hand to the binding."""
    paragraphs: dict[str, object] = {"attribute_name": "repeats", "paragraph_separator": "\n"}
    if by_ngram:
        paragraphs["by_ngram"] = by_ngram
    return {
        "documents": [str(folder / "documents" / "*.jsonl")],
        "work_dir": {"input": str(folder / "work-in"), "output": str(folder / "work-out")},
        "dedupe": {
            "name": "repeats",
            "paragraphs": paragraphs,
            "skip_empty": True,
            "min_length": 0,
            "min_words": 0,
            "num_partitions": 1,
            "partition_index": 0,
            "file_partition": False,
            "document_dir": "documents",
        },
        "bloom_filter": {
            "file": str(folder / "bloom.bin"),
            "read_only": False,
            "size_in_bytes": 0,
            "estimated_doc_count": entries,
            "desired_false_positive_rate": FALSE_POSITIVE_RATE,
        },
        "is_s3_volume": False,
        "processes": jobs,
        "compression": {"input": None, "output": None},
    }


def read_spans(path: Path, least: float) -> Iterator[Span]:
    """The spans whose score, the share that was seen before, is at least this."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            for start, end, score in record["attributes"]["repeats"]:
                if score >= least:
                    yield record["id"], start, end


def removed_spans(
    corpus: Path, jobs: int, clock: Clock, by_ngram: dict[str, object] | None, entries: int, least: float
) -> list[Span]:
    """Run the deduper on a folder laid out as it wants it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("work-in", "work-out"):
            (folder / part).mkdir()
        with clock.phase("split the file"):
            split_corpus(corpus, folder / "documents", jobs)
        with clock.phase("dedupe"):
            deduper(configuration(folder, jobs, by_ngram, entries))
        with clock.phase("read the attributes"):
            attributes = sorted((folder / "attributes").rglob("*.jsonl*"))
            return [span for path in attributes for span in read_spans(path, least)]


def paragraphs(corpus: Path, jobs: int, clock: Clock) -> list[Span]:
    """The paragraphs that came before, letter for letter."""
    return removed_spans(corpus, jobs, clock, None, corpus.stat().st_size // BYTES_PER_PARAGRAPH, 1.0)


if __name__ == "__main__":
    run("dolma", paragraphs=paragraphs)
