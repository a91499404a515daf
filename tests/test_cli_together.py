"""Options of different kinds given at once: resuming, converting, annotating, encodings, salvaging, limits."""

from __future__ import annotations

import csv
import json
import os
import random
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from dedup import Settings
from dedup.compression import Opening
from dedup.formats import warc_framing
from dedup.formats.transcoding import Encoding
from dedup.reading import Reading
from dedup.reports.jsonl import Action
from dedup.run_state import StoppedError
from dedup.runs import Result, clean_files
from dedup.writing import Writing
from tests.archives import by_record, text_record
from tests.command import BEAR, FOX, OWL, Nobody, lines_of, make, run, succeed, tree
from tests.compressed import COMPRESS
from tests.interrupting import STATE, stopped_after

_PARQUET = pytest.param("parquet", marks=pytest.mark.skipif(not find_spec("pyarrow"), reason="needs pyarrow"))
_CP1252 = Encoding.named("cp1252")


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk: many short runs are ten times faster, and nobody takes it away."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def _clean(folder: Path, reading: Reading, writing: Writing, is_stopped: Callable[[], bool] = bool) -> Result:
    return clean_files([str(folder / "in")], Settings(), reading, writing, Nobody(), jobs=1, is_stopped=is_stopped)


def _stops_anywhere(folder: Path, reading: Reading, action: Action = "remove", output_format: str | None = None) -> int:
    """Stop a run at every place and go on with it; the bytes must be those of one that is not. Returns the places."""

    def begin(here: Path, is_stopped: Callable[[], bool] = bool, state: str | None = None) -> Result:
        here.mkdir(exist_ok=True)
        out, report = str(here / "out"), str(here / "report")
        writing = Writing(
            output=out, report=report, state=state, checkpoint_seconds=0, action=action, output_format=output_format
        )
        return _clean(folder, reading, writing, is_stopped)

    expected = begin(folder / "whole")
    asked = 0
    while True:
        asked += 1
        here = folder / str(asked)
        state = str(folder / f"state{asked}")
        try:
            begin(here, stopped_after(asked), state)
        except StoppedError:
            found = begin(here, state=state)
            assert (found.summary, found.skipped, found.size) == (expected.summary, expected.skipped, expected.size)
            assert tree(here) == tree(folder / "whole")
            continue
        return asked


