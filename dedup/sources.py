"""Which inputs there are, and their bytes, decompressed, in chunks of whole records."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dedup.compression import LONGEST_MAGIC, STRICT, Opening, codec_of
from dedup.decompression import DecompressedStream
from dedup.errors import InputError
from dedup.finding import LeftOut, files_below, files_matching, is_pattern
from dedup.formats import SUFFIXES, format_named, packs_itself
from dedup.formats.base import Chunk, Format, Record, UnreadableError

_BUFFER = 1 << 20

STANDARD = "-"
"""Stands for standard input and output."""

_ENDS = " or ".join(SUFFIXES)


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
                raise InputError(given, f"the folder holds no files that end in {_ENDS}, compressed or not")
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
        return [Source(path, path.name, opening)]
    if path.is_dir():
        found = files_below(path, _has_format)
    elif path.exists():
        raise InputError(given, "neither a file nor a folder")
    elif is_pattern(given):
        found = files_matching(given, (lambda _: True) if any_name else _has_format)
        if not found.files:
            any_suffix = "" if any_name else f" that ends in {_ENDS}; --input-format takes any"
            raise InputError(given, f"there is no such file, and as a pattern it matches no file{any_suffix}")
    else:
        raise InputError(given, "there is no such file or folder")
    for left in found.left_out:
        leave_out(left)
    return [Source(found.folder / name, name, opening) for name in found.files]


def _has_format(name: str) -> bool:
    return format_named(name) is not None
