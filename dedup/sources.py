"""Which inputs there are, and their bytes, decompressed, in chunks of whole records."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dedup.compression import LONGEST_MAGIC, STRICT, Opening, codec_of
from dedup.decompression import DecompressedStream
from dedup.errors import InputError
from dedup.file_names import native_name, portable_name
from dedup.finding import LeftOut, files_below, files_matching, is_pattern
from dedup.formats import ENDS, format_named, packs_itself
from dedup.formats.base import Chunk, Format, Record, UnreadableError
from dedup.salvaging import begun, decompressed_chunks

_BUFFER = 1 << 20

STANDARD = "-"
"""Stands for standard input and output."""


@dataclass(frozen=True, slots=True)
class Source:
    """An input.

    Attributes:
        path: Where it is; None for standard input.
        name: What it is called in ids, in the report and in the output folder: its name relative to the folder given,
            with the suffix of its compression, as a portable name (see `file_names`).
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
        with (
            input_errors(self.path),
            io.BufferedReader(io.FileIO(self.path), _BUFFER) as file,
            _unchanged(self.path, file),
        ):
            head = file.peek(LONGEST_MAGIC)[:LONGEST_MAGIC]
            # what a run made of an input may pack itself where that did not, as the archives of a WACZ file
            is_packed = packs_itself(self.name) or packs_itself(self.path.name)
            codec = None if is_packed else codec_of(str(self.path), head)
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
            if opened.decompressed is None:
                chunks = form.chunks(opened.stream, size)
                yield from begun(chunk._replace(size=chunk.size or len(chunk.data)) for chunk in chunks)
            else:
                yield from begun(decompressed_chunks(form, opened.stream, opened.decompressed, size, self.size))

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

    stream: io.BufferedReader[Any]
    decompressed: DecompressedStream | None = None


@contextmanager
def _unchanged(path: Path, file: BinaryIO) -> Iterator[None]:
    """See to it that a file does not change while it is read."""
    before = os.fstat(file.fileno())
    yield
    after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(path, "it changed while it was read; try again when nobody writes to it")


@contextmanager
def input_errors(path: object) -> Iterator[None]:
    """Turn what the system or a format says about an input into an `InputError`."""
    try:
        yield
    except OSError as error:
        raise InputError(path, error.strerror or str(error)) from error
    except UnreadableError as error:
        raise InputError(path, error.reason, line=error.line) from error


def is_one_file(given: str) -> bool:
    """Whether an input is one file, not a folder or a pattern, which may happen to hold one."""
    return given == STANDARD or Path(given).is_file()


def find_sources(
    inputs: Sequence[str],
    opening: Opening = STRICT,
    *,
    may_be_empty: bool = False,
    any_name: bool = False,
    leave_out: Callable[[LeftOut], object] = lambda _: None,
) -> list[Source]:
    """The files that inputs name: files as they are, folders with all files in them that have the name of a format, and
    patterns with all such files that match; sorted by name.

    Args:
        inputs: Paths, patterns (see `finding.files_matching`) that are no paths, or `-` for standard input.
        opening: How those are opened that are compressed.
        may_be_empty: Whether a folder may hold no such files.
        any_name: Whether patterns give files of any names.
        leave_out: Told of what is in folders and is not read.

    Raises:
        InputError: If an input is missing, a folder holds no such files, a pattern matches none, or two inputs have the
            same name.
    """
    sources: dict[str, Source] = {}
    for given in inputs:
        with input_errors(given):
            found = _sources(given, opening, leave_out, any_name=any_name)
            if not found and not may_be_empty:
                raise InputError(given, f"the folder holds no files that end in {ENDS}, compressed or not")
        for source in found:
            if source.name in sources:
                raise InputError(source.path or STANDARD, f"another input is called {source.name!r} as well")
            sources[source.name] = source
    return list(sources.values())


def _sources(given: str, opening: Opening, leave_out: Callable[[LeftOut], object], *, any_name: bool) -> list[Source]:
    if given == STANDARD:
        return [Source(None, "stdin", opening)]
    path = Path(given)
    if path.is_file():
        return [Source(path, portable_name(path.name), opening)]
    if path.is_dir():
        found = files_below(path, _has_format)
    elif path.exists():
        raise InputError(given, "neither a file nor a folder")
    elif is_pattern(given):
        found = files_matching(given, (lambda _: True) if any_name else _has_format)
        if not found.files:
            any_suffix = "" if any_name else f" that ends in {ENDS}; --input-format takes any"
            raise InputError(given, f"there is no such file, and as a pattern it matches no file{any_suffix}")
    else:
        raise InputError(given, "there is no such file or folder")
    for left in found.left_out:
        leave_out(left)
    return [Source(found.folder / native_name(name), name, opening) for name in found.files]


def _has_format(name: str) -> bool:
    return format_named(name) is not None
