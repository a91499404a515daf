"""Input formats, one a file. Which one reads a file is decided here, by the end of its name, under a compression's."""

from __future__ import annotations

from pathlib import PurePath

from dedup.compression import STRICT, Opening, uncompressed_name
from dedup.errors import InputError
from dedup.formats.base import MAX_RECORD, Format
from dedup.formats.jsonl import JsonLines
from dedup.formats.parquet import Parquet
from dedup.formats.plain import Plain
from dedup.formats.separated import Separated
from dedup.formats.warc import Warc

SUFFIXES = {
    **dict.fromkeys((".txt", ".md", ".markdown", ".rst", ".adoc"), "text"),
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    **dict.fromkeys((".warc", ".wet", ".arc", ".wacz"), "warc"),
}
"""End of a file's name > name of its format."""

ENDS = " or ".join([", ".join([*SUFFIXES][:-1]), [*SUFFIXES][-1]])
"""The same ends, in a sentence."""


def format_named(name: str) -> str | None:
    """The name of the format that a file's name tells, if it tells one: `page.txt` and `page.txt.gz` are text."""
    return SUFFIXES.get(PurePath(uncompressed_name(name)).suffix.lower())


def converted_name(name: str, kind: str) -> str:
    """The name of a file that was converted to a format: with its suffix instead of that of its own format, and
    compressed as before: `a.warc.gz` as `jsonl` is `a.jsonl.gz`. Parquet compresses by itself.
    """
    plain = uncompressed_name(name)
    compression = "" if kind == "parquet" else name[len(plain) :]
    stem = plain[: -len(PurePath(plain).suffix)] if format_named(plain) else plain
    suffix = next(suffix for suffix, known in SUFFIXES.items() if known == kind)
    return stem + suffix + compression


def packs_itself(name: str) -> bool:
    """Whether a file's format compresses it by itself: every record of an archive is packed on its own."""
    return name.lower().endswith((".gz", ".zst")) and format_named(name) == "warc"


def choose_format(
    name: str,
    forced: str | None,
    text_field: str,
    id_field: str,
    max_record: int = MAX_RECORD,
    html: str = "all",
    opening: Opening = STRICT,
) -> Format:
    """The format of an input.

    Args:
        name: The file's name.
        forced: The name of a format; None to go by the name.
        text_field: The field or column that holds the text.
        id_field: The one that holds the id.
        max_record: Bytes that a line or a text may have; larger ones are skipped.
        html: Which text of pages; see `Warc`.
        opening: How packed archives are opened.

    Raises:
        InputError: If the name tells nothing.
    """
    chosen = forced or format_named(name)
    if chosen == "text":
        return Plain(max_record)
    if chosen == "jsonl":
        return JsonLines(text_field, id_field, max_record)
    if chosen in ("csv", "tsv"):
        return Separated("," if chosen == "csv" else "\t", text_field, id_field)
    if chosen == "parquet":
        return Parquet(text_field, id_field)
    if chosen == "warc":
        return Warc(html=html, opening=opening)
    raise InputError(name, f"its name does not end in {ENDS}, compressed or not: give --input-format")
