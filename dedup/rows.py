"""Rows of any kind > documents: mappings, Arrow tables and batches, or documents as they are.

What a row is, is seen by its methods: none of the libraries that make rows is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

from dedup.errors import InputError
from dedup.records import Document

Rows: TypeAlias = Iterable[object]
"""Documents, mappings (rows of JSON, of data sets, of data frames) or Arrow record batches; or an Arrow table."""

_MOST_ROWS = 1000  # of an Arrow table or batch that are objects at a time


def documents_of(rows: Rows, text_field: str, id_field: str) -> Iterator[Document]:
    """The documents that rows hold, one after another.

    Args:
        rows: Where they come from.
        text_field: The field of a row that holds the text.
        id_field: The field that holds the id, a string or a number; where there is none, `row:` and the position from 0
            stand for it.

    Raises:
        InputError: If a row has no text, or something is no row.
    """
    for number, row in enumerate(_each(rows)):
        if isinstance(row, Document):
            yield row
        elif isinstance(row, Mapping):
            yield _document(row, number, text_field, id_field)
        else:
            what = f"{type(row).__name__} is neither a Document nor a mapping"
            hint = "; of a data frame give the rows: to_dict('records') or iter_rows(named=True)"
            raise InputError("documents", what + (hint if isinstance(row, str) else ""), line=number + 1)


def _each(rows: Rows) -> Iterator[object]:
    if _is_arrow(rows):
        yield from _arrow_rows(rows)
        return
    for row in rows:
        if _is_arrow(row):
            yield from _arrow_rows(row)
        else:
            yield row


def _is_arrow(value: object) -> bool:
    """Whether this is an Arrow table or record batch."""
    return all(hasattr(value, name) for name in ("schema", "num_rows", "slice", "to_pylist"))


def _arrow_rows(table: Any) -> Iterator[object]:
    for start in range(0, table.num_rows, _MOST_ROWS):
        yield from table.slice(start, _MOST_ROWS).to_pylist()


def _document(row: Mapping[object, object], number: int, text_field: str, id_field: str) -> Document:
    if text_field not in row:
        names = ", ".join(map(str, row)) or "none"
        raise InputError("documents", f"no field {text_field!r}; there are {names}: give text_field", line=number + 1)
    text = row[text_field]
    if not isinstance(text, str):
        what = f"field {text_field!r} is {type(text).__name__}, not a string"
        raise InputError("documents", what, line=number + 1)
    own_id = _id(row.get(id_field))
    fields = {name: value for name, value in row.items() if name != text_field}
    return Document(f"row:{number}" if own_id is None else own_id, text, cast("Mapping[str, object]", fields))


def _id(value: object) -> str | None:
    """A string or a number as a string; nothing else is an id, and neither is what stands for a missing number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)) or value != value:  # noqa: PLR0124
        return None
    return str(value)
