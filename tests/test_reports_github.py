"""Workflow commands: read by the rules of the runner of GitHub Actions they give back what went in, and nothing else is
one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given

from dedup.findings import Checked, Finding, Level, Location
from dedup.reports.github import write
from dedup.reports.terminal import printable
from dedup.reports.wording import message
from tests.any_checked import CHECKS
from tests.checked import NASTY_NAMES, NASTY_TEXTS, many, nothing, sample
from tests.golden import golden

_UNESCAPED = ("%0D", "\r"), ("%0A", "\n")
_UNESCAPED_PROPERTY = (*_UNESCAPED, ("%3A", ":"), ("%2C", ","))
_NOTICE = r"and ([\d,]+) more: ([\d,]+) duplicates .*"


@dataclass(frozen=True)
class _Command:
    name: str
    properties: dict[str, str]
    data: str


def _unescaped(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for escaped, plain in pairs:
        text = text.replace(escaped, plain)
    return text.replace("%25", "%")


def _parsed(line: str) -> _Command | None:
    """A line of output as the runner reads it (`ActionCommand.TryParseV2` of github.com/actions/runner): white space
    before it is skipped, properties end at the next `::`, empty ones do not count, `=` before a value is skipped.
    """
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    command, _, data = line[2:].partition("::")
    name, _, given = command.partition(" ")
    pairs = (part.split("=", 1) for part in given.strip().split(",") if "=" in part.strip("="))
    properties = {key: _unescaped(value.lstrip("="), _UNESCAPED_PROPERTY) for key, value in pairs if value.strip("=")}
    return _Command(name, properties, _unescaped(data, _UNESCAPED))


def _commands(checked: Checked) -> list[_Command]:
    """All commands, of which every line has to be one of ours."""
    output = b"".join(write(checked)).decode("utf-8")
    *lines, last = re.split("\r\n|\r|\n", output)
    assert last == ""
    assert "##[" not in output  # the runner's older form, which it takes anywhere in a line
    commands = [_parsed(line) for line in lines]
    found = [command for command in commands if command is not None]
    assert len(found) == len(commands)
    assert {command.name for command in found} <= {"error", "warning", "notice"}
    return found


def _one(at: Location, *, level: Level = "error", excerpt: str = "x") -> Checked:
    finding = msgspec.structs.replace(sample().findings[0], at=at, level=level, excerpt=excerpt)
    return msgspec.structs.replace(sample(), findings=(finding,))


def test_output_is_golden() -> None:
    """The sample gives the bytes of the golden file."""
    assert b"".join(write(sample())) == golden("sample.github.txt")


@given(CHECKS)
def test_commands_give_back_what_went_in(checked: Checked) -> None:
    """Whatever names and texts are: a command a finding, with its level, file and words."""
    commands = [(command.name, command.properties.get("file", ""), command.data) for command in _commands(checked)]
    assert sorted(commands) == sorted(_expected(finding) for finding in checked.findings if finding.level != "note")


def _expected(finding: Finding) -> tuple[str, str, str]:
    return finding.level, printable(finding.at.file).lstrip("="), printable(f"{message(finding)}: {finding.excerpt}")


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_nasty_names_are_only_names(name: str) -> None:
    """A file's name is the value of one property, and changes no other."""
    (command,) = _commands(_one(Location(name, name, 0, 9, None, 4, 1, 4, 10)))
    expected = {"file": printable(name).lstrip("="), "line": "4", "endLine": "4", "col": "1", "endColumn": "10"}
    assert command.properties == expected | {"title": "dedup duplicate"}


@pytest.mark.parametrize("text", NASTY_TEXTS)
def test_nasty_texts_are_only_texts(text: str) -> None:
    """A text stands in the message, with its harmful characters shown."""
    (command,) = _commands(_one(Location("a.txt", "a.txt", 0, 9, None, 4, 1, 4, 10), excerpt=text))
    assert command.data.endswith(f": {printable(text)}")


@pytest.mark.parametrize(
    ("at", "properties"),
    [
        (Location("a", "a", 0, 9, None, 4, 1, 4, 10), {"line": "4", "endLine": "4", "col": "1", "endColumn": "10"}),
        (Location("a", "a", 0, 9, None, 4, 3, 6, 1), {"line": "4", "endLine": "6"}),
        (Location("a", "1", 0, 9, 4, 4, None, 4), {"line": "4", "endLine": "4"}),
        (Location("a", "1", 0, 9, 4), {}),
    ],
)
def test_places(at: Location, properties: dict[str, str]) -> None:
    """Columns are given where a finding is on one line, as GitHub takes no others; lines where a format has them."""
    (command,) = _commands(_one(at))
    assert command.properties == {"file": "a", **properties, "title": "dedup duplicate"}


def test_levels_are_those_of_findings() -> None:
    """Errors are errors and warnings warnings; what the baseline knows is nothing."""
    at = Location("a", "a", 0, 9, None, 4)
    assert [command.name for command in _commands(_one(at, level="error"))] == ["error"]
    assert [command.name for command in _commands(_one(at, level="warning"))] == ["warning"]
    assert _commands(_one(at, level="note")) == []
    assert _commands(nothing()) == []


def test_too_many_findings() -> None:
    """Of a hundred thousand errors the ten largest are shown, and one notice says how many more there are."""
    checked = many(100_000)
    *shown, notice = _commands(checked)
    assert len(shown) == 10
    largest = max(finding.at.end - finding.at.start for finding in checked.findings)
    expected = {_expected(finding) for finding in checked.findings if finding.at.end - finding.at.start == largest}
    assert {(command.name, command.properties["file"], command.data) for command in shown} <= expected
    found = re.fullmatch(_NOTICE, notice.data)
    assert found
    assert (notice.name, notice.properties, found.groups()) == ("notice", {}, ("99,990", "100,000"))


def test_warnings_have_a_room_of_their_own() -> None:
    """Ten errors and ten warnings are shown; the notice counts all others, what the baseline knows among them."""
    levels: tuple[Level, ...] = ("error", "warning", "note")
    findings = tuple(
        msgspec.structs.replace(finding, level=levels[number % 3]) for number, finding in enumerate(many(60).findings)
    )
    *shown, notice = _commands(msgspec.structs.replace(many(60), findings=findings))
    assert [command.name for command in shown] == ["error"] * 10 + ["warning"] * 10
    assert notice.data.startswith("and 40 more: 60 duplicates ")
