"""The kernels alone: texts in memory to signatures of 128 values, on one core, each run in a process of its own.

python benchmarks/kernel.py CORPORA --environments CACHE --corpus documents-10k -o benchmarks/results/kernel.json
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import median
from typing import Any

from environments import python_of
from machine import describe, write_result
from processes import measure
from run import last_words

HERE = Path(__file__).parent
KERNELS = ("dedup", "daft", "rensa")


def run_once(name: str, corpus: Path, documents: int, cache: Path) -> dict[str, Any]:
    """One run of one kernel."""
    command = [str(python_of(name, cache)), "-m", f"kernels.{name}", str(corpus), "--documents", str(documents)]
    measured = measure(command, folder=HERE, jobs=1, variables={})
    if measured.status:
        return {"error": last_words(measured)}
    printed: dict[str, Any] = json.loads(measured.stdout.splitlines()[-1])
    return printed


def summarise(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of a kernel's runs."""
    failed = [run for run in runs if "error" in run]
    if failed:
        return failed[0]
    return {**runs[0], "documents_per_second": median(run["documents_per_second"] for run in runs), "runs": runs}


def main() -> None:
    """Interleave the kernels over the rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--environments", type=Path, required=True)
    parser.add_argument("--corpus", default="documents-10k")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--kernels", type=lambda names: names.split(","), default=list(KERNELS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    corpus = (options.corpora / f"{options.corpus}.jsonl").resolve()
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in options.kernels}
    for _ in range(options.rounds):
        for name, done in runs.items():
            done.append(run_once(name, corpus, options.documents, options.environments.resolve()))
            print(name, json.dumps(done[-1]), file=sys.stderr, flush=True)
    result = {
        "kind": "kernels",
        "corpus": json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8")),
        "rounds": options.rounds,
        "machine": describe(),
        "kernels": {name: summarise(done) for name, done in runs.items()},
    }
    write_result(options.output, result)


if __name__ == "__main__":
    main()
