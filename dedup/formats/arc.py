"""ARC archives, which came before WARC: their responses as those of a WARC archive, which is what is made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.compression import Codec
from dedup.formats.members import packed
from dedup.formats.warc_framing import RECORD_LIMIT, Framed, Head
from dedup.formats.warc_rewriting import new_record
from dedup.formats.windows import FramingError, Window

BEGINS = b"filedesc:"
_LINE_LIMIT = 1 << 14
# URL, address, date, type, then whatever a version adds, and the length
_LINE = re.compile(rb"(\S+)[ \t]+(\S+)[ \t]+([0-9]{8,17})[ \t]+([^\n]*[ \t])?([0-9]{1,18})[ \t]*\r?\n")
_INFO = b"description: texts of the pages of an ARC archive\r\n"


def framed_arc(window: Window, before: int = 0) -> Iterator[Framed]:
    """All records, in order, the first of them, which is about the archive, as a `warcinfo` record.

    Args:
        window: The archive.
        before: How many records of it have been read already.

    Raises:
        FramingError: If the archive is cut off, or a record does not end where it says.
    """
    number = before
    while window.fill(1):
        number += 1
        place = f"record {number:,} at {window.place}"
        found = _line(window, place)
        if found is None:
            return
        length = int(found[5])
        if length > RECORD_LIMIT:
            raise FramingError(f"{place}: it has {length:,} bytes; the most that is read is {RECORD_LIMIT:,}")
        if not window.fill(length):
            raise FramingError(
                f"{place}: it says that it has {length:,} bytes, and {window.size:,} are left: the archive is cut off"
            )
        payload = window.take(length)
        is_about = number == 1 and found[1].startswith(BEGINS)
        yield _information(window.codec) if is_about else _response(found, payload, window.codec)


def _line(window: Window, place: str) -> re.Match[bytes] | None:
    """The line before a record; None for line ends at the end of the archive."""
    while window.look(0, 1) in (b"\r", b"\n"):
        window.take(1)
        if not window.fill(1):
            return None
    while (end := window.find(b"\n", 0, _LINE_LIMIT)) < 0 and window.size < _LINE_LIMIT:
        if not window.fill(window.size + 1):
            break
    found = _LINE.fullmatch(window.take(end + 1))
    if found is None:
        raise FramingError(f"{place}: no record begins there; the archive is damaged, or the length before it is wrong")
    return found


def _information(codec: Codec | None) -> Framed:
    plain = new_record({"WARC-Type": "warcinfo", "Content-Type": "application/warc-fields"}, _INFO)
    return Framed(None, plain, packed(plain, codec, quickly=True) if codec else plain)


def _response(line: re.Match[bytes], payload: bytes, codec: Codec | None) -> Framed:
    """A response as if it stood in a WARC archive; its bytes are not those of a record, and nobody writes them."""
    fields = {b"warc-type": b"response", b"warc-target-uri": line[1], b"warc-date": _date(line[3])}
    return Framed(Head(0, 0, fields, len(payload)), payload, packed(b"", codec) if codec else payload)


def _date(written: bytes) -> bytes:
    """20240131235959 > 2024-01-31T23:59:59Z."""
    digits = written[:14].ljust(14, b"0").decode("ascii")
    year, month, day, hour, minute, second = (digits[:4], *(digits[i : i + 2] for i in range(4, 14, 2)))
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z".encode("ascii")
