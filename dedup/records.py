"""What flows through the library: frozen records without behaviour of their own beyond arithmetic on spans.

They are `msgspec.Struct`s, used as frozen dataclasses are (`msgspec.structs.replace` makes a changed copy): millions of
them are made in a run, and a frozen dataclass takes ten times as long to make. As nothing in them can refer back to
them, the collector of reference cycles need not look at them.

The offset rule, stated once: offsets are half-open ranges of characters (Unicode code points) of a document's
original text, before any normalisation.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct, field

Kind: TypeAlias = Literal["exact", "near"]
FoundBy: TypeAlias = Literal["digest", "bands", "fingerprints"]


def utf8(text: str) -> bytes:
    """A text's UTF-8 bytes; lone surrogates as UTF-8 would write them."""
    return text.encode("utf-8", "surrogatepass")


def text_digest(encoded: bytes) -> str:
    """BLAKE2b, 16 bytes, of a text's UTF-8 bytes, in hexadecimal: a hash that nobody can make collide."""
    return hashlib.blake2b(encoded, digest_size=16).hexdigest()


def _no_fields() -> Mapping[str, object]:
    return MappingProxyType({})


class Span(NamedTuple):
    """A half-open range `[start, end)` of characters. A tuple, so that arrays of spans are made of spans."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Characters in the span."""
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether both share at least one character."""
        return self.start < other.end and other.start < self.end

    def overlaps_any(self, others: Sequence[Span]) -> bool:
        """Whether this overlaps one of some spans, which are in order and apart."""
        place = bisect_left(others, Span(self.end, self.end))
        return place > 0 and others[place - 1].overlaps(self)


class Document(Struct, frozen=True, gc=False):
    """A text to be cleaned.

    Attributes:
        id: Tells documents apart. The same id with the same text again is a revisit.
        text: The text, in any script, with any line ends.
        fields: Whatever else came with it; passed through untouched.
    """

    id: str
    text: str
    fields: Mapping[str, object] = field(default_factory=_no_fields)


class Place(Struct, frozen=True, gc=False):
    """A span of a document: where a kept copy stands.

    Attributes:
        document: The document's id.
        record: Its position in the input, from 0, where an earlier document had the same id; else None.
        start: First character.
        end: One past the last character.
    """

    document: str
    record: int | None
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The place without its document."""
        return Span(self.start, self.end)


class Edit(Struct, frozen=True, gc=False):
    """Where a near-duplicate says something else than the copy that is kept.

    Attributes:
        span: In the duplicate's document; empty where only the kept copy has words.
        canonical: In the kept copy's document; empty where only the duplicate had words.
        text: What the duplicate said, so that nothing is dropped unseen.
    """

    span: Span
    canonical: Span
    text: str


class Merge(Struct, frozen=True, gc=False):
    """One duplicate span and the kept span that stands for it: the unit of the report.

    Attributes:
        document: Id of the document that held the duplicate.
        record: Position of that document in the input, where its id was not new; else None.
        start: First character that was cut.
        end: One past the last character that was cut.
        canonical: The kept copy. It stands in kept text.
        kind: `exact` (the same tokens) or `near`. Punctuation, symbols and white space are not compared.
        similarity: Exact Jaccard similarity, 0..1, of the shingle sets of the two spans. Where a near-duplicate takes
            several merges, because a text in the middle of it or of its copy went elsewhere, it reached the threshold
            as a whole, and a part may lie below.
        containment: Share, 0..1, of the duplicate's shingles that stand in the canonical.
        found_by: What proposed the pair: the `digest` of all tokens, the `bands` of the MinHash signature, or
            `fingerprints` of runs of tokens.
        novel: Tokens of the duplicate that the canonical does not account for.
        edits: Where the two differ, in order.
        restore: The characters that were cut, as pieces: spans of the canonical's document, and literal text.
        kept_because: Why the kept copy was preferred: the keep rule, as set, if it ranks the kept copy's document above
            this one; `first` if it does not tell them apart, or they are one document, so that the first copy stays.
            "" where `keep` is `first`, or one text was cleaned alone.
    """

    document: str
    record: int | None
    start: int
    end: int
    canonical: Place
    kind: Kind
    similarity: float
    containment: float
    found_by: FoundBy
    novel: int
    edits: tuple[Edit, ...]
    restore: tuple[Span | str, ...]
    kept_because: str = ""

    @property
    def span(self) -> Span:
        """What was cut."""
        return Span(self.start, self.end)


