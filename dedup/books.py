"""The books of a run, as they are being kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from dedup.records import Cleaned, Duplicate, Summary


class Books:
    """Counts documents, merges and characters as they come; `summary` says how they stand."""

    def __init__(self) -> None:
        self.documents = 0
        self.oversized_buckets = 0
        self._revisits = self._emptied = self._blocks = 0
        self._exact = self._near = 0
        self._characters = self._kept = self._removed = 0

    def add(self, cleaned: Cleaned, characters: int) -> None:
        """One more document, of this many characters."""
        self.documents += 1
        self._revisits += cleaned.revisit
        self._blocks += cleaned.blocks
        self._characters += characters
        self._kept += len(cleaned.text)
        if cleaned.merges:
            exact = sum(merge.kind == "exact" for merge in cleaned.merges)
            self._exact += exact
            self._near += len(cleaned.merges) - exact
            self._removed += cleaned.removed
            self._emptied += cleaned.is_empty

    def match(self, duplicates: Sequence[Duplicate | None], characters: Sequence[int]) -> None:
        """Some more documents, of so many characters, that were looked at as wholes."""
        found = [duplicate for duplicate in duplicates if duplicate is not None]
        exact = sum(duplicate.kind == "exact" for duplicate in found)
        removed = sum(compress(characters, duplicates))
        self.documents += len(duplicates)
        self._blocks += len(duplicates)
        self._characters += sum(characters)
        self._kept += sum(characters) - removed
        self._removed += removed
        self._exact += exact
        self._near += len(found) - exact
        self._emptied += len(found)

    def summary(self) -> Summary:
        """The books so far."""
        return Summary(
            documents=self.documents,
            revisits=self._revisits,
            emptied=self._emptied,
            blocks=self._blocks,
            exact=self._exact,
            near=self._near,
            characters=self._characters,
            kept=self._kept,
            removed=self._removed,
            oversized_buckets=self.oversized_buckets,
        )
