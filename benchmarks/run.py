"""Run contenders on one corpus, in turns, each run in a process of its own; write times, memory and scores as JSON.

    python benchmarks/run.py CORPORA --environments CACHE --corpus documents-100k --rounds 3 --jobs 1 \
        --contenders dedup,datasketch -o benchmarks/results/documents-100k.json

An answer is scored before its time counts. A contender that fails is reported with its last words.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from environments import CONTENDERS, floor_program, python_of
from machine import describe, write_result
from processes import Measured, measure
from truth import score

HERE = Path(__file__).parent
LAST_WORDS = 300  # characters


def run_once(name: str, corpus: Path, cache: Path, jobs: int, timeout: float) -> dict[str, Any]:
    """One run of one contender, with the score of its answer, or with its error."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer")
        command = [str(python_of(name, cache)), "-m", f"contenders.{name}"]
        command += [str(corpus), "--answer", str(answer), "--jobs", str(jobs)]
        variables = {"BENCHMARK_FLOOR": str(floor_program(cache)), "TMPDIR": folder}
        measured = measure(command, folder=HERE, jobs=jobs, variables=variables, timeout=timeout)
        if measured.status or not answer.exists():
            return {"error": last_words(measured)}
        return {
            "wall_seconds": round(measured.wall_seconds, 3),
            "cpu_seconds": round(measured.cpu_seconds, 3),
            "peak_megabytes": round(measured.peak_bytes / 1e6, 1),
            **json.loads(measured.stdout.splitlines()[-1]),
            "score": score(corpus, answer),
        }


def last_words(measured: Measured) -> str:
    """Why a process failed, as far as it said."""
    lines = [line.strip() for line in (measured.stderr + measured.stdout).splitlines() if line.strip()]
    return f"exit status {measured.status}: {(lines or ['it said nothing'])[-1][-LAST_WORDS:]}"


def summarise(runs: list[dict[str, Any]], size: int, documents: int) -> dict[str, Any]:
    """Medians of a contender's runs."""
    failed = [run["error"] for run in runs if "error" in run]
    if failed:
        return {"error": failed[0], "runs": runs}
    wall = median(run["wall_seconds"] for run in runs)
    return {
        "version": runs[0]["version"],
        "python": runs[0]["python"],
        "wall_seconds": wall,
        "cpu_seconds": median(run["cpu_seconds"] for run in runs),
        "peak_megabytes": median(run["peak_megabytes"] for run in runs),
        "megabytes_per_second": round(size / 1e6 / wall, 2),
        "documents_per_second": round(documents / wall),
        "seconds": {phase: median(run["seconds"][phase] for run in runs) for phase in runs[0]["seconds"]},
        "score": runs[0]["score"],
        "runs": runs,
    }


def add_ratios(summaries: dict[str, dict[str, Any]], reference: str = "dedup") -> None:
    """How many times as long, and as much memory, each took as `dedup` did."""
    own = summaries.get(reference, {})
    if "wall_seconds" not in own:
        return
    for summary in summaries.values():
        if "wall_seconds" in summary:
            summary["times_dedup"] = round(summary["wall_seconds"] / own["wall_seconds"], 3)
            summary["memory_times_dedup"] = round(summary["peak_megabytes"] / own["peak_megabytes"], 3)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--environments", type=Path, required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--contenders", type=lambda names: names.split(","), required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=3600, help="seconds a run may take")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    unknown = set(options.contenders) - set(CONTENDERS)
    if unknown:
        parser.error(f"unknown contenders: {', '.join(sorted(unknown))}")
    return options


def main() -> None:
    """Interleave the contenders over the rounds, so that a slow minute of the machine does not fall on one of them."""
    options = parse_arguments()
    cache = options.environments.resolve()
    corpus = (options.corpora / f"{options.corpus}.jsonl").resolve()
    facts = json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8"))
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in options.contenders}
    for number in range(options.rounds):
        for name, done in runs.items():
            if done and "error" in done[-1]:
                continue  # it would fail again
            done.append(run_once(name, corpus, cache, options.jobs, options.timeout))
            said = done[-1].get("error") or f"{done[-1]['wall_seconds']} s, {done[-1]['peak_megabytes']} MB"
            print(f"round {number + 1}, {name}: {said}", file=sys.stderr, flush=True)
    summaries = {name: summarise(done, facts["bytes"], facts["documents"]) for name, done in runs.items()}
    add_ratios(summaries)
    result = {
        "kind": "contenders",
        "corpus": facts,
        "jobs": options.jobs,
        "rounds": options.rounds,
        "machine": describe(),
        "contenders": summaries,
    }
    write_result(options.output, result)


if __name__ == "__main__":
    main()
