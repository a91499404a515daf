"""The report for people, in a terminal or the log of a CI job: every finding in two lines, then totals and verdict.

What the baseline knows is counted only.
"""

from __future__ import annotations

from collections.abc import Iterator

from dedup.findings import Checked
from dedup.reports.lines import end_lines, finding_lines


def write(checked: Checked) -> Iterator[bytes]:
    """The report in UTF-8."""
    for finding in checked.findings:
        if finding.level != "note":
            yield finding_lines(finding).encode()
    yield end_lines(checked).encode()
