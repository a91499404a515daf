"""Parquet: a record a row, of which one column is the text and one may be the id. Needs pyarrow, an optional extra.

Only texts and ids are made into objects; all other columns, the schema and its metadata are carried through. A file is
read batch by batch, and written with the row groups it had, less the rows that went. Rows are numbered from 1.

Nothing is read that could be more than a value: columns of extension types are refused.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, BinaryIO

from dedup.formats.base import Chunk, Encoder, Record, Records, RecordSequence, UnreadableError
from dedup.formats.frames import (
    ALONE,
    BATCH,
    ROWS,
    TEXT,
    FileHeader,
    alone_frame,
    batch_frame,
    frames_of,
    header_frame,
    only_frame,
    read_alone,
    read_batch,
    read_rows,
    read_text,
    rows_frame,
    text_frame,
)
from dedup.formats.naming import column_of
from dedup.formats.table_rows import has_ids, is_string, plain_value, table_records, with_text
from dedup.formats.table_values import plain_rows
from dedup.records import Cleaned

if TYPE_CHECKING:
    import pyarrow
    from pyarrow.parquet import ParquetFile

_MOST_ROWS = 1024  # in a batch
_BUFFER = 1 << 20  # of each column while it is read


class Parquet:
    """Parquet files, with the names of the columns that matter.

    Args:
        text_field: The column that holds the text.
        id_field: The column that holds the id; there need not be one.
    """

    holds_one = False

    def __init__(self, text_field: str = "text", id_field: str = "id") -> None:
        self._text_field = text_field
        self._id_field = id_field
        self._schema: pyarrow.Schema | None = None

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """Batches of rows as frames; the header of the file stands before the first one."""
        check_installed()
        with ExitStack() as opened, _damage():
            if not stream.seekable():
                stream = opened.enter_context(_copy(stream))
            from pyarrow.parquet import ParquetFile  # noqa: PLC0415  # takes long

            file = ParquetFile(stream, pre_buffer=False, buffer_size=_BUFFER, page_checksum_verification=True)
            self._check(file.schema_arrow)
            self._schema = file.schema_arrow
            head, number = header_frame(_header(file)), 1
            for group, batch in _batches(file, size):
                yield Chunk(number, head + batch_frame(batch, group))
                head, number = b"", number + batch.num_rows
            if head:
                yield Chunk(number, head)

    def whole(self, data: bytes) -> bytes:
        """All of it: a file that is cut off has no footer, and cannot be opened."""
        return data

    def skip_cut(self, stream: io.BufferedReader) -> int | None:  # noqa: ARG002  # its footer is at its end
        """None."""
        return None

    def records(self, chunk: Chunk, name: str) -> TableRecords:
        """The rows of a batch; what stands before them is no record and is passed on."""
        frames = list(frames_of(chunk.data))
        records = [Record(bytes(found.whole)) for found in frames]
        batch = read_batch(frames[-1].payload)[1] if frames and frames[-1].kind == BATCH else None
        if batch is not None:
            records += table_records(batch, self._text_field, self._id_field, f"{name}:", chunk.first)
        return TableRecords(records, len(frames), batch, self._text_field)

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:  # noqa: ARG002  # one way to write it
        """The row with another text."""
        found = only_frame(raw)
        if found.kind == ROWS:
            return text_frame(read_rows(found.payload)[0], text)
        if found.kind != ALONE:
            raise UnreadableError("not the bytes of a row of a table")
        row = read_alone(found.payload)
        return alone_frame(with_text(row, column_of(row.schema.names, self._text_field), text))

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """See `Format`."""
        from dedup.formats.parquet_writer import ParquetEncoder  # noqa: PLC0415  # loads pyarrow

        return ParquetEncoder(write, self._text_field)

    def field(self, raw: bytes, name: str) -> str | int | float | None:
        """See `Format`."""
        found = only_frame(raw)
        row = read_alone(found.payload)
        return plain_value(row.column(name)[0].as_py()) if name in row.schema.names else None

    @property
    def columns(self) -> Sequence[str]:
        """See `Format`."""
        names: list[str] = [] if self._schema is None else self._schema.names
        return names

    def rows(self, records: Records) -> Iterator[Mapping[str, object] | None]:
        """See `Format`. A column of ids that holds something else is refused, for ids would take its place."""
        if not isinstance(records, TableRecords) or records.batch is None:
            return iter(())
        schema = records.batch.schema
        if self._id_field in schema.names and not has_ids(schema, self._id_field):
            kind = schema.field(self._id_field).type
            raise UnreadableError(f"column {self._id_field!r} holds {kind}, no ids: check --id-field")
        rows = plain_rows(records.batch)
        return (rows[i - records.before] for i in records.numbers)

    def begin(self, names: Sequence[str]) -> bytes:
        """Make this ready for a file that is to be written: with these columns, of strings; what it begins with."""
        import pyarrow  # noqa: PLC0415  # takes long

        self._schema = pyarrow.schema([(name, pyarrow.string()) for name in names])
        return header_frame(FileHeader(self._schema, {}, []))

    def written_rows(self, rows: Sequence[Sequence[str]]) -> bytes:
        """The bytes of rows with these cells, once this has begun."""
        import pyarrow  # noqa: PLC0415  # takes long

        if not rows:
            return b""
        arrays = [pyarrow.array(column, pyarrow.string()) for column in zip(*rows, strict=True)]
        return batch_frame(pyarrow.RecordBatch.from_arrays(arrays, schema=self._schema), 0)

    def _check(self, schema: pyarrow.Schema) -> None:
        """Refuse a table whose columns are not what they have to be."""
        for field in schema:
            if _is_extended(field):
                raise UnreadableError(f"column {field.name!r} is of an extension type: only plain types are read")
        text = schema.field(column_of(schema.names, self._text_field))
        if not is_string(text.type):
            raise UnreadableError(f"column {self._text_field!r} holds {text.type}, not strings: check --text-field")
        if self._id_field in schema.names:
            column_of(schema.names, self._id_field)


class TableRecords(RecordSequence):
    """The rows of a batch, behind what is no record.

    Args:
        records: All of them.
        before: How many are no record.
        batch: The rows; None if there are none.
        text_field: The column that holds the text.

    Attributes:
        before: As given.
        batch: As given.
    """

    def __init__(self, records: list[Record], before: int, batch: pyarrow.RecordBatch | None, text_field: str) -> None:
        super().__init__(records)
        self._text_field = text_field
        self.before = before
        self.batch = batch

    def raw(self, first: int, last: int) -> bytes:
        """See `Records`."""
        before = b"".join(record.raw for record in self._records[first : min(last, self.before)])
        rows = max(first - self.before, 0), last - self.before
        return before + rows_frame(*rows) if rows[0] < rows[1] else before

    def replaced(self, i: int, cleaned: Cleaned) -> tuple[bytes, str]:
        """See `Records`. A text is written in one way only."""
        return text_frame(i - self.before, cleaned.text), ""

    def alone(self, i: int, raw: bytes) -> bytes:
        """See `Records`."""
        if self.batch is None:
            return raw
        row = self.batch.slice(i - self.before, 1)
        found = only_frame(raw)
        if found.kind == TEXT:
            _, text = read_text(found.payload)
            row = with_text(row, row.schema.names.index(self._text_field), text)
        return alone_frame(row)

    def origin(self, i: int) -> bytes:
        """See `Records`."""
        return self.alone(i, self.raw(i, i + 1))


def check_installed() -> None:
    """Raise `UnreadableError` if pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise UnreadableError("Parquet needs pyarrow: pip install 'dedup-text[parquet]'")


