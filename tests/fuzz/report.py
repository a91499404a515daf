"""A forged report: restoring with it ends in a documented error and writes nothing, or stays in its folder."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from dedup import Settings
from dedup.errors import DedupError
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.command import Nobody, make
from tests.every_format import files
from tests.fuzz.texts import text_of

DOCUMENTED: tuple[type[Exception], ...] = (DedupError,)

_NAMES = ("a.txt", "b.txt", "c.jsonl", "e.csv", "f.wet", "g.wet.gz")
_AS_IT_IS = 1  # first byte of an input that is a whole report; others are edits of the true one
_BETWEEN = b"\0"
_VALUES = (b"-1", b"0", b"99", b"9e99", b"null", b"[]", b'[[0,3],"x"]', b"\xed\xa0\x80", b'"\\ud800"', b"../x", b"")


@cache
def _folder() -> Path:
    """A folder with cleaned files of many formats in `out`, and their report; nothing else is ever in it."""
    folder = Path(tempfile.mkdtemp(prefix="dedup-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    given = files()
    make(folder / "in", {name: given[name] for name in _NAMES})
    writing = Writing(output=str(folder / "out"), report=str(folder / "true.jsonl"))
    clean_files([str(folder / "in")], Settings(), Reading(), writing, Nobody())
    shutil.rmtree(folder / "in")
    return folder


@cache
def _lines() -> list[bytes]:
    return _folder().joinpath("true.jsonl").read_bytes().splitlines(keepends=True)


def seeds() -> Iterator[bytes]:
    """The true report, and it with a value changed: of every name in lines of every type, to two things."""
    yield bytes([_AS_IT_IS]) + b"".join(_lines())
    seen: dict[tuple[str, object], int] = {}
    for line, raw in enumerate(_lines()):
        shown = json.loads(raw)
        names = [name for _, name in _places(shown)]
        for place, name in enumerate([*names, "no line", "two lines"]):
            number = seen.setdefault((shown["type"], name), 0)
            if number < len(_VALUES):
                yield bytes([0, line, place]) + _VALUES[number]
                seen[shown["type"], name] = number + 6


def check(data: bytes) -> None:
    """See `harness.Target`."""
    folder = _folder()
    report, back = folder / "report.jsonl", folder / "back"
    report.write_bytes(data[1:] if data[:1] == bytes([_AS_IT_IS]) else _edited(data[1:]))
    try:
        restore_files(str(folder / "out"), str(report), str(back), Reading(), force=False)
    except DedupError:
        assert not back.exists()
        raise
    finally:
        shutil.rmtree(back, ignore_errors=True)
        assert {path.name for path in folder.iterdir()} == {"out", "true.jsonl", "report.jsonl"}


def _edited(edits: bytes) -> bytes:
    """The true report with some edits: a byte for the line, one for the place in it, then the new value."""
    lines = list(_lines())
    for edit in edits.split(_BETWEEN):
        if len(edit) > 1:
            number = edit[0] % len(lines)
            lines[number] = _changed(lines[number], edit[1], edit[2:])
    return b"".join(lines)


def _changed(raw: bytes, place: int, value: bytes) -> bytes:
    """A line with another value at a place, or without that, or not there at all, or twice."""
    if not raw.strip():
        return raw
    line = json.loads(raw.splitlines()[0])
    places = _places(line)
    place %= len(places) + 2
    if place >= len(places):
        return raw * 2 if place > len(places) else b""
    inner, name = places[place]
    if value:
        inner[name] = _value(value)
    else:
        del inner[name]
    return json.dumps(line).encode() + b"\n"


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Everything in a line that has a value, and in what it stands."""
    names = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    return [found for name in names for found in [(value, name), *_places(value[name])]]


def _value(written: bytes) -> object:
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return text_of(written)
