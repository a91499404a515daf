"""Lines of JSON that other readers stumble over, on the command line and with every implementation of the kernels."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from dedup.formats.base import Chunk
from dedup.formats.jsonl import JsonLines
from tests.command import BEAR, FOX, lines_of, make, most_memory, run, succeed

_KERNELS = [
    pytest.param("native", marks=pytest.mark.skipif(not find_spec("dedup._kernels.native"), reason="not built here")),
    "reference",
]
_DIGITS = b"8" * 5000
_TEXT = json.dumps(f"{FOX}\n\n@").encode()  # of which the first paragraph goes, and what @ stands for stays
_GOOD: dict[str, tuple[bytes, bytes]] = {
    # what is odd: (what stands beside the text, what stands in it)
    "lone surrogate in the text": (b'"x":1', b"\\ud800 alone"),
    "surrogates in the wrong order": (b'"x":1', b"\\udc00\\ud800"),
    "lone surrogate beside the text": (b'"x":"\\udfff"', b"x"),
    "lone surrogate in a name": (b'"\\ud800":1', b"x"),
    "escaped pair": (b'"x":"\\ud83d\\udc69"', b"\\ud83d\\udc69"),
    "null and control characters": (b'"x":"\\u0000"', b"\\u0000\\u0007\\u001b[31m"),
    "numbers that are none": (b'"x":[NaN,Infinity,-Infinity]', b"x"),
    "numbers that are too large": (b'"x":1e999,"y":-1E+999', b"x"),
    "numbers of 5,000 digits": (b'"x":%s,"y":-%s.%s' % (_DIGITS, _DIGITS, _DIGITS), b"x"),
    "nested 60 deep": (b'"x":%s1%s' % (b"[" * 60, b"]" * 60), b"x"),
    "nested 500 deep": (b'"x":%s1%s' % (b'{"a":' * 500, b"}" * 500), b"x"),
    "names that repeat": (b'"x":1,"x":2,"id":"c","id":"d"', b"x"),
}


def _line(beside: bytes, kept: bytes) -> bytes:
    return b'{%s,"text":%s}\n' % (beside, _TEXT.replace(b"@", kept))


@pytest.mark.parametrize("keep", ["first", "last"])
@pytest.mark.parametrize("kernels", _KERNELS)
def test_odd_lines_are_cleaned(tmp_path: Path, kernels: str, keep: str) -> None:
    """What is odd in a line is untouched while its text is cleaned, and comes back byte for byte."""
    first = b'{"id":"a","text":"%s"}\n' % FOX.encode()
    lines = [first] * (keep == "first") + [_line(*odd) for odd in _GOOD.values()] + [first] * (keep == "last")
    make(tmp_path, {"a.jsonl": b"".join(lines)})
    options = ("--report", "r", "--keep", keep)
    succeed("clean", "a.jsonl", "-o", "out", *options, "--strict", folder=tmp_path, DEDUP_KERNELS=kernels)
    paragraph = f"{FOX}\\n\\n".encode()
    assert (tmp_path / "out").read_bytes() == b"".join(line.replace(paragraph, b"") for line in lines)
    succeed("restore", "out", "--report", "r", "-o", "back", folder=tmp_path, DEDUP_KERNELS=kernels)
    assert (tmp_path / "back").read_bytes() == b"".join(lines)


_BAD: dict[str, tuple[bytes, str]] = {
    # what is wrong: (the line, the reason)
    "nested 100,000 deep": (b'{"x":%s,"text":"x"}' % (b"[" * 100_000 + b"]" * 100_000), "nesting"),
    "objects 100,000 deep": (b'{"x":%s1%s,"text":"x"}' % (b'{"a":' * 100_000, b"}" * 100_000), "nesting"),
    "100,000 opened, none closed": (b'{"text":"x","x":' + b"[" * 100_000, "nesting"),
    "the text nested": (b'{"text":%s}' % (b"[" * 100_000 + b"]" * 100_000), "nesting"),
    "two texts": (b'{"text":"x","text":"x"}', "duplicate-text-field"),
    "two texts, the other no string": (b'{"text":"x","text":1}', "text-not-a-string"),
    "a number for a text": (b'{"text":%s}' % _DIGITS, "text-not-a-string"),
    "no number for a text": (b'{"text":NaN}', "text-not-a-string"),
    "a surrogate in UTF-8": (b'{"text":"\xed\xa0\x80"}', "invalid-utf8"),
}


@pytest.mark.parametrize("kernels", _KERNELS)
def test_lines_that_are_skipped(tmp_path: Path, kernels: str) -> None:
    """Lines that cannot be read are skipped by reason and stay as they are; all others beside them are cleaned."""
    good = _line(b'"x":1', b"x")
    lines = [b'{"text":"%s"}\n' % FOX.encode()]
    for line, _ in _BAD.values():
        lines += [line + b"\n", good]
    make(tmp_path, {"a.jsonl": b"".join(lines)})
    succeed("clean", "a.jsonl", "-o", "out", "--report", "r", folder=tmp_path, DEDUP_KERNELS=kernels)
    cleaned = b'{"x":1,"text":"x"}\n'
    assert (tmp_path / "out").read_bytes() == b"".join(lines).replace(good, cleaned)
    found = [line["reason"] for line in lines_of(tmp_path / "r", "skipped")]
    assert found == [reason for _, reason in _BAD.values()]
    assert lines_of(tmp_path / "r")[-1]["documents"]["skipped"] == Counter(found)


@pytest.mark.parametrize("kernels", _KERNELS)
def test_one_invalid_byte_in_a_thousand_lines(tmp_path: Path, kernels: str) -> None:
    """One byte that is no UTF-8 costs its own line and no other, and its place is told."""
    lines = [b'{"text":"owl %d"}\n' % i for i in range(1000)]
    lines[9] = lines[9].replace(b"owl", b"o\xffl")
    make(tmp_path, {"a.jsonl": b"".join(lines)})
    ended = succeed("clean", "a.jsonl", "-o", "out", folder=tmp_path, DEDUP_KERNELS=kernels)
    assert f"skipped a.jsonl:10: not UTF-8 at byte {lines[9].index(bytes([0xFF]))} of the line\n" in ended.err
    assert "1,000 in, 999 written" in ended.err
    assert (tmp_path / "out").read_bytes() == b"".join(lines)


@pytest.mark.parametrize("escape", ["\\u00e9", "\\n", '\\"', "\\\\", '\\" '])
def test_a_text_of_escapes_takes_little_time(escape: str) -> None:
    """An odd line of a million escapes is read in a moment: the time does not grow with the square of its length."""
    line = f'{{"text":"{escape * 1_000_000}","x":NaN}}\n'
    begun = time.monotonic()
    record = JsonLines().records(Chunk(1, line.encode()), "a")[0]
    assert record.document is not None
    assert time.monotonic() - begun < 20


def test_control_characters_reach_no_terminal(tmp_path: Path) -> None:
    """What a line says about itself is escaped where it is printed."""
    make(tmp_path, {"a.jsonl": b'{"\\u001b[31m\\n::error::":1}\n{"text":"%s"}\n' % BEAR.encode()})
    ended = succeed("clean", "a.jsonl", "--dry-run", folder=tmp_path)
    assert "there are \\x1b[31m\\n::error::" in ended.err


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux does")
@pytest.mark.parametrize(("name", "size", "most"), [("a.jsonl", 1 << 30, 8), ("a.txt", 100 << 20, 64)])
def test_memory_is_bounded_by_the_limit_of_a_record(tmp_path: Path, name: str, size: int, most: int) -> None:
    """A line of 1 GB and a paragraph of 100 MB are skipped in memory for a few times the limit, whatever their size."""
    make(tmp_path, {name: b'{"text":"', "b.jsonl": f'{{"text":"{FOX}"}}\n'})
    with (tmp_path / name).open("r+b") as stream:
        stream.truncate(size)  # nulls that take no room on the disk
    limit = ("--jobs", "2", "--max-record", most)
    status, memory, said = most_memory("clean", name, "b.jsonl", "--dry-run", *limit, folder=tmp_path)
    assert (status, "1 too-large" in said) == (0, True), said
    assert memory < (100 << 10) + 4 * (most << 10)


def test_a_line_that_goes_on_for_ever_is_no_document(tmp_path: Path) -> None:
    """Where nothing but a record that is too large was read, the run says so and which limit it is."""
    make(tmp_path, {"a.jsonl": b"x" * (3 << 20)})
    ended = run("match", "-q", "a.jsonl", "--max-record", "1", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert "a.jsonl:1: too large: --max-record allows more; not one of 1 records" in ended.err
