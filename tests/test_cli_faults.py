"""Whatever goes wrong ends in one clear line and status 2, and leaves nothing half-written."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import IO

import pytest

from dedup import _kernels
from tests.command import FOX, OWL, UNREADABLE, arguments, environment, lines_of, make, run, start, succeed, tree

_LINE = f'{{"id":"a","text":"{FOX}"}}\n'
_FILES: dict[str, str | bytes] = {
    "a.txt": FOX,
    "b.txt": OWL,
    "a.jsonl": _LINE,
    "in/a.txt": FOX,
    "in/deep/b.txt": OWL,
    "no-texts/a.log": FOX,
    "old/a.txt": "old",
    "bad.txt": b"good \xff bad",
    "no-json.jsonl": "nothing\n",
    "a.doc": FOX,
    "dup/a.txt": FOX,
}
_OUT = ("-o", "out")
_FAULTS: dict[str, tuple[tuple[str, ...], str, str]] = {
    # what is wrong: (arguments, what the line names, what it says)
    "missing input": (("nowhere.txt", *_OUT), "nowhere.txt", "no such file"),
    "one of two inputs missing": (("a.txt", "nowhere.txt", *_OUT), "nowhere.txt", "no such file"),
    "input below a file": (("a.txt/x", *_OUT), "a.txt/x", "no such file"),
    "name that is too long": (("x" * 300, *_OUT), "xxx", "too long"),
    "folder without texts": (("no-texts", *_OUT), "no-texts", "no files that end in .txt, .md"),
    "unknown suffix": (("a.doc", *_OUT), "a.doc", "--input-format"),
    "two inputs of one name": (("a.txt", "dup", *_OUT), "a.txt", "another input"),
    "special file": (("pipe", *_OUT), "pipe", "neither a file nor a folder"),
    "no output": (("a.txt",), "-o", "--dry-run"),
    "output below a file": (("a.txt", "-o", "b.txt/out"), "b.txt/out", "Not a directory"),
    "output folder is a file": (("in", "-o", "b.txt"), "b.txt", "Not a directory"),
    "output name too long": (("a.jsonl", "-o", "x" * 300), "xxx", "too long"),
    "output exists": (("a.jsonl", "-o", "b.txt"), "b.txt", "--force"),
    "output in folder exists": (("in", "-o", "old"), "old/a.txt", "--force"),
    "output is a folder": (("a.txt", "-o", "out", "--report", "in"), "in", "folder"),
    "output is the input": (("a.jsonl", "-o", "a.jsonl"), "a.jsonl", "one of the inputs"),
    "output is the input, forced": (("a.jsonl", "-o", "./a.jsonl", "--force"), "a.jsonl", "one of the inputs"),
    "output is the input by a link": (("a.jsonl", "-o", "link.jsonl", "--force"), "link.jsonl", "one of the inputs"),
    "input is the output by a link": (("link.jsonl", "-o", "a.jsonl", "--force"), "a.jsonl", "one of the inputs"),
    "output folder is the input": (("in", "-o", "in/../in", "--force"), "in", "input"),
    "output inside the input": (("in", "-o", "in/out"), "in/out", "inside the input"),
    "report is an input": (("a.jsonl", *_OUT, "--report", "a.jsonl", "--force"), "a.jsonl", "one of the inputs"),
    "report is the output": (("a.jsonl", *_OUT, "--report", "./out"), "out", "same file"),
    "report exists": (("a.txt", *_OUT, "--report", "b.txt"), "b.txt", "--force"),
    "report below a file": (("a.txt", *_OUT, "--report", "b.txt/r"), "b.txt/r", "Not a directory"),
    "report is where the folder goes": (("in", *_OUT, "--report", "out"), "out", ""),
    "report is a pipe": (("a.txt", *_OUT, "--report", "pipe", "--force"), "pipe", ""),
    "several inputs to standard output": (("in", "-o", "-"), "-", "several inputs"),
    "threshold 0": (("a.txt", *_OUT, "--threshold", "0"), "threshold", "above 0"),
    "threshold 1.5": (("a.txt", *_OUT, "--threshold", "1.5"), "threshold", "up to 1"),
    "threshold -1": (("a.txt", *_OUT, "--threshold", "-1"), "threshold", "above 0"),
    "threshold nan": (("a.txt", *_OUT, "--threshold", "nan"), "threshold", "above 0"),
    "threshold 180%": (("a.txt", *_OUT, "--threshold", "180%"), "threshold", "above 0"),
    "unknown unit": (("a.txt", *_OUT, "--unit", "word"), "--unit", "paragraph"),
    "unknown option": (("a.txt", *_OUT, "--treshold", "1"), "--treshold", "--threshold"),
    "ngram 0": (("a.txt", *_OUT, "--ngram", "0"), "ngram", "from 1 to 1000"),
    "bands without rows": (("a.txt", *_OUT, "--bands", "3"), "rows", "together"),
    "more bands than permutations": (("a.txt", *_OUT, *("--bands=3", "--rows=3", "--num-perm=8")), "num_perm", "9"),
    "only text is not UTF-8": (("bad.txt", *_OUT), "bad.txt", "byte 5"),
    "only line is not JSON": (("no-json.jsonl", *_OUT, "--report", "r"), "no-json.jsonl:1", "character 0"),
    "file that is a folder inside another": (("in", *_OUT, "--report", "out/a.txt/r"), "out/a.txt", ""),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Inputs of every kind, two links and a pipe that nobody reads."""
    make(tmp_path, _FILES)
    (tmp_path / "link.jsonl").symlink_to("a.jsonl")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@pytest.mark.parametrize("fault", _FAULTS)
