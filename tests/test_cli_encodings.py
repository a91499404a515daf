"""Texts in other encodings: what is not changed comes out byte for byte, and everything comes back."""

from __future__ import annotations

import codecs
import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import InputError, Settings, SettingsError
from dedup.formats.base import UnreadableError
from dedup.formats.encoded import encoding_in
from dedup.formats.transcoding import UTF8, Encoding, Utf8Stream
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.command import BEAR, FOX, OWL, Nobody, lines_of, make, run, succeed, tree

_OUT = ("-o", "out", "--report", "r")
_TEXTS = (f"{BEAR}\n\n{OWL}\n", f"{BEAR}\n\n{FOX}\n", f"{OWL} Ü", f"{FOX}\r\n\r\nÄ-ö")
_SUFFIXES = ("txt", "jsonl", "csv", "tsv")
_WITH_MARK = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030")
_ENCODINGS = (*_WITH_MARK, "cp1252", "latin-1", "cp037")
_MARKS = {"": _ENCODINGS, "\ufeff": _WITH_MARK}


def _clean(
    folder: Path, given_: str, out: str, encoding: Encoding, *, keep: str = "first", empty: bool = False
) -> None:
    """Clean a folder of files in this process."""
    writing = Writing(output=str(folder / out), report=str(folder / "r"), force=True, keep_empty=empty)
    clean_files([str(folder / given_)], Settings(keep=keep), Reading(encoding=encoding), writing, Nobody(), jobs=1)


def _restored(folder: Path, out: str, encoding: Encoding) -> dict[str, bytes]:
    """What comes back, likewise."""
    cleaned, report, back = (str(folder / name) for name in (out, "r", "back"))
    restore_files(cleaned, report, back, Reading(encoding=encoding), force=True)
    return tree(folder / "back")


def _files(suffix: str, texts: tuple[str, ...] = _TEXTS) -> dict[str, str]:
    """The texts in files of a format."""
    if suffix == "txt":
        return {f"{i}.txt": text for i, text in enumerate(texts)}
    rows = [{"id": f"n{i}", "text": text, "more": "é"} for i, text in enumerate(texts)]
    if suffix == "jsonl":
        return {"a.jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)}
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter="," if suffix == "csv" else "\t")
    writer.writeheader()
    writer.writerows(rows)
    return {f"a.{suffix}": stream.getvalue()}


@pytest.mark.parametrize("keep", ["first", "last"])
@pytest.mark.parametrize(("encoding", "mark"), [(name, mark) for mark in _MARKS for name in _MARKS[mark]])
@pytest.mark.parametrize("suffix", _SUFFIXES)
def test_any_encoding_there_and_back(tmp_path: Path, suffix: str, encoding: str, mark: str, keep: str) -> None:
    """What comes out is that of UTF-8, in the encoding and with the byte order mark of the input; all comes back."""
    files = _files(suffix)
    make(tmp_path / "plain", {name: content.encode() for name, content in files.items()})
    make(tmp_path / "in", {name: (mark + content).encode(encoding) for name, content in files.items()})
    chosen = Encoding.named(encoding)
    _clean(tmp_path, "plain", "expected", UTF8, keep=keep, empty=suffix == "txt")
    expected = lines_of(tmp_path / "r")
    _clean(tmp_path, "in", "out", chosen, keep=keep, empty=suffix == "txt")
    assert lines_of(tmp_path / "r") == expected
    out = {name: data.decode(encoding) for name, data in tree(tmp_path / "out").items()}
    assert out == {name: mark + data.decode() for name, data in tree(tmp_path / "expected").items()}
    assert any(out[name] != mark + content for name, content in files.items())
    assert _restored(tmp_path, "out", chosen) == tree(tmp_path / "in")


def test_a_text_that_goes_comes_back_with_its_mark(tmp_path: Path) -> None:
    """A file of which nothing is left comes back with its byte order mark."""
    for encoding in ("utf-8", "utf-16-be"):
        files: dict[str, str | bytes] = {name: f"\ufeff{FOX}\n".encode(encoding) for name in ("a.txt", "b.txt")}
        make(tmp_path / encoding / "in", files)
        options = ("--encoding", encoding)
        succeed("clean", "in", *_OUT, *options, folder=tmp_path / encoding)
        assert set(tree(tmp_path / encoding / "out")) == {"a.txt"}
        succeed("restore", "out", "--report", "r", "-o", "back", *options, folder=tmp_path / encoding)
        assert tree(tmp_path / encoding / "back") == files


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "mark"])
@pytest.mark.parametrize("suffix", _SUFFIXES)
def test_wide_encodings_are_recognised(tmp_path: Path, suffix: str, encoding: str, mark: str) -> None:
    """A file of several bytes a character is refused unless it is said so: one line names the encoding to be given."""
    name, content = next(iter(_files(suffix, (FOX,)).items()))
    make(tmp_path, {f"in/{name}": (mark + content).encode(encoding)})
    for other in (UTF8, Encoding.named("cp1252")):
        with pytest.raises(InputError) as refused:
            _clean(tmp_path, "in", "out", other)
        assert refused.value.reason == f"it looks like {encoding.upper()}: give --encoding {encoding}"
        assert set(tree(tmp_path)) == {"in/", f"in/{name}"}


