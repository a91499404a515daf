"""Signals that ask a process to stop, for work that ends at a place of its own choice."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import NoReturn

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


def end_now(number: int, _frame: FrameType | None) -> NoReturn:
    """Unwind, so that unfinished outputs are removed, and end with the status that tells of a signal."""
    raise SystemExit(128 + number)


class StopSignals:
    """Remembers that the process was asked to stop; a second signal ends it at once. Used as a context manager.

    Attributes:
        number: The signal; 0 if there was none.
    """

    def __init__(self) -> None:
        self.number = 0
        self._before = {
            getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in _NAMES if hasattr(signal, name)
        }

    def __enter__(self) -> StopSignals:
        for number in self._before:
            signal.signal(number, self._remember)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def has_come(self) -> bool:
        """Whether the process was asked to stop."""
        return self.number != 0

    def _remember(self, number: int, frame: FrameType | None) -> None:
        if self.number:
            end_now(number, frame)
        self.number = number
