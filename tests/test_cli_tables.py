"""Tables on the command line: the same answers in every format, faults, and the summary as JSON."""

from __future__ import annotations

import csv
import io
import json
import resource
import secrets
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.command import BEAR, FOX, OWL, arguments, environment, lines_of, make, run, succeed, tree
from tests.tables import bytes_in

_NEAR = OWL.replace("old", "aged")
_ROWS = [
    {"id": f"d{i}", "url": f"http://x/{i},{i}", "text": text}
    for i, text in enumerate([f"{FOX}\n\n{OWL}", FOX, f'"{BEAR}",\r\n\r\n{FOX}', f"{_NEAR} {FOX}\n\nä 北 👩", BEAR] * 8)
]
_needs_pyarrow = pytest.mark.skipif(find_spec("pyarrow") is None, reason="the extra `parquet` is not installed")
_FORMATS = ["csv", "tsv", pytest.param("parquet", marks=_needs_pyarrow)]


def _rows_of(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".parquet":
        from pyarrow import parquet

        rows: list[dict[str, str]] = parquet.read_table(path).to_pylist()
        return rows
    text = path.read_bytes().decode("utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="," if path.suffix == ".csv" else "\t"))


@pytest.mark.parametrize("suffix", _FORMATS)
@pytest.mark.parametrize("keep", ["first", "longest", "max:id"])
def test_the_same_answers_in_every_format(tmp_path: Path, suffix: str, keep: str) -> None:
    """The same documents give the same merges and rows as in JSON lines, and come back; so on any number of threads."""
    found = []
    for name in ("jsonl", suffix):
        given, out, report = f"in.{name}", f"out.{name}", f"{name}.report"
        make(tmp_path, {given: bytes_in(name, _ROWS)})
        succeed("clean", given, "-o", out, "--report", report, "--keep", keep, "--jobs", "1", folder=tmp_path)
        succeed("clean", given, "-o", f"2{out}", "--keep", keep, "--jobs", "2", folder=tmp_path)
        assert (tmp_path / out).read_bytes() == (tmp_path / f"2{out}").read_bytes()
        found.append((_rows_of(tmp_path / out), lines_of(tmp_path / report, "merge")))
    assert found[0] == found[1]
    succeed("restore", out, "--report", report, "-o", f"back.{suffix}", folder=tmp_path)
    if suffix == "parquet":
        assert _rows_of(tmp_path / "back.parquet") == _ROWS
    else:
        assert (tmp_path / f"back.{suffix}").read_bytes() == (tmp_path / f"in.{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", _FORMATS)
def test_folders_and_pipes(tmp_path: Path, suffix: str) -> None:
    """Tables in a folder are read and come back, and --input-format reads one from standard input."""
    data = bytes_in(suffix, _ROWS)
    make(tmp_path / "in", {f"a/b.{suffix}": data, "c.jsonl": f'{{"text":"{FOX}"}}\n'})
    succeed("clean", "in", "-o", "out", "--report", "r", folder=tmp_path)
    succeed("restore", "out", "--report", "r", "-o", "back", folder=tmp_path)
    assert _rows_of(tmp_path / "back" / "a" / f"b.{suffix}") == _ROWS
    piped = succeed("clean", "-", "--input-format", suffix, "-o", "-", "-q", stdin=data, folder=tmp_path)
    assert piped.out == (tmp_path / "out" / "a" / f"b.{suffix}").read_bytes()


def test_rows_that_cannot_be_read(tmp_path: Path) -> None:
    """Only bad rows are skipped: each named with its number, counted by reason, and passed through byte for byte."""
    bad = b"1,a,b\n\xff,x\n2\n"
    make(tmp_path, {"in.csv": b"id,text\na,%s\n" % FOX.encode() + bad + b'b,%s\n\n3,"open' % OWL.encode()})
    ended = succeed("clean", "in.csv", "-o", "out.csv", "--report", "r", folder=tmp_path)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "in.csv").read_bytes()
    told = [line for line in ended.err.splitlines() if line.startswith("skipped in.csv:")]
    assert [line.split(": ", 1)[0] for line in told] == [f"skipped in.csv:{i}" for i in (3, 4, 5, 8)]
    counted = {"ragged-row": 2, "invalid-utf8": 1, "unbalanced-quote": 1}
    assert lines_of(tmp_path / "r")[-1]["documents"]["skipped"] == counted


def test_a_text_that_looks_like_a_formula_stays_one(tmp_path: Path) -> None:
    """What a spreadsheet would take for a formula is data, and is written as it was, cleaned or not."""
    texts = [f"{sign}cmd|' /C calc'!A0 {i}" for i, sign in enumerate("=+-@")]
    make(tmp_path, {"in.tsv": "text\n" + "".join(f'"{text}\n\n{FOX}\n\n{FOX}\n"\n{text}!\n' for text in texts)})
    succeed("clean", "in.tsv", "-o", "out.tsv", "--scope", "document", folder=tmp_path)
    expected = "text\n" + "".join(f'"{text}\n\n{FOX}\n"\n{text}!\n' for text in texts)
    assert (tmp_path / "out.tsv").read_text() == expected


_FAULTS: dict[str, tuple[str, bytes, tuple[str, ...], str]] = {
    # what is wrong: (file, its bytes, arguments, what the line says)
    "column missing": ("in.csv", b"id,texts\n1,a\n", (), "in.csv:1: no column 'text'; there are id, texts; did you"),
    "column twice": ("in.tsv", b"text\ttext\na\tb\n", (), "in.tsv:1: column 'text' stands there twice"),
    "another separator": ("in.tsv", b"id,text\n1,a\n", (), "in.tsv:1: no column 'text'; there are id,text"),
    "not UTF-8": ("in.csv", b"text,\xe4\na,b\n", (), "in.csv:1: the header is not UTF-8"),
    "header without an end": ("in.csv", b'"text\na\n', (), "in.csv:1: the header opens a quotation mark"),
    "not one row": ("in.csv", b"id,text\n1,2,3\n4\n", (), "in.csv:2: 3 cells, and 2 in the header; no"),
    "summary is the output": ("in.csv", b"text\na\n", ("--summary-json", "out"), "out: the summary and a cleaned text"),
    "summary is the report": (
        "in.csv", b"text\na\n", ("--report", "r", "--summary-json", "./r"), "./r: the summary and the report"
    ),
    "summary is an input": ("in.csv", b"text\na\n", ("--summary-json", "in.csv", "--force"), "in.csv: it is one"),
    "Parquet without the column": ("in.parquet", bytes_in("parquet", [{"id": "1", "Texts": OWL}]) if find_spec(
        "pyarrow") else b"", (), "in.parquet: no column 'text'; there are id, Texts; did you mean 'Texts'?"),
    "no Parquet": ("in.parquet", b"text\na\n", (), "in.parquet: not a Parquet file, or a damaged one"),
    "no footer": ("in.parquet", b"PAR1" + bytes(90), (), "in.parquet: not a Parquet file, or a damaged one"),
    "corrupt footer": ("in.parquet", b"PAR1\xff\xff\xff\xff\x04\0\0\0PAR1", (), "in.parquet: not a Parquet file, or"),
    "empty Parquet file": ("in.parquet", b"", (), "in.parquet: not a Parquet file, or a damaged one"),
}  # fmt: skip


@pytest.mark.parametrize("command", ["clean", "match"])
@pytest.mark.parametrize("fault", _FAULTS)
def test_faults(tmp_path: Path, fault: str, command: str) -> None:
    """A table that cannot be read ends in status 2 and one line that names the place; the disk is as it was."""
    name, data, options, said = _FAULTS[fault]
    if name.endswith("parquet") and find_spec("pyarrow") is None:
        pytest.skip("the extra `parquet` is not installed")
    if options and command == "match":
        pytest.skip("it writes no summary")
    make(tmp_path, {name: data})
    before = tree(tmp_path)
    ended = run(command, "-q", name, "-o", "out", *options, folder=tmp_path)
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, b"", 1), ended.err
    assert ended.err.startswith(f"dedup: error: {said}")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("suffix", _FORMATS)
