"""Documents > cleaned documents: with `level.py` and `rounds.py`, the only module that knows the order of the steps.

    document > blocks > tokens > shingles > MinHash > LSH candidates > exact verification > alignment > merges > text

Documents are met in order; what is kept of them goes into the index, what is merged never does. Most documents take a
short cut through the kernels; the others are gone through in rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from msgspec.structs import replace

from dedup import _kernels, packing
from dedup._kernels import Batch
from dedup.books import Books
from dedup.cleaning import cut
from dedup.documents import ids_of, texts_of
from dedup.errors import SettingsError
from dedup.level import Level, Wholes
from dedup.memory import bounded
from dedup.records import Cleaned, Document, Duplicate, Kind, Place, Summary
from dedup.settings import Settings
from dedup.snapshots import load_file, save_file
from dedup.visits import Visit, Visits


class Ready(NamedTuple):
    """Documents, and what was found out about them without looking at any other.

    Attributes:
        documents: The documents.
        ids: Their ids.
        batch: What the index looks their blocks up by.
        keys: What their texts are recognised by, where they are to be cleaned.
        wholes: What they are looked up by as wholes, where they are before they are cleaned.
    """

    documents: Sequence[Document]
    ids: list[str]
    batch: Batch
    keys: list[bytes]
    wholes: Batch | None = None


class Deduplicator:
    """Cleans documents one after another, each against itself and all that came before it.

    Args:
        settings: How to compare and clean; `Settings()` if left out.
        **changes: Fields of `Settings` to change.

    Attributes:
        settings: As they came out of that.
        banding: The shape of signatures that follows from them.

    Raises:
        SettingsError: If a setting is not known or out of range, or `keep` is not `first`: it cannot know what comes.

    Example:
        with Deduplicator(threshold=0.9) as deduplicator:
            cleaned = deduplicator.add(Document("a", text))
    """

    def __init__(self, settings: Settings | None = None, **changes: object) -> None:
        _kernels.chosen()  # a forced kernel that is missing is an error now, not with the first document
        self.settings = (settings or Settings()).changed(changes)
        if not self.settings.keeps_first:
            remedy = "the first copy stays where documents come one after another: use clean_corpus or match_corpus"
            raise SettingsError("keep", self.settings.keep, remedy)
        self._memory = bounded(self.settings.memory)
        self._blocks = Level(self.settings.of_blocks, self._memory)
        of_wholes = self.settings.of_wholes
        self._wholes = None if of_wholes is None else Wholes(of_wholes, self._memory)
        self.banding = self._blocks.banding
        self._visits = Visits(self._memory)
        self._books = Books()

    def __enter__(self) -> Deduplicator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything that was kept, and whether that was frozen; the summary stays."""
        self._forget()
        self._visits = Visits(self._memory)

    def freeze(self) -> None:
        """From now on compare documents with what is kept so far, and keep nothing of them: that is a reference set.

        A document is then compared with no other that comes later, and not with itself: what goes of it depends on what
        is kept now alone. No document is a revisit; nothing is remembered of it but its id, so that records still tell
        documents of one id apart. `close` ends it, and `save` leaves it out: freeze what was loaded once more. To be
        called between documents; a second time it does nothing.

        Raises:
            SettingsError: If `scope` is `document`: nothing is kept of one for the next.
        """
        if self.settings.scope == "document":
            remedy = "no document is kept for others to be compared with: choose corpus to freeze what is kept"
            raise SettingsError("scope", self.settings.scope, remedy)
        for _, level in self._levels():
            level.index.freeze()

    @property
    def _is_frozen(self) -> bool:
        return self._blocks.index.is_frozen

    @property
    def summary(self) -> Summary:
        """The books of all documents added so far."""
        return self._books.summary(*self._counts())

    def add(self, document: Document) -> Cleaned:
        """Clean a document against itself and all documents before it, and remember what is kept of it.

        Remembered are the text of every kept block, and what was cut from every document in case it comes again; after
        `freeze` nothing is.

        Returns:
            The cleaned text, its merges, and the document's other fields.

        Raises:
            TypeError: If its text is no string.
            InternalError: If a rule of the library was about to be broken.
        """
        return next(self.add_prepared(self.prepare([document])))

    def prepare(self, documents: Sequence[Document]) -> Ready:
        """What of the work on documents needs no other document: any thread may do it, in any order.

        Raises:
            TypeError: If a text is no string.
        """
        texts = texts_of(documents)
        wholes = None if self._wholes is None else self._wholes.prepare(texts)
        return Ready(documents, ids_of(documents), self._blocks.prepare(texts), self._visits.keys(texts), wholes)

    def add_prepared(self, ready: Ready) -> Iterator[Cleaned]:
        """`add` for documents that have been prepared, one after another."""
        visits, first = self._enter(ready), self._books.documents
        done = 0
        for i, cleaned in self._change(ready, visits):
            yield from (self._unchanged(ready, visits, j, first) for j in range(done, i))
            yield cleaned
            done = i + 1
        yield from (self._unchanged(ready, visits, j, first) for j in range(done, len(visits)))

    def change_prepared(self, ready: Ready) -> Iterator[tuple[int, Cleaned]]:
        """The same, with its place among them, for those documents of which something goes, and for revisits."""
        return self._change(ready, self._enter(ready))

    def _enter(self, ready: Ready) -> list[Visit]:
        enter = self._visits.enter_compared if self._is_frozen else self._visits.enter
        return list(map(enter, ready.ids, ready.keys))

    def _unchanged(self, ready: Ready, visits: Sequence[Visit], i: int, first: int) -> Cleaned:
        document, blocks = ready.documents[i], ready.batch.count(i)
        return Cleaned(document.id, first + i, document.text, (), document.fields, blocks, visits[i].repeats_id)

    def _change(self, ready: Ready, visits: Sequence[Visit]) -> Iterator[tuple[int, Cleaned]]:
        first = 0
        for last in [*self._ends_of_runs(visits), len(visits)]:
            if first < last:
                yield from self._add_new(ready, visits, first, last)
            first = last
            if last < len(visits) and visits[last].is_revisit:
                yield last, self._booked(ready, last, self._revisited(ready, last, visits[last]))
                first = last + 1

    def _ends_of_runs(self, visits: Sequence[Visit]) -> Iterator[int]:
        """Where something else has to be done than to add documents to the index: at every revisit, or everywhere."""
        is_alone = self.settings.scope == "document"
        return (i for i, visit in enumerate(visits) if visit.is_revisit or is_alone)

    def _add_new(self, ready: Ready, visits: Sequence[Visit], first: int, last: int) -> Iterator[tuple[int, Cleaned]]:
        """Documents [first, last), none of which is a revisit."""
        if self.settings.scope == "document":
            self._forget()
        if self._wholes is None or ready.wholes is None:
            yield from self._add_blocks(ready, visits, first, last)
            return
        for i in range(first, last):
            yield from self._add_whole(self._wholes, ready.wholes, ready, visits, i)

    def _add_whole(
        self, wholes: Wholes, batch: Batch, ready: Ready, visits: Sequence[Visit], i: int
    ) -> Iterator[tuple[int, Cleaned]]:
        """A document that goes if it nearly repeats another one, and is cleaned block by block if it does not."""
        document = ready.documents[i]
        dropped = wholes.dropped(document, visits[i], self._books.documents, batch, i)
        if dropped is not None:
            yield i, self._remembered(ready, visits, i, dropped)
            return
        changes = list(self._add_blocks(ready, visits, i, i + 1))
        wholes.keep(changes[0][1] if changes else None, document)
        yield from changes

    def _add_blocks(
        self, ready: Ready, visits: Sequence[Visit], first: int, last: int
    ) -> Iterator[tuple[int, Cleaned]]:
        """Documents [first, last), block by block."""
        index = self._blocks.index
        repeats = [i - first for i in range(first, last) if visits[i].repeats_id]
        index.register(ready.ids[first:last], self._books.documents, repeats)
        while first < last:
            stopped = index.pass_texts(ready.batch, first, last)
            self._books.keep(stopped - first, *ready.batch.totals(first, stopped))  # nothing in them stands elsewhere
            if stopped < last:
                document, record = ready.documents[stopped], self._books.documents
                cleaned = self._blocks.changed(document, visits[stopped], record, ready.batch, stopped)
                index.commit()
                self._remembered(ready, visits, stopped, cleaned)
                if cleaned.merges:
                    yield stopped, cleaned
            first = stopped + 1

    def _remembered(self, ready: Ready, visits: Sequence[Visit], i: int, cleaned: Cleaned) -> Cleaned:
        if not self._is_frozen:
            self._visits.remember(visits[i], cleaned)
        return self._booked(ready, i, cleaned)

    def _booked(self, ready: Ready, i: int, cleaned: Cleaned) -> Cleaned:
        self._books.add(cleaned, ready.batch.length(i))
        return cleaned

    def match(self, document: Document) -> Duplicate | None:
        """Whether a document as a whole nearly repeats an earlier one; it is remembered if it does not.

        Nothing is aligned, cut or reported: this is the quickest way to find out which documents to keep. A document
        with too few tokens to be compared repeats nothing.

        Raises:
            SettingsError: If `unit` is not `document`.
            TypeError: If its text is no string.
        """
        return self.match_prepared(self.prepare_match([document]))[0]

    def prepare_match(self, documents: Sequence[Document]) -> Ready:
        """`prepare` for documents to be matched."""
        return Ready(documents, ids_of(documents), self._blocks.prepare(texts_of(documents)), [])

    def match_prepared(self, ready: Ready) -> list[Duplicate | None]:
        """`match` for documents that have been prepared, one after another."""
        if self.settings.unit != "document":
            raise SettingsError("unit", self.settings.unit, "whole documents can be matched with unit document only")
        first, count = self._books.documents, len(ready.ids)
        index = self._blocks.index
        index.register(ready.ids, first)
        self._books.keep(count, count, ready.batch.totals(0, count)[1])
        duplicates: list[Duplicate | None] = [None] * count
        for i, match in index.match_texts(ready.batch):
            canonical, canonical_record, _ = index.owner(match.entry)
            kind: Kind = "exact" if match.found_by == "digest" else "near"
            found = Duplicate(
                ready.ids[i], first + i, canonical, canonical_record, kind, match.similarity, match.found_by
            )
            self._books.match(found, ready.batch.length(i))
            duplicates[i] = found
        return duplicates

    def _revisited(self, ready: Ready, i: int, visit: Visit) -> Cleaned:
        """A document seen before: the same goes, and what stood for it there stands for it here."""
        document, record = ready.documents[i], self._books.documents
        first = self._visits.changed(visit) or Cleaned(document.id, record, "", (), blocks=ready.batch.count(i))

        def own(place: Place) -> Place:
            return replace(place, record=record) if (place.document, place.record) == first.key else place

        merges = tuple(replace(merge, record=record, canonical=own(merge.canonical)) for merge in first.merges)
        cleaned = cut(document.text, [merge.span for merge in merges])
        return replace(
            first, record=record, text=cleaned, merges=merges, fields=document.fields, repeats_id=True, revisit=True
        )

    def save(self, folder: Path, generation: int) -> None:
        """Write all that later answers depend on into new files of a folder, and see them to the disk.

        To be called between documents. The files' names end in the number of the generation; those of others stay.

        Raises:
            OSError: If a file cannot be written.
        """
        for name, level in self._levels():
            level.save(folder / f"{name}.{generation}")
        save_file(folder / f"visits.{generation}", self._visits.save)
        save_file(folder / f"books.{generation}", lambda file: packing.save(file, self._books))

    def load(self, folder: Path, generation: int) -> None:
        """Go on where a deduplicator of the same settings and the same version was when it was saved.

        To be called before the first document.

        Raises:
            OSError: If a file cannot be read.
            ValueError: If one is damaged.
        """
        for name, level in self._levels():
            level.load(folder / f"{name}.{generation}")
        load_file(folder / f"visits.{generation}", self._visits.load)
        self._books = load_file(folder / f"books.{generation}", lambda file: packing.load(file, Books))

    def _levels(self) -> list[tuple[str, Level]]:
        """What is kept, by name."""
        blocks = ("index", self._blocks)
        return [blocks] if self._wholes is None else [blocks, ("wholes", self._wholes)]

    def _counts(self) -> list[int]:
        """What the indexes count, all together."""
        return [sum(counts) for counts in zip(*(level.index.counts for _, level in self._levels()), strict=True)]

    def _forget(self) -> None:
        """Keep nothing any more."""
        self._books.retire(*self._counts())
        for _, level in self._levels():
            level.empty()
