"""Archives as they are packed: a gzip member or a Zstandard frame for every record, so that readers can begin at any.

Members that hold one record and nothing else are passed on as they are. What is packed anew has no time, no name and no
system in its header: equal runs give equal bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from dedup.compression import CODECS, LONGEST_MAGIC, PIECE, STRICT, Codec, Decoder, NoZstdError, Opening, codec_in
from dedup.formats.base import UnreadableError
from dedup.formats.windows import FramingError, Lost, Window

GZIP, ZSTD = CODECS[:2]
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_DICTIONARY = b"\x5d\x2a\x4d\x18"
_RAW = -15  # how zlib is told that there is no frame
_LEVEL = 6
_READ = 1 << 15
_STEP = 1 << 16


def packing_of(head: bytes) -> Codec | None:
    """How the records of an archive are packed that begins so; None if they are not."""
    codec = codec_in(head)
    return codec if codec in (GZIP, ZSTD) else None


def packed(plain: bytes, codec: Codec, *, quickly: bool = False) -> bytes:
    """A member.

    Args:
        plain: What it holds.
        codec: How.
        quickly: Whether it may be stored as it is, to be packed when it is written (see `finished`).
    """
    if codec is not GZIP:
        encoder = codec.encoder()
        return encoder.compress(plain) + encoder.flush()
    deflater = zlib.compressobj(0 if quickly else _LEVEL, zlib.DEFLATED, _RAW)
    sizes = zlib.crc32(plain).to_bytes(4, "little") + (len(plain) & 0xFFFFFFFF).to_bytes(4, "little")
    return _GZIP_HEADER + deflater.compress(plain) + deflater.flush() + sizes


def finished(member: bytes, plain: bytes) -> bytes:
    """A member that holds something, as it is to be written: packed if it only was stored so far."""
    is_stored = member.startswith(_GZIP_HEADER) and not member[len(_GZIP_HEADER)] & 0b110
    return packed(plain, GZIP) if is_stored else member


def unpacked(raw: bytes) -> bytes:
    """What a member holds; bytes that are no member stay as they are.

    Raises:
        UnreadableError: If it is damaged, as one that comes from a report may be.
    """
    codec = packing_of(raw)
    if codec is None:
        return raw
    decoder = codec.decoder(Opening(zstd_long=True))
    pieces = []
    given = raw
    try:
        while not decoder.eof:
            if decoder.needs_input and not given:
                raise UnreadableError(f"a {codec.name} member that is cut off")
            pieces.append(decoder.decompress(given, PIECE))
            given = b""
    except codec.error() as error:
        raise UnreadableError(f"a damaged {codec.name} member: {error}") from error
    return b"".join(pieces)


class MemberWindow(Window):
    """The next bytes of what members hold, unpacked only as far as they are asked for.

    Args:
        stream: The members.
        begun: Bytes of the stream that have been read already.
        codec: How they are packed.
        opening: What is allowed.
    """

    def __init__(self, stream: BinaryIO, begun: bytes, codec: Codec, opening: Opening = STRICT) -> None:
        super().__init__()
        self.codec: Codec = codec
        self._stream = stream
        self._opening = opening
        self._unread = begun
        self._read = len(begun)
        self._given = b""  # the last bytes that the decoder was given
        self._decoder: Decoder | None = None
        self._own: list[bytes] | None = None  # the member, if it began with what is now the next byte
        self._is_passing = False
        self._good = 0  # bytes of the stream up to the last record

    @property
    def place(self) -> str:
        """See `Window`."""
        return f"byte {self.position:,} of what is packed in it"

    def take_raw(self, size: int) -> tuple[bytes, bytes]:
        """See `Window`: a member; that of the input if it holds nothing else."""
        if self._own is not None and self._decoder is not None and self.size == size:
            self._add(self._unpack())  # only its end is left, or more than was asked for
        own = self._own
        if self._decoder is not None or self.size > size:  # it holds more
            own = self._own = None
        plain = self.take(size)
        self._good = self._read - len(self._unread)
        return plain, packed(plain, self.codec, quickly=True) if own is None else b"".join(own)

    def take_parts(self, size: int) -> Iterator[bytes]:
        """See `Window`: parts of one member, which is packed anew."""
        encoder = self.codec.encoder()
        self._own = None
        self._is_passing = True
        for plain in super().take_parts(size):
            yield encoder.compress(plain)
        yield encoder.flush()
        self._is_passing = False
        self._good = self._read - len(self._unread)

    def recover(self) -> Lost:
        """See `Window`: begins again with the next member that begins behind what was looked at last."""
        good = self._good
        self.take(self.size)
        if self._decoder is not None:
            self._unread = self._given[1:]
        self._decoder = self._own = None
        self._is_passing = False
        while self.codec.member is not None:
            found = self.codec.member.search(self._unread)
            if found is not None:
                self._unread = self._unread[found.start() :]
                self._good = self._read - len(self._unread)
                return Lost(self._good - good, self._good)
            self._unread = self._unread[1 - LONGEST_MAGIC :] + self._more_packed()
            if len(self._unread) < LONGEST_MAGIC:
                break
        return Lost(self._read - good, None)

    def _more(self) -> bytes:
        while self._decoder is not None or self._begin_member():
            if found := self._unpack():
                return found
        return b""

    def _more_packed(self) -> bytes:
        more = self._stream.read(_READ)
        self._read += len(more)
        return more

    def _begin_member(self) -> bool:
        """Begin the next member, if there is one; zeros behind the last one are padding."""
        while len(self._unread) < LONGEST_MAGIC or not self._unread.strip(b"\0"):
            more = self._more_packed()
            if not more:
                break
            self._unread = self._unread.lstrip(b"\0") + more
        if not self._unread.strip(b"\0"):
            return False
        if not self.codec.magic.match(self._unread):
            raise FramingError(
                f"{self.place}: what follows there is not {self.codec.name}; the file is damaged or has a wrong name"
            )
        if self._unread.startswith(_DICTIONARY):
            raise UnreadableError(
                "its records are packed with a dictionary, which cannot be read: pack them without one"
            )
        try:
            self._decoder = self.codec.decoder(self._opening)
        except NoZstdError as error:
            raise UnreadableError(str(error)) from error
        self._own = None if self.size or self._is_passing else []
        return True

    def _unpack(self) -> bytes:
        """The next bytes of the member; nothing at its end, which is checked."""
        while self._decoder is not None:
            is_wanted = self._decoder.needs_input
            given = (self._unread or self._more_packed()) if is_wanted else b""
            if is_wanted:
                self._unread = b""
            self._given = given or self._given
            try:
                found = self._decoder.decompress(given, _STEP)
            except self.codec.error() as error:
                if "too much memory" in str(error):
                    raise UnreadableError("its window is larger than 128 MB; --zstd-long allows that") from error
                raise FramingError(f"{self.place}: damaged {self.codec.name}, {error}") from error
            rest = self._decoder.unused_data if self._decoder.eof else b""
            if self._own is not None:
                self._own.append(given)
                if rest:
                    self._own = [b"".join(self._own)[: -len(rest)]]
            if self._decoder.eof:
                self._decoder = None
                self._unread = rest
            if found:
                return found
            if is_wanted and not given and self._decoder is not None:
                raise FramingError(
                    f"{self.place}: it is cut off there, inside of a {self.codec.name} member; get it again"
                )
        return b""
