"""Progress on standard error: a bar on a terminal, a plain line now and then elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
import time
from types import TracebackType

import click

from dedup.records import Summary
from dedup.reports.terminal import printable

_SECONDS_BETWEEN_LINES = 10.0
_BYTES_BETWEEN_UPDATES = 1 << 20
_MOST_SKIPPED_SHOWN = 20


class Progress:
    """Looks on at a run (see `observing.Observer`) and tells people. Used as a context manager.

    Attributes:
        damages: The inputs of which only what comes before damage was read, and what is wrong with them.
        skips: How many records could not be read.
        first_skip: The first of them, and what is wrong with it.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: click._termui_impl.ProgressBar[int] | None = None
        self._total = self._read = self._unshown = self.skips = 0
        self.first_skip: tuple[str, str] | None = None
        self._last_line = time.monotonic()
        self.damages: list[tuple[str, str]] = []

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            if error is None:
                self._bar.update(self._unshown)
            self._bar.render_finish()

    def reading(self, size: int) -> None:
        """Bytes that will be read; 0 if unknown."""
        self._total = size
        if not self._quiet and size and sys.stderr.isatty():
            self._bar = click.progressbar(length=size, label="cleaning", file=sys.stderr)
            self._bar.render_progress()

    def progressed(self, size: int, summary: Summary) -> None:
        """So many more bytes were read."""
        self._read += size
        self._unshown += size
        if self._unshown < _BYTES_BETWEEN_UPDATES or self._quiet:
            return
        if self._bar is not None:
            self._bar.update(self._unshown)
        elif time.monotonic() - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            of_total = f" of {self._total / 1e6:,.0f}" if self._total else ""
            self._tell(
                f"{self._read / 1e6:,.0f}{of_total} MB, {summary.documents:,} documents, "
                f"{summary.exact + summary.near:,} merges"
            )
        self._unshown = 0

    def skipped(self, place: str, detail: str) -> None:
        """A record could not be read; the first of them are named, the summary counts all."""
        self.skips += 1
        self.first_skip = self.first_skip or (place, detail)
        if self.skips <= _MOST_SKIPPED_SHOWN:
            self._tell(f"skipped {printable(place)}: {printable(detail)}")
        elif self.skips == _MOST_SKIPPED_SHOWN + 1:
            self._tell("further skipped records are counted, and named in the report")

    def damaged(self, place: str, detail: str) -> None:
        """The rest of an input cannot be read."""
        self.damages.append((place, detail))

    def _tell(self, line: str) -> None:
        if not self._quiet:
            click.echo(line, err=True)
