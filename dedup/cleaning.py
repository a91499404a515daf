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
from functools import lru_cache
from itertools import accumulate, pairwise

from dedup.errors import RestoreError
from dedup.graphemes import is_cut_point, joins_words
from dedup.records import Cleaned, Document, Place, Span, text_digest, utf8

_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


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
        One cut a core, sorted and apart.
    """
    cuts: list[Span] = []
    first = 0
    for i, core in enumerate(cores):
        following = cores[i + 1].start if i + 1 < len(cores) else len(text)
        if i + 1 == len(cores) or text[core.end : following].strip():
            before = cores[first - 1].end if first else 0
            cuts += _cuts_of_chain(text, cores[first : i + 1], before, following)
            first = i + 1
    return cuts


def _cuts_of_chain(text: str, chain: Sequence[Span], before: int, following: int) -> list[Span]:
    """The cuts for cores with nothing but white space between them: of all their separators the strongest stays.

    The text kept on either side begins and ends at `before` and `following` at the most.
    """
    gaps = [text[left.end : right.start] for left, right in pairwise(chain)]
    start, end, kept_gap = _outer_cut(text, chain[0].start, chain[-1].end, (before, following), gaps)
    starts = [_cut_point(text, start, before)]
    starts += [_cut_point(text, right.start, left.end) for left, right in pairwise(chain)]
    inner = [left.end if i == kept_gap else starts[i + 1] for i, left in enumerate(chain[:-1])]
    end = _cut_point(text, end, chain[-1].end)
    return [Span(*cut) for cut in zip(starts, [*inner, end], strict=True)]


def _cut_point(text: str, place: int, least: int) -> int:
    """The place, or one before it: white space that a mark stands on is not cut from it."""
    while place > least and not is_cut_point(text, place):
        place -= 1
    return place


def _outer_cut(
    text: str, start: int, end: int, bounds: tuple[int, int], gaps: Sequence[str]
) -> tuple[int, int, int | None]:
    """Where a cut of [start, end), with gaps of white space in it, begins and ends, and which gap stays."""
    left, right = text[bounds[0] : start], text[end : bounds[1]]
    left, right = left[len(left.rstrip()) :], right[: len(right) - len(right.lstrip())]
    outer = Span(start - len(left), end + len(right))
    if outer.end == len(text):
        return *_cut_at_end(outer, left, end, _LINE_END.search(right) is not None), None
    strengths = [_strength(separator) for separator in (left, *gaps, right)]
    strongest = strengths.index(max(strengths)) if outer.start > 0 else 0
    if strongest == len(gaps) + 1:
        return outer.start, end, None
    if strongest > 0:
        return *outer, strongest - 1
    if _LINE_END.search(right) and (_LINE_END.search(left) or outer.start == 0):
        return start - _indent(left), outer.end - _indent(right), None  # whole lines: their own indentation goes
    return start, outer.end, None


def _cut_at_end(outer: Span, left: str, end: int, right_ends_line: bool) -> Span:
    """A cut at the end of a text: all of it, or so that one line end stays, if there was any."""
    line_end = _LINE_END.search(left)
    if outer.start == 0 or (line_end is None and not right_ends_line):
        return outer
    return Span(outer.start, end) if line_end is None else Span(outer.start + line_end.end(), outer.end)


@lru_cache(maxsize=1024)  # the same few over and over
def _strength(separator: str) -> tuple[int, bool]:
    """Line ends, then any white space at all, keep texts apart."""
    return len(_LINE_END.findall(separator)), separator != ""


@lru_cache(maxsize=1024)
def _indent(space: str) -> int:
    """Characters after the last line end."""
    last = 0
    for line_end in _LINE_END.finditer(space):
        last = line_end.end()
    return len(space) - last


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
    text = "".join(parts)
    if cleaned.digest and text_digest(utf8(text)) != cleaned.digest:
        raise RestoreError(cleaned.id, "the text here, or a kept copy, is not the one that was cleaned")
    return text


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
    """The cores found in a document so far.

    Args:
        text: The document.
        unspaced: Whether a cut must not bring two characters of scripts written without spaces together either.

    Attributes:
        spans: The cores: sorted, apart.
    """

    def __init__(self, text: str, *, unspaced: bool) -> None:
        self._text = text
        self._unspaced = unspaced
        self.spans: list[Span] = []
        # Stretches of cores that touch, so that one look-up finds how far a cut reaches: start > end, and end > start.
        self._ends: dict[int, int] = {}
        self._starts: dict[int, int] = {}

    def add(self, span: Span) -> None:
        """Add a core that overlaps none of the others."""
        place = bisect_left(self.spans, span)
        if any(span.overlaps(other) for other in self.spans[max(0, place - 1) : place + 1]):
            raise ValueError(f"{span} overlaps another core")
        self.spans.insert(place, span)
        self._unite(span)

    def remove(self, spans: Iterable[Span]) -> None:
        """Remove cores that were added."""
        removed = set(spans)
        self.spans = [span for span in self.spans if span not in removed]
        self._ends.clear()
        self._starts.clear()
        for span in self.spans:
            self._unite(span)

    def would_join_words(self, span: Span) -> bool:
        """Whether cutting one more core, with those it touches, makes two words one (R1).

        White space on either side or between keeps them apart, for the strongest of it stays.
        """
        return self._joins_words(*self._reach(span))

    def joining_words(self) -> list[Span]:
        """Stretches of cores that touch whose cut makes two words one."""
        return [Span(start, end) for start, end in self._ends.items() if self._joins_words(start, end)]

    def _joins_words(self, start: int, end: int) -> bool:
        return joins_words(self._text, start, end, unspaced=self._unspaced)

    def _reach(self, span: Span) -> Span:
        return Span(self._starts.get(span.start, span.start), self._ends.get(span.end, span.end))

    def _unite(self, span: Span) -> None:
        start, end = self._reach(span)
        self._starts.pop(span.start, None)
        self._ends.pop(span.end, None)
        self._ends[start], self._starts[end] = end, start
