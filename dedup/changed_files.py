"""Which files are the same as at a git ref; all others have changed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from dedup.errors import SettingsError

_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""Variables that git sets where it runs hooks. With them the folder that git is run in would be taken for the top."""


class Unchanged:
    """The files that are the same, under the same names, as where this branch left `ref`.

    All others have changed: files with changes that are committed or not, new ones, those that git is told to ignore,
    and those outside of the repository, of which it knows nothing. Of a submodule all files have if anything has.

    Args:
        ref: A branch, tag or commit.
        folder: A folder of the repository.

    Raises:
        SettingsError: If there is no git, no repository, no such ref, or no commit in common with it.
    """

    def __init__(self, ref: str, folder: Path) -> None:
        self._ref = ref
        self._folder = folder
        commit = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}").strip()
        base = self._git("merge-base", commit.decode(), "HEAD").decode().strip()
        top = os.fsdecode(self._git("rev-parse", "--show-toplevel").removesuffix(b"\n"))
        self._top = Path(os.path.realpath(top))
        options = ("--no-ext-diff", "--ignore-submodules=none", "--no-renames", "--no-relative", "--name-only", "-z")
        changed = self._git("diff", *options, base, "--").split(b"\0")
        before = self._git("ls-tree", "-r", "-z", "--name-only", "--full-tree", base).split(b"\0")
        self._names = set(before).difference(changed, [b""])

    def __contains__(self, path: Path) -> bool:
        link = Path(os.path.realpath(path.parent), path.name)
        return self._has(link) and self._has(Path(os.path.realpath(path)))

    def _has(self, path: Path) -> bool:
        if self._top not in path.parents:
            return False
        name = path.relative_to(self._top)
        return any(os.fsencode(each.as_posix()) in self._names for each in (name, *name.parents))

    def _git(self, *command: str) -> bytes:
        arguments = ["git", "-C", str(self._folder), *command]
        environment = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
        try:
            ended = subprocess.run(arguments, capture_output=True, check=False, env=environment)  # noqa: S603  # no shell
        except OSError as error:
            raise SettingsError("changed_since", self._ref, f"git cannot be run: {error.strerror or error}") from error
        if ended.returncode == 0:
            return ended.stdout
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SettingsError("changed_since", self._ref, _remedy(command[0], said[-1] if said else ""))


def _remedy(command: str, said: str) -> str:
    if command == "merge-base" and not said:
        return "it has no commit in common with this branch: a shallow clone needs more of the history (fetch-depth: 0)"
    if command == "rev-parse" and not said:
        return "git knows no such commit, branch or tag here: fetch it first, or check its name"
    return f"git {command} says: {said}"
