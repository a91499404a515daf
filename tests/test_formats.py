"""Formats: bytes become records that together are the bytes, and only a text is ever replaced."""

from __future__ import annotations

import codecs
import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Document, InputError
from dedup.formats import choose_format
from dedup.formats.base import Format, Record
from dedup.formats.jsonl import JsonLines
from dedup.formats.plain import Plain
from tests.command import UNREADABLE

_DIGITS = "8" * 5000
_DEEP = "[" * 500 + "]" * 500
_ODD = [
    '{"text":"@"}',
    ' { "a" : [ 1,{"text":"x"} ] , "text"\t:  "@" , "b":{ } } \r\n',
    f'{{"n":{_DIGITS},"text":"@","m":-{_DIGITS}}}',
    f'{{"id":{_DIGITS},"text":"@"}}',
    '{"x":NaN,"text":"@","y":-Infinity,"z":1e999}',
    '{"x":"\\ud800","text":"@","\\udfff":"\\"text\\":"}',
    f'{{"n":{_DEEP},"text":"@"}}',
    '{"tex":1,"text":"@","texts":2,"TEXT":3}',
    '{"":"","text":"@"}\r\n',
]


def records_of(form: Format, data: bytes, name: str) -> list[Record]:
    """What a format reads."""
    found: list[Record] = []
    for chunk in form.chunks(io.BytesIO(data), 20):
        records = form.records(chunk, name)
        found += (records[i] for i in range(len(records)))
    return found


def _read(data: bytes, name: str = "in.jsonl") -> list[Record]:
    return records_of(JsonLines(), data, name)


@pytest.mark.parametrize("line", _ODD, ids=lambda line: line[:30])
@pytest.mark.parametrize("text", ["plain", 'a "quoted"\n\\ text', "ä 北 👩", "alone \ud800"])
def test_only_the_text_is_replaced(line: str, text: str) -> None:
    """The bytes before and after the text stay, whatever they hold, and the new text is read back."""
    before, after = line.split("@")
    replaced = JsonLines().with_text(line.encode(), text)
    assert replaced.startswith(before.encode())
    assert replaced.endswith(after.encode())
    (record,) = _read(replaced)
    assert record.document is not None, record.detail
    assert record.document.text == text
    assert record.raw == replaced


@given(
    st.dictionaries(st.text(max_size=5), st.none() | st.floats() | st.integers() | st.lists(st.text(max_size=5))),
    st.text(), st.text(), st.booleans(), st.sampled_from((None, 1)),
)  # fmt: skip
def test_other_fields_stay(fields: dict[str, object], old: str, new: str, escaped: bool, indent: int | None) -> None:
    """A line that any writer made keeps its other fields when its text is replaced."""
    line = json.dumps({**fields, "text": old}, ensure_ascii=escaped, indent=indent).replace("\n", " ").encode()
    document = _read(line)[0].document
    assert document is not None
    assert document.text == old
    replaced = JsonLines().with_text(line, new)
    assert json.dumps(json.loads(replaced)) == json.dumps({**fields, "text": new})
    assert JsonLines().with_text(line, old) == line or not old.isascii()
    assert replaced.isascii() or not escaped or old == "" or not line.isascii()


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b'{"text":"","x":"\\u00e4 b"}', "ä b"),
        (b'{"x":12,"text":""}\r\n', 12),
        (b'{"x":1.5e3,"text":""}', 1500.0),
        (b'{"x":true,"text":""}', True),
        (b'{"x":null,"text":""}', None),
        (b'{"x":["a"],"text":""}', None),
        (b'{"x": {"x":1} ,"text":""}', None),
        (b'{"text":"","y":{"x":1}}', None),
        (b'{"text":"","x":1,"x":2}', 2),
        (b'{"text":"","x":18446744073709551617}', 18446744073709551617),
        (b'{"text":"","x":1E400}', math.inf),
        (b'{"text":"","x":-%s}' % _DIGITS.encode(), -math.inf),
        (b'{"text":"","x":-Infinity,"y":NaN}', -math.inf),
        (b'{"text":"","x":7,"y":NaN}', 7),
        (b'{"text":"","x":0.25,"y":NaN}', 0.25),
        (b'{"text":"","x":[7],"y":NaN}', None),
        (b'{"text":"","x":"\\ud800"}', "\ud800"),
    ],
)
def test_fields(line: bytes, value: object) -> None:
    """A field is a string, a number however large, true or false; anything else is none, and so is what lies deeper."""
    assert _read(line)[0].document is not None
    found = JsonLines().field(line, "x")
    assert (found, type(found)) == (value, type(value))
    assert Plain().field(line, "x") is None


@pytest.mark.parametrize(("line", "reason", "detail"), UNREADABLE, ids=lambda value: str(value)[:40])
def test_lines_without_a_document(line: bytes, reason: str, detail: str) -> None:
    """A line that holds no document gives a record of its bytes with the reason and the detail."""
    (record,) = _read(line)
    assert (record.raw, record.document, record.line, record.skipped) == (line, None, 1, reason)
    assert detail in record.detail


def test_ids() -> None:
    """An id is a string or a number as it is written; else the name and the line stand for it."""
    heads = (
        '"id":"a",',
        '"id":1.50,',
        '"id":12345678901234567890123,',
        f'"id":{_DIGITS},',
        "",
        '"id":null,',
        '"id":[],',
    )
    data = "".join(f'{{{head}"text":""}}\n' for head in heads).encode()
    assert [record.document and record.document.id for record in _read(data)] == [
        "a", "1.50", "12345678901234567890123", _DIGITS, "in.jsonl:5", "in.jsonl:6", "in.jsonl:7"
    ]  # fmt: skip


@given(
    st.lists(st.sampled_from((b'{"text":"a"}', b"\n", b"\r\n", b"\xef\xbb\xbf", b" ", b"no", b"\xff", b"\r", b"[]")))
)
def test_records_are_the_input(pieces: list[bytes]) -> None:
    """The bytes of all records together are the input; lines are numbered from 1, a byte order mark is none."""
    data = b"".join(pieces)
    records = _read(data)
    assert b"".join(record.raw for record in records) == data
    numbers = [record.line for record in records[data.startswith(codecs.BOM_UTF8) :]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert b"".join(record.raw for record in records_of(Plain(), data, "in.txt")) == data


def test_plain_text() -> None:
    """A text file is one document, line ends as they are; one that is not UTF-8 is skipped with the byte."""
    assert records_of(Plain(), b"a\r\nb\rc", "x/a.txt") == [Record(b"a\r\nb\rc", Document("x/a.txt", "a\r\nb\rc"))]
    (record,) = records_of(Plain(), b"ab\xff", "a.txt")
    assert (record.document, record.skipped, record.detail) == (None, "invalid-utf8", "not UTF-8 at byte 2")
    assert Plain().with_text(b"old", "ä\r\n") == "ä\r\n".encode()


def test_choice_by_name() -> None:
    """The end of a name chooses the format in any case; a forced one wins; a name that tells nothing is an error."""
    assert isinstance(choose_format("a/B.TXT", None, "text", "id"), Plain)
    assert isinstance(choose_format("a.JSONL", None, "text", "id"), JsonLines)
    assert isinstance(choose_format("a.txt", "jsonl", "text", "id"), JsonLines)
    with pytest.raises(InputError, match=r"a\.doc: .*--input-format"):
        choose_format("a.doc", None, "text", "id")
