"""The keep rules: which copy of a text is canonical.

A rule gives every document a mark. Documents are gone through in the order of their marks, ties in the order of the
input, and of all copies the first one met stays. So a rule is a mark, and whether larger marks come first:

    first                        no marks: the order of the input
    last                         the position in the input, larger first
    longest                      characters of the text, larger first
    max:FIELD, min:FIELD         the value of a field, larger or smaller first: numbers, then strings
    prefer:FIELD=VALUE,VALUE     the place of a field's value in the list, smaller first

Documents without a mark, for they lack the field or have another value there, come last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from dedup.errors import SettingsError

FIRST = "first"
"""The rule under which documents are gone through as they come."""

_PLAIN = (FIRST, "last", "longest")
_REMEDY = "choose first, last, longest, max:FIELD, min:FIELD or prefer:FIELD=VALUE,VALUE"


@dataclass(frozen=True, slots=True)
class KeepRule:
    """A keep rule.

    Attributes:
        text: As it was written.
        name: What it begins with: `first`, `last`, `longest`, `max`, `min` or `prefer`.
        field: The field of the document that it looks at, if any.
        values: Of `prefer`: the values, the best first.
    """

    text: str
    name: str
    field: str | None = None
    values: tuple[str, ...] = ()

    @property
    def prefers_larger(self) -> bool:
        """Whether documents with larger marks come first."""
        return self.name in ("last", "longest", "max")

    def mark(self, number: int, length: int, value: float | str | None) -> float | str | None:
        """The mark of a document.

        Args:
            number: Its position in the input.
            length: Characters of its text.
            value: Of its field, as `plain_value` has it.
        """
        if self.name == "last":
            return number
        if self.name == "longest":
            return length
        if self.name == "prefer" and value is not None:
            return self.values.index(str(value)) if str(value) in self.values else None
        return value


def parse_keep_rule(given: object) -> KeepRule:
    """A rule from how it is written.

    Raises:
        SettingsError: If it is none.
    """
    if not isinstance(given, str):
        raise SettingsError("keep", given, _REMEDY)
    if given in _PLAIN:
        return KeepRule(given, given)
    name, _, rest = given.partition(":")
    if name in ("max", "min") and rest:
        return KeepRule(given, name, rest)
    field, _, listed = rest.partition("=")
    if name != "prefer" or not field:
        raise SettingsError("keep", given, _REMEDY)
    values = tuple(listed.split(","))
    if "" in values or len(set(values)) < len(values):
        raise SettingsError("keep", given, "list the values, the best first, each once: prefer:FIELD=VALUE,VALUE")
    return KeepRule(given, name, field, values)


def plain_value(value: object) -> float | str | None:
    """The value of a field, as far as it has an order: a number (true is 1, false is 0) or a string, else None."""
    if isinstance(value, str):
        return value
    if not isinstance(value, (int, float)) or math.isnan(value):
        return None
    return int(value) if isinstance(value, bool) else value
