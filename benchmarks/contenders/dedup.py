"""This library: documents through `clean_corpus`, paragraphs through the command line with its report.

Every candidate is verified by its exact Jaccard similarity with a text that was kept. The command also writes the
cleaned texts and the report; both are counted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import dedup
from contenders.common import NGRAM, THRESHOLD, Clock, Span, read_corpus, run


def documents(corpus: Path, _jobs: int, clock: Clock) -> list[str]:
    """The ids of the documents that still have text."""
    with clock.phase("read"):
        ids, texts = read_corpus(corpus)
    given = map(dedup.Document, ids, texts)
    with clock.phase("clean"):
        cleaned = dedup.clean_corpus(given, unit="document", threshold=THRESHOLD, ngram=NGRAM)
        return [result.id for result in cleaned if not result.is_empty]


def paragraphs(corpus: Path, _jobs: int, clock: Clock) -> list[Span]:
    """The spans that the report says were cut."""
    with tempfile.TemporaryDirectory() as folder:
        output, report = Path(folder, "clean.jsonl"), Path(folder, "report.jsonl")
        command = [sys.executable, "-m", "dedup", "clean", str(corpus), "-o", str(output), "--report", str(report)]
        with clock.phase("dedup clean"):
            subprocess.run([*command, "--unit", "paragraph", "--threshold", str(THRESHOLD), "--quiet"], check=True)
        with clock.phase("read the report"), report.open(encoding="utf-8") as lines:
            records = map(json.loads, lines)
            return [(cut["document"], cut["start"], cut["end"]) for cut in records if cut["type"] == "merge"]


if __name__ == "__main__":
    run("dedup-text", documents=documents, paragraphs=paragraphs)
