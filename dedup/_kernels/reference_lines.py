"""Lines of JSON > texts and ids, in plain Python."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from dedup._kernels.reference_blocks import Span

_MOST_DEPTH = 64


class _Line(NamedTuple):
    raw: str
    id: str | None
    text: str
    start: int  # of the text's characters in the line, as they are written
    written: list[str]  # each of them


class Lines:
    """Lines that all are plain: a sequence of the texts in them."""

    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines

    def __len__(self) -> int:
        return len(self._lines)

    def id(self, i: int) -> str | None:
        """The id in a line, if there is one."""
        return self._lines[i].id

    def ids(self, prefix: str, first: int) -> list[str]:
        """The ids in all of them; where there is none, `prefix` and the number of the line, counted from `first`."""
        return [f"{prefix}{i}" if line.id is None else line.id for i, line in enumerate(self._lines, first)]

    def __getitem__(self, i: int) -> str:
        return self._lines[i].text

    def raw(self, first: int, last: int) -> bytes:
        """The bytes of lines [first, last)."""
        return "".join(line.raw for line in self._lines[first:last]).encode("utf-8")

    def styles(self, i: int) -> tuple[bool, bool]:
        """Whether the text in a line is spelt as writers do that leave characters beyond ASCII as they are, and whether
        as those do that escape them: no escapes that need not be, and always the shortest.
        """
        written = self._lines[i].written
        is_unescaped = not any(character.startswith(("\\u", "\\/")) for character in written)
        is_escaped = all(json.dumps(json.loads(f'"{character}"')) == f'"{character}"' for character in written)
        return is_unescaped, is_escaped

    def cut(self, i: int, spans: Sequence[Span]) -> bytes:
        """A line without spans, in order, of the characters of its text; the others are spelt as they were."""
        line = self._lines[i]
        kept = line.written[:]
        for start, end in spans:
            kept[start:end] = [""] * (end - start)
        after = line.start + sum(map(len, line.written))
        return (line.raw[: line.start] + "".join(kept) + line.raw[after:]).encode("utf-8")


def count_lines(data: bytes) -> int:
    """How many lines end in some bytes."""
    return data.count(b"\n")


def read_lines(data: bytes, text_name: bytes, id_name: bytes) -> Lines | None:
    """Lines that each hold a document, if all of them are plain.

    A plain line is one object of JSON (RFC 8259) in UTF-8 with the field `text_name`, which is a string, exactly once,
    and `id_name` at most once. Its names hold no escapes, nothing in it lone surrogates, and values are not nested
    deeper than 64.

    Args:
        data: Whole lines.
        text_name: Name of the field with the text, in UTF-8.
        id_name: Of the one with the id: a string, or a number as it is written; other values are as if it was missing.

    Returns:
        None if a line is not plain.
    """
    try:
        lines = data.decode("utf-8").split("\n")
        names = (text_name.decode("utf-8"), id_name.decode("utf-8"))
        whole = [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
        return Lines([_read(line, *names) for line in whole])
    except (ValueError, RecursionError):
        return None


class _Number(str):
    """A number as it is written."""


def _read(line: str, text_name: str, id_name: str) -> _Line:
    """Raises `ValueError` where a line is not plain."""
    decoder = json.JSONDecoder(object_pairs_hook=tuple, parse_int=_Number, parse_float=_Number, parse_constant=_refuse)
    fields = decoder.decode(line.strip(" \t\r\n"))
    if not line.strip(" \t\r\n").startswith("{") or _depth(fields) > _MOST_DEPTH + 1:
        raise ValueError(line)
    texts = [value for name, value in fields if name == text_name]
    ids = [value for name, value in fields if name == id_name and name != text_name]
    if len(texts) != 1 or len(ids) > 1 or not isinstance(texts[0], str) or isinstance(texts[0], _Number):
        raise ValueError(line)
    json.dumps(fields, ensure_ascii=False).encode("utf-8")  # lone surrogates cannot be
    own_id = str(ids[0]) if ids and isinstance(ids[0], str) else None
    return _Line(line, own_id, texts[0], *_written(line, decoder, text_name))


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _depth(value: object) -> int:
    """Objects and arrays around the innermost value. Objects come as tuples of pairs."""
    if isinstance(value, tuple):
        return 1 + max((_depth(item) for _, item in value), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def _written(line: str, decoder: json.JSONDecoder, text_name: str) -> tuple[int, list[str]]:
    """Where the text stands in a line, and its characters as they are written."""
    place, start = line.index("{"), 0
    while not start or line[place] == ",":
        place = line.index('"', place)
        name_end = line.index('"', place + 1)
        if "\\" in line[place:name_end]:
            raise ValueError(line)
        name, place = line[place + 1 : name_end], _skip_space(line, line.index(":", name_end) + 1)
        if name == text_name:
            start = place + 1
        _, place = decoder.raw_decode(line, place)
        place = _skip_space(line, place)
    return start, _characters(line, start)


def _skip_space(line: str, place: int) -> int:
    while line[place] in " \t\r\n":
        place += 1
    return place


def _characters(line: str, place: int) -> list[str]:
    found: list[str] = []
    while line[place] != '"':
        size = 1
        if line[place] == "\\":
            size = 6 if line[place + 1] == "u" else 2
            if size == 6 and 0xD800 <= int(line[place + 2 : place + 6], 16) < 0xDC00:
                size = 12
        found.append(line[place : place + size])
        place += size
    return found
