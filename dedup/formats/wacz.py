"""WACZ: a zip file with WARC archives in its folder `archive`. They are read out of it; no name in it is ever used."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from dedup.formats.windows import FramingError

MAGIC = b"PK\x03\x04"
_ARCHIVE = re.compile(r"archive/[^/\\]+\.warc(\.gz)?", re.IGNORECASE)


def archives(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The archives in a zip file, in its order, each to be read before the next one is asked for; see `zip_errors`.

    Raises:
        FramingError: If it comes from a pipe, or holds no archive.
    """
    if not stream.seekable():
        raise FramingError("a WACZ file cannot be read from a pipe, for its list of contents stands at its end")
    with zipfile.ZipFile(stream) as wacz:
        found = [member for member in wacz.infolist() if _ARCHIVE.fullmatch(member.filename)]
        if not found:
            raise FramingError("a zip file without archive/*.warc or archive/*.warc.gz in it")
        for member in found:
            with wacz.open(member) as archive:
                yield cast("BinaryIO", archive)


@contextmanager
def zip_errors() -> Iterator[None]:
    """Turn what goes wrong while a zip file is read into a `FramingError`."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise FramingError(f"the zip file is damaged: {error or 'it is cut off'}") from error
    except (NotImplementedError, RuntimeError) as error:  # how zipfile says that it cannot unpack or decrypt something
        raise FramingError(f"the zip file cannot be read: {error}") from error
