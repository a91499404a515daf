"""The next bytes of a stream, as many as somebody wants to look at before taking them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from dedup.compression import Codec

_READ = 1 << 18


class FramingError(OSError):
    """Where the next record begins, or what is packed in an input, can no longer be told.

    An `OSError` like those of the standard library about broken files: who opens an input says which one it is.
    """


class Lost(NamedTuple):
    """What could not be read.

    Attributes:
        size: Bytes of the stream.
        following: After how many bytes it can be read again; None if it cannot.
    """

    size: int
    following: int | None


class Window:
    """The next bytes of a stream that children know how to read.

    Attributes:
        codec: How the stream is packed, if it is.
        position: How many bytes have been taken.
    """

    codec: Codec | None = None

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

    def take_parts(self, size: int) -> Iterator[bytes]:
        """Take so many bytes, some at a time, and line ends behind them; as they are to be written.

        Raises:
            FramingError: If they are not there.
        """
        place = self.place
        while size:
            if not self.fill(1):
                raise FramingError(f"the archive is cut off {size:,} bytes before the end of what begins at {place}")
            taken = self.take(min(size, self.size))
            size -= len(taken)
            yield taken
        self.fill(4)
        ends = self.look(0, 4)
        yield self.take(len(ends) - len(ends.lstrip(b"\r\n")))

    def recover(self) -> Lost:
        """Go where a record may begin, after what could not be read, if that can be told."""
        raise NotImplementedError

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

    def recover(self) -> Lost:
        """See `Window`: it cannot be told, for a text may hold what looks like a record."""
        size = self.size
        self.take(size)
        while self.fill(1):
            size += self.size
            self.take(self.size)
        return Lost(size, None)

    def _more(self) -> bytes:
        return self._stream.read(_READ)
