"""Near-duplicate detection and de-duplication of text, with a report of every span that was merged.

What the package offers is imported when it is first asked for: the command starts in a tenth of a second that way.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from dedup.version import __version__

if TYPE_CHECKING:
    from dedup.api import clean, clean_corpus, match_corpus
    from dedup.cleaning import restore, restore_corpus
    from dedup.deduplicator import Deduplicator
    from dedup.errors import DedupError, InputError, InternalError, OutputError, RestoreError, SettingsError
    from dedup.records import Cleaned, Document, Duplicate, Edit, Merge, Place, Span, Summary
    from dedup.settings import Settings

__all__ = [
    "Cleaned",
    "DedupError",
    "Deduplicator",
    "Document",
    "Duplicate",
    "Edit",
    "InputError",
    "InternalError",
    "Merge",
    "OutputError",
    "Place",
    "RestoreError",
    "Settings",
    "SettingsError",
    "Span",
    "Summary",
    "__version__",
    "clean",
    "clean_corpus",
    "match_corpus",
    "restore",
    "restore_corpus",
]

_HOMES = {
    "Cleaned": "dedup.records",
    "DedupError": "dedup.errors",
    "Deduplicator": "dedup.deduplicator",
    "Document": "dedup.records",
    "Duplicate": "dedup.records",
    "Edit": "dedup.records",
    "InputError": "dedup.errors",
    "InternalError": "dedup.errors",
    "Merge": "dedup.records",
    "OutputError": "dedup.errors",
    "Place": "dedup.records",
    "RestoreError": "dedup.errors",
    "Settings": "dedup.settings",
    "SettingsError": "dedup.errors",
    "Span": "dedup.records",
    "Summary": "dedup.records",
    "clean": "dedup.api",
    "clean_corpus": "dedup.api",
    "match_corpus": "dedup.api",
    "restore": "dedup.cleaning",
    "restore_corpus": "dedup.cleaning",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
