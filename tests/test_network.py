"""Nothing in the library opens a network connection, or could by itself: a process that tried would be ended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import Ended, environment, make, run
from tests.every_format import files

_ENDED = 97
# What every Python process does first, that of the worker too: it writes down its command, and ends at the first event
# that has to do with a network. Native code raises no such events; what is imported is held by test_architecture.py.
_WATCH = f"""
import os, sys

def watch(event, arguments):
    if event.split(".")[0] in ("socket", "urllib", "http", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib"):
        tell("event " + event)
        os._exit({_ENDED})

def tell(line):
    with open(os.environ["WATCHED"], "a") as log:
        log.write(line + "\\n")

tell("process " + " ".join(sys.orig_argv[1:]))
sys.addaudithook(watch)
"""


def _watched(folder: Path) -> dict[str, str]:
    """What makes a process, and all that it starts, be watched."""
    make(folder, {"watch/sitecustomize.py": _WATCH})
    path = os.pathsep.join((str(folder / "watch"), environment()["PYTHONPATH"]))
    return {"PYTHONPATH": path, "WATCHED": str(folder / "log"), "PYTHONDONTWRITEBYTECODE": "1"}


def _log(folder: Path) -> list[str]:
    return (folder / "log").read_text().splitlines()


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import socket; socket.socket().bind(('127.0.0.1', 0))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', 9))",
        "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', 'import socket; socket.socket()']))",
    ],
)
def test_the_watch_is_awake(tmp_path: Path, attempt: str) -> None:
    """Whoever tries to open a connection is ended, however it is tried and in whatever process."""
    watched = environment(**_watched(tmp_path))
    ended = subprocess.run([sys.executable, "-c", attempt], env=watched, check=False)
    assert ended.returncode == _ENDED
    assert _log(tmp_path)[-1].startswith("event ")


def test_no_command_opens_a_connection(tmp_path: Path) -> None:
    """Files of all formats are cleaned, matched, restored, compared and checked without one, in all processes."""
    given = files()
    make(tmp_path / "in", given)
    watched = _watched(tmp_path)

    def command(*arguments: str) -> Ended:
        ended = run(*arguments, stdin=b"", folder=tmp_path, **watched)
        assert ended.status == 0, ended.err
        return ended

    command("clean", "in", "-o", "out", "--report", "r.jsonl.gz", "--summary-json", "s", "--memory", "1")
    command("clean", "in", "-o", "out2", "--keep", "longest", "--unit", "sentence", "--jobs", "3")
    command("match", "in", "-o", "matches")
    command("restore", "out", "--report", "r.jsonl.gz", "-o", "back")
    command("compare", "in/a.txt", "in/b.txt", "--json")
    command("check", "in", "--exit-zero", "--report", "sarif=s.sarif", "--report", "json=c.json")
    command("--version")
    assert {path.name for path in (tmp_path / "back").iterdir()} == set(given)
    log = _log(tmp_path)
    assert not [line for line in log if not line.startswith("process ")]
    assert len([line for line in log if " dedup " in line]) == 7
    workers = [line for line in log if line.endswith("dedup.formats.html_worker")]
    assert len(workers) == (4 if "i.warc.gz" in given else 0)
