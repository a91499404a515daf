"""Files in, near-duplicate documents out: the work behind `dedup match`. Nothing is aligned, cut or rewritten."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence

from dedup.deduplicator import Deduplicator
from dedup.errors import InputError
from dedup.files import Source, output_errors
from dedup.parallel import count_jobs
from dedup.reading import Input, read_ahead
from dedup.records import Duplicate
from dedup.runs import Observer, Reading
from dedup.settings import Settings

Matched = tuple[str, Duplicate | None]
"""The id of a document, and what this repeats if it nearly repeats an earlier one."""


def match_files(
    sources: Sequence[Source], settings: Settings, reading: Reading, observer: Observer, *, jobs: int | None = None
) -> Iterator[Matched]:
    """Match all documents of some inputs, in order, each with those before it that repeat nothing.

    Args:
        sources: The inputs; see `files.find_sources`.
        settings: How to compare; `unit` is `document`.
        reading: How inputs are read.
        observer: Who looks on.
        jobs: Threads that work; None for as many as there are cores. The answers are the same.

    Raises:
        InputError: If an input cannot be read, or not one record of the inputs can.
        SettingsError: If a setting is out of range.
    """
    jobs = count_jobs(jobs)
    read = [Input(source, reading.format_of(source)) for source in sources]
    observer.reading(sum(source.size for source in sources))
    first_skipped: tuple[str, str] | None = None
    with Deduplicator(settings) as deduplicator:
        for batch in read_ahead(read, deduplicator.prepare_match, jobs):
            for record in batch.records.skipped(0, len(batch.records)):
                place = record.place(batch.source.name)
                first_skipped = first_skipped or (place, record.detail)
                observer.skipped(place, record.detail)
            with output_errors(tempfile.gettempdir()):  # where kept text goes that is not to stay in memory
                duplicates = deduplicator.match_prepared(batch.prepared)
            yield from zip(batch.prepared.ids, duplicates, strict=True)
            observer.progressed(batch.size, deduplicator.summary)
        if deduplicator.summary.documents == 0 and first_skipped is not None:
            place, detail = first_skipped
            raise InputError(place, f"{detail}; no record could be read: check --input-format and --text-field")
