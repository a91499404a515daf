"""What a check found, in the Static Analysis Results Interchange Format (SARIF) 2.1.0, as GitHub takes it.

A finding is a result, not a text with all its copies: one copy more of a known text is then a new result. The partial
fingerprint `dedup/v1` is that of the text, and which of its copies it is. Names and texts of inputs are made harmless:
they are shown on pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dedup.findings import Checked, Finding, Location
from dedup.reports.findings_json import shown_totals
from dedup.reports.jsonl import encoded
from dedup.reports.terminal import printable
from dedup.reports.uris import lies_outside, relative_uri
from dedup.reports.wording import RULES, and_more, largest_first, message, totals_line
from dedup.version import __version__

MOST = 25_000
"""Results that GitHub takes in a run; it rejects a file with more, and keeps 5,000 of them, by level."""

_MOST_BYTES = 9_500_000
"""GitHub rejects files of more than 10 MB, compressed. What can be compressed worst in a result are names, texts and
numbers; all else is the same in all results."""
_NUMBERS = 120
"""Bytes that the rest of a result takes at most when many are compressed together."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_OUTSIDE = "%OUTSIDE%"
_BASES = {
    _ROOT: {"description": {"text": "The folder of the check."}},
    _OUTSIDE: {
        "description": {"text": "A folder that the path of a file outside the folder of the check begins with."}
    },
}
_HELP = (
    "Remove one of the copies, or refer to the other one. A text that has to stand twice can be allowed by its "
    "fingerprint (option --allow), be marked in its file (dedup:ignore-start, dedup:ignore-end), or be taken into the "
    "baseline (--update-baseline)."
)
_RULE_NUMBERS = {rule: number for number, rule in enumerate(RULES)}


def write(checked: Checked) -> Iterator[bytes]:
    """One run; a result a line. The largest, if there are too many, and a notification about the others."""
    run = encoded({"tool": {"driver": _driver()}, "columnKind": "unicodeCodePoints", "originalUriBaseIds": _BASES})
    yield b'{"$schema":%s,"version":"2.1.0","runs":[%s,"results":[' % (encoded(_SCHEMA), run[:-1])
    before, count = b"\n", 0
    for finding in _shown(checked):
        yield before + encoded(_result(finding))
        before, count = b",\n", count + 1
    yield b"\n]," + encoded(_ending(checked, len(checked.findings) - count))[1:] + b"]}\n"


def _driver() -> Mapping[str, object]:
    rules = [
        {
            "id": rule,
            "shortDescription": {"text": f"{what}."},
            "fullDescription": {"text": f"{what}: exactly, or nearly so."},
            "help": {"text": _HELP},
            "defaultConfiguration": {"level": "error"},
        }
        for rule, what in RULES.items()
    ]
    return {"name": "dedup", "version": __version__, "semanticVersion": __version__, "rules": rules}


def _shown(checked: Checked) -> Iterator[Finding]:
    findings = checked.findings
    if len(findings) > MOST or sum(map(_size, findings)) > _MOST_BYTES:
        findings = tuple(largest_first(findings))
    room = _MOST_BYTES
    for finding in findings[:MOST]:
        size = _size(finding)
        if size <= room:  # one that is too long by itself, as ids may be, hides no others
            room -= size
            yield finding


def _size(finding: Finding) -> int:
    """Bytes that a result takes at most when many are compressed together."""
    texts = [finding.excerpt]
    for at in (finding.at, finding.other):
        texts += [relative_uri(at.file)] if at.record is None else [relative_uri(at.file), at.document]
    return _NUMBERS + sum(len(printable(text).encode()) for text in texts)


def _result(finding: Finding) -> Mapping[str, object]:
    other = _other(finding)
    result: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": _RULE_NUMBERS[finding.rule],
        "level": finding.level,
        "message": {"text": f"{_plain(message(finding))}: [{other}](1)"},
        "locations": [_location(finding.at)],
        "relatedLocations": [{"id": 1, "message": {"text": other}, **_location(finding.other)}],
        "partialFingerprints": _fingerprints(finding),
        "properties": {
            "kind": finding.kind,
            "similarity": finding.similarity,
            "containment": finding.containment,
            "novel": finding.novel,
            "tokens": finding.tokens,
            "copies": finding.copies,
            "excerpt": printable(finding.excerpt),
        },
    }
    if finding.is_new is not None:
        result["baselineState"] = "new" if finding.is_new else "unchanged"
    return result


def _other(finding: Finding) -> str:
    if finding.rule == "overlap":
        return "the copy in the reference set"
    return "the copy that would go" if finding.is_canonical else "the copy that would stay"


def _plain(text: str) -> str:
    """Words that are no placeholder and no link (section 3.11), whatever is in them."""
    return printable(text).replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _fingerprints(finding: Finding) -> Mapping[str, str]:
    shown = f"{finding.fingerprint}:{finding.copy}"
    if finding.at.line is not None:
        return {"dedup/v1": shown}
    # What GitHub itself goes by, together with rule and file. The action that uploads a file works it out of the text
    # of the line, and complains about another value; where there is no line, it leaves it out.
    return {"dedup/v1": shown, "primaryLocationLineHash": shown}


def _location(at: Location) -> Mapping[str, object]:
    base = _OUTSIDE if lies_outside(at.file) else _ROOT
    physical: dict[str, object] = {"artifactLocation": {"uri": relative_uri(at.file), "uriBaseId": base}}
    region = _region(at)
    if region:
        physical["region"] = region
    if at.record is None:
        return {"physicalLocation": physical}
    return {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": printable(at.document)}]}


def _region(at: Location) -> Mapping[str, int]:
    """Columns and offsets only where the file is the document: elsewhere, offsets are not those of the file."""
    if at.line is None:
        return {}
    lines = {"startLine": at.line, "endLine": at.end_line or at.line}
    if at.column is None or at.end_column is None:
        return lines
    offsets = {"charOffset": at.start, "charLength": at.end - at.start}
    return lines | {"startColumn": at.column, "endColumn": at.end_column} | offsets


def _ending(checked: Checked, left_out: int) -> Mapping[str, object]:
    more = {"level": "note", "message": {"text": f"{and_more(left_out)}: {totals_line(checked)}"}}
    return {
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": [more] if left_out else []}],
        "properties": {
            "passed": checked.has_passed,
            "failures": checked.failures,
            "limits": checked.limits,
            "totals": shown_totals(checked),
        },
    }