def _batches(file: ParquetFile, size: int) -> Iterator[tuple[int, pyarrow.RecordBatch]]:
    for group in range(file.num_row_groups):
        metadata = file.metadata.row_group(group)
        rows = size * metadata.num_rows // max(metadata.total_byte_size, 1)
        rows = min(max(rows, 1), _MOST_ROWS)
        for batch in file.iter_batches(batch_size=rows, row_groups=[group], use_threads=False):
            yield group, batch


def _header(file: ParquetFile) -> FileHeader:
    codecs: dict[str, str] = {}
    dictionaries: list[str] = []
    if file.num_row_groups:
        group = file.metadata.row_group(0)
        for i in range(group.num_columns):
            leaf = group.column(i)
            codecs[leaf.path_in_schema] = leaf.compression
            if leaf.has_dictionary_page:
                dictionaries.append(leaf.path_in_schema)
    return FileHeader(file.schema_arrow, codecs, dictionaries)


def _is_extended(field: pyarrow.Field) -> bool:
    """Whether a column, or something in it, is of an extension type, be it known or not."""
    import pyarrow  # noqa: PLC0415  # takes long

    if isinstance(field.type, pyarrow.BaseExtensionType) or b"ARROW:extension:name" in (field.metadata or {}):
        return True
    if pyarrow.types.is_dictionary(field.type):
        return isinstance(field.type.value_type, pyarrow.BaseExtensionType)
    return any(_is_extended(field.type.field(i)) for i in range(field.type.num_fields))


@contextmanager
def _copy(stream: BinaryIO) -> Iterator[BinaryIO]:
    """A stream that cannot be read at any place, in a temporary file."""
    with tempfile.TemporaryFile(prefix="dedup-") as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        yield copy


@contextmanager
def _damage() -> Iterator[None]:
    """Turn what pyarrow says about a file into an `UnreadableError`."""
    import pyarrow  # noqa: PLC0415  # takes long

    try:
        yield
    except (pyarrow.ArrowException, OSError) as error:
        said = " ".join(str(error).split())
        raise UnreadableError(f"not a Parquet file, or a damaged one: {said}") from error
