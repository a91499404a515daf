"""Frames of rows (see `formats/frames.py`) > a Parquet file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow
from pyarrow.parquet import ParquetWriter

from dedup.formats.base import UnreadableError
from dedup.formats.frames import (
    ALONE,
    BATCH,
    HEADER,
    ROWS,
    TEXT,
    FileHeader,
    Frame,
    frames_of,
    read_alone,
    read_batch,
    read_header,
    read_rows,
    read_text,
)
from dedup.formats.table_rows import with_text

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Bytes of the rows that wait for the end of their row group: of one that was read, and of one that is new.
_MOST_BYTES = 1 << 28
_NEW_BYTES = 1 << 26


class ParquetEncoder:
    """Writes a file with the schema, the metadata, the codecs and the row groups of the one that was read.

    Rows wait until their row group ends; a row group of more than 256 MB is divided. A file that was converted, and had
    none, gets row groups of 64 MB.

    Args:
        write: Takes the bytes of the file.
        text_field: The column of which rows may have another text.
    """

    def __init__(self, write: Callable[[bytes], object], text_field: str) -> None:
        self._sink = _Sink(write)
        self._text_field = text_field
        self._text_place = 0
        self._schema: pyarrow.Schema | None = None
        self._writer: ParquetWriter | None = None
        self._batch: pyarrow.RecordBatch | None = None
        self._group = 0
        self._most_bytes = _MOST_BYTES
        self._waiting: list[pyarrow.RecordBatch] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """See `Encoder`.

        Raises:
            UnreadableError: If the bytes are not of rows of this file.
        """
        for found in frames_of(data):
            self._take(found)

    def finish(self) -> None:
        """See `Encoder`."""
        self._flush()
        if self._writer is not None:
            self._writer.close()

    def _take(self, found: Frame) -> None:
        if found.kind == HEADER and self._writer is None:
            self._begin(read_header(found.payload))
        elif found.kind == BATCH:
            group, self._batch = read_batch(found.payload)
            if group != self._group or self._size > self._most_bytes:
                self._flush()
            self._group = group
            self._size += len(found.payload)
        elif found.kind == ROWS and self._batch is not None:
            first, last = read_rows(found.payload)
            self._waiting.append(self._batch.slice(first, last - first))
        elif found.kind == TEXT and self._batch is not None:
            row, text = read_text(found.payload)
            if not 0 <= row < self._batch.num_rows:
                raise UnreadableError(f"no row {row} in a table")
            self._waiting.append(with_text(self._batch.slice(row, 1), self._text_place, text))
        elif found.kind == ALONE and self._schema is not None:
            row_alone = read_alone(found.payload)
            if row_alone.schema != self._schema:
                raise UnreadableError("a row of a table with other columns")
            self._waiting.append(row_alone)
        else:
            raise UnreadableError("not the bytes of a row of a table")

    def _begin(self, header: FileHeader) -> None:
        self._schema = header.schema
        self._most_bytes = _MOST_BYTES if header.codecs else _NEW_BYTES
        self._text_place = header.schema.names.index(self._text_field)
        codecs = {leaf: "NONE" if codec == "UNCOMPRESSED" else codec for leaf, codec in header.codecs.items()}
        self._writer = ParquetWriter(
            self._sink,
            header.schema,
            compression=codecs or "snappy",
            use_dictionary=header.dictionaries or False,
        )

    def _flush(self) -> None:
        if self._waiting and self._writer is not None:
            table = pyarrow.Table.from_batches(self._waiting, self._schema)
            self._writer.write_table(table, max(table.num_rows, 1))
        self._waiting.clear()
        self._size = 0


class _Sink(io.RawIOBase):
    """A file for pyarrow."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write_bytes = write

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        taken = bytes(data)
        self._write_bytes(taken)
        return len(taken)
