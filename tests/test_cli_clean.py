"""`dedup clean`: what goes in, what comes out, and what it says."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from dedup import Settings
from tests.command import BEAR, FOX, OWL, lines_of, make, succeed, tree

_DIGITS = "7" * 5000
# Lines that hold nothing to merge, each in a form that a careless rewrite would change.
_ODD_LINES = (
    b'\xef\xbb\xbf{"id":"bom","text":"a line behind a byte order mark"}\n',
    b'  { "b" : 1.0e5,\t"a":[1 , {"z":null}],  "text" :"odd spacing", "id": "odd"  }  \n',
    b'{"text":"keys in another order","url":"x","id":7,"n":1E400,"m":-0.0,"k":0.10}\r\n',
    b"\n",
    b" \t\r\n",
    b'{"n":' + _DIGITS.encode() + b',"text":"five thousand digits","id":"digits"}\n',
    b'{"id":' + _DIGITS.encode() + b',"text":"an id of five thousand digits"}\n',
    b'{"id":"nan","x":[NaN,Infinity,-Infinity],"text":"not a number"}\n',
    b'{"id":"surrogate \\udc00","text":"alone \\ud800 here","other":"\\udfff"}\n',
    b'{"id":"slash","text":"a\\/b \\u0041 \\u00E9 \\t","x":{"text":"inner"}}\n',
    '{"id":"größer","text":"nicht ASCII: ä \\u00e4","größe":"ü"}\n'.encode(),
    b'{"text":"no id"}\n',
    b'{"text":"","id":null}\n',
    b'{"id":{"a":1},"text":"an object as the id"}',
)


def _clean_jsonl(folder: Path, data: bytes, *options: str) -> bytes:
    make(folder, {"in.jsonl": data})
    succeed("clean", "-q", "in.jsonl", "-o", "out.jsonl", "--report", "report.jsonl", *options, folder=folder)
    return (folder / "out.jsonl").read_bytes()


def test_folder_of_text_files(tmp_path: Path) -> None:
    """A folder comes out as a folder with the same relative names, and only text files are read."""
    make(tmp_path / "in", {"a.txt": FOX, "sub/deep/B.TXT": f"{BEAR}\n\n{FOX}\n\n{OWL}", "sub/notes.log": FOX})
    succeed("clean", "in", "-o", "new/out", "--report", "new/report.jsonl", folder=tmp_path)
    assert tree(tmp_path / "new" / "out") == {
        "a.txt": FOX.encode(),
        "sub/": b"",
        "sub/deep/": b"",
        "sub/deep/B.TXT": f"{BEAR}\n\n{OWL}".encode(),
    }
    merge = lines_of(tmp_path / "new" / "report.jsonl", "merge")[0]
    assert (merge["document"], merge["canonical"]["document"]) == ("sub/deep/B.TXT", "a.txt")


def test_single_text_file(tmp_path: Path) -> None:
    """A text file goes into a folder by its name, or into a file where the output ends in .txt."""
    make(tmp_path, {"a.txt": f"{FOX}\n\n{FOX}\n\n{OWL}\n"})
    succeed("clean", "a.txt", "-o", "folder", folder=tmp_path)
    succeed("clean", "a.txt", "-o", "b.txt", folder=tmp_path)
    assert (tmp_path / "folder" / "a.txt").read_text() == (tmp_path / "b.txt").read_text() == f"{FOX}\n\n{OWL}\n"


def test_unchanged_documents_are_written_byte_for_byte(tmp_path: Path) -> None:
    """Lines with nothing to merge come out as they went in, however they were written."""
    data = b"".join(_ODD_LINES)
    assert _clean_jsonl(tmp_path, data) == data
    texts: dict[str, str | bytes] = {
        "crlf.txt": f"{FOX}\r\n\r\n{OWL}\r\n",
        "cr.txt": "a\rb\r",
        "bom.txt": b"\xef\xbb\xbf" + BEAR.encode(),
    }
    make(tmp_path / "in", texts)
    succeed("clean", "-q", "in", "-o", "out", folder=tmp_path)
    assert tree(tmp_path / "out") == tree(tmp_path / "in")


def test_only_the_text_of_a_changed_line_changes(tmp_path: Path) -> None:
    """Every other byte of a line whose text was cleaned stays: spacing, order, numbers, escapes, line end."""
    heads = [re.search(rb'.*[{,\t ]"text"\s*:\s*"', line.replace(b'{"text":"inner"}', b"0")) for line in _ODD_LINES]
    lines = [(line, head[0]) for line, head in zip(_ODD_LINES, heads, strict=True) if head]
    repeated = f"{FOX}\\n\\n{FOX}\\n\\n".encode()
    cleaned = _clean_jsonl(
        tmp_path, b"".join(head + repeated + line[len(head) :] for line, head in lines), "--scope", "document"
    )
    assert len(cleaned.splitlines()) == len(lines) == len(_ODD_LINES) - 2
    for after, (line, head) in zip(cleaned.splitlines(keepends=True), lines, strict=True):
        assert after.startswith(head + FOX.encode())
        assert after.endswith(line[len(head) :].split(b'"', 1)[1])
        assert after.count(FOX.encode()) == 1


def test_escapes_of_a_changed_text_stay_the_same_kind(tmp_path: Path) -> None:
    """A text written in ASCII stays in ASCII; one written in plain letters stays in plain letters."""
    texts = [f"{BEAR}\n\n{BEAR}\n\nEnde: ä"] * 2
    lines = [json.dumps({"id": i, "text": t}, ensure_ascii=i == 0) for i, t in enumerate(texts)]
    cleaned = _clean_jsonl(tmp_path, "\n".join(lines).encode(), "--scope", "document").splitlines()
    assert cleaned[0].isascii()
    assert b"\\u00e4" not in cleaned[1]
    assert [json.loads(line)["text"] for line in cleaned] == [f"{BEAR}\n\nEnde: ä"] * 2


def test_field_names(tmp_path: Path) -> None:
    """Text and id are read from the fields that are named, also where the names are not ASCII."""
    rows = [
        {"schlüssel": "k0", "text": FOX, "straße": BEAR},
        {"schlüssel": "k1", "text": FOX, "straße": f"{BEAR}\n\n{OWL}"},
    ]
    for escaped in (True, False):
        data = "\n".join(json.dumps(row, ensure_ascii=escaped) for row in rows).encode()
        options = ("--text-field", "straße", "--id-field", "schlüssel", "--force")
        cleaned = [json.loads(line) for line in _clean_jsonl(tmp_path, data, *options).splitlines()]
        assert [row["text"] for row in cleaned] == [FOX, FOX]
        assert [row["straße"] for row in cleaned] == [BEAR, OWL]
        assert [merge["document"] for merge in lines_of(tmp_path / "report.jsonl", "merge")] == ["k1"]


def test_ids(tmp_path: Path) -> None:
    """An id is a string or the digits of a number; where there is none, the file's name and the line stand for it."""
    heads = ('"id":"a",', '"id":12.50,', "", '"id":null,', '"id":true,')
    data = "".join(f'{{{head}"text":"{FOX}\\n\\n{FOX} {i}"}}\n' for i, head in enumerate(heads)).encode()
    _clean_jsonl(tmp_path, data, "--scope", "document")
    ids = [merge["document"] for merge in lines_of(tmp_path / "report.jsonl", "merge")]
    assert ids == ["a", "12.50", "in.jsonl:3", "in.jsonl:4", "in.jsonl:5"]


