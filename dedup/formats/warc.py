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

from dedup.compression import STRICT, Opening
from dedup.formats import arc, wacz
from dedup.formats.base import Chunk, Encoder, Record, RecordList, Records, UnreadableError, Verbatim, oversized
from dedup.formats.html import SKIPPED, Pages
from dedup.formats.members import GZIP, MemberWindow, finished, packed, packing_of, unpacked
from dedup.formats.warc_framing import RECORD_LIMIT, Framed, Part, framed, head_of
from dedup.formats.warc_rewriting import header_of, with_header, with_payload
from dedup.formats.windows import FramingError, PlainWindow, Window
from dedup.records import Document

_SNIFFED = 16
_TEXT_TYPES = (b"conversion", b"resource")
# What a record says of itself that its id says as well, or that is true of its bytes in an archive only.
_OF_RECORDS = (b"content-length", b"warc-block-digest", b"warc-payload-digest", b"warc-target-uri")


class Warc:
    """WARC archives, packed or not, and what one comes out of: WACZ files and ARC archives. First bytes tell.

    Args:
        html: Which text of pages: `all`, `main`, or `trafilatura` for the main content as that library finds it.
        opening: How packed archives are opened.
    """

    holds_one = False
    columns = None

    def __init__(self, *, html: str = "all", opening: Opening = STRICT) -> None:
        self._html = html
        self._opening = opening

    def chunks(self, stream: BinaryIO, size: int) -> Iterator[Chunk]:
        """Whole records, packed as they are to be written, or stored so far.

        Raises:
            FramingError: If nobody can tell where the next record begins.
        """
        first = 1
        raws: list[bytes] = []
        length = 0
        with closing(Pages(self._html)) as pages:
            for record in _records(stream, self._opening):
                if raws and (length >= size or not isinstance(record, Framed)):
                    yield Chunk(first, b"".join(raws))
                    first += len(raws)
                    raws, length = [], 0
                if isinstance(record, Framed):
                    raws.append(_without_page(record, pages))
                    length += len(raws[-1])
                else:
                    yield _apart(record, first)
                    first += isinstance(record, Part) and record.is_first
        if raws:
            yield Chunk(first, b"".join(raws))

    def whole(self, data: bytes) -> bytes:
        """All of it: chunks hold whole records."""
        return data

    def skip_cut(self, stream: io.BufferedReader) -> int | None:  # noqa: ARG002  # an archive is unpacked here
        """None."""
        return None

    def encoder(self, write: Callable[[bytes], object]) -> Encoder:
        """The bytes of the records, one after another."""
        return Verbatim(write)

    def records(self, chunk: Chunk, name: str) -> RecordList:
        """What they hold. Text that is not UTF-8 is skipped."""
        if chunk.is_oversized:
            return oversized(chunk, chunk.first, f"a record of more than {RECORD_LIMIT:,} bytes")
        found = _framed(io.BytesIO(chunk.data), Opening(zstd_long=True))
        return RecordList(
            [_record(record, name, number) for number, record in enumerate(found, chunk.first)], _replaced
        )

    def with_text(self, raw: bytes, text: str, spelling: str = "") -> bytes:
        """The record with another text, and with true lengths and digests unless `spelling` is its header."""
        plain, codec = _only_record(raw).plain, packing_of(raw)
        payload = text.encode("utf-8")
        written = with_header(plain, spelling.encode("latin-1"), payload) if spelling else with_payload(plain, payload)
        return packed(written, codec) if codec else written

    def field(self, raw: bytes, name: str) -> str | int | None:
        """A field of the record's header, by its name in any letters; a number if it is one."""
        value = head_of(unpacked(raw)).fields.get(name.encode("utf-8", "surrogateescape").lower())
        if value is None:
            return None
        return int(value) if value.isdigit() and len(value) < 19 else _text(value)

    def rows(self, records: Records) -> Iterator[Mapping[str, object]]:
        """See `Format`: the header without what is true in an archive only, names in small letters."""
        for i in records.numbers:
            head = head_of(unpacked(records[i].raw))
            yield {_text(name): _text(value) for name, value in head.fields.items() if name not in _OF_RECORDS}


