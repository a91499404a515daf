"""What the kernels are told: how blocks are compared, and the units that they find by themselves."""

from __future__ import annotations

from array import array
from typing import NamedTuple

DOCUMENT, LINE, PARAGRAPH = 0, 1, 2
"""Units that are found by characters alone."""


DIGITS = array(
    "I",
    (
        0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
        0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
        0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0,
        0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60,
        0x16AC0, 0x16B50, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950,
    ),
)  # fmt: skip
"""Zero of every ten decimal digits (category Nd of Unicode 15.1) that do not fold to other digits."""


class Recipe(NamedTuple):
    """How blocks are compared: `Settings` as the kernels need them.

    The arrays are uint32: the maps of the signature, and the first digits of the tens of digits that make a token a
    number; none if numbers are not protected. With a `min_span` of 0 no runs of tokens are looked for.
    """

    ngram: int
    bands: int
    rows: int
    min_tokens: int
    bucket_limit: int
    threshold: float
    max_edit: int
    keeps_novel: bool
    cuts_at_words: bool
    multipliers: array[int]
    increments: array[int]
    digits: array[int] = array("I")
    min_span: int = 0


ITSELF = -1
"""In a `Run`: the text that was looked through."""


class Run(NamedTuple):
    """Equal tokens in a text and in a kept one.

    Attributes:
        a: The first in the text.
        text: Number of the kept text.
        b: The first there.
        length: How many.
    """

    a: int
    text: int
    b: int
    length: int