def test_standard_streams(tmp_path: Path) -> None:
    """`-` reads standard input, JSON lines unless told, and writes standard output; everything else is on stderr."""
    line = json.dumps({"text": f"{FOX}\n\n{FOX}\n\n{OWL}"}).encode() + b"\n"
    ended = succeed("clean", "-", "-o", "-", stdin=line, folder=tmp_path)
    assert ended.out == json.dumps({"text": f"{FOX}\n\n{OWL}"}).encode() + b"\n"
    assert "characters" in ended.err
    plain = succeed("clean", "-", "--input-format", "text", "-o", "-", stdin=f"{FOX}\n\n{FOX}\n\n{OWL}".encode())
    assert plain.out == f"{FOX}\n\n{OWL}".encode()
    report = succeed("clean", "-q", "-", "--dry-run", "--report", "-", stdin=line)
    assert json.loads(report.out.splitlines()[2])["document"] == "stdin:1"
    assert tree(tmp_path) == {}


def test_dry_run_writes_only_the_report(tmp_path: Path) -> None:
    """--dry-run says what would be done and writes nothing but the report that was asked for."""
    make(tmp_path, {"in/a.txt": FOX, "in/b.txt": f"{FOX}\n\n{OWL}"})
    before = tree(tmp_path)
    ended = succeed("clean", "in", "-o", "out", "--dry-run", folder=tmp_path)
    assert "1 exact" in ended.err
    assert tree(tmp_path) == before
    succeed("clean", "in", "-o", "out", "--dry-run", "--report", "r.jsonl", folder=tmp_path)
    assert set(tree(tmp_path)) - set(before) == {"r.jsonl"}


