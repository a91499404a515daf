"""Compressed bytes > bytes and back, as streams: gzip, Zstandard, bzip2 and xz, told by the end of a file's name.

Large files are decompressed (see `decompression`) and compressed by a thread of their own, a few pieces ahead.
"""

from __future__ import annotations

import bz2
import lzma
import re
import sys
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from dedup.errors import DedupError, InputError, OutputError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

PIECE = 1 << 19
"""Bytes that are compressed or come out of a decoder at a time."""

MOST_AHEAD = 4
"""Pieces that wait at most for those who take them."""

LONGEST_MAGIC = 10
"""First bytes that tell how an input is compressed."""

# flags, time, kind of compression and system as they may be: nothing else looks so by chance
_GZIP_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]", re.DOTALL)
_XZ_MEMORY = 256 << 20  # `xz -9` asks for a quarter of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How compressed inputs are opened.

    Attributes:
        salvage: Whether what stands around damage is read; else damage is an error.
        max_ratio: How many times larger than its file an input may be, once it is larger than 64 MB.
        zstd_long: Whether Zstandard may ask for a window of more than 128 MB, as `zstd --long=31` makes them.
    """

    salvage: bool = False
    max_ratio: int = 200
    zstd_long: bool = False


STRICT = Opening()
"""How they are opened unless somebody says otherwise."""


class Decoder(Protocol):
    """What decompresses one member; that of the standard library for everything but gzip."""

    @property
    def eof(self) -> bool:
        """Whether the member is over."""

    @property
    def needs_input(self) -> bool:
        """Whether everything that was given has been looked at."""

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the end of the member."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Take some bytes and give some, in memory for no more than `max_length`."""


class _Encoder(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _GzipDecoder:
    """One gzip member; zlib checks its sum and its length."""

    def __init__(self) -> None:
        self._inflating = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inflating.eof

    @property
    def needs_input(self) -> bool:
        return not self._inflating.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inflating.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inflating.decompress(self._inflating.unconsumed_tail + data, max_length)


@dataclass(frozen=True, slots=True)
class Codec:
    """A way to compress.

    Attributes:
        name: What it is called.
        suffix: How names of its files end.
        magic: How its data begins.
        decoder: Makes what decompresses one member.
        encoder: Makes what compresses, at a fixed level and without a clock or a name in it.
        error: What decoders raise.
        member: How a member begins, such that nothing else looks so, where one can begin in the middle of a file.
    """

    name: str
    suffix: str
    magic: re.Pattern[bytes]
    decoder: Callable[[Opening], Decoder]
    encoder: Callable[[], _Encoder]
    error: Callable[[], type[Exception]]
    member: re.Pattern[bytes] | None = None


class NoZstdError(DedupError):
    """This Python cannot do Zstandard."""

    def __init__(self) -> None:
        super().__init__("Zstandard needs Python 3.14, or the package backports.zstd: pip install backports.zstd")


def _zstd() -> Any:
    """The module for Zstandard, which not every run needs."""
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415
        else:
            from backports import zstd  # noqa: PLC0415
    except ImportError as error:
        raise NoZstdError from error
    return zstd


def _zstd_decoder(opening: Opening) -> Any:
    zstd = _zstd()
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 31 if opening.zstd_long else 27})


def _zstd_encoder() -> Any:
    zstd = _zstd()
    chosen = zstd.CompressionParameter
    return zstd.ZstdCompressor(options={chosen.compression_level: 3, chosen.checksum_flag: 1})


def _zstd_error() -> type[Exception]:
    error: type[Exception] = _zstd().ZstdError
    return error


