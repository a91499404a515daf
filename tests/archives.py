"""WARC archives made by hand, byte for byte, for tests."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterable


def sha1(payload: bytes) -> bytes:
    """A digest as archives spell it."""
    return b"sha1:" + base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest())


def record(kind: str, payload: bytes | str, uri: str = "", *fields: str, length: object = None) -> bytes:
    """A record of some type, with true digests.

    Args:
        kind: Its type.
        payload: What it is about.
        uri: Where that comes from.
        fields: More lines of its header.
        length: What it says its length is, if that is not true.
    """
    payload = payload.encode("utf-8") if isinstance(payload, str) else payload
    number = hashlib.sha256(f"{kind} {uri}".encode()).hexdigest()
    lines = [
        "WARC/1.0",
        f"WARC-Type: {kind}",
        *([f"WARC-Target-URI: {uri}"] if uri else []),
        "WARC-Date: 2024-05-18T01:58:10Z",
        f"WARC-Record-ID: <urn:uuid:{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:32]}>",
        f"WARC-Block-Digest: {sha1(payload).decode()}",
        *fields,
        f"Content-Length: {len(payload) if length is None else length}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload + b"\r\n\r\n"


def text_record(uri: str, text: bytes | str, *fields: str, length: object = None) -> bytes:
    """A record of a WET archive."""
    return record("conversion", text, uri, "Content-Type: text/plain", *fields, length=length)


def warcinfo() -> bytes:
    """The first record of an archive."""
    return record("warcinfo", "software: by hand\r\n", "", "Content-Type: application/warc-fields")


def by_record(records: Iterable[bytes]) -> bytes:
    """Packed as archives are: a gzip member for every record."""
    return b"".join(gzip.compress(each, mtime=0) for each in records)
