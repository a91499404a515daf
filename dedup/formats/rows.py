"""Rows of separated values: where they end, where their cells stand, and how a cell is written."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from dedup.formats.base import UnreadableError
from dedup.formats.naming import column_of

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_QUOTED = re.compile(rb'"([^"]*(?:""[^"]*)*)"(?!")(.*)', re.DOTALL)

Spans = tuple[tuple[int, int], "tuple[int, int] | None"]
"""Where the cells of text and id stand in a row; the latter if there is a column of ids."""


class Header(NamedTuple):
    """The first row of a file.

    Attributes:
        size: Its bytes, with a byte order mark and blank lines before it.
        names: The names of the columns.
        ends_with_cr: Whether it ends with a carriage return alone; all rows do then.
    """

    size: int
    names: list[str]
    ends_with_cr: bool


def header_of(data: bytes, separator: bytes, *, is_end: bool) -> Header | None:
    """The header that some bytes begin with; None if they hold no whole one.

    Raises:
        UnreadableError: If the header cannot be read.
    """
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    while data[start : start + 1] in (b"\r", b"\n"):
        start += 1
    if start == len(data):
        return None
    cell = _cell_pattern(separator, rb"\r\n", rb"")
    end = rb"(?:\r\n|\n|\r(?!\n)|\Z)" if is_end else rb"(?:\r\n|\n|\r(?=[^\n]))"
    row = re.compile(_row_pattern(cell, separator) + end).match(data, start)
    if row is None:
        if is_end:
            raise UnreadableError("the header opens a quotation mark that is never closed", line=1)
        return None
    try:
        names = [read_cell(written) for written in _cells(row[1], re.compile(cell))]
    except UnicodeDecodeError as error:
        raise UnreadableError("the header is not UTF-8", line=1) from error
    return Header(row.end(), names, row[0].endswith(b"\r"))


@dataclass(frozen=True, slots=True)
class Layout:
    """What the header of a file says about its rows.

    Attributes:
        header_size: Bytes of the header.
        names: The names of the columns.
        separator: What stands between two cells.
        cell: A cell.
        row: A row, however many cells it has, with its end.
        row_before_more: The same, where more bytes may follow.
        whole: A row with as many cells as there are columns; those of text and id are groups.
        text_group: The group of the text.
        id_group: That of the id; 0 without a column of ids.
    """

    header_size: int
    names: list[str]
    separator: bytes
    cell: re.Pattern[bytes]
    row: re.Pattern[bytes]
    row_before_more: re.Pattern[bytes]
    whole: re.Pattern[bytes]
    text_group: int
    id_group: int

    @classmethod
    def of(cls, header: Header, separator: bytes, text_field: str, id_field: str) -> Layout:
        """The layout under a header.

        Raises:
            UnreadableError: If there is no column for the text.
        """
        names = header.names
        text = column_of(names, text_field, line=1)
        own_id = column_of(names, id_field, line=1) if id_field in names else None
        wanted = sorted({text} if own_id is None else {text, own_id})
        if header.ends_with_cr:
            cell, end = _cell_pattern(separator, rb"\r", rb""), rb"\r"
        else:
            cell, end = _cell_pattern(separator, rb"\r\n", rb"\r(?!\n)"), rb"\r?\n"
        columns = separator.join(b"(%s)" % cell if i in wanted else cell for i in range(len(names)))
        return cls(
            header_size=header.size,
            names=names,
            separator=separator,
            cell=re.compile(cell),
            row=re.compile(rb"%s(?:%s|\Z)" % (_row_pattern(cell, separator), end)),
            row_before_more=re.compile(_row_pattern(cell, separator) + end),
            whole=re.compile(rb"%s(?:%s|\Z)" % (columns, end)),
            text_group=wanted.index(text) + 1,
            id_group=0 if own_id is None else wanted.index(own_id) + 1,
        )

    def row_end(self, data: bytes, start: int, *, is_end: bool = True) -> int | None:
        """Where the row that starts here ends; None if it does not, or if bytes that follow may be of it."""
        row = (self.row if is_end else self.row_before_more).match(data, start)
        return row and row.end()

    def spans(self, raw: bytes) -> Spans | None:
        """Where the cells stand that matter; None if the row has more or fewer cells than there are columns."""
        row = self.whole.fullmatch(raw)
        return row and (row.span(self.text_group), row.span(self.id_group) if self.id_group else None)

    def fault(self, raw: bytes) -> tuple[str, str]:
        """What is wrong with such a row: the reason and the detail."""
        row = self.row.fullmatch(raw)
        if row is None:
            return "unbalanced-quote", "a quotation mark is opened and never closed"
        return "ragged-row", f"{len(_cells(row[1], self.cell))} cells, and {len(self.names)} in the header"

    def field(self, raw: bytes, name: str) -> str | int | float | None:
        """The cell of a column: a number where it holds one, None where it is empty or there is no such column."""
        if name not in self.names or self.row.fullmatch(raw) is None:
            return None
        return _value(self.cells(raw)[self.names.index(name)])

    def cells(self, raw: bytes) -> list[str]:
        """What the cells of a row hold.

        Raises:
            UnreadableError: If these are not the bytes of a row.
        """
        row = self.row.fullmatch(raw)
        if row is None:
            raise UnreadableError(f"no row of this file: {raw[:40]!r}")
        return [read_cell(written) for written in _cells(row[1], self.cell)]

    def row_body(self, raw: bytes) -> int | None:
        """Where the cells of a row end, before its line end; None if a quotation mark in it is never closed."""
        row = self.row.fullmatch(raw)
        return row and row.end(1)

    def written(self, text: str, *, is_quoted: bool) -> bytes:
        """A cell that holds a text: in quotation marks if asked for, or if it needs them."""
        cell = text.encode("utf-8")
        is_blank_line = not cell and len(self.names) == 1
        if is_quoted or is_blank_line or any(mark in cell for mark in (b'"', b"\r", b"\n", self.separator)):
            return b'"%s"' % cell.replace(b'"', b'""')
        return cell

    def written_row(self, cells: Sequence[str]) -> bytes:
        """A row that holds some texts."""
        return self.separator.join(self.written(cell, is_quoted=False) for cell in cells) + b"\n"


def read_cell(written: bytes) -> str:
    """What a cell holds. What stands behind its closing quotation mark belongs to it.

    Raises:
        UnicodeDecodeError: If it is not UTF-8.
    """
    if not written.startswith(b'"'):
        return written.decode("utf-8")
    inner = written[1:-1]
    if inner.count(b'"') == 2 * inner.count(b'""') and written.endswith(b'"') and len(written) > 1:  # nothing behind it
        return inner.decode("utf-8").replace('""', '"')
    quoted = _QUOTED.fullmatch(written)
    return (written if quoted is None else quoted[1].replace(b'""', b'"') + quoted[2]).decode("utf-8")


def _cell_pattern(separator: bytes, ends: bytes, more: bytes) -> bytes:
    """A cell, written so that it can be read in one way only, and what does not match fails at once.

    Args:
        separator: What stands between cells.
        ends: Characters of line ends, which stand in quotation marks only.
        more: Such as may stand outside of them all the same; empty if none may.
    """
    plain = rb"[^%s%s]" % (separator, ends)
    bare = rb"%s*(?:%s%s*)*" % (plain, more, plain) if more else rb"%s*" % plain
    return rb'(?:"[^"]*(?:""[^"]*)*"(?!")%s|(?!")%s)' % (bare, bare)


def _row_pattern(cell: bytes, separator: bytes) -> bytes:
    """Cells, as a group."""
    return rb"(%s(?:%s%s)*)" % (cell, separator, cell)


def _cells(row: bytes, cell: re.Pattern[bytes]) -> list[bytes]:
    """The cells of a row without its end."""
    cells: list[bytes] = []
    start = 0
    while found := cell.match(row, start):
        cells.append(found[0])
        start = found.end() + 1
        if found.end() == len(row):
            break
    return cells


def _value(text: str) -> str | int | float | None:
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text or None
    if number[1] is number[2] is None:
        with suppress(ValueError):  # more digits than are converted at once
            return int(text)
    return float(text)
