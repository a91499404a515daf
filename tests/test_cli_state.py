"""A state that does not fit is refused, and a run that is finished is not done again."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dedup import Settings
from dedup.locking import lock
from dedup.reading import Reading
from dedup.run_state import StoppedError
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.command import BEAR, FOX, OWL, Nobody, make, run, succeed, tree
from tests.compressed import COMPRESS
from tests.interrupting import OUTPUTS, manifest, stopped_after

_SMALL: dict[str, str | bytes] = {
    "in/a.jsonl": f'{{"id":"a","text":"{FOX}"}}\n',
    "in/b.jsonl.gz": COMPRESS[".gz"](f'{{"id":"b","text":"{OWL}"}}\n'.encode()),
    "in/c.txt": f"{FOX}\n\n{BEAR}",
    "other/x": "",
}


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run that was stopped after its second input."""
    monkeypatch.chdir(make(tmp_path, _SMALL))
    with pytest.raises(StoppedError):
        _clean_small(stopped_after(3))
    assert manifest(tmp_path)["position"][:2] == [1, 1]
    return tmp_path


def _clean_small(is_stopped: Callable[[], bool]) -> None:
    writing = Writing(output="out", report="report.jsonl", state="state", checkpoint_seconds=0)
    clean_files(["in"], Settings(), Reading(), writing, Nobody(), jobs=1, is_stopped=is_stopped)


def _break(name: str, old: bytes = b"", new: bytes = b"") -> Callable[[Path], object]:
    """Changes what a file holds; cuts off its end if nothing is said."""

    def change(folder: Path) -> None:
        (path,) = folder.glob(name)
        data = path.read_bytes()
        path.write_bytes(data.replace(old, new) if old else data[:-2])

    return change


def _add(name: str) -> Callable[[Path], object]:
    return lambda folder: make(folder, {name: FOX})


def _nothing(_: Path) -> None:
    """All is as it was left."""


_SAME = ("in", *OUTPUTS, "--state", "state")
_FAULTS: dict[str, tuple[Callable[[Path], object], tuple[str, ...], str, str]] = {
    # what is wrong: (what is done to the folder, arguments, what the line names, what it says)
    "input changed": (_break("in/a.jsonl", b"fox", b"cat"), _SAME, "in/a.jsonl", "changed after the run began"),
    "input added": (_add("in/b.txt"), _SAME, "in/b.txt", "in/c.txt was in its place"),
    "last input added": (_add("in/d.txt"), _SAME, "state", "4 inputs, and were 3"),
    "other setting": (_nothing, (*_SAME, "--threshold", "0.9"), "threshold=0.9", "has 0.8: give another --state"),
    "other reading": (_nothing, (*_SAME, "--text-field", "body"), "text_field='body'", "has 'text'"),
    "other output": (_nothing, (*_SAME, "-o", "new"), "output=", "another --state"),
    "other inputs": (_nothing, ("in/a.jsonl", *_SAME[1:]), "inputs=", "another --state"),
    "manifest cut off": (_break("state/manifest.json"), _SAME, "manifest.json", "damaged"),
    "manifest changed": (_break("state/manifest.json", b'"stage', b'"stale'), _SAME, "manifest.json", ""),
    "number changed": (_break("state/manifest.json", b'"generation": 2', b'"generation": 1'), _SAME, "json", "damaged"),
    "other version": (_break("state/manifest.json", b'"format": 1', b'"format": 2'), _SAME, "json", "another version"),
    "manifest of another kind": (_break("state/manifest.json", b"{", b"["), _SAME, "manifest.json", "damaged"),
    "output cut off": (_break("out/.a.jsonl.*.resume"), _SAME, "out/a.jsonl", "not there as it was written"),
    "report cut off": (_break(".report.jsonl.*.resume"), _SAME, ".report.jsonl.", "cut off"),
    "report missing": (lambda folder: next(folder.glob(".report*")).unlink(), _SAME, ".report.jsonl.", "missing"),
    "log cut off": (_break("state/output-*.log"), _SAME, "output-2.log", "cut off"),
    "log changed": (_break("state/output-*.log", b"owl", b"owe"), _SAME, "output-2.log", "damaged"),
    "index cut off": (_break("state/index.2"), _SAME, "state", "the index is damaged"),
    "texts of the index changed": (_break("state/index.2", b"fox", b"cat"), _SAME, "state", "the index is damaged"),
    "documents cut off": (_break("state/visits.2"), _SAME, "state", "the index is damaged"),
    "books cut off": (_break("state/books.2"), _SAME, "state", "the index is damaged"),
    "index missing": (lambda folder: (folder / "state/index.2").unlink(), _SAME, "state", "No such file"),
    "folder of something else": (_nothing, ("in", *OUTPUTS, "--state", "other"), "other", "holds 'x'"),
    "state is a file": (_nothing, ("in", *OUTPUTS, "--state", "in/c.txt"), "in/c.txt", ""),
    "state is another file": (_nothing, ("in", *OUTPUTS, "--state", "other/x"), "other/x", "no folder"),
    "state cannot be made": (_nothing, ("in", *OUTPUTS, "--state", "/proc/dedup"), "/proc/dedup", "cannot be written"),
    "state below a file": (_nothing, ("in", *OUTPUTS, "--state", "other/x/y"), "other/x/y", "Not a directory"),
    "state in the input": (_nothing, ("in", *OUTPUTS, "--state", "in/s"), "in/s", "inside the input"),
    "state is the output": (_nothing, ("in", "-o", "new", "--state", "new"), "new", "folder of its own"),
    "report in the state": (_nothing, ("in", "-o", "new", "--report", "s/r", "--state", "s"), "s", "folder of its own"),
    "standard input": (_nothing, ("-", "-o", "new", "--state", "s"), "state='s'", "standard input"),
    "standard output": (_nothing, ("in/a.jsonl", "-o", "-", "--state", "s"), "state='s'", "standard output"),
    "report to standard output": (_nothing, ("in", "-o", "n", "--report=-", "--state", "s"), "s", "standard output"),
    "other keep rule": (_nothing, ("in", "-o", "new", "--keep", "last", "--state", "s"), "keep='last'", "--keep first"),
    "nothing to write": (_nothing, ("in", "--dry-run", "--state", "s"), "state='s'", "writes nothing"),
    "output exists": (_nothing, ("in", "-o", "in2", "--report", "other/x", "--state", "s"), "other/x", "--force"),
    "interval below 0": (_nothing, ("in", *OUTPUTS, "--state", "s", "--checkpoint-seconds=-1"), "-1", "x>=0"),
}  # fmt: skip


