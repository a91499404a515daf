"""Which files changed since a git ref."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dedup.errors import SettingsError

_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""Variables that git sets where it runs hooks. With them the folder that git is run in would be taken for the top."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Which files changed.

    Attributes:
        top: The top of the repository, without links.
        names: Files that changed, and repositories inside of this one, relative to it.
        former: What files that were only renamed were called, by their names now; they are not among `names`.
    """

    top: Path
    names: frozenset[str]
    former: Mapping[str, str]

    def __contains__(self, path: object) -> bool:
        """Whether a file changed, or a link that leads to it. One of which git knows nothing, for it stands outside of
        the repository, may have: it counts.
        """
        given = Path(os.path.abspath(str(path)))  # noqa: PTH100  # the link itself may be what changed
        places = {Path(os.path.realpath(given.parent), given.name), Path(os.path.realpath(given))}
        return any(self._has_changed(place) for place in places)

    def former_path(self, path: Path) -> Path | None:
        """Where a file was that is another one by its name only, and where it stands."""
        place = Path(os.path.realpath(path))
        former = self.former.get(place.relative_to(self.top).as_posix()) if self.top in place.parents else None
        return None if former is None else self.top / former

    def _has_changed(self, place: Path) -> bool:
        if self.top not in place.parents:
            return True
        name = place.relative_to(self.top)
        return any(each.as_posix() in self.names for each in (name, *name.parents))


def changed_since(ref: str, folder: Path) -> Changed:
    """The files of a repository that are another than where this branch left `ref`, or were not there. What is not
    committed counts, and so do files that git does not know yet and is not told to ignore. A file that was only renamed
    has not changed. Of repositories inside of this one, submodules or not, all files have if anything has.

    Args:
        ref: A branch, tag or commit.
        folder: Any folder of a git repository.

    Raises:
        SettingsError: If there is no git, no repository, no such ref, or no commit in common with it.
    """
    commit = _git(ref, folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    base = _git(ref, folder, "merge-base", commit.decode().strip(), "HEAD").decode().strip()
    top = Path(os.path.realpath(os.fsdecode(_git(ref, folder, "rev-parse", "--show-toplevel").removesuffix(b"\n"))))
    options = ("--no-ext-diff", "--ignore-submodules=none", "--find-renames", "--diff-filter=d", "--name-status", "-z")
    changed, former = _changed(_git(ref, top, "diff", *options, base, "--").split(b"\0"))
    unknown = _git(ref, top, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    names = frozenset(os.fsdecode(name.rstrip(b"/")) for name in (*changed, *unknown) if name)
    return Changed(top, names, {os.fsdecode(name): os.fsdecode(before) for name, before in former.items()})


def _changed(fields: list[bytes]) -> tuple[list[bytes], dict[bytes, bytes]]:
    """Names out of what `git diff --name-status -z` says (a status and a name, or two for what was renamed): of what
    changed; and of what was only renamed, with the names before.
    """
    changed: list[bytes] = []
    former: dict[bytes, bytes] = {}
    rest = iter(fields)
    for status in rest:
        if not status:
            break
        name = next(rest)
        if status[:1] in (b"R", b"C"):
            before, name = name, next(rest)
            if status == b"R100":
                former[name] = before
                continue
        changed.append(name)
    return changed, former


def _git(ref: str, folder: Path, *command: str) -> bytes:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
    try:
        ended = subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *command],  # noqa: S607
            capture_output=True,
            check=False,
            env=environment,
        )
    except OSError as error:
        raise SettingsError("changed_since", ref, f"git cannot be run: {error.strerror or error}") from error
    if ended.returncode == 0:
        return ended.stdout
    said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    raise SettingsError("changed_since", ref, _remedy(command[0], said[-1] if said else ""))


def _remedy(command: str, said: str) -> str:
    if command == "merge-base" and not said:
        return "it has no commit in common with this branch: a shallow clone needs more of the history (fetch-depth: 0)"
    if command == "rev-parse" and not said:
        return "git knows no such commit, branch or tag here: fetch it first, or check its name"
    return f"git {command} says: {said}"