def test_faults(folder: Path, fault: str) -> None:
    """A fault ends in status 2 and one line that names the place and the remedy; the disk is as it was."""
    given, place, reason = _FAULTS[fault]
    before = tree(folder)
    ended = run("clean", "-q", *given, folder=folder)
    lines = ended.err.splitlines()
    assert (ended.status, ended.out) == (2, b""), ended.err
    if lines[0].startswith("Usage: "):  # click's own form: usage, a hint, an empty line, the error
        assert len(lines) == 4
    else:
        assert len(lines) == 1, ended.err
        assert lines[0].startswith("dedup: error: ")
    assert place in lines[-1]
    assert reason in lines[-1]
    assert tree(folder) == before


def test_lines_that_cannot_be_read(tmp_path: Path) -> None:
    """Only bad lines are skipped: each named with its place, counted, and passed through byte for byte."""
    bad = [line for line, _, _ in UNREADABLE]
    data = b"\n".join([_LINE.encode().rstrip(), *bad, _LINE.replace('"a"', '"c"').encode()])
    make(tmp_path, {"in.jsonl": data})
    ended = succeed("clean", "in.jsonl", *_OUT, "--report", "r", folder=tmp_path)
    told = [line for line in ended.err.splitlines() if line.startswith("skipped in.jsonl:")]
    for number, (line, (_, _, detail)) in enumerate(zip(told, UNREADABLE, strict=True), 2):
        assert line.startswith(f"skipped in.jsonl:{number}: ")
        assert detail in line
    assert (tmp_path / "out").read_bytes() == b"\n".join([_LINE.encode().rstrip(), *bad, b""])
    assert [(found["file"], found["line"], found["reason"]) for found in lines_of(tmp_path / "r", "skipped")] == [
        ("in.jsonl", number, reason) for number, (_, reason, _) in enumerate(UNREADABLE, 2)
    ]
    assert lines_of(tmp_path / "r")[-1]["documents"]["skipped"] == Counter(reason for _, reason, _ in UNREADABLE)


