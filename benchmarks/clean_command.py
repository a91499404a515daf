"""Run `dedup clean` on one input in a process of its own; print time, peak memory and the books as JSON.

python benchmarks/clean_command.py FILE.jsonl [options of dedup clean]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure(corpus: str, options: list[str]) -> dict[str, object]:
    """One run: seconds, megabytes (10^6 bytes), and the summary line of its report."""
    with tempfile.TemporaryDirectory() as folder:
        output, report = Path(folder, "clean.jsonl"), Path(folder, "merges.jsonl")
        command = [sys.executable, "-m", "dedup", "clean", corpus, "--quiet"]
        command += ["-o", str(output), "--report", str(report)]
        start = time.perf_counter()
        subprocess.run([*command, *options], check=True)
        seconds = time.perf_counter() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        with report.open("rb") as lines:
            books = json.loads(list(lines)[-1])
    size = Path(corpus).stat().st_size
    return {
        "corpus": Path(corpus).name,
        "options": options,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_megabytes": round(usage.ru_maxrss * 1024 / 1e6),
        "megabytes_per_second": round(size / 1e6 / seconds, 2),
        "books": books,
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2:]), indent=1))
