"""Comma- and tab-separated values: rows are the input, cells are what was written, only a text changes."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Settings
from dedup.formats import separated
from dedup.formats.base import Record, UnreadableError
from dedup.formats.separated import Separated
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.command import FOX, OWL, Nobody, make
from tests.test_formats import records_of

_CELLS = st.sampled_from((
    "", " ", "a", "=1+1", "+a", "-a", "@a", '"', '""', 'a "b" c', "a,b", "a\tb", "a\nb", "a\r\nb", "a\rb", "\r", "\n",
    "ä 北 👩", "\ufeffx", "\x00", "'", FOX, f"{FOX}\n\n{FOX}", f'{FOX}\r\n\r\n"{OWL}", he said',
)) | st.text(st.characters(codec="utf-8"), max_size=6)  # fmt: skip
_SETTINGS = st.sampled_from((Settings(), Settings(unit="document"), Settings(scope="document")))


def _read(data: bytes, separator: str = ",", **names: str) -> tuple[Separated, list[Record]]:
    form = Separated(separator, **names)
    return form, records_of(form, data, "in.csv")


class _File(NamedTuple):
    data: bytes
    separator: str
    rows: list[list[str]]


def _row(cells: list[str], separator: str, end: str, quoted: int) -> str:
    """Cells in quotation marks where they need them; and others too, a bit of `quoted` for each."""
    marks = {'"', "\r", "\n", separator}
    written = [f'"{cell.replace(chr(34), chr(34) * 2)}"' if marks & {*cell} or quoted >> i & 1 else cell
               for i, cell in enumerate(cells)]  # fmt: skip
    return separator.join(written) + end


@st.composite
def _files(draw: st.DrawFn) -> _File:
    """A file as some writer makes it."""
    separator, end = draw(st.sampled_from(",\t")), draw(st.sampled_from(("\n", "\r\n", "\r")))
    names = draw(st.permutations(("id", "text", "other", 'odd "name"')))
    rows = [list(names), *draw(st.lists(st.lists(_CELLS, min_size=4, max_size=4), max_size=5))]
    written = "".join(_row(row, separator, end, draw(st.integers(0, 15))) for row in rows)
    written = written if draw(st.booleans()) else written.removesuffix(end)
    return _File((draw(st.sampled_from(("", "\ufeff"))) + written).encode(), separator, rows)


@given(_files())
def test_cells_are_read(file: _File) -> None:
    """What any writer wrote is read as it was meant, and all records together are the bytes of the file."""
    _, records = _read(file.data, file.separator)
    assert b"".join(record.raw for record in records) == file.data
    place, own_id = file.rows[0].index("text"), file.rows[0].index("id")
    read = [(record.document.text, record.document.id) for record in records if record.document]
    assert read == [(row[place], row[own_id] or f"in.csv:{i}") for i, row in enumerate(file.rows[1:], 2)]
    assert [record.line for record in records] == list(range(1, len(records) + 1))


@given(_files(), _CELLS)
def test_only_the_text_is_replaced(file: _File, text: str) -> None:
    """The standard library reads the other cells of a row as before, and the new text in the place of the old one."""
    form, records = _read(file.data, file.separator)
    place = file.rows[0].index("text")
    for record, row in zip(records[1:], file.rows[1:], strict=True):
        replaced = form.with_text(record.raw, text)
        lines = io.StringIO(replaced.decode("utf-8"), newline="")
        assert list(csv.reader(lines, delimiter=file.separator)) == [[*row[:place], text, *row[place + 1 :]]]
        assert form.with_text(record.raw, row[place], "=" + _written(record.raw, form)) == record.raw


def _written(raw: bytes, form: Separated) -> str:
    start, end = form._text_span(raw)
    return raw[start:end].decode("utf-8")


_PIECES = st.lists(
    st.sampled_from(
        (b"a", b",", b'"', b'""', b"\n", b"\r", b"\r\n", b"\xff", FOX.encode(), b'"%s\n\n%s"' % ((FOX.encode(),) * 2))
    ),
    max_size=14,
).map(b"".join)


_STARTS = (
    "text\n@\n@\n",
    "id,text\n1,@\n2,@\n",
    "text,id\r\n@,1\r\n@,2\n",
    "text,x\r@,1\r@,2\r",
    '\ufeff\n"text"\n"@"\n@\n',
)


@settings(max_examples=200)
@given(_PIECES, st.sampled_from(_STARTS), _SETTINGS, st.booleans())
def test_whatever_comes_comes_back(rows: bytes, start: str, chosen: Settings, keep_empty: bool) -> None:
    """Any bytes behind two good rows come back byte for byte, well-formed or not, emptied rows written or not."""
    data = start.replace("@", FOX).encode() + rows
    with tempfile.TemporaryDirectory() as name:
        folder = make(Path(name), {"in.csv": data})
        output, report, back = (str(folder / name) for name in ("out.csv", "report.jsonl", "back.csv"))
        writing = Writing(output=output, report=report, keep_empty=keep_empty)
        clean_files([str(folder / "in.csv")], chosen, Reading(), writing, Nobody())
        restore_files(output, report, back, Reading(), force=False)
        assert Path(back).read_bytes() == data


@pytest.mark.parametrize(
    ("cell", "text", "written"),
    [
        (b"old", "=1+1", b"=1+1"),
        (b'"old"', "new", b'"new"'),
        (b"old", "a,b", b'"a,b"'),
        (b"old", 'say "a"', b'"say ""a"""'),
        (b'"o""ld"', "", b'""'),
        (b"old", "", b""),
    ],
)
def test_how_a_text_is_written(cell: bytes, text: str, written: bytes) -> None:
    """In quotation marks as before, or if it needs them; and no character is put before what looks like a formula."""
    form, records = _read(b"id,text,x\n1,%s,2\n" % cell)
    assert form.with_text(records[1].raw, text) == b"1,%s,2\n" % written


