"""Where a text may be cut without breaking what people see as one character or one word (R1).

Grapheme clusters follow UAX #29, on the safe side: a default-ignorable character always belongs to what it follows.

Two characters side by side are one word if both can be part of a word, unless both are of scripts written without
spaces: there each is a token by itself, beside whatever it stands. So a run may be cut from between two Han characters
as it may between two spaces. A letter or number beside such a character is not cut off, nor put there by a cut: our
tokens would be the same, but there are readers, and other tokenizers, who take "3月" for one word.
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
    if before in " \n" and after < "\x80":
        return True  # by far the most
    if extends(before, after) or before == _ZERO_WIDTH_JOINER or (before, after) == ("\r", "\n"):
        return False
    if _is_regional(before) and _is_regional(after):
        return False
    return not joins_words(text, position, position)


def joins_words(text: str, start: int, end: int, *, unspaced: bool = False) -> bool:
    """Whether what stands before and after [start, end) would be one word if that were cut.

    Args:
        text: Any string.
        start: Where the cut begins.
        end: Where it ends.
        unspaced: Whether two characters of scripts written without spaces count as one word too.
    """
    last, first = _class_before(text, start), _class_after(text, end)
    return SEPARATOR not in (last, first) and (unspaced or not last == first == SINGLE)


def _class_before(text: str, position: int) -> int:
    """Of the last character before a position that is not a mere part of the one it follows."""
    classes = (word_class(text[i], -1) for i in range(position - 1, -1, -1))
    return next((found for found in classes if found != MARK), SEPARATOR)


def _class_after(text: str, position: int) -> int:
    """Of the first such character from a position on."""
    classes = (word_class(text[i], 0) for i in range(position, len(text)))
    return next((found for found in classes if found != MARK), SEPARATOR)


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
    """WORD, SINGLE or SEPARATOR: of the first (0) or last (-1) base character this one folds to; MARK without any."""
    kinds = [kind for kind, _, _ in TABLE.parts(ord(character)) if kind != MARK]
    return kinds[which] if kinds else MARK


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
