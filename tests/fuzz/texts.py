"""Texts out of the bytes of a fuzzer, and seeds for targets that take texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.naive import PIECES

_EXAMPLES = Path(__file__).parents[2] / "examples"
_LONGEST = 1500  # characters of a seed: short ones are changed in more ways


def text_of(data: bytes) -> str:
    """A text for any bytes; those that are not UTF-8 become lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


def text_seeds() -> Iterator[bytes]:
    """The beginnings of the examples, and letters, marks and controls that are told apart with trouble."""
    for path in sorted(_EXAMPLES.glob("*.txt")):
        yield path.read_text("utf-8")[:_LONGEST].encode()
    for at in range(0, len(PIECES), 40):
        yield " ".join(PIECES[at : at + 40]).encode("utf-8", "surrogatepass")
        yield "".join(PIECES[at : at + 40]).encode("utf-8", "surrogatepass")
