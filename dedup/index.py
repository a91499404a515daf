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


@dataclass(frozen=True, slots=True)
class _Added:
    """What adding an entry changed: its digest, if that was new, and (band, key) of buckets it went into or filled."""

    digest: bytes | None
    stored: list[tuple[int, int]]
    filled: list[tuple[int, int]]


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
        self._oversized: set[tuple[int, int]] = set()
        self._uncommitted: list[_Added] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, number: int) -> Entry:
        return self._entries[number]

    @property
    def oversized_buckets(self) -> int:
        """Buckets that were full when one more entry came."""
        return len(self._oversized)

    def add(self, entry: Entry, digest: bytes, keys: list[int]) -> None:
        """Add a kept block; `keys` holds one key a band, or nothing for a block without shingles."""
        number = len(self._entries)
        self._entries.append(entry)
        added = _Added(digest if digest not in self._digests else None, [], [])
        self._digests.setdefault(digest, number)
        for place in enumerate(keys):
            band, key = place
            bucket = self._tables[band].setdefault(key, [])
            if len(bucket) < self._bucket_limit:
                bucket.append(number)
                added.stored.append(place)
            elif place not in self._oversized:
                self._oversized.add(place)
                added.filled.append(place)
        self._uncommitted.append(added)

    def commit(self) -> None:
        """Keep what was added since the last commit for good."""
        self._uncommitted.clear()

    def roll_back(self) -> None:
        """Forget what was added since the last commit."""
        while self._uncommitted:
            added = self._uncommitted.pop()
            self._entries.pop()
            if added.digest is not None:
                del self._digests[added.digest]
            for band, key in added.stored:
                self._tables[band][key].pop()
                if not self._tables[band][key]:
                    del self._tables[band][key]
            self._oversized.difference_update(added.filled)

    def same_digest(self, digest: bytes) -> int | None:
        """The first entry with this digest."""
        return self._digests.get(digest)

    def sharing_a_band(self, keys: list[int]) -> list[int]:
        """The entries that share a band with these keys, in order."""
        found: set[int] = set()
        for table, key in zip(self._tables, keys, strict=False):
            found.update(table.get(key, ()))
        return sorted(found)
