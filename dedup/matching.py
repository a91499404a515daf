"""Files in, near-duplicate documents out: the work behind `dedup match`. Nothing is aligned, cut or rewritten."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence

from dedup.deduplicator import Deduplicator
from dedup.keeping import RankedCorpus, deduplicator_of
from dedup.observing import Observer
from dedup.outputs import output_errors
from dedup.parallel import count_jobs
from dedup.passes import add_all, note_skipped
from dedup.reading import Input, Reading, chunks_of, read_ahead
from dedup.records import Duplicate
from dedup.settings import Settings
from dedup.skips import Skips
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
    skips = Skips()
    with deduplicator_of(settings) as deduplicator:
        if settings.keeps_first:
            yield from _match_as_they_come(inputs, deduplicator, observer, skips, jobs)
        else:
            yield from _match_by_rank(inputs, settings, deduplicator, observer, skips, jobs)
        skips.check(deduplicator.summary.documents)


def _match_as_they_come(
    inputs: Sequence[Input], deduplicator: Deduplicator, observer: Observer, skips: Skips, jobs: int
) -> Iterator[Matched]:
    for batch in read_ahead(chunks_of(inputs), deduplicator.prepare_match, jobs):
        note_skipped(batch, skips, observer)
        with output_errors(tempfile.gettempdir()):  # where kept text goes that is not to stay in memory
            duplicates = deduplicator.match_prepared(batch.found)
        yield from zip(batch.found.ids, duplicates, strict=True)
        observer.progressed(batch.size, deduplicator.summary)


def _match_by_rank(
    inputs: Sequence[Input],
    settings: Settings,
    deduplicator: Deduplicator,
    observer: Observer,
    skips: Skips,
    jobs: int,
) -> Iterator[Matched]:
    with RankedCorpus(settings, deduplicator) as corpus:
        for batch in add_all(corpus, chunks_of(inputs), jobs):
            note_skipped(batch, skips, observer)
            observer.progressed(batch.size, deduplicator.summary)
        with output_errors(tempfile.gettempdir()):  # as above
            corpus.match(jobs)
        yield from ((corpus.id(number), corpus.duplicate(number)) for number in range(len(corpus)))
