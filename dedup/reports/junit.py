"""The report as JUnit XML, as Jenkins and GitLab read it: a test case for every file.

It fails where a finding counts towards a limit that is exceeded. Other findings stand in its `system-out`, totals and
verdict in that of the suite. No clock, no name of a host: equal checks give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from dedup.findings import Checked, Finding
from dedup.reports.lines import end_lines, finding_lines
from dedup.reports.terminal import printable
from dedup.reports.wording import and_more, counted

_MOST = 50
"""Findings that a failure, or a `system-out`, names at most: those who show the report hold all of it in memory."""

_CLASS = "dedup.check"


def write(checked: Checked) -> Iterator[bytes]:
    """The report in UTF-8."""
    found: dict[str, list[Finding]] = {file: [] for file in checked.files}
    for finding in checked.findings:
        found.setdefault(finding.at.file, []).append(finding)
    failures = sum(any(finding.level == "error" for finding in findings) for findings in found.values())
    counts = f'name="dedup check" tests="{len(found)}" failures="{failures}" errors="0"'
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites {counts}>\n  <testsuite {counts} skipped="0">\n'.encode()
    for file, findings in found.items():
        yield _serialised(_test_case(file, findings))
    yield _serialised(_element("system-out", end_lines(checked)))
    yield b"  </testsuite>\n</testsuites>\n"


def _test_case(file: str, findings: Sequence[Finding]) -> ElementTree.Element:
    case = _element("testcase", classname=_CLASS, name=printable(file))
    errors = [finding for finding in findings if finding.level == "error"]
    if errors:
        rules = "-".join(sorted({finding.rule for finding in errors}))
        case.append(_element("failure", _listed(errors), type=rules, message=counted(len(errors), "finding")))
    others = [finding for finding in findings if finding.level != "error"]
    if others:
        case.append(_element("system-out", _listed(others)))
    return case


def _listed(findings: Sequence[Finding]) -> str:
    lines = [finding_lines(finding) for finding in findings[:_MOST]]
    if len(findings) > _MOST:
        lines.append(f"{and_more(len(findings) - _MOST)}\n")
    return "".join(lines)


def _element(tag: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    element = ElementTree.Element(tag, attributes)
    element.text = text
    return element


def _serialised(element: ElementTree.Element) -> bytes:
    """The element as it stands in a suite."""
    ElementTree.indent(element, level=2)
    return f"    {ElementTree.tostring(element, encoding='unicode')}\n".encode()
