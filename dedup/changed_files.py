"""Which files changed since a git ref."""

from __future__ import annotations

import subprocess
from pathlib import Path

from dedup.errors import SettingsError


def changed_since(ref: str, root: Path) -> frozenset[str]:
    """The files below a folder that are another than where this branch left `ref`, or were not there: names relative to
    the folder. What is not committed counts, and so do files that git does not know yet and is not told to ignore. A
    file that was only renamed has not changed.

    Args:
        ref: A branch, tag or commit.
        root: A folder of a git repository.

    Raises:
        SettingsError: If there is no git, no repository, no such ref, or no commit in common with it.
    """
    commit = _git(ref, root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    base = _git(ref, root, "merge-base", commit.decode().strip(), "HEAD").decode().strip()
    options = ("--no-ext-diff", "--find-renames", "--diff-filter=d", "--name-status", "-z", "--relative")
    changed = _changed(_git(ref, root, "diff", *options, base, "--").split(b"\0"))
    unknown = _git(ref, root, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    return frozenset(name.decode("utf-8", "surrogateescape") for name in (*changed, *unknown) if name)


def _changed(fields: list[bytes]) -> list[bytes]:
    """Names out of what `git diff --name-status -z` says: a status and a name, or two for what was renamed."""
    changed: list[bytes] = []
    rest = iter(fields)
    for status in rest:
        if not status:
            break
        name = next(rest)
        if status[:1] in (b"R", b"C"):
            name = next(rest)
            if status.endswith(b"100"):
                continue
        changed.append(name)
    return changed


def _git(ref: str, root: Path, *command: str) -> bytes:
    try:
        ended = subprocess.run(["git", "-C", str(root), *command], capture_output=True, check=False)  # noqa: S603, S607
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
