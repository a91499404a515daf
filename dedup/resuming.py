"""What a run keeps so that it can be gone on with after it was stopped, in whatever way: its state.

The state is a folder that one run works with at a time. Now and then everything that was written reaches the disk, the
index is saved beside it, and the manifest (see `manifest`) names both: a checkpoint. A run goes on at the last one and
ends with the same bytes as one that was never stopped. What the manifest does not name is removed or written again.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from dedup._kernels import chosen_name
from dedup.errors import DedupError, InputError, SettingsError
from dedup.formats.base import Chunk
from dedup.kept_outputs import KeptOutputs, check_parts, place
from dedup.locking import lock
from dedup.manifest import NAME, Manifest, SourceFacts, Tally, read_manifest, write_manifest
from dedup.outputs import Outputs, output_errors
from dedup.passes import Passes, check_resumable
from dedup.reading import Input, Reading, chunks_of
from dedup.records import Summary
from dedup.settings import Settings
from dedup.sources import Source, input_errors
from dedup.trail import Trail
from dedup.version import __version__
from dedup.writing import Writing, check_state

_MAY_CHANGE = ("force", "state", "checkpoint_seconds")  # from one part of a run to the next
_LOCK = "lock"
_OWN = {_LOCK, NAME, f"{NAME}.new"}  # what may be there before the first manifest is
_GENERATION = re.compile(r".+\.(?P<number>[0-9]+)")
_SHARE = 20  # what goes before a checkpoint takes at least so many times as long as one
_SLOW = 1.0  # seconds; a run that is told to stop takes no checkpoint that is slower


class StoppedError(DedupError):
    """A run was told to stop. What it had done can be gone on with."""


class NoState:
    """What a run keeps that need not be gone on with: nothing.

    Attributes:
        tally: What it has counted.
    """

    def __init__(self) -> None:
        self.tally = Tally()
        self._begun = time.monotonic()

    def __enter__(self) -> NoState:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Nothing is left to be done."""

    @property
    def seconds(self) -> float:
        """How long the run has worked, all its parts together."""
        return time.monotonic() - self._begun

    @property
    def is_new(self) -> bool:
        """Whether the run begins now."""
        return True

    @property
    def given(self) -> int:
        """Number of the input at hand, from 0."""
        return 0

    def finish(self) -> Summary | None:
        """The books, if all is gone through already; then all outputs are in their places."""
        return None

    def finished(self, sources: Sequence[Source]) -> Summary | None:
        """The books, if the run was finished before.

        Raises:
            InputError: If the inputs are not those that were read.
        """

    def outputs(self, sources: Sequence[Source], *, force: bool) -> Outputs:
        """Where the run writes to."""
        return Outputs(sources, force=force)

    def begin(self, passes: Passes) -> None:
        """All is checked, and work begins, or goes on."""

    def is_begun(self, output: str | None) -> bool:  # noqa: ARG002  # see `State`
        """Whether an output is half written."""
        return False

    def chunks(self, inputs: Sequence[Input]) -> Iterator[tuple[Input, Chunk]]:
        """What is to be gone through."""
        return chunks_of(inputs)

    def passed(self) -> None:
        """One more chunk is done, and was written."""

    def check(self) -> None:
        """See whether the run is to stop.

        Raises:
            StoppedError: If it is.
        """

    def commit(self, outputs: Outputs, summary: Summary) -> None:
        """Put all outputs in their places.

        Raises:
            OutputError: If that cannot be.
        """
        del summary
        outputs.commit()