def test_an_empty_text_is_no_blank_line() -> None:
    """In the only column an empty text is written in quotation marks: a blank line is no row."""
    form, records = _read(b"text\nold\n\n")
    assert form.with_text(records[1].raw, "") == b'""\n'
    assert [record.skipped for record in records] == ["", "", ""]
    assert [record.document is None for record in records] == [True, False, True]


@pytest.mark.parametrize(
    ("row", "reason", "detail"),
    [
        (b"1,a,b\n", "ragged-row", "3 cells, and 2 in the header"),
        (b"1\n", "ragged-row", "1 cells"),
        (b"1,a\xff\n", "invalid-utf8", "byte 3"),
        (b"\xff,a\n", "invalid-utf8", "byte 0"),
        (b'1,"a\n2,b\n', "unbalanced-quote", "never closed"),
    ],
)
def test_rows_without_a_document(row: bytes, reason: str, detail: str) -> None:
    """A row that holds no document gives a record of its bytes with the reason and the detail."""
    _, records = _read(b"id,text\n0,a\n" + row)
    assert [record.skipped for record in records] == ["", "", reason]
    assert records[2].raw == row
    assert detail in records[2].detail
    assert records[2].line == 3


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"id,texts\n1,a\n", "did you mean 'texts'"),
        (b"text,text\n1,a\n", "twice"),
        (b"id,text,id\n1,a,2\n", "'id' stands there twice"),
        (b'"text\na\n', "never closed"),
        ("text\na\n".encode("utf-16"), "not UTF-8"),
    ],
)
def test_headers_that_say_nothing(data: bytes, said: str) -> None:
    """Without a header that names the text, nothing is read."""
    with pytest.raises(UnreadableError, match=said) as caught:
        _read(data)
    assert caught.value.line == 1


def test_an_open_quotation_mark_does_not_take_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that does not end is refused before all of the file is in memory."""
    monkeypatch.setattr(separated, "_MOST_BYTES", 5000)
    stream = io.BytesIO(b'id,text\n0,a\n1,"' + b"a\n" * 100_000)
    with pytest.raises(UnreadableError, match="open quotation mark") as caught:
        list(Separated(",").chunks(stream, 1000))
    assert caught.value.line == 3
    assert stream.tell() < 20_000


@pytest.mark.parametrize(("cell", "value"), [
    ("a", "a"), ("", None), ("12", 12), ("-1.5e2", -150.0), ("007", "007"), ("8" * 5000, float("inf")), ('"1"', 1),
])  # fmt: skip
def test_fields(cell: str, value: object) -> None:
    """A cell is a number if it looks like one, nothing if it is empty, else a string."""
    form, records = _read(f"id,text,x\n1,a,{cell}\r\n".encode())
    assert form.field(records[1].raw, "x") == value
    assert form.field(records[1].raw, "y") is None
