"""What a server answered, as a WARC archive keeps it: status, type, and the body without the codings it came in."""

from __future__ import annotations

import re
import zlib
from typing import NamedTuple

from dedup.formats.skipping import SkippedError

BODY_LIMIT = 1 << 24
_HEADER_ENDS = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/[0-9.]+[ \t]+([0-9]{3})")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")
_FRAMES = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_UNCODED = ("", "identity", "none", "utf-8")


class Answer(NamedTuple):
    """What a server answered.

    Attributes:
        status: As three digits.
        media_type: The type of the body, in small letters; "" if none is given.
        charset: How it says that it is written; "" if it does not.
        fields: The fields of its header, names in small letters; the first one of each name.
        coded: The body as it was transferred.
    """

    status: str
    media_type: str
    charset: str
    fields: dict[str, str]
    coded: bytes

    def body(self) -> bytes:
        """The body without its codings. Crawlers take them off and leave the fields: then it is as it should be.

        Raises:
            SkippedError: If it is too large, or coded in another way.
        """
        body = self.coded
        if "chunked" in self.fields.get("transfer-encoding", "").lower():
            body = _without_chunks(body)
        coding = self.fields.get("content-encoding", "").strip().lower()
        if coding in _FRAMES:
            body = _inflated(body, _FRAMES[coding])
        elif coding not in _UNCODED and not body.lstrip().startswith(b"<"):
            raise SkippedError("content-encoding", f"content encoding {coding[:40]!r} cannot be read")
        if len(body) > BODY_LIMIT:
            raise SkippedError("too-large", f"a page of more than {BODY_LIMIT:,} bytes")
        return body


def read_answer(payload: bytes) -> Answer:
    """Read an answer.

    Raises:
        SkippedError: If it is none.
    """
    end = _HEADER_ENDS.search(payload)
    head = payload[: end.start()] if end else b""
    found = _STATUS.match(head)
    if end is None or found is None:
        raise SkippedError("not-http", "not an answer of a web server")
    fields: dict[str, str] = {}
    for line in head.split(b"\n")[1:]:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    content_type = fields.get("content-type", "")
    charset = _CHARSET.search(content_type)
    media_type = content_type.partition(";")[0].strip().lower()
    return Answer(found[1].decode("ascii"), media_type, charset[1] if charset else "", fields, payload[end.end() :])


def _without_chunks(body: bytes) -> bytes:
    """A body without the sizes of its chunks, as far as it goes; as it is if it has none."""
    chunks = []
    position = 0
    while found := _CHUNK_SIZE.match(body, position):
        size = int(found[1], 16)
        if size == 0:
            break
        chunks.append(body[found.end() : found.end() + size])
        position = found.end() + size
        position += 2 if body.startswith(b"\r\n", position) else body.startswith(b"\n", position)
    if not chunks and not found:
        return body
    return b"".join(chunks) + (b"" if found else body[position:])


def _inflated(body: bytes, frame: int) -> bytes:
    """A body unpacked, one byte beyond the limit at most; as it is if it was not packed."""
    for tried in (frame, -15) if frame == 15 else (frame,):
        inflater = zlib.decompressobj(tried)
        try:
            return inflater.decompress(body, BODY_LIMIT + 1)
        except zlib.error:
            continue
    return body
