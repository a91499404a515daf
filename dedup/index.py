"""What is kept so far, over the whole corpus: kept blocks, and the documents they stand in.

Everything found here was compared by its real tokens: equal digests and shared bands only say what to compare.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import starmap
from typing import NamedTuple

from dedup import _kernels
from dedup._kernels import Batch, Fingerprints, Memory, Texts
from dedup._kernels.recipe import DIGITS, Recipe
from dedup.banding import Banding
from dedup.blocks import KERNEL_UNITS, sentence_starts, split
from dedup.excerpts import Excerpt
from dedup.minhash import Permutations
from dedup.records import Draft, FoundBy, Match, Merge, Span
from dedup.settings import Settings


class Owner(NamedTuple):
    """The document that a kept block stands in.

    Attributes:
        document: Its id.
        record: Its position in the input.
        repeats_id: Whether an earlier document had the same id.
    """

    document: str
    record: int
    repeats_id: bool


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
    """Kept blocks. Blocks of one document at a time are added, and committed or rolled back together."""

    def __init__(
        self, settings: Settings, banding: Banding, permutations: Permutations, memory: Memory | None = None
    ) -> None:
        self._settings = settings
        recipe = Recipe(
            ngram=settings.shingle_length,
            bands=banding.bands if settings.near else 0,
            rows=banding.rows,
            min_tokens=settings.min_tokens,
            bucket_limit=settings.bucket_limit,
            threshold=settings.threshold,
            max_edit=settings.max_edit,
            keeps_novel=settings.keeps_novel,
            cuts_at_words=settings.cut == "word",
            multipliers=permutations.multipliers,
            increments=permutations.increments,
            digits=DIGITS if "numbers" in settings.protect else array("I"),
            min_span=settings.span_length,
        )
        self._blocks = _kernels.chosen().Index(recipe, memory)
        self._begun = 0  # documents whose blocks have come
        self.is_frozen = False
        self.stopped_at = 0

    def __len__(self) -> int:
        return len(self._blocks)

    @property
    def oversized_buckets(self) -> int:
        """Buckets that were full when one more entry came."""
        return self._blocks.oversized_buckets

    @property
    def counts(self) -> tuple[int, int]:
        """Those, and places of fingerprints that were not remembered."""
        return self.oversized_buckets, self.fingerprints.capped if self.fingerprints else 0

    @property
    def fingerprints(self) -> Fingerprints | None:
        """Kept texts as wholes; None if no runs of tokens are looked for."""
        return self._blocks.fingerprints

    def prepare(self, texts: Texts) -> Batch:
        """Split texts into blocks and compute what these are looked up by. Any thread may do this at any time."""
        if self._settings.unit in KERNEL_UNITS:
            return self._blocks.prepare(texts, KERNEL_UNITS[self._settings.unit])
        return self._blocks.prepare_spans(texts, [[*split(texts[i], self._settings)] for i in range(len(texts))])

    def freeze(self) -> None:
        """From now on compare blocks with what is committed, with nothing else, and keep none."""
        if not self.is_frozen:
            self._blocks.freeze()
        self.is_frozen = True

    def register(self, documents: Sequence[str], first: int, repeats: Sequence[int] = ()) -> None:
        """Some more documents, whose blocks will come after those of all registered before them.

        Once the index is frozen they take the place of those that were registered since.

        Args:
            documents: Their ids.
            first: Position of the first of them in the input; the others follow it.
            repeats: Which of these an earlier document has the id of.
        """
        self._blocks.register(documents, first, repeats)
        self._begun = self._blocks.registered - len(documents)

    def pass_texts(self, batch: Batch, first: int, last: int) -> int:
        """Keep and commit texts from `first` on, up to one with a block, or a run of tokens, that stands in kept text.

        Each text is the next of the documents that were registered.

        Returns:
            The number of that text; the block is `stopped_at`, what stands for it is in `matches()`, and the blocks
            before it were kept without being committed. Where there is a run only, all of its blocks were. `last` if
            all texts passed.
        """
        stopped, self.stopped_at = self._blocks.pass_texts(batch, first, last, self._begun)
        self._begun += min(stopped + 1, last) - first
        return stopped

    def pass_text(self, batch: Batch, text: int) -> bool:
        """Whether an entry stands for a block of a text, the next of the documents that were registered.

        The first such block is `stopped_at`, what stands for it is in `matches()`. Blocks before it, or all, were kept
        without being committed.
        """
        found, self.stopped_at = self._blocks.pass_text(batch, text, self._begun)
        self._begun += 1
        return found

    def match_texts(self, batch: Batch) -> list[tuple[int, Match]]:
        """Go through all texts of a batch, of one block each: those that no entry stands for are kept.

        Returns:
            The others, by their numbers, with the most similar entry.
        """
        found = self._blocks.match_texts(batch, self._begun)
        self._begun = self._blocks.registered
        return [
            (text, Match(entry, similarity, "digest" if is_by_digest else "bands"))
            for text, entry, similarity, is_by_digest in found
        ]

    def pass_through(self, prepared: Prepared, first: int, shift: int) -> int:
        """Keep the blocks of a text from `first` on, up to one that an entry stands for; returns its number.

        Args:
            prepared: The text: all or a part of the document that `pass_texts` stopped at.
            first: The block to begin with.
            shift: Where the text begins in the document, or in what `roll_back` said is left of it.

        Returns:
            The number of that block, or the number of all blocks. What stands for it is in `matches()`.
        """
        return self._blocks.pass_through(*prepared, first, self._begun - 1, shift)

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
        if not self._blocks.can_draft or len(excerpt.pieces) > 1 or len(self._blocks.entry(entry)[1]) > 1:
            return None
        at = (*prepared, number, entry, excerpt.pieces[0].start)
        found = self._blocks.drafts(*at, None)
        return (
            self._blocks.drafts(*at, sentence_starts(excerpt.text, self._settings.language)) if found is None else found
        )

    def keep(self, prepared: Prepared, number: int, shift: int) -> None:
        """Keep a block although something stands for it."""
        self._blocks.keep(*prepared, number, self._begun - 1, shift)

    def kept(self) -> list[tuple[int, int]]:
        """(start, end) of the document's blocks kept so far, those too short to be compared included, in order."""
        return self._blocks.kept()

    def commit(self) -> None:
        """Keep what was kept of the document for good."""
        self._blocks.commit()

    def roll_back(self, rest: Excerpt) -> None:
        """Forget what was kept of the document; what comes now are blocks of what is left of it."""
        self._blocks.roll_back(() if rest.is_whole else rest.pieces)

    def clean_simply(self, batch: Batch, text: int) -> tuple[str, tuple[Merge, ...]] | None:
        """The text and the merges of a document that the index stopped at. What is kept of it is not committed.

        None if it takes the long way; `stopped_at` is where that begins.
        """
        unit = KERNEL_UNITS.get(self._settings.unit, -1)
        return self._blocks.clean_simply(batch, text, self._begun - 1, unit, self._sentence_starts)

    def _sentence_starts(self, text: str) -> list[int]:
        return sentence_starts(text, self._settings.language)

    @property
    def document(self) -> int:
        """The number of the document at hand."""
        return self._begun - 1

    def owner(self, number: int) -> Owner:
        """The document that an entry stands in."""
        return self.owner_of(self._blocks.entry(number)[0])

    def owner_of(self, document: int) -> Owner:
        """A document by its number."""
        return Owner(*self._blocks.owner(document))

    def save(self, file: int) -> None:
        """Write all that is committed to an open file."""
        self._blocks.save(file)

    def load(self, file: int) -> None:
        """Take what an index of the same settings wrote, in place of what is here: nothing.

        Raises:
            ValueError: If it is damaged.
        """
        self._blocks.load(file)
        self._begun = self._blocks.registered

    def __getitem__(self, number: int) -> Excerpt:
        """The text of an entry, and where it stands in its document."""
        return Excerpt.of_pieces(self._blocks.text(number), tuple(starmap(Span, self._blocks.entry(number)[1])))
