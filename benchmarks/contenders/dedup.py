"""This library: documents through `dedup match`'s function, paragraphs through the command line with its report.

Every candidate is verified by its exact Jaccard similarity with a text that was kept. The command on paragraphs also
writes the cleaned texts and the report; both are counted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from contenders.common import NGRAM, THRESHOLD, Clock, Span, run
from dedup import Settings
from dedup.matching import match_files
from dedup.progress import Progress
from dedup.reading import Reading
from dedup.sources import find_sources


def documents(corpus: Path, jobs: int, clock: Clock) -> list[str]:
    """The ids of the documents that repeat no earlier one."""
    settings = Settings(unit="document", threshold=THRESHOLD, ngram=NGRAM)
    with clock.phase("read and match"), Progress(quiet=True) as progress:
        matched = match_files(find_sources([str(corpus)]), settings, Reading(), progress, jobs=jobs)
        return [document for document, duplicate in matched if duplicate is None]


def paragraphs(corpus: Path, jobs: int, clock: Clock) -> list[Span]:
    """The spans that the report says were cut."""
    return clean(corpus, jobs, clock)


def clean(corpus: Path, jobs: int, clock: Clock, *options: str) -> list[Span]:
    """The same with further options."""
    with tempfile.TemporaryDirectory() as folder:
        output, report = Path(folder, "clean.jsonl"), Path(folder, "report.jsonl")
        command = [sys.executable, "-m", "dedup", "clean", str(corpus), "-o", str(output), "--report", str(report)]
        # by default a changed number is no mere edit; the corpus replaces words, whatever they are. Its truth is a
        # similarity of sets of 3-grams
        command += ["--unit", "paragraph", "--threshold", str(THRESHOLD), "--ngram", "3", "--protect", "nothing"]
        command += ["--jobs", str(jobs), "--quiet", *options]
        with clock.phase("dedup clean"):
            subprocess.run(command, check=True)
        with clock.phase("read the report"), report.open(encoding="utf-8") as lines:
            records = map(json.loads, lines)
            return [(cut["document"], cut["start"], cut["end"]) for cut in records if cut["type"] == "merge"]


if __name__ == "__main__":
    run("dedup-text", documents=documents, paragraphs=paragraphs)
