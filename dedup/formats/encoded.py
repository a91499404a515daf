"""Formats that are text all through, in any encoding: they read and write UTF-8, and files hold what they hold."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import BinaryIO, cast

from msgspec.structs import replace

from dedup.formats.base import Chunk, Encoder, Format, Record, RecordList, Records, UnreadableError
from dedup.formats.jsonl import JsonLines
from dedup.formats.plain import Plain
from dedup.formats.separated import Separated
from dedup.formats.transcoding import Encoding, Utf8Stream

_BUFFER = 1 << 18
_SNIFFED = 1 << 10
_LEAST_SNIFFED = 8  # bytes without which nulls tell nothing
_MOSTLY = 0.8
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",  # before that of UTF-16, with which it begins
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_NULLS = {"x0x0": "utf-16-le", "0x0x": "utf-16-be", "x000": "utf-32-le", "000x": "utf-32-be"}
"""Which of four bytes of Latin text are null > what it is encoded in."""


class Encoded:
    """A format of texts in an encoding.

    Args:
        form: The format, which knows UTF-8 only.
        encoding: The encoding.

    Attributes:
        form: As given.
    """

    def __init__(self, form: Format, encoding: Encoding) -> None:
        self.holds_one = form.holds_one
        self.form = form
        self._encoding = encoding

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """See `Format`. Bytes are those of UTF-8, sizes those of the file."""
        buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", stream))
        looked_like = encoding_in(buffered.peek(_SNIFFED)[:_SNIFFED])
        if looked_like is not None and looked_like != self._encoding.name:
            raise UnreadableError(f"it looks like {looked_like.upper()}: give --encoding {looked_like}")
        if self._encoding.is_utf8:
            yield from self.form.chunks(buffered, size)
            return
        utf8 = Utf8Stream(buffered, self._encoding)
        done = 0
        for chunk in self.form.chunks(io.BufferedReader(utf8, _BUFFER), size):
            yield chunk._replace(size=utf8.position - done)
            done = utf8.position

    def whole(self, data: bytes) -> bytes:
        """See `Format`."""
        return self.form.whole(data)

    def skip_cut(self, stream: io.BufferedReader) -> int | None:
        """See `Format`. In other encodings nobody can tell whether a character begins there."""
        return self.form.skip_cut(stream) if self._encoding.is_utf8 else None

    def records(self, chunk: Chunk, name: str) -> Records:
        """See `Format`."""
        records = self.form.records(chunk, name)
        if self._encoding.is_utf8 or not isinstance(records, RecordList):
            return records
        return records.changed(self._told)

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """See `Format`."""
        return self.form.with_text(raw, text, spelling)

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """See `Format`."""
        return self.form.encoder(write if self._encoding.is_utf8 else lambda data: write(self._written(data)))

    def field(self, raw: bytes, name: str) -> object:
        """See `Format`."""
        return self.form.field(raw, name)

    @property
    def columns(self) -> Sequence[str] | None:
        """See `Format`."""
        return self.form.columns

    def rows(self, records: Records) -> Iterator[Mapping[str, object] | None]:
        """See `Format`."""
        return self.form.rows(records)

    def _told(self, record: Record) -> Record:
        """A record whose bytes could not be read, with the place that these have in the file."""
        if record.skipped != "invalid-utf8":
            return record
        name, place = self._encoding.name, self._encoding.first_invalid(record.raw)
        return replace(record, skipped=f"invalid-{name}", detail=f"not {name} at byte {place} of the record")

    def _written(self, data: bytes) -> bytes:
        try:
            return self._encoding.from_utf8(data)
        except UnicodeEncodeError as error:
            if not isinstance(self.form, JsonLines):  # then something else than texts in this encoding was written
                raise UnreadableError(f"{error.object[error.start]!r} cannot be written in {error.encoding}") from error
        # a line that escaped some characters, and left others as they are
        return self._encoding.from_utf8(
            self.escaped(data.decode("utf-8", "surrogatepass")).encode("utf-8", "surrogatepass")
        )

    def escaped(self, written: str) -> str:
        """JSON, with escapes for characters that this encoding does not have."""
        return written if written.isascii() else "".join(map(self._escaped, written))

    def _escaped(self, character: str) -> str:
        try:
            self._encoding.from_utf8(character.encode("utf-8", "surrogatepass"))
        except UnicodeEncodeError:
            return encode_basestring_ascii(character)[1:-1]
        return character


def in_encoding(form: Format, encoding: Encoding) -> Format:
    """A format whose files are in an encoding, if it is text all through; others say themselves how they do it."""
    return Encoded(form, encoding) if isinstance(form, (JsonLines, Plain, Separated)) else form


def encoding_in(head: bytes) -> str | None:
    """The encoding of several bytes a character that the first bytes of a file show, if they do.

    By a byte order mark, or by where nulls are: a text may hold some, but not in every second place and nowhere else.
    """
    for mark, name in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return name
    if len(head) < _LEAST_SNIFFED:
        return None
    quarters = [head[i::4] for i in range(4)]
    nulls = [quarter.count(0) / len(quarter) for quarter in quarters]
    if any(0 < share < _MOSTLY for share in nulls):
        return None
    return _NULLS.get("".join("0" if share else "x" for share in nulls))
