"""Outputs that survive the run that writes them, so that another can go on with them.

An output whose bytes are those that were given to it is cut off where it was at the last checkpoint, and goes on there.
A compressed file or a table is made anew from a log of what was given to it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from dedup.compression import Codec, Packer
from dedup.durable import sync_folder
from dedup.formats.base import Verbatim
from dedup.manifest import Part, damaged_state
from dedup.output_logs import OutputLog
from dedup.outputs import MakeEncoder, Output, Outputs, output_errors, resolved
from dedup.part_files import label_of
from dedup.sources import Source


class KeptOutputs(Outputs):
    """Outputs that are whole or not there, and begun ones that stay when the run ends before they are whole.

    Args:
        inputs: Files that must not be overwritten.
        force: Whether outputs that exist already may be replaced.
        folder: The state of the run; logs of outputs are there.
        parts: The outputs that were begun.
        check: Asked now and then while an output is made anew; raises an error to end that.
    """

    def __init__(
        self,
        inputs: Sequence[Source],
        *,
        force: bool,
        folder: Path,
        parts: Sequence[Part],
        check: Callable[[], None],
    ) -> None:
        super().__init__(inputs, force=force)
        self._folder = folder
        self._token = hashlib.blake2b(os.fsencode(os.path.realpath(folder)), digest_size=6).hexdigest()
        self._kept = {part.path: part for part in parts}
        self._open: list[KeptOutput] = []
        self._check = check
        self._new_names: set[Path] = set()  # folders in which names have not reached the disk

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for output in self._open:
            output.abandon()

    def is_begun(self, output: str | None) -> bool:
        """Whether an output was begun and is to be gone on with."""
        part = None if output is None else self._kept.get(str(resolved(output)))
        return part is not None and not part.is_closed

    def sync(self) -> list[Part]:
        """Let everything reach the disk that was written so far; returns all outputs.

        Raises:
            OutputError: If it cannot be written.
        """
        for output in self._open:
            output.sync()
        for folder in self._new_names:
            with output_errors(folder):
                sync_folder(folder)
        self._new_names.clear()
        return list(self._kept.values())

    def _begun(
        self, path: Path, output: str, encoder: MakeEncoder, packer: Packer | None, named: Codec | None
    ) -> Output:
        name = str(path)
        part = self._kept.get(name)
        is_new = part is None
        if part is None:
            part = Part(name, str(path.with_name(f".{label_of(path)}.{self._token}.resume")), len(self._kept))
            self._kept[name] = part
            self._new_names.update((path.parent, *(folder.parent for folder in self._made)))
            self._made.clear()
            self._parts.remove_left(path)
        is_checked = part.length > 0  # it begins as its name says; it may go on in the middle of a packed record
        stream = _opened(part, is_new=is_new)
        begun = KeptOutput(stream, output, encoder, packer, part, None if is_checked else named)
        self._open = [output for output in self._open if not output.part.is_closed]
        self._open.append(begun)
        if begun.has_memory:
            begun.go_on(OutputLog(self._folder / part.log, part.logged or 0), self._check)
        return begun


class KeptOutput(Output):
    """An output that can be gone on with.

    Attributes:
        part: What is known about it.
    """

    def __init__(
        self,
        stream: BinaryIO,
        path: object,
        encoder: MakeEncoder,
        packer: Packer | None,
        part: Part,
        named: Codec | None,
    ) -> None:
        super().__init__(stream, path, encoder, packer, named)
        self.part = part
        self._log: OutputLog | None = None

    @property
    def has_memory(self) -> bool:
        """Whether what comes next depends on more than where it goes."""
        return self._packer is not None or not isinstance(self._encoder, Verbatim)

    def go_on(self, log: OutputLog, check: Callable[[], None]) -> None:
        """Write everything that was written before; from now on that goes into the log too."""
        self._log = log
        for data in log.entries():
            check()
            super().write(data)

    def write(self, data: bytes) -> None:
        """See `Output`."""
        if self._log is not None and data:
            with output_errors(self._path):
                self._log.append(data)
        super().write(data)

    def sync(self) -> None:
        """Let everything reach the disk that is needed to go on from here."""
        if self._stream is None:
            return
        with output_errors(self._path):
            if self._log is not None:
                self.part.logged = self._log.sync()
            else:
                self._stream.flush()
                os.fsync(self._stream.fileno())
                self.part.length = self._stream.tell()

    def close(self) -> None:
        """See `Output`."""
        if self._stream is None:
            return
        super().close()
        with output_errors(self._path):
            self.part.length = Path(self.part.part).stat().st_size
        self.part.logged = None
        self.part.is_closed = True

    def abandon(self) -> None:
        """See `Output`."""
        super().abandon()
        if self._log is not None:
            self._log.close()


def _opened(part: Part, *, is_new: bool) -> BinaryIO:
    """The file of an output, cut off where it is to be gone on with."""
    path = Path(part.part)
    if is_new:
        path.unlink(missing_ok=True)  # begun after the last checkpoint of a run that was stopped
    elif not path.is_file():
        raise damaged_state(path, "it is missing")
    elif path.stat().st_size < part.length:
        raise damaged_state(path, "it was cut off")
    only = os.O_CREAT | os.O_EXCL if is_new else getattr(os, "O_NOFOLLOW", 0)
    stream = os.fdopen(os.open(path, os.O_WRONLY | only, 0o666), "wb")
    stream.truncate(part.length)
    stream.seek(part.length)
    return stream


def check_parts(parts: Sequence[Part], *, staged: bool, placed: bool) -> None:
    """See to it that whole outputs are there as they were written.

    Args:
        parts: The outputs.
        staged: Whether they may be beside their places.
        placed: Whether they may be in their places.

    Raises:
        InputError: If one is not.
    """
    for part in parts:
        places = [Path(part.part)] * staged + [Path(part.path)] * placed
        found = next((path for path in places if path.is_file()), None)
        if found is None or found.stat().st_size != part.length:
            raise damaged_state(Path(part.path), "it is not there as it was written")


def place(parts: Sequence[Part]) -> None:
    """Put all outputs in their places, as far as they are not there.

    Raises:
        OutputError: If one cannot be put there.
    """
    for part in parts:
        staged, path = Path(part.part), Path(part.path)
        with output_errors(path):
            if not staged.exists():
                continue
            if path.exists():
                staged.chmod(path.stat().st_mode)
            staged.replace(path)
    for folder in {Path(part.path).parent for part in parts}:
        with output_errors(folder):
            sync_folder(folder)
