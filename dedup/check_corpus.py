"""The documents of a check: read once, kept in temporary files, with where they come from; and which are alike."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType

from msgspec.structs import replace

from dedup.copies import Copy, Origins, Pair, Spot, copies_at
from dedup.formats.base import NO_TEXT_FIELD, Format
from dedup.keeping import RankedCorpus, deduplicator_of
from dedup.markers import blanked, marked_spans
from dedup.observing import Observer
from dedup.outputs import output_errors
from dedup.parallel import BATCH_SIZE, batched, in_order
from dedup.passes import add_all, note_skipped
from dedup.reading import Batch, Input, Reading, chunks_of
from dedup.records import Document
from dedup.settings import Settings
from dedup.skips import Skips
from dedup.sources import Source

_LINE_FORMATS = frozenset(("jsonl", "csv", "tsv"))
"""Formats in which a record is a line, or some lines, of its file."""


class CheckCorpus:
    """Documents of a check. Used as a context manager.

    Args:
        settings: How they are compared.
        reading: How they are read.
        markers: Whether markers in text files count (see `markers`).

    Attributes:
        skips: What could not be read.
        characters: Characters that are compared in each file, by its name; files without any are there too.
        has_text: Whether there is anything but white space, and what is between markers.

    Raises:
        OutputError: Here and by every method, if a temporary file cannot be made, written or read.
    """

    def __init__(self, settings: Settings, reading: Reading, *, markers: bool) -> None:
        self._reading = reading
        self._markers = markers
        self._deduplicator = deduplicator_of(settings)
        self._corpus = RankedCorpus(settings, self._deduplicator)
        self._origins = Origins()
        self._line = 1
        self._marked = 0  # characters of the file at hand that are between markers
        self.skips = Skips()
        self.characters: dict[str, int] = {}
        self.has_text = False

    def __enter__(self) -> CheckCorpus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._deduplicator.close()
        self._corpus.__exit__(kind, error, traceback)

    def __len__(self) -> int:
        return len(self._corpus)

    @property
    def revisits(self) -> int:
        """Documents that came again under the same id, once `duplicates` looked for them."""
        return self._corpus.summary.revisits

    def text(self, number: int) -> str:
        """The text of a document."""
        return self._corpus.text(number)

    def read(self, sources: Sequence[Source], observer: Observer, jobs: int) -> None:
        """Read all documents of some files.

        Raises:
            InputError: If a file cannot be read, or not one record can, or no record of a file has the field of texts:
                what is checked then is not what somebody meant.
        """
        own, documents = Skips(), 0  # of the file at hand
        inputs = [Input(source, self._reading.format_of(source)) for source in sources]
        observer.reading(sum(source.size for source in sources))
        for batch in add_all(self._corpus, chunks_of(inputs), jobs, self._as_compared):
            if batch.is_first:
                _check_field(own, documents)
                own, documents = Skips(), 0
            self._note(batch)
            documents += len(batch.records.numbers)
            note_skipped(batch, self.skips, observer)
            for record in batch.records.skipped(0, len(batch.records)):
                own.add(batch.source.name, record)
            observer.progressed(batch.size, self._corpus.summary)
        _check_field(own, documents)
        self.skips.check(len(self._corpus))

    def _as_compared(self, form: Format, document: Document) -> Document:
        text = document.text
        if self._markers and form.holds_one:
            spans = marked_spans(text, document.id)
            self._marked = sum(span.length for span in spans)
            text = blanked(text, spans) if spans else text
        self.has_text = self.has_text or (bool(text) and not text.isspace())
        return document if text is document.text else replace(document, text=text)

    def _note(self, batch: Batch[Sequence[Document]]) -> None:
        """Where the documents of a batch stand."""
        name = batch.source.name
        self.characters.setdefault(name, 0)
        for document, (record, line) in zip(batch.records.documents, self._places(batch), strict=True):
            self._origins.add(name, record, line)
            self.characters[name] += len(document.text) - self._marked
            self._marked = 0

    def _places(self, batch: Batch[Sequence[Document]]) -> Iterator[tuple[int | None, int | None]]:
        """The record of every document, and the line on which it begins."""
        records, numbers = batch.records, batch.records.numbers
        if batch.form.holds_one:
            yield from ((None, None) for _ in numbers)
        elif self._reading.format_name(batch.source) not in _LINE_FORMATS:
            yield from ((records[number].line, None) for number in numbers)
        else:
            yield from self._lines(batch)

    def _lines(self, batch: Batch[Sequence[Document]]) -> Iterator[tuple[int | None, int]]:
        records, numbers = batch.records, batch.records.numbers
        if batch.is_first:
            self._line = 1
        first = (records[numbers[0]].line or 1) - numbers[0] if numbers else 0
        done = 0
        for number in numbers:
            self._line += records.raw(done, number).count(b"\n")
            done = number
            yield first + number, self._line
        self._line += records.raw(done, len(records)).count(b"\n")

    def duplicates(self, observer: Observer, jobs: int) -> list[Pair]:
        """Texts that stand in the corpus already. To be called once; revisits are left alone."""
        with output_errors(tempfile.gettempdir()):  # where kept text goes that is not to stay in memory
            self._corpus.clean(jobs, lambda _, summary: observer.progressed(0, summary))
        found = []
        for number in range(len(self._corpus)):
            if self._corpus.is_changed(number):
                cleaned = self._corpus.result(number)
                merges = () if cleaned.revisit else cleaned.merges
                found += [Pair.of("duplicate", number, merge, self._corpus.number(merge.canonical)) for merge in merges]
        return found

    def copies(self, spots: Iterable[Spot]) -> dict[Spot, Copy]:
        """What stands at some spots of the documents."""
        return copies_at(spots, self._origins, self._corpus.id, self._corpus.text)


def _check_field(skips: Skips, documents: int) -> None:
    """Refuse a file of which nothing could be read, for its texts are in another field; whatever others hold."""
    if NO_TEXT_FIELD in skips.counts and not documents:
        skips.check(documents)


def overlaps(corpus: CheckCorpus, reference: CheckCorpus, settings: Settings, jobs: int) -> list[Pair]:
    """Texts of a reference set that stand in a corpus, wherever else they stand in it.

    Raises:
        SettingsError: If documents are to be compared with themselves only.
    """
    with deduplicator_of(settings) as deduplicator, output_errors(tempfile.gettempdir()):
        for ready in in_order(deduplicator.prepare, _numbered(reference, 0), jobs):
            for _ in deduplicator.change_prepared(ready):
                pass  # what the reference set repeats of itself is no overlap
        deduplicator.freeze()
        first = len(reference)
        return [
            Pair.of("overlap", cleaned.record - first, merge, int(merge.canonical.document))
            for ready in in_order(deduplicator.prepare, _numbered(corpus, first), jobs)
            for _, cleaned in deduplicator.change_prepared(ready)
            for merge in cleaned.merges
        ]


def _numbered(corpus: CheckCorpus, first: int) -> Iterator[list[Document]]:
    """All documents in batches, with numbers for ids: ids of a reference set may well be those of the corpus."""
    documents = (Document(str(first + number), corpus.text(number)) for number in range(len(corpus)))
    return batched(documents, lambda document: len(document.text), BATCH_SIZE)
