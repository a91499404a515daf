"""What is raised where a record cannot be read, and the record is skipped."""

from __future__ import annotations


class SkippedError(Exception):
    """A record holds no text that can be read.

    Attributes:
        reason: Why, as a short name by which such records are counted.
        detail: What exactly is wrong, for people.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
