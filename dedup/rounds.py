"""One document, block by block and then run by run, again and again until nothing more of it goes.

What is left of a block that was merged in part goes round again as a block of its own. When the cleaned text of a
document splits into other blocks than those that were kept, it is gone through once more, so that cleaning what is
clean changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dedup.blocks import split
from dedup.excerpts import Excerpt
from dedup.index import Index, Prepared
from dedup.records import Draft, Match, Span
from dedup.settings import Settings
from dedup.working import Working

if TYPE_CHECKING:
    from dedup.fingerprints import KeptTexts


class Rounds:
    """The rounds of a document.

    Args:
        working: The document.
        index: Kept blocks; the document is the next that was registered, and its blocks are being passed.
        kept_texts: Kept texts as wholes, if runs inside of blocks are looked for.
        settings: How to compare.
    """

    def __init__(self, working: Working, index: Index, kept_texts: KeptTexts | None, settings: Settings) -> None:
        self._working = working
        self._index = index
        self._kept_texts = kept_texts
        self._settings = settings

    def go_through(self, prepared: Prepared) -> None:
        """Go through what is left of a document until nothing more goes; the index may have stopped at a block."""
        rest = self._working.begin_round()
        self._blocks(rest, prepared, self._index.stopped_at)
        while self._has_more(rest) or self._merge_runs():
            rest = self._working.begin_round()
            self._index.roll_back(rest)
            prepared = Prepared(self._index.prepare([rest.text]), 0)
            self._blocks(rest, prepared, self._index.pass_through(prepared, 0, 0))

    def _has_more(self, rest: Excerpt) -> bool:
        return self._working.needs_another_round(rest.outers(self._index.kept()), self._ends_of_blocks)

    def _merge_runs(self) -> bool:
        """Merge the runs of tokens that stand in kept text, in other blocks than those that begin and end with them."""
        if self._kept_texts is None or not self._working.takes_runs:
            return False
        from dedup.embedded import Embedded  # noqa: PLC0415  # these load NumPy
        from dedup.fingerprints import Kept  # noqa: PLC0415

        rest, cuts = self._working.begin_runs(), self._working.cuts()
        whole = Excerpt.whole(self._working.document.text)
        for excerpt, gone in ((rest, ()), (whole, cuts)) if cuts else ((whole, ()),):
            own = Kept(self._index.document, excerpt, self._settings)
            groups = list(Embedded(own, self._kept_texts, self._settings, gone).drafts())
            merged = [
                self._working.merge(drafts, self._index.owner_of(document), "fingerprints")
                for document, drafts in groups
                if self._working.may_go(found.core for found in drafts)
            ]
            if any(merged):
                return True
        return False

    def _blocks(self, rest: Excerpt, prepared: Prepared, number: int) -> None:
        """Merge or keep every block of what is left of the document, from `number` on, which something stands for."""
        waiting: list[tuple[Prepared, int, int]] = []
        part, shift = prepared, 0
        while True:
            if number < part.block_count():
                start, end = part.block(number)
                excerpt = rest.part(shift + start, shift + end)
                taken = self._merge(part, number, excerpt)
                if not taken:
                    self._index.keep(part, number, shift)
                waiting.append((part, number + 1, shift))
                for left in reversed(_between(taken, end - start) if taken else ()):
                    text = excerpt.text[left.start : left.end]
                    waiting.append((Prepared(self._index.prepare([text]), 0), 0, shift + start + left.start))
            if not waiting:
                return
            part, first, shift = waiting.pop()
            number = self._index.pass_through(part, first, shift)

    def _ends_of_blocks(self, excerpt: Excerpt) -> list[tuple[int, int]]:
        return excerpt.outers(split(excerpt.text, self._settings))

    def _merge(self, part: Prepared, number: int, excerpt: Excerpt) -> list[Span]:
        """Merge what of a block stands in the index; returns the spans of the block's text that go."""
        if not self._working.may_go(excerpt.pieces):
            return []
        for match in self._matches(part, number):
            taken: list[Span] = []
            for drafts in self._drafts(part, number, excerpt, match):
                if self._working.merge(drafts, self._index.owner(match.entry), match.found_by):
                    taken += [excerpt.span_of(found.core) for found in drafts]
            if taken:
                return taken
        return []

    def _matches(self, part: Prepared, number: int) -> Iterator[Match]:
        """The kept blocks that exact comparison finds similar enough: an equal one, then the most similar first."""
        matches = self._index.matches()
        yield from matches
        if matches[0].found_by == "digest":
            yield from self._index.similar(part, number)

    def _drafts(self, part: Prepared, number: int, excerpt: Excerpt, match: Match) -> Iterator[list[Draft]]:
        """What of a block may be merged with an entry, as groups that go together or not at all."""
        drafts = self._index.drafts(part, number, match.entry, excerpt)
        if drafts is not None:
            yield from ([found] for found in drafts)
            return
        from dedup.drafts import draft  # noqa: PLC0415  # these load NumPy, and few runs come here
        from dedup.pairs import Pair  # noqa: PLC0415
        from dedup.shingles import tokenize  # noqa: PLC0415

        pair = Pair(excerpt, tokenize(excerpt.text), self._index[match.entry], self._settings)
        for parts in pair.segments():
            yield [draft(pair, part) for part in parts]


def _between(spans: Sequence[Span], length: int) -> list[Span]:
    """What stands before, between and after sorted, separate spans of a text of this length."""
    edges = [0, *(edge for span in spans for edge in span), length]
    return [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
