"""JSON Lines: one object a line, of which one field is the text and one the id.

A line is written back byte for byte unless its text changed; then only the text's own characters in it are replaced.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from json.decoder import WHITESPACE, scanstring  # type: ignore[attr-defined]  # public in CPython, not in the stubs
from json.encoder import encode_basestring_ascii
from typing import Any, BinaryIO

import msgspec

from dedup import _kernels
from dedup.formats.base import Record
from dedup.records import Document

_RAW_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANY = msgspec.json.Decoder()
# A name with an escape in it: only then may a field be called otherwise than its bytes say.
_ESCAPED_NAME = re.compile(rb'\\u[0-9A-Fa-f]{4}[^"]*"\s*:')
_NUMBER_BEGINS = tuple(b"%c" % character for character in b"-0123456789")
_VALUE = re.compile(rb"\s*:\s*")
_ESCAPED, _UNESCAPED = "escaped", "unescaped"


class _Number(str):
    """A number as it is written; a type of its own, so that it is not taken for a string."""


_TOLERANT = json.JSONDecoder(strict=False, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


class JsonLines:
    """JSON Lines with the names of the fields that matter."""

    holds_one = False

    def __init__(self, text_field: str = "text", id_field: str = "id") -> None:
        self._text_field = text_field
        self._id_field = id_field
        self._spelt = json.dumps(text_field, ensure_ascii=False).encode("utf-8", "surrogatepass")
        names = {"text": text_field} if text_field == id_field else {"text": text_field, "id": id_field}
        line = msgspec.defstruct("Line", [(name, str) for name in names], rename=names)
        self._quick_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(line)
        self._has_ids = "id" in names

    def pieces(self, stream: BinaryIO, size: int) -> Iterator[list[bytes]]:
        """The lines, with their ends."""
        while lines := stream.readlines(size):
            yield lines

    def records(self, pieces: Sequence[bytes], name: str, first: int) -> list[Record]:
        """What lines hold. One that holds no document is skipped; its bytes still stand in the record."""
        return self._quickly(pieces, first) or [self._record(raw, name, i) for i, raw in enumerate(pieces, first)]

    def _quickly(self, pieces: Sequence[bytes], first: int) -> list[Record] | None:
        """Lines that all hold an id and a text, without decoding anything else; None where that needs a closer look."""
        if not self._has_ids or not _kernels.chosen().are_plain_lines(pieces, self._spelt):
            return None
        try:
            found = self._quick_decoder.decode_lines(b"".join(pieces))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        if len(found) != len(pieces):
            return None
        lines = zip(pieces, found, range(first, first + len(pieces)), strict=True)
        return [Record(raw, Document(line.id, line.text), number, is_plain=True) for raw, line, number in lines]

    def _record(self, raw: bytes, name: str, number: int) -> Record:
        line = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        if not line or line.isspace():
            return Record(raw, line=number)
        try:
            text, own_id = self._document(line)
        except _SkippedError as skipped:
            return Record(raw, line=number, skipped=skipped.reason, detail=skipped.detail)
        document = Document(f"{name}:{number}" if own_id is None else own_id, text)
        return Record(raw, document, number, own_id is not None)

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """The line with the characters of its text replaced.

        Characters beyond ASCII are escaped where they were, all of them or none, unless `spelling` says otherwise.
        """
        line = raw.decode("utf-8")
        start, end = self._text_span(line)
        if spelling in ("", _ESCAPED, _UNESCAPED):
            is_escaped = spelling == _ESCAPED or (not spelling and _is_escaped(line[start:end].encode("utf-8")))
            written = _spelt(text, is_escaped=is_escaped)
        else:
            written = spelling.encode("utf-8")
        return line[:start].encode("utf-8") + written + line[end:].encode("utf-8")

    def replaced(self, record: Record, text: str) -> tuple[bytes, str]:
        """The spelling is `escaped` or `unescaped`, where that does not show; failing that the text as written."""
        original = "" if record.document is None else record.document.text
        start, written, styles = self._written(record, original)
        new = _spelt(text, is_escaped=_is_escaped(written))
        replaced = record.raw[:start] + new + record.raw[start + len(written) :]
        for spelling, is_escaped in (("", _is_escaped(new)), (_ESCAPED, True), (_UNESCAPED, False)):
            if is_escaped in styles:
                return replaced, spelling
        return replaced, written.decode("utf-8")

    def _written(self, record: Record, text: str) -> tuple[int, bytes, tuple[bool, ...]]:
        """Where the value of the text stands in a line, how it is written, and whether `_spelt` writes it so: with
        characters escaped, without, both, or neither.
        """
        raw = record.raw
        if record.is_plain or _kernels.chosen().are_plain_lines([raw], self._spelt):
            start = _VALUE.match(raw, raw.index(self._spelt) + len(self._spelt)).end()  # type: ignore[union-attr]
            for is_escaped in (False, True):
                written = _spelt(text, is_escaped=is_escaped)
                if raw.startswith(written, start):
                    return start, written, (True, False) if _is_escaped(written) != is_escaped else (is_escaped,)
        line = raw.decode("utf-8")
        first, last = self._text_span(line)
        written = line[first:last].encode("utf-8")
        styles = tuple(style for style in (False, True) if _spelt(text, is_escaped=style) == written)
        return len(line[:first].encode("utf-8")), written, styles

    def _document(self, line: bytes) -> tuple[str, str | None]:
        """Text and id of a line, or an exact account of why there are none."""
        fields = _fields(line)
        if self._text_field not in fields:
            names = ", ".join(fields) or "none"
            raise _SkippedError("no-text-field", f"no field {self._text_field!r}; there are {names}")
        text = _value(fields[self._text_field])
        if not isinstance(text, str) or isinstance(text, _Number):
            raise _SkippedError("text-not-a-string", f"field {self._text_field!r} is not a string")
        if (line.count(self._spelt) != 1 or _ESCAPED_NAME.search(line)) and self._occurrences(line) > 1:
            raise _SkippedError("duplicate-text-field", f"field {self._text_field!r} stands there twice")
        return text, _id(fields.get(self._id_field))

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
        decoded = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _SkippedError("invalid-utf8", f"not UTF-8 at byte {error.start} of the line") from error
    with suppress(msgspec.DecodeError, RecursionError):
        return _RAW_OBJECT.decode(line)
    try:
        fields = _TOLERANT.decode(decoded)  # lone surrogates, NaN, control characters
    except json.JSONDecodeError as error:
        raise _SkippedError("invalid-json", f"{error.msg} at character {error.pos} of the line") from error
    except RecursionError as error:
        raise _SkippedError("nesting", "nested too deep") from error
    if not isinstance(fields, dict):
        raise _SkippedError("not-an-object", "not a JSON object")
    return fields


def _id(raw: object) -> str | None:
    """A string or a number as a string, however long it is; nothing else is an id."""
    if isinstance(raw, msgspec.Raw):
        written = bytes(raw)
        if written.startswith(_NUMBER_BEGINS):
            return written.decode("ascii")
    value = _value(raw)
    return str(value) if isinstance(value, str) else None


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


def _is_escaped(written: bytes) -> bool:
    """Whether characters beyond ASCII are escaped, as far as a string shows it.

    DEL is the one ASCII character that the standard library escapes only with all others beyond ASCII.
    """
    return written.isascii() and b"\x7f" not in written


def _spelt(text: str, *, is_escaped: bool) -> bytes:
    """A text as a JSON string, as the standard library writes it; lone surrogates can only be escaped."""
    if not is_escaped:
        with suppress(UnicodeEncodeError):
            return msgspec.json.encode(text)
    return encode_basestring_ascii(text).encode("ascii")
