"""The text report of a check: all findings, and no line that a runner of CI could take for a command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given

from dedup.findings import Checked
from dedup.reports import text
from dedup.reports.terminal import printable
from tests.any_checked import CHECKS
from tests.checked import many, nothing, sample
from tests.command import run

_GOLDEN = Path(__file__).parent / "data" / "check" / "sample.txt"
_BEGINNING = re.compile(
    "(error|warning|known to the baseline|revisits|skipped|left out|changed since|total|check): |    [|] "
)


def _written(checked: Checked) -> str:
    return b"".join(text.write(checked)).decode("utf-8")


def _is_command(line: str) -> bool:
    """Whether a runner obeys a line: GitHub's `::` at its beginning and `##[` anywhere, Azure's, TeamCity's."""
    return line.lstrip().startswith("::") or re.search(r"##(vso|teamcity)?\[", line) is not None


def test_golden() -> None:
    """The report on the sample is this one, to the byte."""
    assert b"".join(text.write(sample())) == _GOLDEN.read_bytes()


def test_nothing_found() -> None:
    """A check that found nothing says how much it looked at, and that it is passed."""
    assert _written(nothing()) == "total: 0 duplicates in 1 document, 0.00% of 10 characters\ncheck: passed\n"


@given(CHECKS)
def test_every_line_is_harmless(checked: Checked) -> None:
    """Whatever texts and names are, lines begin with words of the report, move no cursor, and are no commands."""
    written = _written(checked)
    shown = [finding for finding in checked.findings if finding.level != "note"]
    lines = written.splitlines()
    assert lines == written.split("\n")[:-1]
    for line in lines:
        assert _BEGINNING.match(line)
        assert printable(line) == line
        assert not _is_command(line)
    assert lines[1 : 2 * len(shown) : 2] == [f"    | {printable(finding.excerpt)}" for finding in shown]
    assert [line.split(":")[0] for line in lines[: 2 * len(shown) : 2]] == [finding.level for finding in shown]
    assert lines[-1].startswith("check: ")


def test_known_findings_are_counted() -> None:
    """What the baseline knows has no lines of its own, but is counted."""
    known = sum(finding.level == "note" for finding in sample().findings)
    written = _written(sample())
    assert known
    assert f"\nknown to the baseline: {known} more\n" in written
    assert "note: " not in written


def test_a_hundred_thousand_findings() -> None:
    """Row 47: a text report leaves no finding out, and its totals are right."""
    written = _written(many(100_000))
    assert written.count("\n    | ") == written.count("\nerror: ") + 1 == 100_000
    assert "\ntotal: 100,000 duplicates (100,000 new) in 6,003 documents" in written


@pytest.mark.parametrize("before", ["", "--x", "##[error]"])
@pytest.mark.parametrize("command", [(), ("clean", "--dry-run"), ("clean", "--unit"), ("compare", "a.txt", "b.txt")])
def test_refusals_are_harmless(tmp_path: Path, command: tuple[str, ...], before: str) -> None:
    """Where the command line refuses an argument, a name of a file it may be, it names it in a harmless line."""
    ended = run(*command, f"{before}\n::error::forged\r\x1b[31m\u202e\udcff ##[error]forged", folder=tmp_path)
    assert ended.status == 2
    assert "forged" in ended.err
    for line in ended.err.splitlines():
        assert printable(line) == line
        assert not _is_command(line)
