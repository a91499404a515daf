"""Input formats, one a file. Which one reads a file is decided here, by the end of its name."""

from __future__ import annotations

from pathlib import PurePath

from dedup.errors import InputError
from dedup.formats.base import Format
from dedup.formats.jsonl import JsonLines
from dedup.formats.plain import Plain
from dedup.formats.warc import Warc

_WARC = dict.fromkeys((".warc", ".warc.gz", ".wet", ".wet.gz", ".wacz", ".arc", ".arc.gz"), "warc")
SUFFIXES = {".txt": "text", ".jsonl": "jsonl", **_WARC}
"""End of a file's name > name of its format."""


def suffix_of(name: str) -> str | None:
    """The end of a file's name, if it is one that tells the format."""
    return next((suffix for suffix in SUFFIXES if PurePath(name).name.lower().endswith(suffix)), None)


def choose_format(name: str, forced: str | None, text_field: str, id_field: str, html: str = "all") -> Format:
    """The format of an input.

    Args:
        name: The file's name.
        forced: `text`, `jsonl` or `warc`; None to go by the name.
        text_field: Where JSON lines hold the text.
        id_field: Where they hold the id.
        html: Which text of pages: `all` or `main`.

    Raises:
        InputError: If the name tells nothing.
    """
    chosen = forced or SUFFIXES.get(suffix_of(name) or "")
    if chosen == "text":
        return Plain()
    if chosen == "jsonl":
        return JsonLines(text_field, id_field)
    if chosen == "warc":
        return Warc(main=html == "main")
    raise InputError(name, f"its name does not end in {' or '.join(SUFFIXES)}: give --input-format")
