"""The next bytes of a stream, as many as somebody wants to look at before taking them."""

from __future__ import annotations

from typing import BinaryIO

_READ = 1 << 18


class FramingError(OSError):
    """Where the next record begins, or what is packed in an input, can no longer be told.

    An `OSError` like those of the standard library about broken files: who opens an input says which one it is.
    """


class Window:
    """The next bytes of a stream that children know how to read."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._start = 0
        self.position = 0

    @property
    def size(self) -> int:
        """How many bytes are there without reading on."""
        return len(self._data) - self._start

    @property
    def place(self) -> str:
        """Where the next byte stands, for people."""
        return f"byte {self.position:,}"

    def fill(self, size: int) -> bool:
        """Read on until so many bytes are there; whether the stream has them."""
        while self.size < size:
            more = self._more()
            if not more:
                return False
            self._add(more)
        return True

    def find(self, sought: bytes, start: int, end: int) -> int:
        """Where some bytes stand among those that are there and between two places; -1 if they do not."""
        found = self._data.find(sought, self._start + start, min(self._start + end, len(self._data)))
        return found - self._start if found >= 0 else -1

    def look(self, start: int, end: int) -> bytes:
        """The bytes from one place to another, as far as they are there."""
        return bytes(self._data[self._start + start : self._start + end])

    def take(self, size: int) -> bytes:
        """Take so many bytes, which are there."""
        taken = self.look(0, size)
        self._start += size
        self.position += size
        return taken

    def take_raw(self, size: int) -> tuple[bytes, bytes]:
        """Take so many bytes, which are there, and the same as they are to be written."""
        taken = self.take(size)
        return taken, taken

    def _add(self, more: bytes) -> None:
        if self._start == len(self._data):
            self._data = bytearray(more)
            self._start = 0
            return
        if self._start > _READ:
            del self._data[: self._start]
            self._start = 0
        self._data += more

    def _more(self) -> bytes:
        """The next bytes of the stream; none at its end."""
        raise NotImplementedError


class PlainWindow(Window):
    """The next bytes of a stream as it is.

    Args:
        stream: The stream.
        begun: Bytes of it that have been read already.
    """

    def __init__(self, stream: BinaryIO, begun: bytes = b"") -> None:
        super().__init__()
        self._stream = stream
        self._add(begun)

    def _more(self) -> bytes:
        return self._stream.read(_READ)
