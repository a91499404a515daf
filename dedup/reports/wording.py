"""What reports of a check say about a finding and about all of them, in words; from inputs it is still as it came."""

from __future__ import annotations

from dedup.findings import Checked, Finding, Location
from dedup.reports.terminal import by_reason

RULES = {
    "duplicate": "Text that stands in the corpus already",
    "overlap": "Text of the reference set that stands in the corpus",
}
"""Name of a rule > what it finds."""


def place(at: Location) -> str:
    """`guide.md:12:1`, `corpus.jsonl:7`, `corpus.parquet, record 7`: a place for people."""
    if at.line is None:
        return at.file if at.record is None else f"{at.file}, record {at.record}"
    return f"{at.file}:{at.line}" if at.column is None else f"{at.file}:{at.line}:{at.column}"


def message(finding: Finding) -> str:
    """What is wrong there, on one line: `exact copy of guide.md:12:1, 34 tokens (copy 2 of 3, new)`."""
    return f"{likeness(finding)} of {source(finding)}, {extent(finding)}"


def likeness(finding: Finding) -> str:
    """`exact copy`, `near copy (86% alike)`."""
    # what is not quite equal is never 100 %
    return "exact copy" if finding.kind == "exact" else f"near copy ({min(finding.similarity, 0.99):.0%} alike)"


def source(finding: Finding) -> str:
    """The other copy's place: `guide.md:12:1`, `the reference eval.jsonl:7`."""
    return ("the reference " if finding.rule == "overlap" else "") + place(finding.other)


def extent(finding: Finding) -> str:
    """`34 tokens (copy 2 of 3, new)`."""
    new = {True: ", new", False: ", known", None: ""}[finding.is_new]
    return f"{counted(finding.tokens, 'token')} (copy {finding.copy} of {finding.copies}{new})"


def totals_line(checked: Checked) -> str:
    """`3 duplicates (1 new) in 12 documents, 2.1% of 10,240 characters; 1 overlap with the reference`."""
    totals = checked.totals
    new = "" if totals.new is None else f" ({totals.new:,} new)"
    documents, ratio = counted(totals.documents, "document"), f"{totals.duplicate_ratio:.2%} of "
    found = f"{counted(totals.duplicates, 'duplicate')}{new} in " if checked.looks_inside else ""
    parts = [f"{found}{documents}, {ratio if found else ''}{totals.characters:,} characters"]
    if totals.overlaps or not checked.looks_inside:
        parts.append(f"{counted(totals.overlaps, 'overlap')} with the reference")
    if totals.allowed:
        parts.append(f"{totals.allowed:,} allowed")
    if totals.unchanged:
        parts.append(f"{totals.unchanged:,} in files that did not change")
    return "; ".join(parts)


def verdict(checked: Checked) -> str:
    """`passed`, or `failed: ` and why."""
    return "passed" if checked.has_passed else f"failed: {'; '.join(checked.failures)}"


def unlisted(checked: Checked) -> dict[str, str]:
    """What is counted only, as far as there is any: `skipped` > `4 invalid-json, 1 invalid-utf-8`."""
    known = sum(finding.level == "note" for finding in checked.findings)
    totals = checked.totals
    rows = {
        "known to the baseline": f"{known:,} more" if known else "",
        "gone": f"{totals.gone:,} of the copies in the baseline; --update-baseline forgets them" if totals.gone else "",
        "revisits": counted(totals.revisits, "document") if totals.revisits else "",
        "skipped": by_reason(totals.skipped),
        "left out": by_reason(totals.left_out),
    }
    return {name: value for name, value in rows.items() if value}


def and_more(count: int) -> str:
    """What stands in place of findings that a format has no room for."""
    return f"and {count:,} more"


def largest_first(findings: tuple[Finding, ...]) -> list[Finding]:
    """The findings that matter most first: errors, then the longest, then as they stand."""
    levels = {"error": 0, "warning": 1, "note": 2}
    return sorted(findings, key=lambda finding: (levels[finding.level], -finding.characters))


def counted(count: int, name: str) -> str:
    """`1 duplicate`, `2 duplicates`."""
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
