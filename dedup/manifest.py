"""How far a run has come, as it is written down: enough to go on from there after the process is gone.

The file is a line that says what it is, with a checksum, and a line of JSON. A file that is not exactly what this
version writes is refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Struct, field
from xxhash import xxh3_128_hexdigest

from dedup.durable import replace_file
from dedup.errors import InputError
from dedup.records import Summary
from dedup.skips import Skips

NAME = "manifest.json"

_FORMAT = 1


class Position(NamedTuple):
    """How much of the inputs has been gone through.

    Attributes:
        given: Number of the input at hand, from 0.
        chunks: How many chunks of it are done.
        digest: Of their bytes.
    """

    given: int = 0
    chunks: int = 0
    digest: str = ""


class Tally(Struct):
    """What a run counts while it writes.

    Attributes:
        size: Bytes read.
        emptied: Documents that are not written, for nothing is left of them.
        skips: Records that could not be read.
        first_skip: Where the first of them stands, or what was found first that is not read at all, and what is wrong.
        damages: The places of inputs whose rest cannot be read, and what is wrong with them.
    """

    size: int = 0
    emptied: int = 0
    skips: Skips = field(default_factory=Skips)
    first_skip: tuple[str, str] | None = None
    damages: list[tuple[str, str]] = field(default_factory=list)


class Part(Struct):
    """An output that is being written, or was.

    Attributes:
        path: Where it goes in the end.
        part: Where it is until then.
        number: How many outputs were begun before it.
        length: Bytes of it that have reached the disk.
        logged: If it cannot be gone on with where it ends, the bytes of its log that have; else None.
        is_closed: Whether all of it is there.
    """

    path: str
    part: str
    number: int
    length: int = 0
    logged: int | None = None
    is_closed: bool = False

    @property
    def log(self) -> str:
        """The name of its log, if it has one."""
        return f"output-{self.number}.log"


class SourceFacts(NamedTuple):
    """What tells whether an input is still the same.

    Attributes:
        path: Where it is.
        size: Its bytes.
        changed: When it changed last, in nanoseconds.
    """

    path: str
    size: int
    changed: int


class Manifest(Struct, kw_only=True):
    """All of it.

    Attributes:
        command: What the run was asked to do: settings, how to read and write, by name.
        sources: Its inputs.
        stage: `running`; `placing` when all outputs are whole and are being put in their places; `finished`.
        generation: Number of the last checkpoint; 0 is none.
        position: How far it has come.
        parts: The outputs begun so far.
        tally: What the run has counted.
        seconds: How long it has worked.
        summary: The books, once all is gone through.
    """

    command: dict[str, Any]
    sources: list[SourceFacts]
    stage: Literal["running", "placing", "finished"] = "running"
    generation: int = 0
    position: Position = Position()
    parts: list[Part] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    summary: Summary | None = None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it such that at any time either the old one is there or the new one.

    Raises:
        OSError: If it cannot be written.
    """
    body = json.dumps(msgspec.to_builtins(manifest)).encode("ascii")  # names of files may be no text; msgspec minds
    head = json.dumps({"type": "dedup-state", "format": _FORMAT, "digest": xxh3_128_hexdigest(body)})
    replace_file(folder / NAME, head.encode("ascii") + b"\n" + body + b"\n")


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a folder, if there is one.

    Raises:
        InputError: If it is damaged, or of another kind or version.
        OSError: If it cannot be read.
    """
    path = folder / NAME
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return None
    head = _parsed(lines[0], dict[str, Any], path)
    if head.get("type") != "dedup-state" or head.get("format") != _FORMAT:
        raise InputError(path, "not the state of a run, or that of another version of dedup; give another --state")
    if len(lines) != 3 or lines[2] or xxh3_128_hexdigest(lines[1]) != head.get("digest"):
        raise _damaged(path)
    return _parsed(lines[1], Manifest, path)


_Parsed = TypeVar("_Parsed")


def _parsed(line: bytes, kind: type[_Parsed], path: Path) -> _Parsed:
    try:
        return msgspec.convert(json.loads(line), kind)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise _damaged(path) from error


def _damaged(path: Path) -> InputError:
    return damaged_state(path, "it is damaged")


def damaged_state(path: Path, what: str) -> InputError:
    """The error about a file that belongs to a state and is not as it was left."""
    return InputError(path, f"{what}; the run cannot be gone on with: remove the state to begin anew")
