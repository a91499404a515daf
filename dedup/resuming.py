"""What a run keeps so that it can be gone on with after it was stopped, in whatever way: its state.

The state is a folder that one run works with at a time. Now and then everything that was written reaches the disk, the
index is saved beside it, and the manifest (see `manifest`) names both: a checkpoint. A run goes on at the last one and
ends with the same bytes as one that was never stopped. What the manifest does not name is removed or written again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from dedup._kernels import chosen_name
from dedup.errors import DedupError, InputError, SettingsError
from dedup.formats.base import Chunk
from dedup.kept_outputs import KeptOutputs, check_parts, place
from dedup.manifest import Manifest, SourceFacts
from dedup.outputs import Outputs
from dedup.passes import Passes, check_resumable
from dedup.reading import Input, Reading
from dedup.records import Summary
from dedup.run_state import NoState, StoppedError
from dedup.settings import Settings
from dedup.sources import Source, input_errors
from dedup.state_folder import StateFolder
from dedup.trail import Trail
from dedup.version import __version__
from dedup.writing import Writing, check_state

_MAY_CHANGE = {"force", "state", "checkpoint_seconds", "memory"}  # from one part of a run to the next
_SHARE = 20  # what goes before a checkpoint takes at least so many times as long as one
_SLOW = 1.0  # seconds; a run that is told to stop takes no checkpoint that is slower


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
        self._folder = StateFolder(folder)
        self._manifest = Manifest(command=dict(command), sources=[])
        self._between = seconds
        self._is_stopped = is_stopped
        self._is_found = False
        self._cost = 0.0
        self._last = time.monotonic()
        self._trail = Trail(self._manifest.position, is_stopped)
        self._passes: Passes | None = None
        self._outputs: KeptOutputs | None = None

    def __enter__(self) -> State:
        try:
            found = self._folder.find(self._manifest.command)
        except DedupError:
            self._folder.close()
            raise
        if found is not None:
            self._manifest, self._is_found = found, True
            self.tally = found.tally
            self._trail = Trail(found.position, self._is_stopped)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._folder.close()

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
        self._folder.clean(self._manifest)
        return self._manifest.summary

    def _check_sources(self, facts: list[SourceFacts]) -> None:
        for was, now in zip(self._manifest.sources, facts, strict=False):
            if was.path != now.path:
                raise InputError(now.path, f"when the run began, {was.path} was in its place: {self._folder.remedy}")
            if was != now:
                raise InputError(now.path, f"it was changed after the run began: {self._folder.remedy}")
        if len(facts) != len(self._manifest.sources):
            what = f"there are {len(facts)} inputs, and were {len(self._manifest.sources)} when the run began"
            raise InputError(self._folder.path, f"{what}: {self._folder.remedy}")

    def outputs(self, sources: Sequence[Source], *, force: bool) -> Outputs:
        """See `NoState`."""
        self._outputs = KeptOutputs(
            sources, force=force, folder=self._folder.path, parts=self._manifest.parts, check=self.check
        )
        return self._outputs

    def begin(self, passes: Passes) -> None:
        """See `NoState`."""
        self._passes = passes
        self._folder.make()
        if self._is_found:
            self._folder.clean(self._manifest)
        else:
            self._folder.write(self._manifest)
        if not self.is_new:
            passes.load(self._folder.path, self._manifest.generation)
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
            raise StoppedError(f"stopped; {saved} is saved in {self._folder.path}")

    def _checkpoint(self) -> None:
        if self._passes is None or self._outputs is None:
            return
        begun = time.monotonic()
        now = self._manifest
        self._passes.save(self._folder.path, now.generation + 1)
        now.parts = self._outputs.sync()
        now.generation += 1
        now.position = self._trail.position
        now.tally = self.tally
        self._write()
        self._last = time.monotonic()
        self._cost = self._last - begun

    def _write(self) -> None:
        self._manifest.seconds = self.seconds
        self._begun = time.monotonic()
        self._folder.write(self._manifest)

    def commit(self, outputs: Outputs, summary: Summary) -> None:
        """See `NoState`."""
        if self._outputs is None:
            super().commit(outputs, summary)
            return
        now = self._manifest
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
        now.stage = "finished"
        self._write()


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
    reads = asdict(reading)
    reads |= reads.pop("opening")
    command = {
        "version": __version__,
        "kernels": chosen_name(),
        "inputs": [str(Path(given).absolute()) for given in inputs],
        **asdict(settings),
        **reads,
        "encoding": reading.encoding.name,
        "encoding_errors": "replace" if reading.encoding.replaces else "strict",
        **asdict(writing),
        **{name: path and str(Path(path).absolute()) for name, path in writing.paths.items()},
    }
    command = {name: value for name, value in command.items() if name not in _MAY_CHANGE}
    as_read_back = json.loads(json.dumps(command))  # with lists for tuples
    return State(Path(writing.state), as_read_back, writing.checkpoint_seconds, is_stopped)


def _facts(source: Source) -> SourceFacts:
    if source.path is None:
        raise SettingsError("state", source.name, "standard input cannot be read again: give files")
    with input_errors(source.path):
        found = source.path.stat()
    return SourceFacts(str(source.path.absolute()), found.st_size, found.st_mtime_ns)
