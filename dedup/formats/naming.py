"""The names of columns, and what to say where one is missing."""

from __future__ import annotations

from collections.abc import Sequence

from dedup.formats.base import UnreadableError
from dedup.nearest import nearest


def column_of(names: Sequence[str], name: str, *, line: int | None = None) -> int:
    """The place of a column.

    Raises:
        UnreadableError: If there is none of that name, or more than one.
    """
    if names.count(name) == 1:
        return names.index(name)
    if name in names:
        raise UnreadableError(f"column {name!r} stands there twice", line=line)
    raise UnreadableError(f"no column {name!r}; {there_are(names, name)}: check --text-field", line=line)


def there_are(names: Sequence[str], name: str) -> str:
    """Which names there are, and which of them may have been meant."""
    meant = nearest(name, names)
    listed = "there are " + (", ".join(names) or "none")
    return listed if meant is None else f"{listed}; did you mean {meant!r}?"
