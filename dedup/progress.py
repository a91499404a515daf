"""Progress on standard error: one line on a terminal, a plain line now and then elsewhere, nothing when quiet."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

import click

from dedup.records import Summary
from dedup.reports.terminal import printable

_SECONDS_BETWEEN_LINES = 10.0
_SECONDS_BETWEEN_DRAWINGS = 0.1
_SECONDS_OF_AVERAGE = 30.0
_COLUMNS = 80  # of a terminal that does not say
_MOST_SKIPPED_SHOWN = 20


class Progress:
    """Looks on at a run (see `observing.Observer`) and tells people. Used as a context manager.

    Args:
        quiet: Whether to say nothing.
        clock: Gives the seconds since some moment.

    Attributes:
        damages: The inputs of which only what comes before damage was read, and what is wrong with them.
        size: Bytes that were read so far.
        skips: How many records could not be read so far, and how much in folders is not read at all.
        first_skip: The first of them, and what is wrong with it.
    """

    def __init__(self, *, quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._is_quiet = quiet
        self._is_terminal = not quiet and sys.stderr.isatty()
        self._clock = clock
        self._total = 0
        self._summary = Summary()
        self._documents_before = 0  # in parts of the run that were stopped
        self._begun = self._shown = self._now = clock()
        self._speed = _Speed(self._now)
        self._drawn = ""  # the line on the terminal
        self.first_skip: tuple[str, str] | None = None
        self.damages: list[tuple[str, str]] = []
        self.size = self.skips = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._drawn:
            if error is None:
                self._draw(self._line())
            click.echo(err=True)

    def reading(self, size: int) -> None:
        """Bytes that will be read; 0 if unknown."""
        self._total = size
        if self._is_terminal and size:
            self._draw(self._line())

    def progressed(self, size: int, summary: Summary) -> None:
        """So many more bytes were read."""
        self.size += size
        self._summary = summary
        self._now = self._clock()
        self._speed.add(size, self._now)
        between = _SECONDS_BETWEEN_DRAWINGS if self._is_terminal else _SECONDS_BETWEEN_LINES
        if self._now - self._shown < between:
            return
        self._shown = self._now
        if self._is_terminal:
            self._draw(self._line())
        elif not self._is_quiet:
            click.echo(self._line(), err=True)

    def resumed(self, size: int, summary: Summary, skips: int, first_skip: tuple[str, str] | None) -> None:
        """See `observing.Observer`."""
        self.size += size
        self._summary = summary
        self._documents_before = summary.documents
        self.skips += skips
        self.first_skip = self.first_skip or first_skip

    def skipped(self, place: str, detail: str) -> None:
        """A record could not be read, or something is not read at all; the first are named, the summary counts all."""
        self.skips += 1
        self.first_skip = self.first_skip or (place, detail)
        if self.skips <= _MOST_SKIPPED_SHOWN:
            self._tell(f"skipped {printable(place)}: {printable(detail)}")
        elif self.skips == _MOST_SKIPPED_SHOWN + 1:
            self._tell("further skipped records are counted, and named in the report")

    def damaged(self, place: str, detail: str) -> None:
        """The rest of an input cannot be read."""
        self.damages.append((place, detail))

    def _line(self) -> str:
        """How far it is."""
        spent = self._now - self._begun
        documents = self._summary.documents
        a_second = (documents - self._documents_before) / spent if spent else 0
        parts = [
            f"{self.size / 1e6:,.0f} MB",
            f"{documents:,} documents" + (f" ({a_second:,.0f}/s)" if spent else ""),
            f"{self._summary.exact + self._summary.near:,} duplicates",
        ]
        if self._total:
            share = min(self.size / self._total, 1)
            parts[0] = f"{share:.0%}, {self.size / 1e6:,.0f} of {self._total / 1e6:,.0f} MB"
            left = self._speed.seconds_for(self._total - self.size)
            parts += [] if left is None else [f"{_duration(left)} left"]
        return ", ".join(parts)

    def _draw(self, line: str) -> None:
        """Put a line in the place of the one on the terminal."""
        line = line[: _columns() - 1]
        click.echo("\r" + line.ljust(len(self._drawn)), nl=False, err=True)
        self._drawn = line

    def _tell(self, line: str) -> None:
        """Say something on a line of its own."""
        if self._is_quiet:
            return
        drawn = self._drawn
        if drawn:
            self._draw("")
            click.echo("\r", nl=False, err=True)
        click.echo(line, err=True)
        if drawn:
            self._draw(drawn)


class _Speed:
    """How fast something goes on, of late.

    Args:
        now: The seconds at which it begins.
    """

    def __init__(self, now: float) -> None:
        self._marks = deque([(now, 0)])
        self._now = now
        self._done = 0

    def add(self, size: int, now: float) -> None:
        """So much more was done until now."""
        self._done += size
        self._now = now
        if now - self._marks[-1][0] >= 1:
            self._marks.append((now, self._done))
        while len(self._marks) > 1 and now - self._marks[1][0] >= _SECONDS_OF_AVERAGE:
            self._marks.popleft()

    def seconds_for(self, size: int) -> float | None:
        """How long so much more will take; None if nobody knows."""
        then, done = self._marks[0]
        if self._now <= then or self._done <= done:
            return None
        return max(size, 0) * (self._now - then) / (self._done - done)


def _duration(seconds: float) -> str:
    """Seconds as `1:05`, or `2:03:04`."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def _columns() -> int:
    """How wide the terminal is."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS
