"""Files in, files out: which inputs there are, and outputs that are there whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from dedup.errors import InputError, OutputError
from dedup.formats import SUFFIXES, suffix_of
from dedup.formats.base import Chunk, Format, Record

_BUFFER = 1 << 20

STANDARD = "-"
"""Stands for standard input and output."""


@dataclass(frozen=True, slots=True)
class Source:
    """An input.

    Attributes:
        path: Where it is; None for standard input.
        name: What it is called in ids, in the report and in the output folder: its name relative to the folder given.
    """

    path: Path | None
    name: str

    @property
    def size(self) -> int:
        """Bytes; 0 if unknown."""
        return self.path.stat().st_size if self.path else 0

    def chunks(self, form: Format, size: int) -> Iterator[Chunk]:
        """The bytes, in parts of about `size`, of whole records each.

        Raises:
            InputError: If it cannot be opened or read.
        """
        if self.path is None:
            with input_errors(self.name):
                yield from form.chunks(sys.stdin.buffer, size)
            return
        with input_errors(self.path), self.path.open("rb", buffering=_BUFFER) as stream:
            yield from form.chunks(stream, size)

    def records(self, form: Format) -> Iterator[Record]:
        """The records, in order.

        Raises:
            InputError: If it cannot be opened or read.
        """
        for chunk in self.chunks(form, _BUFFER):
            records = form.records(chunk, self.name)
            yield from (records[i] for i in range(len(records)))


@contextmanager
def input_errors(path: object) -> Iterator[None]:
    """Turn what the system says about an input into an `InputError`."""
    try:
        yield
    except OSError as error:
        raise InputError(path, error.strerror or str(error)) from error


@contextmanager
def output_errors(path: object) -> Iterator[None]:
    """Turn what the system says about an output into an `OutputError`."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read standard output has seen enough
    except OSError as error:
        raise OutputError(path, f"cannot be written: {error.strerror or error}") from error


def find_sources(inputs: Sequence[str], *, may_be_empty: bool = False) -> list[Source]:
    """The files that inputs name: files as they are, folders with all text files in them, sorted by name.

    Args:
        inputs: Paths, or `-` for standard input.
        may_be_empty: Whether a folder may hold no text files.

    Raises:
        InputError: If an input is missing, a folder holds no text files, or two inputs have the same name.
    """
    sources: dict[str, Source] = {}
    for given in inputs:
        with input_errors(given):
            found = _sources(given, may_be_empty)
        for source in found:
            if source.name in sources:
                raise InputError(source.path or STANDARD, f"another input is called {source.name!r} as well")
            sources[source.name] = source
    return list(sources.values())


def _sources(given: str, may_be_empty: bool) -> list[Source]:
    if given == STANDARD:
        return [Source(None, "stdin")]
    path = Path(given)
    if not path.exists():
        raise InputError(given, "there is no such file or folder")
    if not path.is_dir():
        if not path.is_file():
            raise InputError(given, "neither a file nor a folder")
        return [Source(path, path.name)]
    found = [
        Source(file, file.relative_to(path).as_posix())
        for file in path.rglob("*")
        if suffix_of(file.name) and file.is_file()
    ]
    if not found and not may_be_empty:
        raise InputError(given, f"the folder holds no files that end in {' or '.join(SUFFIXES)}")
    return sorted(found, key=lambda source: source.name)


class Outputs:
    """Outputs that appear all together when everything has been written, or not at all.

    Each is written to a new file beside its place and renamed at the end. Used as a context manager: leaving it after
    an error removes what was written.

    Args:
        inputs: Files that must not be overwritten.
        force: Whether outputs that exist already may be replaced.
    """

    def __init__(self, inputs: Sequence[Source], *, force: bool) -> None:
        self._inputs = {source.path.resolve() for source in inputs if source.path}
        self._force = force
        self._staged: list[tuple[Path, Path]] = []
        self._placed: list[Path] = []  # outputs that were not there before
        self._made: list[Path] = []

    def __enter__(self) -> Outputs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for path in (*(staged for staged, _ in self._staged), *self._placed):
            with suppress(NotADirectoryError):
                path.unlink(missing_ok=True)
        for folder in reversed(self._made):
            with suppress(OSError):  # something else is in it by now
                folder.rmdir()

    def check(self, output: str | None) -> None:
        """Refuse an output before any work is done for it.

        Raises:
            OutputError: If it is one of the inputs, no regular file, or exists and may not be replaced.
        """
        if output in (None, STANDARD):
            return
        path = Path(str(output))
        with output_errors(output):
            if path.resolve() in self._inputs:
                raise OutputError(output, "it is one of the inputs; choose another output")
            if path.exists() and not path.is_file():
                raise OutputError(output, "it is a folder" if path.is_dir() else "it is no regular file")
            if os.path.lexists(path) and not self._force:
                raise OutputError(output, "it exists already; give --force to replace it")

    def create(self, output: str | None) -> Output:
        """Begin an output: a file, standard output for `-`, or nothing at all for None.

        Raises:
            OutputError: As `check`, or if the file cannot be made.
        """
        self.check(output)
        if output is None:
            return Output(None, "nowhere")
        if output == STANDARD:
            return Output(sys.stdout.buffer, "standard output")
        with output_errors(output):
            path = Path(output).resolve()  # what a link points to is replaced, not the link
            staged = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
            self._make_folder(path.parent)
            self._staged.append((staged, path))  # first, for a signal may come at any time
            # not tempfile: its files are private, these get the permissions that every new file gets
            stream = os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb")
        return Output(stream, output)

    def _make_folder(self, folder: Path) -> None:
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for path in reversed(missing):
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


class Output:
    """One output: bytes in, errors as `OutputError`. Used as a context manager; without a stream it keeps nothing."""

    def __init__(self, stream: BinaryIO | None, path: object) -> None:
        self._stream = stream
        self._path = path

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self._abandon()

    def write(self, data: bytes) -> None:
        """Write some bytes."""
        if self._stream is not None and data:
            with output_errors(self._path):
                self._stream.write(data)

    def close(self) -> None:
        """Flush everything to the disk."""
        if self._stream is None:
            return
        try:
            with output_errors(self._path):
                self._stream.flush()
                if self._stream is not sys.stdout.buffer:
                    os.fsync(self._stream.fileno())
        finally:
            self._abandon()

    def _abandon(self) -> None:
        """Close the file without another try to write what is left in the buffer."""
        if isinstance(self._stream, io.BufferedWriter) and self._stream is not sys.stdout.buffer:
            self._stream.raw.close()
