"""What is kept of every document, as one text, and which runs of tokens stand in it, wherever blocks begin or end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import starmap

from dedup._kernels import Fingerprints
from dedup._kernels.recipe import Run
from dedup.blocks import split
from dedup.excerpts import Excerpt
from dedup.records import Span
from dedup.settings import Settings
from dedup.shingles import Tokens, tokenize

_MOST_READ = 16  # kept texts whose tokens wait to be looked at again


class Kept:
    """A text that is kept, or the one at hand, with its tokens.

    Attributes:
        document: Number of its document in the index.
        excerpt: The text, and where it stands in the document.
        tokens: Its tokens.
        blocks: Characters of its blocks.
        block_ends: Token that is the first of a block > the one before which that block ends.
        block_begins: The same from its end.
    """

    def __init__(self, document: int, excerpt: Excerpt, settings: Settings) -> None:
        self.document = document
        self.excerpt = excerpt
        self.tokens: Tokens = tokenize(excerpt.text)
        self.blocks: Sequence[tuple[int, int]] = [*split(excerpt.text, settings)]
        starts = self.tokens.starts.tolist()
        edges = [(bisect_left(starts, start), bisect_left(starts, end)) for start, end in self.blocks]
        self.block_ends = {begin: end for begin, end in edges if begin < end}
        self.block_begins = {end: begin for begin, end in self.block_ends.items()}


class KeptTexts:
    """What was kept of all documents so far."""

    def __init__(self, fingerprints: Fingerprints, settings: Settings) -> None:
        self._settings = settings
        self._fingerprints = fingerprints
        self._read = lru_cache(maxsize=_MOST_READ)(self._kept)

    def keep(self, rest: Excerpt, document: int) -> None:
        """What is left of a document stays."""
        blocks = split(rest.text, self._settings)
        self._fingerprints.keep(rest.text, document, [*blocks], () if rest.is_whole else rest.pieces)

    def find(self, own: Kept, gone: Sequence[tuple[int, int]] = ()) -> list[Run]:
        """The runs of tokens that stand in kept text already, or earlier in this; between the tokens that go anyway."""
        return self._fingerprints.find(own.excerpt.text, gone, own.blocks)

    def __getitem__(self, number: int) -> Kept:
        return self._read(number)

    def _kept(self, number: int) -> Kept:
        document, text, pieces = self._fingerprints.kept(number)
        excerpt = Excerpt.of_pieces(text, tuple(starmap(Span, pieces))) if pieces else Excerpt.whole(text)
        return Kept(document, excerpt, self._settings)
