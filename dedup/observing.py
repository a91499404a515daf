"""Those who look on while a run goes on."""

from __future__ import annotations

from typing import Protocol

from dedup.records import Summary


class Observer(Protocol):
    """Somebody who looks on while a run goes on."""

    def reading(self, size: int) -> None:
        """Bytes that will be read; 0 if unknown."""

    def progressed(self, size: int, summary: Summary) -> None:
        """So many more bytes were read; the books so far."""

    def resumed(self, size: int, summary: Summary, skips: int, first_skip: tuple[str, str] | None) -> None:
        """What happened before the run was stopped: bytes that were read, the books, how many records could not be
        read, and the place and detail of the first of them.
        """

    def skipped(self, place: str, detail: str) -> None:
        """A record could not be read, or something in a folder is not read at all."""

    def damaged(self, place: str, detail: str) -> None:
        """The rest of an input cannot be read, and what comes before it was to be salvaged."""