def test_text_file_that_is_not_utf8(tmp_path: Path) -> None:
    """A text file that is not UTF-8 is skipped: named with the byte, counted, and passed through."""
    make(tmp_path / "in", {"a.txt": FOX, "b.txt": b"caf\xe9", "c.txt": b"\x80"})
    ended = succeed("clean", "in", *_OUT, "--report", "r", folder=tmp_path)
    assert "skipped b.txt: not UTF-8 at byte 3" in ended.err
    assert "3 in, 1 written" in ended.err
    assert "2 invalid-utf8" in ended.err
    assert tree(tmp_path / "out") == tree(tmp_path / "in")


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
@pytest.mark.parametrize("content", ["", "\n \r\n\t\n\n"])
def test_nothing_to_read(tmp_path: Path, name: str, content: str) -> None:
    """An empty file and one of blank lines come out as they are, without an error."""
    make(tmp_path, {name: content})
    ended = succeed("clean", name, "-o", "out.txt" if name == "a.txt" else "out", folder=tmp_path)
    out = tmp_path / ("out.txt" if name == "a.txt" else "out")
    assert out.read_bytes() == content.encode()
    assert "0 removed (0.0%)" in ended.err


def test_names_are_printed_escaped(tmp_path: Path) -> None:
    """A file name with escape codes, line ends and bytes that are no text is escaped when printed, and processed."""
    names = ["\x1b[31mred\n::error::.txt", os.fsdecode(b"caf\xe9.txt"), "\u202egpj.txt"]
    make(tmp_path / "in", dict.fromkeys(names, b"\xff") | {"a.txt": FOX})
    ended = succeed("clean", "in", *_OUT, "--report", "r", folder=tmp_path)
    assert tree(tmp_path / "out") == tree(tmp_path / "in")
    for shown in ("\\x1b[31mred\\n::error::.txt", "caf\\udce9.txt", "\\u202egpj.txt"):
        assert f"skipped {shown}: " in ended.err
    missing = run("clean", names[0], *_OUT, folder=tmp_path)
    assert missing.err.startswith("dedup: error: \\x1b[31mred\\n::error::.txt: there is no such file")
    assert missing.err.count("\n") == 1
    taken = run("clean", "in", "in", *_OUT, folder=tmp_path)
    assert taken.err.count("\n") == 1
    assert not set(taken.err) & {"\x1b", "\u202e"}


def test_kernels_that_are_not_there(tmp_path: Path) -> None:
    """An unknown name in DEDUP_KERNELS ends in status 2 and one line that lists the names."""
    make(tmp_path, {"a.txt": FOX})
    ended = run("clean", "a.txt", *_OUT, folder=tmp_path, DEDUP_KERNELS="fast")
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert "native, reference" in ended.err
    assert set(tree(tmp_path)) == {"a.txt"}


def write_for_ever(stream: IO[bytes]) -> None:
    """Write documents until nobody reads them any more."""
    row = f'{{"text":"{FOX}"}}\n'.encode()
    with contextlib.suppress(OSError, ValueError):
        while True:
            stream.write(row)


