"""Lines of JSON: what both kernels read in them, and cut out of them."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup._kernels import reference
from tests.kernels import IMPLEMENTATIONS, native, needs_native
from tests.naive import any_text

PLAIN = [
    b'{"text":"a"}',
    b' { "a" : [ 1,{"text":"x"} ] , "text"\t:  "b" , "b":{ } } \r\n',
    b'{"id":"x","text":"","n":-0.5e+10,"m":[true,false,null,0]}\n',
    b'{"id":12.50,"text":"\\u00e9\\ud83d\\ude00"}',
    b'{"id":null,"text":"\\/\\b\\f\\n\\r\\t\\"\\\\"}',
    '{"text":"é漢😀","id":"ö"}'.encode(),
    '{"text":"é\\u00e9"}'.encode(),
    b'{"text":"\\u00E9\\u001f\\u007f"}',
    b'{"text":"\x7f"}',
    b'{"n":' + b"[" * 64 + b"]" * 64 + b',"text":"a"}',
    b'{"text":"' + b"x" * 200 + b"\\n" + b"y" * 63 + b'"}',
    '{"text":"ä'.encode() + b"x" * 130 + "漢\\n😀".encode() + b'z"}',
]
NOT_PLAIN = [
    b"\n", b"{}", b"[]", b'"text"', b'{"text":1}', b'{"text":"a"}}', b'{"text":"a",}', b'{"text":"a"',
    b'{"text":"a}', b'{"text":"a","text":"b"}', b'{"id":"a","id":"b","text":""}', b'{"te\\u0078t":"a"}',
    b'{"text":"a","\\n":1}', b'{"text":"\\ud800"}', b'{"text":"\\udc00\\ud800"}', b'{"text":"","x":"\\ud800x"}',
    b'{"text":"\\x"}', b'{"text":"\x1f"}', b'{"text":"","x":01}', b'{"text":"","x":1.}', b'{"text":"","x":.5}',
    b'{"text":"","x":1e}', b'{"text":"","x":NaN}', b'{"text":"","x":-}', b'{"text":"","x":+1}',
    b'{"text":"","x":tru}', b'{"text":"\xff"}', b'{"text":"\xc0\x80"}', b'{"text":"\xed\xa0\x80"}',
    b'{"text":"\xf4\x90\x80\x80"}', b'{"text":"\xe2\x82"}', b'{"text":"","x":"\xe0\x80\x80"}',
    b'\xef\xbb\xbf{"text":"a"}', b'{"text":"a"} x', b'{"text" "a"}', b'{text:"a"}', b'{"text":"\\u12g4"}',
    b"{'text':'a'}", b'{"n":' + b"[" * 65 + b"]" * 65 + b',"text":"a"}', b'{"text":"","x":{"a" 1}}',
    b'{"text":"","x":[1 2]}', b'{"text":"\\',
]  # fmt: skip


def everything(kernels: Any, data: bytes) -> object:
    """All that is read in lines."""
    lines = kernels.read_lines(data, b"text", b"id")
    if lines is None:
        return None
    count = len(lines)
    every_other = [[(at, at + 1) for at in range(0, len(lines[i]), 2)] for i in range(count)]
    return (
        list(lines),
        [lines.id(i) for i in range(count)],
        lines.ids("in:", 5),
        [lines.raw(i, i + 1) for i in range(count)],
        [lines.styles(i) for i in range(count)],
        [lines.cut(i, spans) for i, spans in enumerate(every_other)],
    )


@pytest.mark.parametrize("kernels", IMPLEMENTATIONS)
@pytest.mark.parametrize("line", PLAIN, ids=lambda line: line[:30])
def test_plain_lines_are_read(kernels: ModuleType, line: bytes) -> None:
    """Text and id are what the standard library finds; with nothing cut, a line is its bytes."""
    lines = kernels.read_lines(line, b"text", b"id")
    expected = json.loads(line, parse_float=str)
    assert list(lines) == [expected["text"]]
    assert lines.id(0) == expected.get("id")
    assert lines.raw(0, 1) == lines.cut(0, []) == line


@pytest.mark.parametrize("kernels", IMPLEMENTATIONS)
@pytest.mark.parametrize("line", NOT_PLAIN, ids=lambda line: line[:30])
def test_other_lines_are_left_to_others(kernels: ModuleType, line: bytes) -> None:
    """One such line among plain ones is enough."""
    assert kernels.read_lines(line, b"text", b"id") is None
    assert kernels.read_lines(PLAIN[0] + b"\n" + line + b"\n" + PLAIN[0], b"text", b"id") is None


@pytest.mark.parametrize("kernels", IMPLEMENTATIONS)
def test_lines_are_lines_of_bytes(kernels: ModuleType) -> None:
    """Several lines, the last with or without an end, or none."""
    data = b'{"id":"a","text":"1"}\r\n{"text":"2"}\n{"id":3,"text":"\xc3\xa4"}'
    lines = kernels.read_lines(data, b"text", b"id")
    assert (list(lines), lines.ids("in:", 8), lines.raw(0, 3)) == (["1", "2", "ä"], ["a", "in:9", "3"], data)
    assert lines.raw(1, 2) == b'{"text":"2"}\n'
    assert lines.raw(2, 2) == b""
    assert len(kernels.read_lines(b"", b"text", b"id")) == 0
    assert [kernels.count_lines(data * times) for times in range(3)] == [0, 2, 4]


@pytest.mark.parametrize("kernels", IMPLEMENTATIONS)
@given(text=any_text, is_escaped=st.booleans(), data=st.data())
def test_a_text_is_cut_in_its_line_as_it_would_be_written(
    kernels: ModuleType, text: str, is_escaped: bool, data: st.DataObject
) -> None:
    """What is left has the spelling of the standard library, where the whole had it."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    line = json.dumps({"a": 1, "text": text, "b": "é"}, ensure_ascii=is_escaped).encode()
    lines = kernels.read_lines(line, b"text", b"id")
    edges = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    left = "".join(text[i] for i in range(len(text)) if not any(start <= i < end for start, end in spans))
    assert lines.styles(0)[is_escaped] or not is_escaped
    assert lines.cut(0, spans) == json.dumps({"a": 1, "text": left, "b": "é"}, ensure_ascii=is_escaped).encode()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
