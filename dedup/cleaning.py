"""Text + what goes > cleaned text, and back.

What is merged is found as cores: spans from a first to a last token, with the punctuation that belongs to them. Which
of the white space around them goes too is decided once, here, when all cores of a document are known: of the
separators on the two sides of a cut the stronger one stays, so that no two words and no two paragraphs are joined and
no gap is left.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from dedup._kernels.unicode import IGNORED, MARK, SEPARATOR, SINGLE, TABLE
from dedup.errors import RestoreError
from dedup.records import Cleaned, Document, Place, Span

_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_ZERO_WIDTH_JOINER = "\u200d"


def cut(text: str, cuts: Sequence[Span]) -> str:
    """The text without the cuts, which are sorted and apart."""
    kept, position = [], 0
    for start, end in cuts:
        kept.append(text[position:start])
        position = end
    kept.append(text[position:])
    return "".join(kept)


def with_separators(text: str, cores: Sequence[Span]) -> list[Span]:
    """The cuts for a document's cores: each core with the white space that goes with it.

    Args:
        text: The document's text.
        cores: Sorted, apart, none beginning or ending with white space.

    Returns:
        One cut a core, sorted and apart. White space between two cores that touch goes with the first.
    """
    cuts: list[Span] = []
    first = 0
    for i, core in enumerate(cores):
        following = cores[i + 1].start if i + 1 < len(cores) else len(text)
        if i + 1 < len(cores) and not text[core.end : following].strip():
            cuts.append(Span(core.start, following))
            continue
        before = cores[first - 1].end if first else 0
        start, end = _outer(text, before, cores[first].start, core.end, following)
        cuts.append(core)
        cuts[first] = Span(start, cuts[first].end)
        cuts[-1] = Span(cuts[-1].start, end)
        first = i + 1
    return cuts


def _outer(text: str, before: int, start: int, end: int, following: int) -> tuple[int, int]:
    """How far a cut of [start, end) reaches into the white space on its two sides.

    `before` and `following` bound it: where the text kept on either side begins and ends at the most.
    """
    left, right = text[before:start], text[end:following]
    left, right = left[len(left.rstrip()) :], right[: len(right) - len(right.lstrip())]
    begins_text, ends_text = len(left) == start, end + len(right) == len(text)
    if begins_text and ends_text:
        return 0, len(text)
    indent, line_ends = _indent(left), _count_line_ends(right)
    if line_ends and (
        begins_text or indent < len(left)
    ):  # whole lines go: their indentation goes, the next one's stays
        start -= indent
        left, right = left[: len(left) - indent], right[: len(right) - _indent(right)]
    if begins_text:
        return start, end + len(right)
    if ends_text and not line_ends:  # of the left separator one line end stays, as the end of the text
        line_end = _LINE_END.search(left)
        return start - len(left) + (line_end.end() if line_end else 0), len(text)
    if (_count_line_ends(left), len(left) > 0) < (_count_line_ends(right), len(right) > 0):
        return start - len(left), end
    return start, end + len(right)


def _indent(space: str) -> int:
    """Characters after the last line end."""
    last = 0
    for line_end in _LINE_END.finditer(space):
        last = line_end.end()
    return len(space) - last


def _count_line_ends(space: str) -> int:
    return len(_LINE_END.findall(space))


def is_cut_point(text: str, position: int) -> bool:
    """Whether a cut may begin or end here: not inside a word, a line end or a grapheme (R1)."""
    if not 0 < position < len(text):
        return True
    before, after = text[position - 1], text[position]
    if before.isspace() or after.isspace():
        return (before, after) != ("\r", "\n") and not _extends(after)
    if _extends(after) or before == _ZERO_WIDTH_JOINER or (_is_regional(before) and _is_regional(after)):
        return False
    last, first = _word_class(before, -1), _word_class(after, 0)
    return SEPARATOR in (last, first) or last == first == SINGLE


def joins_words(text: str, start: int, end: int) -> bool:
    """Whether cutting [start, end) alone would put two word characters side by side."""
    if start == 0 or end == len(text):
        return False
    return _word_class(text[start - 1], -1) != SEPARATOR != _word_class(text[end], 0)


def _word_class(character: str, which: int) -> int:
    """WORD, SINGLE or SEPARATOR; of the first (0) or last (-1) character it folds to."""
    parts = TABLE.parts(ord(character))
    if not parts:
        return SEPARATOR
    kind = parts[which][0]
    return SINGLE if kind == MARK else kind


def _extends(character: str) -> bool:
    """Whether the character belongs to the grapheme before it."""
    entry = TABLE.entry(ord(character))
    if entry & 7 == IGNORED:
        return True
    parts = TABLE.parts(ord(character))
    return parts[0][0] == MARK or "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def restore(cleaned: Cleaned) -> str:
    """The original text of a document that was merged with nothing but itself (R6).

    Raises:
        RestoreError: If text stands in another document (use `restore_corpus`), or merges and text do not fit.
    """
    kept = KeptText(cleaned)

    def find(place: Place) -> KeptText:
        if (place.document, place.record) != cleaned.key:
            raise RestoreError(cleaned.id, f"its text stands in {place.document!r}: use restore_corpus")
        return kept

    return restored(cleaned, find)


def restore_corpus(cleaned_documents: Iterable[Cleaned]) -> list[Document]:
    """The original documents, in the same order (R6).

    Args:
        cleaned_documents: All documents of one run, those left without text included.

    Raises:
        RestoreError: If a kept copy is missing, or merges and text do not fit.
    """
    everything = list(cleaned_documents)
    by_key = {cleaned.key: KeptText(cleaned) for cleaned in everything}

    def find(place: Place) -> KeptText:
        found = by_key.get((place.document, place.record))
        if found is None:
            raise RestoreError(place.document, "it holds a kept copy and is missing")
        return found

    return [Document(cleaned.id, restored(cleaned, find), cleaned.fields) for cleaned in everything]


def restored(cleaned: Cleaned, find: Callable[[Place], KeptText]) -> str:
    """The original text of a document, given the kept text that each merge's place names.

    Raises:
        RestoreError: If merges and text do not fit.
    """
    parts: list[str] = []
    position = original = 0
    for merge in cleaned.merges:
        kept = merge.start - original
        if kept < 0 or position + kept > len(cleaned.text):
            raise RestoreError(cleaned.id, f"nothing can have been cut at {merge.start}: it is not the text cleaned")
        parts.append(cleaned.text[position : position + kept])
        position, original = position + kept, merge.end
        removed = "".join(
            piece if isinstance(piece, str) else find(merge.canonical).read(piece) for piece in merge.restore
        )
        if len(removed) != merge.end - merge.start:
            raise RestoreError(cleaned.id, f"{merge.start}-{merge.end} was merged with another text than the one here")
        parts.append(removed)
    parts.append(cleaned.text[position:])
    return "".join(parts)


class KeptText:
    """What was kept of a document, read by where it stood in the original."""

    def __init__(self, cleaned: Cleaned) -> None:
        self._cleaned = cleaned
        self._starts = [merge.start for merge in cleaned.merges]
        self._removed = [0, *accumulate(merge.end - merge.start for merge in cleaned.merges)]

    def read(self, span: Span) -> str:
        """The characters of a span of the original text.

        Raises:
            RestoreError: If any of them was cut.
        """
        before = bisect_left(self._starts, span.end)
        if before and self._cleaned.merges[before - 1].end > span.start:
            raise RestoreError(self._cleaned.id, f"{span.start}-{span.end} should have been kept and was cut")
        shift = self._removed[before]
        return self._cleaned.text[span.start - shift : span.end - shift]


class Cores:
    """The cores found in a document so far: sorted, apart."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.spans: list[Span] = []

    def add(self, span: Span) -> None:
        """Add a core that overlaps none of the others."""
        self.spans.insert(bisect_left(self.spans, span), span)

    def remove(self, span: Span) -> None:
        """Remove a core that was added."""
        del self.spans[bisect_left(self.spans, span)]

    def would_join_words(self, span: Span) -> bool:
        """Whether cutting a core, old or new, with those it touches puts two word characters side by side (R1)."""
        start, end = span
        place = bisect_left(self.spans, span)
        while place > 0 and not self._text[self.spans[place - 1].end : start].strip():
            place -= 1
            start = self.spans[place].start
        place = bisect_left(self.spans, span)
        while place < len(self.spans) and not self._text[end : self.spans[place].start].strip():
            end = self.spans[place].end
            place += 1
        return joins_words(self._text, start, end)
