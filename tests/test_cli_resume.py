"""A run that keeps its state may be stopped in any way, and ends with the same bytes as one that was not."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dedup import InputError, Settings
from dedup.compression import Opening
from dedup.formats.jsonl import JsonLines
from dedup.locking import lock
from dedup.outputs import Outputs
from dedup.reading import Reading
from dedup.run_state import StoppedError
from dedup.runs import Result, clean_files
from dedup.signals import StopSignals
from dedup.sources import Source
from dedup.writing import Writing
from tests.command import BEAR, FOX, OWL, Nobody, arguments, environment, make, run, start, succeed, tree
from tests.compressed import COMPRESS
from tests.interrupting import OUTPUTS, STATE, corpus, status_unless_killed, written

_KILLS = 50
_ALL = ("clean", "-q", "in", *OUTPUTS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Inputs in many formats."""
    return corpus(tmp_path_factory.mktemp("many") / "in").parent


@pytest.fixture(scope="module")
def whole(folder: Path) -> dict[str, bytes]:
    """What a run over them writes that is never stopped and keeps no state."""
    assert run(*_ALL, "--salvage", folder=folder).status == 2
    found = written(folder)
    for name in found:
        if not name.endswith("/"):
            (folder / name).unlink()
    return {name: data for name, data in found.items() if not name.endswith("/")}


def _linked(folder: Path, to: Path) -> Path:
    """A folder with the same inputs."""
    (to / "in").symlink_to(folder / "in")
    return to


def _files(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in written(folder).items() if name not in ("in", "in/") and name[-1] != "/"}


