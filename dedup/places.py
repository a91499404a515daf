"""Where in a text a cut may begin and end when part of it stays: at sentences, between words, never inside one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from dedup.blocks import sentence_starts
from dedup.graphemes import is_cut_point
from dedup.settings import Settings
from dedup.shingles import Tokens


class Places:
    """The places of a text, by its tokens: place i lies before token i, the last one after all of them.

    Args:
        text: The text.
        tokens: Its tokens.
        settings: `cut` and `language` matter.
        blocks: Characters of its blocks, if there are several: each begins and ends a sentence.
    """

    def __init__(
        self, text: str, tokens: Tokens, settings: Settings, blocks: Sequence[tuple[int, int]] | None = None
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._settings = settings
        self._blocks = [(0, len(text))] if blocks is None else blocks
        self._count = len(tokens)
        self._starts: list[int] = tokens.starts.tolist()
        self._ends: list[int] = tokens.ends.tolist()
        self._known: dict[int, int] = {}
        self._have_read: set[int] = set()

    @property
    def sentences(self) -> dict[int, int]:
        """Token that begins a sentence > the character where the sentence begins.

        Where nothing but spaces stands before a token no sentence begins.
        """
        for number in range(len(self._blocks)):
            self._read(number)
        return self._known

    def begins_sentence(self, place: int) -> bool:
        """Whether a sentence begins there."""
        if place < self._count and self._blocks:
            start = self._starts[place]
            self._read(max(0, bisect_right(self._blocks, start, key=lambda block: block[0]) - 1))
        return place in self._known

    def _read(self, number: int) -> None:
        """Find the sentences of a block."""
        if number in self._have_read:
            return
        self._have_read.add(number)
        text, (first, last) = self._text, self._blocks[number]
        edge = bisect_left(self._starts, first)
        self._known[edge] = first
        for at in sentence_starts(text[first:last], self._settings.language):
            i = bisect_left(self._starts, first + at)
            gap = text[self._ends[i - 1] : self._starts[i]] if 0 < i < self._count else ""
            if gap.strip(" ") and i != edge:
                self._known[i] = first + at

    def is_boundary(self, place: int) -> bool:
        """Whether a sentence or the text begins or ends there, or a cut may fall between any words."""
        return place in (0, self._count) or self._settings.cut == "word" or self.begins_sentence(place)

    def is_clean(self, place: int) -> bool:
        """Whether a cut there breaks no word and no character."""
        if self._tokens.share_character(place):
            return False
        return is_cut_point(self._text, self.begin(place)) and is_cut_point(self._text, self.end(place))

    def begin(self, place: int) -> int:
        """The character where a cut that begins there begins: what stands before it stays."""
        if place == 0:
            return 0
        if self.begins_sentence(place):
            return self._known[place]
        return self._separator(place)[1]

    def end(self, place: int) -> int:
        """The character where a cut that ends there ends: what follows stays."""
        if place == self._count:
            return len(self._text)
        if self.begins_sentence(place):
            last = self._ends[place - 1] if place else 0
            return last + len(self._text[last : self._known[place]].rstrip())
        return self._separator(place)[0]

    def _separator(self, place: int) -> tuple[int, int]:
        """Where the white space at a place begins and ends; without any, the edges of both tokens."""
        if place == 0:
            return 0, 0
        last = self._ends[place - 1]
        first = self._starts[place] if place < self._count else len(self._text)
        between = self._text[last:first]
        spaces = [i for i, character in enumerate(between) if character.isspace()]
        return (last + spaces[0], last + spaces[-1] + 1) if spaces else (last, first)
