"""What `dedup check` finds: places of repeated text, how many there are, and what was said about them.

Frozen records, made like those of `records.py`. Names of files are portable ones (see `file_names`), relative to the
folder of the check, with `/`; texts and names are as they came, so that whoever prints them makes them harmless.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from dedup.records import Kind
from dedup.settings import Settings

Rule: TypeAlias = Literal["duplicate", "overlap"]
"""`duplicate`: text that stands in the corpus already. `overlap`: text of the reference set that stands in it."""

Level: TypeAlias = Literal["error", "warning", "note"]
"""`error`: it counts towards a limit that is exceeded. `warning`: limits allow it. `note`: the baseline knows it."""

EXCERPT = 100
"""Characters of an excerpt at most."""


class Location(Struct, frozen=True, gc=False):
    """Where a text stands.

    Attributes:
        file: The file's name.
        document: Id of the document.
        start: First character, in the document's text.
        end: One past its last character.
        record: Number of the record in the file, from 1; None where the file is one document.
        line: First line in the file, decompressed, from 1. Where a record is a line or some lines, that of the record;
            None in formats without lines.
        column: Column of the first character there, from 1, in characters; None where a file is not one document.
        end_line: Line of its last character; like `line` where a record is a line.
        end_column: One past the column of its last character, None like `column`.
    """

    file: str
    document: str
    start: int
    end: int
    record: int | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


class Finding(Struct, frozen=True, gc=False):
    """One repeated text: a merge that was not made.

    Attributes:
        rule: Which rule it breaks.
        level: What it means for the check.
        at: Where to look: the copy that would go; or the one that would stay, if only that is new or in a changed file.
        other: The other copy; that of the reference set, if it is an overlap.
        is_canonical: Whether `at` is the copy that would stay.
        kind: `exact` (the same tokens) or `near`.
        similarity: Exact Jaccard similarity, 0..1, as in `records.Merge`.
        containment: Share of the duplicate's shingles that stand in the canonical, 0..1.
        novel: Tokens of the duplicate that the canonical does not account for.
        tokens: Tokens of the duplicate.
        fingerprint: Of the text that would stay: 32 hexadecimal digits. Equal tokens have equal ones, wherever they
            stand; an allow-list names them.
        copy: Which of the copies of this text `at` is, from 1; the one that would stay is 1. Fingerprint and copy
            together tell findings apart, and stay the same when text is moved.
        copies: How many copies of it there are.
        is_new: Whether the baseline does not know it; None without a baseline.
        excerpt: The beginning of the text at `at`, on one line, at most `EXCERPT` characters.
    """

    rule: Rule
    level: Level
    at: Location
    other: Location
    is_canonical: bool
    kind: Kind
    similarity: float
    containment: float
    novel: int
    tokens: int
    fingerprint: str
    copy: int
    copies: int
    is_new: bool | None
    excerpt: str

    @property
    def characters(self) -> int:
        """Characters of the copy at `at`."""
        return self.at.end - self.at.start


class Limits(Struct, frozen=True, kw_only=True):
    """How much a corpus may repeat itself. An overlap with the reference set is never allowed.

    Attributes:
        max_duplicates: Duplicates; None for any number.
        max_duplicate_ratio: Share of the characters that is in duplicates, 0..1; None for any.
        fail_on_new: Whether duplicates that the baseline does not know are too many.
    """

    max_duplicates: int | None = None
    max_duplicate_ratio: float | None = None
    fail_on_new: bool = False


class Totals(Struct, frozen=True, kw_only=True):
    """How much there is of everything.

    Attributes:
        files: Files that were read, those of the reference set left aside.
        documents: Documents in them.
        characters: Characters in those that are compared; only of changed files if only these are reported on.
        duplicates: Findings of rule `duplicate`.
        duplicate_characters: Characters that are in one of them (at `at`), each counted once.
        new: How many of them the baseline does not know; None without a baseline.
        gone: Copies that the baseline has and that are none any more; None without a baseline.
        overlaps: Findings of rule `overlap`.
        allowed: Findings that are not reported because the allow-list has them.
        unchanged: Findings that are not reported because they are in no changed file.
        revisits: Documents that came again under the same id; they are no duplicates.
        skipped: Records that could not be read, by reason.
        left_out: What was found beside the inputs and not read at all, by reason.
    """

    files: int
    documents: int
    characters: int
    duplicates: int
    duplicate_characters: int
    new: int | None = None
    gone: int | None = None
    overlaps: int = 0
    allowed: int = 0
    unchanged: int = 0
    revisits: int = 0
    skipped: Mapping[str, int] = {}
    left_out: Mapping[str, int] = {}

    @property
    def duplicate_ratio(self) -> float:
        """Share of the characters that is in duplicates, 0..1."""
        return self.duplicate_characters / self.characters if self.characters else 0.0


class Checked(Struct, frozen=True, kw_only=True):
    """The end of a check: what every report is made of.

    Attributes:
        findings: In the order of files and characters of `at`.
        totals: How many there are.
        limits: What was allowed.
        failures: A sentence for every limit that is exceeded, without a full stop; none if the check is passed. Texts
            and names of inputs are not in them.
        files: The files that were read, in order; only changed ones if only these are reported on.
        settings: How texts were compared.
        changed_since: The git ref since which files changed that are reported on; None for all files.
        looks_inside: Whether duplicates were looked for, and not only overlaps with a reference set.
    """

    findings: tuple[Finding, ...]
    totals: Totals
    limits: Limits
    failures: tuple[str, ...]
    files: tuple[str, ...]
    settings: Settings
    changed_since: str | None = None
    looks_inside: bool = True

    @property
    def has_passed(self) -> bool:
        """Whether no limit is exceeded."""
        return not self.failures
