"""What is kept so far, in plain Python: the specification of the index and of what goes through it.

A batch holds texts whose blocks, digests and band keys have been computed; the index takes it block by block. What
equal digests and shared bands find are proposals: tokens are compared before anything is called a match.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np
import xxhash
from msgspec import Struct

from dedup._kernels import reference_arrays
from dedup._kernels.recipe import Recipe
from dedup._kernels.reference_blocks import Span, split
from dedup._kernels.reference_fingerprints import Fingerprints, Kept
from dedup._kernels.reference_visits import Memory
from dedup.packing import load, save
from dedup.records import Draft, Merge


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of a text: its tokens' digest, and its band keys if it has shingles. Too short ones have neither."""

    start: int
    end: int
    digest: int | None
    keys: tuple[int, ...]


class Batch:
    """Texts that have been prepared; see `Index.prepare`."""

    def __init__(self, texts: Sequence[str], blocks: Sequence[Sequence[_Block]]) -> None:
        self.texts = texts
        self.blocks = blocks

    def count(self, text: int) -> int:
        """Blocks of a text."""
        return len(self.blocks[text])

    def block(self, text: int, number: int) -> Span:
        """(start, end) of a block, in characters of its text."""
        found = self.blocks[text][number]
        return found.start, found.end

    def length(self, text: int) -> int:
        """Characters of a text."""
        return len(self.texts[text])

    def totals(self, first: int, last: int) -> tuple[int, int]:
        """Blocks and characters of texts [first, last)."""
        return sum(map(len, self.blocks[first:last])), sum(map(len, self.texts[first:last]))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A kept block: these pieces of a document, put together."""

    document: int
    pieces: list[Span]
    text: str
    digest: int
    keys: tuple[int, ...]


class _State(Struct):
    """All that is committed."""

    documents: list[tuple[str, int, bool]]
    entries: list[_Entry]
    kept: list[Kept]


@dataclass(slots=True)
class _Undo:
    """What adding an entry changed: whether its digest was new, the bands it went into, the buckets it found full."""

    is_first: bool
    stored: list[int] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)


class Index:
    """Kept blocks, numbered in the order they were added; those since the last commit can be taken back.

    A bucket of a band table holds no more than `bucket_limit` entries: the first of them stand for the rest, so that
    neither boilerplate nor forged text makes the work quadratic. What was left out is counted.
    """

    def __init__(self, recipe: Recipe, memory: Memory | None = None) -> None:
        del memory
        self._recipe = recipe
        self._documents: list[tuple[str, int, bool]] = []
        self._entries: list[_Entry] = []
        self._digests: dict[int, int] = {}
        self._tables: list[dict[int, list[int]]] = [{} for _ in range(recipe.bands)]
        self._oversized: set[tuple[int, int]] = set()
        self._undo: list[_Undo] = []
        self._frozen: int | None = None  # documents there were, if it is
        self._kept: list[Span] = []
        self._matches: list[tuple[int, float]] = []
        self._pieces: list[Span] = []  # of the document whose blocks come; none if it is whole
        self.is_by_digest = False
        self.has_same_characters = False
        spans = (recipe.min_span, recipe.bucket_limit, recipe.max_edit, recipe.min_tokens)
        self.fingerprints = Fingerprints(*spans) if recipe.min_span else None

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def oversized_buckets(self) -> int:
        """Buckets that were full when one more entry came."""
        return len(self._oversized)

    def freeze(self) -> None:
        """From now on compare blocks with what is committed, with nothing else, and add nothing.

        Documents that are registered are known only until others are.
        """
        self._frozen = len(self._documents)
        if self.fingerprints is not None:
            self.fingerprints.freeze()

    def register(self, ids: Sequence[str], first: int, repeats: Sequence[int] = ()) -> None:
        """Some more documents, whose blocks will come.

        Args:
            ids: Their ids.
            first: Position of the first of them in the input; the others follow it.
            repeats: Which of these an earlier document has the id of.
        """
        if self._frozen is not None:
            del self._documents[self._frozen :]
        self._documents += ((own, first + i, i in repeats) for i, own in enumerate(ids))

    @property
    def registered(self) -> int:
        """How many documents."""
        return len(self._documents)

    def owner(self, document: int) -> tuple[str, int, bool]:
        """A document's id, its position in the input, and whether an earlier one has the id too."""
        return self._documents[document]

    def save(self, file: int) -> None:
        """Write all that is committed to a file."""
        kept = [] if self.fingerprints is None else self.fingerprints.texts
        save(file, _State(self._documents[: self._frozen], self._entries, kept))

    def load(self, file: int) -> None:
        """Take what an index of the same recipe wrote, in place of what is here: nothing.

        Raises:
            ValueError: If it is damaged.
        """
        state = load(file, _State)
        self._documents = state.documents
        if self._frozen is not None:
            self._frozen = len(self._documents)
        for entry in state.entries:
            self._add(entry)
        if self.fingerprints is not None:
            for kept in state.kept:
                self.fingerprints.keep(kept.text, kept.document, kept.blocks, kept.pieces)
        self.commit()

    def prepare(self, texts: Sequence[str], unit: int) -> Batch:
        """Split texts into blocks, and compute what the index looks them up by."""
        return self.prepare_spans(texts, [split(text, unit) for text in texts])

    def prepare_spans(self, texts: Sequence[str], spans: list[list[Span]]) -> Batch:
        """The same for texts whose blocks were found elsewhere."""
        return Batch(list(texts), [self._blocks(text, blocks) for text, blocks in zip(texts, spans, strict=True)])

    def pass_texts(self, batch: Batch, first: int, last: int, document: int) -> tuple[int, int]:
        """Go through texts [first, last), whose documents are numbered on from `document`, and commit each.

        Returns:
            The first text with a block that an entry stands for, and that block, with what was found in `matches()`;
            or with a run of tokens that stands in kept text, and the number of its blocks. Nothing of that text is
            committed. Or `last`.
        """
        for text in range(first, last):
            stopped = self.pass_through(batch, text, 0, document + text - first, 0)
            if stopped < batch.count(text):
                return text, stopped
            if self.fingerprints is not None:
                blocks = [(block.start, block.end) for block in batch.blocks[text]]
                if self.fingerprints.find(batch.texts[text], (), blocks):
                    return text, stopped
                if self._frozen is None:
                    self.fingerprints.keep(batch.texts[text], document + text - first, blocks)
            self.commit()
        return last, 0

    def pass_text(self, batch: Batch, text: int, document: int) -> tuple[bool, int]:
        """The same for the blocks of one text, without runs; nothing is committed.

        Returns:
            Whether an entry stands for one of them, and which is the first.
        """
        stopped = self.pass_through(batch, text, 0, document, 0)
        return stopped < batch.count(text), stopped

    def match_texts(self, batch: Batch, document: int) -> list[tuple[int, int, float, bool]]:
        """Go through all texts, of one block each; those that no entry stands for are kept.

        Returns:
            The others: (text, entry, similarity, whether it was found by its digest) of the best match.
        """
        found = []
        for text in range(len(batch.texts)):
            if self.pass_through(batch, text, 0, document + text, 0) < batch.count(text):
                found.append((text, *self._matches[0], self.is_by_digest))
            self.commit()
        return found

    def pass_through(self, batch: Batch, text: int, first: int, document: int, shift: int) -> int:
        """Go through the blocks of a text, from block `first` on: keep those that no entry stands for.

        Args:
            batch: Where the text is.
            text: Its number there.
            first: The block to begin with.
            document: Number of the document that the blocks belong to.
            shift: Where the text begins in it, or in what is left of it.

        Returns:
            The number of the first block that an entry stands for, with what was found in `matches()`; or the number
            of blocks.
        """
        for number in range(first, batch.count(text)):
            if batch.blocks[text][number].digest is not None and (
                self._find_digest(batch, text, number) or self.find_similar(batch, text, number)
            ):
                return number
            self.keep(batch, text, number, document, shift)
        return batch.count(text)

    def matches(self) -> list[tuple[int, float]]:
        """(entry, similarity) of what was found: equal tokens, or all entries over the threshold, best first."""
        return list(self._matches)

    def find_similar(self, batch: Batch, text: int, number: int) -> list[tuple[int, float]]:
        """The entries that share a band with a block and reach the threshold, most similar first."""
        block = batch.blocks[text][number]
        found = {entry for table, key in zip(self._tables, block.keys, strict=False) for entry in table.get(key, ())}
        characters = batch.texts[text][block.start : block.end]
        compared = [(entry, _similarity(characters, self.text(entry), self._recipe.ngram)) for entry in sorted(found)]
        similar = [match for match in compared if match[1] >= self._recipe.threshold]
        self._matches = sorted(similar, key=lambda match: -match[1])
        self.is_by_digest = False
        return self.matches()

    def keep(self, batch: Batch, text: int, number: int, document: int, shift: int) -> None:
        """Add a block, whatever stands for it."""
        block = batch.blocks[text][number]
        self._kept.append((block.start + shift, block.end + shift))
        if block.digest is None or self._frozen is not None:
            return
        characters = batch.texts[text][block.start : block.end]
        pieces = _original(self._pieces, block.start + shift, block.end + shift)
        self._add(_Entry(document, pieces, characters, block.digest, block.keys))

    def _add(self, entry: _Entry) -> None:
        number = len(self._entries)
        self._entries.append(entry)
        undo = _Undo(entry.digest not in self._digests)
        self._digests.setdefault(entry.digest, number)
        for band, key in enumerate(entry.keys):
            bucket = self._tables[band].setdefault(key, [])
            if len(bucket) < self._recipe.bucket_limit:
                bucket.append(number)
                undo.stored.append(band)
            elif (band, key) not in self._oversized:
                self._oversized.add((band, key))
                undo.filled.append(band)
        self._undo.append(undo)

    def kept(self) -> list[Span]:
        """The blocks that were kept since the last commit, too short ones included."""
        return list(self._kept)

    def entry(self, number: int) -> tuple[int, list[Span]]:
        """(document, pieces of it that make up the text) of an entry."""
        found = self._entries[number]
        return found.document, found.pieces

    def text(self, number: int) -> str:
        """The characters of an entry."""
        return self._entries[number].text

    can_draft = False
    """Whether `drafts` is there: a short cut for texts in one piece, with the answers of `pairs.py` and `drafts.py`."""

    def drafts(
        self, batch: Batch, text: int, number: int, entry: int, shift: int, sentences: list[int] | None
    ) -> list[Draft] | None:
        """What of a block may be merged with an entry; None if that depends on where sentences begin.

        Args:
            batch: Where the text is.
            text: Its number there.
            number: The block.
            entry: The kept block.
            shift: Where the block begins in its document.
            sentences: Where its sentences begin, or None to try without.
        """
        raise NotImplementedError

    def clean_simply(
        self,
        batch: Batch,
        text: int,
        document: int,
        unit: int,
        sentences: Callable[[str], list[int]],
    ) -> tuple[str, tuple[Merge, ...]] | None:
        """A short cut: all of a document that the index stopped at, as `level.py` does it; nothing is committed.

        Args:
            batch: Where the text is.
            text: Its number there.
            document: Its document.
            unit: How it was split; -1 for another way than the kernels'.
            sentences: Finds where the sentences of a text begin.

        Returns:
            The cleaned text and the merges; None if this document takes the long way.
        """
        del batch, text, document, unit, sentences
        return None

    def commit(self) -> None:
        """Keep what was added since the last commit for good."""
        self._undo.clear()
        self._kept.clear()
        self._pieces = []

    def roll_back(self, pieces: Sequence[Span]) -> None:
        """Forget what was added since the last commit; what comes now are blocks of what is left of the document.

        Args:
            pieces: Which that are; nothing if all of it is left.
        """
        self._pieces = list(pieces)
        self._kept.clear()
        while self._undo:
            undo, entry = self._undo.pop(), self._entries.pop()
            if undo.is_first:
                del self._digests[entry.digest]
            for band in undo.stored:
                bucket = self._tables[band][entry.keys[band]]
                bucket.pop()
                if not bucket:
                    del self._tables[band][entry.keys[band]]
            self._oversized.difference_update((band, entry.keys[band]) for band in undo.filled)

    def _blocks(self, text: str, spans: Sequence[Span]) -> list[_Block]:
        recipe = self._recipe
        _, _, hashes, offsets, _, _ = reference_arrays.tokenize(text, np.array(spans, np.int64).reshape(len(spans), 2))
        shingles, shingle_offsets = reference_arrays.shingle(hashes, offsets, recipe.ngram)
        signatures = reference_arrays.minhash(shingles, shingle_offsets, recipe.multipliers, recipe.increments)
        has_bands = recipe.bands > 0
        keys = reference_arrays.band_keys(signatures, recipe.bands, recipe.rows).tolist() if has_bands else []
        blocks = []
        for i, (start, end) in enumerate(spans):
            count = int(offsets[i + 1] - offsets[i])
            own = hashes[offsets[i] : offsets[i + 1]].astype("<u8", copy=False).tobytes()
            digest = xxhash.xxh3_64_intdigest(own) if count >= recipe.min_tokens else None
            has_keys = has_bands and digest is not None and count >= recipe.ngram
            blocks.append(_Block(start, end, digest, tuple(keys[i]) if has_keys else ()))
        return blocks

    def _find_digest(self, batch: Batch, text: int, number: int) -> bool:
        block = batch.blocks[text][number]
        entry = None if block.digest is None else self._digests.get(block.digest)
        self._matches = []
        self.has_same_characters = False
        if entry is None:
            return False
        characters, kept = batch.texts[text][block.start : block.end], self.text(entry)
        self.has_same_characters = characters == kept
        if not self.has_same_characters and _words(characters) != _words(kept):
            return False
        self._matches = [(entry, 1.0)]
        self.is_by_digest = True
        return True


def _original(pieces: Sequence[Span], start: int, end: int) -> list[Span]:
    """Where characters [start, end) of the text that some pieces make up stand; of the whole if there are none."""
    if not pieces:
        return [(start, end)]
    offsets = accumulate((last - first for first, last in pieces), initial=0)
    moved = (
        (max(start, at) - at + first, min(end - at + first, last))
        for at, (first, last) in zip(offsets, pieces, strict=False)
    )
    return [(first, last) for first, last in moved if first < last]


@lru_cache(maxsize=4096)  # kept blocks are compared again and again
def _words(text: str) -> list[bytes]:
    *_, folded, ends = reference_arrays.tokenize(text, np.array([[0, len(text)]], np.int64))
    data, starts = folded.tobytes(), [0, *ends.tolist()]
    return [data[start:end] for start, end in pairwise(starts)]


def _similarity(a: str, b: str, ngram: int) -> float:
    """Jaccard similarity of the sets of shingles."""
    words = _words(a), _words(b)
    sets = [{tuple(one[i : i + ngram]) for i in range(len(one) - ngram + 1)} for one in words]
    return len(sets[0] & sets[1]) / max(1, len(sets[0] | sets[1]))
