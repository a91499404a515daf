"""What is kept so far: exact digests and LSH band tables over kept blocks only.

Everything found here is a proposal: equal digests and shared bands say which earlier blocks are worth comparing.
"""

from __future__ import annotations

from dataclasses import dataclass

from dedup.excerpts import Excerpt


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept block.

    Attributes:
        document: Id of its document.
        record: Position of the document in the input.
        repeats_id: Whether an earlier document had the same id.
        excerpt: Its text, and where that stands in the document.
    """

    document: str
    record: int
    repeats_id: bool
    excerpt: Excerpt


class Index:
    """Kept blocks in memory, numbered in the order they were added.

    A bucket of a band table holds no more than `bucket_limit` entries: the first of them stand for the rest, so that
    neither boilerplate nor forged text makes the work quadratic. What was left out is counted.
    """

    def __init__(self, bands: int, bucket_limit: int) -> None:
        self._entries: list[Entry] = []
        self._digests: dict[bytes, int] = {}
        self._tables: list[dict[int, list[int]]] = [{} for _ in range(bands)]
        self._bucket_limit = bucket_limit
        self._uncommitted: list[tuple[bytes, list[int]]] = []
        self.oversized_buckets = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, number: int) -> Entry:
        return self._entries[number]

    def add(self, entry: Entry, digest: bytes, keys: list[int]) -> None:
        """Add a kept block; `keys` holds one key a band, or nothing for a block without shingles."""
        number = len(self._entries)
        self._entries.append(entry)
        self._digests.setdefault(digest, number)
        for table, key in zip(self._tables, keys, strict=False):
            bucket = table.setdefault(key, [])
            if len(bucket) < self._bucket_limit:
                bucket.append(number)
            elif bucket[-1] >= 0:
                bucket.append(-1)  # marks a bucket that was found full
                self.oversized_buckets += 1
        self._uncommitted.append((digest, keys))

    def commit(self) -> None:
        """Keep what was added since the last commit for good."""
        self._uncommitted.clear()

    def roll_back(self) -> None:
        """Forget what was added since the last commit."""
        while self._uncommitted:
            digest, keys = self._uncommitted.pop()
            number = len(self._entries) - 1
            self._entries.pop()
            if self._digests[digest] == number:
                del self._digests[digest]
            for table, key in zip(self._tables, keys, strict=False):
                bucket = table[key]
                if bucket[-1] == number:
                    bucket.pop()
                if not bucket:
                    del table[key]

    def same_digest(self, digest: bytes) -> int | None:
        """The first entry with this digest."""
        return self._digests.get(digest)

    def sharing_a_band(self, keys: list[int]) -> list[int]:
        """The entries that share a band with these keys, in order."""
        found: set[int] = set()
        for table, key in zip(self._tables, keys, strict=False):
            found.update(table.get(key, ()))
        found.discard(-1)
        return sorted(found)
