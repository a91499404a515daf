"""The books of a run, as they are being kept."""

from __future__ import annotations

from dedup.records import Cleaned, Duplicate, Kind, Summary


class Books:
    """Counts documents, merges and characters as they come; `summary` says how they stand."""

    def __init__(self) -> None:
        self.documents = 0
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
        for merge in cleaned.merges:
            self._count(merge.kind)
            self._removed += merge.end - merge.start
        self._emptied += cleaned.is_empty

    def keep(self, documents: int, blocks: int, characters: int) -> None:
        """So many more documents that stay as they are."""
        self.documents += documents
        self._blocks += blocks
        self._characters += characters
        self._kept += characters

    def match(self, duplicate: Duplicate, characters: int) -> None:
        """One of the documents that `keep` was told of, of this many characters, goes as a whole."""
        self._count(duplicate.kind)
        self._kept -= characters
        self._removed += characters
        self._emptied += 1

    def _count(self, kind: Kind) -> None:
        if kind == "exact":
            self._exact += 1
        else:
            self._near += 1

    def summary(self, oversized_buckets: int, capped_fingerprints: int) -> Summary:
        """The books so far, with the counts that others keep."""
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
            oversized_buckets=oversized_buckets,
            capped_fingerprints=capped_fingerprints,
        )
