"""`dedup restore`: cleaned files and their report are the input again, byte for byte, or nothing is written (R6)."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Settings
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.archives import by_record, text_record
from tests.command import BEAR, FOX, OWL, Nobody, make, run, succeed, tree

_NEAR = OWL.replace("old", "aged")


def _there_and_back(folder: Path, given: str, chosen: Settings, *, keep_empty: bool = False) -> Path:
    """Clean an input and restore it, in this process; returns what was restored."""
    output, report, back = (str(folder / name) for name in ("out", "report.jsonl", "back"))
    writing = Writing(output=output, report=report, keep_empty=keep_empty)
    clean_files([str(folder / given)], chosen, Reading(), writing, Nobody())
    restore_files(output, report, back, Reading(), force=False)
    return folder / "back"


def _row(text: str, *, ascii_only: bool = True, **fields: object) -> bytes:
    return json.dumps({**fields, "text": text}, ensure_ascii=ascii_only or "\ud800" in text).encode() + b"\n"


_LINES: dict[str, list[bytes]] = {
    "emptied": [_row(FOX, id=1), _row(FOX, id=2), _row(FOX, id=3), _row(OWL, id=4), _row(OWL, id=5)],
    "emptied, plain letters": [_row(BEAR, id=1, ascii_only=False), _row(BEAR, id=2, ascii_only=False)],
    "letters only in what was cut": [_row(BEAR), _row(f"{BEAR}\n\n{FOX}", ascii_only=False)],
    "unusual escapes": [_row(BEAR), _row(f"{BEAR}\n\na/b").replace(b"/", b"\\/").replace(b"\\u00f", b"\\u00F")],
    "lone surrogate and plain letters": [_row(BEAR), _row(f"{BEAR}\n\nÜ?", ascii_only=False).replace(b"?", b"\\ud800")],
    "raw control characters": [_row(FOX), _row(f"{FOX}\n\n{OWL}\n\na?b").replace(b"?", b"\t")],
    "skipped": [b"no\n", _row(FOX), b'{"text":1}\n', _row(FOX), b'{"text":"\xff"}\n', _row(f"{OWL}\n\n{FOX}")],
    "blank": [b"\n", _row(FOX), b" \r\n", b"\n", _row(FOX), b"\n", _row(FOX), _row(OWL), b"\n"],
    "no ids": [_row(FOX), _row(FOX), _row(f"{FOX}\n\n{OWL}"), _row(f"{_NEAR}\n\n{FOX}"), _row(OWL)],
    "an id twice": [_row(FOX, id=1), _row(f"{OWL}\n\n{FOX}", id=1), _row(f"{OWL}\n\n{BEAR}", id=1), _row(BEAR, id=2)],
    "revisits": [_row(FOX, id=1), _row(f"{FOX}\n\n{OWL}", id=2), _row(FOX, id=1), _row(f"{FOX}\n\n{OWL}", id=2)],
    "near": [_row(f"{OWL} {FOX}", id=1), _row(f"{BEAR} {_NEAR} {FOX}", id=2), _row(f"{_NEAR} {FOX}", id=3)],
    "crlf": [line.replace(b"\n", b"\r\n") for line in (_row(f"{FOX}\r\n\r\n{OWL}\r\n"), _row(f"{FOX}\r\n"), _row(OWL))],
    "no final newline": [_row(OWL), _row(FOX), _row(FOX).rstrip()],
    "byte order mark": [b"\xef\xbb\xbf" + _row(f"{FOX}\n\n{FOX}"), _row(OWL)],
    "id like a place": [_row(FOX, id=1), _row(FOX, id=2), _row(f"{OWL}\n\n{FOX}", id="in.jsonl:2")],
    "odd spacing": [_row(FOX), b' {"n" : 1.0e5 ,"text" :  "%s\\n\\nyes" , "x":[] } \n' % FOX.encode()],
}  # fmt: skip


@pytest.mark.parametrize("case", _LINES)
def test_json_lines_come_back(tmp_path: Path, case: str) -> None:
    """JSON lines come back byte for byte, whatever was emptied, skipped, repeated or oddly written."""
    data = b"".join(_LINES[case])
    make(tmp_path, {"in.jsonl": data})
    assert _there_and_back(tmp_path, "in.jsonl", Settings()).read_bytes() == data
    assert (tmp_path / "out").read_bytes() != data


def test_folder_comes_back(tmp_path: Path) -> None:
    """A folder comes back with all its text files, those of which nothing was left and subfolders among them."""
    files: dict[str, str | bytes] = {
        "a.txt": f"{FOX}\r\n\r\n{BEAR}\r\n",
        "b.txt": f"\n{FOX}\n",
        "c/bad.txt": b"\xff",
        "c/d.txt": f"{OWL}\n\n{BEAR}",
        "c/e.jsonl": b"".join(_LINES["emptied"]),
        "c/f.jsonl": _row(FOX) + b"\n" + _row(FOX),
        "empty.txt": "",
        "z.txt": BEAR,
    }
    make(tmp_path / "in", files)
    succeed("clean", "in", "-o", "out", "--report", "r.jsonl", folder=tmp_path)
    ended = succeed("restore", "out", "--report", "r.jsonl", "-o", "back", folder=tmp_path)
    assert tree(tmp_path / "back") == tree(tmp_path / "in")
    assert ended.err == "12 documents restored\n"


def test_single_text_file_comes_back(tmp_path: Path) -> None:
    """A text file comes back into a file or a folder, and restoring does not replace what exists without --force."""
    make(tmp_path, {"a.txt": f"{FOX}\n\n{FOX}\n\n{OWL}"})
    succeed("clean", "a.txt", "-o", "b.txt", "--report", "r.jsonl", folder=tmp_path)
    succeed("restore", "b.txt", "--report", "r.jsonl", "-o", "back.txt", folder=tmp_path)
    assert (tmp_path / "back.txt").read_bytes() == (tmp_path / "a.txt").read_bytes()
    ended = run("restore", "b.txt", "--report", "r.jsonl", "-o", "back.txt", folder=tmp_path)
    assert (ended.status, "--force" in ended.err) == (2, True)
    succeed("restore", "-q", "b.txt", "--report", "r.jsonl", "-o", "a.txt", "--force", folder=tmp_path)


_PIECES = st.sampled_from((FOX, BEAR, OWL, _NEAR, "Yes", "", " \t", "\ud800", "a/b\u2028\x7f\x00"))
_ROWS = st.builds(
    lambda key, pieces, glue, ascii_only: _row(glue.join(pieces), ascii_only=ascii_only, **key),
    st.sampled_from(({}, {}, {"id": 1}, {"id": "a"}, {"id": 2.5}, {"id": None}, {"id": "größer"})),
    st.lists(_PIECES, max_size=4),
    st.sampled_from(("\n\n", "\r\n", "\n", " ")),
    st.booleans(),
)
_OTHERS = st.sampled_from((b"\n", b"  \r\n", b"nothing\n", b"{}\n", b'{"text":null}\n'))


@settings(max_examples=150)
@given(
    st.lists(_ROWS | _OTHERS, min_size=1, max_size=6).filter(lambda rows: any(b'"text": "' in row for row in rows)),
    st.sampled_from(("\n", "\r\n")),
    st.booleans(),
    st.booleans(),
    st.sampled_from((Settings(), Settings(unit="document"), Settings(unit="sentence", threshold=0.5, novel="drop"))),
)
def test_every_small_corpus_comes_back(
    rows: list[bytes], end: str, final: bool, keep_empty: bool, chosen: Settings
) -> None:
    """Any few lines come back byte for byte, with or without a final newline, emptied documents kept or not."""
    data = b"".join(row.replace(b"\n", end.encode()) for row in rows)
    data = data if final else data.removesuffix(end.encode())
    with tempfile.TemporaryDirectory() as name:
        folder = make(Path(name), {"in.jsonl": data})
        assert _there_and_back(folder, "in.jsonl", chosen, keep_empty=keep_empty).read_bytes() == data


def _edit(path: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        (folder / path).write_bytes(change((folder / path).read_bytes()))

    return edit


def _with(path: str) -> Callable[[Path], None]:
    def add(folder: Path) -> None:
        (folder / path).write_text(OWL)

    return add


def _without(path: str) -> Callable[[Path], None]:
    return lambda folder: (folder / path).unlink()


_END = b'{"type":"summary"'
_HOSTILE = (
    b'{"type":"input","file":"../evil.txt"}\n'
    b'{"type":"emptied","document":"x","record":9,"file":"../evil.txt","raw":"x"}\n'
)
_MISFITS: dict[str, tuple[Callable[[Path], None], str]] = {
    # what does not fit: (what is done to the run's files, what the line names)
    "no report": (_without("r.jsonl"), "r.jsonl"),
    "empty report": (_edit("r.jsonl", lambda _: b""), "r.jsonl"),
    "not a report": (_edit("r.jsonl", lambda _: _row(FOX)), "r.jsonl:1"),
    "not JSON": (_edit("r.jsonl", lambda _: b"\xff\n"), "r.jsonl:1"),
    "another version": (_edit("r.jsonl", lambda old: old.replace(b'"format":1', b'"format":2')), "format 2"),
    "report without its end": (_edit("r.jsonl", lambda old: old.rsplit(b"\n", 2)[0] + b"\n"), "cut off"),
    "report cut inside a line": (_edit("r.jsonl", lambda old: old[:-9]), "r.jsonl:"),
    "merge without an end": (_edit("r.jsonl", lambda old: old.replace(b'"end"', b'"and"')), "r.jsonl:"),
    "merge that cuts a list": (_edit("r.jsonl", lambda old: old.replace(b'"start":0', b'"start":[]')), "r.jsonl:"),
    "line after the end": (_edit("r.jsonl", lambda old: old + old.splitlines(keepends=True)[-2]), "r.jsonl"),
    "names outside the folder": (_edit("r.jsonl", lambda old: old.replace(_END, _HOSTILE + _END)), "../evil.txt"),
    "a file is missing": (_without("out/a.txt"), "a.txt"),
    "a file with merges is missing": (_without("out/b.txt"), "b.txt"),
    "a file too many": (_with("out/c.txt"), "c.txt"),
    "kept copy shortened": (_edit("out/a.txt", lambda old: old[:20]), ".txt"),
    "kept copy changed": (_edit("out/a.txt", lambda old: old.replace(b"fox", b"cat")), ".txt"),
    "cleaned text shortened": (_edit("out/b.txt", lambda old: old[:3]), "b.txt"),
    "cleaned text changed": (_edit("out/b.txt", lambda old: old.replace(b"owl", b"cat")), "b.txt"),
    "cleaned text with more": (_edit("out/b.txt", lambda old: old + b" more"), "b.txt"),
    "report of another run": (_edit("r.jsonl", lambda old: old.replace(b"a.txt", b"z.txt")), ""),
}  # fmt: skip


@pytest.mark.parametrize("case", _MISFITS)
def test_what_does_not_fit(tmp_path: Path, case: str) -> None:
    """Files and a report that do not belong together end in one line and status 2, and nothing is written."""
    make(tmp_path / "work" / "in", {"a.txt": FOX, "b.txt": f"{OWL}\n\n{FOX}\n\n{BEAR}"})
    folder = tmp_path / "work"
    writing = Writing(output=str(folder / "out"), report=str(folder / "r.jsonl"))
    clean_files([str(folder / "in")], Settings(), Reading(), writing, Nobody())
    spoil, place = _MISFITS[case]
    spoil(folder)
    before = tree(tmp_path)
    ended = run("restore", "out", "--report", "r.jsonl", "-o", "back", folder=folder)
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.startswith("dedup: error: ")
    assert place in ended.err
    assert tree(tmp_path) == before


def _line_with(kind: str, **changed: object) -> Callable[[Path], None]:
    """Change fields of the first line of a type in the report."""

    def change(folder: Path) -> None:
        lines = [json.loads(line) for line in (folder / "r.jsonl").read_bytes().splitlines()]
        next(line for line in lines if line["type"] == kind).update(changed)
        (folder / "r.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    return change


_BOMB = gzip.compress(b"WARC/1.0\r\n" + bytes(300 << 20), 9).decode("utf-8", "surrogateescape")
_JSON_LINES = f'{{"text":"{FOX}"}}\n'.encode() * 2
_RECORDS = [text_record(url, FOX) for url in ("http://a.example/", "http://b.example/")]
_ARCHIVE, _RECORD = b"".join(_RECORDS), _RECORDS[1].decode()
_FORGED: dict[str, tuple[str, bytes, Callable[[Path], None]]] = {
    # what is forged: (the input, what it holds, how)
    "name that no file can have": ("a.jsonl", _JSON_LINES, _line_with("input", file="\ud800")),
    "line that is none": ("a.jsonl", _JSON_LINES, _line_with("emptied", raw="no line")),
    "line of a list": ("a.jsonl", _JSON_LINES, _line_with("emptied", raw='["{"]')),
    "line nested deeply": ("a.jsonl", _JSON_LINES, _line_with("emptied", raw='{"a":' + "[" * 100_000)),
    "line that cannot be encoded": ("a.jsonl", _JSON_LINES, _line_with("emptied", raw="\ud800")),
    "spelling that cannot be encoded": ("a.jsonl", _JSON_LINES, _line_with("document", spelling="\ud800")),
    "record that is none": ("a.wet", _ARCHIVE, _line_with("emptied", raw="no record")),
    "record cut off": ("a.wet", _ARCHIVE, _line_with("emptied", raw=_RECORD[:-40])),
    "two records": ("a.wet", _ARCHIVE, _line_with("emptied", raw=2 * _RECORD)),
    "bomb": ("a.wet.gz", by_record(_RECORDS), _line_with("emptied", raw=_BOMB)),
    "header that cannot be encoded": ("a.wet", _ARCHIVE, _line_with("document", spelling="\u4e00")),
}  # fmt: skip


@pytest.mark.parametrize("case", _FORGED)
def test_forged_reports(tmp_path: Path, case: str) -> None:
    """A report with something in it that no run wrote ends in one line and status 2, and nothing is written."""
    name, data, forge = _FORGED[case]
    make(tmp_path, {name: data})
    succeed("clean", "-q", name, "-o", f"out.{name}", "--report", "r.jsonl", folder=tmp_path)
    forge(tmp_path)
    before = tree(tmp_path)
    ended = run("restore", f"out.{name}", "--report", "r.jsonl", "-o", "back", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.startswith("dedup: error: ")
    assert tree(tmp_path) == before
