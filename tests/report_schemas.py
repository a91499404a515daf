"""What other programs take for valid reports of a check: schemas, and what documents say where there is none."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft4Validator, Draft202012Validator
from lxml import etree

_DATA = Path(__file__).parent / "data"

# What GitLab documents (doc/ci/testing/code_quality.md) and what its parser requires, put together.
_LINE = {"type": "integer", "minimum": 1}
_GITLAB_ENTRY = {
    "type": "object",
    "required": ["description", "check_name", "fingerprint", "severity", "location"],
    "properties": {
        "description": {"type": "string", "minLength": 1},
        "check_name": {"enum": ["dedup/duplicate", "dedup/overlap", "dedup/more"]},
        "fingerprint": {"type": "string", "minLength": 1},
        "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
        "location": {
            "type": "object",
            "required": ["path", "lines"],
            "properties": {
                "path": {"type": "string", "minLength": 1, "pattern": r"^(?!\./|/)"},
                "lines": {"type": "object", "required": ["begin"], "properties": {"begin": _LINE, "end": _LINE}},
            },
        },
    },
}
GITLAB = Draft202012Validator({"type": "array", "items": _GITLAB_ENTRY})
"""Code Quality reports of GitLab."""


@cache
def sarif() -> Draft4Validator:
    """SARIF 2.1.0."""
    return Draft4Validator(json.loads((_DATA / "sarif-2.1.0-rtm.5.json").read_text("utf-8")))


@cache
def junit() -> etree.XMLSchema:
    """JUnit's XML, as Jenkins takes it."""
    return etree.XMLSchema(etree.parse(_DATA / "junit-10.xsd"))


def faults(validator: Draft4Validator | Draft202012Validator, value: object) -> list[str]:
    """What is wrong with a value."""
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
