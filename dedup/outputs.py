"""Outputs that are there whole or not at all."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TypeAlias

from dedup.compression import Codec, Packer, codec_named
from dedup.errors import OutputError
from dedup.formats import packs_itself
from dedup.formats.base import Encoder, Verbatim
from dedup.part_files import PartFiles
from dedup.sources import STANDARD, Source

MakeEncoder: TypeAlias = Callable[[Callable[[bytes], object]], Encoder]
"""Given what takes the bytes of a file, makes what turns bytes of records into them (see `Format.encoder`)."""


@contextmanager
def output_errors(path: object) -> Iterator[None]:
    """Turn what the system says about an output into an `OutputError`."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read standard output has seen enough
    except OSError as error:
        raise OutputError(path, f"cannot be written: {error.strerror or error}") from error


def resolved(output: object) -> Path:
    """Where an output is in the end: what a link points to is replaced, not the link.

    Raises:
        OutputError: If links lead in a circle.
    """
    path = Path(str(output))
    with output_errors(output):
        try:
            path.stat()
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise
        return Path(os.path.realpath(path))  # `Path.resolve` takes circles for a fault of the program in old Pythons


class Outputs:
    """Outputs that appear all together when everything has been written, or not at all.

    Each is written to a new file beside its place and renamed at the end. Used as a context manager: leaving it after
    an error removes what was written.

    Args:
        inputs: Files that must not be overwritten.
        force: Whether outputs that exist already may be replaced.
    """

    def __init__(self, inputs: Sequence[Source], *, force: bool) -> None:
        self._inputs = {Path(os.path.realpath(source.path)) for source in inputs if source.path}
        self._force = force
        self._parts = PartFiles()
        self._staged: list[tuple[Path, Path]] = []
        self._placed: list[Path] = []  # outputs that were not there before
        self._made: list[Path] = []

    def __enter__(self) -> Outputs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._parts.close()
        for path in (*(staged for staged, _ in self._staged), *self._placed):
            with suppress(OSError):  # it cannot be removed, and there may be an error to be told
                path.unlink(missing_ok=True)
        for folder in reversed(self._made):
            with suppress(OSError):  # something else is in it by now
                folder.rmdir()

    def check(self, output: str | None) -> None:
        """Refuse an output before any work is done for it.

        Raises:
            OutputError: If it is one of the inputs, no regular file, below a file, a circle of links, or exists and may
                not be replaced.
        """
        if output in (None, STANDARD):
            return
        path = Path(str(output))
        with output_errors(output):
            if resolved(output) in self._inputs:
                raise OutputError(output, "it is one of the inputs; choose another output")
            if path.exists() and not path.is_file():
                raise OutputError(output, "it is a folder" if path.is_dir() else "it is no regular file")
            if os.path.lexists(path) and not self._force:
                raise OutputError(output, "it exists already; give --force to replace it")
            _missing(resolved(output).parent)

    def create(self, output: str | None, encoder: MakeEncoder = Verbatim) -> Output:
        """Begin an output: a file, compressed if its name ends so, standard output for `-`, or nothing at all for None.

        Args:
            output: Where to.
            encoder: Makes what turns the bytes that will be written into those of the file (see `Format.encoder`).

        Raises:
            OutputError: As `check`, or if the file cannot be made.
        """
        self.check(output)
        if output is None:
            return Output(None, "nowhere")
        if output == STANDARD:
            return Output(sys.stdout.buffer, "standard output", encoder)
        codec = None if packs_itself(output) else codec_named(output)
        packer = Packer(codec, output) if codec else None
        with output_errors(output):
            path = resolved(output)
            self._make_folder(path.parent)
            return self._begun(path, output, encoder, packer, codec_named(output) if packs_itself(output) else None)

    def _begun(
        self, path: Path, output: str, encoder: MakeEncoder, packer: Packer | None, named: Codec | None
    ) -> Output:
        """An output that goes to this place in the end."""
        self._staged.append((self._parts.beside(path), path))  # first, for a signal may come at any time
        return Output(self._parts.begin(path), output, encoder, packer, named)

    def _make_folder(self, folder: Path) -> None:
        for path in reversed(_missing(folder)):
            path.mkdir()
            self._made.append(path)

    def commit(self) -> None:
        """Put all outputs in their places.

        Raises:
            OutputError: If one cannot be renamed; those that are new are removed again.
        """
        while self._staged:
            staged, path = self._staged[0]
            with output_errors(path):
                is_new = not path.exists()
                if not is_new:
                    staged.chmod(path.stat().st_mode)
                staged.replace(path)
            self._staged.pop(0)
            if is_new:
                self._placed.append(path)
        self._placed.clear()
        self._made.clear()


def _missing(folder: Path) -> list[Path]:
    """This folder and those above it that have to be made, the innermost first.

    Raises:
        NotADirectoryError: If they would be below a file.
    """
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    if folder.is_file():
        raise NotADirectoryError(errno.ENOTDIR, f"{os.strerror(errno.ENOTDIR)}: {folder.name} is a file")
    return missing


class Output:
    """One output: bytes in, errors as `OutputError`. Used as a context manager; without a stream it keeps nothing."""

    def __init__(
        self,
        stream: BinaryIO | None,
        path: object,
        encoder: MakeEncoder = Verbatim,
        packer: Packer | None = None,
        named: Codec | None = None,
    ) -> None:
        self._stream = stream
        self._path = path
        self._packer = packer
        self._named = named  # how the bytes are packed already, going by the output's name
        self._encoder = None if stream is None else encoder(self._write)

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.abandon()

    def write(self, data: bytes) -> None:
        """Write some bytes."""
        if self._encoder is not None and data:
            self._encoder.write(data)

    def _write(self, data: bytes) -> None:
        if self._stream is not None:
            with output_errors(self._path):
                if self._packer is None:
                    self._check_packing(data)
                    self._stream.write(data)
                else:
                    self._stream.writelines(self._packer.pack(data))

    def _check_packing(self, data: bytes) -> None:
        """Refuse a name that says something else than how the first bytes are packed."""
        if self._named is not None and not self._named.magic.match(data):
            reason = f"its records are not packed with {self._named.name}: give it the suffix of its input"
            raise OutputError(self._path, reason)
        self._named = None

    def close(self) -> None:
        """Flush everything to the disk."""
        if self._stream is None or self._encoder is None:
            return
        try:
            self._encoder.finish()
            with output_errors(self._path):
                if self._packer is not None:
                    self._stream.writelines(self._packer.finish())
                self._stream.flush()
                if self._stream is not sys.stdout.buffer:
                    os.fsync(self._stream.fileno())
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the file without another try to write what is left in the buffer."""
        if self._packer is not None:
            self._packer.close()
        if isinstance(self._stream, io.BufferedWriter) and self._stream is not sys.stdout.buffer:
            self._stream.raw.close()
        self._stream = None  # an encoder that is thrown away may want to write its end
