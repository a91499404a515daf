"""What an input format does: bytes > records, and a record with another text > bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BufferedReader
from typing import BinaryIO, NamedTuple, Protocol

from msgspec import Struct

from dedup.records import Cleaned, Document

MAX_RECORD = 64 << 20
"""Bytes that a record may have, unless somebody says otherwise."""


NO_TEXT_FIELD = "no-text-field"
"""Why a record is skipped that does not have the field for its text."""


class UnreadableError(Exception):
    """An input is not what its format says: none of it can be used.

    Attributes:
        reason: What is wrong, and what to do.
        line: The number of the record at which it shows, from 1, where that is known.
    """

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Record(Struct, frozen=True, gc=False):
    """One record of an input.

    Attributes:
        raw: The bytes it was read from; they are written back unchanged unless its text changes.
        document: What it holds, or None if it holds no document.
        line: Its number in the file, from 1: its line, where a record is a line. None for what is no record, such as
            the frame of a file, and where a file is one document.
        is_named: Whether it holds an id; else the document's id was made from its place.
        skipped: Why it holds no document, as a short name; "" where there is nothing to read (a blank line).
        detail: What exactly is wrong, for people.
        continues: Whether it is no record of its own but another part of the one before, which is too large.
        meant: The field with the longest text, where the one for its text is not there.
    """

    raw: bytes
    document: Document | None = None
    line: int | None = None
    is_named: bool = True
    skipped: str = ""
    detail: str = ""
    continues: bool = False
    meant: str = ""

    def place(self, name: str) -> str:
        """Where the record stands, for people: the name of its input, with its line if it has one."""
        return name if self.line is None else f"{name}:{self.line}"


class Chunk(NamedTuple):
    """The bytes of some records before anybody looks at them.

    Attributes:
        first: Number of the first of them in its input, from 1.
        data: The bytes, of whole records.
        size: How many bytes of the file they take up there, compressed as it may be; formats leave that open.
        is_oversized: Whether the bytes are a part of one record that is too large to be looked at; all parts but its
            first one have the number 0.
        damage: What is wrong with the rest of the input, which cannot be read; then there are no bytes.
    """

    first: int
    data: bytes
    size: int = 0
    damage: str = ""
    is_oversized: bool = False


class Records(Protocol):
    """Some records of an input, in order. Together their bytes are those they were read from."""

    @property
    def documents(self) -> Sequence[Document]:
        """What those hold that hold a document."""

    @property
    def numbers(self) -> Sequence[int]:
        """Which those are: one number, from 0, for every document."""

    def __len__(self) -> int: ...

    def __getitem__(self, i: int, /) -> Record: ...

    def raw(self, first: int, last: int) -> bytes:
        """The bytes of records [first, last)."""

    def skipped(self, first: int, last: int) -> Sequence[Record]:
        """Those of records [first, last) that could not be read."""

    def replaced(self, i: int, cleaned: Cleaned) -> tuple[bytes, str]:
        """The bytes of a record that holds a document with the cleaned text, and the `spelling` that `Format.with_text`
        needs to turn them back: what besides the original text has to be known for that.
        """

    def alone(self, i: int, raw: bytes) -> bytes:
        """The bytes of a record, as `raw` or `replaced` gave them, such that they need no others beside them. UTF-8."""

    def origin(self, i: int, /) -> bytes:
        """The bytes of a record in the format of its input, such that they need no others beside them."""


class RecordSequence:
    """Records in memory: what all kinds of `Records` made of them have in common.

    Args:
        records: The records.
    """

    def __init__(self, records: list[Record]) -> None:
        self._records = records
        self.documents: list[Document] = [record.document for record in records if record.document is not None]
        self.numbers = [i for i, record in enumerate(records) if record.document is not None]

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, i: int) -> Record:
        return self._records[i]

    def skipped(self, first: int, last: int) -> list[Record]:
        """See `Records`."""
        return [record for record in self._records[first:last] if record.skipped]


class RecordList(RecordSequence):
    """Records that were read one by one.

    Args:
        records: The records.
        replaced: The bytes of one with another text, and its spelling.
    """

    def __init__(self, records: list[Record], replaced: Callable[[Record, str], tuple[bytes, str]]) -> None:
        super().__init__(records)
        self._replaced = replaced

    def changed(self, change: Callable[[Record], Record]) -> RecordList:
        """The same records after a change to each."""
        return RecordList([change(record) for record in self._records], self._replaced)

    def raw(self, first: int, last: int) -> bytes:
        """See `Records`."""
        return b"".join(record.raw for record in self._records[first:last])

    def replaced(self, i: int, cleaned: Cleaned) -> tuple[bytes, str]:
        """See `Records`."""
        return self._replaced(self._records[i], cleaned.text)

    def alone(self, i: int, raw: bytes) -> bytes:  # noqa: ARG002  # they never need others
        """See `Records`."""
        return raw

    def origin(self, i: int) -> bytes:
        """See `Records`."""
        return self._records[i].raw


class Encoder(Protocol):
    """Turns the bytes of records, in order, into those of a file."""

    def write(self, data: bytes) -> None:
        """Take the bytes of whole records."""

    def finish(self) -> None:
        """Write what comes after the last one. Not called when a run fails."""


class Verbatim:
    """The encoder of formats in which a file is the bytes of its records.

    Args:
        write: Takes the bytes of the file.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def write(self, data: bytes) -> None:
        """See `Encoder`."""
        self._write(data)

    def finish(self) -> None:
        """Nothing comes after the last record."""


