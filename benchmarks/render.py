"""Write the tables of benchmarks/README.md anew from the results that are kept beside it.

python benchmarks/render.py           write them
python benchmarks/render.py --check   only say whether they are up to date (exit status 1 if not)
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from environments import CONTENDERS

HERE = Path(__file__).parent
BEGIN, END = "<!-- results: written by render.py -->", "<!-- end of results -->"

Result = dict[str, Any]


def table(header: list[str], rows: Iterable[list[str]]) -> str:
    """A Markdown table; all columns but the first to the right."""
    ruler = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [header, ruler, *rows])


def machine_line(machine: Result) -> str:
    """One line about where and when it was measured."""
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gigabytes']} GB, "
        f"{machine['system']} {machine['kernel']}, Python {machine['python']}, {machine['date']}"
    )


def percent(share: float | None) -> str:
    """A share as a percentage."""
    return "-" if share is None else f"{share:.1%}"


def contender_row(name: str, summary: Result, rates: list[str]) -> list[str]:
    """One contender in the table of one corpus."""
    label = f"{name} {summary.get('version', '')}".strip()
    if "error" in summary:
        return [label, f"failed: {summary['error']}", *[""] * (7 + len(rates))]
    score = summary["score"]
    return [
        f"{label} ({summary['python']})" if CONTENDERS[name].python else label,
        f"{summary['wall_seconds']:.2f}",
        f"{summary['times_dedup']:.2f}" if "times_dedup" in summary else "-",
        f"{summary['cpu_seconds']:.2f}",
        f"{summary['megabytes_per_second']:.1f}",
        f"{summary['documents_per_second']:,}",
        f"{summary['peak_megabytes']:,.0f}",
        percent(score["precision"]),
        percent(score["recall"]),
        *[percent(score["recall_by_rate"].get(rate)) for rate in rates],
    ]


def render_contenders(result: Result) -> str:
    """The table of one corpus."""
    summaries: dict[str, Result] = result["contenders"]
    scored = [summary["score"]["recall_by_rate"] for summary in summaries.values() if "score" in summary]
    rates = sorted({rate for found in scored for rate in found}, key=lambda rate: (len(rate), rate))
    header = ["", "seconds", "x dedup", "CPU s", "MB/s", "documents/s", "peak MB", "precision", "recall"]
    rows = [contender_row(name, summary, rates) for name, summary in summaries.items()]
    facts = result["corpus"]
    cores = "one core" if result["jobs"] == 1 else f"{result['jobs']} jobs"
    return "\n\n".join(
        [
            f"### {facts['corpus']}, {cores}",
            f"{facts['documents']:,} documents, {facts['bytes'] / 1e6:.0f} MB, seed {facts['seed']}; "
            f"median of {result['rounds']} rounds. {machine_line(result['machine'])}.",
            table(header + [f"{rate} changed" if "%" in rate else rate for rate in rates], rows),
        ]
    )


def render_growth(result: Result) -> str:
    """Seconds a megabyte and memory, a table row a corpus."""
    rows = [
        [
            run["corpus"],
            f"{run['megabytes']:.1f}",
            f"{run['wall_seconds']:.2f}" if not run["status"] else f"failed: {run['status']}",
            f"{run['seconds_per_megabyte']:.3f}",
            f"{run['peak_megabytes']:,.0f}",
        ]
        for _, runs in groupby(result["runs"], key=lambda run: run["corpus"].rsplit("-", 1)[0])
        for run in runs
    ]
    return "\n\n".join(
        [
            "### Growth",
            f"`{' '.join(result['command'])}`, dedup {result['version']}. {machine_line(result['machine'])}.",
            table(["", "MB", "seconds", "seconds/MB", "peak MB"], rows),
        ]
    )


def render_kernels(result: Result) -> str:
    """Documents a second of the kernels."""
    rows = [
        [f"{name} {found.get('version', '')}", found.get("starts_from", "-"), f"{found['documents_per_second']:,.0f}"]
        for name, found in result["kernels"].items()
        if "error" not in found
    ]
    return "\n\n".join(
        [
            "### Kernel alone, one core",
            f"{result['corpus']['corpus']}, median of {result['rounds']} rounds. {machine_line(result['machine'])}.",
            table(["", "starts from", "documents/s"], rows),
        ]
    )


def render_formats(result: Result) -> str:
    """One corpus in every format, beside plain JSON lines."""
    runs: dict[str, Result] = result["formats"]
    facts = result["corpus"]
    base = runs.get("jsonl", {}).get("wall_seconds")
    rows = [
        [
            name,
            f"{run['megabytes']:,.0f}",
            f"{run['wall_seconds']:.1f}",
            f"{run['wall_seconds'] / base:.2f}" if base else "-",
            f"{run['cpu_seconds']:.1f}",
            f"{facts['bytes'] / 1e6 / run['wall_seconds']:.0f}",
            f"{run['peak_megabytes']:,.0f}",
        ]
        for name, run in runs.items()
    ]
    return "\n\n".join(
        [
            f"### Formats, {facts['corpus']}, {result['jobs']} jobs",
            f"`{' '.join(result['command'])}`, dedup {result['version']}; {facts['documents']:,} documents, "
            f"{facts['bytes'] / 1e6:,.0f} MB as JSON lines; the same {result['merges']:,} merges in every format. "
            f"{machine_line(result['machine'])}.",
            table(["", "MB", "seconds", "x JSON lines", "CPU s", "MB/s of JSON lines", "peak MB"], rows),
        ]
    )


RENDERERS = {
    "contenders": render_contenders,
    "formats": render_formats,
    "growth": render_growth,
    "kernels": render_kernels,
}


def render(folder: Path) -> str:
    """All results of a folder, by name, but for those that are rendered elsewhere."""
    results = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    parts = [RENDERERS[result["kind"]](result) for result in results if result["kind"] in RENDERERS]
    return "\n\n".join(parts) or "No results yet."


def render_contender_list() -> str:
    """What each contender checks and says."""
    rows = [
        [
            f"[{name}](contenders/{name}.py)",
            " ".join(contender.requirements) or "-",
            contender.verifies,
            contender.reports,
        ]
        for name, contender in CONTENDERS.items()
    ]
    return table(["", "installed", "a duplicate is checked against", "what it says of a removal"], rows)


def replaced(text: str, begin: str, end: str, inside: str) -> str:
    """The text with what stands between two markers replaced."""
    head, rest = text.split(begin, 1)
    _, tail = rest.split(end, 1)
    return f"{head}{begin}\n\n{inside}\n\n{end}{tail}"


def main() -> int:
    """Render, and write or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    readme = HERE / "README.md"
    old = readme.read_text(encoding="utf-8")
    new = replaced(old, BEGIN, END, render(HERE / "results"))
    new = replaced(new, "<!-- contenders -->", "<!-- end of contenders -->", render_contender_list())
    if options.check:
        return int(new != old)
    readme.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
