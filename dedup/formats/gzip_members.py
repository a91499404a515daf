"""Gzip as archives use it: a member for every record, so that readers can begin at any of them.

Members that hold one record and nothing else are passed on as they are. What is packed anew has no time, no name and no
system in its header: equal runs give equal bytes.
"""

from __future__ import annotations

import zlib
from typing import BinaryIO

from dedup.formats.windows import FramingError, Window

MAGIC = b"\x1f\x8b"
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_RAW, _GZIP = -15, 31  # how zlib is told which frame it has to expect
_LEVEL = 6
_READ = 1 << 15
_STEP = 1 << 16


def packed(plain: bytes, *, quickly: bool = False) -> bytes:
    """A gzip member.

    Args:
        plain: What it holds.
        quickly: Whether it is stored as it is, to be packed when it is written (see `finished`).
    """
    deflater = zlib.compressobj(0 if quickly else _LEVEL, zlib.DEFLATED, _RAW)
    sizes = zlib.crc32(plain).to_bytes(4, "little") + (len(plain) & 0xFFFFFFFF).to_bytes(4, "little")
    return _HEADER + deflater.compress(plain) + deflater.flush() + sizes


def finished(member: bytes, plain: bytes) -> bytes:
    """A member that holds something, as it is to be written: packed if it only was stored so far."""
    is_stored = member.startswith(_HEADER) and not member[len(_HEADER)] & 0b110
    return packed(plain) if is_stored else member


def unpacked(raw: bytes) -> bytes:
    """What a member holds; bytes that are no member stay as they are."""
    return zlib.decompress(raw, _GZIP) if raw.startswith(MAGIC) else raw


class GzipWindow(Window):
    """The next bytes of what gzip members hold, unpacked only as far as they are asked for.

    Args:
        stream: The members.
        begun: Bytes of the stream that have been read already.
    """

    def __init__(self, stream: BinaryIO, begun: bytes = b"") -> None:
        super().__init__()
        self._stream = stream
        self._unread = begun
        self._inflater: zlib._Decompress | None = None
        self._own: list[bytes] | None = None  # the member, if it began with what is now the next byte

    @property
    def place(self) -> str:
        """See `Window`."""
        return f"byte {self.position:,} of what is packed in it"

    def take_raw(self, size: int) -> tuple[bytes, bytes]:
        """See `Window`: a member; that of the input if it holds nothing else."""
        if self._own is not None and self._inflater is not None and self.size == size:
            self._add(self._inflate())  # only its end is left, or more than was asked for
        own = self._own
        if self._inflater is not None or self.size > size:  # it holds more
            own = self._own = None
        plain = self.take(size)
        return plain, packed(plain, quickly=True) if own is None else b"".join(own)

    def _more(self) -> bytes:
        while self._inflater is not None or self._begin_member():
            if found := self._inflate():
                return found
        return b""

    def _begin_member(self) -> bool:
        """Begin the next member, if there is one; zeros behind the last one are padding."""
        while len(self._unread) < len(MAGIC) or not self._unread.strip(b"\0"):
            more = self._stream.read(_READ)
            if not more:
                break
            self._unread = self._unread.strip(b"\0") + more
        if not self._unread.strip(b"\0"):
            return False
        if not self._unread.startswith(MAGIC):
            raise FramingError(f"{self.place}: what follows there is not gzip; the file is damaged or has a wrong name")
        self._inflater = zlib.decompressobj(_GZIP)
        self._own = None if self.size else []
        return True

    def _inflate(self) -> bytes:
        """The next bytes of the member; nothing at its end, which is checked."""
        while self._inflater is not None:
            given = self._unread or self._stream.read(_READ)
            try:
                found = self._inflater.decompress(given, _STEP)
            except zlib.error as error:
                raise FramingError(f"{self.place}: damaged gzip, {error}") from error
            self._unread = self._inflater.unused_data if self._inflater.eof else self._inflater.unconsumed_tail
            if self._own is not None:
                self._own.append(given[: len(given) - len(self._unread)])
            if self._inflater.eof:
                self._inflater = None
            if found:
                return found
            if not given:
                raise FramingError(f"{self.place}: it is cut off there, inside of a gzip member; get it again")
        return b""
