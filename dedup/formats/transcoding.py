"""Texts in other encodings than UTF-8 as UTF-8, and back to the very bytes.

Formats read UTF-8 and nothing else; this stands between them and a file. A byte that cannot be read in the file's
encoding becomes a lone surrogate, as Python's `surrogateescape` makes it: its record is no UTF-8, so that the format
skips it and passes it on. If such bytes are to be read all the same, they become characters of a private area
instead: no letters, so that nobody compares them, and other ones for other bytes, so that all come back.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

from dedup.errors import SettingsError
from dedup.formats.base import UnreadableError

_PIECE = 1 << 18
_PROBES = "a\nä日"
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARK = re.compile("[\U0010f000-\U0010f7ff]")
_TO_MARKS = 0x10F000 - 0xD800


@dataclass(frozen=True, slots=True)
class Encoding:
    """How texts are encoded.

    Attributes:
        name: The encoding, as Python calls it.
        replaces: Whether bytes that cannot be read count as characters that are no letters; else what holds them is
            not read.
    """

    name: str = "utf-8"
    replaces: bool = False

    @classmethod
    def named(cls, name: str, *, replaces: bool = False) -> Encoding:
        """The encoding of a name.

        Raises:
            SettingsError: If Python knows none, or a text in it cannot be written in parts.
        """
        try:
            known = codecs.lookup(name).name.removesuffix("-sig")
            encoded = {probe: _encoded(probe, known) for probe in _PROBES}
            is_in_parts = all(_encoded(probe * 2, known) == part * 2 for probe, part in encoded.items())
        except (LookupError, UnicodeError, ValueError) as error:
            raise SettingsError("encoding", name, "give an encoding of texts that Python knows, as cp1252") from error
        if known in ("utf-16", "utf-32"):
            raise SettingsError("encoding", name, f"say in which order: {known}-le (most files) or {known}-be")
        if not is_in_parts:
            raise SettingsError("encoding", name, "what a byte means there depends on others far before it: convert it")
        return cls(known, replaces)

    @property
    def is_utf8(self) -> bool:
        """Whether there is nothing to be done."""
        return self.name == "utf-8" and not self.replaces

    @property
    def errors(self) -> str:
        """What Python does with bytes that cannot be read, and back."""
        return "surrogatepass" if self.name in _WIDE else "surrogateescape"

    def to_utf8(self, text: str) -> bytes:
        """A text that was decoded with `errors`, as formats read it."""
        if self.replaces:
            text = _SURROGATE.sub(_marked, _MARK.sub(self._as_invalid, text))
        return text.encode("utf-8", "surrogatepass")

    def from_utf8(self, data: bytes) -> bytes:
        """The bytes in this encoding of what formats write.

        Raises:
            UnicodeEncodeError: If a character has none.
        """
        text = data.decode("utf-8", "surrogatepass")
        if self.replaces:
            text = _MARK.sub(_unmarked, text)
        return text.encode(self.name, self.errors)

    def first_invalid(self, data: bytes) -> int:
        """How many bytes, in this encoding, come before the first one that could not be read."""
        text = data.decode("utf-8", "surrogatepass")
        found = _SURROGATE.search(text)
        return len(text[: found.start() if found else 0].encode(self.name))

    def _as_invalid(self, found: re.Match[str]) -> str:
        """A character that stands for a byte already: as if its own bytes could not be read."""
        if self.name.startswith("utf-16"):
            units = found[0].encode("utf-16-be")
            return "".join(chr(int.from_bytes(units[i : i + 2], "big")) for i in (0, 2))
        return found[0].encode(self.name).decode("ascii", "surrogateescape")


UTF8 = Encoding()
"""How texts are encoded unless somebody says otherwise."""


class Utf8Stream(io.RawIOBase):
    """What a stream holds, in UTF-8. Use it under a buffer.

    Args:
        stream: The stream, which stays open.
        encoding: Its encoding.

    Attributes:
        position: How many bytes of the stream have been read.
    """

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        super().__init__()
        self.position = 0
        self._stream = stream
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding.name)(encoding.errors)
        self._unchecked = b""
        self._data = memoryview(b"")

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """See `io.RawIOBase`.

        Raises:
            UnreadableError: If what is there would come back as other bytes.
        """
        is_end = False
        while not self._data and not is_end:
            piece = self._stream.read(_PIECE)
            self.position += len(piece)
            is_end = not piece
            self._data = memoryview(self._encoding.to_utf8(self._decoded(piece, is_end=is_end)))
        count = min(len(buffer), len(self._data))
        buffer[:count] = self._data[:count]
        self._data = self._data[count:]
        return count

    def _decoded(self, piece: bytes, *, is_end: bool) -> str:
        self._unchecked += piece
        checked = self.position - len(self._unchecked)
        name = self._encoding.name
        try:
            text = self._decoder.decode(piece, is_end)
        except UnicodeDecodeError as error:
            reason = f"not {name} at byte {checked + error.start:,}: {error.reason}; check --encoding"
            raise UnreadableError(reason) from error
        back = text.encode(name, self._encoding.errors)
        if not self._unchecked.startswith(back):
            place = next(i for i, byte in enumerate(back) if self._unchecked[i : i + 1] != b"%c" % byte)
            raise UnreadableError(
                f"what stands at byte {checked + place:,} is written otherwise by others that write {name}, and would "
                f"not come back as it is: convert the file to UTF-8"
            )
        self._unchecked = self._unchecked[len(back) :]
        return text


def _encoded(text: str, name: str) -> bytes:
    """The bytes of a text; none if it cannot be written."""
    try:
        return text.encode(name)
    except UnicodeEncodeError:
        return b""


def _marked(found: re.Match[str]) -> str:
    return chr(ord(found[0]) + _TO_MARKS)


def _unmarked(found: re.Match[str]) -> str:
    return chr(ord(found[0]) - _TO_MARKS)
