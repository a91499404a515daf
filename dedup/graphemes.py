"""Where a text may be cut without breaking what people see as one character or one word (R1).

Grapheme clusters follow UAX #29, on the safe side: a default-ignorable character always belongs to what it follows.
"""

from __future__ import annotations

from functools import lru_cache

from dedup._kernels.unicode import IGNORED, MARK, SEPARATOR, SINGLE, TABLE

_ZERO_WIDTH_JOINER = "\u200d"


def is_cut_point(text: str, position: int) -> bool:
    """Whether a cut may begin or end here: not inside a word, a line end or a grapheme."""
    if not 0 < position < len(text):
        return True
    before, after = text[position - 1], text[position]
    if extends(before, after) or before == _ZERO_WIDTH_JOINER or (before, after) == ("\r", "\n"):
        return False
    if _is_regional(before) and _is_regional(after):
        return False
    last, first = word_class(before, -1), word_class(after, 0)
    return SEPARATOR in (last, first) or last == first == SINGLE


def joins_words(text: str, start: int, end: int) -> bool:
    """Whether cutting [start, end) would put two word characters side by side."""
    if start == 0 or end == len(text):
        return False
    return word_class(text[start - 1], -1) != SEPARATOR != word_class(text[end], 0)


@lru_cache(maxsize=1 << 16)
def extends(before: str, after: str) -> bool:
    """Whether a character belongs to the one before it: a mark, unless it follows a line end or another control."""
    if before <= "\x1f" or "\x7f" <= before <= "\x9f" or before in "\u2028\u2029":
        return False
    if TABLE.entry(ord(after)) & 7 == IGNORED or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    return TABLE.parts(ord(after))[0][0] == MARK


@lru_cache(maxsize=1 << 16)
def word_class(character: str, which: int) -> int:
    """WORD, SINGLE or SEPARATOR; of the first (0) or last (-1) character that this one folds to."""
    parts = TABLE.parts(ord(character))
    if not parts:
        return SEPARATOR
    kind = parts[which][0]
    return SINGLE if kind == MARK else kind


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
