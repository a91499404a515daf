"""Values of Arrow tables > values of JSON, with nothing lost: times and decimals as strings, bytes in base64."""

from __future__ import annotations

import math
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from dedup.formats.base import UnreadableError

if TYPE_CHECKING:
    import pyarrow


def plain_rows(batch: pyarrow.RecordBatch) -> list[dict[str, Any] | None]:
    """The rows of a batch; None where something that should be UTF-8 is not.

    Raises:
        UnreadableError: If a column is of a type that JSON cannot show.
    """
    schema = _plain_schema(batch.schema)
    try:
        return _plain_rows(batch, schema)
    except UnicodeDecodeError:
        return [_plain_row(batch.slice(i, 1), schema) for i in range(batch.num_rows)]


def _plain_schema(schema: pyarrow.Schema) -> pyarrow.Schema:
    """The schema of a table whose values Python has."""
    import pyarrow  # noqa: PLC0415  # takes long

    fields = []
    for field in schema:
        kind = _plain_type(field.type)
        if kind is None:
            raise UnreadableError(f"column {field.name!r} holds {field.type}, which other formats cannot hold")
        fields.append(pyarrow.field(field.name, kind))
    return pyarrow.schema(fields)


def _plain_row(batch: pyarrow.RecordBatch, schema: pyarrow.Schema) -> dict[str, Any] | None:
    try:
        return _plain_rows(batch, schema)[0]
    except UnicodeDecodeError:
        return None


def _plain_rows(batch: pyarrow.RecordBatch, schema: pyarrow.Schema) -> list[dict[str, Any] | None]:
    columns = [
        [_plain(value) for value in column.cast(field.type).to_pylist()]
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return [dict(zip(schema.names, values, strict=True)) for values in zip(*columns, strict=True)]


def _plain_type(kind: pyarrow.DataType) -> pyarrow.DataType | None:
    """The type that Python gets instead of one, if there is such."""
    import pyarrow  # noqa: PLC0415  # takes long

    types = pyarrow.types
    if types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if types.is_nested(kind):
        return _plain_nested(kind)
    if types.is_interval(kind):
        return None
    if types.is_duration(kind):
        return pyarrow.int64()
    if types.is_temporal(kind) or types.is_decimal(kind):
        return pyarrow.string()
    is_binary = types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind)
    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    is_plain = types.is_primitive(kind) or types.is_boolean(kind) or types.is_null(kind)
    return kind if is_binary or is_text or is_plain else None


def _plain_nested(kind: pyarrow.DataType) -> pyarrow.DataType | None:
    import pyarrow  # noqa: PLC0415  # takes long

    types = pyarrow.types
    fields = [kind.field(i) for i in range(kind.num_fields)]
    inner = [_plain_type(field.type) for field in fields]
    if None in inner:
        return None
    if types.is_struct(kind):
        names = [field.name for field in fields]
        return pyarrow.struct(list(zip(names, inner, strict=True))) if len(set(names)) == len(names) else None
    if types.is_map(kind):
        return pyarrow.map_(_plain_type(kind.key_type), _plain_type(kind.item_type))
    if types.is_fixed_size_list(kind):
        return pyarrow.list_(inner[0], kind.list_size)
    is_list = types.is_list(kind) or types.is_large_list(kind)
    return pyarrow.large_list(inner[0]) if is_list else None


def _plain(value: Any) -> Any:
    """A value as JSON has it. JSON has no infinite numbers, and none that is not a number: their names stand there."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
