"""The books of a run, as they are being kept."""

from __future__ import annotations

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

    def match(self, duplicate: Duplicate | None, characters: int) -> None:
        """One more document, of this many characters, that was looked at as a whole."""
        self.documents += 1
        self._blocks += 1
        self._characters += characters
        if duplicate is None:
            self._kept += characters
            return
        self._exact += duplicate.kind == "exact"
        self._near += duplicate.kind == "near"
        self._emptied += 1
        self._removed += characters

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
