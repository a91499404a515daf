"""The formats that `dedup check` reports in, one a file; which one, is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # the names of formats stand in the help, which is there at once
    from dedup.findings import Checked

WriteReport: TypeAlias = "Callable[[Checked], Iterator[bytes]]"
"""The bytes of a report, in pieces. Equal checks give equal bytes."""

_MODULES = {  # name of a format: (its module, its function); imported when asked for, as some need much
    "text": ("text", "write"),
    "json": ("findings_json", "write_json"),
    "jsonl": ("findings_json", "write_jsonl"),
    "github": ("github", "write"),
    "gitlab": ("gitlab", "write"),
    "sarif": ("sarif", "write"),
    "junit": ("junit", "write"),
    "markdown": ("markdown", "write"),
}
REPORTS = tuple(_MODULES)
"""Names of all formats."""


def report_named(name: str) -> WriteReport:
    """What writes a format."""
    module, function = _MODULES[name]
    write: WriteReport = getattr(import_module(f"dedup.reports.{module}"), function)
    return write
