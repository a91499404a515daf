"""What does not fit into memory waits in a temporary file."""

from __future__ import annotations

import os
import tempfile
from array import array
from types import TracebackType

from dedup.errors import OutputError


class Spill:
    """Byte strings in a temporary file, each found again by its number; eight bytes of memory each.

    Used as a context manager, by one thread. The file has no name, so that nothing of it is left however the process
    ends (on Windows it has one, and the system removes it).

    Raises:
        OutputError: Here and by every method, if the file cannot be made, written or read.
    """

    def __init__(self) -> None:
        self._ends = array("q", [0])
        self._is_at_end = True
        with _SPILL_ERRORS:
            self._stream = tempfile.TemporaryFile(prefix="dedup-")  # noqa: SIM115  # closed by `close`

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        try:
            self.close()
        except OutputError:  # what is still in the buffer may fail to be written once more, and nobody needs it
            return

    def close(self) -> None:
        """Forget everything."""
        with _SPILL_ERRORS:
            self._stream.close()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, data: bytes) -> int:
        """Add a byte string; returns its number, from 0."""
        with _SPILL_ERRORS:
            if not self._is_at_end:
                self._stream.seek(0, os.SEEK_END)
                self._is_at_end = True
            self._stream.write(data)
        self._ends.append(self._ends[-1] + len(data))
        return len(self) - 1

    def __getitem__(self, number: int) -> bytes:
        if not 0 <= number < len(self):
            raise IndexError(number)
        start, end = self._ends[number], self._ends[number + 1]
        with _SPILL_ERRORS:
            self._is_at_end = False
            self._stream.seek(start)
            data = self._stream.read(end - start)
            if len(data) < end - start:
                raise OSError("it was cut off")
        return data


class _SpillErrors:
    """Turns what the system says about the file into an `OutputError`; no generator, as it is entered very often."""

    def __enter__(self) -> None:
        return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            reason = f"the texts that wait in a temporary file there cannot be held: {error.strerror or error}"
            raise OutputError(tempfile.gettempdir(), f"{reason}; TMPDIR names another folder") from error


_SPILL_ERRORS = _SpillErrors()