@pytest.mark.parametrize("fault", _FAULTS)
def test_faults(stopped: Path, fault: str) -> None:
    """A state that does not fit, or cannot be, ends in status 2 and one line with a remedy; the disk is as it was."""
    change, given, place, reason = _FAULTS[fault]
    change(stopped)
    before = tree(stopped)
    ended = run("clean", "-q", *given, folder=stopped)
    lines = ended.err.splitlines()
    assert ended.status == 2
    assert len(lines) == 1 or lines[0].startswith("Usage: ")
    assert place in lines[-1]
    assert reason in lines[-1]
    after = tree(stopped)
    for name in [name for name in after if name.endswith((".resume", ".log"))]:  # may be cut off where they will be
        before[name] = after[name] if name in before else b"new"
    assert after == before


def test_state_in_use(stopped: Path) -> None:
    """Two runs cannot work with one state at a time."""
    with (stopped / "state/lock").open("r+b") as held:
        assert lock(held.fileno())
        ended = run("clean", *_SAME, folder=stopped)
        assert ended.status == 2
        assert ended.err == ("dedup: error: state: another run works with this state: wait until it ends, or stop it\n")
    succeed("clean", *_SAME, folder=stopped)


def test_finished(stopped: Path) -> None:
    """A run that is finished is not done again, as long as what it wrote is there."""
    once = succeed("clean", *_SAME, folder=stopped)
    after = tree(stopped)
    again = succeed("clean", *_SAME, folder=stopped)
    assert tree(stopped) == after
    assert again.err.splitlines()[-1] == "nothing was done: state says that this run is finished"
    assert again.err.splitlines()[:-2] == once.err.splitlines()[:-1]  # but for the time
    (stopped / "out/a.jsonl").unlink()
    ended = run("clean", *_SAME, folder=stopped)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert "out/a.jsonl: it is not there as it was written" in ended.err


def test_outputs_of_another_command_stay(stopped: Path) -> None:
    """A run without the state leaves alone what belongs to it; and the other way round."""
    before = {name: data for name, data in tree(stopped).items() if name.endswith(".resume")}
    assert len(before) == 3
    succeed("clean", "in", *OUTPUTS, folder=stopped)
    assert before.items() <= tree(stopped).items()
    ended = run("clean", *_SAME, folder=stopped)
    assert ended.status == 2
    assert "it exists already" in ended.err
    make(stopped, {"out/.c.txt.0123456789ab.part": "left by a run that was killed"})
    succeed("clean", *_SAME, "--force", folder=stopped)
    assert not [name for name in tree(stopped) if name.endswith((".resume", ".part"))]


def test_state_is_private(stopped: Path) -> None:
    """Nobody else reads the state: it holds parts of the texts."""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (stopped / "state").iterdir()}
    assert stat.S_IMODE((stopped / "state").stat().st_mode) == 0o700
    assert {"lock", "manifest.json", "output-2.log"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_seconds_of_all_parts(tmp_path: Path) -> None:
    """The seconds of a run are those of all its parts."""
    make(tmp_path, _SMALL)

    def take_time() -> bool:
        time.sleep(0.05)
        return next(times, None) is None

    times = iter(range(5))
    given = ["in", *OUTPUTS, "--state", "state", "--summary-json", "summary.json"]
    writing = Writing(
        output=str(tmp_path / "out"),
        report=str(tmp_path / "report.jsonl"),
        summary=str(tmp_path / "summary.json"),
        state=str(tmp_path / "state"),
        checkpoint_seconds=0,
    )
    with pytest.raises(StoppedError):
        clean_files([str(tmp_path / "in")], Settings(), Reading(), writing, Nobody(), jobs=1, is_stopped=take_time)
    begun = time.monotonic()
    succeed("clean", *given, folder=tmp_path)
    spent = time.monotonic() - begun
    found = json.loads((tmp_path / "summary.json").read_bytes())["seconds"]
    assert 0.2 < found < spent + 5
    assert found >= manifest(tmp_path)["seconds"] - spent


def test_input_that_reads_differently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The input at hand has to read as it did, although it has the same size and time."""
    monkeypatch.chdir(make(tmp_path, _SMALL))
    with pytest.raises(StoppedError):
        _clean_small(stopped_after(1))
    assert manifest(tmp_path)["position"][:2] == [0, 1]
    path = tmp_path / "in/a.jsonl"
    before = path.stat()
    _break("in/a.jsonl", b"fox", b"cat")(tmp_path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    ended = run("clean", *_SAME, folder=tmp_path)
    assert ended.status == 2
    assert "a.jsonl: it does not read as it did before the run was stopped" in ended.err
