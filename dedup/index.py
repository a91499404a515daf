"""What is kept so far, over the whole corpus: kept blocks, and the documents they stand in.

Everything found here was compared by its real tokens: equal digests and shared bands only say what to compare.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import NamedTuple

from dedup import _kernels
from dedup._kernels import Batch
from dedup._kernels.reference_arrays import Recipe
from dedup.banding import Banding
from dedup.blocks import KERNEL_UNITS, sentence_starts, split
from dedup.excerpts import Excerpt
from dedup.minhash import Permutations
from dedup.records import Draft, FoundBy, Match, Span
from dedup.settings import Settings


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept block.

    Attributes:
        document: Id of its document.
        record: Position of the document in the input.
        repeats_id: Whether an earlier document had the same id.
        excerpt: Its text, and where that stands in the document.
    """

    document: str
    record: int
    repeats_id: bool
    excerpt: Excerpt


class Prepared(NamedTuple):
    """One text of a batch: what the index looks its blocks up by."""

    batch: Batch
    text: int

    def block_count(self) -> int:
        """Blocks of the text."""
        return self.batch.count(self.text)

    def block(self, number: int) -> Span:
        """The characters of a block."""
        return Span(*self.batch.block(self.text, number))


class Index:
    """Kept blocks in memory. Blocks of one document at a time are added, and committed or rolled back together."""

    def __init__(self, settings: Settings, banding: Banding, permutations: Permutations) -> None:
        self._settings = settings
        recipe = Recipe(
            ngram=settings.shingle_length,
            bands=banding.bands,
            rows=banding.rows,
            min_tokens=settings.min_tokens,
            bucket_limit=settings.bucket_limit,
            threshold=settings.threshold,
            max_edit=settings.max_edit,
            keeps_novel=settings.keeps_novel,
            cuts_at_words=settings.cut == "word",
            multipliers=permutations.multipliers,
            increments=permutations.increments,
        )
        self._blocks = _kernels.chosen().Index(recipe)
        # The documents that blocks belong to: ids and records of all, and what is special about some.
        self._ids: list[str] = []
        self._records = array("q")
        self._repeats: set[int] = set()
        self._rests: dict[int, Excerpt] = {}

    def __len__(self) -> int:
        return len(self._blocks)

    @property
    def oversized_buckets(self) -> int:
        """Buckets that were full when one more entry came."""
        return self._blocks.oversized_buckets

    def prepare(self, texts: list[str]) -> list[Prepared]:
        """Split texts into blocks and compute what these are looked up by. Any thread may do this at any time."""
        if self._settings.unit in KERNEL_UNITS:
            batch = self._blocks.prepare(texts, KERNEL_UNITS[self._settings.unit])
            return [Prepared(batch, number) for number in range(len(texts))]
        blocks = self._blocks
        return [Prepared(blocks.prepare_spans(text, [*split(text, self._settings)]), 0) for text in texts]

    def begin(self, document: str, record: int, repeats_id: bool, rest: Excerpt | None = None) -> None:
        """The blocks that come now belong to this document; to what was left of it, if `rest` is given."""
        number = len(self._ids)
        self._ids.append(document)
        self._records.append(record)
        if repeats_id:
            self._repeats.add(number)
        if rest is not None and rest.pieces[:1] != (Span(0, len(rest.text)),):
            self._rests[number] = rest

    def pass_through(self, prepared: Prepared, first: int, shift: int) -> int:
        """Keep the blocks of a text from `first` on, up to one that an entry stands for; returns its number.

        Args:
            prepared: The text.
            first: The block to begin with.
            shift: Where the text begins in what `begin` named.

        Returns:
            The number of that block, or the number of all blocks. What stands for it is in `matches()`.
        """
        return self._blocks.pass_through(*prepared, first, len(self._ids) - 1, shift)

    def matches(self) -> list[Match]:
        """The entries that `pass_through` found: one with equal tokens, or the similar ones, most similar first."""
        found_by: FoundBy = "digest" if self._blocks.is_by_digest else "bands"
        return [Match(entry, similarity, found_by) for entry, similarity in self._blocks.matches()]

    def similar(self, prepared: Prepared, number: int) -> list[Match]:
        """The entries similar to a block, most similar first."""
        return [Match(entry, similarity, "bands") for entry, similarity in self._blocks.find_similar(*prepared, number)]

    def drafts(self, prepared: Prepared, number: int, entry: int, excerpt: Excerpt) -> list[Draft] | None:
        """What of a block may be merged with an entry, by the kernels; None where they leave it to Python.

        Args:
            prepared: The text.
            number: The block.
            entry: The kept block.
            excerpt: The block, as it stands in its document.
        """
        if not self._blocks.can_draft or len(excerpt.pieces) > 1 or self._blocks.entry(entry)[0] in self._rests:
            return None
        at = (*prepared, number, entry, excerpt.pieces[0].start)
        found = self._blocks.drafts(*at, None)
        return (
            self._blocks.drafts(*at, sentence_starts(excerpt.text, self._settings.language)) if found is None else found
        )

    def keep(self, prepared: Prepared, number: int, shift: int) -> None:
        """Keep a block although something stands for it."""
        self._blocks.keep(*prepared, number, len(self._ids) - 1, shift)

    def kept(self) -> list[Span]:
        """The blocks kept since `begin`, those too short to be compared included, in order of keeping."""
        return [Span(*span) for span in self._blocks.kept()]

    def commit(self) -> None:
        """Keep what was added since `begin` for good."""
        self._blocks.commit()

    def roll_back(self) -> None:
        """Forget what was added since `begin`."""
        self._blocks.roll_back()
        self._ids.pop()
        self._records.pop()
        self._repeats.discard(len(self._ids))
        self._rests.pop(len(self._ids), None)

    def owner(self, number: int) -> tuple[str, int]:
        """Id and record of the document that an entry stands in."""
        document = self._blocks.entry(number)[0]
        return self._ids[document], self._records[document]

    def __getitem__(self, number: int) -> Entry:
        document, start, end = self._blocks.entry(number)
        rest = self._rests.get(document)
        if rest is None:
            excerpt = Excerpt(self._blocks.text(number), (Span(start, end),), (0,))
        else:
            excerpt = rest.part(start, end)
        return Entry(self._ids[document], self._records[document], document in self._repeats, excerpt)