@pytest.mark.parametrize("command", ["clean", "match"])
@pytest.mark.parametrize("given_", ["a.jsonl", "-"])
def test_wide_encodings_on_the_command_line(tmp_path: Path, command: str, given_: str) -> None:
    """It ends in one line and status 2 there, from a file and from standard input."""
    data = "".join(_files("jsonl").values()).encode("utf-16-le")
    make(tmp_path, {"a.jsonl": data})
    ended = run(command, "-q", given_, "-o", "out", folder=tmp_path, stdin=data)
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.endswith(": it looks like UTF-16-LE: give --encoding utf-16-le\n")
    assert set(tree(tmp_path)) == {"a.jsonl"}


@pytest.mark.parametrize(
    "data", [b"", b"\0", bytes(1024), b"a\0b\0", b"a\0b\0c d\0e", b"\0\0\0a" * 3 + b"bcd", FOX.encode(), b"ab\0\0" * 9]
)
def test_texts_with_nulls_are_texts(data: bytes) -> None:
    """Null characters in a text do not make it one of several bytes a character."""
    assert encoding_in(data) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("latin-99", "that Python knows"),
        ("base64", "that Python knows"),
        ("undefined", "that Python knows"),
        ("a\0b", "that Python knows"),
        ("utf-16", "utf-16-le (most files) or utf-16-be"),
        ("UTF32", "utf-32-le (most files) or utf-32-be"),
        ("iso2022_jp", "convert it"),
        ("utf-7", "convert it"),
        ("punycode", "convert it"),
    ],
)
def test_encodings_that_are_refused(name: str, said: str) -> None:
    """An encoding that is none, or cannot be written in parts, is refused with what to do."""
    with pytest.raises(SettingsError) as refused:
        Encoding.named(name)
    assert said in refused.value.remedy


