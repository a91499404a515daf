"""Comma- and tab-separated values: a header with the names of the columns, then one record a row.

Quoting is that of RFC 4180: a cell that begins with a quotation mark ends with the next single one, whatever separators
and line ends stand in it; two of them stand for one. A row is written back byte for byte unless its text changed; then
only the cell of the text is another. Rows are numbered as records: the header is 1, whatever line ends cells hold.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from dedup.formats.base import Chunk, Encoder, Record, RecordList, Records, UnreadableError, Verbatim
from dedup.formats.rows import Header, Layout, header_of, read_cell
from dedup.records import Document

_MOST_BYTES = 1 << 26  # in a row: more than that is a quotation mark that nobody closed


class Separated:
    """Rows of cells, with the names of the columns that matter.

    Args:
        separator: What stands between two cells.
        text_field: The column that holds the text.
        id_field: The column that holds the id; there need not be one.
    """

    holds_one = False

    def __init__(self, separator: str, text_field: str = "text", id_field: str = "id") -> None:
        self._separator = separator.encode("ascii")
        self._text_field = text_field
        self._id_field = id_field
        self._layout: Layout | None = None

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """Whole rows, with their ends; the header is among the first."""
        self._layout = None
        data, first, wanted, is_end = b"", 1, size, False
        while not is_end:
            read = stream.read(wanted)
            data, is_end = data + read, not read
            rows, end = self._whole_rows(data, first, is_end=is_end)
            if end:
                yield Chunk(first, data[:end])
                data, first, wanted = data[end:], first + rows, size
            elif len(data) > _MOST_BYTES:
                raise UnreadableError(f"a row of more than {_MOST_BYTES >> 20} MB: an open quotation mark", line=first)
            else:
                wanted = max(size, len(data))  # twice as much each time, for it is looked at from its beginning

    def whole(self, data: bytes) -> bytes:
        """All rows that have their end."""
        end = 0
        while self._layout is not None and end < len(data) and (following := self._layout.row_end(data, end)):
            end = following
        return data[:end]

    def skip_cut(self, stream: io.BufferedReader) -> int | None:  # noqa: ARG002  # its header is at its beginning
        """None."""
        return None

    def records(self, chunk: Chunk, name: str) -> RecordList:
        """What rows hold. One that holds no document is skipped; its bytes still stand in the record."""
        if self._layout is None:  # nothing but line ends
            return RecordList([Record(chunk.data)] if chunk.data else [], self._replaced)
        start, number = 0, chunk.first
        records: list[Record] = []
        if chunk.first == 1:
            start, number = self._layout.header_size, 2
            records.append(Record(chunk.data[:start], line=1))
        while start < len(chunk.data):
            end = self._layout.row_end(chunk.data, start) or len(chunk.data)
            records.append(self._record(self._layout, chunk.data[start:end], name, number))
            start, number = end, number + 1
        return RecordList(records, self._replaced)

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """The row with another cell for its text: in quotation marks as before, or if it needs them.

        `spelling` says otherwise: `quoted`, `bare`, or the cell as it is written, after an equals sign.
        """
        start, end = self._text_span(raw)
        if spelling.startswith("="):
            cell = spelling[1:].encode("utf-8")
        else:
            is_quoted = spelling == "quoted" or (not spelling and raw.startswith(b'"', start))
            cell = self._layout_of(raw).written(text, is_quoted=is_quoted)
        return raw[:start] + cell + raw[end:]

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """See `Format`."""
        return Verbatim(write)

    def field(self, raw: bytes, name: str) -> str | int | float | None:
        """See `Format`: a number where the cell holds one, nothing where it is empty."""
        return self._layout_of(raw).field(raw, name)

    @property
    def columns(self) -> Sequence[str]:
        """See `Format`."""
        return [] if self._layout is None else self._layout.names

    def rows(self, records: Records) -> Iterator[Mapping[str, object]]:
        """See `Format`: cells as strings."""
        for i in records.numbers:
            raw = records[i].raw
            layout = self._layout_of(raw)
            yield dict(zip(layout.names, layout.cells(raw), strict=True))

    def begin(self, names: Sequence[str]) -> bytes:
        """Make this ready for a file that is to be written: with these columns; the bytes of its header."""
        layout = Layout.of(Header(0, list(names), False), self._separator, self._text_field, self._id_field)
        header = layout.written_row(names)
        self._layout = replace(layout, header_size=len(header))
        return header

    def written_rows(self, rows: Sequence[Sequence[str]]) -> bytes:
        """The bytes of rows with these cells, once this has begun."""
        return b"".join(map(self._layout_of(b"").written_row, rows))

    def with_cell(self, record: Record, header: str, cell: str) -> bytes:
        """The bytes of a record with one more cell at its end: `header` in the first row, else `cell`.

        Blank lines stay as they are, and so does what a quotation mark opens that is never closed.
        """
        raw = record.raw
        if not raw.strip(b"\r\n"):
            return raw
        layout = self._layout_of(raw)
        is_header = record.document is None and not record.skipped
        end = len(raw.rstrip(b"\r\n")) if is_header else layout.row_body(raw)
        if end is None:
            return raw
        return raw[:end] + self._separator + layout.written(header if is_header else cell, is_quoted=False) + raw[end:]

    def _whole_rows(self, data: bytes, first: int, *, is_end: bool) -> tuple[int, int]:
        """How many rows these bytes begin with, and where those end."""
        rows = end = 0
        if first == 1:
            header = header_of(data, self._separator, is_end=is_end)
            if header is None:
                return (1, len(data)) if is_end else (0, 0)
            self._layout = Layout.of(header, self._separator, self._text_field, self._id_field)
            rows, end = 1, self._layout.header_size
        layout = self._layout_of(data)
        while end < len(data) and (after := layout.row_end(data, end, is_end=is_end)):
            rows, end = rows + 1, after
        if is_end and end < len(data):  # a quotation mark that is never closed
            rows, end = rows + 1, len(data)
        return rows, end

    def _record(self, layout: Layout, raw: bytes, name: str, number: int) -> Record:
        if not raw.strip(b"\r\n"):
            return Record(raw, line=number)
        spans = layout.spans(raw)
        if spans is None:
            reason, detail = layout.fault(raw)
            return Record(raw, line=number, skipped=reason, detail=detail)
        (start, end), own = spans
        try:
            text = read_cell(raw[start:end])
            (raw[:start] + raw[end:]).decode("utf-8")  # cells that nobody reads have to be text as well
            own_id = "" if own is None else read_cell(raw[own[0] : own[1]])
        except UnicodeDecodeError:
            return Record(raw, line=number, skipped="invalid-utf8", detail=_where_not_utf8(raw))
        return Record(raw, Document(own_id or f"{name}:{number}", text), number, bool(own_id))

    def _replaced(self, record: Record, text: str) -> tuple[bytes, str]:
        original = "" if record.document is None else record.document.text
        layout = self._layout_of(record.raw)
        start, end = self._text_span(record.raw)
        written = record.raw[start:end]
        new = layout.written(text, is_quoted=written.startswith(b'"'))
        styles = {is_quoted: layout.written(original, is_quoted=is_quoted) == written for is_quoted in (False, True)}
        if styles[new.startswith(b'"')]:
            spelling = ""
        elif any(styles.values()):
            spelling = "quoted" if styles[True] else "bare"
        else:
            spelling = "=" + written.decode("utf-8")
        return record.raw[:start] + new + record.raw[end:], spelling

    def _text_span(self, raw: bytes) -> tuple[int, int]:
        spans = self._layout_of(raw).spans(raw)
        if spans is None:
            raise UnreadableError(f"no row of this file: {raw[:40]!r}")
        return spans[0]

    def _layout_of(self, raw: bytes) -> Layout:
        if self._layout is None:
            raise UnreadableError(f"a row without a header: {raw[:40]!r}")
        return self._layout


def _where_not_utf8(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not UTF-8 at byte {error.start} of the row"
    return "not UTF-8 in a cell of the row"