def test_killed_at_any_time(folder: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    """However often a run is killed, at whatever time: the same command goes on with it, and writes the same bytes."""
    chance = random.Random(5)
    kills, rounds = 0, 0
    while kills < _KILLS:
        rounds += 1
        here = _linked(folder, make(tmp_path / str(rounds), {}))
        while (status := status_unless_killed(here, chance.uniform(0.2, 1.0), *_ALL, "--salvage", *STATE)) is None:
            kills += 1
            assert not {name for name in _files(here) if name in whole} or _stage(here) != "running"
        assert status == 2  # one input is damaged
        assert _files(here) == whole
    assert rounds > 1


def _stage(folder: Path) -> object:
    return json.loads((folder / "state/manifest.json").read_bytes().splitlines()[1])["stage"]


class _Damages(Nobody):
    """Remembers which inputs are damaged."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def damaged(self, place: str, detail: str) -> None:
        """See `observing.Observer`."""
        self.found.append((place, detail))


def _clean(
    folder: Path, is_stopped: Callable[[], bool] = bool, jobs: int = 1, observer: Nobody | None = None
) -> Result:
    writing = Writing(
        output=str(folder / "out"),
        report=str(folder / "report.jsonl"),
        state=str(folder / "state"),
        checkpoint_seconds=0,
    )
    reading = Reading(opening=Opening(salvage=True))
    return clean_files(
        [str(folder / "in")], Settings(), reading, writing, observer or Nobody(), jobs=jobs, is_stopped=is_stopped
    )


def _after(asked: int) -> Callable[[], bool]:
    """Says yes from this time on that it is asked."""
    times = iter(range(asked))
    return lambda: next(times, None) is None


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk: many short runs are ten times faster, and nobody takes it away."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize("jobs", [1, 3])
def test_stopped_anywhere(tmp_path: Path, jobs: int) -> None:
    """Wherever a run is stopped, it goes on there, and still tells of damaged inputs."""
    inputs = corpus(tmp_path / "all" / "in", 2).parent
    _clean(inputs)
    expected = _files(inputs)
    asked, has_ended = 0, False
    while not has_ended:
        asked += 1
        here = _linked(inputs, make(tmp_path / str(asked), {}))
        try:
            _clean(here, _after(asked), jobs)
            has_ended = True
        except StoppedError:
            observer = _Damages()
            result = _clean(here, jobs=jobs, observer=observer)
            assert result.skipped == {"invalid-json": 1, "damaged": 1}
            assert [place for place, _ in observer.found] == ["h.txt.gz"]
        assert _files(here) == expected
    assert asked > 30


@pytest.mark.usefixtures("in_a_hurry")
def test_stopped_again_and_again(folder: Path, whole: dict[str, bytes], tmp_path: Path) -> None:
    """A run that is stopped many times goes on each time, in the middle of inputs too."""
    here, stops = _linked(folder, tmp_path), 0
    while True:
        try:
            _clean(here, _after(6 + stops))
        except StoppedError:
            stops += 1
            continue
        break
    assert _files(here) == whole
    assert stops > 3


class _Crash(BaseException):
    """The power fails."""


_CALLS = ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "mkdir"), (os, "open"))


def _crash_at(patch: pytest.MonkeyPatch, number: int) -> list[str]:
    """See to it that one of the calls that change the disk is not made any more; returns those that are."""
    made: list[str] = []

    def counted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def replacement(*given: Any, **named: Any) -> Any:
            made.append(name)
            if len(made) >= number:
                raise _Crash
            return call(*given, **named)

        return replacement

    for place, name in _CALLS:
        patch.setattr(place, name, counted(name, getattr(place, name)))
    return made


@pytest.mark.usefixtures("in_a_hurry")
def test_power_that_fails_at_any_call(tmp_path: Path) -> None:
    """Whichever call to the system is the last one of a run, those that place the outputs too, the next goes on."""
    lines = [f'{{"text":"{text} {i}"}}\n' for i in range(3) for text in (FOX, OWL)]
    files: dict[str, str | bytes] = {
        "a.jsonl": "".join(lines[:3]), "b.txt": f"{OWL} 0\n\n{BEAR}", "c.txt": OWL,
        "d.jsonl.gz": _gzip("".join(lines[3:])),
    }  # fmt: skip
    make(tmp_path / "0" / "in", files)
    _clean(tmp_path / "0")
    expected = _files(tmp_path / "0")
    assert set(expected) == {"out/a.jsonl", "out/b.txt", "out/d.jsonl.gz", "report.jsonl"}
    number, stages = 0, set()
    while True:
        number += 1
        here = make(tmp_path / str(number), {})
        make(here / "in", files)
        with pytest.MonkeyPatch.context() as patch:
            made = _crash_at(patch, number)
            with suppress(_Crash):
                _clean(here)
        if len(made) < number:
            break
        if (here / "state/manifest.json").exists():
            stages.add(_stage(here))
        _clean(here)
        assert _files(here) == expected
        assert set(tree(here / "state")) == {"lock", "manifest.json"}
    assert number > 50
    assert stages == {"running", "placing", "finished"}


def _gzip(text: str) -> bytes:
    return COMPRESS[".gz"](text.encode())


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)  # fmt: skip
def test_signals(folder: Path, whole: dict[str, bytes], tmp_path: Path, sent: signal.Signals, status: int) -> None:
    """A run that is told to stop ends within two seconds, and says which command goes on with it; that one does."""
    here = _linked(folder, tmp_path)
    with start(*_ALL, "--salvage", *STATE, folder=here) as process:
        while not (here / "state/manifest.json").exists():
            time.sleep(0.001)
        process.send_signal(sent)
        begun = time.monotonic()
        assert process.stderr is not None
        err = process.stderr.read().decode()
        process.wait()
        assert time.monotonic() - begun < 2
    assert process.returncode == status
    told, _, command = err.partition("; this goes on with it: ")
    assert told == "dedup: stopped; progress is saved in state"
    assert command.count("\n") == 1
    assert _stage(here) == "running"
    assert subprocess.run(command, shell=True, cwd=here, env=environment(), check=False).returncode == 2
    assert _files(here) == whole


def test_second_signal() -> None:
    """The first signal is remembered, the second one ends the process at once; afterwards signals do what they did."""
    before = signal.getsignal(signal.SIGTERM)
    with StopSignals() as stop:
        came_before = stop.has_come
        signal.raise_signal(signal.SIGTERM)
        assert (came_before, stop.has_come, stop.number) == (False, True, signal.SIGTERM)
        with pytest.raises(SystemExit) as ended:
            signal.raise_signal(signal.SIGINT)
        assert ended.value.code == 130
    assert signal.getsignal(signal.SIGTERM) == before


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
        _clean_small(_after(3))
    assert _manifest(tmp_path)["position"][:2] == [1, 1]
    return tmp_path


def _clean_small(is_stopped: Callable[[], bool]) -> None:
    writing = Writing(output="out", report="report.jsonl", state="state", checkpoint_seconds=0)
    clean_files(["in"], Settings(), Reading(), writing, Nobody(), jobs=1, is_stopped=is_stopped)


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "state/manifest.json").read_bytes().splitlines()[1])
    return found


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
    assert found >= _manifest(tmp_path)["seconds"] - spent


@pytest.mark.parametrize("room", [3_000, 30_000, 100_000])
def test_disk_that_fills_up(folder: Path, whole: dict[str, bytes], tmp_path: Path, room: int) -> None:
    """A disk without room ends a run in one line; once there is room the same command goes on."""
    here = _linked(folder, tmp_path)
    ended = subprocess.run(
        arguments(*_ALL, "--salvage", *STATE), cwd=here, env=environment(), capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)), check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.endswith("cannot be written: File too large\n")
    assert ended.stderr.count("\n") == 1
    assert not set(_files(here)) & set(whole)
    assert run(*_ALL, "--salvage", *STATE, folder=here).status == 2  # one input is damaged
    assert _files(here) == whole


def test_parts_of_a_killed_run(folder: Path, tmp_path: Path) -> None:
    """What a killed run without a state left is removed by the next one, unless another name or another run has it."""
    here = _linked(folder, tmp_path)
    with start(*_ALL, folder=here) as process:
        while not list(here.glob("out/.c.csv.*.part")):
            time.sleep(0.001)
        process.send_signal(signal.SIGSTOP)
        living = {name for name in tree(here) if name.endswith(".part")}
        assert len(living) >= 3
        make(here, {"out/.a.jsonl.0123456789ab.part": "left", "out/.b.csv.0123456789ab.part": "of another name"})
        assert run(*_ALL, "--salvage", folder=here).status == 2
        left = {name for name in tree(here) if name.endswith(".part")}
        assert left == {*living, "out/.b.csv.0123456789ab.part"}
        process.kill()
        process.communicate()
    assert run(*_ALL, "--salvage", "--force", folder=here).status == 2
    assert {name for name in tree(here) if name.endswith(".part")} == {"out/.b.csv.0123456789ab.part"}


def test_closed_parts_of_a_living_run(tmp_path: Path) -> None:
    """Outputs that wait for the others are not taken for those of a killed run."""
    with Outputs([], force=False) as one:
        for name in ("a", "b"):
            with one.create(str(tmp_path / name)) as output:
                output.write(b"1")
        with Outputs([], force=True) as two:
            for name in ("b", "a"):
                with two.create(str(tmp_path / name)) as output:
                    output.write(b"2")
            two.commit()
        assert len(tree(tmp_path)) == 4
    assert tree(tmp_path) == {"a": b"2", "b": b"2"}


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_input_that_changes_while_it_is_read(tmp_path: Path, suffix: str) -> None:
    """A file that somebody writes to while it is read is an error; one that is replaced is read to its end."""
    line = f'{{"text":"{FOX}"}}\n'.encode()
    path = tmp_path / f"a.jsonl{suffix}"
    data = COMPRESS[suffix](line * 50_000) if suffix else line * 50_000
    path.write_bytes(data)
    source = Source(path, path.name)
    chunks = source.chunks(JsonLines(), 1000)
    next(chunks)
    (tmp_path / "new").write_bytes(b"")
    (tmp_path / "new").replace(path)
    assert sum(chunk.data.count(b"\n") for chunk in chunks) > 49_000
    path.write_bytes(data)
    chunks = source.chunks(JsonLines(), 1000)
    next(chunks)
    with path.open("ab") as more:
        more.write(b"" if suffix else line)
    os.utime(path, ns=(0, 0))
    with pytest.raises(InputError, match="it changed while it was read"):
        list(chunks)


def test_input_that_reads_differently(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The input at hand has to read as it did, although it has the same size and time."""
    monkeypatch.chdir(make(tmp_path, _SMALL))
    with pytest.raises(StoppedError):
        _clean_small(_after(1))
    assert _manifest(tmp_path)["position"][:2] == [0, 1]
    path = tmp_path / "in/a.jsonl"
    before = path.stat()
    _break("in/a.jsonl", b"fox", b"cat")(tmp_path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    ended = run("clean", *_SAME, folder=tmp_path)
    assert ended.status == 2
    assert "a.jsonl: it does not read as it did before the run was stopped" in ended.err
