"""WARC archives: records of text (`conversion`, as in WET files, and `resource`) are documents. Responses become such
records when they are read (see `formats.html`). All others pass.

A record is written back byte for byte unless its text changed; then its lengths and digests are made true. In archives
that are packed with gzip every record is a member of its own, whatever it was before.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import BinaryIO

from dedup.formats import arc, gzip_members, wacz
from dedup.formats.base import Chunk, Encoder, Record, RecordList, Records, Verbatim
from dedup.formats.html import SKIPPED, Pages
from dedup.formats.warc_framing import Framed, framed, head_of
from dedup.formats.warc_rewriting import header_of, with_header, with_payload
from dedup.formats.windows import PlainWindow, Window
from dedup.records import Document

_SNIFFED = 16
_TEXT_TYPES = (b"conversion", b"resource")
# What a record says of itself that its id says as well, or that is true of its bytes in an archive only.
_OF_RECORDS = (b"content-length", b"warc-block-digest", b"warc-payload-digest", b"warc-target-uri")


class Warc:
    """WARC archives, packed or not, and what one comes out of: WACZ files and ARC archives. First bytes tell.

    Args:
        main: Whether only the main content of pages is wanted.
    """

    holds_one = False
    columns = None

    def __init__(self, *, main: bool = False) -> None:
        self._main = main

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """Whole records, packed as they are to be written, or stored so far.

        Raises:
            FramingError: If nobody can tell where the next record begins.
        """
        first = 1
        raws: list[bytes] = []
        length = 0
        with closing(Pages(main=self._main)) as pages:
            for record in _records(stream):
                raws.append(_without_page(record, pages))
                length += len(raws[-1])
                if length >= size:
                    yield Chunk(first, b"".join(raws))
                    first += len(raws)
                    raws, length = [], 0
        if raws:
            yield Chunk(first, b"".join(raws))

    def whole(self, data: bytes) -> bytes:
        """All of it: chunks hold whole records."""
        return data

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """The bytes of the records, one after another."""
        return Verbatim(write)

    def records(self, chunk: Chunk, name: str) -> RecordList:
        """What they hold. Text that is not UTF-8 is skipped."""
        data = io.BytesIO(chunk.data)
        found = framed(_window(data, data.read(_SNIFFED)))
        return RecordList(
            [_record(record, name, number) for number, record in enumerate(found, chunk.first)], _replaced
        )

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """The record with another text, and with true lengths and digests unless `spelling` is its header."""
        plain = gzip_members.unpacked(raw)
        payload = text.encode("utf-8")
        written = with_header(plain, spelling.encode("latin-1"), payload) if spelling else with_payload(plain, payload)
        return gzip_members.packed(written) if plain is not raw else written

    def field(self, raw: bytes, name: str) -> str | int | None:
        """A field of the record's header, by its name in any letters; a number if it is one."""
        value = head_of(gzip_members.unpacked(raw)).fields.get(name.encode("utf-8", "surrogateescape").lower())
        if value is None:
            return None
        return int(value) if value.isdigit() and len(value) < 19 else _text(value)

    def rows(self, records: Records) -> Iterator[Mapping[str, object]]:
        """See `Format`: the header without what is true in an archive only, names in small letters."""
        for i in records.numbers:
            head = head_of(gzip_members.unpacked(records[i].raw))
            yield {_text(name): _text(value) for name, value in head.fields.items() if name not in _OF_RECORDS}


def _records(stream: BinaryIO) -> Iterator[Framed]:
    """All records of an archive, or of all those in a WACZ file, which are packed if they are not."""
    begun = stream.read(_SNIFFED)
    if not begun.startswith(wacz.MAGIC):
        window = _window(stream, begun)
        is_arc = window.fill(len(arc.BEGINS)) and window.look(0, len(arc.BEGINS)) == arc.BEGINS
        is_packed = begun.startswith(gzip_members.MAGIC)
        yield from arc.framed_arc(window, is_packed=is_packed) if is_arc else framed(window)
        return
    with wacz.zip_errors():
        for archive in wacz.archives(stream):
            for record in framed(_window(archive, archive.read(_SNIFFED))):
                is_ready = record.raw is not record.plain
                yield record if is_ready else record._replace(raw=gzip_members.packed(record.plain, quickly=True))


def _window(stream: BinaryIO, begun: bytes) -> Window:
    return (gzip_members.GzipWindow if begun.startswith(gzip_members.MAGIC) else PlainWindow)(stream, begun)


def _without_page(record: Framed, pages: Pages) -> bytes:
    """A record as it is to be written; the record of its text if it is a response."""
    if record.head is None or record.head.get(b"warc-type").lower() != b"response":
        return record.raw
    converted = pages.converted(record.head, record.payload)
    return converted if record.raw is record.plain else gzip_members.packed(converted, quickly=True)


def _record(record: Framed, name: str, number: int) -> Record:
    raw = record.raw if record.raw is record.plain else gzip_members.finished(record.raw, record.plain)
    head = record.head
    if head is not None and (why := head.get(SKIPPED)):
        reason, _, detail = _text(why).partition(" ")
        return Record(raw, line=number, skipped=reason, detail=detail)
    if head is None or not _holds_text(record):
        return Record(raw, line=number)
    try:
        text = record.payload.decode("utf-8")
    except UnicodeDecodeError as error:
        return Record(raw, line=number, skipped="invalid-utf8", detail=f"not UTF-8 at byte {error.start} of the text")
    url = _text(head.get(b"warc-target-uri")).removeprefix("<").removesuffix(">")
    return Record(raw, Document(url or f"{name}:{number}", text), number, bool(url))


def _holds_text(record: Framed) -> bool:
    if record.head is None or record.head.get(b"warc-type").lower() not in _TEXT_TYPES:
        return False
    return record.head.get(b"content-type").partition(b";")[0].strip().lower() == b"text/plain"


def _replaced(record: Record, text: str) -> tuple[bytes, str]:
    """The spelling is the header of the original where its lengths and digests are not those that are computed."""
    original = "" if record.document is None else record.document.text
    plain = gzip_members.unpacked(record.raw)
    new = with_payload(plain, text.encode("utf-8"))
    is_plain = plain is record.raw
    spelling = "" if with_payload(new, original.encode("utf-8")) == plain else header_of(plain).decode("latin-1")
    # An empty one goes into the report if it is not written: stored, it can be read there.
    return new if is_plain else gzip_members.packed(new, quickly=not text), spelling


def _text(value: bytes) -> str:
    """What a field says. Not everybody writes UTF-8 there."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
