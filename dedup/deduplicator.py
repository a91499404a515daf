"""Documents > cleaned documents: the only module that knows the order of the steps.

    document > blocks > tokens > shingles > MinHash > LSH candidates > exact verification > alignment > merges > text

Blocks are met in order; what is kept goes into the index, what is merged never does. What is left of a block that was
merged in part goes round again as a block of its own. When the cleaned text of a document splits into other blocks
than those that were kept, it is gone through once more, so that cleaning what is clean changes nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import TracebackType

import xxhash

from dedup import minhash
from dedup.banding import choose_banding
from dedup.blocks import split
from dedup.cleaning import Cores, cut, with_separators
from dedup.drafts import Draft, draft
from dedup.errors import InternalError
from dedup.excerpts import Excerpt
from dedup.index import Entry, Index
from dedup.pairs import Pair
from dedup.records import Cleaned, Document, FoundBy, Match, Merge, Place, Span, Summary
from dedup.settings import Settings
from dedup.shingles import TokenBatch, Tokens, shingle_hashes, tokenize_blocks


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that is being looked at."""

    excerpt: Excerpt
    tokens: Tokens
    keys: list[int]


@dataclass(slots=True)
class _Visit:
    """A document that was seen: what text it had, and what was cut from it."""

    digest: bytes
    cleaned: Cleaned


class _Work:
    """What is known of the document at hand."""

    def __init__(self, document: Document, record: int, *, repeats_id: bool) -> None:
        self.document = document
        self.record = record
        self.repeats_id = repeats_id
        self.cores = Cores(document.text)
        self.drafts: list[tuple[Draft, Entry, FoundBy]] = []
        self.pinned: list[Span] = []  # spans of this document that earlier rounds merged something into
        self.blocks = 0

    def is_pinned(self, excerpt: Excerpt) -> bool:
        return any(piece.overlaps(span) for piece in excerpt.pieces for span in self.pinned)


class Deduplicator:
    """Cleans documents one after another, each against itself and all that came before it.

    Args:
        settings: How to compare and clean; `Settings()` if left out.
        **changes: Fields of `Settings` to change.

    Raises:
        SettingsError: If a setting is not known or out of range.

    Example:
        with Deduplicator(threshold=0.9) as deduplicator:
            cleaned = deduplicator.add(Document("a", text))
    """

    def __init__(self, settings: Settings | None = None, **changes: object) -> None:
        self.settings = (settings or Settings()).changed(changes)
        self._banding = choose_banding(self.settings)
        self._permutations = minhash.Permutations.drawn(self._banding.num_perm, self.settings.seed)
        self._index = self._new_index()
        self._visits: dict[str, _Visit] = {}
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
        self._visits.clear()

    @property
    def summary(self) -> Summary:
        """The books of all documents added so far."""
        return self._summary

    def add(self, document: Document) -> Cleaned:
        """Clean a document against itself and all documents before it, and remember what is kept of it.

        Raises:
            InternalError: If a rule of the library was about to be broken.
        """
        record = self._summary.documents
        digest = xxhash.xxh3_128_digest(document.text.encode("utf-8", "surrogatepass"))
        visit = self._visits.get(document.id)
        if visit is not None and visit.digest == digest:
            cleaned = _revisited(visit.cleaned, document, record)
        else:
            cleaned = self._clean(_Work(document, record, repeats_id=visit is not None))
        if visit is None:
            self._visits[document.id] = _Visit(digest, replace(cleaned, text="", fields={}))
        _check_books(document, cleaned)
        self._summary = self._summary.with_document(cleaned, len(document.text), self._index.oversized_buckets)
        return cleaned

    def _new_index(self) -> Index:
        return Index(self._banding.bands, self.settings.bucket_limit)

    def _clean(self, work: _Work) -> Cleaned:
        if self.settings.scope == "document":
            self._index = self._new_index()
        excerpt = Excerpt.whole(work.document.text)
        while True:
            kept = self._go_through(excerpt, work)
            cuts = with_separators(work.document.text, work.cores.spans)
            excerpt = Excerpt.whole(work.document.text).without(cuts)
            if not cuts or kept == _ends_of_blocks(excerpt, split(excerpt.text, self.settings)):
                break
            self._index.roll_back()
            work.pinned = [found.canonical for found, entry, _ in work.drafts if entry.record == work.record]
        self._index.commit()
        return _cleaned(work, cuts)

    def _go_through(self, excerpt: Excerpt, work: _Work) -> list[Span]:
        """Merge or keep every block of an excerpt; returns first and last character of each that is kept."""
        blocks = self._blocks_of(excerpt)
        work.blocks = work.blocks or len(blocks)
        waiting = blocks[::-1]
        kept: list[Span] = []
        while waiting:
            block = waiting.pop()
            rest = self._merge(block, work)
            if rest is None:
                kept.append(_ends(block.excerpt))
                if self._is_compared(block):
                    entry = Entry(work.document.id, work.record, work.repeats_id, block.excerpt)
                    self._index.add(entry, block.tokens.digest(), block.keys)
            else:
                waiting += self._blocks_of(rest)[::-1]
        return kept

    def _blocks_of(self, excerpt: Excerpt) -> list[_Block]:
        spans = split(excerpt.text, self.settings)
        batch = tokenize_blocks(excerpt.text, spans)
        keys = self._keys_of(batch)
        return [
            _Block(excerpt.part(*span), batch.block(i).moved(-span.start), keys[i]) for i, span in enumerate(spans)
        ]

    def _keys_of(self, batch: TokenBatch) -> list[list[int]]:
        """One key a band for every block; none for blocks without shingles, which are compared exactly (R9)."""
        shingles, offsets = shingle_hashes(batch, self.settings.shingle_length)
        signatures = minhash.signatures(shingles, offsets, self._permutations)
        keys: list[list[int]] = minhash.band_keys(signatures, self._banding).tolist()
        return [block if offsets[i] < offsets[i + 1] else [] for i, block in enumerate(keys)]

    def _is_compared(self, block: _Block) -> bool:
        return len(block.tokens) >= self.settings.min_tokens

    def _merge(self, block: _Block, work: _Work) -> Excerpt | None:
        """Merge what of a block stands in the index, and return what is left; None where all of it is kept."""
        if not self._is_compared(block) or work.is_pinned(block.excerpt):
            return None
        for match, pair in self._matches(block):
            cores = self._merge_pair(pair, match, work)
            if cores:
                return block.excerpt.without(cores)
        return None

    def _matches(self, block: _Block) -> Iterator[tuple[Match, Pair]]:
        """The kept blocks that exact comparison finds similar enough: equal ones, then the most similar first."""
        same = self._index.same_digest(block.tokens.digest())
        if same is not None:
            pair = self._pair(block, same)
            if pair.is_exact:
                yield Match(same, 1.0, "digest"), pair
        matches = []
        for number in self._index.sharing_a_band(block.keys):
            pair = self._pair(block, number)
            if pair.overlap.jaccard >= self.settings.threshold:
                matches.append((Match(number, pair.overlap.jaccard, "bands"), pair))
        yield from sorted(matches, key=lambda found: (-found[0].similarity, found[0].entry))

    def _pair(self, block: _Block, number: int) -> Pair:
        return Pair(block.excerpt, block.tokens, self._index[number].excerpt, self.settings)

    def _merge_pair(self, pair: Pair, match: Match, work: _Work) -> list[Span]:
        """Note what goes of a block; returns the spans of the block's text."""
        taken: list[Span] = []
        for parts in pair.segments():
            drafts = [draft(pair, part) for part in parts]
            reach = Span(drafts[0].core.start, drafts[-1].core.end)
            if work.cores.would_join_words(reach):
                continue
            for found in drafts:
                work.cores.add(found.core)
                work.drafts.append((found, self._index[match.entry], match.found_by))
                taken.append(pair.a.span_of(found.core))
        return taken


