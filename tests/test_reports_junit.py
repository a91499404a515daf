"""The JUnit report of a check: valid by the schema that Jenkins uses, a test case for every file, right counts."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from lxml import etree

from dedup.findings import Checked, Finding
from dedup.reports import junit
from dedup.reports.terminal import printable
from tests import report_schemas
from tests.any_checked import CHECKS
from tests.checked import HELD_OUT, many, nothing, sample

_DATA = Path(__file__).parent / "data"


def _written(checked: Checked) -> bytes:
    return b"".join(junit.write(checked))


def _parsed(checked: Checked) -> ElementTree.Element:
    return ElementTree.fromstring(_written(checked))


def _by_file(checked: Checked) -> dict[str, list[Finding]]:
    files: dict[str, list[Finding]] = {file: [] for file in checked.files}
    for finding in checked.findings:
        files.setdefault(finding.at.file, []).append(finding)
    return files


def _excerpts(element: ElementTree.Element | None) -> list[str]:
    """The second lines of the findings that an element names."""
    text = "" if element is None else element.text or ""
    return [line.removeprefix("    | ") for line in text.split("\n")[1::2]]


def test_golden() -> None:
    """The report on the sample is this one, to the byte."""
    assert _written(sample()) == (_DATA / "check" / "sample.xml").read_bytes()


def test_the_schema_refuses() -> None:
    """The schema that reports are held to does not let everything through."""
    assert not report_schemas.junit().validate(etree.fromstring(b"<testsuites><testsuite name='x'/></testsuites>"))


@pytest.mark.parametrize("checked", [sample(), many(120), nothing()], ids=["sample", "many", "nothing"])
def test_schema(checked: Checked) -> None:
    """Reports are valid."""
    report_schemas.junit().assertValid(etree.fromstring(_written(checked)))


@given(CHECKS)
def test_texts_come_out_as_they_went_in(checked: Checked) -> None:
    """Whatever texts and names are, the report is XML, and gives them back, made printable, by file."""
    root = _parsed(checked)
    cases = root.findall("testsuite/testcase")
    files = _by_file(checked)
    assert [case.get("name") for case in cases] == [printable(file) for file in files]
    for case, findings in zip(cases, files.values(), strict=True):
        errors = [printable(finding.excerpt) for finding in findings if finding.level == "error"]
        others = [printable(finding.excerpt) for finding in findings if finding.level != "error"]
        assert _excerpts(case.find("failure")) == errors
        assert _excerpts(case.find("system-out")) == others
        assert (case.find("failure") is None) == (not errors)
    failing = sum(case.find("failure") is not None for case in cases)
    for element in (root, root[0]):
        counts = {name: element.get(name) for name in ("tests", "failures", "errors")}
        assert counts == {"tests": str(len(cases)), "failures": str(failing), "errors": "0"}


def test_the_end() -> None:
    """The suite ends with the totals and the verdict."""
    (end,) = _parsed(sample()).findall("testsuite/system-out")
    assert end.text is not None
    assert re.search("\ntotal: 20 duplicates .*\ncheck: failed: .*\n$", end.text)


def test_the_reference_is_no_case() -> None:
    """A file of the reference set is named as the other copy, and is no test of its own."""
    root = _parsed(sample())
    assert HELD_OUT not in [case.get("name") for case in root.iter("testcase")]
    (failure,) = [case.find("failure") for case in root.iter("testcase") if case.get("name") == "docs/guide.md"]
    assert failure is not None
    assert failure.attrib == {"type": "duplicate-overlap", "message": "2 findings"}
    assert f"exact copy of the reference {HELD_OUT}:5:1" in (failure.text or "")


@pytest.mark.parametrize(("per_file", "cases"), [(50, 2001), (60, 1668), (100_000, 2)])
def test_a_hundred_thousand_findings(per_file: int, cases: int) -> None:
    """Row 47: a failure names fifty findings and counts the others; totals are those of all."""
    root = _parsed(many(100_000, per_file))
    suite = root[0]
    assert (suite.get("tests"), suite.get("failures")) == (str(cases), str(cases - 1))
    failures = list(root.iter("failure"))
    named = sum((failure.text or "").count("\n    | ") for failure in failures)
    more = [line for failure in failures for line in (failure.text or "").split("\n") if line.startswith("and ")]
    counts = [int(line.split()[1].replace(",", "")) for line in more]
    assert 0 not in counts
    assert named + sum(counts) == 100_000
    assert max((failure.text or "").count("\n    | ") for failure in failures) == 50
    assert failures[0].get("message") == f"{per_file:,} findings"
    assert "100,000 duplicates (100,000 new)" in "".join(suite[-1].itertext())
