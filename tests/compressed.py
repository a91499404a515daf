"""Compressed data for tests, by the suffix that tells how."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from collections.abc import Callable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": lambda data: zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1}),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": gzip.decompress,
    ".zst": zstd.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}


def wide_zstd(data: bytes) -> bytes:
    """A frame that asks for a window of 256 MB."""
    chosen = zstd.CompressionParameter
    encoder = zstd.ZstdCompressor(options={chosen.window_log: 28, chosen.enable_long_distance_matching: 1})
    return encoder.compress(data) + encoder.flush()


def quick_zstd(data: bytes) -> bytes:
    """A frame that this library would have made otherwise."""
    return zstd.compress(data, -5)


def frames_of(data: bytes) -> list[bytes]:
    """What frames of Zstandard hold, each on its own."""
    found = []
    while data:
        decoder = zstd.ZstdDecompressor()
        found.append(decoder.decompress(data))
        data = decoder.unused_data
    return found
