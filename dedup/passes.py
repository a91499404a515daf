"""Inputs > batches of records, with what changes in them: in one pass, or in as many as a keep rule needs.

Under a rule other than `first` a first pass reads the inputs, a second one cleans the texts in the order of their rank,
and a third one reads the inputs again to write them. They wait in a temporary file meanwhile: they may be a pipe, or
another by the time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from dedup.banding import Banding
from dedup.deduplicator import Deduplicator
from dedup.errors import SettingsError
from dedup.formats.base import Chunk, Format
from dedup.keeping import RankedCorpus, deduplicator_of
from dedup.manifest import damaged_state
from dedup.observing import Observer
from dedup.outputs import output_errors
from dedup.reading import Batch, Input, read_ahead
from dedup.records import Cleaned, Document, Summary
from dedup.settings import Settings
from dedup.skips import Skips
from dedup.sources import input_errors
from dedup.spilling import Spill

Changes = list[tuple[int, Cleaned]]
"""Documents of which something goes, and revisits, each with its place among those of its batch."""

Observe = Callable[[int, Summary], None]
"""Told of how many more bytes have been gone through, and of the books so far."""


class Passes(Protocol):
    """How inputs are gone through."""

    @property
    def banding(self) -> Banding:
        """The shape of signatures."""

    @property
    def summary(self) -> Summary:
        """The books so far."""

    def save(self, folder: Path, generation: int) -> None:
        """Write down what is known of the documents so far (see `Deduplicator.save`).

        Raises:
            OutputError: If it cannot be written.
            SettingsError: If `keep` is not `first`.
        """

    def load(self, folder: Path, generation: int) -> None:
        """Know what was written down, instead of nothing.

        Raises:
            InputError: If it is missing or damaged.
            SettingsError: If `keep` is not `first`.
        """

    def clean(self, chunks: Iterable[tuple[Input, Chunk]], jobs: int, observe: Observe) -> Iterator[Batch[Changes]]:
        """All records of some chunks, in order, a batch for every chunk.

        Args:
            chunks: Where to read.
            jobs: Threads that work. The results are the same.
            observe: Told how it goes on.

        Raises:
            InputError: If an input cannot be opened or read.
            OutputError: If a temporary file cannot be written.
            SettingsError: If a keep rule looks at a field and not one document has it.
        """


def passes_of(settings: Settings) -> Passes:
    """How inputs are gone through under these settings.

    Raises:
        SettingsError: If a setting is out of range.
    """
    return _OnePass(settings) if settings.keeps_first else _ThreePasses(settings)


def check_resumable(settings: Settings) -> None:
    """See to it that a run with these settings can be gone on with.

    Raises:
        SettingsError: If `keep` is not `first`.
    """
    if not settings.keeps_first:
        remedy = "such a run cannot be gone on with: --state goes with --keep first only"
        raise SettingsError("keep", settings.keep, remedy)


class _OnePass:
    def __init__(self, settings: Settings) -> None:
        self._deduplicator = Deduplicator(settings)
        self.banding = self._deduplicator.banding

    @property
    def summary(self) -> Summary:
        return self._deduplicator.summary

    def save(self, folder: Path, generation: int) -> None:
        with output_errors(folder):
            self._deduplicator.save(folder, generation)

    def load(self, folder: Path, generation: int) -> None:
        try:
            with input_errors(folder):
                self._deduplicator.load(folder, generation)
        except ValueError as error:
            raise damaged_state(folder, f"what it holds of the index is damaged ({error})") from error

    def clean(self, chunks: Iterable[tuple[Input, Chunk]], jobs: int, observe: Observe) -> Iterator[Batch[Changes]]:
        with self._deduplicator as deduplicator:
            for batch in read_ahead(chunks, deduplicator.prepare, jobs):
                with output_errors(tempfile.gettempdir()):  # where kept text goes that is not to stay in memory
                    changes = list(deduplicator.change_prepared(batch.found))
                yield batch.with_found(changes)
                observe(batch.size, deduplicator.summary)


class _ThreePasses:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._deduplicator = deduplicator_of(settings)
        self.banding = self._deduplicator.banding

    @property
    def summary(self) -> Summary:
        return self._deduplicator.summary

    def save(self, folder: Path, generation: int) -> None:  # noqa: ARG002  # see `check_resumable`
        check_resumable(self._settings)

    load = save

    def clean(self, chunks: Iterable[tuple[Input, Chunk]], jobs: int, observe: Observe) -> Iterator[Batch[Changes]]:
        with (
            self._deduplicator as deduplicator,
            RankedCorpus(self._settings, deduplicator) as corpus,
            Spill() as spill,
        ):
            kept = _KeptChunks(spill)
            size = sum(batch.size for batch in add_all(corpus, kept.passing(chunks), jobs))
            characters = observed = 0

            def observe_texts(more: int, summary: Summary) -> None:
                nonlocal characters, observed
                characters += more
                now = min(size, size * characters // max(kept.size, 1))  # of files that may be compressed
                observe(now - observed, summary)
                observed = now

            with output_errors(tempfile.gettempdir()):  # as above
                corpus.clean(jobs, observe_texts)
            yield from _changes(corpus, kept.again(), jobs)
            observe(size - observed, self.summary)


def add_all(
    corpus: RankedCorpus,
    chunks: Iterable[tuple[Input, Chunk]],
    jobs: int,
    as_compared: Callable[[Format, Document], Document] = lambda _, document: document,
) -> Iterator[Batch[Sequence[Document]]]:
    """Add all documents of some inputs to a corpus.

    Args:
        corpus: Takes them.
        chunks: Where to read.
        jobs: Threads that work.
        as_compared: What is taken for a document of a format.

    Returns:
        The batches that they stand in, once they are there.
    """
    for batch in read_ahead(chunks, lambda documents: documents, jobs):
        for number, document in zip(batch.records.numbers, batch.records.documents, strict=True):
            value = None
            if corpus.field is not None:
                value = batch.form.field(batch.records.origin(number), corpus.field)
            corpus.add(as_compared(batch.form, document), value)
        yield batch


def note_skipped(batch: Batch[Any], skips: Skips, observer: Observer) -> None:
    """Count the records of a batch that could not be read, and tell of them."""
    for record in batch.records.skipped(0, len(batch.records)):
        place = record.place(batch.source.name)
        skips.add(batch.source.name, record)
        observer.skipped(place, record.detail)
        if batch.is_damage:
            observer.damaged(place, record.detail)


def _changes(corpus: RankedCorpus, chunks: Iterable[tuple[Input, Chunk]], jobs: int) -> Iterator[Batch[Changes]]:
    first = 0
    for batch in read_ahead(chunks, lambda documents: documents, jobs):
        documents = batch.found
        changed = [i for i in range(len(documents)) if corpus.is_changed(first + i)]
        yield batch.with_found([(i, corpus.changed(first + i, documents[i].text)) for i in changed])
        first += len(documents)


class _KeptChunks:
    """Chunks of inputs, which are read once and wanted twice.

    Attributes:
        size: Their bytes so far, decompressed.
    """

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._read: list[tuple[Input, Chunk]] = []
        self.size = 0

    def passing(self, chunks: Iterable[tuple[Input, Chunk]]) -> Iterator[tuple[Input, Chunk]]:
        """The chunks, kept as they pass."""
        for given, chunk in chunks:
            self._spill.append(chunk.data)
            self._read.append((given, chunk._replace(data=b"")))
            self.size += len(chunk.data)
            yield given, chunk

    def again(self) -> Iterator[tuple[Input, Chunk]]:
        """The same chunks."""
        for number, (given, chunk) in enumerate(self._read):
            yield given, chunk._replace(data=self._spill[number])
