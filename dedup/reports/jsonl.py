"""The report as JSON Lines: a header, a line for every merge, a summary. No clock, no absolute path: equal runs give
equal bytes.

Lines by `type`:

    header      format version, versions of the library and of those that results depend on, what was done with the
                merges, every setting that results depend on
    input       a file that was read, by its name in the input folder, and by that in the output folder if it was
                converted to another format
    document    a document of which something went, and the digest of its original text
    merge       one duplicate span and the kept span that stands for it
    emptied     a document of which nothing was left, and what its record was without its text
    skipped     a record that could not be read, or something that was found beside the inputs, and why
    summary     the balanced books

Lines stand in the order of the input. The kept copy of a merge stands earlier in it, unless the setting `keep` of the
header is another than `first`; every merge then says with `kept_because` why that copy stays (see `records.Merge`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from dedup._kernels.unicode import TABLE
from dedup.banding import Banding
from dedup.records import Cleaned, Duplicate, Edit, FoundBy, Kind, Merge, Span, Summary
from dedup.settings import Settings
from dedup.version import __version__

FORMAT_VERSION = 1
# 1: first version

DAMAGED = "damaged"
"""Why the end of an input was skipped that could not be decompressed."""

Action: TypeAlias = Literal["remove", "annotate", "report"]
"""What becomes of the merges that are found: their text is cut, or they go into a field of their document's record, or
into the report only."""

_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Emptied:
    """A document of which nothing was left, so that it was not written.

    Attributes:
        document: Its id.
        record: Its position among the documents of the run.
        file: The input it stood in.
        line: Its line there, in formats with lines; None also where it was converted, so that `record` tells its place.
        raw: Its record with the text left empty.
    """

    document: str
    record: int
    file: str
    line: int | None = None
    raw: str = ""


class Changed(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type", tag="document"):
    """A document of which something went.

    Attributes:
        document: Its id.
        blake2b: Digest of its original text (see `records.Cleaned`).
        record: Its position among the documents of the run, where its id was not new; else None.
        spelling: What its format has to know to write the original record (see `formats.base.Records`).
    """

    document: str
    blake2b: str
    record: int | None = None
    spelling: str = ""


class PlaceLine(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A `records.Place` as it stands in a report."""

    document: str
    record: int | None = None
    start: int
    end: int


class RangeLine(Struct, frozen=True, gc=False):
    """A `records.Span`, likewise."""

    start: int
    end: int


class EditLine(Struct, frozen=True, gc=False):
    """A `records.Edit`, likewise."""

    start: int
    end: int
    text: str
    canonical: RangeLine


class MergeLine(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="type", tag="merge"):
    """A `records.Merge`, likewise. What is empty, and what the rest of the line says already, is left out."""

    document: str
    record: int | None = None
    start: int
    end: int
    canonical: PlaceLine
    kind: Kind
    similarity: float
    containment: float
    found_by: FoundBy
    novel: int = 0
    edits: tuple[EditLine, ...] = ()
    restore: tuple[Span | str, ...] | None = None
    kept_because: str = ""


