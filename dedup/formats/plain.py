"""Plain text: one file is one document, its relative name is its id. UTF-8; line ends and a byte order mark stay."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from dedup.formats.base import (
    MAX_RECORD,
    Chunk,
    Encoder,
    Record,
    RecordList,
    Records,
    Verbatim,
    oversized,
    rest_of_record,
)
from dedup.records import Document


class Plain:
    """Text files."""

    holds_one = True
    columns = ()

    def __init__(self, max_record: int = MAX_RECORD) -> None:
        self._max_record = max_record

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """The whole file, unless it is too large."""
        data = stream.read(self._max_record + 1)
        is_oversized = len(data) > self._max_record
        yield Chunk(1, data, is_oversized=is_oversized)
        if is_oversized:
            yield from rest_of_record(stream.read, size)

    def whole(self, data: bytes) -> bytes:  # noqa: ARG002  # half a text is none
        """Nothing."""
        return b""

    def skip_cut(self, stream: io.BufferedReader) -> int | None:  # noqa: ARG002  # half a text is none
        """None."""
        return None

    def records(self, chunk: Chunk, name: str) -> RecordList:
        """The text; skipped as `invalid-utf8` where it is not UTF-8."""
        if chunk.is_oversized:
            return oversized(chunk, None)
        return RecordList([_record(chunk.data, name)], _replaced)

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:  # noqa: ARG002  # a text has one spelling
        """The text's bytes, behind the byte order mark if there is one."""
        return _mark(raw) + text.encode("utf-8")

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """See `Format`."""
        return Verbatim(write)

    def field(self, raw: bytes, name: str) -> object:  # noqa: ARG002  # nothing but its text
        """None: a text has no fields."""
        return None

    def rows(self, records: Records) -> Iterator[Mapping[str, object]]:
        """See `Format`."""
        return ({} for _ in records.documents)


def _replaced(record: Record, text: str) -> tuple[bytes, str]:
    return _mark(record.raw) + text.encode("utf-8"), ""


def _mark(raw: bytes) -> bytes:
    return codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""


def _record(raw: bytes, name: str) -> Record:
    try:
        return Record(raw, Document(name, raw[len(_mark(raw)) :].decode("utf-8")))
    except UnicodeDecodeError as error:
        return Record(raw, skipped="invalid-utf8", detail=f"not UTF-8 at byte {len(_mark(raw)) + error.start}")
