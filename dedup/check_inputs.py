"""Which files a check reads, and what they are called: by their names relative to the folder of the check."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dedup.compression import Opening
from dedup.errors import InputError
from dedup.file_names import portable_name
from dedup.finding import LeftOut
from dedup.formats import format_named
from dedup.ignoring import Ignored, is_hidden
from dedup.outputs import resolved
from dedup.sources import Source, find_sources, is_one_file

EXPECTED = frozenset(("hidden", "ignored", "link", "reference"))
"""Why files are left out that nobody will miss: somebody asked for it, or they are read under another name."""

TellLeftOut = Callable[[LeftOut], object]


class CheckInputs:
    """Finds the files of a check, each once, however often it is given.

    Args:
        root: The folder of the check.
        opening: How compressed files are opened.
        any_name: Whether patterns give files of any names.
        may_be_empty: Whether a folder may hold no files to read.
        leave_out: Told of what is found and is not read.
    """

    def __init__(
        self, root: Path, opening: Opening, *, any_name: bool, may_be_empty: bool, leave_out: TellLeftOut
    ) -> None:
        self._root = Path(os.path.abspath(root))  # noqa: PTH100  # links are not followed: names are those given
        self._real_root = resolved(root)
        self._opening = opening
        self._any_name = any_name
        self._may_be_empty = may_be_empty
        self._leave_out = leave_out

    def corpus(
        self, paths: Sequence[str], ignored: Ignored, reference: Iterable[Source], own: Iterable[Path]
    ) -> list[Source]:
        """The files of the corpus.

        Args:
            paths: Files, folders and patterns, or `-`. Of folders, what begins with a dot is not read.
            ignored: Files that are not read either.
            reference: Nor are these, with which the corpus is compared.
            own: Nor are these, which the check writes; they may be there or not, and nothing is said of them.

        Raises:
            InputError: As `sources.find_sources`.
        """
        apart = {resolved(source.path): "reference" for source in reference if source.path}
        apart |= dict.fromkeys(map(resolved, own), _OWN)
        return self._found(paths, ignored, apart)

    def reference(self, paths: Sequence[str]) -> list[Source]:
        """The files of a reference set.

        Raises:
            InputError: As `sources.find_sources`.
        """
        return self._found(paths, None, {})

    def would_find(self, paths: Sequence[str], ignored: Ignored | None, place: Path) -> bool:
        """Whether a file that is gone would be among those of folders that are given, if it still stood there.

        Args:
            paths: As they were given.
            ignored: Files that are not read; None for those of a reference set.
            place: Where it stood, in folders that are no links.
        """
        if format_named(place.name) is None:
            return False
        folders = [resolved(given) for given in paths if Path(given).is_dir()]
        return any(
            _unwanted(self._from_root(place), place.relative_to(folder).as_posix(), ignored) is None
            for folder in folders
            if folder in place.parents
        )

    def _found(self, paths: Sequence[str], ignored: Ignored | None, apart: Mapping[Path, str]) -> list[Source]:
        found: dict[str, Source] = {}
        for given in paths:
            for source in self._below(given, ignored):
                named = replace(source, name=self._name(source))
                other = found.setdefault(named.name, named)
                if other.path != named.path and not _is_same(other, named):
                    raise InputError(source.path or given, f"another input is called {named.name!r} as well")
                if other is not named:
                    continue
                reason = _unwanted(named.name, "" if is_one_file(given) else source.name, ignored)
                if reason is None and source.path is not None:
                    reason = apart.get(resolved(source.path))
                if reason:
                    del found[named.name]
                if reason and reason != _OWN:
                    self._leave_out(LeftOut(named.name, reason, _DETAILS[reason]))
        return self._once(list(found.values()))

    def _once(self, sources: Sequence[Source]) -> list[Source]:
        """Each file under one name: its own, if it is among them, and else the first; the others are links to it."""
        places = [None if source.path is None else resolved(source.path) for source in sources]
        chosen: dict[Path | None, Source] = {}
        for source, place in zip(sources, places, strict=True):
            if place not in chosen or (place is not None and source.name == self._from_root(place)):
                chosen[place] = source
        for source, place in zip(sources, places, strict=True):
            if chosen[place] is not source:
                self._leave_out(LeftOut(source.name, "link", _DETAILS["link"]))
        return [source for source, place in zip(sources, places, strict=True) if chosen[place] is source]

    def _below(self, given: str, ignored: Ignored | None) -> list[Source]:
        return find_sources(
            [given],
            self._opening,
            may_be_empty=self._may_be_empty,
            any_name=self._any_name,
            leave_out=lambda left: self._pass_by(left, ignored),
        )

    def _pass_by(self, left: LeftOut, ignored: Ignored | None) -> None:
        """Tell of what is no file, by its name from the folder of the check; of what is not wanted only that."""
        name = self._name(Source(left.path, left.name))
        reason = _unwanted(name, left.name, ignored)
        told = (left.reason, left.detail) if reason is None else (reason, _DETAILS[reason])
        self._leave_out(LeftOut(name, *told))

    def _name(self, source: Source) -> str:
        if source.path is None:
            return source.name
        path = Path(os.path.abspath(source.path))  # noqa: PTH100  # as above
        if self._root in path.parents:
            return portable_name(path.relative_to(self._root).as_posix())
        return self._from_root(resolved(path.parent) / path.name)

    def _from_root(self, place: Path) -> str:
        """The name of a file that stands anywhere, in folders that are no links."""
        return portable_name(Path(os.path.relpath(place, self._real_root)).as_posix())


_OWN = "own"
_DETAILS = {
    "hidden": "its name, or that of a folder it is in, begins with a dot: give that as an input of its own",
    "ignored": "it is to be ignored",
    "link": "it is a link to a file that is read already",
    "reference": "it is part of the reference set",
}


def _unwanted(name: str, below: str, ignored: Ignored | None) -> str | None:
    """Why a file of this name is not read, if it is not; `below` is its name in the folder that was given, if one was.
    Without patterns everything is wanted.
    """
    if ignored is None:
        return None
    if below and is_hidden(below):
        return "hidden"
    return "ignored" if name in ignored else None


def _is_same(a: Source, b: Source) -> bool:
    return a.path is not None and b.path is not None and resolved(a.path) == resolved(b.path)