def _records(stream: BinaryIO, opening: Opening) -> Iterator[Framed | Part | str]:
    """All records of an archive, or of all those in a WACZ file, which are packed if they are not; what was lost."""
    begun = stream.read(_SNIFFED)
    if not begun.startswith(wacz.MAGIC):
        window = _window(stream, begun, opening)
        yield from _salvaged(window) if opening.salvage else _undamaged(window)
        return
    with wacz.zip_errors():
        for archive in wacz.archives(stream):
            window = _window(archive, archive.read(_SNIFFED), opening)
            is_packed = window.codec is not None
            yield from framed(window) if is_packed else map(_packed, framed(window))


def _packed(found: Framed | Part) -> Framed | Part:
    """What is not packed, packed: a record as a member, one that is too large as some of them."""
    if isinstance(found, Part):
        return found._replace(raw=packed(found.raw, GZIP))
    return found._replace(raw=packed(found.plain, GZIP, quickly=True))


def _is_arc(window: Window) -> bool:
    return window.fill(len(arc.BEGINS)) and window.look(0, len(arc.BEGINS)) == arc.BEGINS


def _all_records(window: Window, before: int = 0, *, is_arc: bool) -> Iterator[Framed | Part]:
    return arc.framed_arc(window, before) if is_arc else framed(window, before)


def _undamaged(window: Window) -> Iterator[Framed | Part]:
    try:
        yield from _all_records(window, is_arc=_is_arc(window))
    except FramingError as error:
        raise FramingError(f"{error}; --salvage keeps what can be read") from error


def _salvaged(window: Window) -> Iterator[Framed | Part | str]:
    """All records around damage, and what was lost there."""
    number, is_arc = 0, False
    while True:
        try:
            is_arc = is_arc or _is_arc(window)
            for record in _all_records(window, number, is_arc=is_arc):
                number += isinstance(record, Framed) or record.is_first
                yield record
        except FramingError as error:  # noqa: PERF203  # once for every damage
            lost = window.recover()
            told = f"{error}; lost: {lost.size:,} bytes of the file"
            if lost.following is None:
                yield f"{told}; only what comes before was read"
                return
            yield f"{told}; read on from byte {lost.following:,}"
        else:
            return


def _framed(stream: BinaryIO, opening: Opening) -> Iterator[Framed]:
    """The records of a chunk."""
    return (record for record in framed(_window(stream, stream.read(_SNIFFED), opening)) if isinstance(record, Framed))


def _only_record(raw: bytes) -> Framed:
    """The record that some bytes are, which may come from a forged report."""
    try:
        found = list(_framed(io.BytesIO(raw), Opening(zstd_long=True)))
    except FramingError as error:
        raise UnreadableError(f"not a record of an archive: {error}") from error
    if len(found) != 1 or found[0].head is None:
        raise UnreadableError(f"not one record of an archive but {len(found)}")
    return found[0]


def _window(stream: BinaryIO, begun: bytes, opening: Opening) -> Window:
    codec = packing_of(begun)
    return MemberWindow(stream, begun, codec, opening) if codec else PlainWindow(stream, begun)


def _apart(found: Part | str, first: int) -> Chunk:
    """The chunk of what is no whole record."""
    if isinstance(found, Part):
        return Chunk(first if found.is_first else 0, found.raw, is_oversized=True)
    return Chunk(0, b"", damage=found)


def _without_page(record: Framed, pages: Pages) -> bytes:
    """A record as it is to be written; the record of its text if it is a response."""
    if record.head is None or record.head.get(b"warc-type").lower() != b"response":
        return record.raw
    converted = pages.converted(record.head, record.payload)
    codec = None if record.raw is record.plain else packing_of(record.raw)
    return packed(converted, codec, quickly=True) if codec else converted


def _record(record: Framed, name: str, number: int) -> Record:
    raw = record.raw if record.raw is record.plain else finished(record.raw, record.plain)
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
    plain, codec = unpacked(record.raw), packing_of(record.raw)
    new = with_payload(plain, text.encode("utf-8"))
    spelling = "" if with_payload(new, original.encode("utf-8")) == plain else header_of(plain).decode("latin-1")
    # An empty one goes into the report if it is not written: stored, it can be read there.
    return packed(new, codec, quickly=not text) if codec else new, spelling


def _text(value: bytes) -> str:
    """What a field says. Not everybody writes UTF-8 there."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
