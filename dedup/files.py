"""Files in, files out: which inputs there are, and outputs that are there whole or not at all."""

from __future__ import annotations

import io
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from dedup.compression import LONGEST_MAGIC, STRICT, Opening, Packer, codec_named, codec_of
from dedup.decompression import DecompressedStream
from dedup.errors import InputError, OutputError
from dedup.formats import SUFFIXES, format_named, packs_itself
from dedup.formats.base import Chunk, Encoder, Format, Record, UnreadableError, Verbatim

_BUFFER = 1 << 20

STANDARD = "-"
"""Stands for standard input and output."""


@dataclass(frozen=True, slots=True)
class Source:
    """An input.

    Attributes:
        path: Where it is; None for standard input.
        name: What it is called in ids, in the report and in the output folder: its name relative to the folder given,
            with the suffix of its compression.
        opening: How it is opened if it is compressed.
    """

    path: Path | None
    name: str
    opening: Opening = STRICT

    @property
    def size(self) -> int:
        """Bytes, compressed as it may be; 0 if unknown."""
        return self.path.stat().st_size if self.path else 0

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The bytes, decompressed.

        Raises:
            InputError: If it cannot be opened, read or decompressed.
        """
        with self._opened() as opened:
            yield opened.stream

    @contextmanager
    def _opened(self) -> Iterator[_Opened]:
        if self.path is None:
            head = sys.stdin.buffer.read(LONGEST_MAGIC)
            # no thread: one that waits for standard input cannot be stopped
            raw = DecompressedStream(sys.stdin.buffer, self.name, codec_of(None, head), self.opening, head, ahead=False)
            with closing(raw):
                yield _Opened(io.BufferedReader(raw, _BUFFER), raw)
            return
        with input_errors(self.path), io.BufferedReader(io.FileIO(self.path), _BUFFER) as file:
            head = file.peek(LONGEST_MAGIC)[:LONGEST_MAGIC]
            codec = None if packs_itself(self.name) else codec_of(str(self.path), head)
            if codec is None:
                yield _Opened(file)
                return
            raw = DecompressedStream(file, str(self.path), codec, self.opening, ahead=self.size > _BUFFER)
            with closing(raw):
                yield _Opened(io.BufferedReader(raw, _BUFFER), raw)

    def chunks(self, form: Format, size: int) -> Iterator[Chunk]:
        """The bytes, decompressed, in parts of about `size`, of whole records each; what is wrong with the rest last.

        Raises:
            InputError: If it cannot be opened, read or decompressed.
        """
        with input_errors(self.path or self.name), self._opened() as opened:
            chunks = form.chunks(opened.stream, size)
            if opened.decompressed is None:
                yield from (chunk._replace(size=len(chunk.data)) for chunk in chunks)
            else:
                yield from _chunks(chunks, form, opened.decompressed, self.size)

    def records(self, form: Format) -> Iterator[Record]:
        """The records, in order.

        Raises:
            InputError: If it cannot be opened, read or decompressed.
        """
        for chunk in self.chunks(form, _BUFFER):
            records = form.records(chunk, self.name)
            yield from (records[i] for i in range(len(records)))


@dataclass(frozen=True, slots=True)
class _Opened:
    """An input that is open: its bytes, and where they come from if they are decompressed."""

    stream: BinaryIO
    decompressed: DecompressedStream | None = None


def _chunks(chunks: Iterator[Chunk], form: Format, stream: DecompressedStream, size: int) -> Iterator[Chunk]:
    """The chunks with their sizes; the last one waits until it is known how the stream ends."""
    last: Chunk | None = None
    done = 0
    for chunk in chunks:
        if last is not None:
            yield last
        last = chunk._replace(size=stream.position - done)
        done = stream.position
    rest = stream.position - done
    if stream.damage is None:
        if last is not None:
            yield last._replace(size=last.size + rest)
        return
    whole = form.whole(last.data) if last else b""
    is_nothing = last is None or (last.first == 1 and not whole)
    if last is not None and whole:
        yield last._replace(data=whole)
    unread = size - stream.position if size else 0
    cut = len(last.data) - len(whole) if last else 0
    lost = f"the last {max(size - stream.damage.byte, 0):,} bytes of the file" if size else "what follows in the file"
    detail = f"after byte {stream.damage.byte:,}: {stream.damage.reason}; lost: {lost}, {cut:,} of an unfinished record"
    left = (0 if whole or last is None else last.size) + rest + unread
    yield Chunk(1 if is_nothing else 0, b"", left, detail)


@contextmanager
def input_errors(path: object) -> Iterator[None]:
    """Turn what the system or a format says about an input into an `InputError`."""
    try:
        yield
    except OSError as error:
        raise InputError(path, error.strerror or str(error)) from error
    except UnreadableError as error:
        raise InputError(path, error.reason, line=error.line) from error


@contextmanager
def output_errors(path: object) -> Iterator[None]:
    """Turn what the system says about an output into an `OutputError`."""
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read standard output has seen enough
    except OSError as error:
        raise OutputError(path, f"cannot be written: {error.strerror or error}") from error


def find_sources(inputs: Sequence[str], opening: Opening = STRICT, *, may_be_empty: bool = False) -> list[Source]:
    """The files that inputs name: files as they are, folders with all text files in them, sorted by name.

    Args:
        inputs: Paths, or `-` for standard input.
        opening: How those are opened that are compressed.
        may_be_empty: Whether a folder may hold no text files.

    Raises:
        InputError: If an input is missing, a folder holds no text files, or two inputs have the same name.
    """
    sources: dict[str, Source] = {}
    for given in inputs:
        with input_errors(given):
            found = _sources(given, opening, may_be_empty)
        for source in found:
            if source.name in sources:
                raise InputError(source.path or STANDARD, f"another input is called {source.name!r} as well")
            sources[source.name] = source
    return list(sources.values())


def _sources(given: str, opening: Opening, may_be_empty: bool) -> list[Source]:
    if given == STANDARD:
        return [Source(None, "stdin", opening)]
    path = Path(given)
    if not path.exists():
        raise InputError(given, "there is no such file or folder")
    if not path.is_dir():
        if not path.is_file():
            raise InputError(given, "neither a file nor a folder")
        return [Source(path, path.name, opening)]
    found = [
        Source(file, file.relative_to(path).as_posix(), opening)
        for file in path.rglob("*")
        if format_named(file.name) and file.is_file()
    ]
    if not found and not may_be_empty:
        raise InputError(given, f"the folder holds no files that end in {' or '.join(SUFFIXES)}, compressed or not")
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

    def create(self, output: str | None, encoder: Callable[[Callable[[bytes], object]], Encoder] = Verbatim) -> Output:
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
            path = Path(output).resolve()  # what a link points to is replaced, not the link
            staged = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
            self._make_folder(path.parent)
            self._staged.append((staged, path))  # first, for a signal may come at any time
            # not tempfile: its files are private, these get the permissions that every new file gets
            stream = os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb")
        return Output(stream, output, encoder, packer)

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

    def __init__(
        self,
        stream: BinaryIO | None,
        path: object,
        encoder: Callable[[Callable[[bytes], object]], Encoder] = Verbatim,
        packer: Packer | None = None,
    ) -> None:
        self._stream = stream
        self._path = path
        self._packer = packer
        self._encoder = None if stream is None else encoder(self._write)

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
        if self._encoder is not None and data:
            self._encoder.write(data)

    def _write(self, data: bytes) -> None:
        if self._stream is not None:
            with output_errors(self._path):
                if self._packer is None:
                    self._stream.write(data)
                else:
                    self._stream.writelines(self._packer.pack(data))

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
            self._abandon()

    def _abandon(self) -> None:
        """Close the file without another try to write what is left in the buffer."""
        if self._packer is not None:
            self._packer.close()
        if isinstance(self._stream, io.BufferedWriter) and self._stream is not sys.stdout.buffer:
            self._stream.raw.close()
        self._stream = None  # an encoder that is thrown away may want to write its end