def _ends(excerpt: Excerpt) -> Span:
    return Span(excerpt.pieces[0].start, excerpt.pieces[-1].end)


def _ends_of_blocks(excerpt: Excerpt, blocks: Iterable[Span]) -> list[Span]:
    return [_ends(excerpt.part(*block)) for block in blocks]


def _revisited(first: Cleaned, document: Document, record: int) -> Cleaned:
    merges = tuple(replace(merge, record=record) for merge in first.merges)
    text = cut(document.text, [merge.span for merge in merges])
    return Cleaned(document.id, record, text, merges, document.fields, first.blocks, repeats_id=True, revisit=True)


def _cleaned(work: _Work, cuts: list[Span]) -> Cleaned:
    text = work.document.text
    by_start = sorted(work.drafts, key=lambda found: found[0].core)
    record = work.record if work.repeats_id else None
    merges = []
    for (found, entry, found_by), (start, end) in zip(by_start, cuts, strict=True):
        before, after = text[start : found.core.start], text[found.core.end : end]
        canonical_record = entry.record if entry.repeats_id else None
        merges.append(
            Merge(
                document=work.document.id,
                record=record,
                start=start,
                end=end,
                canonical=Place(entry.document, canonical_record, *found.canonical),
                kind=found.kind,
                similarity=found.similarity,
                containment=found.containment,
                found_by=found_by,
                novel=found.novel,
                edits=found.edits,
                restore=tuple(piece for piece in (before, *found.restore, after) if piece),
            )
        )
        if entry.record == work.record:
            _check_kept(work, found.canonical, cuts)
    return Cleaned(
        work.document.id,
        work.record,
        cut(text, cuts),
        tuple(merges),
        work.document.fields,
        work.blocks,
        repeats_id=work.repeats_id,
    )


def _check_kept(work: _Work, canonical: Span, cuts: list[Span]) -> None:
    place = bisect_left(cuts, Span(canonical.end, canonical.end))
    if place and cuts[place - 1].overlaps(canonical):
        raise InternalError("R4", work.document.id, f"the kept copy at {canonical.start}-{canonical.end} would be cut")


def _check_books(document: Document, cleaned: Cleaned) -> None:
    if len(document.text) != len(cleaned.text) + cleaned.removed:
        what = f"{len(document.text)} characters in, {len(cleaned.text)} kept, {cleaned.removed} removed"
        raise InternalError("R7", document.id, what)
