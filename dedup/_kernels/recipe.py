"""What the kernels are told: how blocks are compared, and the units that they find by themselves."""

from __future__ import annotations

from array import array
from typing import NamedTuple

DOCUMENT, LINE, PARAGRAPH = 0, 1, 2
"""Units that are found by characters alone."""


class Recipe(NamedTuple):
    """How blocks are compared: `Settings` as the kernels need them; the last two, uint32, are a signature's maps."""

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


class Registered(NamedTuple):
    """The documents that blocks belong to, by number.

    Attributes:
        ids: Of all of them.
        records: Their positions in the input, int64.
        repeats: Which of them have the id of an earlier one.
    """

    ids: list[str]
    records: array[int]
    repeats: set[int]


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
