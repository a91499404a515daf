"""What a run keeps beside its outputs: nothing, unless it is to be gone on with (see `resuming`)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from types import TracebackType

from dedup.errors import DedupError
from dedup.formats.base import Chunk
from dedup.manifest import Tally
from dedup.outputs import Outputs
from dedup.passes import Passes
from dedup.reading import Input, chunks_of
from dedup.records import Summary
from dedup.sources import Source


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
