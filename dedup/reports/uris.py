"""Names of files as relative references of RFC 3986, which say nothing about the machine they were made on."""

from __future__ import annotations

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ENCODED = [chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)]


def relative_uri(name: str) -> str:
    """A file's name, percent-encoded byte by byte, without `.` and `..`: of a file outside the folder of the check, its
    name from where the two paths part.
    """
    return "/".join(_segment(segment) for segment in name.split("/") if segment not in ("", ".", ".."))


def lies_outside(name: str) -> bool:
    """Whether it is the name of a file outside the folder of the check."""
    return name.startswith("/") or ".." in name.split("/")


def _segment(segment: str) -> str:
    try:
        data = segment.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # surrogates that stand for no byte
        data = segment.encode("utf-8", "surrogatepass")
    return "".join(_ENCODED[byte] for byte in data)
