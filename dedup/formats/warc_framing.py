"""Where the records of a WARC archive begin and end, to the byte.

Own code, and strict: libraries that read archives do not give the bytes of a record, and end quietly where an archive
is cut off or a length is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dedup.formats.windows import FramingError, Window

HEADER_LIMIT = 1 << 16
RECORD_LIMIT = 1 << 28
_VERSION = b"WARC/"
_LINE_ENDS = b"\r\n"
_LENGTH = re.compile(rb"[0-9]{1,18}")
_FOLDED = re.compile(rb"\r?\n[ \t]+")


class Head(NamedTuple):
    """The header of a record.

    Attributes:
        start: Where it begins, behind line ends that are too many.
        end: Where what it is about begins.
        fields: Its fields, names in small letters; the first one of each name.
        length: How many bytes it is about.
    """

    start: int
    end: int
    fields: dict[bytes, bytes]
    length: int

    def get(self, name: bytes) -> bytes:
        """A field, or nothing."""
        return self.fields.get(name, b"")


class Framed(NamedTuple):
    """A record.

    Attributes:
        head: Its header; None if these are only line ends at the end of an archive.
        plain: Its bytes.
        raw: The same as they are to be written: packed, in an archive that is.
    """

    head: Head | None
    plain: bytes
    raw: bytes

    @property
    def payload(self) -> bytes:
        """What it is about."""
        return b"" if self.head is None else self.plain[self.head.end : self.head.end + self.head.length]


class Part(NamedTuple):
    """A part of a record that is too large to be held.

    Attributes:
        raw: Its bytes as they are to be written.
        is_first: Whether the record begins with it.
    """

    raw: bytes
    is_first: bool


def framed(window: Window, before: int = 0) -> Iterator[Framed | Part]:
    """All records, in order; together they are all bytes.

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
        head = _head(window, place)
        if head is None:
            yield Framed(None, *window.take_raw(window.size))
            continue
        size = head.end + head.length
        if head.length > RECORD_LIMIT:
            yield from (Part(raw, is_first=not i) for i, raw in enumerate(window.take_parts(size)) if raw or not i)
            continue
        if not window.fill(size):
            raise FramingError(
                f"{place}: it says that it has {head.length:,} bytes, and {max(window.size - head.end, 0):,} are left: "
                f"the archive is cut off there, or Content-Length is wrong"
            )
        window.fill(size + 4)
        yield Framed(head, *window.take_raw(size + _line_ends(window, size, 4)))


def head_of(plain: bytes) -> Head:
    """The header of a record that is known to be whole."""
    start = _leading(plain)
    ends = [end for end in (plain.find(b"\r\n\r\n", start) + 4, plain.find(b"\n\n", start) + 2) if end > 3]
    fields = _fields(plain[start : min(ends)])
    return Head(start, min(ends), fields, int(fields[b"content-length"]))


def _head(window: Window, place: str) -> Head | None:
    start = _line_ends(window, 0, HEADER_LIMIT)
    while start == window.size:
        if not window.fill(start + 1):
            return None
        start = _line_ends(window, 0, HEADER_LIMIT)
    window.fill(start + len(_VERSION))
    if window.look(start, start + len(_VERSION)) != _VERSION:
        raise FramingError(
            f"{place}: no record begins there; the archive is damaged, or Content-Length before it is wrong"
        )
    end = _end_of_header(window, start, place)
    fields = _fields(window.look(start, end))
    written = fields.get(b"content-length")
    if written is None or not _LENGTH.fullmatch(written):
        what = "has no Content-Length" if written is None else f"has Content-Length {_shown(written)}"
        raise FramingError(f"{place}: it {what}, so that nobody can tell where it ends")
    return Head(start, end, fields, int(written))


def _end_of_header(window: Window, start: int, place: str) -> int:
    limit = start + HEADER_LIMIT
    while True:
        ends = window.find(b"\r\n\r\n", start, limit)
        bare = window.find(b"\n\n", start, limit if ends < 0 else ends)
        if bare >= 0:
            return bare + 2
        if ends >= 0:
            return ends + 4
        if window.size >= limit:
            raise FramingError(f"{place}: its header does not end within {HEADER_LIMIT:,} bytes")
        if not window.fill(window.size + 1):
            raise FramingError(f"{place}: the archive is cut off there, inside of a header")


def _fields(header: bytes) -> dict[bytes, bytes]:
    if b"\n " in header or b"\n\t" in header:
        header = _FOLDED.sub(b" ", header)
    fields: dict[bytes, bytes] = {}
    for line in header.split(b"\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return fields


def _line_ends(window: Window, start: int, most: int) -> int:
    """How many bytes of line ends stand there."""
    found = window.look(start, start + min(most, 4))
    ends = _leading(found)
    if ends == len(found) == 4 and most > 4:
        ends = _leading(window.look(start, start + most))
    return ends


def _leading(data: bytes) -> int:
    return len(data) - len(data.lstrip(_LINE_ENDS))


def _shown(written: bytes) -> str:
    return repr(written[:40].decode("latin-1"))