def test_disk_that_fills_up(tmp_path: Path, suffix: str) -> None:
    """An output that cannot be written to its end is not there at all, and one line says so."""
    rows = [{"id": str(i), "text": f"{i} {secrets.token_hex(40)} {OWL}"} for i in range(2000)]
    make(tmp_path, {f"in.{suffix}": bytes_in(suffix, rows)})
    ended = subprocess.run(
        arguments("clean", "-q", f"in.{suffix}", "-o", "out"),
        cwd=tmp_path, env=environment(), capture_output=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )  # fmt: skip
    assert ended.stderr.decode() == "dedup: error: out: cannot be written: File too large\n"
    assert ended.returncode == 2
    assert set(tree(tmp_path)) == {f"in.{suffix}"}


def test_a_type_that_would_run_code(tmp_path: Path) -> None:
    """A column of a type that old readers unpickled is refused by name, and nothing in it is run."""
    pyarrow = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    from pyarrow import parquet

    forged = {"ARROW:extension:name": "arrow.py_extension_type"}
    forged["ARROW:extension:metadata"] = "cos\nsystem\n(S'touch run'\ntR."
    fields = [pyarrow.field("text", pyarrow.string()), pyarrow.field("x", pyarrow.binary(), metadata=forged)]
    table = pyarrow.table([[OWL], [b"x"]], schema=pyarrow.schema(fields))
    parquet.write_table(table, tmp_path / "in.parquet")
    ended = run("clean", "-q", "in.parquet", "-o", "out", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert "in.parquet: column 'x' is of an extension type" in ended.err
    assert set(tree(tmp_path)) == {"in.parquet"}


def test_rows_of_a_forged_report(tmp_path: Path) -> None:
    """A report that gives what is no row for one that was emptied is refused, and nothing is written."""
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    make(tmp_path, {"in.parquet": bytes_in("parquet", _ROWS)})
    succeed("clean", "in.parquet", "-o", "out.parquet", "--report", "r", folder=tmp_path)
    lines = (tmp_path / "r").read_bytes().splitlines(keepends=True)
    emptied = next(i for i, line in enumerate(lines) if b'"type":"emptied"' in line)
    honest = json.loads(lines[emptied])["raw"]
    forged = ["", "x", "R", "ä" * 99, honest[:-9], honest + honest, f"H{5:016x}hello", f"R{4:016x}AAAA"]
    for raw in (*forged, f"S{3:016x}0;1", f"S{5:016x}99 99"):
        lines[emptied] = json.dumps({**json.loads(lines[emptied]), "raw": raw}).encode() + b"\n"
        make(tmp_path, {"r": b"".join(lines)})
        ended = run("restore", "out.parquet", "--report", "r", "-o", "back.parquet", folder=tmp_path)
        assert (ended.status, ended.err.count("\n")) == (2, 1), (raw, ended.err)
        assert set(tree(tmp_path)) == {"in.parquet", "out.parquet", "r"}


def test_summary_as_json(tmp_path: Path) -> None:
    """--summary-json writes what the report's last line says, with seconds, bytes and documents a second, --dry-run or
    not.
    """
    make(tmp_path, {"in.csv": bytes_in("csv", _ROWS) + b"1,2\n"})
    options = ("--report", "r", "--summary-json", "sum/s.json", "-q")
    ended = succeed("clean", "in.csv", "--dry-run", *options, folder=tmp_path)
    assert ended.err == ""
    summary = json.loads((tmp_path / "sum/s.json").read_text())
    assert summary.pop("bytes") == (tmp_path / "in.csv").stat().st_size
    assert 0 < (seconds := summary.pop("seconds")) < 60
    assert len(_ROWS) / summary.pop("documents_per_second") == pytest.approx(seconds, abs=0.002)
    assert summary == lines_of(tmp_path / "r")[-1]
    assert summary["documents"]["skipped"] == {"ragged-row": 1}
    assert set(tree(tmp_path)) == {"in.csv", "r", "sum/", "sum/s.json"}


def test_summary_of_matches(tmp_path: Path) -> None:
    """`match` writes a summary too: documents, the duplicates among them, those skipped, and what it took."""
    make(tmp_path, {"in.csv": bytes_in("csv", _ROWS) + b"1,2\n"})
    ended = succeed("match", "in.csv", "-q", "--summary-json", "s.json", folder=tmp_path)
    summary = json.loads((tmp_path / "s.json").read_text())
    assert summary.pop("bytes") == (tmp_path / "in.csv").stat().st_size
    assert 0 < (seconds := summary.pop("seconds")) < 60
    assert len(_ROWS) / summary.pop("documents_per_second") == pytest.approx(seconds, abs=0.002)
    duplicates = len(ended.out.splitlines())
    assert summary == {
        "type": "summary",
        "documents": {"in": len(_ROWS) + 1, "duplicates": duplicates, "skipped": 1},
        "left_out": 0,
    }
    same = run("match", "in.csv", "-o", "x", "--summary-json", "./x", folder=tmp_path)
    assert (same.status, "same file" in same.err, (tmp_path / "x").exists()) == (2, True, False)
