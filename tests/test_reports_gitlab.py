"""Code Quality reports: entries as GitLab's own schema wants them, few enough, and the same after a text was moved."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given

from dedup.findings import Checked, Location
from dedup.reports.gitlab import MOST, write
from dedup.reports.terminal import printable
from dedup.reports.wording import message
from tests.any_checked import CHECKS
from tests.checked import many, nothing, sample
from tests.golden import golden
from tests.report_schemas import GITLAB, faults


def _entries(checked: Checked) -> list[dict[str, Any]]:
    data = b"".join(write(checked))
    entries: list[dict[str, Any]] = json.loads(data)
    assert not faults(GITLAB, entries)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries)
    return entries


def test_output_is_golden() -> None:
    """The sample gives the bytes of the golden file."""
    assert b"".join(write(sample())) == golden("sample.gitlab.json")


def test_nothing_found_is_an_empty_array() -> None:
    """A check without findings gives a report that says so, as a missing one would keep the last one's."""
    assert b"".join(write(nothing())) == b"[]\n"


@given(CHECKS)
@example(sample())
def test_entries_are_valid_and_harmless(checked: Checked) -> None:
    """Whatever names and texts are: an entry a finding, as GitLab wants it, with no control character in it."""
    numbered = (msgspec.structs.replace(finding, copy=copy) for copy, finding in enumerate(checked.findings))
    checked = msgspec.structs.replace(checked, findings=tuple(numbered))  # no two findings have one copy
    entries = _entries(checked)
    for entry, finding in zip(entries, checked.findings, strict=True):
        for text in (entry["description"], entry["location"]["path"]):
            assert text == printable(text)
        assert entry["description"] == printable(f"{message(finding)}: {finding.excerpt}")
        assert entry["location"]["lines"]["begin"] == (finding.at.line or 1)


@pytest.mark.parametrize(("name", "path"), [("./a.md", "a.md"), ("a/./b.md", "a/b.md"), ("/a.md", "a.md")])
def test_paths_are_as_git_has_them(name: str, path: str) -> None:
    """A path begins with neither `./` nor `/`."""
    finding = msgspec.structs.replace(sample().findings[0], at=Location(name, name, 0, 9, None, 4))
    (entry,) = _entries(msgspec.structs.replace(sample(), findings=(finding,)))
    assert entry["location"]["path"] == path


def test_severities_follow_levels() -> None:
    """Errors are major, what limits allow is minor, what the baseline knows is mere information."""
    severities = {"error": "major", "warning": "minor", "note": "info"}
    expected = [severities[finding.level] for finding in sample().findings]
    assert [entry["severity"] for entry in _entries(sample())] == expected


def test_a_moved_text_is_the_same_entry() -> None:
    """Fingerprints stay when a text goes to another line and file; one copy more has one of its own."""
    finding = sample().findings[0]
    moved = msgspec.structs.replace(finding, at=Location("new.md", "new.md", 99, 199, None, 7, 1, 8, 3))
    another = msgspec.structs.replace(finding, copy=3, copies=3)
    before, after, more = (
        _entries(msgspec.structs.replace(sample(), findings=(one,)))[0]["fingerprint"]
        for one in (finding, moved, another)
    )
    assert before == after != more


def test_too_many_findings() -> None:
    """Of a hundred thousand the largest are shown, and one entry says how many more there are."""
    checked = many(100_000)
    *shown, more = _entries(checked)
    assert len(shown) == MOST
    lengths = sorted((finding.at.end - finding.at.start for finding in checked.findings), reverse=True)
    longest = {f"duplicate/{finding.fingerprint}/{finding.copy}": finding.characters for finding in checked.findings}
    assert [longest[entry["fingerprint"]] for entry in shown] == lengths[:MOST]
    assert more["description"].startswith("and 90,000 more: 100,000 duplicates ")
    assert more["severity"] == "info"