def test_force_and_quiet(tmp_path: Path) -> None:
    """--force replaces outputs that exist; --quiet prints nothing, even about skipped lines."""
    make(tmp_path, {"in.jsonl": f'{{"text":"{FOX}"}}\nnothing\n', "out.jsonl": "old", "r.jsonl": "old"})
    report = ("--report", "r.jsonl", "--force", "-q")
    ended = succeed("clean", "in.jsonl", "-o", "out.jsonl", *report, folder=tmp_path)
    assert (ended.out, ended.err) == (b"", "")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "in.jsonl").read_bytes()
    assert lines_of(tmp_path / "r.jsonl", "skipped")[0]["reason"] == "invalid-json"


@pytest.mark.parametrize("suffix", ["txt", "jsonl"])
def test_documents_left_without_text(tmp_path: Path, suffix: str) -> None:
    """A document left without text is not written, and counted; --empty keep writes it."""
    if suffix == "txt":
        make(tmp_path / "in", {"a.txt": FOX, "b.txt": f"\n{FOX}\n"})
        kept, emptied = {"a.txt": FOX.encode()}, {"a.txt": FOX.encode(), "b.txt": b"\n"}
    else:
        make(tmp_path / "in", {"a.jsonl": f'{{"id":1,"text":"{FOX}"}}\n{{"id":2,"text":"{FOX}"}}\n'})
        kept = {"a.jsonl": f'{{"id":1,"text":"{FOX}"}}\n'.encode()}
        emptied = {"a.jsonl": kept["a.jsonl"] + b'{"id":2,"text":""}\n'}
    ended = succeed("clean", "in", "-o", "out", "--report", "r.jsonl", folder=tmp_path)
    succeed("clean", "in", "-o", "all", "--empty", "keep", folder=tmp_path)
    assert "2 in, 1 written, 1 emptied" in ended.err
    assert len(lines_of(tmp_path / "r.jsonl", "emptied")) == 1
    assert tree(tmp_path / "out") == kept
    assert {name: data.strip() for name, data in tree(tmp_path / "all").items()} == {
        name: data.strip() for name, data in emptied.items()
    }


def test_scope(tmp_path: Path) -> None:
    """--scope document compares within each document only; the default compares across the corpus."""
    data = "".join(f'{{"id":{i},"text":"{FOX}\\n\\n{FOX}\\n\\n{i} {OWL}"}}\n' for i in range(2)).encode()
    assert _clean_jsonl(tmp_path, data, "--scope", "document").count(FOX.encode()) == 2
    assert _clean_jsonl(tmp_path, data, "--scope", "corpus", "--force").count(FOX.encode()) == 1