class State(NoState):
    """What a run keeps so that it can be gone on with.

    Args:
        folder: Where.
        command: What the run is asked to do, by name; a state goes with one command.
        seconds: Least time between two checkpoints; 0 takes one after every chunk.
        is_stopped: Whether the run is to stop.
    """

    def __init__(
        self, folder: Path, command: Mapping[str, Any], seconds: float, is_stopped: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._folder = folder
        self._manifest = Manifest(command=dict(command), sources=[])
        self._between = seconds
        self._is_stopped = is_stopped
        self._lock: BinaryIO | None = None
        self._is_found = False
        self._cost = 0.0
        self._last = time.monotonic()
        self._trail = Trail(self._manifest.position, is_stopped)
        self._passes: Passes | None = None
        self._outputs: KeptOutputs | None = None

    def __enter__(self) -> State:
        with input_errors(self._folder):
            if self._folder.exists():
                self._find()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._lock is not None:
            self._lock.close()

    def _find(self) -> None:
        if not self._folder.is_dir():
            raise InputError(self._folder, "it is no folder: --state needs one of its own")
        if not (self._folder / NAME).exists():
            if others := {found.name for found in self._folder.iterdir()} - _OWN:
                what = f"it holds {min(others)!r} and no state of a run: --state needs a folder of its own"
                raise InputError(self._folder, what)
            return
        self._take_lock()
        found = read_manifest(self._folder)
        if found is None:
            return
        self._check_command(found.command)
        self._manifest = found
        self._is_found = True
        self.tally = found.tally
        self._trail = Trail(found.position, self._is_stopped)

    def _take_lock(self) -> None:
        if self._lock is None:
            opened = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            self._lock = os.fdopen(opened, "r+b")
            if lock(opened) is False:
                raise InputError(self._folder, "another run works with this state: wait until it ends, or stop it")

    def _check_command(self, command: dict[str, Any]) -> None:
        for name, value in self._manifest.command.items():
            if command.get(name) != value:
                was = f"the run whose state is in {self._folder} has {command.get(name)!r}"
                raise SettingsError(name, value, f"{was}: {self._remedy}")

    @property
    def seconds(self) -> float:
        """See `NoState`."""
        return self._manifest.seconds + super().seconds

    @property
    def is_new(self) -> bool:
        """See `NoState`."""
        return self._manifest.generation == 0

    @property
    def given(self) -> int:
        """See `NoState`."""
        return self._trail.position.given

    def finish(self) -> Summary | None:
        """See `NoState`."""
        if self._manifest.stage == "placing":
            self._place()
            return self._manifest.summary
        return None

    def finished(self, sources: Sequence[Source]) -> Summary | None:
        """See `NoState`."""
        facts = list(map(_facts, sources))
        if not self._is_found:
            self._manifest.sources = facts
            return None
        self._check_sources(facts)
        is_finished = self._manifest.stage == "finished"
        parts = [part for part in self._manifest.parts if part.is_closed]
        check_parts(parts, staged=not is_finished, placed=is_finished)
        if not is_finished:
            return None
        self._remove_all()
        return self._manifest.summary

    def _check_sources(self, facts: list[SourceFacts]) -> None:
        for was, now in zip(self._manifest.sources, facts, strict=False):
            if was.path != now.path:
                raise InputError(now.path, f"when the run began, {was.path} was in its place: {self._remedy}")
            if was != now:
                raise InputError(now.path, f"it was changed after the run began: {self._remedy}")
        if len(facts) != len(self._manifest.sources):
            what = f"there are {len(facts)} inputs, and were {len(self._manifest.sources)} when the run began"
            raise InputError(self._folder, f"{what}: {self._remedy}")

    @property
    def _remedy(self) -> str:
        return f"give another --state, or remove {self._folder} to begin anew"

    def outputs(self, sources: Sequence[Source], *, force: bool) -> Outputs:
        """See `NoState`."""
        self._outputs = KeptOutputs(
            sources, force=force, folder=self._folder, parts=self._manifest.parts, check=self.check
        )
        return self._outputs

    def begin(self, passes: Passes) -> None:
        """See `NoState`."""
        self._passes = passes
        with output_errors(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._take_lock()
            if not self._is_found:
                write_manifest(self._folder, self._manifest)
            self._remove_others()
        if not self.is_new:
            passes.load(self._folder, self._manifest.generation)
        self._last = time.monotonic()

    def is_begun(self, output: str | None) -> bool:
        """See `NoState`."""
        return self._outputs is not None and self._outputs.is_begun(output)

    def chunks(self, inputs: Sequence[Input]) -> Iterator[tuple[Input, Chunk]]:
        """See `NoState`."""
        return self._trail.chunks(inputs)

    def passed(self) -> None:
        """See `NoState`."""
        self._trail.passed()
        self.check()
        waited = time.monotonic() - self._last
        if not self._between or waited >= max(self._between, _SHARE * self._cost):
            self._checkpoint()

    def check(self) -> None:
        """See `NoState`."""
        if self._is_stopped():
            if self._trail.position != self._manifest.position and self._cost <= _SLOW:
                self._checkpoint()
            is_all = self._trail.position == self._manifest.position
            saved = "progress" if is_all else f"progress up to {time.monotonic() - self._last:.0f} seconds ago"
            raise StoppedError(f"stopped; {saved} is saved in {self._folder}")

    def _checkpoint(self) -> None:
        if self._passes is None or self._outputs is None:
            return
        begun = time.monotonic()
        now = self._manifest
        with output_errors(self._folder):
            self._passes.save(self._folder, now.generation + 1)
            now.parts = self._outputs.sync()
            now.generation += 1
            now.position = self._trail.position
            now.tally = self.tally
            self._write()
            self._remove_others()
            self._outputs.remove_logs()
        self._last = time.monotonic()
        self._cost = self._last - begun

    def _write(self) -> None:
        self._manifest.seconds = self.seconds
        self._begun = time.monotonic()
        write_manifest(self._folder, self._manifest)

    def _remove_others(self) -> None:
        """Remove what belongs to other checkpoints."""
        for found in self._folder.iterdir():
            number = _GENERATION.fullmatch(found.name)
            if number and int(number["number"]) != self._manifest.generation:
                found.unlink(missing_ok=True)

    def commit(self, outputs: Outputs, summary: Summary) -> None:
        """See `NoState`."""
        if self._outputs is None:
            super().commit(outputs, summary)
            return
        now = self._manifest
        with output_errors(self._folder):
            now.parts = self._outputs.sync()
            now.tally = self.tally
            now.stage = "placing"
            now.summary = summary
            self._write()
        self._place()

    def _place(self) -> None:
        now = self._manifest
        check_parts(now.parts, staged=True, placed=True)
        place(now.parts)
        with output_errors(self._folder):
            now.stage = "finished"
            self._write()
        self._remove_all()

    def _remove_all(self) -> None:
        """Leave of a state that is not needed any more only what tells so."""
        with output_errors(self._folder):
            for found in self._folder.iterdir():
                if found.name not in (_LOCK, NAME):
                    found.unlink(missing_ok=True)


def state_of(
    inputs: Sequence[str], settings: Settings, reading: Reading, writing: Writing, is_stopped: Callable[[], bool]
) -> NoState:
    """What a run keeps, if it was asked to keep anything. Used as a context manager.

    Raises:
        InputError: On entering, if the state is in use, damaged, or something else.
        OutputError: If the state cannot be where it was asked for.
        SettingsError: If the run cannot be gone on with, or the state is that of another one.
    """
    if writing.state is None:
        return NoState()
    check_resumable(settings)
    check_state(inputs, writing)
    written = {name: value for name, value in asdict(writing).items() if name not in _MAY_CHANGE}
    command = {
        "version": __version__,
        "kernels": chosen_name(),
        "inputs": [str(Path(given).absolute()) for given in inputs],
        **asdict(settings),
        **asdict(reading),
        **written,
        **{name: path and str(Path(path).absolute()) for name, path in writing.paths.items()},
    }
    as_read_back = json.loads(json.dumps(command))  # with lists for tuples
    return State(Path(writing.state), as_read_back, writing.checkpoint_seconds, is_stopped)


def _facts(source: Source) -> SourceFacts:
    if source.path is None:
        raise SettingsError("state", source.name, "standard input cannot be read again: give files")
    with input_errors(source.path):
        found = source.path.stat()
    return SourceFacts(str(source.path.absolute()), found.st_size, found.st_mtime_ns)
