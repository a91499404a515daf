"""Runs the command as a user does: in a process of its own, with the package that the tests import."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dedup
from tests.forking import forks

FOX = "The quick brown fox jumps over the lazy dog near the river bank."
BEAR = "Der große Bär fährt heute mit der Straßenbahn über die alte Brücke."
OWL = "An old owl sat quietly in the tall oak and watched the whole field."

_MOST_SECONDS = 600  # whatever takes longer hangs

UNREADABLE = (  # lines of which no document can be read, why, and what is said about them
    (b'{"id":"b","text":"\xff"}', "invalid-utf8", "byte"),
    (b'{"id":"b","other":"\xff","text":"%s"}' % FOX.encode(), "invalid-utf8", "byte"),
    (b'{"id":"\xff","text":"x"}', "invalid-utf8", "byte"),
    (b'{"id":"b","texts":"x"}', "no-text-field", "id, texts"),
    (b"{}", "no-text-field", "none"),
    (b'["text"]', "not-an-object", "object"),
    (b'"text"', "not-an-object", "object"),
    (b'{"id":"b","text":"x', "invalid-json", "character"),
    (b'{"id":"b","text":"x"} {}', "invalid-json", "character 22"),
    (b'{"id":"b","text":"x","text":"y"}', "duplicate-text-field", "twice"),
    (b'{"id":"b","te\\u0078t":"%s","text":"%s"}' % (OWL.encode(), FOX.encode()), "duplicate-text-field", "twice"),
    (b'{"id":"b","text":null}', "text-not-a-string", "string"),
    (b'{"id":"b","text":12}', "text-not-a-string", "string"),
    (b'{"id":"b","text":{"text":"x"}}', "text-not-a-string", "string"),
    (b'{"id":"b","x":%s,"text":"%s"}' % (b"[" * 100_000 + b"]" * 100_000, FOX.encode()), "nesting", "deep"),
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    out: bytes
    err: str


class Nobody:
    """Looks on at a run and does nothing."""

    def reading(self, size: int) -> None:
        """See `observing.Observer`."""

    def progressed(self, size: int, summary: dedup.Summary) -> None:
        """See `observing.Observer`."""

    def resumed(self, size: int, summary: dedup.Summary, skips: int, first_skip: tuple[str, str] | None) -> None:
        """See `observing.Observer`."""

    def skipped(self, place: str, detail: str) -> None:
        """See `observing.Observer`."""

    def damaged(self, place: str, detail: str) -> None:
        """See `observing.Observer`."""


def environment(**changes: str) -> dict[str, str]:
    """Of a process that finds the same package; UTF-8 on its streams."""
    root = str(Path(dedup.__file__).parents[1])
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **changes}


def arguments(*given: object) -> list[str]:
    """Of a process that runs the command."""
    return [sys.executable, "-m", "dedup", *map(str, given)]


def run(*given: object, stdin: bytes = b"", folder: Path | None = None, **changes: str) -> Ended:
    """Run the command to its end; with changes to its environment in a process that starts from nothing."""
    env = environment(**changes)
    forking = None if changes else forks(env)
    if forking is not None:
        status, out, err = forking.run([*map(str, given)], stdin, folder or Path.cwd(), env, _MOST_SECONDS)
        return Ended(status, out, err.decode("utf-8"))
    ended = subprocess.run(
        arguments(*given),
        input=stdin,
        capture_output=True,
        cwd=folder,
        env=env,
        check=False,
        timeout=_MOST_SECONDS,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr.decode("utf-8"))


def succeed(*given: object, stdin: bytes = b"", folder: Path | None = None, **changes: str) -> Ended:
    """Run the command, which is to end well."""
    ended = run(*given, stdin=stdin, folder=folder, **changes)
    assert ended.status == 0, ended.err
    return ended


def is_refused(folder: Path, given: tuple[str, ...], *said: str) -> None:
    """Status 2, one line or click's usage before it, no traceback, and the disk is as it was."""
    before = tree(folder)
    ended = run(*given, folder=folder)
    *usage, line = ended.err.splitlines()
    assert (ended.status, ended.out) == (2, b""), ended.err
    assert not usage or (usage[0].startswith("Usage: ") and len(usage) == 3), ended.err
    assert all(each in line for each in said), line
    assert tree(folder) == before


def most_memory(*given: object, folder: Path) -> tuple[int, int, str]:
    """Run the command; its status, the most memory it took, in KB, and what it said. Linux only."""
    code = (
        "import sys; from dedup.cli import _status; status = _status(); "
        "print(*[row.split()[1] for row in open('/proc/self/status') if row.startswith('VmHWM')]); sys.exit(status)"
    )
    command = [sys.executable, "-c", code, *map(str, given)]
    ended = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    return ended.returncode, int(ended.stdout), ended.stderr


def start(*given: object, folder: Path | None = None) -> subprocess.Popen[bytes]:
    """Begin to run the command, with pipes on all its streams; it can be interrupted even if its parents cannot."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        arguments(*given),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        cwd=folder,
        env=environment(),
        bufsize=0,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # no threads are in the way
    )


def make(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its relative name; folders as a name that ends in a slash."""
    return {
        found.relative_to(folder).as_posix() + ("/" if found.is_dir() else ""): b"" if found.is_dir() else _read(found)
        for found in sorted(folder.rglob("*"))
    }


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b"special"


def lines_of(path: Path, kind: str = "") -> list[dict[str, Any]]:
    """The lines of a report, or those of one type."""
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    return [line for line in lines if not kind or line["type"] == kind]