def test_settings_change_results(tmp_path: Path) -> None:
    """--unit, --threshold and --ngram do what they say, and the header repeats every setting that changes results."""
    near = FOX.replace("lazy", "sleepy")
    make(tmp_path, {"in.txt": f"{FOX} {OWL}\n\n{near} {BEAR}\n\n{FOX}\n\n{FOX} {OWL}"})

    def merges(*options: str) -> list[tuple[str, int, int]]:
        succeed("clean", "-q", "in.txt", "--dry-run", "--report", "r.jsonl", "--force", *options, folder=tmp_path)
        return [(line["kind"], line["start"], line["end"]) for line in lines_of(tmp_path / "r.jsonl", "merge")]

    by_unit = [merges("--unit", unit) for unit in ("document", "paragraph", "sentence", "line")]
    assert by_unit[0] == []
    assert len(by_unit[1]) < len(by_unit[2])
    assert all(by_unit[1:])
    low, high = (merges("--unit", "sentence", "--threshold", value) for value in ("0.5", "1"))
    assert {kind for kind, _, _ in low} == {"exact", "near"}
    assert {kind for kind, _, _ in high} == {"exact"}
    short, long = (merges("--unit", "sentence", "--threshold", "0.6", "--ngram", value) for value in ("1", "5"))
    assert len([merge for merge in short if merge[0] == "near"]) > len([merge for merge in long if merge[0] == "near"])
    header = lines_of(tmp_path / "r.jsonl", "header")[0]
    assert set(header["settings"]) == {setting.name for setting in fields(Settings)} - {"memory"}
    assert None not in header["settings"].values()
    assert header["settings"] | {"ngram": 5, "threshold": 0.6, "unit": "sentence"} == header["settings"]


def test_books_balance(tmp_path: Path) -> None:
    """The printed numbers balance, equal those of the report's last line, and count what came out."""
    rows = [FOX, f"{FOX}\n\n{OWL}", f"{BEAR}\n\n{OWL.replace('old', 'aged')}", FOX]
    data = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(rows)).encode()
    make(tmp_path, {"in.jsonl": data + b"{}\n"})
    report = ("--report", "r.jsonl", "--threshold", "0.6")
    ended = succeed("clean", "in.jsonl", "-o", "out.jsonl", *report, folder=tmp_path)
    summary = lines_of(tmp_path / "r.jsonl")[-1]
    characters, documents, merged = summary["characters"], summary["documents"], summary["merges"]
    assert characters["in"] == characters["kept"] + characters["removed"] == sum(map(len, rows))
    assert documents == {"in": 5, "written": 3, "emptied": 1, "revisits": 0, "skipped": {"no-text-field": 1}}
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert characters["kept"] == sum(len(row.get("text", "")) for row in written)
    assert len(lines_of(tmp_path / "r.jsonl", "merge")) == merged["exact"] + merged["near"]
    printed = {
        line.split()[0]: [int(n) for n in re.findall(r"\b\d+\b(?![.%])", line)]
        for line in ended.err.split("\n")
        if line
    }
    assert printed["documents"] == [documents["in"], documents["written"], documents["emptied"]]
    assert printed["characters"][:3] == [characters["in"], characters["kept"], characters["removed"]]
    assert printed["merges"] == [merged["exact"], merged["near"]]
    assert printed["blocks"] == [summary["blocks"]]


def test_equal_runs_give_equal_bytes(tmp_path: Path) -> None:
    """Texts and report are the same bytes whatever the hash seed, and name no absolute path."""
    make(tmp_path / "in", {f"{i}.txt": f"{FOX}\n\n{i} {OWL}\n\n{BEAR}" for i in range(5)})
    for seed in ("0", "1", "2"):
        succeed("clean", "-q", tmp_path / "in", "-o", tmp_path / seed / "out", "--report", tmp_path / seed / "r.jsonl",
                PYTHONHASHSEED=seed)  # fmt: skip
    runs = [tree(tmp_path / seed) for seed in ("0", "1", "2")]
    assert runs[0] == runs[1] == runs[2]
    assert str(tmp_path).encode() not in runs[0]["r.jsonl"]
    assert b"/" not in runs[0]["r.jsonl"]
