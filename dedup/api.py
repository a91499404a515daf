"""The functions most users need: one text, or many, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dedup.deduplicator import Deduplicator
from dedup.parallel import BATCH_SIZE, batched, count_jobs, in_order
from dedup.records import Cleaned, Document, Duplicate
from dedup.settings import Settings


def clean(text: str, settings: Settings | None = None, **changes: object) -> Cleaned:
    """Clean one text of what it repeats.

    Args:
        text: Any string.
        settings: How to compare and clean; `Settings()` if left out.
        **changes: Fields of `Settings` to change.

    Returns:
        The cleaned text with its merges; `restore` turns it back.

    Raises:
        SettingsError: If a setting is not known or out of range.
    """
    with Deduplicator(settings, **changes) as deduplicator:
        return deduplicator.add(Document("", text))


def clean_corpus(
    documents: Iterable[Document], settings: Settings | None = None, *, jobs: int | None = None, **changes: object
) -> Iterator[Cleaned]:
    """Clean many documents, each against itself and those before it (with `scope="document"`, itself alone).

    Args:
        documents: Read a few hundred thousand characters ahead, as results are asked for.
        settings: How to compare and clean; `Settings()` if left out.
        jobs: Threads that work, the caller's included; by default as many as there are cores. Results are the same.
        **changes: Fields of `Settings` to change.

    Returns:
        The cleaned documents, in order; those left without text are among them.

    Raises:
        SettingsError: At once, if a setting is not known or out of range.
    """
    return _clean_all(documents, Deduplicator(settings, **changes), count_jobs(jobs))


def match_corpus(
    documents: Iterable[Document], settings: Settings | None = None, *, jobs: int | None = None, **changes: object
) -> Iterator[Duplicate | None]:
    """For each of many documents, which earlier one it nearly repeats as a whole, if any.

    Much quicker than cleaning: nothing is aligned, cut or reported. Documents that repeat one are not kept, and nothing
    is matched with them.

    Args:
        documents: Read a few hundred thousand characters ahead, as results are asked for.
        settings: How to compare; `unit` is `document` whatever they say.
        jobs: Threads that work, the caller's included; by default as many as there are cores. Results are the same.
        **changes: Fields of `Settings` to change.

    Raises:
        SettingsError: At once, if a setting is not known or out of range.
    """
    deduplicator = Deduplicator((settings or Settings()).changed({**changes, "unit": "document"}))
    return _match_all(documents, deduplicator, count_jobs(jobs))


def _match_all(documents: Iterable[Document], deduplicator: Deduplicator, jobs: int) -> Iterator[Duplicate | None]:
    for ready in in_order(deduplicator.prepare_match, batched(documents, _length, BATCH_SIZE), jobs):
        yield from deduplicator.match_prepared(ready)


def _clean_all(documents: Iterable[Document], deduplicator: Deduplicator, jobs: int) -> Iterator[Cleaned]:
    for ready in in_order(deduplicator.prepare, batched(documents, _length, BATCH_SIZE), jobs):
        yield from deduplicator.add_prepared(ready)


def _length(document: Document) -> int:
    return len(document.text)
