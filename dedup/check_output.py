"""The reports of a check on their way to files: each whole or not at all, and none kept from it by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dedup.errors import OutputError
from dedup.findings import Checked
from dedup.outputs import Outputs, resolved
from dedup.reports.choice import report_named
from dedup.sources import STANDARD, Source


@dataclass(frozen=True, slots=True)
class Report:
    """A report that is to be written.

    Attributes:
        form: The name of its format.
        path: Its file, compressed if its name ends so; `-` for standard output.
    """

    form: str
    path: str = STANDARD


def check_reports(reports: Sequence[Report], inputs: Sequence[str], others: Mapping[str, str | None]) -> None:
    """Refuse before any work is done what must not be written, or can never be.

    Args:
        reports: What is to be written; files that exist will be replaced.
        inputs: Paths as they were given; files in folders among them may be replaced.
        others: What else is read or written, by what it is called.

    Raises:
        OutputError: If two reports, or a report and something else, would be the same file or both standard output; or
            if one is a folder, no regular file, or below a file.
    """
    taken = {resolved(path): what for what, path in others.items() if path is not None}
    to_standard = False
    with Outputs([Source(Path(path), path) for path in inputs if path != STANDARD], force=True) as outputs:
        for report in reports:
            if report.path == STANDARD:
                if to_standard:
                    raise OutputError("standard output", "two reports would be written there: give one a file")
                to_standard = True
                continue
            outputs.check(report.path)
            path = resolved(report.path)
            if path in taken:
                raise OutputError(report.path, f"it is {taken[path]} as well; choose another file")
            taken[path] = "another report"


def write_reports(checked: Checked, reports: Sequence[Report]) -> OutputError | None:
    """Write all reports that can be written; standard output last, for whoever reads it may go away.

    Returns:
        What is wrong with those that cannot be, all on one line.
    """
    in_order = sorted(reports, key=lambda report: report.path == STANDARD)
    failures = [failure for failure in (_written(checked, report) for report in in_order) if failure is not None]
    if not failures:
        return None
    first, *others = failures
    return OutputError(first.path, "; ".join([first.reason, *map(str, others)]))


def _written(checked: Checked, report: Report) -> OutputError | None:
    """Write a report, or say why not."""
    try:
        with Outputs([], force=True) as outputs:
            with outputs.create(report.path) as output:
                for piece in report_named(report.form)(checked):
                    output.write(piece)
            outputs.commit()
    except OutputError as error:
        return error
    return None
