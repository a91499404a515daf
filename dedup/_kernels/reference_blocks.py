"""Text > blocks in plain Python: the specification of how lines and paragraphs are found.

Lines end as `str.splitlines` has it: LF, CR, CRLF, vertical tab, form feed, U+001C to U+001E, NEL, U+2028, U+2029.
Blank lines and U+2029 separate paragraphs; a form feed, which ends a page, does not. Between them, crawled text has
one paragraph a line, and mails, licences and statutes wrap theirs at a fixed width.

That width is the one that a third of the lines may exceed, for in an edited paragraph some do. A line is full, and
goes on in the next, when the next line's first word would not have fitted into the width, or would just have fitted (a
fifth of the width was left, as where words went) and the line ends no sentence; but not when the next line is the same.
Lines are taken to be wrapped when two of three are full; the last does not count, nor the first if it is not full (a
heading), nor are lines full that are longer than the width by more than a fifth. They are not wrapped if most full
lines end a sentence (then lines are sentences). Where nearly all lines begin with a capital, as in verse and in
lists, nothing is tolerated: the width is that of the longest line, and no line that leaves room is full.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeAlias

from dedup._kernels.recipe import DOCUMENT, LINE, PARAGRAPH
from dedup.graphemes import extends

Span: TypeAlias = tuple[int, int]

# Columns that lines are wrapped at: narrower runs are menus and verse, wider ones have one paragraph a line.
_LEAST_WIDTH = 50
_LEAST_WIDTH_OF_WIDE_LETTERS = 36
_MOST_WIDTH = 120

# One line of so many may be longer than the width, and a full line may leave one column of so many.
_LINES_FOR_A_LONG_ONE = 3
_COLUMNS_FOR_A_FREE_ONE = 5

# Prose has few paragraphs of so many lines that begin with capitals but for one in so many, verse and lists have most.
_LEAST_LINES_OF_VERSE = 5
_LINES_OF_VERSE_FOR_A_SMALL_LETTER = 6

# Letters two columns wide, from Hangul Jamo and CJK radicals on (East_Asian_Width W and F, roughly).
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\U0001f300-\U0003ffff]"
)
_CAPITAL_START = re.compile(
    r"[^0-9A-Za-z\x80-\U0010ffff]*[A-Z\xc0-\xd6\xd8-\xde\u0391-\u03a9\u0410-\u042f]"
    r"[a-z\xdf-\xf6\xf8-\xff\u03ac-\u03ce\u0430-\u044f]"
)
_SENTENCE_END = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u2018-\u201f\u00bb)\]]*$")


def split(text: str, unit: int) -> list[Span]:
    """The blocks of a text: (start, end) in order, apart, none empty, without the white space around them."""
    return _SPLITTERS[unit](text)


def _document(text: str) -> list[Span]:
    return _stripped(text, 0, len(text))


def _lines(text: str) -> list[Span]:
    return [line for run in _runs(text) for line in run]


def _paragraphs(text: str) -> list[Span]:
    return [block for run in _runs(text) for block in _unwrap(text, run)]


def _stripped(text: str, start: int, end: int) -> list[Span]:
    """The span without white space at its ends, or nothing."""
    inside = text[start:end]
    kept = inside.strip()
    if not kept:
        return []
    first = start + len(inside) - len(inside.lstrip())
    end = first + len(kept)
    if first > start and extends(text[first - 1], text[first]):
        first -= 1  # a space that a mark stands on is no mere white space
    return [(first, end)]


def _runs(text: str) -> Iterator[list[Span]]:
    """Runs of lines without a blank line between them, each line without white space at its ends."""
    run: list[Span] = []
    position = 0
    for line in text.splitlines(keepends=True):
        stripped = _stripped(text, position, position + len(line))
        run += stripped
        is_blank = not stripped and (line != "\f" or text[position - 1 : position] == "\f")
        if run and (is_blank or line[-1] == "\u2029"):
            yield run
            run = []
        position += len(line)
    if run:
        yield run


def _unwrap(text: str, run: list[Span]) -> list[Span]:
    """The paragraphs of a run: lines that were wrapped are put together again."""
    if len(run) == 1:
        return run
    goes_on = _lines_that_go_on([text[start:end] for start, end in run])
    paragraphs = [run[0]]
    for line, on in zip(run[1:], goes_on, strict=True):
        if on:
            paragraphs[-1] = (paragraphs[-1][0], line[1])
        else:
            paragraphs.append(line)
    return paragraphs


def _lines_that_go_on(lines: list[str]) -> list[bool]:
    """Of each line but the last, whether it goes on in the next; none does if the lines were not wrapped."""
    widths = [_columns(line) for line in lines]
    is_verse = _is_verse(lines)
    width = sorted(widths)[-1 - (0 if is_verse else (len(lines) - 1) // _LINES_FOR_A_LONG_ONE)]
    is_wide = bool(_WIDE.match(lines[widths.index(width)]))
    if not (_LEAST_WIDTH_OF_WIDE_LETTERS if is_wide else _LEAST_WIDTH) <= width <= _MOST_WIDTH:
        return [False] * (len(lines) - 1)
    slack = 0 if is_verse else width // _COLUMNS_FOR_A_FREE_ONE
    ends_sentence = [bool(_SENTENCE_END.search(line)) for line in lines]
    goes_on = [
        widths[i] + _columns_of_first_word(after) + (0 if ends_sentence[i] else slack) > width and line != after
        for i, (line, after) in enumerate(pairwise(lines))
    ]
    full = [i for i, on in enumerate(goes_on) if on and widths[i] <= width + slack]
    counted = len(goes_on) - (not goes_on[0])
    are_sentences = 2 * sum(ends_sentence[i] for i in full) > len(full)
    if not full or 3 * len(full) < 2 * counted or are_sentences:
        return [False] * (len(lines) - 1)
    return goes_on


def _is_verse(lines: list[str]) -> bool:
    """Whether nearly all lines after the first begin with a capital, which in prose only few do."""
    small = sum(not _CAPITAL_START.match(line) for line in lines[1:])
    return len(lines) >= _LEAST_LINES_OF_VERSE and _LINES_OF_VERSE_FOR_A_SMALL_LETTER * small < len(lines) - 1


def _columns(line: str) -> int:
    return len(line) if line.isascii() else len(line) + len(_WIDE.findall(line))


def _columns_of_first_word(line: str) -> int:
    """With the space before it; where words are not separated, one wide letter."""
    return 2 if _WIDE.match(line) else 1 + _columns(line.split(None, 1)[0])


_SPLITTERS: dict[int, Callable[[str], list[Span]]] = {DOCUMENT: _document, LINE: _lines, PARAGRAPH: _paragraphs}
