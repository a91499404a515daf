"""Documents > cleaned documents: the only module that knows the order of the steps.

    document > blocks > tokens > shingles > MinHash > LSH candidates > exact verification > alignment > merges > text

Blocks are met in order; what is kept goes into the index, what is merged never does. What is left of a block that was
merged in part goes round again as a block of its own. When the cleaned text of a document splits into other blocks
than those that were kept, it is gone through once more, so that cleaning what is clean changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import TracebackType

from dedup import _kernels, minhash
from dedup.banding import choose_banding
from dedup.blocks import split
from dedup.cleaning import cut
from dedup.drafts import draft
from dedup.excerpts import Excerpt
from dedup.index import Entry, Index
from dedup.pairs import Pair
from dedup.records import Cleaned, Document, Match, Place, Span, Summary, text_digest
from dedup.settings import Settings
from dedup.shingles import TokenBatch, Tokens, shingle_hashes, tokenize_blocks
from dedup.working import Working


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that is being looked at; without tokens where it is too short and left alone."""

    excerpt: Excerpt
    tokens: Tokens | None
    keys: list[int]


class Deduplicator:
    """Cleans documents one after another, each against itself and all that came before it.

    Args:
        settings: How to compare and clean; `Settings()` if left out.
        **changes: Fields of `Settings` to change.

    Attributes:
        settings: As they came out of that.
        banding: The shape of signatures that follows from them.

    Raises:
        SettingsError: If a setting is not known or out of range.

    Example:
        with Deduplicator(threshold=0.9) as deduplicator:
            cleaned = deduplicator.add(Document("a", text))
    """

    def __init__(self, settings: Settings | None = None, **changes: object) -> None:
        _kernels.chosen()  # a forced kernel that is missing is an error now, not with the first document
        self.settings = (settings or Settings()).changed(changes)
        self.banding = choose_banding(self.settings)
        self._permutations = minhash.Permutations.drawn(self.banding.num_perm, self.settings.seed)
        self._index = self._new_index()
        self._ids: set[str] = set()
        # What was cut from every document, by id and digest of its text; None for nothing.
        self._visits: dict[tuple[str, str], Cleaned | None] = {}
        self._oversized_buckets = 0
        self._summary = Summary()

    def __enter__(self) -> Deduplicator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything that was kept; the summary stays."""
        self._index = self._new_index()
        self._ids.clear()
        self._visits.clear()

    @property
    def summary(self) -> Summary:
        """The books of all documents added so far."""
        return self._summary

    def add(self, document: Document) -> Cleaned:
        """Clean a document against itself and all documents before it, and remember what is kept of it.

        Remembered are the text of every kept block, and what was cut from every document in case it comes again.

        Returns:
            The cleaned text, its merges, and the document's other fields.

        Raises:
            TypeError: If its text is no string.
            InternalError: If a rule of the library was about to be broken.
        """
        if not isinstance(document.text, str):
            raise TypeError(f"the text of document {document.id!r} is {type(document.text).__name__}, not str")
        record = self._summary.documents
        repeats_id = document.id in self._ids
        digest = text_digest(document.text)
        if repeats_id and (document.id, digest) in self._visits:
            cleaned = self._revisited(document, record, digest)
        else:
            cleaned = replace(self._clean(Working(document, record, repeats_id=repeats_id)), digest=digest)
            self._ids.add(document.id)
            self._visits[document.id, digest] = replace(cleaned, text="", fields={}) if cleaned.merges else None
        self._summary = self._summary.with_document(cleaned, len(document.text), self._oversized_buckets)
        return cleaned

    def _revisited(self, document: Document, record: int, digest: str) -> Cleaned:
        """A document seen before: the same goes, and what stood for it there stands for it here."""
        first = self._visits[document.id, digest]
        if first is None:
            blocks = len(split(document.text, self.settings))
            first = Cleaned(document.id, record, "", (), blocks=blocks, digest=digest)

        def own(place: Place) -> Place:
            return replace(place, record=record) if (place.document, place.record) == first.key else place

        merges = tuple(replace(merge, record=record, canonical=own(merge.canonical)) for merge in first.merges)
        text = cut(document.text, [merge.span for merge in merges])
        return replace(
            first, record=record, text=text, merges=merges, fields=document.fields, repeats_id=True, revisit=True
        )

    def _new_index(self) -> Index:
        return Index(self.banding.bands, self.settings.bucket_limit)

    def _clean(self, working: Working) -> Cleaned:
        if self.settings.scope == "document":
            self._index = self._new_index()
        oversized = self._index.oversized_buckets
        while working.needs_another_round(self._go_through(working), self._ends_of_blocks):
            self._index.roll_back()
        self._index.commit()
        self._oversized_buckets += self._index.oversized_buckets - oversized
        return working.cleaned()

    def _go_through(self, working: Working) -> list[Span]:
        """Merge or keep every block that is left; returns the first and last character of each that is kept."""
        blocks = self._blocks_of(working.begin_round())
        working.blocks = working.blocks or len(blocks)
        waiting = blocks[::-1]
        kept: list[Span] = []
        while waiting:
            block = waiting.pop()
            taken = self._merge(block, working)
            if taken:
                left = [part for rest in block.excerpt.between(taken) for part in self._blocks_of(rest)]
                waiting += left[::-1]
                continue
            kept.append(_ends(block.excerpt))
            if block.tokens is not None:
                entry = Entry(working.document.id, working.record, working.repeats_id, block.excerpt)
                self._index.add(entry, block.tokens.digest(), block.keys)
        return kept

    def _ends_of_blocks(self, excerpt: Excerpt) -> list[Span]:
        return [_ends(excerpt.part(*block)) for block in split(excerpt.text, self.settings)]

    def _blocks_of(self, excerpt: Excerpt) -> list[_Block]:
        spans = split(excerpt.text, self.settings)
        batch = tokenize_blocks(excerpt.text, spans)
        keys = self._keys_of(batch)
        counts = batch.counts().tolist()
        return [
            _Block(
                excerpt.part(*span),
                batch.block(i).moved(-span.start) if counts[i] >= self.settings.min_tokens else None,
                keys[i],
            )
            for i, span in enumerate(spans)
        ]

    def _keys_of(self, batch: TokenBatch) -> list[list[int]]:
        """One key a band for every block; none for blocks without shingles, which are compared exactly (R9)."""
        shingles, offsets = shingle_hashes(batch, self.settings.shingle_length)
        signatures = minhash.signatures(shingles, offsets, self._permutations)
        keys: list[list[int]] = minhash.band_keys(signatures, self.banding).tolist()
        return [block if offsets[i] < offsets[i + 1] else [] for i, block in enumerate(keys)]

    def _merge(self, block: _Block, working: Working) -> list[Span]:
        """Merge what of a block stands in the index; returns the spans of the block's text that go."""
        if block.tokens is None or not working.may_go(block.excerpt):
            return []
        matches = self._matches(block.excerpt, block.tokens, block.keys)
        taken = (self._merge_pair(pair, match, working) for match, pair in matches)
        return next(filter(None, taken), [])

    def _matches(self, excerpt: Excerpt, tokens: Tokens, keys: list[int]) -> Iterator[tuple[Match, Pair]]:
        """The kept blocks that exact comparison finds similar enough: equal ones, then the most similar first."""
        same = self._index.same_digest(tokens.digest())
        if same is not None:
            pair = Pair(excerpt, tokens, self._index[same].excerpt, self.settings)
            if pair.is_exact:
                yield Match(same, 1.0, "digest"), pair
        matches = []
        for number in self._index.sharing_a_band(keys):
            pair = Pair(excerpt, tokens, self._index[number].excerpt, self.settings)
            if pair.overlap.jaccard >= self.settings.threshold:
                matches.append((Match(number, pair.overlap.jaccard, "bands"), pair))
        yield from sorted(matches, key=lambda found: (-found[0].similarity, found[0].entry))

    def _merge_pair(self, pair: Pair, match: Match, working: Working) -> list[Span]:
        """Merge what of a block stands in one kept block; returns the spans of the block's text that go."""
        taken: list[Span] = []
        for parts in pair.segments():
            drafts = [draft(pair, part) for part in parts]
            if working.merge(drafts, self._index[match.entry], match.found_by):
                taken += [pair.a.span_of(found.core) for found in drafts]
        return taken


def _ends(excerpt: Excerpt) -> Span:
    return Span(excerpt.pieces[0].start, excerpt.pieces[-1].end)
