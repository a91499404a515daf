"""Rows of Arrow tables as records, and rows with other texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dedup.formats.base import Record
from dedup.formats.frames import rows_frame
from dedup.records import Document

if TYPE_CHECKING:
    import pyarrow


def is_string(kind: pyarrow.DataType) -> bool:
    """Whether values of a type are strings, directly or in a dictionary."""
    import pyarrow  # noqa: PLC0415  # takes long

    types = pyarrow.types
    if types.is_dictionary(kind):
        return is_string(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def table_records(
    batch: pyarrow.RecordBatch, text_field: str, id_field: str, prefix: str, first: int
) -> Iterator[Record]:
    """The rows of a batch.

    Args:
        batch: The rows.
        text_field: The column that holds the text.
        id_field: The column that holds the id; there need not be one.
        prefix: With a row's number, the id of a document that has none.
        first: Number of the first row.
    """
    texts = _texts(batch.column(text_field))
    ids = batch.column(id_field).to_pylist() if has_ids(batch.schema, id_field) else [None] * batch.num_rows
    for i, (text, value) in enumerate(zip(texts, ids, strict=True)):
        raw, number = rows_frame(i, i + 1), first + i
        if text is None:
            yield Record(raw, line=number, skipped="text-null", detail=f"column {text_field!r} is null")
        elif isinstance(text, bytes):
            yield Record(raw, line=number, skipped="invalid-utf8", detail=f"column {text_field!r} is not UTF-8")
        else:
            own_id = None if value is None else str(value)
            yield Record(raw, Document(f"{prefix}{number}" if own_id is None else own_id, text), number, bool(own_id))


def with_text(batch: pyarrow.RecordBatch, place: int, text: str) -> pyarrow.RecordBatch:
    """A batch of one row with another text in the column at a place."""
    import pyarrow  # noqa: PLC0415  # takes long

    field = batch.schema.field(place)
    if pyarrow.types.is_dictionary(field.type):
        plain = pyarrow.array([text], field.type.value_type)
        column = plain.dictionary_encode().cast(field.type)
    else:
        column = pyarrow.array([text], field.type)
    return batch.set_column(place, field, column)


def plain_value(value: object) -> str | int | float | None:
    """A value that a keep rule can look at, else None."""
    return value if isinstance(value, (str, int, float)) else None


def _texts(column: pyarrow.Array) -> list[str | bytes | None]:
    """The values of a column of strings; those that are not UTF-8 as bytes."""
    import pyarrow  # noqa: PLC0415  # takes long

    if pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        texts: list[str | bytes | None] = column.to_pylist()
    except UnicodeDecodeError:
        return [_decoded(value) for value in column.cast(pyarrow.large_binary()).to_pylist()]
    return texts


def _decoded(value: bytes | None) -> str | bytes | None:
    try:
        return value if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return value


def has_ids(schema: pyarrow.Schema, id_field: str) -> bool:
    """Whether there is a column of strings or whole numbers with this name."""
    import pyarrow  # noqa: PLC0415  # takes long

    if id_field not in schema.names:
        return False
    kind = schema.field(id_field).type
    return is_string(kind) or pyarrow.types.is_integer(kind)
