"""Workflow commands of GitHub Actions: what a step prints in this form becomes annotations of files.

A line of output that begins with `::` is a command for the runner, or one with `##[` anywhere in it. Names and texts of
inputs are made harmless and escaped, and stand in no place but in our own commands.
"""

from __future__ import annotations

from collections.abc import Iterator

from dedup.findings import Checked, Finding, Location
from dedup.reports.terminal import printable
from dedup.reports.wording import and_more, largest_first, message, totals_line

_MOST = 10
"""Annotations of one level that the runner takes from a step; it drops the others. (A job has room for 50.)"""


def write(checked: Checked) -> Iterator[bytes]:
    """The largest errors and warnings. Notes are no annotations: the baseline knows them."""
    found = largest_first(checked.findings)
    errors = [finding for finding in found if finding.level == "error"]
    warnings = [finding for finding in found if finding.level == "warning"]
    shown = errors[:_MOST] + warnings[:_MOST]
    for finding in shown:
        yield _line(finding.level, _where(finding), _text(finding))
    if len(shown) < len(errors) + len(warnings):
        yield _line("notice", {}, f"{and_more(len(found) - len(shown))}: {totals_line(checked)}")


def _where(finding: Finding) -> dict[str, str | int]:
    return {"file": finding.at.file, **_region(finding.at), "title": f"dedup {finding.rule}"}


def _region(at: Location) -> dict[str, int]:
    if at.line is None:
        return {}
    lines = {"line": at.line, "endLine": at.end_line or at.line}
    if at.column is None or at.end_line != at.line:  # the runner takes no columns for more than one line
        return lines
    return lines | {"col": at.column, "endColumn": at.end_column or at.column}


def _text(finding: Finding) -> str:
    return f"{message(finding)}: {finding.excerpt}"


def _line(command: str, properties: dict[str, str | int], text: str) -> bytes:
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{command}{' ' if shown else ''}{shown}::{_data(text)}\n".encode()


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")  # line ends, which need it too, are not printable


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
