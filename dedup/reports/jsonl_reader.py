"""A report in JSON Lines (see `reports/jsonl.py`), read back and checked: it may come from anywhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

import msgspec

from dedup.errors import InputError
from dedup.file_names import native_name
from dedup.records import Edit, Merge, Place, Span
from dedup.reports.jsonl import DAMAGED, FORMAT_VERSION, Action, Changed, Emptied, MergeLine


@dataclass(slots=True)
class Report:
    """A report that was read back. Documents are told apart by id and, where the id was not new, record.

    Attributes:
        action: What was done with the merges.
        inputs: The files that were read, in order, by the names they were written under.
        converted: Name of a file that was converted to another format > the name it was written under.
        changed: The documents of which something went.
        merges: Their merges, in order.
        emptied: The documents that were not written, by file.
        damaged: The files whose end could not be read.
    """

    action: Action = "remove"
    inputs: list[str] = field(default_factory=list)
    converted: dict[str, str] = field(default_factory=dict)
    changed: dict[tuple[str, int | None], Changed] = field(default_factory=dict)
    merges: dict[tuple[str, int | None], list[Merge]] = field(default_factory=dict)
    emptied: dict[str, list[Emptied]] = field(default_factory=dict)
    damaged: set[str] = field(default_factory=set)

    def written_as(self, file: str) -> str:
        """The name that an input was written under."""
        return self.converted.get(file, file)


def read_report(stream: BinaryIO, name: str) -> Report:
    """Read a report back.

    Raises:
        InputError: If it is not a report, is cut off, or was written in another format version.
    """
    report = Report()
    kind = ""
    for number, raw in enumerate(stream, 1):
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise InputError(name, f"not JSON: {error}", line=number) from error
        try:
            before, kind = kind, msgspec.convert(line, _Typed).type
            if (number == 1) != (kind == "header") or before == "summary":
                raise InputError(name, "a report begins with its header and ends with its summary", line=number)
            _take(report, kind, line)
        except _OtherVersionError as error:
            raise InputError(name, f"report format {error}; this version reads {FORMAT_VERSION}") from error
        except ValueError as error:  # msgspec's errors are among them
            raise InputError(name, f"not a line of a report, {kind or 'of no type'}: {error}", line=number) from error
    if kind != "summary":
        raise InputError(name, "not a report, or one that is cut off: its last line is not a summary")
    return report


class _OtherVersionError(Exception):
    """A report of another format version."""


@dataclass(frozen=True, slots=True)
class _Typed:
    type: str
    format: int = FORMAT_VERSION
    action: Action = "remove"


@dataclass(frozen=True, slots=True)
class _Input:
    file: str
    written_as: str = ""


@dataclass(frozen=True, slots=True)
class _Skipped:
    file: str
    reason: str


def _take(report: Report, kind: str, line: object) -> None:
    """Add a line to a report."""
    if kind == "header":
        header = msgspec.convert(line, _Typed)
        if header.format != FORMAT_VERSION:
            raise _OtherVersionError(header.format)
        report.action = header.action
    elif kind == "input":
        _take_input(report, msgspec.convert(line, _Input))
    elif kind == "document":
        changed = msgspec.convert(line, Changed)
        report.changed[changed.document, changed.record] = changed
    elif kind == "merge":
        merge = _merge(msgspec.convert(line, MergeLine))
        report.merges.setdefault((merge.document, merge.record), []).append(merge)
    elif kind == "emptied":
        emptied = msgspec.convert(line, Emptied)
        report.emptied.setdefault(report.written_as(_safe_name(emptied.file)), []).append(emptied)
    elif kind == "skipped":
        skipped = msgspec.convert(line, _Skipped)
        if skipped.reason == DAMAGED:
            report.damaged.add(report.written_as(skipped.file))


def _take_input(report: Report, line: _Input) -> None:
    name = _safe_name(line.written_as or line.file)
    report.inputs.append(name)
    if line.written_as:
        report.converted[line.file] = name


def _safe_name(name: str) -> str:
    """A file's name, which must stay inside the folder it is put into: a report may come from anywhere.

    Raises:
        ValueError: If it would not.
    """
    path = PurePath(native_name(name))  # a `UnicodeError`, which is a `ValueError`, if no file can have that name
    if not path.parts or path.is_absolute() or path.drive or ".." in path.parts or "\0" in name:
        raise ValueError(f"{name!r} is no relative name of a file")
    return name


def _merge(line: MergeLine) -> Merge:
    canonical = Place(line.canonical.document, line.canonical.record, line.canonical.start, line.canonical.end)
    return Merge(
        line.document,
        line.record,
        line.start,
        line.end,
        canonical,
        line.kind,
        line.similarity,
        line.containment,
        line.found_by,
        line.novel,
        tuple(
            Edit(Span(edit.start, edit.end), Span(edit.canonical.start, edit.canonical.end), edit.text)
            for edit in line.edits
        ),
        (canonical.span,) if line.restore is None else line.restore,
        line.kept_because,
    )
