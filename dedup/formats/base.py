"""What an input format does: bytes > records, and a record with another text > bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple, Protocol

from msgspec import Struct

from dedup.records import Cleaned, Document


class Record(Struct, frozen=True, gc=False):
    """One record of an input.

    Attributes:
        raw: The bytes it was read from; they are written back unchanged unless its text changes.
        document: What it holds, or None if it holds no document.
        line: Its line in the file, from 1, or its number among the records; None where a file is one document.
        is_named: Whether it holds an id; else the document's id was made from its place.
        skipped: Why it holds no document, as a short name; "" where there is nothing to read (a blank line).
        detail: What exactly is wrong, for people.
    """

    raw: bytes
    document: Document | None = None
    line: int | None = None
    is_named: bool = True
    skipped: str = ""
    detail: str = ""

    def place(self, name: str) -> str:
        """Where the record stands, for people: the name of its input, with its line if it has one."""
        return name if self.line is None else f"{name}:{self.line}"


class Chunk(NamedTuple):
    """The bytes of some records before anybody looks at them.

    Attributes:
        first: Number of the first of them in its input, from 1.
        data: The bytes, of whole records.
    """

    first: int
    data: bytes


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


class RecordList:
    """Records that were read one by one.

    Args:
        records: The records.
        replaced: The bytes of one with another text, and its spelling.
    """

    def __init__(self, records: list[Record], replaced: Callable[[Record, str], tuple[bytes, str]]) -> None:
        self._records = records
        self._replaced = replaced
        self.documents = [record.document for record in records if record.document is not None]
        self.numbers = [i for i, record in enumerate(records) if record.document is not None]

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, i: int) -> Record:
        return self._records[i]

    def raw(self, first: int, last: int) -> bytes:
        """See `Records`."""
        return b"".join(record.raw for record in self._records[first:last])

    def skipped(self, first: int, last: int) -> list[Record]:
        """See `Records`."""
        return [record for record in self._records[first:last] if record.skipped]

    def replaced(self, i: int, cleaned: Cleaned) -> tuple[bytes, str]:
        """See `Records`."""
        return self._replaced(self._records[i], cleaned.text)


class Format(Protocol):
    """A format reads records, and writes one with its text replaced."""

    holds_one: bool
    """Whether a file is one document, and has no reason to be there without it."""

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """The bytes of an input, in parts of about `size`."""

    def records(self, chunk: Chunk, name: str) -> Records:
        """What they hold, in an input of this name; any thread may ask."""

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """The bytes of a record with its text replaced, everything else as it was; see `Records.replaced`."""

    def field(self, raw: bytes, name: str) -> object:
        """A field of a record that holds a document, if it is a string, a number, true or false; else None."""
