"""Blocks: both kernels split a text at the same places, and blocks of every unit are those of the text, in order."""

from __future__ import annotations

from dedup._kernels import reference
from dedup._kernels.recipe import DOCUMENT, LINE, PARAGRAPH
from dedup.blocks import split
from dedup.settings import Settings
from tests.fuzz.texts import text_of, text_seeds
from tests.kernels import native

DOCUMENTED: tuple[type[Exception], ...] = ()

seeds = text_seeds

_SENTENCES = Settings(unit="sentence")


def check(data: bytes) -> None:
    """See `harness.Target`."""
    text = text_of(data)
    found = {unit: reference.split(text, unit) for unit in (DOCUMENT, LINE, PARAGRAPH)}
    if native is not None:
        assert {unit: native.split(text, unit) for unit in found} == found
    everything: list[list[tuple[int, int]]] = [*found.values(), [*split(text, _SENTENCES)]]
    for blocks in everything:
        position = 0
        for start, end in blocks:
            assert position <= start < end <= len(text)
            assert not text[position:start].strip()
            position = end
        assert not text[position:].strip()
