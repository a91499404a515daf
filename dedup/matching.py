"""Files in, near-duplicate documents out: the work behind `dedup match`. Nothing is aligned, cut or rewritten."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence

from dedup.deduplicator import Deduplicator
from dedup.errors import InputError
from dedup.formats.base import Records
from dedup.keeping import RankedCorpus, deduplicator_of
from dedup.observing import Observer
from dedup.outputs import output_errors
from dedup.parallel import count_jobs
from dedup.passes import add_all
from dedup.reading import Input, Reading, chunks_of, read_ahead
from dedup.records import Duplicate
from dedup.settings import Settings
from dedup.sources import Source

Matched = tuple[str, Duplicate | None]
"""The id of a document, and what this repeats if it nearly repeats another one that is kept."""


def match_files(
    sources: Sequence[Source], settings: Settings, reading: Reading, observer: Observer, *, jobs: int | None = None
) -> Iterator[Matched]:
    """Match all documents of some inputs, each with those that repeat nothing and that the keep rule puts before it.

    Args:
        sources: The inputs; see `sources.find_sources`.
        settings: How to compare; `unit` is `document`.
        reading: How inputs are read.
        observer: Who looks on.
        jobs: Threads that work; None for as many as there are cores. The answers are the same.

    Returns:
        The answers in the order of the inputs.

    Raises:
        InputError: If an input cannot be read, or not one record of the inputs can.
        OutputError: If a temporary file cannot be written.
        SettingsError: If a setting is out of range, or `keep` names a field that not one document has.
    """
    jobs = count_jobs(jobs)
    inputs = [Input(source, reading.format_of(source)) for source in sources]
    observer.reading(sum(source.size for source in sources))
    skipped = _Skipped(observer)
    with deduplicator_of(settings) as deduplicator:
        if settings.keeps_first:
            yield from _match_as_they_come(inputs, deduplicator, observer, skipped, jobs)
        else:
            yield from _match_by_rank(inputs, settings, deduplicator, observer, skipped, jobs)
        skipped.check(deduplicator.summary.documents)


def _match_as_they_come(
    inputs: Sequence[Input], deduplicator: Deduplicator, observer: Observer, skipped: _Skipped, jobs: int
) -> Iterator[Matched]:
    for batch in read_ahead(chunks_of(inputs), deduplicator.prepare_match, jobs):
        skipped.note(batch.source, batch.records, is_damage=batch.is_damage)
        with output_errors(tempfile.gettempdir()):  # where kept text goes that is not to stay in memory
            duplicates = deduplicator.match_prepared(batch.found)
        yield from zip(batch.found.ids, duplicates, strict=True)
        observer.progressed(batch.size, deduplicator.summary)


def _match_by_rank(
    inputs: Sequence[Input],
    settings: Settings,
    deduplicator: Deduplicator,
    observer: Observer,
    skipped: _Skipped,
    jobs: int,
) -> Iterator[Matched]:
    with RankedCorpus(settings, deduplicator) as corpus:
        for batch in add_all(corpus, chunks_of(inputs), jobs):
            skipped.note(batch.source, batch.records, is_damage=batch.is_damage)
            observer.progressed(batch.size, deduplicator.summary)
        with output_errors(tempfile.gettempdir()):  # as above
            corpus.match(jobs)
        yield from ((corpus.id(number), corpus.duplicate(number)) for number in range(len(corpus)))


class _Skipped:
    """The records that could not be read."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._first: tuple[str, str] | None = None

    def note(self, source: Source, records: Records, *, is_damage: bool) -> None:
        """Those of a batch."""
        for record in records.skipped(0, len(records)):
            place = record.place(source.name)
            self._first = self._first or (place, record.detail)
            self._observer.skipped(place, record.detail)
            if is_damage:
                self._observer.damaged(place, record.detail)

    def check(self, documents: int) -> None:
        """Raise `InputError` if there are such, and no documents."""
        if documents == 0 and self._first is not None:
            place, detail = self._first
            raise InputError(place, f"{detail}; no record could be read: check --input-format and --text-field")
