"""The order in which a keep rule goes through documents."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from dedup.errors import SettingsError
from dedup.keep_rules import KeepRule, plain_value


@dataclass(frozen=True, slots=True)
class Order:
    """The order of some documents.

    Attributes:
        numbers: Their positions in the input, in the order in which they are gone through.
        ranks: By position in the input: their ranks, from 0, the best; documents that tie have the same.
    """

    numbers: Sequence[int]
    ranks: Sequence[int]


class Ranking:
    """Takes documents in the order of the input. What a rule looks at stays in memory until the order is known.

    Args:
        rule: The rule.
    """

    def __init__(self, rule: KeepRule) -> None:
        self._rule = rule
        self._marks: list[float | str | None] = []
        self._has_values = False

    def add(self, length: int, value: object = None) -> None:
        """One more document: the characters of its text, and the value of the rule's field, None without one."""
        plain = plain_value(value)
        self._has_values = self._has_values or plain is not None
        self._marks.append(self._rule.mark(len(self._marks), length, plain))

    def order(self) -> Order:
        """The order of all documents so far.

        Raises:
            SettingsError: If the rule looks at a field and not one document has it.
        """
        if self._rule.field is not None and self._marks and not self._has_values:
            remedy = f"not one document has a number or a string in the field {self._rule.field!r}"
            raise SettingsError("keep", self._rule.text, remedy)
        ranks = array("q", bytes(8 * len(self._marks)))
        numbers = array("q")
        for rank, tied in enumerate(self._ties()):
            numbers.extend(tied)
            for number in tied:
                ranks[number] = rank
        return Order(numbers, ranks)

    def _ties(self) -> Iterator[list[int]]:
        """Documents with equal marks, the best first; those without one last."""
        marks = self._marks
        # A number and a string cannot be compared. Sorting is stable, in either direction.
        for kind in ((int, float), str):
            of_kind = [number for number, mark in enumerate(marks) if isinstance(mark, kind)]
            of_kind.sort(key=marks.__getitem__, reverse=self._rule.prefers_larger)  # type: ignore[arg-type]  # one kind
            yield from (list(tied) for _, tied in groupby(of_kind, key=marks.__getitem__))
        yield [number for number, mark in enumerate(marks) if mark is None]