def test_encoding_that_is_refused_on_the_command_line(tmp_path: Path) -> None:
    """It ends in one line and status 2 there."""
    make(tmp_path, {"a.txt": FOX})
    ended = run("clean", "a.txt", *_OUT, "--encoding", "latin-99", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith("dedup: error: encoding='latin-99': ")


@pytest.mark.parametrize("keep", ["first", "last"])
@pytest.mark.parametrize(("encoding", "invalid"), [("utf-8", b"\xff"), ("utf-8", b"\xf4\x8f\x80\x80\xe4"),
                                                  ("cp1252", b"\x81"), ("gb18030", b"\xff")])  # fmt: skip
@pytest.mark.parametrize("suffix", _SUFFIXES)
def test_bytes_that_are_not_of_the_encoding(
    tmp_path: Path, suffix: str, encoding: str, invalid: bytes, keep: str
) -> None:
    """Strictly, only what holds them is skipped, with the place; else it is cleaned. Every byte comes back."""
    texts = (f"{BEAR}\n\n{OWL}", f"{FOX}\n\nso@ y\n\n{OWL}\n", f"\n{FOX}\n\nno@ x", FOX)
    files: dict[str, bytes] = {
        name: content.encode(encoding).replace(b"@", invalid) for name, content in _files(suffix, texts).items()
    }
    make(tmp_path / "in", dict(files))
    for errors, skipped in (("strict", 2), ("replace", 0)):
        chosen = Encoding.named(encoding, replaces=errors == "replace")
        _clean(tmp_path, "in", errors, chosen, keep=keep)
        found = lines_of(tmp_path / "r", "skipped")
        reason = f"invalid-{encoding.replace('-', '')}"
        assert [line["reason"] for line in found] == [reason] * skipped
        for line in found:
            raws = files[line["file"]].splitlines(keepends=True)
            assert f"not {encoding.upper() if encoding == 'utf-8' else encoding} at byte " in line["detail"]
            place = int(line["detail"].split("byte ")[1].split()[0])
            starts = [0] if suffix == "txt" else [sum(map(len, raws[:i])) for i in range(len(raws))]
            assert any(files[line["file"]][start + place :][:1] == invalid[-1:] for start in starts)
        out = b"".join(tree(tmp_path / errors).values())
        assert out.count(invalid) == 2
        assert out.count(FOX.encode(encoding)) == (3 if errors == "strict" else 1)
        assert _restored(tmp_path, errors, chosen) == files


def test_bytes_on_the_command_line(tmp_path: Path) -> None:
    """--encoding-errors says on the command line which of the two it is, for `restore` too."""
    make(
        tmp_path,
        {"a.jsonl": b'{"text":"%s"}\n{"text":"%s\n\nx\xff"}\n'.replace(b"\n\n", b"\\n\\n") % ((FOX.encode(),) * 2)},
    )
    ended = succeed("clean", "a.jsonl", *_OUT, folder=tmp_path)
    assert "skipped a.jsonl:2: not UTF-8 at byte " in ended.err
    replace = ("--encoding-errors", "replace", "--force")
    ended = succeed("clean", "a.jsonl", *_OUT, *replace, folder=tmp_path)
    assert (tmp_path / "out").read_bytes().endswith(b'\n{"text":"x\xff"}\n')
    succeed("restore", "out", "--report", "r", "-o", "back", *replace, folder=tmp_path)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


def test_bytes_that_would_come_back_as_others(tmp_path: Path) -> None:
    """Where an encoding has two bytes for a character and the file holds the odd one, it is refused with the place."""
    make(tmp_path, {"a.jsonl": b'{"text":"\x87\x90"}\n'})
    ended = run("clean", "a.jsonl", *_OUT, "--encoding", "cp932", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith("dedup: error: a.jsonl: what stands at byte 9 is written otherwise")
    assert set(tree(tmp_path)) == {"a.jsonl"}


def test_half_a_character_at_the_end(tmp_path: Path) -> None:
    """A file that ends inside of a character is refused with the place."""
    make(tmp_path, {"a.txt": FOX.encode("utf-16-le")[:-1]})
    ended = run("clean", "a.txt", *_OUT, "--encoding", "utf-16-le", folder=tmp_path)
    assert ended.status == 2
    assert f"a.txt: not utf-16-le at byte {2 * len(FOX) - 2}: " in ended.err


def test_escapes_beside_characters(tmp_path: Path) -> None:
    """A line that escapes what its encoding does not have stays one that can be written in it, and comes back."""
    data = f'{{"text":"{FOX}\\n\\né \\u20ac \\ud83d\\udc69","x":"é"}}\n'.encode("latin-1")
    make(tmp_path, {"a.jsonl": f'{{"text":"{FOX}"}}\n'.encode() + data})
    succeed("clean", "a.jsonl", *_OUT, "--encoding", "latin-1", folder=tmp_path)
    last = (tmp_path / "out").read_bytes().splitlines()[-1]
    assert json.loads(last.decode("latin-1")) == {"text": "é € 👩", "x": "é"}
    succeed("restore", "out", "--report", "r", "-o", "back", "--encoding", "latin-1", folder=tmp_path)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


def test_compressed_in_an_encoding(tmp_path: Path) -> None:
    """Encoding and compression go together, and the bytes of the summary are those of the file."""
    data = "".join(f'{{"text":"{i} {BEAR} {OWL * (i % 40)}"}}\n' for i in range(300)).encode("utf-16-le")
    make(tmp_path, {"a.jsonl": data})
    options = ("--encoding", "utf-16-le", "--summary-json", "s", "--force")
    succeed("clean", "a.jsonl", "-o", "out.jsonl.gz", "--report", "r", *options, folder=tmp_path)
    assert json.loads((tmp_path / "s").read_text())["bytes"] == len(data)
    again = ("--encoding", "utf-16-le", "-o", "back")
    succeed("restore", "out.jsonl.gz", "--report", "r", *again, folder=tmp_path)
    assert (tmp_path / "back").read_bytes() == data
    succeed("clean", "out.jsonl.gz", "-o", "out2.jsonl.gz", *options, folder=tmp_path)


_PIECES = st.sampled_from(
    (
        b"a",
        b"\n",
        b"\xff",
        b"\xf4\x8f\x80\x80",
        b"\xf4\x8f\x9f\xbf",
        b"\xf4\x8f",
        b"\xc3",
        b"\xa4",
        b"\0",
        b"\xd8",
        b"\xdc",
    )
)


@given(
    data=st.lists(_PIECES).map(b"".join) | st.binary(max_size=40),
    name=st.sampled_from((*_ENCODINGS, "shift_jis", "big5", "euc_kr", "koi8-r")),
    replaces=st.booleans(),
)
def test_all_bytes_come_back_or_are_refused(data: bytes, name: str, replaces: bool) -> None:
    """Whatever bytes are read in whatever encoding come back, or are refused; without strictness they are UTF-8."""
    encoding = Encoding.named(name, replaces=replaces)
    try:
        utf8 = Utf8Stream(io.BytesIO(data), encoding).readall()
    except UnreadableError:
        assert name not in ("utf-8", "latin-1")
        return
    assert utf8 is not None
    assert encoding.from_utf8(utf8) == data
    if replaces:
        utf8.decode("utf-8")
    elif name == "utf-8":
        codecs.decode(utf8, "utf-8", "surrogatepass")
