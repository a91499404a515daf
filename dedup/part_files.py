"""Files that are written beside their places, and which of them a run that was killed has left there.

A part file is called `.LABEL.TOKEN.part` (see `label_of`); all those of a run have the same token, and in each folder
the first of them is locked as long as the run lives.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from dedup.locking import lock

_PART = re.compile(r"\.(?P<label>.+)\.(?P<token>[0-9a-f]{12})\.part", re.DOTALL)
_LONGEST_LABEL = 100  # bytes; a name may have 255 on most systems, and 143 where they are encrypted
_CUT = 76  # bytes of a longer name; with the digest the label has more than 100, and is no name that is its own label
_MOST_HELD = 200  # files that stay open: most systems allow a process 1024, some 256


class PartFiles:
    """The part files of a run.

    In more than 200 folders locks are held in the first of them only: a second run that writes the same outputs takes
    part files in the others for left ones, and the first run fails at its end.
    """

    def __init__(self) -> None:
        self._token = secrets.token_hex(6)
        self._held: dict[Path, int] = {}  # a locked file in each folder
        self._found: dict[Path, dict[str, set[str]]] = {}  # labels of outputs by token, in each folder
        self._in_use: dict[tuple[Path, str], bool] = {}

    def beside(self, path: Path) -> Path:
        """The part file of an output."""
        return path.with_name(_part(label_of(path), self._token))

    def begin(self, path: Path) -> BinaryIO:
        """Make the part file of an output, and remove those that killed runs left beside it.

        Raises:
            OSError: If it cannot be made.
        """
        self.remove_left(path)
        while True:
            # not tempfile: its files are private, these get the permissions that every new file gets
            stream = os.fdopen(os.open(self.beside(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb")
            is_locked = lock(stream.fileno(), wait=True)
            if os.fstat(stream.fileno()).st_nlink:
                break
            stream.close()  # before it was locked another run took it for a left one
        if is_locked and path.parent not in self._held and len(self._held) < _MOST_HELD:
            self._held[path.parent] = os.dup(stream.fileno())
        return stream

    def close(self) -> None:
        """Hold no locks any more."""
        while self._held:
            os.close(self._held.popitem()[1])

    def remove_left(self, path: Path) -> None:
        """Remove what killed runs left beside an output."""
        folder, label = path.parent, label_of(path)
        if folder not in self._found:
            self._found[folder] = _tokens_in(folder)
        for token, labels in self._found[folder].items():
            if label in labels and not self._is_in_use(folder, token):
                _remove_unless_held(folder / _part(label, token))

    def _is_in_use(self, folder: Path, token: str) -> bool:
        """Whether a run lives that has made several part files there."""
        if (folder, token) not in self._in_use:
            labels = self._found[folder][token]
            self._in_use[folder, token] = len(labels) > 1 and any(
                _is_held(folder / _part(label, token)) for label in labels
            )
        return self._in_use[folder, token]


def label_of(path: Path) -> str:
    """What an output is called in the name of an unfinished one: its name, or the beginning of it and its digest.

    So an unfinished output can have a name where its output can. No two outputs in a folder have the same label.
    """
    name = os.fsencode(path.name)
    if len(name) <= _LONGEST_LABEL:
        return path.name
    begin = path.name[:_CUT]
    while len(os.fsencode(begin)) > _CUT:
        begin = begin[:-1]
    return f"{begin}~{hashlib.blake2b(name, digest_size=16).hexdigest()}"


def _part(label: str, token: str) -> str:
    return f".{label}.{token}.part"


def _tokens_in(folder: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    with suppress(OSError):
        for match in _parts_in(folder):
            found.setdefault(match["token"], set()).add(match["label"])
    return found


def _parts_in(folder: Path) -> Iterator[re.Match[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            match = _PART.fullmatch(entry.name)
            if match and entry.is_file(follow_symlinks=False):
                yield match


def _is_held(part: Path) -> bool:
    """Whether a part file is being written, or nobody can tell."""
    try:
        with part.open("r+b") as stream:
            return not lock(stream.fileno())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _remove_unless_held(part: Path) -> None:
    with suppress(OSError), part.open("r+b") as stream:
        if lock(stream.fileno()):
            part.unlink()
