"""JSON Lines: one object a line, of which one field is the text and one the id.

A line is written back byte for byte unless its text changed; then only the text's own characters in it are replaced.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from json.decoder import WHITESPACE, scanstring  # type: ignore[attr-defined]  # public in CPython, not in the stubs
from typing import Any, BinaryIO

import msgspec

from dedup.formats.base import Record
from dedup.records import Document

_RAW_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANY = msgspec.json.Decoder()
_TOLERANT = json.JSONDecoder(strict=False)


class JsonLines:
    """JSON Lines with the names of the fields that matter."""

    def __init__(self, text_field: str = "text", id_field: str = "id") -> None:
        self._text_field = text_field
        self._id_field = id_field

    def read(self, stream: BinaryIO, name: str) -> Iterator[Record]:
        """One record a line. A line that holds no document is skipped; its bytes still stand in the record."""
        for number, raw in enumerate(stream, 1):
            line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
            if not line.strip():
                yield Record(raw, line=number)
                continue
            try:
                yield Record(raw, self._document(line, f"{name}:{number}"), number)
            except _SkippedError as skipped:
                yield Record(raw, line=number, skipped=skipped.reason, detail=skipped.detail)

    def with_text(self, raw: bytes, text: str) -> bytes:
        """The line with the characters of its text replaced, escaped as they were: all beyond ASCII, or nothing."""
        line = raw.decode("utf-8")
        start, end = self._text_span(line)
        escapes = line[start:end].isascii() or _has_surrogate(text)
        return (line[:start] + json.dumps(text, ensure_ascii=escapes) + line[end:]).encode("utf-8")

    def _document(self, line: bytes, fallback_id: str) -> Document:
        fields = _fields(line)
        if self._text_field not in fields:
            raise _SkippedError(
                "no-text-field", f"no field {self._text_field!r}; there are {', '.join(fields) or 'none'}"
            )
        text = _value(fields[self._text_field])
        if not isinstance(text, str):
            raise _SkippedError("text-not-a-string", f"field {self._text_field!r} is not a string")
        key = json.dumps(self._text_field, ensure_ascii=False).encode()
        if line.count(key) > 1 and self._occurrences(line) > 1:
            raise _SkippedError("duplicate-text-field", f"field {self._text_field!r} stands there twice")
        return Document(self._id(fields, fallback_id), text)

    def _id(self, fields: dict[str, Any], fallback_id: str) -> str:
        """The id as a string; where there is none, the place of the line."""
        if self._id_field not in fields:
            return fallback_id
        raw = fields[self._id_field]
        value = _value(raw)
        if isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return bytes(raw).decode() if isinstance(raw, msgspec.Raw) else str(value)
        return fallback_id

    def _occurrences(self, line: bytes) -> int:
        return sum(name == self._text_field for name, _, _ in _walk(line.decode("utf-8")))

    def _text_span(self, line: str) -> tuple[int, int]:
        return next((start, end) for name, start, end in _walk(line) if name == self._text_field)


class _SkippedError(Exception):
    """A line holds no document."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def _fields(line: bytes) -> dict[str, Any]:
    """The fields of a line, values undecoded; decoded by the standard library where they are JSON only by custom."""
    try:
        return _RAW_OBJECT.decode(line)
    except UnicodeDecodeError as error:
        raise _SkippedError("invalid-utf8", f"not UTF-8 at byte {error.start} of the line") from error
    except msgspec.DecodeError:
        pass
    try:
        fields = _TOLERANT.decode(line.decode("utf-8"))  # lone surrogates, NaN, control characters
    except UnicodeDecodeError as error:
        raise _SkippedError("invalid-utf8", f"not UTF-8 at byte {error.start} of the line") from error
    except json.JSONDecodeError as error:
        raise _SkippedError("invalid-json", f"{error.msg} at character {error.pos} of the line") from error
    except RecursionError as error:
        raise _SkippedError("nesting", "nested too deep") from error
    if not isinstance(fields, dict):
        raise _SkippedError("not-an-object", "not a JSON object")
    return fields


def _value(raw: object) -> object:
    if not isinstance(raw, msgspec.Raw):
        return raw
    try:
        return _ANY.decode(raw)
    except UnicodeDecodeError as error:
        raise _SkippedError("invalid-utf8", f"not UTF-8 at byte {error.start} of the field") from error
    except msgspec.DecodeError:
        return _TOLERANT.decode(bytes(raw).decode("utf-8"))


def _walk(line: str) -> Iterator[tuple[str, int, int]]:
    """(name, start, end) of the value of every field of an object that is known to be valid."""
    position = WHITESPACE.match(line, line.index("{") + 1).end()
    while line[position] == '"':
        name, position = scanstring(line, position + 1, False)
        start = WHITESPACE.match(line, line.index(":", position) + 1).end()
        _, position = _TOLERANT.raw_decode(line, start)
        yield name, start, position
        position = WHITESPACE.match(line, position).end()
        if line[position] == ",":
            position = WHITESPACE.match(line, position + 1).end()


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else False
