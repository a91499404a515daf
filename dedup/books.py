"""The books of a run, as they are being kept."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import asdict

from dedup.records import Cleaned, Duplicate, Kind, Summary


class Books(Struct):
    """Counts documents, merges and characters as they come; `summary` says how they stand.

    Attributes: see `Summary`; buckets and fingerprints are those of indexes that are not there any more.
    """

    documents: int = 0
    revisits: int = 0
    emptied: int = 0
    blocks: int = 0
    exact: int = 0
    near: int = 0
    characters: int = 0
    kept: int = 0
    removed: int = 0
    oversized_buckets: int = 0
    capped_fingerprints: int = 0

    def add(self, cleaned: Cleaned, characters: int) -> None:
        """One more document, of this many characters."""
        self.documents += 1
        self.revisits += cleaned.revisit
        self.blocks += cleaned.blocks
        self.characters += characters
        self.kept += len(cleaned.text)
        for merge in cleaned.merges:
            self._count(merge.kind)
            self.removed += merge.end - merge.start
        self.emptied += cleaned.is_empty

    def keep(self, documents: int, blocks: int, characters: int) -> None:
        """So many more documents that stay as they are."""
        self.documents += documents
        self.blocks += blocks
        self.characters += characters
        self.kept += characters

    def match(self, duplicate: Duplicate, characters: int) -> None:
        """One of the documents that `keep` was told of, of this many characters, goes as a whole."""
        self._count(duplicate.kind)
        self.kept -= characters
        self.removed += characters
        self.emptied += 1

    def _count(self, kind: Kind) -> None:
        if kind == "exact":
            self.exact += 1
        else:
            self.near += 1

    def retire(self, oversized_buckets: int, capped_fingerprints: int) -> None:
        """An index with these counts is not there any more."""
        self.oversized_buckets += oversized_buckets
        self.capped_fingerprints += capped_fingerprints

    def summary(self, oversized_buckets: int, capped_fingerprints: int) -> Summary:
        """The books so far, with what the index counts."""
        counts = asdict(self)
        counts["oversized_buckets"] += oversized_buckets
        counts["capped_fingerprints"] += capped_fingerprints
        return Summary(**counts)
