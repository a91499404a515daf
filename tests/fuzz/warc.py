"""WARC archives, plain, packed and packed in odd members: nothing is lost, and a record that was cut comes back."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from unittest.mock import patch

from dedup import Cleaned
from dedup.formats.html import Pages
from dedup.formats.members import GZIP, packed
from dedup.formats.warc import Warc
from dedup.formats.windows import FramingError
from tests.archives import by_record, record, text_record, warcinfo
from tests.command import BEAR, FOX

DOCUMENTED: tuple[type[Exception], ...] = (FramingError,)

_GZIP_MAGIC = b"\x1f\x8b"
_SIZE = 500  # bytes of records that are read at once
_AS_IT_IS, _PACKED, _IN_TWO_MEMBERS = 0, 1, 2

_RECORDS = [
    warcinfo(),
    text_record("http://a.example/", FOX),
    text_record("<http://b.example/>", BEAR, "WARC-Payload-Digest: md5:0", "X-Folded: one\r\n two"),
    text_record("", b"\xff", "Content-Type: text/html").replace(b"\r\n", b"\n"),
    record("resource", FOX, "http://c.example/", "Content-Type: text/plain; charset=utf-8"),
    record("response", b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hi", "http://d.example/"),
    record(
        "response", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n<p>\r\n0\r\n\r\n", "http://e.example"
    ),
    record(
        "response", b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + gzip.compress(b"<p>", mtime=0), "http://f"
    ),
]
_ARC = (
    b"filedesc://a.arc 0.0.0.0 20070101000000 text/plain 2\n1\n\n"
    b"http://a.example/ 1.2.3.4 20070101000000 text/html 25\nHTTP/1.0 200 OK\r\n\r\n<p>Hi\n\n"
)


def seeds() -> Iterator[bytes]:
    """Every kind of record, alone and together; an ARC archive; such that are cut off or say a wrong length."""
    for plain in (*_RECORDS, b"".join(_RECORDS), b"".join(_RECORDS)[:-30], text_record("z", FOX, length=9), _ARC):
        yield from (bytes([mode]) + plain for mode in (_AS_IT_IS, _PACKED, _IN_TWO_MEMBERS))
    yield bytes([_AS_IT_IS]) + by_record(_RECORDS[:3])


def check(data: bytes) -> None:
    """See `harness.Target`. The first byte says how the rest is packed."""
    given = _given(data[0] if data else 0, data[1:])
    form = Warc()
    with patch.object(Pages, "_extracted", _extracted):
        chunks = list(form.chunks(io.BytesIO(given), _SIZE))
    for chunk in chunks:
        records = form.records(chunk, "in")
        assert _unpacked(records.raw(0, len(records))) == _unpacked(chunk.data)
        for number, document in zip(records.numbers, records.documents, strict=True):
            raw, text = records.raw(number, number + 1), document.text
            cleaned = Cleaned(document.id, number, text[: len(text) // 2], ())
            replaced, spelling = records.replaced(number, cleaned)
            assert _unpacked(form.with_text(replaced, text, spelling)) == _unpacked(raw)
    written = b"".join(chunk.data for chunk in chunks)
    if not given.startswith((b"PK", _GZIP_MAGIC, b"filedesc:")) and b"response" not in given.lower():
        assert written == given


def _given(mode: int, plain: bytes) -> bytes:
    if mode == _PACKED:
        return packed(plain, GZIP)
    if mode == _IN_TWO_MEMBERS:
        half = len(plain) // 2
        return packed(plain[:half], GZIP) + packed(plain[half:], GZIP, quickly=True)
    return plain


def _unpacked(data: bytes) -> bytes:
    return gzip.decompress(data) if data.startswith(_GZIP_MAGIC) else data


def _extracted(_pages: Pages, page: bytes, charset: str) -> tuple[bytes, str]:
    """What takes the place of the library that reads pages, which is not what is tested."""
    return page.replace(b"<", b" "), charset
