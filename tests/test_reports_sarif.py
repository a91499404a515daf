"""SARIF: valid by the schema, with references that RFC 3986 allows, few enough for GitHub, and with identities that
stay when texts are moved.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
import pytest
from hypothesis import example, given, settings

from dedup.findings import Checked, Finding, Location
from dedup.reports.sarif import MOST, write
from dedup.reports.terminal import printable
from dedup.reports.wording import largest_first
from dedup.version import __version__
from tests import report_schemas
from tests.any_checked import CHECKS
from tests.checked import HELD_OUT, NASTY_NAMES, TABLE, many, nothing, sample
from tests.golden import golden
from tests.report_schemas import faults

_CHARACTER = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@]|%[0-9A-F]{2})"  # RFC 3986: pchar without the colon
_REFERENCE = re.compile(f"{_CHARACTER}+(?:/(?:{_CHARACTER}|:)*)*")  # path-noscheme
_LINK = re.compile(r"\[((?:[^\\\[\]]|\\[\\\[\]])*)\]\(([^()]*)\)")  # section 3.11.6
_PLACEHOLDER = re.compile(r"(?<!\{)(?:\{\{)*\{[0-9]+\}")  # section 3.11.5
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_GITHUB_BYTES = 10_000_000


def _run(checked: Checked) -> dict[str, Any]:
    """The one run of a report, which is valid."""
    log = json.loads(b"".join(write(checked)))
    assert not faults(report_schemas.sarif(), log)
    (run,) = log["runs"]
    shown: dict[str, Any] = run
    return shown


def _result(finding: Finding) -> dict[str, Any]:
    (result,) = _run(msgspec.structs.replace(sample(), findings=(finding,)))["results"]
    shown: dict[str, Any] = result
    return shown


def _first(**changes: object) -> Finding:
    return msgspec.structs.replace(sample().findings[0], **changes)


def _physical(result: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = result["locations"][0]["physicalLocation"]
    return shown


def test_output_is_golden() -> None:
    """The sample gives the bytes of the golden file, which is valid."""
    assert b"".join(write(sample())) == golden("sample.sarif")
    assert len(_run(sample())["results"]) == len(sample().findings)


def test_the_schema_finds_faults() -> None:
    """A report with a fault is not valid: the schema is looked at."""
    log = json.loads(b"".join(write(sample())))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert faults(report_schemas.sarif(), log)


def test_nothing_found() -> None:
    """A check that is passed has a run without results and without notifications."""
    run = _run(nothing())
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    assert run["properties"]["passed"] is True


def test_the_tool_says_who_it_is() -> None:
    """The driver has a name, a semantic version, and a rule with words for every rule of findings."""
    driver = _run(sample())["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("dedup", __version__)
    assert _SEMANTIC_VERSION.fullmatch(driver["semanticVersion"])
    assert [rule["id"] for rule in driver["rules"]] == ["duplicate", "overlap"]
    for rule in driver["rules"]:
        assert all(rule[words]["text"] for words in ("shortDescription", "fullDescription", "help"))


@settings(max_examples=50)
@given(CHECKS)
@example(sample())
def test_any_check_is_valid(checked: Checked) -> None:
    """Whatever names and texts are: a result a finding, valid, without a harmful character, absolute path or `..`."""
    run = _run(checked)
    assert len(run["results"]) == len(checked.findings)
    for result, finding in zip(run["results"], checked.findings, strict=True):
        assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == finding.rule
        assert result["level"] == finding.level
        assert result["properties"]["excerpt"] == printable(finding.excerpt)
        _check_message(result)
        for location in (*result["locations"], *result["relatedLocations"]):
            artifact = location["physicalLocation"]["artifactLocation"]
            assert artifact["uri"] == "" or _REFERENCE.fullmatch(artifact["uri"])
            assert not {".", ".."} & set(artifact["uri"].split("/"))
            assert artifact["uriBaseId"] in run["originalUriBaseIds"]


def _check_message(result: dict[str, Any]) -> None:
    """The one link is ours, and there are no placeholders."""
    text = result["message"]["text"]
    assert text == printable(text)
    assert [link[2] for link in _LINK.finditer(text)] == ["1"]
    assert not _PLACEHOLDER.search(text)
    assert result["relatedLocations"][0]["id"] == 1


@pytest.mark.parametrize(
    "name", ["[x](http://example.com)", "[a\\](b)", "[a\\\\](b)", "{0}", "{{0}}", "x{{{1}", "](2)"]
)
def test_names_are_no_links_and_no_placeholders(name: str) -> None:
    """A name in a message is neither a link to elsewhere nor a place for an argument."""
    _check_message(_result(_first(other=Location(name, name, 0, 9, None, 4, 1, 4, 10))))


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_references_give_back_the_bytes_of_a_name(name: str) -> None:
    """A name, be it no UTF-8, is percent-encoded byte by byte."""
    uri = _physical(_result(_first(at=Location(name, name, 0, 9, None, 4, 1, 4, 10))))["artifactLocation"]["uri"]
    assert unquote_to_bytes(uri) == re.sub(b"/+", b"/", name.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    ("name", "uri", "base"),
    [
        ("a b/c.md", "a%20b/c.md", "%SRCROOT%"),
        ("a:b/c:d.md", "a%3Ab/c%3Ad.md", "%SRCROOT%"),
        ("http://x/y", "http%3A/x/y", "%SRCROOT%"),
        ("./a.md", "a.md", "%SRCROOT%"),
        ("%2e%2e/a.md", "%252e%252e/a.md", "%SRCROOT%"),
        ("..a/b..", "..a/b..", "%SRCROOT%"),
        (HELD_OUT, "eval/held%20out.txt", "%OUTSIDE%"),
        ("../../a.md", "a.md", "%OUTSIDE%"),
        ("/etc/passwd", "etc/passwd", "%OUTSIDE%"),
        ("//host/x", "host/x", "%OUTSIDE%"),
        ("not utf-8 \udcff", "not%20utf-8%20%FF", "%SRCROOT%"),
        ("no byte \ud800", "no%20byte%20%ED%A0%80", "%SRCROOT%"),
    ],
)
def test_references(name: str, uri: str, base: str) -> None:
    """References are relative; those of files outside the folder of the check have another base."""
    artifact = _physical(_result(_first(at=Location(name, name, 0, 9, None, 4, 1, 4, 10))))["artifactLocation"]
    assert artifact == {"uri": uri, "uriBaseId": base}


def test_regions() -> None:
    """Columns and offsets are given where the file is the document, lines where the format has them, else nothing."""
    in_text = _result(_first(at=Location("a", "a", 120, 130, None, 4, 3, 5, 2)))
    assert _physical(in_text)["region"] == {
        "startLine": 4, "endLine": 5, "startColumn": 3, "endColumn": 2, "charOffset": 120, "charLength": 10,
    }  # fmt: skip
    assert "logicalLocations" not in in_text["locations"][0]
    in_record = _result(_first(at=Location("a", "id 7", 3, 13, 4, 4, None, 4)))
    assert _physical(in_record)["region"] == {"startLine": 4, "endLine": 4}
    assert in_record["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "id 7"}]
    assert "region" not in _physical(_result(_first(at=Location(TABLE, "id 7", 3, 13, 4))))


def test_fingerprints_stay_when_a_text_is_moved() -> None:
    """A moved text is the same result; one copy more of it is another."""
    finding = _first()
    moved = _first(at=Location("new.md", "new.md", 99, 199, None, 7, 1, 8, 3))
    another = _first(copy=finding.copy + 1, copies=finding.copies + 1)
    before, after, more = (_result(one)["partialFingerprints"] for one in (finding, moved, another))
    assert before == after == {"dedup/v1": f"{finding.fingerprint}:{finding.copy}"}
    assert more == {"dedup/v1": f"{finding.fingerprint}:{finding.copy + 1}"}


def test_what_has_no_line_has_the_fingerprint_of_github() -> None:
    """Where GitHub can work out no fingerprint from a line of the file, it is given ours."""
    shown = _result(_first(at=Location(TABLE, "7", 3, 13, 4)))["partialFingerprints"]
    assert shown["primaryLocationLineHash"] == shown["dedup/v1"]


@pytest.mark.parametrize(("is_new", "state"), [(True, "new"), (False, "unchanged"), (None, None)])
def test_baseline(is_new: bool | None, state: str | None) -> None:
    """With a baseline, results say whether it knows them."""
    assert _result(_first(is_new=is_new)).get("baselineState") == state


def test_totals_stand_in_the_run() -> None:
    """The run's properties hold the verdict, its reasons, the limits and the totals."""
    checked = sample()
    shown = _run(checked)["properties"]
    assert (shown["passed"], shown["failures"]) == (False, list(checked.failures))
    assert shown["limits"]["max_duplicates"] == 0
    assert shown["totals"]["duplicates"] == checked.totals.duplicates
    assert shown["totals"]["duplicate_ratio"] == checked.totals.duplicate_ratio


