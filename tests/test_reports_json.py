"""What a check found as JSON and JSON Lines: all of it comes back, whatever it is; equal bytes come out each time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

from dedup import Settings
from dedup.findings import Checked, Finding, Limits
from dedup.reports.choice import report_named
from dedup.reports.findings_json import write_json, write_jsonl
from tests.any_checked import CHECKS
from tests.checked import many, nothing, sample
from tests.command import environment
from tests.golden import golden


def _object(checked: Checked) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(b"".join(write_json(checked)))
    return shown


def _lines(checked: Checked) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(write_jsonl(checked)).split(b"\n")[:-1]]


def test_json_is_golden() -> None:
    """The sample gives the bytes of the golden file."""
    assert b"".join(write_json(sample())) == golden("sample.json")


def test_jsonl_is_golden() -> None:
    """The sample gives the bytes of the golden file."""
    assert b"".join(write_jsonl(sample())) == golden("sample.jsonl")


def test_both_say_the_same() -> None:
    """The lines hold what the object holds, under the same names."""
    shown = _object(sample())
    first, *lines, last = _lines(sample())
    assert [line.pop("type") for line in lines] == ["finding"] * len(sample().findings)
    assert (first.pop("type"), shown.pop("type"), last.pop("type")) == ("check", "check", "summary")
    assert first | last | {"findings": lines} == shown


def test_the_object_says_all_there_is() -> None:
    """Besides the findings: versions, settings that change results, limits, verdict, totals with their ratio."""
    checked = sample()
    shown = _object(checked)
    assert (shown["type"], shown["format"]) == ("check", 1)
    assert shown["settings"]["threshold"] == checked.settings.threshold
    assert shown["settings"]["bands"] > 0
    assert "memory" not in shown["settings"]
    assert msgspec.convert(shown["limits"], Limits) == checked.limits
    assert (shown["passed"], tuple(shown["failures"])) == (False, checked.failures)
    assert shown["changed_since"] == "origin/main"
    assert shown["totals"]["duplicate_ratio"] == checked.totals.duplicate_ratio
    assert shown["totals"]["skipped"] == dict(checked.totals.skipped)


def test_nothing_found_is_a_list_without_elements() -> None:
    """A check that is passed says so, with no findings."""
    shown = _object(nothing())
    assert (shown["passed"], shown["failures"], shown["findings"]) == (True, [], [])
    assert [line["type"] for line in _lines(nothing())] == ["check", "summary"]


@given(CHECKS)
def test_every_finding_comes_back(checked: Checked) -> None:
    """Whatever names and texts are, lone surrogates included, the findings read back are those written."""
    assert tuple(msgspec.convert(finding, Finding) for finding in _object(checked)["findings"]) == checked.findings
    header, *lines, _ = _lines(checked)
    assert header["changed_since"] == checked.changed_since
    for line in lines:
        del line["type"]
    assert tuple(msgspec.convert(line, Finding) for line in lines) == checked.findings


@given(CHECKS)
def test_a_finding_is_a_line(checked: Checked) -> None:
    """No text of an input makes a line of its own."""
    assert b"".join(write_jsonl(checked)).count(b"\n") == len(checked.findings) + 2


def test_two_levels_are_shown() -> None:
    """Settings that hold for whole documents only are shown too."""
    checked = msgspec.structs.replace(nothing(), settings=Settings(unit="document,paragraph"))
    assert _object(checked)["settings"]["wholes"] == {"ngram": 5, "novel": "drop"}


@pytest.mark.parametrize("write", [write_json, write_jsonl])
def test_many_findings_flow(write: Any) -> None:
    """A hundred thousand findings are all written, in pieces of one."""
    checked = many(100_000)
    pieces, longest = 0, 0
    for piece in write(checked):
        pieces, longest = pieces + 1, max(longest, len(piece))
    assert pieces == 100_002
    assert longest < 5_000


_PRINT = "import sys; from tests.checked import sample; from dedup.reports.choice import report_named;"
_PRINT += "sys.stdout.buffer.writelines(report_named(sys.argv[1])(sample()))"


@pytest.mark.parametrize("name", ["json", "jsonl", "github", "gitlab", "sarif"])
def test_bytes_are_the_same_everywhere(name: str, tmp_path: Path) -> None:
    """Another process, in another folder, locale and time zone, with another hash seed, writes the same bytes."""
    here = b"".join(report_named(name)(sample()))
    paths = str(Path(__file__).parents[1])
    elsewhere = environment(PYTHONPATH=paths, PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="C", PYTHONUTF8="0")
    command = [sys.executable, "-c", _PRINT, name]
    assert subprocess.run(command, cwd=tmp_path, env=elsewhere, stdout=subprocess.PIPE, check=True).stdout == here