@pytest.mark.parametrize(
    ("sent", "status", "rule"),
    [
        (signal.SIGINT, 130, "first"),
        (signal.SIGTERM, 143, "first"),
        (signal.SIGHUP, 129, "first"),
        (signal.SIGTERM, 143, "last"),
    ],
)
def test_signals(tmp_path: Path, sent: signal.Signals, status: int, rule: str) -> None:
    """A run that is told to stop leaves nothing behind and ends with 128 and the signal's number."""
    make(tmp_path, {"keep/a.txt": FOX})
    before = tree(tmp_path)
    report = "-" if rule == "first" else "new/report"  # under a rule, texts are not begun before all are read
    with start("clean", "-", "-o", "new/out", "--report", report, "--keep", rule, folder=tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        # an input that does not end keeps it running; nobody reads what it reports, so that it may be waiting for that
        threading.Thread(target=write_for_ever, args=(process.stdin,), daemon=True).start()
        while not list(tmp_path.rglob("*.part")):
            time.sleep(0.01)
        process.send_signal(sent)
        process.stdout.read()
        err = process.stderr.read()
        process.wait()
    assert process.returncode == status
    assert len(err.decode().splitlines()) <= 1
    assert b"Traceback" not in err
    assert tree(tmp_path) == before


def test_reader_that_goes_away(tmp_path: Path) -> None:
    """A closed standard output ends the run without a word, and without the report."""
    make(tmp_path, {"in.jsonl": "".join(f'{{"text":"{OWL} {i}"}}\n' for i in range(3000))})
    with start("clean", "-q", "in.jsonl", "-o", "-", "--report", "r", "--threshold", "1", folder=tmp_path) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
    assert (process.returncode, err) == (141, b"")
    assert set(tree(tmp_path)) == {"in.jsonl"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_on_standard_output(tmp_path: Path) -> None:
    """Standard output on a full disk ends in one line and status 2."""
    make(tmp_path, {"a.txt": FOX})
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            arguments("clean", "-q", "a.txt", "-o", "-"),
            cwd=tmp_path, env=environment(), stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert ended.stderr == b"dedup: error: standard output: cannot be written: No space left on device\n"
    assert ended.returncode == 2


@pytest.mark.parametrize("output", ["texts", "report"])
def test_disk_that_fills_up(tmp_path: Path, output: str) -> None:
    """An output that cannot be written to its end is not there at all, nor is the other one."""
    rows = [f'{{"text":"{i} {OWL if output == "texts" else FOX}"}}\n' for i in range(2000)]
    make(tmp_path, {"in.jsonl": "".join(rows), "out/old": "old"})
    before = tree(tmp_path)
    options = ("--threshold", "1") if output == "texts" else ("--ngram", "1", "--protect", "nothing")

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    ended = subprocess.run(
        arguments("clean", "-q", "in.jsonl", "-o", "out/texts", "--report", "out/report", *options),
        cwd=tmp_path, env=environment(), preexec_fn=little_room, capture_output=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.decode().splitlines() == [f"dedup: error: out/{output}: cannot be written: File too large"]
    assert tree(tmp_path) == before


@pytest.mark.skipif(sys.platform != "linux", reason="texts are kept in a file on Linux only")
def test_full_disk_under_the_temporary_file(tmp_path: Path) -> None:
    """Where there is no room for what does not fit into memory, one line names the folder."""
    make(tmp_path, {"in.jsonl": "".join(f'{{"text":"{i} {OWL} {i}"}}\n' for i in range(10_000))})
    if _kernels.chosen_name() != "native":
        pytest.skip("the reference kernels keep all text in memory")
    limit = (1 << 18, 1 << 18)  # bytes that a file may have
    ended = subprocess.run(
        arguments("clean", "in.jsonl", "-q", "--dry-run", "--memory", "1"),
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"dedup: error: {tmp_path}: cannot be written: temporary file")
    assert ended.stderr.count("\n") == 1
    assert set(tree(tmp_path)) == {"in.jsonl"}


@pytest.mark.parametrize("command", ["clean", "match"])
def test_full_disk_under_the_texts_that_wait(tmp_path: Path, command: str) -> None:
    """Where there is no room for the texts that a keep rule makes wait, one line names the folder and a remedy."""
    make(tmp_path, {"in.jsonl": "".join(f'{{"text":"{i} {OWL}"}}\n' for i in range(2000))})
    ended = subprocess.run(
        arguments(command, "-q", "in.jsonl", "-o", "out", "--keep", "last"),
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"dedup: error: {tmp_path}: the texts that wait")
    assert "File too large; TMPDIR" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert set(tree(tmp_path)) == {"in.jsonl"}


def test_what_nobody_expected_is_no_finding() -> None:
    """A fault of the program shows where it is, and ends with status 2, which no exceeded limit has."""
    code = "from dedup import cli; cli._status = lambda: 1 // 0; cli.main()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=False)
    assert ended.returncode == 2
    assert "ZeroDivisionError" in ended.stderr
    assert "please report" in ended.stderr.splitlines()[-1]
