"""Text > blocks: the spans that are compared as units.

Lines end as `str.splitlines` has it: LF, CR, CRLF, vertical tab, form feed, NEL, U+2028, U+2029. Blank lines separate
paragraphs. Between them, crawled text has one paragraph a line, and mails, licences and statutes wrap theirs at a
fixed width: a line is taken to go on when its text would not have had room for the next line's first word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import sentencex

from dedup.records import Span
from dedup.settings import Settings, Unit

# Columns of the longest line of a run: narrower runs are menus and verse, wider ones have one paragraph a line.
_LEAST_WIDTH = 40
_MOST_WIDTH = 120

# Letters two columns wide, from Hangul Jamo and CJK radicals on (East_Asian_Width W and F, roughly).
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\U0001f300-\U0003ffff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def split(text: str, settings: Settings) -> list[Span]:
    """The blocks of a text: in order, apart, none empty, without the white space around them.

    Args:
        text: Any string.
        settings: `unit` says what a block is; `language` guides the sentence splitter.
    """
    splitter = _SPLITTERS.get(settings.unit)
    if splitter is not None:
        return splitter(text)
    return [sentence for paragraph in _paragraphs(text) for sentence in _sentences(text, paragraph, settings.language)]


def sentence_starts(text: str, language: str) -> list[int]:
    """Where sentences begin (sentencex, rules of the Wikimedia project); the first is 0.

    Args:
        text: One block; a lone surrogate is read as U+FFFD.
        language: ISO 639 code; an unknown one is treated as English.
    """
    readable = _SURROGATES.sub("\ufffd", text)
    return [boundary["start_index"] for boundary in sentencex.get_sentence_boundaries(language, readable)]


def _document(text: str) -> list[Span]:
    return _stripped(text, 0, len(text))


def _lines(text: str) -> list[Span]:
    return [line for run in _runs(text) for line in run]


def _paragraphs(text: str) -> list[Span]:
    return [block for run in _runs(text) for block in _unwrap(text, run)]


def _sentences(text: str, paragraph: Span, language: str) -> list[Span]:
    start, end = paragraph
    starts = [start + at for at in sentence_starts(text[start:end], language)]
    return [
        span for first, last in zip(starts, [*starts[1:], end], strict=True) for span in _stripped(text, first, last)
    ]


_SPLITTERS: dict[Unit, Callable[[str], list[Span]]] = {
    "document": _document,
    "line": _lines,
    "paragraph": _paragraphs,
}


def _stripped(text: str, start: int, end: int) -> list[Span]:
    """The span without white space at its ends, or nothing."""
    inside = text[start:end]
    kept = inside.strip()
    if not kept:
        return []
    start += len(inside) - len(inside.lstrip())
    return [Span(start, start + len(kept))]


def _runs(text: str) -> Iterator[list[Span]]:
    """Runs of lines without a blank line between them, each line without white space at its ends."""
    run: list[Span] = []
    position = 0
    for line in text.splitlines(keepends=True):
        stripped = _stripped(text, position, position + len(line))
        position += len(line)
        run += stripped
        if run and (not stripped or line[-1] == "\u2029"):
            yield run
            run = []
    if run:
        yield run


def _unwrap(text: str, run: list[Span]) -> list[Span]:
    """The paragraphs of a run: lines that were wrapped are put together again."""
    if len(run) == 1:
        return run
    lines = [text[start:end] for start, end in run]
    widths = [_columns(line) for line in lines]
    width = max(widths)
    if not _LEAST_WIDTH <= width <= _MOST_WIDTH:
        return run
    paragraphs = [run[0]]
    for i in range(1, len(run)):
        if widths[i - 1] + _columns_of_first_word(lines[i]) > width:
            paragraphs[-1] = Span(paragraphs[-1].start, run[i].end)
        else:
            paragraphs.append(run[i])
    return paragraphs


def _columns(line: str) -> int:
    return len(line) if line.isascii() else len(line) + len(_WIDE.findall(line))


def _columns_of_first_word(line: str) -> int:
    """With the space before it; where words are not separated, one wide letter."""
    return 2 if _WIDE.match(line) else 1 + _columns(line.split(None, 1)[0])
