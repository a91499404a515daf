"""The records of a run that could not be read, and whether they are too many to go on as if nothing was wrong."""

from __future__ import annotations

from msgspec import Struct, field

from dedup.errors import InputError
from dedup.formats.base import NO_TEXT_FIELD, Record

_MOST_WITHOUT_TEXT = 0.5  # of all records
_LEAST_RECORDS = 10  # fewer show nothing


class Skips(Struct):
    """Records that could not be read, and what is not read at all.

    Attributes:
        counts: How many, by reason.
        first: Place and detail of the first one, by reason.
        meant: Fields that records without a text have one in, and how many of them.
        left_out: How much of what was found is no input, by reason.
    """

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, tuple[str, str]] = field(default_factory=dict)
    meant: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, record: Record) -> None:
        """A record of an input of this name."""
        self.counts[record.skipped] = self.counts.get(record.skipped, 0) + 1
        self.first.setdefault(record.skipped, (record.place(name), record.detail))
        if record.meant:
            self.meant[record.meant] = self.meant.get(record.meant, 0) + 1

    def leave_out(self, reason: str) -> None:
        """Something that was found and is not read at all: nobody knows whether it holds records."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1

    def check(self, documents: int) -> None:
        """Refuse a run that read nothing, or has the wrong name for the field of texts.

        Args:
            documents: How many records could be read.

        Raises:
            InputError: With the first record that could not be read, and what to do.
        """
        skipped = sum(self.counts.values())
        if documents == 0 and self.first:
            place, detail = next(iter(self.first.values()))
            counted = f"not one of {skipped:,} records could be read"
            raise InputError(place, f"{detail}; {counted}: {self._remedy('check --input-format and --text-field')}")
        missing = self.counts.get(NO_TEXT_FIELD, 0)
        if documents + skipped >= _LEAST_RECORDS and missing > _MOST_WITHOUT_TEXT * (documents + skipped):
            place, detail = self.first[NO_TEXT_FIELD]
            counted = f"so it is in {missing:,} of {documents + skipped:,} records"
            raise InputError(place, f"{detail}; {counted}: {self._remedy('check --text-field')}")

    def _remedy(self, otherwise: str) -> str:
        """The field that most records without a text have one in."""
        if not self.meant:
            return otherwise
        return f"did you mean --text-field {max(self.meant, key=self.meant.__getitem__)}?"
