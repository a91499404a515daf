"""What was given to an output that cannot be gone on with where it ends: one that is compressed, or a table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from xxhash import xxh3_64_digest

from dedup.manifest import damaged_state

_LENGTH = _CHECKSUM = 8  # bytes


class OutputLog:
    """Byte strings in a private file, in order.

    Args:
        path: The file.
        length: How many bytes of it count; what follows them is removed.

    Raises:
        OSError: Here and by every method, if the file cannot be opened, written or read.
        InputError: If it has fewer bytes.
    """

    def __init__(self, path: Path, length: int) -> None:
        self._path = path
        self._stream = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        if os.fstat(self._stream.fileno()).st_size < length:
            raise damaged_state(path, "it was cut off")
        self._stream.truncate(length)

    def entries(self) -> Iterator[bytes]:
        """Everything in it; afterwards more can be appended."""
        self._stream.seek(0)
        while head := self._stream.read(_LENGTH + _CHECKSUM):
            size = int.from_bytes(head[:_LENGTH], "little")
            data = self._stream.read(size) if size <= self._left() else b""
            if head[_LENGTH:] != xxh3_64_digest(data):
                raise damaged_state(self._path, "it is damaged")
            yield data

    def append(self, data: bytes) -> None:
        """Add a byte string."""
        self._stream.write(len(data).to_bytes(_LENGTH, "little") + xxh3_64_digest(data))
        self._stream.write(data)

    def sync(self) -> int:
        """Let everything reach the disk; returns how many bytes that are."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return self._stream.tell()

    def close(self) -> None:
        """Write no more; what has not reached the disk may be lost."""
        with suppress(OSError):  # what is still in the buffer may fail to be written, and nobody needs it
            self._stream.close()

    def _left(self) -> int:
        return os.fstat(self._stream.fileno()).st_size - self._stream.tell()
