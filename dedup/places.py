"""Where in a text a cut may begin and end when part of it stays: at sentences, between words, never inside one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

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

    @cached_property
    def sentences(self) -> dict[int, int]:
        """Token that begins a sentence > the character where the sentence begins.

        Where nothing but spaces stands before a token no sentence begins.
        """
        text, starts, ends = self._text, self._tokens.starts.tolist(), self._tokens.ends.tolist()
        edges = {bisect_left(starts, start): start for start, _ in self._blocks}
        language = self._settings.language
        inside = (start + at for start, end in self._blocks for at in sentence_starts(text[start:end], language))
        found = {bisect_left(starts, at): at for at in inside}
        between = {i: text[ends[i - 1] : starts[i]] for i in found if 0 < i < len(starts)}
        return edges | {i: found[i] for i, gap in between.items() if gap.strip(" ") and i not in edges}

    def is_boundary(self, place: int) -> bool:
        """Whether a sentence or the text begins or ends there, or a cut may fall between any words."""
        return place in (0, self._count) or self._settings.cut == "word" or place in self.sentences

    def is_clean(self, place: int) -> bool:
        """Whether a cut there breaks no word and no character."""
        if self._tokens.share_character(place):
            return False
        return is_cut_point(self._text, self.begin(place)) and is_cut_point(self._text, self.end(place))

    def begin(self, place: int) -> int:
        """The character where a cut that begins there begins: what stands before it stays."""
        if place == 0:
            return 0
        if place in self.sentences:
            return self.sentences[place]
        return self._separator(place)[1]

    def end(self, place: int) -> int:
        """The character where a cut that ends there ends: what follows stays."""
        if place == self._count:
            return len(self._text)
        if place in self.sentences:
            last = int(self._tokens.ends[place - 1]) if place else 0
            return last + len(self._text[last : self.sentences[place]].rstrip())
        return self._separator(place)[0]

    def _separator(self, place: int) -> tuple[int, int]:
        """Where the white space at a place begins and ends; without any, the edges of both tokens."""
        if place == 0:
            return 0, 0
        last = int(self._tokens.ends[place - 1])
        first = int(self._tokens.starts[place]) if place < self._count else len(self._text)
        between = self._text[last:first]
        spaces = [i for i, character in enumerate(between) if character.isspace()]
        return (last + spaces[0], last + spaces[-1] + 1) if spaces else (last, first)
