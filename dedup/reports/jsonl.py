"""The report as JSON Lines: a header, a line for every merge, a summary. No clock, no absolute path: equal runs give
equal bytes.

Lines by `type`:

    header      format version, library version, every setting that changes results
    input       a file that was read, by its name in the output folder
    document    a document of which something went, and the digest of its original text
    merge       one duplicate span and the kept span that stands for it
    emptied     a document of which nothing was left, and what its record was without its text
    skipped     a record that could not be read, and why
    summary     the balanced books
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from dedup.banding import Banding
from dedup.errors import InputError
from dedup.records import Cleaned, Edit, Merge, Place, Span, Summary
from dedup.settings import Settings
from dedup.version import __version__

FORMAT_VERSION = 1
# 1: first version


@dataclass(frozen=True, slots=True)
class Emptied:
    """A document of which nothing was left, so that it was not written.

    Attributes:
        document: Its id.
        record: Its position among the documents of the run.
        file: The input it stood in.
        line: Its line there, in formats with lines.
        raw: Its record with the text left empty.
    """

    document: str
    record: int
    file: str
    line: int | None
    raw: str


@dataclass(slots=True)
class Report:
    """A report that was read back.

    Attributes:
        inputs: The files that were read, in order.
        merges: The merges of each document, in order, by id and by record where the id was not new.
        digests: The digests of the original texts of these documents.
        emptied: The documents that were not written, by file.
    """

    inputs: list[str] = field(default_factory=list)
    merges: dict[tuple[str, int | None], list[Merge]] = field(default_factory=dict)
    digests: dict[tuple[str, int | None], str] = field(default_factory=dict)
    emptied: dict[str, list[Emptied]] = field(default_factory=dict)


def header_line(settings: Settings, banding: Banding) -> bytes:
    """The first line."""
    shown = asdict(settings)
    shown |= {"ngram": settings.shingle_length, "novel": "keep" if settings.keeps_novel else "drop"}
    shown |= asdict(banding)
    return _line({"type": "header", "format": FORMAT_VERSION, "version": __version__, "settings": shown})


def input_line(file: str) -> bytes:
    """The line that comes before all lines about the documents of a file."""
    return _line({"type": "input", "file": file})


def document_line(cleaned: Cleaned) -> bytes:
    """The line that comes before the merges of a document."""
    record = {"record": cleaned.record} if cleaned.repeats_id else {}
    return _line({"type": "document", "document": cleaned.id, **record, "xxh3_128": cleaned.digest})


def merge_line(merge: Merge) -> bytes:
    """The line of a merge. What is empty, and what the rest of the line says already, is left out."""
    shown: dict[str, object] = {"type": "merge", **_place(merge), "canonical": _place(merge.canonical)}
    shown |= {
        "kind": merge.kind,
        "similarity": merge.similarity,
        "containment": merge.containment,
        "found_by": merge.found_by,
    }
    if merge.novel:
        shown["novel"] = merge.novel
    if merge.edits:
        shown["edits"] = [_edit(edit) for edit in merge.edits]
    if merge.restore != (merge.canonical.span,):
        shown["restore"] = merge.restore
    return _line(shown)


def emptied_line(emptied: Emptied) -> bytes:
    """The line of a document that was not written."""
    return _line({"type": "emptied", **{name: value for name, value in asdict(emptied).items() if value is not None}})


def skipped_line(file: str, line: int | None, reason: str, detail: str) -> bytes:
    """The line of a record that could not be read."""
    place = {"file": file} if line is None else {"file": file, "line": line}
    return _line({"type": "skipped", **place, "reason": reason, "detail": detail})


def summary_line(summary: Summary, written: int, skipped: Mapping[str, int]) -> bytes:
    """The last line: what went in is what came out."""
    documents = {
        "in": summary.documents + sum(skipped.values()),
        "written": written,
        "emptied": summary.documents - written,
        "revisits": summary.revisits,
        "skipped": dict(sorted(skipped.items())),
    }
    merges = {"exact": summary.exact, "near": summary.near}
    characters = {"in": summary.characters, "kept": summary.kept, "removed": summary.removed}
    return _line(
        {
            "type": "summary",
            "documents": documents,
            "blocks": summary.blocks,
            "merges": merges,
            "characters": characters,
            "oversized_buckets": summary.oversized_buckets,
        }
    )


def read_report(stream: BinaryIO, name: str) -> Report:
    """Read a report back.

    Raises:
        InputError: If it is not a report, is cut off, or was written in another format version.
    """
    report = Report()
    last = None
    for number, (kind, line) in enumerate(_lines(stream, name), 1):
        if (number == 1) != (kind == "header"):
            raise InputError(name, "a report begins with its header", line=number)
        if kind == "header" and line.get("format") != FORMAT_VERSION:
            raise InputError(name, f"report format {line.get('format')!r}; this version reads {FORMAT_VERSION}")
        try:
            if kind == "merge":
                merge = _merge(line)
                report.merges.setdefault((merge.document, merge.record), []).append(merge)
            elif kind == "emptied":
                emptied = Emptied(line["document"], line["record"], line["file"], line.get("line"), line["raw"])
                report.emptied.setdefault(emptied.file, []).append(emptied)
            elif kind == "document":
                report.digests[line["document"], line.get("record")] = line["xxh3_128"]
            elif kind == "input":
                report.inputs.append(line["file"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(name, f"not a {kind} line of a report: {error!r}", line=number) from error
        last = kind
    if last != "summary":
        raise InputError(name, "not a report, or one that is cut off: its last line is not a summary")
    return report


def _lines(stream: BinaryIO, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, raw in enumerate(stream, 1):
        try:
            line = json.loads(raw)
        except ValueError as error:
            raise InputError(name, f"not JSON: {error}", line=number) from error
        if not isinstance(line, dict) or not isinstance(line.get("type"), str):
            raise InputError(name, "not a line of a report", line=number)
        yield line["type"], line


def _merge(line: dict[str, Any]) -> Merge:
    canonical = Place(*_place_read(line["canonical"]))
    return Merge(
        *_place_read(line),
        canonical=canonical,
        kind=line["kind"],
        similarity=line["similarity"],
        containment=line["containment"],
        found_by=line["found_by"],
        novel=line.get("novel", 0),
        edits=tuple(_edit_read(edit) for edit in line.get("edits", ())),
        restore=tuple(
            piece if isinstance(piece, str) else Span(*piece) for piece in line.get("restore", (canonical.span,))
        ),
    )


def _place(place: Merge | Place) -> dict[str, object]:
    record = {} if place.record is None else {"record": place.record}
    return {"document": place.document, **record, "start": place.start, "end": place.end}


def _place_read(line: dict[str, Any]) -> tuple[str, int | None, int, int]:
    return str(line["document"]), line.get("record"), int(line["start"]), int(line["end"])


def _edit(edit: Edit) -> dict[str, object]:
    canonical = {"start": edit.canonical.start, "end": edit.canonical.end}
    return {"start": edit.span.start, "end": edit.span.end, "text": edit.text, "canonical": canonical}


def _edit_read(line: dict[str, Any]) -> Edit:
    canonical = line["canonical"]
    return Edit(Span(line["start"], line["end"]), Span(canonical["start"], canonical["end"]), line["text"])


def _line(shown: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
    except UnicodeEncodeError:  # lone surrogates can only be written as escapes
        return json.dumps(shown, separators=(",", ":")).encode("ascii") + b"\n"