class DuplicateLine(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A `records.Duplicate`, likewise."""

    document: str
    record: int
    canonical: str
    canonical_record: int
    kind: Kind
    similarity: float
    found_by: FoundBy
    kept_because: str = ""


def header_line(settings: Settings, banding: Banding, action: Action = "remove") -> bytes:
    """The first line."""
    done = {"action": action, "settings": shown_settings(settings, banding)}
    return json_line({"type": "header", "format": FORMAT_VERSION, **versions(), **done})


def versions() -> dict[str, object]:
    """The versions of the library and of those that results depend on."""
    from importlib import metadata  # noqa: PLC0415  # takes a while, and not every run writes a report

    libraries = {name: metadata.version(name) for name in ("sentencex",)} | {"unicode": TABLE.version}
    return {"version": __version__, "libraries": libraries}


def shown_settings(settings: Settings, banding: Banding) -> dict[str, object]:
    """Every setting that results depend on, with the values that stand for those left open."""
    shown: dict[str, object] = asdict(settings)
    shown |= {"ngram": settings.shingle_length, "min_span": settings.span_length}
    shown["novel"] = "keep" if settings.keeps_novel else "drop"
    shown |= asdict(banding)
    if settings.of_wholes is not None:
        shown["wholes"] = {"ngram": settings.of_wholes.shingle_length, "novel": "drop"}
    del shown["memory"]  # it changes no answer
    return shown


def input_line(file: str, written_as: str | None = None) -> bytes:
    """The line that comes before all lines about the documents of a file; the name it is written under, if another."""
    converted = {} if written_as in (None, file) else {"written_as": written_as}
    return json_line({"type": "input", "file": file, **converted})


def document_line(cleaned: Cleaned, spelling: str) -> bytes:
    """The line that comes before the merges of a document."""
    document, record = cleaned.key
    return json_line(Changed(document, cleaned.digest, record, spelling))


def merge_line(merge: Merge) -> bytes:
    """The line of a merge."""
    return json_line(_merge(merge))


def merges_value(merges: Sequence[Merge]) -> bytes:
    """The merges of a document for its own record, which need not say whose they are: a list."""
    shown = [msgspec.to_builtins(_merge(merge)) for merge in merges]
    dropped = ("type", "document", "record")
    return encoded([{name: value for name, value in merge.items() if name not in dropped} for merge in shown])


def _merge(merge: Merge) -> MergeLine:
    place = merge.canonical
    is_plain = len(merge.restore) == 1 and merge.restore[0] == (place.start, place.end)
    return MergeLine(
        document=merge.document,
        record=merge.record,
        start=merge.start,
        end=merge.end,
        canonical=PlaceLine(document=place.document, record=place.record, start=place.start, end=place.end),
        kind=merge.kind,
        similarity=merge.similarity,
        containment=merge.containment,
        found_by=merge.found_by,
        novel=merge.novel,
        edits=tuple(map(_edit_line, merge.edits)) if merge.edits else (),
        restore=None if is_plain else merge.restore,
        kept_because=merge.kept_because,
    )


def emptied_line(emptied: Emptied) -> bytes:
    """The line of a document that was not written."""
    shown = {name: value for name, value in asdict(emptied).items() if value is not None}
    return json_line({"type": "emptied", **shown})


def skipped_line(file: str, line: int | None, reason: str, detail: str) -> bytes:
    """The line of a record that could not be read."""
    place = {"file": file} if line is None else {"file": file, "line": line}
    return json_line({"type": "skipped", **place, "reason": reason, "detail": detail})


def duplicate_line(duplicate: Duplicate) -> bytes:
    """The line of a document that nearly repeats another, for a list of such documents."""
    return json_line(DuplicateLine(**msgspec.structs.asdict(duplicate)))


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run took.

    Attributes:
        seconds: Wall time.
        size: Bytes read.
    """

    seconds: float
    size: int

    def shown(self, documents: int) -> dict[str, float]:
        """What a summary for machines says about it."""
        rate = documents / self.seconds if self.seconds else 0.0
        return {"seconds": round(self.seconds, 3), "documents_per_second": round(rate, 1), "bytes": self.size}


def match_summary_line(documents: int, duplicates: int, skipped: int, left_out: int, spent: Spent) -> bytes:
    """The summary of a run that only matches documents: those in, the duplicates among them, and the others skipped;
    and how much was found beside the inputs.
    """
    counts = {"in": documents + skipped, "duplicates": duplicates, "skipped": skipped}
    return json_line({"type": "summary", "documents": counts, "left_out": left_out, **spent.shown(documents)})


def summary_line(
    summary: Summary,
    written: int,
    skipped: Mapping[str, int],
    left_out: Mapping[str, int],
    spent: Spent | None = None,
) -> bytes:
    """The last line: what went in is what came out; with what it took, where that may stand.

    Args:
        summary: The books.
        written: Documents that were written.
        skipped: Records that could not be read, by reason.
        left_out: What was found beside the inputs and not read at all, by reason; none of it went in.
        spent: What it took.
    """
    documents = {
        "in": summary.documents + sum(skipped.values()),
        "written": written,
        "emptied": summary.documents - written,
        "revisits": summary.revisits,
        "skipped": dict(sorted(skipped.items())),
    }
    merges = {"exact": summary.exact, "near": summary.near}
    characters = {"in": summary.characters, "kept": summary.kept, "removed": summary.removed}
    return json_line(
        {
            "type": "summary",
            "documents": documents,
            "left_out": dict(sorted(left_out.items())),
            "blocks": summary.blocks,
            "merges": merges,
            "characters": characters,
            "oversized_buckets": summary.oversized_buckets,
            "capped_fingerprints": summary.capped_fingerprints,
            **(spent.shown(summary.documents) if spent else {}),
        }
    )


def _edit_line(edit: Edit) -> EditLine:
    return EditLine(*edit.span, edit.text, RangeLine(*edit.canonical))


def json_line(shown: Mapping[str, object] | Struct) -> bytes:
    """A line of JSON."""
    return encoded(shown) + b"\n"


def encoded(shown: object) -> bytes:
    """What `msgspec` can encode as JSON on one line, whatever characters are in it."""
    try:
        return _ENCODER.encode(shown)
    except UnicodeEncodeError:  # lone surrogates can only be written as escapes
        return json.dumps(msgspec.to_builtins(shown), separators=(",", ":")).encode("ascii")
