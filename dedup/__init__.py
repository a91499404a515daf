"""Near-duplicate detection and de-duplication of text, with a report of every span that was merged."""

from dedup.api import clean, clean_corpus, match_corpus
from dedup.cleaning import restore, restore_corpus
from dedup.deduplicator import Deduplicator
from dedup.errors import DedupError, InputError, InternalError, OutputError, RestoreError, SettingsError
from dedup.records import Cleaned, Document, Duplicate, Edit, Merge, Place, Span, Summary
from dedup.settings import Settings
from dedup.version import __version__

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
