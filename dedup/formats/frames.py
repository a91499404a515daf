"""Parts of a table as bytes: what stands between the one who reads a Parquet file and the one who writes another.

A Parquet file is no row of records, so its bytes are taken for a row of frames: a letter, a length, a payload.

    H   the header: what a file needs besides its rows
    B   a batch of rows, as an Arrow stream, behind the number of its row group
    S   rows of the last batch: the first, and one past the last
    T   a row of the last batch with another text: its number, the text
    R   a row that stands alone, as an Arrow stream in base64
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dedup.formats.base import UnreadableError

if TYPE_CHECKING:
    import pyarrow

HEADER, BATCH, ROWS, TEXT, ALONE = (letter.encode("ascii") for letter in "HBSTR")

_HEAD = 17  # a letter, and a length of sixteen hexadecimal digits: a frame of ASCII is ASCII


class Frame(NamedTuple):
    """A frame.

    Attributes:
        kind: Its letter.
        payload: What it holds.
        whole: All of its bytes.
    """

    kind: bytes
    payload: memoryview
    whole: memoryview


def frame(kind: bytes, payload: bytes) -> bytes:
    """The bytes of a frame."""
    return b"%s%016x%s" % (kind, len(payload), payload)


def frames_of(data: bytes) -> Iterator[Frame]:
    """The frames that bytes are made of.

    Raises:
        UnreadableError: If they are not.
    """
    view = memoryview(data)
    start = 0
    while start < len(view):
        try:
            end = start + _HEAD + int(bytes(view[start + 1 : start + _HEAD]), 16)
        except ValueError as error:
            raise UnreadableError("not the bytes of a record of a table") from error
        if not start + _HEAD <= end <= len(view):
            raise UnreadableError("the bytes of a record of a table are cut off")
        yield Frame(bytes(view[start : start + 1]), view[start + _HEAD : end], view[start:end])
        start = end


def only_frame(raw: bytes) -> Frame:
    """The frame of one record.

    Raises:
        UnreadableError: If it is not one frame.
    """
    frames = list(frames_of(raw))
    if len(frames) != 1:
        raise UnreadableError(f"{len(frames)} records of a table where one should be")
    return frames[0]


def rows_frame(first: int, last: int) -> bytes:
    """Rows [first, last) of the batch before."""
    return frame(ROWS, b"%d %d" % (first, last))


def text_frame(row: int, text: str) -> bytes:
    """A row of the batch before with another text."""
    return frame(TEXT, b"%d %s" % (row, text.encode("utf-8")))


def read_rows(payload: memoryview) -> tuple[int, int]:
    """The rows that such a frame names.

    Raises:
        UnreadableError: If it names none.
    """
    try:
        first, last = map(int, bytes(payload).split(b" "))
    except ValueError as error:
        raise UnreadableError("not the rows of a table") from error
    return first, last


def read_text(payload: memoryview) -> tuple[int, str]:
    """The row and the text of such a frame."""
    row, text = bytes(payload).split(b" ", 1)
    return int(row), text.decode("utf-8")


def batch_frame(batch: pyarrow.RecordBatch, group: int) -> bytes:
    """A batch of rows of a row group."""
    return frame(BATCH, b"%016x" % group + _stream(batch))


def read_batch(payload: memoryview) -> tuple[int, pyarrow.RecordBatch]:
    """The row group and the batch of such a frame."""
    return int(bytes(payload[:16]), 16), _read_stream(payload[16:])


def alone_frame(row: pyarrow.RecordBatch) -> bytes:
    """A row that needs no batch before it."""
    return frame(ALONE, b64encode(_stream(row)))


def read_alone(payload: memoryview) -> pyarrow.RecordBatch:
    """The row of such a frame, checked: it may come from anywhere.

    Raises:
        UnreadableError: If it holds no row.
    """
    import pyarrow  # noqa: PLC0415  # takes long

    try:
        row = _read_stream(memoryview(b64decode(payload, validate=True)))
        row.validate(full=True)
    except (ValueError, OSError, StopIteration, pyarrow.ArrowException) as error:
        raise UnreadableError("the bytes of a row of a table are damaged") from error
    if row.num_rows != 1:
        raise UnreadableError(f"{row.num_rows} rows of a table where one should be")
    return row


class FileHeader(NamedTuple):
    """What a file needs besides its rows.

    Attributes:
        schema: Its columns, with metadata.
        codecs: How each of its leaves is compressed.
        dictionaries: The leaves that are written as dictionaries.
    """

    schema: pyarrow.Schema
    codecs: dict[str, str]
    dictionaries: list[str]


def header_frame(header: FileHeader) -> bytes:
    """The first frame of a file."""
    settings = json.dumps([header.codecs, header.dictionaries]).encode("ascii")
    return frame(HEADER, b"%016x%s%s" % (len(settings), settings, header.schema.serialize().to_pybytes()))


def read_header(payload: memoryview) -> FileHeader:
    """What such a frame says."""
    import pyarrow  # noqa: PLC0415  # takes long

    end = 16 + int(bytes(payload[:16]), 16)
    codecs, dictionaries = json.loads(bytes(payload[16:end]))
    return FileHeader(pyarrow.ipc.read_schema(pyarrow.py_buffer(payload[end:])), codecs, dictionaries)


def _stream(batch: pyarrow.RecordBatch) -> bytes:
    import pyarrow  # noqa: PLC0415  # takes long

    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _read_stream(payload: memoryview) -> pyarrow.RecordBatch:
    import pyarrow  # noqa: PLC0415  # takes long

    with pyarrow.ipc.open_stream(pyarrow.py_buffer(payload)) as reader:
        return reader.read_next_batch()
