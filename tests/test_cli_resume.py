"""A run that keeps its state may be stopped in any way, and ends with the same bytes as one that was not."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from dedup import Settings
from dedup.compression import Opening
from dedup.reading import Reading
from dedup.run_state import StoppedError
from dedup.runs import Result, clean_files
from dedup.signals import StopSignals
from dedup.writing import Writing
from tests.command import BEAR, FOX, OWL, Nobody, arguments, environment, make, run, start, tree
from tests.compressed import COMPRESS
from tests.interrupting import OUTPUTS, STATE, corpus, manifest, status_unless_killed, stopped_after, written

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
            assert not {name for name in _files(here) if name in whole} or manifest(here)["stage"] != "running"
        assert status == 2  # one input is damaged
        assert _files(here) == whole
    assert rounds > 1


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
            _clean(here, stopped_after(asked), jobs)
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
            _clean(here, stopped_after(6 + stops))
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
            stages.add(manifest(here)["stage"])
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
    assert manifest(here)["stage"] == "running"
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