def _line(number: int, text: str) -> str:
    return json.dumps({"id": f"r{number}", "text": text}, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("action", ["remove", "annotate"])
@pytest.mark.parametrize("output_format", ["jsonl", "csv", _PARQUET])
def test_conversions_go_on(tmp_path: Path, action: Action, output_format: str) -> None:
    """A run that converts ends with the same bytes wherever it was stopped, behind damage at the first byte too."""
    rows = "".join(_line(i, f"{FOX}\n\n{OWL} {i}") for i in range(20))
    files: dict[str, str | bytes] = {
        "a.csv": "id,text\n" + "".join(f'{i},"{BEAR}\n\n{FOX}"\n' for i in range(20)),
        "b.jsonl": rows,
        "c.jsonl.gz": COMPRESS[".gz"](rows.encode())[:15],
        "d.txt": f"{OWL}\n\n{BEAR}",
    }
    make(tmp_path / "in", files)
    reading = Reading(opening=Opening(salvage=True))
    assert _stops_anywhere(tmp_path, reading, action, output_format) > 4
    if output_format == "csv" and action == "remove":
        assert next((tmp_path / "whole/out").glob("c.csv*")).stat().st_size > 0  # its header
        assert lines_of(tmp_path / "whole/report", "skipped")[0]["reason"] == "damaged"


def test_a_packed_record_that_is_too_large_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run may be stopped in the middle of a record that is too large to be looked at, in packed archives too."""
    monkeypatch.setattr(warc_framing, "RECORD_LIMIT", 5000)
    chance = random.Random(1)
    large = "".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(100_000))
    records = [text_record(f"https://a.example/{i}", text) for i, text in enumerate((FOX, large, FOX, OWL))]
    make(tmp_path / "in", {"a.warc.gz": by_record(records)})
    assert _stops_anywhere(tmp_path, Reading()) > 5


def test_strict_remembers_what_was_skipped(tmp_path: Path) -> None:
    """A run that was stopped after a record was skipped does not succeed under --strict, nor does it once finished."""
    make(tmp_path / "in", {"a.jsonl": "not json\n" + _line(1, FOX), "b.jsonl": _line(2, OWL)})
    reading = Reading()
    writing = Writing(
        output=str(tmp_path / "out"),
        report=str(tmp_path / "report.jsonl"),
        state=str(tmp_path / "state"),
        checkpoint_seconds=0,
    )
    with pytest.raises(StoppedError):
        _clean(tmp_path, reading, writing, stopped_after(3))
    paths = ("-o", tmp_path / "out", "--report", tmp_path / "report.jsonl", "--state", tmp_path / "state")
    for _ in range(2):
        ended = run("clean", "-q", tmp_path / "in", *paths, "--strict")
        assert ended.status == 2
        assert "a.jsonl:1: Expecting value" in ended.err
        assert "--strict: 1 records or files were skipped" in ended.err
        assert set(tree(tmp_path / "out")) == {"a.jsonl", "b.jsonl"}


def test_memory_may_be_another(tmp_path: Path) -> None:
    """A run that was stopped, for it took too much, is gone on with in less memory."""
    make(tmp_path / "in", {"a.jsonl": _line(1, FOX)})
    succeed("clean", "-q", "in", "-o", "out", *STATE, "--memory", "900", folder=tmp_path)
    ended = succeed("clean", "in", "-o", "out", *STATE, "--memory", "100", folder=tmp_path)
    assert "nothing was done" in ended.err


def test_state_names_the_option_that_is_another(tmp_path: Path) -> None:
    """What is said of a state that is of another run names the option, and nothing around it."""
    make(tmp_path / "in", {"a.jsonl": _line(1, FOX)})
    succeed("clean", "-q", "in", "-o", "out", *STATE, folder=tmp_path)
    for option, said in (
        (("--encoding", "cp1252"), "encoding='cp1252'"),
        (("--encoding-errors", "replace"), "encoding_errors='replace'"),
        (("--salvage",), "salvage=True"),
        (("--max-ratio", "3"), "max_ratio=3"),
        (("--action", "annotate"), "action='annotate'"),
        (("--output-format", "csv"), "output_format='csv'"),
        (("--annotate-field", "x"), "annotate_field='x'"),
    ):
        ended = run("clean", "-q", "in", "-o", "out", *STATE, *option, folder=tmp_path)
        assert ended.status == 2
        assert ended.err.startswith(f"dedup: error: {said}: the run whose state is in state has ")


@pytest.mark.parametrize("output_format", ["jsonl", "csv", _PARQUET])
def test_what_was_converted_from_an_encoding_comes_back(tmp_path: Path, output_format: str) -> None:
    """Converted records are UTF-8 whatever the input was in, and `restore` given the same options reads them so."""
    text = f"{BEAR}\n\n{FOX}"
    make(tmp_path / "in", {"a.txt": text.encode("cp1252"), "b.txt": f"{text}\n\nÄ-ö".encode("cp1252")})
    given = ("--encoding", "cp1252")
    succeed(
        "clean", "-q", "in", "-o", "out", "--report", "r", *given, "--output-format", output_format, folder=tmp_path
    )
    succeed("restore", "-q", "out", "--report", "r", "-o", "back", *given, folder=tmp_path)
    make(tmp_path / "plain", {"a.txt": text, "b.txt": f"{text}\n\nÄ-ö"})
    same = ("--scope", "document", "--output-format", output_format)
    succeed("clean", "-q", "plain", "-o", "expected", *same, folder=tmp_path)
    assert len(lines_of(tmp_path / "r", "merge")) == 2
    assert tree(tmp_path / "back") == tree(tmp_path / "expected")


def test_what_grew_when_it_was_converted_comes_back(tmp_path: Path) -> None:
    """A text below --max-record comes back, however much longer its line of JSON is."""
    text = "\n\n".join((*('"' * 50 for _ in range(19_000)), FOX, FOX))
    assert len(text) < 1 << 20
    make(tmp_path / "in", {"a.txt": text})
    limit = ("--max-record", "1")
    succeed("clean", "-q", "in", "-o", "out", "--report", "r", *limit, "--output-format", "jsonl", folder=tmp_path)
    assert (tmp_path / "out/a.jsonl").stat().st_size > 1 << 20
    succeed("restore", "-q", "out", "--report", "r", "-o", "back", *limit, folder=tmp_path)
    assert json.loads((tmp_path / "back/a.jsonl").read_bytes()) == {"id": "a.txt", "text": text}


@pytest.mark.parametrize("convert", [(), ("--output-format", "csv")])
def test_files_of_any_name_come_back(tmp_path: Path, convert: tuple[str, ...]) -> None:
    """What a pattern found under names of no format comes back from the folder that it was written into."""
    names = ("part-1", "part-2.json", "x/part-3")
    make(tmp_path / "in", {name: _line(i, f"{FOX}\n\n{OWL} {i}") for i, name in enumerate(names)})
    given = ("--input-format", "jsonl")
    succeed("clean", "-q", "in/**", "-o", "out", "--report", "r", *given, *convert, folder=tmp_path)
    assert lines_of(tmp_path / "r", "merge")
    succeed("restore", "-q", "out", "--report", "r", "-o", "back", *given, folder=tmp_path)
    if not convert:
        assert tree(tmp_path / "back") == tree(tmp_path / "in")
    (tmp_path / "out" / next(name for name in tree(tmp_path / "out") if "part-1" in name)).unlink()
    ended = run("restore", "-q", "out", "--report", "r", "-o", "again", *given, folder=tmp_path)
    assert ended.status == 2
    assert "it is not among the cleaned files" in ended.err


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_annotating_in_an_encoding(tmp_path: Path, suffix: str) -> None:
    """Merges are written in the encoding of the file, with escapes for what it cannot hold; what is skipped is said to
    be not of that encoding.
    """
    first = _line(0, BEAR).replace("r0", r"\u65e5")
    other = {"jsonl": _line(1, BEAR), "csv": f'id,text\nr1,"{BEAR}"\n'}[suffix].encode("cp1252")
    bad = {"jsonl": b'{"id":"bad","text":"\x81"}\n', "csv": b"bad,\x81\n"}[suffix]
    make(tmp_path / "in", {"a.jsonl": first.encode("cp1252"), f"b.{suffix}": other + bad})
    writing = Writing(output=str(tmp_path / "out"), action="annotate")
    assert _clean(tmp_path, Reading(encoding=_CP1252), writing).skipped == {"invalid-cp1252": 1}
    written = (tmp_path / f"out/b.{suffix}").read_bytes()
    lines = written.decode("cp1252", "replace").splitlines()
    merges = json.loads(lines[0])["dedup"] if suffix == "jsonl" else json.loads(next(csv.DictReader(lines))["dedup"])
    assert merges[0]["canonical"]["document"] == "日"
    assert b"\x81" in written
