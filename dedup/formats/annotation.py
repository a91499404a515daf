"""Records that keep their text, and get the merges found in it as one more field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, Protocol

from dedup.errors import InputError
from dedup.formats.base import Chunk, Encoder, Format, Record, Records, UnreadableError
from dedup.formats.frames import (
    BATCH,
    HEADER,
    Frame,
    batch_frame,
    frames_of,
    header_frame,
    only_frame,
    read_batch,
    read_header,
    read_rows,
    text_frame,
)
from dedup.formats.jsonl import JsonLines
from dedup.formats.separated import Separated
from dedup.formats.table_schema import with_strings
from dedup.records import Cleaned
from dedup.reports.jsonl import merges_value

_CODEC = "SNAPPY"  # of the column that is added to a Parquet file


class Annotator(Protocol):
    """How records of a format get one more field."""

    def check(self, records: Records, name: str) -> None:
        """Refuse records of an input of this name that have such a field already.

        Raises:
            InputError: If there is one.
        """

    def plain(self, records: Records, first: int, last: int) -> bytes:
        """The bytes of records [first, last), of which nothing has to be said."""

    def noted(self, records: Records, i: int, value: bytes) -> bytes:
        """The bytes of a record that holds a document, with what has to be said of it as JSON."""

    def encoder(self, form: Format, write: Callable[[bytes], object]) -> Encoder:
        """What writes a file of such records, where `form` writes one of records without the field."""


class Annotating:
    """An input whose records keep their text, and get its merges as one more field.

    Args:
        form: The input's format.
        annotator: Writes the field.
        field: Its name.
    """

    def __init__(self, form: Format, annotator: Annotator, field: str) -> None:
        self.holds_one = form.holds_one
        self.whole = form.whole
        self.skip_cut = form.skip_cut
        self.with_text = form.with_text
        self.field = form.field
        self.rows = form.rows
        self._form = form
        self._annotator = annotator
        self._field = field

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """See `Format`.

        Raises:
            UnreadableError: Also if there is a column of the field's name.
        """
        for number, chunk in enumerate(self._form.chunks(stream, size)):
            if number == 0 and self._field in (self._form.columns or ()):
                raise UnreadableError(f"there is a column {self._field!r} already: give another --annotate-field")
            yield chunk

    def records(self, chunk: Chunk, name: str) -> AnnotatedRecords:
        """See `Format`.

        Raises:
            InputError: If one of them has a field of this name.
        """
        records = self._form.records(chunk, name)
        self._annotator.check(records, name)
        return AnnotatedRecords(records, self._annotator)

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """See `Format`."""
        return self._annotator.encoder(self._form, write)

    @property
    def columns(self) -> Sequence[str] | None:
        """See `Format`."""
        return self._form.columns


class AnnotatedRecords:
    """Records whose text is not replaced by what is left of it, but gets a field beside it.

    Args:
        records: The records as they are read.
        annotator: Writes the field.
    """

    def __init__(self, records: Records, annotator: Annotator) -> None:
        self.documents = records.documents
        self.numbers = records.numbers
        self.skipped = records.skipped
        self.alone = records.alone
        self.origin = records.origin
        self._records = records
        self._annotator = annotator

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, i: int) -> Record:
        return self._records[i]

    def raw(self, first: int, last: int) -> bytes:
        """See `Records`."""
        return self._annotator.plain(self._records, first, last)

    def replaced(self, i: int, cleaned: Cleaned) -> tuple[bytes, str]:
        """See `Records`: the original text, with the merges; the spelling is that for a text without them."""
        _, spelling = self._records.replaced(i, cleaned)
        return self._annotator.noted(self._records, i, merges_value(cleaned.merges)), spelling


class LineAnnotator:
    """A field at the end of a line of JSON. Lines with nothing to say stay as they are.

    Args:
        form: The lines' format.
        field: The name of the field.
    """

    def __init__(self, form: JsonLines, field: str) -> None:
        self._form = form
        self._field = field

    def check(self, records: Records, name: str) -> None:
        """See `Annotator`."""
        if not self._form.may_have_field(records.raw(0, len(records)), self._field):
            return
        for i in records.numbers:
            raw = records.raw(i, i + 1)
            if self._form.may_have_field(raw, self._field) and self._form.has_field(raw, self._field):
                reason = f"there is a field {self._field!r} already: give another --annotate-field"
                raise InputError(name, reason, line=records[i].line)

    def plain(self, records: Records, first: int, last: int) -> bytes:
        """See `Annotator`."""
        return records.raw(first, last)

    def noted(self, records: Records, i: int, value: bytes) -> bytes:
        """See `Annotator`."""
        return self._form.with_field(records.raw(i, i + 1), self._field, value)

    def encoder(self, form: Format, write: Callable[[bytes], object]) -> Encoder:
        """See `Annotator`: nothing but bytes of records."""
        return form.encoder(write)


class CellAnnotator:
    """A column behind all others; its cells are empty where there is nothing to say.

    Args:
        form: The rows' format.
        field: The name of the column.
        escaped: Gives JSON in other characters, if the file cannot hold all.
    """

    def __init__(self, form: Separated, field: str, escaped: Callable[[str], str] = str) -> None:
        self._form = form
        self._field = field
        self._escaped = escaped

    def check(self, records: Records, name: str) -> None:
        """See `Annotator`: the header tells (see `Annotating.chunks`)."""

    def plain(self, records: Records, first: int, last: int) -> bytes:
        """See `Annotator`."""
        return b"".join(self._form.with_cell(records[i], self._field, "") for i in range(first, last))

    def noted(self, records: Records, i: int, value: bytes) -> bytes:
        """See `Annotator`."""
        return self._form.with_cell(records[i], self._field, self._escaped(value.decode("utf-8")))

    def encoder(self, form: Format, write: Callable[[bytes], object]) -> Encoder:
        """See `Annotator`: nothing but bytes of records."""
        return form.encoder(write)


class ColumnAnnotator:
    """A column of strings behind all others of a table; null where there is nothing to say.

    Args:
        field: The name of the column.
    """

    def __init__(self, field: str) -> None:
        self._field = field

    def check(self, records: Records, name: str) -> None:
        """See `Annotator`: the schema tells (see `Annotating.chunks`)."""

    def encoder(self, form: Format, write: Callable[[bytes], object]) -> Encoder:  # noqa: ARG002  # of the text
        """See `Annotator`: of rows of which another column is replaced than that of the text."""
        from dedup.formats.parquet_writer import ParquetEncoder  # noqa: PLC0415  # loads pyarrow

        return ParquetEncoder(write, self._field)

    def plain(self, records: Records, first: int, last: int) -> bytes:
        """See `Annotator`."""
        return b"".join(map(self._widened, frames_of(records.raw(first, last))))

    def noted(self, records: Records, i: int, value: bytes) -> bytes:
        """See `Annotator`."""
        row, _ = read_rows(only_frame(records.raw(i, i + 1)).payload)
        return text_frame(row, value.decode("utf-8"))

    def _widened(self, found: Frame) -> bytes:
        """A frame with the column."""
        import pyarrow  # noqa: PLC0415  # takes long

        if found.kind == HEADER:
            header = read_header(found.payload)
            codecs = header.codecs | dict.fromkeys([self._field] if header.codecs else [], _CODEC)
            return header_frame(header._replace(schema=with_strings(header.schema, self._field), codecs=codecs))
        if found.kind == BATCH:
            group, batch = read_batch(found.payload)
            column = pyarrow.nulls(batch.num_rows, pyarrow.string())
            return batch_frame(batch.append_column(self._field, column), group)
        return bytes(found.whole)
