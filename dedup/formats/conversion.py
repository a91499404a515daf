"""Records of any format, read as if their input had been converted to another one before.

Whatever reads, writes, cuts and restores records of that other format then does so with these.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BufferedReader
from typing import BinaryIO

from msgspec.structs import replace

from dedup.errors import InputError, InternalError
from dedup.formats.base import Chunk, Encoder, Format, Record, Records, UnreadableError
from dedup.formats.targets import Row, Target
from dedup.records import Cleaned


class Converting:
    """An input in one format, whose records come as those of another.

    A record that the other format cannot hold is skipped, and one that holds no document is left out.

    Args:
        form: The input's format.
        target: The other one.
    """

    holds_one = False

    def __init__(self, form: Format, target: Target) -> None:
        self._form = form
        self._target = target
        self._head: bytes | None = None

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """See `Format`: the input's bytes."""
        self._head = None
        for chunk in self._form.chunks(stream, size):
            self._begin()
            yield chunk
        self._begin()

    def whole(self, data: bytes) -> bytes:
        """See `Format`."""
        return self._form.whole(data)

    def skip_cut(self, stream: BufferedReader) -> int | None:
        """See `Format`: of the input."""
        return self._form.skip_cut(stream)

    def records(self, chunk: Chunk, name: str) -> ConvertedRecords:
        """See `Format`. What a file of the other format begins with stands before the first records.

        Raises:
            InputError: If there are fields that only the input's format can hold.
        """
        source = self._form.records(chunk, name)
        try:
            rows, entries = self._rows_of(source, name)
        except UnreadableError as error:
            raise InputError(name, error.reason, line=error.line) from error
        head = self._head or b"" if chunk.first == 1 else b""
        data = Chunk(1 if head else 2, head + self._target.rows(rows))
        converted = self._target.form.records(data, name)
        if len(converted.documents) != len(rows):
            raise InternalError("R6", name, f"{len(converted.documents)} of {len(rows)} converted records can be read")
        return ConvertedRecords(converted, source, entries)

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """See `Format`: of a converted record."""
        return self._target.form.with_text(raw, text, spelling)

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """See `Format`: a file of the other format."""
        encoder = self._target.form.encoder(write)
        return _Begun(encoder, lambda: self._head or b"") if self._target.has_head else encoder

    def field(self, raw: bytes, name: str) -> object:
        """See `Format`: of a record as the input holds it."""
        return self._form.field(raw, name)

    @property
    def columns(self) -> Sequence[str] | None:
        """See `Format`: those of the other one."""
        return self._target.form.columns

    def rows(self, records: Records) -> Iterator[Mapping[str, object] | None]:
        """See `Format`: of converted records."""
        return self._target.form.rows(records)

    def _rows_of(self, source: Records, name: str) -> tuple[list[Row], list[int | Record]]:
        """What is written, and the entries of `ConvertedRecords`."""
        rows: list[Row] = []
        entries: list[int | Record] = []
        fields = self._form.rows(source)
        for i in range(len(source)):
            record = source[i]
            found = _row(record, next(fields), name) if record.document is not None else record
            if isinstance(found, Row):
                found = found if self._target.holds(found) else _skipped(record, "lone-surrogate", _HALF)
            if isinstance(found, Row):
                rows.append(found)
                entries.append(i)
            elif found.skipped:
                entries.append(replace(found, raw=b""))
        return rows, entries

    def _begin(self) -> None:
        if self._head is None:
            self._head = self._target.begin(self._form.columns)


class ConvertedRecords:
    """Records of another format than that of their input (see `Converting`), and those that were skipped.

    Args:
        converted: The records of the other format; documents stand behind what is no record.
        source: The records of the input.
        entries: In order, the number in `source` for every document, and what stands for every record that was skipped.
    """

    def __init__(self, converted: Records, source: Records, entries: Sequence[int | Record]) -> None:
        self._converted = converted
        self._source = source
        self._before = len(converted) - len(converted.documents)
        self._entries = entries
        self._places = [i for i, entry in enumerate(entries) if isinstance(entry, int)]
        self.documents = converted.documents
        self.numbers = [self._before + i for i in self._places]

    def __len__(self) -> int:
        return self._before + len(self._entries)

    def __getitem__(self, i: int) -> Record:
        if not 0 <= i < len(self):
            raise IndexError(i)
        entry = self._entries[i - self._before] if i >= self._before else None
        if isinstance(entry, Record):
            return entry
        record = self._converted[self._number(i)]
        # its line would be that of the input, and is not that of what is written
        return record if entry is None else replace(record, line=None)

    def raw(self, first: int, last: int) -> bytes:
        """See `Records`: nothing of records that were skipped."""
        return self._converted.raw(self._number(first), self._number(last)) if first < last else b""

    def skipped(self, first: int, last: int) -> list[Record]:
        """See `Records`."""
        entries = self._entries[max(first - self._before, 0) : max(last - self._before, 0)]
        return [entry for entry in entries if isinstance(entry, Record)]

    def replaced(self, i: int, cleaned: Cleaned) -> tuple[bytes, str]:
        """See `Records`."""
        return self._converted.replaced(self._number(i), cleaned)

    def alone(self, i: int, raw: bytes) -> bytes:
        """See `Records`."""
        return self._converted.alone(self._number(i), raw)

    def origin(self, i: int) -> bytes:
        """See `Records`."""
        entry = self._entries[i - self._before]
        return self._source.origin(entry) if isinstance(entry, int) else entry.raw

    def _number(self, i: int) -> int:
        """Of a record among the converted ones; for one that was skipped that of the next one."""
        return min(i, self._before) + bisect_left(self._places, i - self._before)


class _Begun:
    """An encoder of files that begin with something, even if not one record comes.

    Args:
        encoder: Takes what a file begins with, and records.
        head: Gives what a file begins with; asked at the end, for it need not be known before the input is read.
    """

    def __init__(self, encoder: Encoder, head: Callable[[], bytes]) -> None:
        self._encoder = encoder
        self._head = head
        self._is_begun = False

    def write(self, data: bytes) -> None:
        """See `Encoder`."""
        self._is_begun = True
        self._encoder.write(data)

    def finish(self) -> None:
        """See `Encoder`."""
        if not self._is_begun:
            self._encoder.write(self._head())
        self._encoder.finish()


_HALF = "half a character, as an escape for a lone surrogate, which this output format cannot hold"


def _row(record: Record, fields: Mapping[str, object] | None, name: str) -> Row | Record:
    """What is written of a record that holds a document; or why it is skipped."""
    if fields is None or record.document is None:
        return _skipped(record, "invalid-utf8", "a field is not UTF-8")
    own_id = record.document.id
    is_named = record.is_named and bool(own_id)
    return Row(own_id or record.place(name), record.document.text, is_named, fields)


def _skipped(record: Record, reason: str, detail: str) -> Record:
    return Record(b"", line=record.line, skipped=reason, detail=detail)
