"""The folder in which a run keeps its state: one run works with it at a time, and nobody else looks into it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from dedup.errors import InputError, SettingsError
from dedup.locking import lock
from dedup.manifest import NAME, Manifest, read_manifest, write_manifest
from dedup.outputs import output_errors
from dedup.sources import input_errors

_LOCK = "lock"
_BEGUN = {_LOCK, NAME, f"{NAME}.new"}  # what may be there before the first manifest is
_GENERATION = re.compile(r".+\.(?P<number>[0-9]+)")


class StateFolder:
    """A folder with a manifest, files of the last checkpoint, whose names end in its number, and logs of outputs.

    Attributes:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: BinaryIO | None = None

    def close(self) -> None:
        """Let others work with it."""
        if self._lock is not None:
            self._lock.close()

    @property
    def remedy(self) -> str:
        """What to do when a run does not go on with the one whose state is there."""
        return f"give another --state, or remove {self.path} to begin anew"

    def find(self, command: Mapping[str, Any]) -> Manifest | None:
        """The manifest of a run that was to do the same, if there is one.

        Raises:
            InputError: If the folder is in use, damaged, or that of something else.
            SettingsError: If the run was to do something else.
        """
        with input_errors(self.path):
            if not self.path.exists():
                return None
            if not self.path.is_dir():
                raise InputError(self.path, "it is no folder: --state needs one of its own")
            names = {found.name for found in self.path.iterdir()}
            if NAME not in names:
                if names - _BEGUN:
                    what = f"it holds {min(names - _BEGUN)!r} and no state of a run"
                    raise InputError(self.path, f"{what}: --state needs a folder of its own")
                return None
            self._take_lock()
            found = read_manifest(self.path)
        for name, value in command.items() if found else ():
            was = found.command.get(name) if found else None
            if was != value:
                remedy = f"the run whose state is in {self.path} has {was!r}: {self.remedy}"
                raise SettingsError(name, value, remedy)
        return found

    def make(self) -> None:
        """See to it that it is there, and that nobody else works with it.

        Raises:
            InputError: If somebody does.
            OutputError: If it cannot be made.
        """
        with output_errors(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._take_lock()

    def write(self, manifest: Manifest) -> None:
        """Write the manifest, and remove what belongs to other checkpoints.

        Raises:
            OutputError: If that cannot be.
        """
        with output_errors(self.path):
            write_manifest(self.path, manifest)
            self.clean(manifest)

    def clean(self, manifest: Manifest) -> None:
        """Remove what belongs to other checkpoints; of a finished run everything but the manifest.

        Raises:
            OutputError: If that cannot be.
        """
        logs = {part.log for part in manifest.parts if part.logged is not None}
        with output_errors(self.path):
            for found in self.path.iterdir():
                number = _GENERATION.fullmatch(found.name)
                is_of_other = number is not None and int(number["number"]) != manifest.generation
                is_old_log = found.suffix == ".log" and found.name not in logs
                is_left = manifest.stage == "finished" and found.name not in (_LOCK, NAME)
                if is_of_other or is_old_log or is_left:
                    found.unlink(missing_ok=True)

    def _take_lock(self) -> None:
        if self._lock is None:
            opened = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            self._lock = os.fdopen(opened, "r+b")
            if lock(opened) is False:
                raise InputError(self.path, "another run works with this state: wait until it ends, or stop it")
