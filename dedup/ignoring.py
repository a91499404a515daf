"""Patterns of files that a check does not read."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from dedup.errors import SettingsError
from dedup.file_names import portable_name

_ANY_FOLDERS = "**"


class Ignored:
    """Which names are to be ignored.

    A pattern with a slash stands for a name, relative to the folder of the check, or for a folder above it; one without
    for any part of a name, wherever it is. `*`, `?` and `[...]` stand for characters of one part, `**` for any folders,
    none included.

    Args:
        patterns: The patterns.

    Raises:
        SettingsError: If one cannot match anything.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._parts = [_parts(pattern) for pattern in patterns]

    def __contains__(self, name: str) -> bool:
        parts = name.split("/")
        return any(_covers(pattern, parts) for pattern in self._parts)


def is_hidden(name: str) -> bool:
    """Whether a name, or a folder in it, begins with a dot."""
    return any(part.startswith(".") for part in name.split("/"))


def _parts(pattern: str) -> list[str]:
    parts = portable_name(pattern).rstrip("/").removeprefix("./").split("/")
    if "" in parts or "." in parts or ".." in parts:
        remedy = "give a name, or a pattern, relative to the folder of the check, as docs/generated or *.min.txt"
        raise SettingsError("ignore", pattern, remedy)
    if any(part.count("[") > part.count("]") for part in parts):
        raise SettingsError("ignore", pattern, "'[' is never closed; '[[]' stands for itself")
    return parts if len(parts) > 1 else [_ANY_FOLDERS, *parts]


def _covers(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether a pattern matches the beginning of a name: all of it, or a folder above it.

    In one pass over the pattern, whatever it is: which numbers of parts it can have matched so far.
    """
    matched = {0}
    for own in pattern:
        if own == _ANY_FOLDERS:
            matched = set(range(min(matched), len(parts) + 1))
        else:
            matched = {n + 1 for n in matched if n < len(parts) and fnmatchcase(parts[n], own)}
        if not matched:
            return False
    return True
