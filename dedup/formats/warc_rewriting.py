"""Records of a WARC archive with something else in them: lengths and digests are true, everything else stays."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

from dedup.formats.warc_framing import head_of

_LENGTH = re.compile(rb"(?im)^(content-length[ \t]*:[ \t]*)[0-9]+")
_DIGEST = re.compile(rb"(?im)^(warc-(?:block|payload)-digest[ \t]*:[ \t]*)([A-Za-z0-9-]+):([^\r\n]*?)([ \t]*\r?\n)")
_ANY_DIGEST = re.compile(rb"(?im)^warc-(?:block|payload)-digest[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*")
_ALGORITHMS = {
    name: name.replace("-", "") for name in ("md5", "sha1", "sha-1", "sha256", "sha-256", "sha384", "sha512", "sha-512")
}


def with_payload(plain: bytes, payload: bytes) -> bytes:
    """A record with another payload. A digest that cannot be computed is left out, for it would be wrong."""
    head = head_of(plain)
    header = _LENGTH.sub(rb"\g<1>%d" % len(payload), plain[: head.end], count=1)
    header = _ANY_DIGEST.sub(lambda found: _digest_line(found[0], payload), header)
    return header + payload + plain[head.end + head.length :]


def new_record(fields: Mapping[str, str], payload: bytes) -> bytes:
    """A record with these fields, as far as they are not empty, and with its digest and its length."""
    digest = base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode("ascii")
    written = {**fields, "WARC-Block-Digest": f"sha1:{digest}", "Content-Length": str(len(payload))}
    lines = [f"{name}: {value}" for name, value in written.items() if value]
    return "\r\n".join(["WARC/1.0", *lines, "", ""]).encode("latin-1", "replace") + payload + b"\r\n\r\n"


def header_of(plain: bytes) -> bytes:
    """The bytes of a record's header."""
    return plain[: head_of(plain).end]


def with_header(plain: bytes, header: bytes, payload: bytes) -> bytes:
    """A record with another header and payload."""
    head = head_of(plain)
    return header + payload + plain[head.end + head.length :]


def _digest_line(line: bytes, payload: bytes) -> bytes:
    """The line with the digest of a payload, by the same algorithm and in the same letters."""
    found = _DIGEST.fullmatch(line)
    algorithm = _ALGORITHMS.get(found[2].decode("ascii").lower()) if found else None
    if found is None or algorithm is None:
        return b""
    digest = hashlib.new(algorithm, payload, usedforsecurity=False).digest()
    return found[1] + found[2] + b":" + _spelt(digest, found[3]) + found[4]


def _spelt(digest: bytes, like: bytes) -> bytes:
    """A digest as another one is spelt: in hexadecimal digits, or in base 32, which is the custom."""
    spelt = digest.hex().encode("ascii") if len(like) == 2 * len(digest) else base64.b32encode(digest)
    if not like.endswith(b"="):
        spelt = spelt.rstrip(b"=")
    return spelt.lower() if like.islower() else spelt.upper()
