"""The functions most users need: one text, or many, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dedup.deduplicator import Deduplicator
from dedup.records import Cleaned, Document
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
    documents: Iterable[Document], settings: Settings | None = None, **changes: object
) -> Iterator[Cleaned]:
    """Clean many documents, each against itself and those before it (with `scope="document"`, itself alone).

    Args:
        documents: Read one at a time, as results are asked for.
        settings: How to compare and clean; `Settings()` if left out.
        **changes: Fields of `Settings` to change.

    Returns:
        The cleaned documents, in order; those left without text are among them.

    Raises:
        SettingsError: At once, if a setting is not known or out of range.
    """
    return map(Deduplicator(settings, **changes).add, documents)