def damaged(chunk: Chunk) -> RecordList:
    """The record that stands for the rest of an input that cannot be read."""
    return RecordList([Record(b"", skipped="damaged", detail=chunk.damage)], lambda record, _: (record.raw, ""))


def rest_of_record(read: Callable[[int], bytes], size: int) -> Iterator[Chunk]:
    """The other parts of a record that is too large; `read` gives some more bytes of it, or none."""
    while data := read(size):
        yield Chunk(0, data, is_oversized=True)


def oversized(chunk: Chunk, line: int | None, detail: str = "too large: --max-record allows more") -> RecordList:
    """A part of a record that is too large to be looked at; the first one is counted as skipped."""
    if chunk.first == 0:
        record = Record(chunk.data, continues=True)
    else:
        record = Record(chunk.data, line=line, skipped="too-large", detail=detail)
    return RecordList([record], lambda record, _: (record.raw, ""))


class Format(Protocol):
    """A format reads the records of one input, and writes one with its text replaced."""

    holds_one: bool
    """Whether a file is one document, and has no reason to be there without it."""

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """The bytes of an input, in parts of about `size`.

        Raises:
            UnreadableError: If the input is not what it was said to be.
        """

    def whole(self, data: bytes) -> bytes:
        """Those bytes of a chunk that are whole records, if the input was cut off in it."""

    def skip_cut(self, stream: BufferedReader) -> int | None:
        """Skip the rest of a record that was cut off, in what can be read of an input behind damage.

        Returns:
            How many bytes; None if this format cannot begin there. Where it can, a record is a line.
        """

    def records(self, chunk: Chunk, name: str) -> Records:
        """What they hold, in an input of this name; any thread may ask."""

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """The bytes of a record with its text replaced, everything else as it was; see `Records.replaced`.

        Raises:
            UnreadableError: If the bytes are no record with a text: they may come from a forged report.
            UnicodeError: If the text or its spelling cannot be written.
        """

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """What writes a file in this format, given what takes its bytes."""

    def field(self, raw: bytes, name: str) -> object:
        """A field of a record that holds a document and stands alone (see `Records.origin`): a string, a number, true
        or false; else None.
        """

    @property
    def columns(self) -> Sequence[str] | None:
        """What the fields of all records are called, where they are the same in all; known once `chunks` has begun."""

    def rows(self, records: Records) -> Iterator[Mapping[str, object] | None]:
        """The fields of every record that holds a document, in order, as values of JSON or as `msgspec.Raw`; None where
        one of them is not UTF-8. Text and id are among them where they are fields like others.

        Raises:
            UnreadableError: If there is a field that holds what only this format can hold.
        """
