"""Compressed bytes > bytes, as a stream of which it is known how far it has come in its file, and why it ends.

A file may hold several members (gzip), frames (Zstandard) or streams one after another, and zeros behind the last one.
Anything else in it that cannot be decompressed is an error with its place, never the end of the input.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from dedup.compression import LONGEST_MAGIC, MOST_AHEAD, PIECE, Ahead, Codec, Decoder, NoZstdError, Opening
from dedup.errors import InputError

_BLOCK = 1 << 17
_SALVAGED_BLOCK = 1 << 12  # what stands before damage in its own block is lost
_ALWAYS_ALLOWED = 64 << 20  # bytes that a small file may hold, however well it is compressed


class Damage(NamedTuple):
    """Where decompressing had to end, and why.

    Attributes:
        byte: How many bytes of the file were good, as far as that is known.
        reason: What is wrong.
        following: After how many bytes what can be decompressed begins again; None if it does not.
    """

    byte: int
    reason: str
    following: int | None = None


class _Piece(NamedTuple):
    data: bytes
    position: int
    damage: Damage | None = None


class _DamagedError(Exception):
    """What follows cannot be decompressed."""


class _TooLargeError(_DamagedError):
    """The rest is not to be decompressed."""


class _Decoding:
    """The members of a file, one after another.

    Args:
        stream: The file.
        name: What it is called in errors.
        codec: How it is compressed.
        opening: What is allowed.
        head: What has been read of it already.
    """

    def __init__(self, stream: BinaryIO, name: str, codec: Codec, opening: Opening, head: bytes) -> None:
        self._stream = stream
        self._name = name
        self._codec = codec
        self._opening = opening
        self._rest = head
        self._given = b""  # the last bytes that a decoder was given
        self._position = len(head)
        self._good = 0
        self._produced = 0

    def pieces(self) -> Iterator[_Piece]:
        """What they hold. Damage is a piece of its own; there is nothing behind it if it says so."""
        while True:
            try:
                while self._fill():
                    yield from self._member()
                yield _Piece(b"", self._position)  # zeros and all
            except NoZstdError as error:
                raise InputError(self._name, str(error)) from error
            except _DamagedError as error:
                damage = Damage(self._good, str(error))
                if not self._opening.salvage:
                    reason = f"{damage.reason}; --salvage keeps what can be read"
                    raise InputError(self._name, reason, byte=damage.byte) from error
                if not isinstance(error, _TooLargeError):
                    damage = damage._replace(following=self._find_member())
                yield _Piece(b"", self._position, damage)
                if damage.following is not None:
                    continue
            return

    def _find_member(self) -> int | None:
        """Where the next member begins that begins behind the damage."""
        self._rest = self._rest or self._given[1:]  # what a decoder was given when it failed, but for its own beginning
        while self._codec.member is not None:
            found = self._codec.member.search(self._rest)
            if found is not None:
                self._rest = self._rest[found.start() :]
                return self._position - len(self._rest)
            self._rest = self._rest[1 - LONGEST_MAGIC :]
            if not self._read():
                break
        return None

    def _fill(self) -> bool:
        """Whether another member begins; zeros may stand behind the last one."""
        while len(self._rest) < LONGEST_MAGIC and self._read():
            pass
        if not self._rest:
            return False
        if self._codec.magic.match(self._rest):
            return True
        self._good = self._position - len(self._rest)
        while not self._rest.strip(b"\0"):
            self._rest = b""
            if not self._read():
                return False
        raise _DamagedError(f"what follows there is no {self._codec.name} data")

    def _read(self) -> bool:
        block = self._stream.read(_SALVAGED_BLOCK if self._opening.salvage else _BLOCK)
        self._position += len(block)
        self._rest += block
        return bool(block)

    def _member(self) -> Iterator[_Piece]:
        decoder = self._codec.decoder(self._opening)
        while not decoder.eof:
            self._good = self._position - len(self._rest)
            is_over = decoder.needs_input and not self._rest and not self._read()
            data = self._decompress(decoder)
            if data:
                yield _Piece(data, self._position)
            elif is_over and not decoder.eof:
                raise _DamagedError("the file ends here, in the middle of its data")
        self._rest = decoder.unused_data

    def _decompress(self, decoder: Decoder) -> bytes:
        given, self._rest = self._rest, b""
        self._given = given or self._given
        try:
            data = decoder.decompress(given, PIECE)
        except self._codec.error() as error:
            if "too much memory" in str(error):
                raise InputError(self._name, "its window is larger than 128 MB; --zstd-long allows that") from error
            doubt = "; what comes before may be damaged too" if self._opening.salvage else ""  # sums come last
            raise _DamagedError(f"damaged {self._codec.name} data ({error}){doubt}") from error
        self._produced += len(data)
        most = max(_ALWAYS_ALLOWED, self._opening.max_ratio * self._position)
        if self._produced > most:
            ratio = self._opening.max_ratio
            raise _TooLargeError(f"it decompresses to more than {ratio} times its size; --max-ratio allows more")
        return data


class DecompressedStream(io.RawIOBase):
    """What a compressed input holds, as a stream. Use it by one thread, under a buffer.

    Args:
        stream: The input, which stays open.
        name: What it is called in errors.
        codec: How it is compressed; None if it is not.
        opening: What is allowed.
        head: What has been read of it already.
        ahead: Whether it is worth a thread.

    Attributes:
        position: How many bytes of the input what was read so far came from.
        damage: Why nothing more can be read, once that is so; until `resume`.

    Raises:
        InputError: When reading, if the rest cannot be decompressed and is not to be salvaged.
    """

    def __init__(
        self, stream: BinaryIO, name: str, codec: Codec | None, opening: Opening, head: bytes = b"", *, ahead: bool
    ) -> None:
        super().__init__()
        self.position = 0
        self.damage: Damage | None = None
        self._data = memoryview(b"")
        pieces = _Decoding(stream, name, codec, opening, head).pieces() if codec else _as_they_are(stream, head)
        self._pieces = pieces
        self._ahead = Ahead() if ahead else None
        for _ in range(MOST_AHEAD):
            self._prepare()

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """See `io.RawIOBase`."""
        while not self._data and self.damage is None:
            piece = self._next()
            if piece is None:
                return 0
            self.position = piece.position
            self.damage = piece.damage
            self._data = memoryview(piece.data)
        count = min(len(buffer), len(self._data))
        buffer[:count] = self._data[:count]
        self._data = self._data[count:]
        return count

    def resume(self) -> bool:
        """Read on behind damage, if anything is there."""
        if self.damage is None or self.damage.following is None:
            return False
        self.damage = None
        return True

    def close(self) -> None:
        """Forget what is ahead."""
        if self._ahead is not None:
            self._ahead.close()
        super().close()

    def _next(self) -> _Piece | None:
        if self._ahead is None:
            return next(self._pieces, None)
        piece: _Piece | None = self._ahead.first() if self._ahead.count else None
        if piece is not None:
            self._prepare()
        return piece

    def _prepare(self) -> None:
        if self._ahead is not None:
            self._ahead.add(lambda: next(self._pieces, None))


def _as_they_are(stream: BinaryIO, head: bytes) -> Iterator[_Piece]:
    position = 0
    data = head
    while data:
        position += len(data)
        yield _Piece(data, position)
        data = stream.read(PIECE)
