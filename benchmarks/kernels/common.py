"""What the kernels share: texts in, documents a second out.

A kernel is a file that calls `run` with two functions: `prepare` makes of the texts what the kernel is given, outside
the time; `sketch` makes signatures of that, inside. It is started as

    python -m kernels.NAME CORPUS.jsonl --documents N
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TypeVar

from contenders.common import version

Given = TypeVar("Given")


def run(
    distribution: str, *, sketch: Callable[[Given], object], prepare: Callable[[list[str]], Given], starts_from: str
) -> None:
    """Be a kernel."""
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    options = parser.parse_args()
    with options.corpus.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, options.documents)]
    sketch(prepare(texts[:100]))  # imports and first allocations are not the kernel's work
    given = prepare(texts)
    start = time.perf_counter()
    sketch(given)
    seconds = time.perf_counter() - start
    facts = {"version": version(distribution), "starts_from": starts_from, "documents": len(texts)}
    print(json.dumps({**facts, "seconds": round(seconds, 4), "documents_per_second": round(len(texts) / seconds)}))
