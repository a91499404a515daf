"""Text > blocks: the spans that are compared as units.

Lines and paragraphs are found by the kernels; `_kernels/reference_blocks.py` says how. Sentences are found inside
paragraphs.
"""

from __future__ import annotations

import re
from itertools import pairwise

import sentencex

from dedup import _kernels
from dedup._kernels.recipe import DOCUMENT, LINE, PARAGRAPH
from dedup.graphemes import is_cut_point
from dedup.records import Span
from dedup.settings import Settings, Unit

KERNEL_UNITS: dict[Unit, int] = {"document": DOCUMENT, "line": LINE, "paragraph": PARAGRAPH}
"""Units that the kernels find by themselves."""

_ITEM = re.compile(r"\s*[(\[]?(?:\d+(?:\.\d+)*|[ivxlcdm]+|\w)[.):\]]*\s*", re.IGNORECASE)
_LONGEST_ITEM = 20  # characters
_SURROGATES = re.compile("[\ud800-\udfff]")


def split(text: str, settings: Settings) -> list[Span]:
    """The blocks of a text: in order, apart, none empty, without the white space around them.

    Args:
        text: Any string.
        settings: `unit` says what a block is; `language` guides the sentence splitter.
    """
    found = _kernels.chosen().split(text, KERNEL_UNITS.get(settings.unit, PARAGRAPH))
    if settings.unit != "sentence":
        return [Span(*span) for span in found]
    return [sentence for start, end in found for sentence in _sentences(text, start, end, settings.language)]


def sentence_starts(text: str, language: str) -> list[int]:
    """Where sentences begin (sentencex, rules of the Wikimedia project); the first is 0, none is inside a grapheme.

    The number of an item is none: it belongs to what follows it.

    Args:
        text: One block; a lone surrogate is read as U+FFFD.
        language: ISO 639 code; an unknown one is treated as English.
    """
    readable = _SURROGATES.sub("\ufffd", text)
    starts = (boundary["start_index"] for boundary in sentencex.get_sentence_boundaries(language, readable))
    found = [start for start in starts if is_cut_point(text, start)]
    items = {
        end for start, end in pairwise(found) if end - start <= _LONGEST_ITEM and _ITEM.fullmatch(text, start, end)
    }
    return [start for start in found if start not in items] if items else found


def _sentences(text: str, start: int, end: int, language: str) -> list[Span]:
    starts = [start + at for at in sentence_starts(text[start:end], language)]
    return [
        Span(first + before, first + after)
        for first, last in zip(starts, [*starts[1:], end], strict=True)
        for before, after in _kernels.chosen().split(text[first:last], DOCUMENT)
    ]
