"""A process that turns pages into text. It is one of its own because pages can be made that take hours, or that make a
native library panic: then it is ended, and the next page gets another.

On its standard input, again and again: a byte for what is wanted (see `WANTED`), the length of the charset (1 byte),
the charset, the length of the page (4 bytes), the page. On its standard output: the length of the charset that was
used, that charset, the length of the text (4 bytes), the text in UTF-8.
"""

from __future__ import annotations

import codecs
import sys
from typing import BinaryIO

WANTED = {"all": b"a", "main": b"m", "trafilatura": b"t"}
"""Which text of a page: all of it, or its main content, as Resiliparse or as Trafilatura finds it."""


def read_text(page: bytes, charset: str, wanted: bytes) -> tuple[str, str]:
    """The text of a page, and the charset that it was read in: the one that is named if the page keeps to it."""
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding  # noqa: PLC0415  # this process is there for it

    try:
        used = codecs.lookup(charset or "utf-8").name
        html = page.decode(used)
    except (LookupError, UnicodeError):
        used = detect_encoding(page) or "utf-8"
        html = bytes_to_str(page, encoding=used, errors="replace")
    return _text(html, wanted).encode("utf-8", "replace").decode("utf-8"), used


def _text(html: str, wanted: bytes) -> str:
    if wanted == WANTED["trafilatura"]:
        from trafilatura import extract  # noqa: PLC0415  # as above

        return extract(html, include_comments=False) or ""
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415  # as above

    text: str = extract_plain_text(html, main_content=wanted == WANTED["main"])
    return text


def serve(asked: BinaryIO, answered: BinaryIO) -> None:
    """Turn pages into text until nobody asks for more."""
    while wanted := asked.read(1):
        charset = asked.read(asked.read(1)[0]).decode("ascii")
        page = asked.read(int.from_bytes(asked.read(4), "big"))
        text, used = read_text(page, charset, wanted)
        encoded, name = text.encode("utf-8"), used.encode("ascii")
        answered.write(bytes([len(name)]) + name + len(encoded).to_bytes(4, "big") + encoded)
        answered.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