class Draft(Struct, frozen=True, gc=False):
    """A merge before it is known which white space goes with it; see `Merge` for the fields."""

    core: Span
    canonical: Span
    kind: Kind
    similarity: float
    containment: float
    novel: int
    edits: tuple[Edit, ...]
    restore: tuple[Span | str, ...]


class Cleaned(Struct, frozen=True, gc=False):
    """A document after cleaning.

    Attributes:
        id: The document's id.
        record: Its position in the input, from 0.
        text: The text without its duplicates.
        merges: What was cut, in order of position.
        fields: The document's other fields, untouched.
        blocks: How many blocks were compared or left alone.
        repeats_id: Whether an earlier document had the same id.
        revisit: Whether a document gone through before had the same id and the same text; it is then cleaned alike.
        digest: BLAKE2b of the original text's UTF-8 bytes, in hexadecimal, to check it when it is restored; "" if
            unknown.
    """

    id: str
    record: int
    text: str
    merges: tuple[Merge, ...]
    fields: Mapping[str, object] = field(default_factory=_no_fields)
    blocks: int = 0
    repeats_id: bool = False
    revisit: bool = False
    digest: str = ""

    @property
    def key(self) -> tuple[str, int | None]:
        """What tells the document apart in a report: its id, and its position where the id is not new."""
        return self.id, self.record if self.repeats_id else None

    @property
    def is_empty(self) -> bool:
        """Whether merging left nothing but white space."""
        return bool(self.merges) and (not self.text or self.text.isspace())

    @property
    def removed(self) -> int:
        """Characters that were cut."""
        return sum(merge.end - merge.start for merge in self.merges)


class Match(Struct, frozen=True, gc=False):
    """A candidate after exact verification.

    Attributes:
        entry: The candidate's number in the index.
        similarity: Exact Jaccard similarity of the shingle sets, 0..1.
        found_by: What proposed it.
    """

    entry: int
    similarity: float
    found_by: FoundBy


class Duplicate(Struct, frozen=True, gc=False):
    """A document that, as a whole, nearly repeats another one, by default an earlier one.

    Attributes:
        document: Its id.
        record: Its position in the input, from 0.
        canonical: Id of the other document, which is kept.
        canonical_record: The other document's position.
        kind: `exact` (the same tokens) or `near`.
        similarity: Exact Jaccard similarity of the shingle sets, 0..1.
        found_by: What proposed the pair.
        kept_because: As in `Merge`.
    """

    document: str
    record: int
    canonical: str
    canonical_record: int
    kind: Kind
    similarity: float
    found_by: FoundBy
    kept_because: str = ""


class Summary(Struct, frozen=True, gc=False):
    """The books of a run: what went in is what was kept and what was removed (R7).

    Attributes:
        documents: Documents cleaned.
        revisits: Of these, documents whose id and text had been seen before.
        emptied: Of these, documents of which nothing but white space was left.
        blocks: Blocks they were split into.
        exact: Merges of equal tokens.
        near: Merges of nearly equal ones.
        characters: Characters that went in.
        kept: Characters that were kept.
        removed: Characters that were cut.
        oversized_buckets: LSH buckets that were full, and stood for more blocks than they hold.
        capped_fingerprints: Places of fingerprints that were not remembered, for theirs had too many already.
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
