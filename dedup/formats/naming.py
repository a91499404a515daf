"""The names of columns, and what to say where one is missing."""

from __future__ import annotations

from collections.abc import Sequence

from dedup.formats.base import UnreadableError


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
    from difflib import get_close_matches  # noqa: PLC0415  # only where something is wrong

    near = get_close_matches(name.lower(), [found.lower() for found in names], 1, 0.5)
    meant = next((found for found in names if near and found.lower() == near[0]), None)
    listed = "there are " + (", ".join(names) or "none")
    return listed if meant is None else f"{listed}; did you mean {meant!r}?"
