"""JSON Lines: one object a line, of which one field is the text and one the id.

A line is written back byte for byte unless its text changed; then only the text's own characters in it are replaced.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from json.decoder import WHITESPACE, scanstring  # type: ignore[attr-defined]  # public in CPython, not in the stubs
from json.encoder import encode_basestring_ascii
from typing import Any, BinaryIO

import msgspec

from dedup import _kernels
from dedup._kernels import Lines
from dedup.documents import LineDocuments
from dedup.formats.base import (
    MAX_RECORD,
    NO_TEXT_FIELD,
    Chunk,
    Encoder,
    Record,
    RecordList,
    Records,
    UnreadableError,
    Verbatim,
    oversized,
    rest_of_record,
)
from dedup.records import Cleaned, Document

_RAW_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ANY = msgspec.json.Decoder()
# The last escape in a name: only with one may a field be called otherwise than its bytes say. What is tried at an
# escape ends at the next one: else the time for a text of escapes would grow with its square.
_ESCAPED_NAME = re.compile(rb'\\.[^"\\]*"\s*:', re.DOTALL)
_NUMBER_BEGINS = tuple(b"%c" % character for character in b"-0123456789")
_ESCAPED, _UNESCAPED = "escaped", "unescaped"


class _Number(str):
    """A number as it is written; a type of its own, so that it is not taken for a string."""


_TOLERANT = json.JSONDecoder(strict=False, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


class JsonLines:
    """JSON Lines with the names of the fields that matter."""

    holds_one = False
    columns = None

    def __init__(self, text_field: str = "text", id_field: str = "id", max_record: int = MAX_RECORD) -> None:
        self._max_record = max_record
        self._text_field = text_field
        self._id_field = id_field
        self._spelt = json.dumps(text_field, ensure_ascii=False).encode("utf-8", "surrogatepass")
        self._names = [name.encode("utf-8", "surrogatepass") for name in (text_field, id_field)]

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """Whole lines, with their ends."""
        first = 1
        while data := stream.read(size):
            cut = len(data) if data.endswith(b"\n") else data.rfind(b"\n") + 1
            if cut < len(data):
                most = self._max_record - (len(data) - cut)
                data += stream.readline(max(most, 0) + 1)
            if len(data) - cut <= self._max_record:
                yield Chunk(first, data)
                first += _kernels.chosen().count_lines(data)
                continue
            if cut:
                yield Chunk(first, data[:cut])
                first += _kernels.chosen().count_lines(data[:cut])
            yield Chunk(first, data[cut:], is_oversized=True)
            first += 1
            if not data.endswith(b"\n"):
                yield from _rest_of_line(stream, size)

    def whole(self, data: bytes) -> bytes:
        """All lines that have their end."""
        return data[: data.rfind(b"\n") + 1]

    def skip_cut(self, stream: io.BufferedReader) -> int | None:
        """The rest of a line, unless an object begins there."""
        if stream.peek(1).startswith(b"{"):
            return 0
        return sum(len(chunk.data) for chunk in _rest_of_line(stream, io.DEFAULT_BUFFER_SIZE))

    def records(self, chunk: Chunk, name: str) -> Records:
        """What lines hold. One that holds no document is skipped; its bytes still stand in the record."""
        if chunk.is_oversized:
            return oversized(chunk, chunk.first)
        if self._text_field != self._id_field:
            lines = _kernels.chosen().read_lines(chunk.data, *self._names)
            if lines is not None:
                return _PlainLines(lines, chunk, name, self._replaced)
        data = chunk.data.removeprefix(codecs.BOM_UTF8) if chunk.first == 1 else chunk.data
        mark = [Record(codecs.BOM_UTF8)] if len(data) < len(chunk.data) else []  # it stays if the first line goes
        numbered = enumerate(io.BytesIO(data).readlines(), chunk.first)
        return RecordList(mark + [self._record(raw, name, number) for number, raw in numbered], self._replaced)

    def _record(self, raw: bytes, name: str, number: int) -> Record:
        if not raw or raw.isspace():
            return Record(raw, line=number)
        try:
            text, own_id = self._document(raw)
        except _SkippedError as skipped:
            return Record(raw, line=number, skipped=skipped.reason, detail=skipped.detail, meant=skipped.meant)
        document = Document(f"{name}:{number}" if own_id is None else own_id, text)
        return Record(raw, document, number, own_id is not None)

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """The line with the characters of its text replaced.

        Characters beyond ASCII are escaped where they were, all of them or none, unless `spelling` says otherwise.
        """
        line = raw.decode("utf-8")
        start, end = self._text_span(line)
        if spelling in ("", _ESCAPED, _UNESCAPED):
            is_escaped = spelling == _ESCAPED or (not spelling and _is_escaped(line[start:end]))
            written = _spelt(text, is_escaped=is_escaped)
        else:
            written = spelling.encode("utf-8")
        return line[:start].encode("utf-8") + written + line[end:].encode("utf-8")

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """See `Format`."""
        return Verbatim(write)

    def field(self, raw: bytes, name: str) -> str | int | float | bool | None:
        """See `Format`. Where a field stands twice, the last one counts."""
        return _scalar(_fields(raw).get(name))

    def rows(self, records: Records) -> Iterator[Mapping[str, object]]:
        """See `Format`: the values as they are written."""
        return (_written_fields(records[i].raw.removeprefix(codecs.BOM_UTF8)) for i in records.numbers)

    def with_field(self, raw: bytes, name: str, value: bytes) -> bytes:
        """A line that holds a document, with one more field at its end: its name, and its value as JSON."""
        end = raw.rindex(b"}")
        return raw[:end] + b"," + msgspec.json.encode(name) + b":" + value + raw[end:]

    def may_have_field(self, data: bytes, name: str) -> bool:
        """Whether there may be a field of this name in lines, as far as that shows without decoding them."""
        spelt = json.dumps(name, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return spelt in data or _ESCAPED_NAME.search(data) is not None

    def has_field(self, raw: bytes, name: str) -> bool:
        """Whether a line that holds a document has a field of this name."""
        return name in _fields(raw.removeprefix(codecs.BOM_UTF8))

    def _replaced(self, record: Record, text: str) -> tuple[bytes, str]:
        """The spelling is `escaped` or `unescaped`, where that does not show; failing that the text as written."""
        original = "" if record.document is None else record.document.text
        line = record.raw.decode("utf-8")
        start, end = self._text_span(line)
        written = line[start:end]
        new = _spelt(text, is_escaped=_is_escaped(written))
        styles = [_spelt(original, is_escaped=is_escaped) == written.encode("utf-8") for is_escaped in (False, True)]
        replaced = line[:start].encode("utf-8") + new + line[end:].encode("utf-8")
        return replaced, _spelling(styles, is_escaped=_is_escaped(new.decode("utf-8"))) if any(styles) else written

    def _document(self, line: bytes) -> tuple[str, str | None]:
        """Text and id of a line, or an exact account of why there are none."""
        fields = _fields(line)
        if self._text_field not in fields:
            names = ", ".join(fields) or "none"
            detail = f"no field {self._text_field!r}; there are {names}"
            raise _SkippedError(NO_TEXT_FIELD, detail, _longest_text(fields))
        text = _value(fields[self._text_field])
        if not isinstance(text, str) or isinstance(text, _Number):
            raise _SkippedError("text-not-a-string", f"field {self._text_field!r} is not a string")
        if (line.count(self._spelt) != 1 or _ESCAPED_NAME.search(line)) and self._occurrences(line) > 1:
            raise _SkippedError("duplicate-text-field", f"field {self._text_field!r} stands there twice")
        return text, _id(fields.get(self._id_field))

    def _occurrences(self, line: bytes) -> int:
        return sum(name == self._text_field for name, _, _ in _walk(line.decode("utf-8")))

    def _text_span(self, line: str) -> tuple[int, int]:
        with suppress(ValueError, IndexError, RecursionError):  # a line of a forged report may be none
            for name, start, end in _walk(line):
                if name == self._text_field:
                    return start, end
        raise UnreadableError(f"no line with a text: {line[:40]!r}")


def _rest_of_line(stream: BinaryIO, size: int) -> Iterator[Chunk]:
    for chunk in rest_of_record(stream.readline, size):
        yield chunk
        if chunk.data.endswith(b"\n"):
            return


class _PlainLines:
    """Records in lines that the kernels have read: nothing is decoded or made that nobody asks for.

    Args:
        lines: The lines.
        chunk: Where they were read.
        name: The input.
        otherwise: The bytes of a record with another text, and its spelling, where the text has no usual one.
    """

    def __init__(
        self, lines: Lines, chunk: Chunk, name: str, otherwise: Callable[[Record, str], tuple[bytes, str]]
    ) -> None:
        self._lines = lines
        self._first = first = chunk.first
        self._otherwise = otherwise
        self.documents = LineDocuments(lines, f"{name}:", first)
        self.numbers = range(len(lines))

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, i: int) -> Record:
        if not 0 <= i < len(self):
            raise IndexError(i)
        return Record(self.raw(i, i + 1), self.documents[i], self._first + i, self._lines.id(i) is not None)

    def raw(self, first: int, last: int) -> bytes:
        """See `Records`."""
        return self._lines.raw(first, last)

    def skipped(self, first: int, last: int) -> tuple[()]:  # noqa: ARG002  # every line holds a document
        """None."""
        return ()

    def replaced(self, i: int, cleaned: Cleaned) -> tuple[bytes, str]:
        """See `Records`."""
        styles = self._lines.styles(i)
        if not any(styles):
            return self._otherwise(self[i], cleaned.text)
        is_escaped = styles[1] or _is_escaped(cleaned.text)
        cuts = [(merge.start, merge.end) for merge in cleaned.merges]
        return self._lines.cut(i, cuts), _spelling(styles, is_escaped=is_escaped)

    def alone(self, i: int, raw: bytes) -> bytes:  # noqa: ARG002  # a line never needs others
        """See `Records`."""
        return raw

    def origin(self, i: int) -> bytes:
        """See `Records`."""
        return self.raw(i, i + 1)


class _SkippedError(Exception):
    """A line holds no document."""

    def __init__(self, reason: str, detail: str, meant: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.meant = meant


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


def _longest_text(fields: Mapping[str, object]) -> str:
    """The name of the field with the longest string that may be a text: one of words, or beyond ASCII; else nothing."""
    strings = {name: raw for name, raw in fields.items() if not isinstance(raw, msgspec.Raw) or bytes(raw)[:1] == b'"'}
    values = {name: _value(raw) for name, raw in strings.items()}
    lengths = {
        name: len(value)
        for name, value in values.items()
        if isinstance(value, str) and not isinstance(value, _Number) and (" " in value or not value.isascii())
    }
    return max(lengths, key=lengths.__getitem__, default="")


def _written_fields(line: bytes) -> dict[str, msgspec.Raw]:
    """The fields of a line that holds a document, values as they are written."""
    with suppress(msgspec.DecodeError, RecursionError):
        return _RAW_OBJECT.decode(line)
    decoded = line.decode("utf-8")
    return {name: msgspec.Raw(decoded[start:end].encode("utf-8")) for name, start, end in _walk(decoded)}


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


def _scalar(raw: object) -> str | int | float | bool | None:
    """The value of a field, unless it is null, an object or an array."""
    if isinstance(raw, msgspec.Raw) and bytes(raw).startswith((b"{", b"[")):
        return None
    value = _value(raw)
    if isinstance(value, _Number):
        return _number(value)
    return value if isinstance(value, (str, int, float)) else None


def _number(written: str) -> int | float:
    """A number that is JSON only by custom, or has no end of digits; infinite where it is too large."""
    with suppress(ValueError):  # a fraction, or more digits than are converted at once
        return int(written)
    return float(written)


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


def _spelling(styles: Sequence[bool], *, is_escaped: bool) -> str:
    """What has to be said about how a text was written, without and with escapes, when what is left looks so."""
    if styles[is_escaped]:
        return ""
    return _ESCAPED if styles[True] else _UNESCAPED


def _is_escaped(written: str) -> bool:
    """Whether characters beyond ASCII are escaped, as far as a string shows it.

    DEL is the one ASCII character that the standard library escapes only with all others beyond ASCII.
    """
    return written.isascii() and "\x7f" not in written


def _spelt(text: str, *, is_escaped: bool) -> bytes:
    """A text as a JSON string, as the standard library writes it; lone surrogates can only be escaped."""
    if not is_escaped:
        with suppress(UnicodeEncodeError):
            return msgspec.json.encode(text)
    return encode_basestring_ascii(text).encode("ascii")