def test_too_many_findings() -> None:
    """Of a hundred thousand the 25,000 largest are shown, and a notification says how many more there are."""
    checked = many(100_000)
    data = b"".join(write(checked))
    (run,) = json.loads(data)["runs"]
    expected = [f"{finding.fingerprint}:{finding.copy}" for finding in largest_first(checked.findings)[:MOST]]
    assert [result["partialFingerprints"]["dedup/v1"] for result in run["results"]] == expected
    assert len(gzip.compress(data)) < _GITHUB_BYTES
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("and 75,000 more: 100,000 duplicates ")
    assert run["properties"]["totals"]["duplicates"] == 100_000
    run["results"] = run["results"][:100]
    assert not faults(report_schemas.sarif(), {"version": "2.1.0", "runs": [run]})


def test_findings_that_compress_badly() -> None:
    """With names and texts that no program can compress, fewer are shown, so that GitHub takes the file."""
    source = random.Random(7)
    findings = tuple(_random_finding(source, finding) for finding in many(12_000).findings)
    checked = msgspec.structs.replace(many(1), findings=findings)
    data = b"".join(write(checked))
    assert 6_000_000 < len(gzip.compress(data)) < _GITHUB_BYTES
    (run,) = json.loads(data)["runs"]
    left_out = len(findings) - len(run["results"])
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith(f"and {left_out:,} more: ")


def test_one_endless_id_hides_nothing_else() -> None:
    """A result for which there is no room is left out and counted; those after it are shown."""
    endless = _first(at=Location(TABLE, "x" * 10_000_000, 0, 999, 4))
    run = _run(msgspec.structs.replace(sample(), findings=(endless, *sample().findings)))
    assert len(run["results"]) == len(sample().findings)
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("and 1 more: ")


def _random_finding(source: random.Random, finding: Finding) -> Finding:
    name, other = (base64.urlsafe_b64encode(source.randbytes(186)).decode() for _ in range(2))
    return msgspec.structs.replace(
        finding,
        at=msgspec.structs.replace(finding.at, file=name, document=name, line=source.randrange(1, 10**6)),
        other=msgspec.structs.replace(finding.other, file=other, document=other, start=source.randrange(10**6)),
        fingerprint=f"{source.getrandbits(128):032x}",
        tokens=source.randrange(10**6),
        similarity=source.random(),
        containment=source.random(),
        excerpt="".join(map(chr, source.choices(range(0x4E00, 0x9FFF), k=100))),
    )