CODECS = (
    Codec("gzip", ".gz", re.compile(rb"\x1f\x8b\x08"), lambda _: _GzipDecoder(),
          lambda: zlib.compressobj(6, zlib.DEFLATED, 31), lambda: zlib.error, _GZIP_MEMBER),
    Codec("Zstandard", ".zst", re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18", re.DOTALL), _zstd_decoder,
          _zstd_encoder, _zstd_error, re.compile(rb"\x28\xb5\x2f\xfd")),
    Codec("bzip2", ".bz2", re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"), lambda _: bz2.BZ2Decompressor(),
          bz2.BZ2Compressor, lambda: OSError),
    Codec("xz", ".xz", re.compile(rb"\xfd7zXZ\x00"), lambda _: lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY),
          lambda: lzma.LZMACompressor(preset=6), lambda: lzma.LZMAError),
)  # fmt: skip
"""Every way to compress that is known."""


def codec_named(name: str) -> Codec | None:
    """How a file of this name is compressed, if it is."""
    return next((codec for codec in CODECS if name.lower().endswith(codec.suffix)), None)


def uncompressed_name(name: str) -> str:
    """A file's name without the suffix of its compression."""
    codec = codec_named(name)
    return name[: -len(codec.suffix)] if codec else name


def codec_in(head: bytes) -> Codec | None:
    """How an input is compressed that begins so, if it is."""
    return next((codec for codec in CODECS if codec.magic.match(head)), None)


def codec_of(name: str | None, head: bytes) -> Codec | None:
    """How an input is compressed, if it is.

    Args:
        name: Its file's name; None for standard input, where its first bytes tell.
        head: Its first bytes.

    Raises:
        InputError: If they say something else than the name.
    """
    found = codec_in(head)
    if name is None:
        return found
    named = codec_named(name)
    if named is not found:
        if found is None and named is not None:
            if not head:
                raise InputError(name, f"it is empty, and so no {named.name} data", byte=0)
            raise InputError(
                name, f"it holds no {named.name} data: rename it so that it does not end in {named.suffix}"
            )
        if found is not None:
            raise InputError(name, f"it holds {found.name} data: rename it so that it ends in {found.suffix}")
    return named


class Packer:
    """Bytes in, compressed bytes out, a little later; what comes out does not depend on how they come in.

    Args:
        codec: How.
        name: What the output is called in errors.

    Raises:
        OutputError: If this Python cannot compress so.
    """

    def __init__(self, codec: Codec, name: object) -> None:
        try:
            self._encoder = codec.encoder()
        except NoZstdError as error:
            raise OutputError(name, str(error)) from error
        self._waiting = bytearray()
        self._ahead: Ahead | None = None

    def pack(self, data: bytes) -> Iterator[bytes]:
        """Take some bytes and give those that are ready to be written."""
        self._waiting += data
        while len(self._waiting) >= PIECE:
            piece = bytes(self._waiting[:PIECE])
            del self._waiting[:PIECE]
            if self._ahead is None:
                self._ahead = Ahead()
            self._ahead.add(partial(self._encoder.compress, piece))
            if self._ahead.count > MOST_AHEAD:
                yield self._ahead.first()

    def finish(self) -> Iterator[bytes]:
        """What is left."""
        while self._ahead is not None and self._ahead.count:
            yield self._ahead.first()
        yield self._encoder.compress(bytes(self._waiting))
        yield self._encoder.flush()

    def close(self) -> None:
        """Forget everything."""
        if self._ahead is not None:
            self._ahead.close()


class Ahead:
    """Work that one thread does in order while its results wait to be taken."""

    def __init__(self) -> None:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # takes a while, and small files need none

        self._executor: ThreadPoolExecutor = ThreadPoolExecutor(1, thread_name_prefix="dedup-compression")
        self._waiting: deque[Future[Any]] = deque()

    @property
    def count(self) -> int:
        """Results that nobody has taken yet."""
        return len(self._waiting)

    def add(self, work: Callable[[], Any]) -> None:
        """Do this after what was added before."""
        self._waiting.append(self._executor.submit(work))

    def first(self) -> Any:
        """The result that is due."""
        return self._waiting.popleft().result()

    def close(self) -> None:
        """Do nothing more."""
        self._executor.shutdown(cancel_futures=True)
