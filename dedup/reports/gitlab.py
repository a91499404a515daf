"""A Code Quality report of GitLab, which merge requests show: a JSON array.

GitLab reads entries up to the first that is not as it should be, and takes those of one fingerprint for one. Names and
texts of inputs are made harmless: they are shown on pages.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from dedup.findings import Checked, Finding
from dedup.reports.jsonl import encoded
from dedup.reports.terminal import printable
from dedup.reports.wording import and_more, largest_first, message, totals_line

MOST = 10_000
"""Entries. The bound is ours: GitLab states none (but the one of all artifacts, 100 MB by default), and reads the whole
reports of both branches into memory to compare them."""

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def write(checked: Checked) -> Iterator[bytes]:
    """An entry a finding; the largest, if there are too many, and one for the others."""
    before = b"["
    for entry in _entries(checked):
        yield before + b"\n" + encoded(entry)
        before = b","
    yield b"[]\n" if before == b"[" else b"\n]\n"


def _entries(checked: Checked) -> Iterator[Mapping[str, object]]:
    if len(checked.findings) <= MOST:
        yield from map(_entry, checked.findings)
        return
    found = largest_first(checked.findings)
    yield from map(_entry, found[:MOST])
    yield _more(checked, found[MOST:])


def _entry(finding: Finding) -> Mapping[str, object]:
    begin = finding.at.line or 1  # GitLab requires a line
    return {
        "description": printable(f"{message(finding)}: {finding.excerpt}"),
        "check_name": f"dedup/{finding.rule}",
        "fingerprint": f"{finding.rule}/{finding.fingerprint}/{finding.copy}",
        "severity": _SEVERITIES[finding.level],
        "location": {"path": _path(finding), "lines": {"begin": begin, "end": finding.at.end_line or begin}},
    }


def _more(checked: Checked, left_out: Sequence[Finding]) -> Mapping[str, object]:
    return {
        "description": f"{and_more(len(left_out))}: {totals_line(checked)}",
        "check_name": "dedup/more",
        "fingerprint": "more",
        "severity": "info",
        "location": {"path": _path(left_out[0]), "lines": {"begin": 1, "end": 1}},
    }


def _path(finding: Finding) -> str:
    return posixpath.normpath(printable(finding.at.file).lstrip("/"))  # GitLab knows no file `./name`
