"""Which files lie below a folder or match a pattern.

Links to folders are not followed, so that a loop of them has an end, and what is no regular file is not opened: both
are left out, and said to be.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path, PurePath

from dedup.errors import InputError
from dedup.file_names import portable_name

_MAGIC = frozenset("*?[")
_ANY_FOLDERS = "**"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was found and is not read.

    Attributes:
        name: What it is called, relative to where files were looked for, as a portable name (see `file_names`).
        reason: Why, as a short name.
        detail: What exactly it is, and what to do, for people.
        path: Where it is; None for what is nowhere.
    """

    name: str
    reason: str
    detail: str
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        folder: Where files were looked for: all are named relative to it.
        files: Names of files, portable ones, sorted.
        left_out: What is not read, sorted by name.
    """

    folder: Path
    files: list[str]
    left_out: list[LeftOut]


class _Search:
    """What was found so far.

    Args:
        folder: Where files are looked for.
        is_wanted: Which names of files are.
    """

    def __init__(self, folder: Path, is_wanted: Callable[[str], bool]) -> None:
        self.folder = folder
        self._is_wanted = is_wanted
        self._files: set[str] = set()
        self._left_out: dict[str, LeftOut] = {}

    def add(self, path: Path) -> None:
        """Take what is no folder, if its name is wanted."""
        if not self._is_wanted(path.name):
            return
        name = self._name(path)
        if path.is_file():
            self._files.add(name)
        else:
            detail = "neither a file nor a folder, or a link that leads nowhere"
            self._left_out[name] = LeftOut(name, "special-file", detail, path)

    def add_link(self, path: Path) -> None:
        """Take a link to a folder."""
        name = self._name(path)
        detail = "a link to a folder is not followed: give that folder as an input of its own"
        self._left_out[name] = LeftOut(name, "linked-folder", detail, path)

    def _name(self, path: Path) -> str:
        return portable_name(path.relative_to(self.folder).as_posix())

    def result(self) -> Found:
        """Everything that was found."""
        return Found(self.folder, sorted(self._files), [self._left_out[name] for name in sorted(self._left_out)])


def files_below(folder: Path, is_wanted: Callable[[str], bool]) -> Found:
    """All files in a folder and in those below it whose names are wanted.

    Raises:
        InputError: If a folder cannot be read.
    """
    search = _Search(folder, is_wanted)
    waiting = [folder]
    while waiting:
        for path, is_folder in _entries(waiting.pop(), folder):
            if is_folder:
                waiting.append(path)
            elif path.is_symlink() and path.is_dir():
                search.add_link(path)
            else:
                search.add(path)
    return search.result()


def is_pattern(given: str) -> bool:
    """Whether an input that does not exist is a pattern."""
    return not _MAGIC.isdisjoint(given)


def files_matching(pattern: str, is_wanted: Callable[[str], bool]) -> Found:
    """All files that match a pattern as shells have it and whose names are wanted.

    `*`, `?` and `[...]` stand for characters inside of a name, `**` for any folders, none included. What begins with a
    dot matches only what does so as well. Files are named from the last folder before the first of these signs.

    Raises:
        InputError: If a folder cannot be read, or `..` stands behind such a sign.
    """
    parts = PurePath(pattern).parts
    begin = tuple(takewhile(lambda part: not is_pattern(part), parts))
    rest = parts[len(begin) :]
    if ".." in rest:
        raise InputError(pattern, "'..' cannot stand behind a folder that is not known")
    search = _Search(Path(*begin), is_wanted)
    waiting = [(search.folder, (*rest, "*") if rest[-1] == _ANY_FOLDERS else rest)] if search.folder.is_dir() else []
    seen = set(waiting)
    while waiting:
        for further in _step(search, *waiting.pop()):
            if further not in seen:
                seen.add(further)
                waiting.append(further)
    return search.result()


_Waiting = tuple[Path, tuple[str, ...]]


def _step(search: _Search, folder: Path, parts: tuple[str, ...]) -> list[_Waiting]:
    """Look through one folder for what matches the first part; which folders to look through for the others."""
    first, rest = parts[0], parts[1:]
    further = [(folder, rest)] if first == _ANY_FOLDERS else []
    for path, is_folder in _entries(folder, search.folder):
        if path.name.startswith(".") and not first.startswith("."):
            continue
        if first == _ANY_FOLDERS:
            if is_folder:
                further.append((path, parts))
            elif path.is_symlink() and path.is_dir():
                search.add_link(path)
        elif fnmatchcase(portable_name(path.name), portable_name(first)):
            if rest:
                further += [(path, rest)] if path.is_dir() else []
            elif not path.is_dir():
                search.add(path)
    return further


def _entries(folder: Path, top: Path) -> list[tuple[Path, bool]]:
    """What is in a folder, and of each whether it is a folder itself, and no link to one. Nothing is in one below the
    top that is gone by now, as programs in the background make and remove some.
    """
    try:
        with os.scandir(folder) as entries:
            return [(folder / entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError as error:
        if isinstance(error, FileNotFoundError) and folder != top:
            return []
        raise InputError(folder, error.strerror or str(error)) from error