_fields = st.lists(st.tuples(st.sampled_from(["text", "id", "a", "é", "n\n"]), _JSON), max_size=4)
_noise = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([b'"', b"\\", b"\\u", b"\xff", b"\x00", b"{", b",", b"-"]))
)


@needs_native
@settings(max_examples=600, deadline=None)
@given(
    text=any_text | st.text(),
    fields=_fields,
    is_escaped=st.booleans(),
    noise=_noise,
    gap=st.sampled_from(["", " ", "\t"]),
)
def test_both_kernels_read_the_same(
    text: str, fields: list[tuple[str, object]], is_escaped: bool, noise: list[tuple[int, bytes]], gap: str
) -> None:
    """In lines of any fields, and in such with bytes changed here and there."""
    assert native is not None
    shown = [(name, value) for name, value in [*fields[:2], ("text", text), *fields[2:]]]
    parts = (f"{json.dumps(name)}:{gap}{json.dumps(value, ensure_ascii=is_escaped)}" for name, value in shown)
    line = f"{{{gap}{f',{gap}'.join(parts)}}}\n".encode("utf-8", "surrogatepass")
    for data in (line, line * 2):
        assert everything(native, data) == everything(reference, data)
    for place, bytes_ in noise:
        line = line[: place % len(line)] + bytes_ + line[place % len(line) + 1 :]
        assert everything(native, line) == everything(reference, line)


@needs_native
def test_every_instruction_set_reads_the_same() -> None:
    """What is special stands at any place of a run of 64 bytes."""
    assert native is not None
    specials = ["", '\\"', "\\\\", "é", "漢", "😀", "\\u00e9", "\x7f"]
    data = "".join(
        f'{{"text":"{"x" * size}{special}{"y" * (70 - size)}{special}"}}\n'
        for size in range(67)
        for special in specials
    ).encode()
    expected = everything(reference, data)
    names = native.instruction_sets_here()
    try:
        for name in names:
            native.use_instructions(name)
            assert everything(native, data) == expected
            assert native.read_lines(b'{"text":"' + b"x" * 70 + b"\x01", b"text", b"id") is None
    finally:
        native.use_instructions(names[0])
