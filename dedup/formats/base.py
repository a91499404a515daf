"""What an input format does: bytes > records, and a record with another text > bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

from msgspec import Struct

from dedup.records import Document


class Record(Struct, frozen=True, gc=False):
    """One record of an input.

    Attributes:
        raw: The bytes it was read from; they are written back unchanged unless its text changes.
        document: What it holds, or None if it holds no document.
        line: Its line in the file, from 1; None in formats without lines.
        is_named: Whether it holds an id; else the document's id was made from its place.
        skipped: Why it holds no document, as a short name; "" where there is nothing to read (a blank line).
        detail: What exactly is wrong, for people.
        is_plain: Whether it was read in a quick way, if its format has one.
    """

    raw: bytes
    document: Document | None = None
    line: int | None = None
    is_named: bool = True
    skipped: str = ""
    detail: str = ""
    is_plain: bool = False

    def place(self, name: str) -> str:
        """Where the record stands, for people: the name of its input, with its line if it has one."""
        return name if self.line is None else f"{name}:{self.line}"


class Format(Protocol):
    """A format reads records, and writes one with its text replaced."""

    holds_one: bool
    """Whether a file is one document, and has no reason to be there without it."""

    def pieces(self, stream: BinaryIO, size: int) -> Iterator[list[bytes]]:
        """The bytes of each record, in order, in lists of about `size` bytes; together they are the input."""

    def records(self, pieces: Sequence[bytes], name: str, first: int) -> list[Record]:
        """What the bytes of some records hold; any thread may ask.

        Args:
            pieces: The bytes.
            name: What the input is called.
            first: Number of the first of these records in it, from 1.
        """

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """The bytes of a record with its text replaced, everything else as it was; see `spelling`."""

    def replaced(self, record: Record, text: str) -> tuple[bytes, str]:
        """The bytes of a record that holds a document with its text replaced, and the `spelling` that `with_text` needs
        to turn them back: what besides the original text has to be known for that.
        """
