"""Findings and totals as lines for people and for logs of CI.

No line begins with text of an input: where a line begins with `::`, white space left aside, a runner of CI may take it
for a command.
"""

from __future__ import annotations

from collections.abc import Mapping

from dedup.findings import Checked, Finding
from dedup.reports.terminal import printable
from dedup.reports.wording import message, place, totals_line, unlisted, verdict


def finding_lines(finding: Finding) -> str:
    """Two lines: level, place, what is wrong and fingerprint; the beginning of the text."""
    first = f"{finding.level}: {place(finding.at)}: {message(finding)} [{finding.fingerprint}]"
    return f"{printable(first)}\n    | {printable(finding.excerpt)}\n"


def end_lines(checked: Checked) -> str:
    """Lines of what is counted only, of the totals, and of the verdict."""
    rows = unlisted(checked)
    if checked.changed_since is not None:
        rows["changed since"] = checked.changed_since
    return _rows(rows) + verdict_lines(checked)


def verdict_lines(checked: Checked) -> str:
    """Two lines: the totals, and the verdict."""
    return _rows({"total": totals_line(checked), "check": verdict(checked)})


def _rows(rows: Mapping[str, str]) -> str:
    return "".join(f"{printable(f'{name}: {value}')}\n" for name, value in rows.items())
