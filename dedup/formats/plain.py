"""Plain text: one file is one document, its relative name is its id. UTF-8; line ends stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from dedup.formats.base import Chunk, Record, RecordList
from dedup.records import Document


class Plain:
    """Text files."""

    holds_one = True

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:  # noqa: ARG002  # it cannot be divided
        """The whole file."""
        yield Chunk(1, stream.read())

    def whole(self, data: bytes) -> bytes:  # noqa: ARG002  # half a text is none
        """Nothing."""
        return b""

    def records(self, chunk: Chunk, name: str) -> RecordList:
        """The text; skipped as `invalid-utf8` where it is not UTF-8."""
        return RecordList([_record(chunk.data, name)], _replaced)

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:  # noqa: ARG002  # nothing but its text
        """The text's bytes."""
        return text.encode("utf-8")

    def field(self, raw: bytes, name: str) -> object:  # noqa: ARG002  # nothing but its text
        """None: a text has no fields."""
        return None


def _replaced(record: Record, text: str) -> tuple[bytes, str]:  # noqa: ARG001  # a text has one spelling
    return text.encode("utf-8"), ""


def _record(raw: bytes, name: str) -> Record:
    try:
        return Record(raw, Document(name, raw.decode("utf-8")))
    except UnicodeDecodeError as error:
        return Record(raw, skipped="invalid-utf8", detail=f"not UTF-8 at byte {error.start}")
