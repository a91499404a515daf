"""The formats that records of other formats can be written in: what a file begins with, and its rows.

JSON lines get a field for every field. Tables keep the columns of a table; of records that need not have the same
fields (JSON lines, archives) all but the text and the id go into one column, `fields`, as a JSON object.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from dedup.formats.base import Format, UnreadableError
from dedup.formats.jsonl import JsonLines
from dedup.formats.parquet import Parquet, check_installed
from dedup.formats.separated import Separated

OTHERS = "fields"
"""The column that holds what has no column of its own."""


class Row(NamedTuple):
    """What is written of a record.

    Attributes:
        id: Its id.
        text: Its text.
        is_named: Whether it held the id; else that was made from its place.
        fields: Its fields, text and id among them where they are fields like others.
    """

    id: str
    text: str
    is_named: bool
    fields: Mapping[str, object]


class Target(Protocol):
    """A format that records are written in."""

    has_head: bool
    """Whether a file begins with something even if it holds no rows."""

    @property
    def form(self) -> Format:
        """What reads such a file."""

    def begin(self, columns: Sequence[str] | None) -> bytes:
        """What a file begins with, given the fields that all rows have (see `Format.columns`).

        Raises:
            UnreadableError: If the format cannot hold these.
        """

    def holds(self, row: Row) -> bool:
        """Whether the format can hold a row: lone surrogates can be written as escapes only."""

    def rows(self, rows: Sequence[Row]) -> bytes:
        """The bytes of some rows that it can hold."""


class JsonLinesTarget:
    """JSON lines.

    Args:
        text_field: The field for the text.
        id_field: The field for the id; the first one in records without an id of their own.
    """

    has_head = False

    def __init__(self, text_field: str, id_field: str) -> None:
        self.form = JsonLines(text_field, id_field)
        self._text_field = text_field
        self._id_field = id_field

    def begin(self, columns: Sequence[str] | None) -> bytes:
        """See `Target`."""
        _check_names(columns or ())
        return b""

    def holds(self, row: Row) -> bool:  # noqa: ARG002  # it has escapes
        """See `Target`."""
        return True

    def rows(self, rows: Sequence[Row]) -> bytes:
        """See `Target`."""
        return b"".join(map(self._line, rows))

    def _line(self, row: Row) -> bytes:
        shown: dict[str, object] = {name: "" for name in (self._id_field, self._text_field) if name not in row.fields}
        shown |= row.fields
        shown[self._text_field] = row.text
        if not row.is_named or self._id_field not in row.fields:
            shown[self._id_field] = row.id
        try:
            return msgspec.json.encode(shown) + b"\n"
        except UnicodeEncodeError:  # lone surrogates can only be written as escapes
            return json.dumps(shown, separators=(",", ":")).encode("ascii") + b"\n"


class _Cells:
    """What is written into the columns of a table.

    Args:
        text_field: The column for the text.
        id_field: The column for the id.
        columns: As `Target.begin` is given them.

    Attributes:
        names: The columns.
    """

    def __init__(self, text_field: str, id_field: str, columns: Sequence[str] | None) -> None:
        own = [OTHERS] if columns is None else list(columns)
        self.names = [name for name in (id_field, text_field) if columns is None or name not in own] + own
        self._text_field = text_field
        self._id_field = id_field
        self._has_others = columns is None
        _check_names(self.names)

    def of(self, row: Row) -> list[str]:
        """The cells of a row."""
        known = {self._text_field: row.text, self._id_field: row.id}
        if self._has_others:
            dropped = {self._text_field, self._id_field} if row.is_named else {self._text_field}
            others = {name: value for name, value in row.fields.items() if name not in dropped}
            known[OTHERS] = _object(others)
        return [known[name] if name in known else _cell(row.fields[name]) for name in self.names]


class TableTarget:
    """A format of tables; all columns of it are strings.

    Args:
        form: The format.
        text_field: The column for the text.
        id_field: The column for the id.
    """

    has_head = True

    def __init__(self, form: Separated | Parquet, text_field: str, id_field: str) -> None:
        self.form = form
        self._text_field = text_field
        self._id_field = id_field
        self._cells = _Cells(text_field, id_field, ())

    def begin(self, columns: Sequence[str] | None) -> bytes:
        """See `Target`."""
        self._cells = _Cells(self._text_field, self._id_field, columns)
        return self.form.begin(self._cells.names)

    def holds(self, row: Row) -> bool:
        """See `Target`."""
        try:
            row.id.encode("utf-8")
            row.text.encode("utf-8")
        except UnicodeEncodeError:
            return False
        return True

    def rows(self, rows: Sequence[Row]) -> bytes:
        """See `Target`."""
        return self.form.written_rows(list(map(self._cells.of, rows)))


TARGETS = ("jsonl", "csv", "tsv", "parquet")
"""The names of the formats that records of others can be written in."""


def target_named(kind: str, text_field: str, id_field: str) -> Target:
    """One of `TARGETS`.

    Raises:
        UnreadableError: If what writes it is not installed.
    """
    if kind == "jsonl":
        return JsonLinesTarget(text_field, id_field)
    if kind == "parquet":
        check_installed()
        return TableTarget(Parquet(text_field, id_field), text_field, id_field)
    return TableTarget(Separated("," if kind == "csv" else "\t", text_field, id_field), text_field, id_field)


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UnreadableError(f"column {name!r} would stand there twice", line=1)


def _object(fields: Mapping[str, object]) -> str:
    """Fields as a JSON object."""
    try:
        return msgspec.json.encode(fields).decode("utf-8")
    except UnicodeEncodeError:  # a name with a lone surrogate
        written = (f"{json.dumps(name)}:{msgspec.json.encode(value).decode('utf-8')}" for name, value in fields.items())
        return "{" + ",".join(written) + "}"


def _cell(value: object) -> str:
    """A value as a cell: a string as it is, nothing for null, JSON for all others."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
