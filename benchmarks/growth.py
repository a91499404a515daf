"""How time and memory of `dedup clean` grow with the size of difficult corpora: seconds a megabyte, and peak memory.

    python benchmarks/growth.py CORPORA -o benchmarks/results/growth.json [--corpus forged-1k ...] [-- OPTIONS]

Options after -- go to `dedup clean`. Where seconds a megabyte stay the same from size to size, time is linear.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from corpora import DEFAULT, parse_size
from machine import describe, write_result
from processes import measure

from dedup import __version__

# Documents that are compared whole; the others hold paragraphs or lines.
UNITS = {"identical": "document", "template": "document", "forged": "document", "long": "paragraph", "lines": "line"}


def run_once(corpus: Path, options: list[str], timeout: float) -> dict[str, Any]:
    """One run on one corpus."""
    facts = json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        kind = corpus.stem.rsplit("-", 1)[0]
        command = [sys.executable, "-m", "dedup", "clean", str(corpus.resolve()), "--unit", UNITS[kind], "--quiet"]
        command += ["-o", "clean.jsonl", "--report", "report.jsonl", *options]
        measured = measure(command, folder=Path(folder), jobs=1, variables={}, timeout=timeout)
    megabytes = facts["bytes"] / 1e6
    return {
        "corpus": corpus.stem,
        "unit": UNITS[kind],
        "documents": facts["documents"],
        "megabytes": round(megabytes, 2),
        "status": measured.status,
        "wall_seconds": round(measured.wall_seconds, 2),
        "cpu_seconds": round(measured.cpu_seconds, 2),
        "seconds_per_megabyte": round(measured.wall_seconds / megabytes, 4),
        "peak_megabytes": round(measured.peak_bytes / 1e6, 1),
    }


def default_corpora() -> list[str]:
    """The growth corpora that `corpora.py` makes when not asked for others."""
    return [name for name in DEFAULT.split() if name.rsplit("-", 1)[0] in UNITS]


def by_kind_and_size(name: str) -> tuple[str, int]:
    """Sorts corpora into rows of doubling sizes."""
    kind, size = name.rsplit("-", 1)
    return kind, parse_size(size)


def main() -> None:
    """Run all, smallest first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--corpus", nargs="+", default=default_corpora())
    parser.add_argument("--timeout", type=float, default=1800, help="seconds a run may take")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = sys.argv[1:]
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    options, passed_on = parser.parse_args(arguments[:cut]), arguments[cut + 1 :]
    runs = []
    for name in sorted(options.corpus, key=by_kind_and_size):
        runs.append(run_once(options.corpora / f"{name}.jsonl", passed_on, options.timeout))
        print(json.dumps(runs[-1]), file=sys.stderr, flush=True)
    result = {
        "kind": "growth",
        "command": ["dedup", "clean", "CORPUS", "--unit", "UNIT", "-o", "OUT", "--report", "REPORT", *passed_on],
        "version": __version__,
        "machine": describe(),
        "runs": runs,
    }
    write_result(options.output, result)


if __name__ == "__main__":
    main()
