"""Progress: a bar on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from dedup import Summary
from dedup.progress import Progress
from tests.command import FOX, arguments, environment, make


def test_skipped_records_are_named_up_to_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    """The first skipped records are named, each on a line made harmless; then one line says that more are counted."""
    with Progress(quiet=False) as progress:
        progress.reading(100)
        for number in range(50):
            progress.skipped(f"a\x1b:{number}", "bad\nline")
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert captured.out == ""
    assert lines[0] == "skipped a\\x1b:0: bad\\nline"
    assert len(lines) == 21
    assert "report" in lines[-1]


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Quiet progress prints nothing at all."""
    with Progress(quiet=True) as progress:
        progress.reading(1 << 30)
        progress.progressed(1 << 30, Summary())
        progress.skipped("a", "b")
    assert capsys.readouterr() == ("", "")


def test_short_runs_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no terminal, a run of a moment prints no progress."""
    with Progress(quiet=False) as progress:
        progress.reading(0)
        for _ in range(3):
            progress.progressed(2 << 20, Summary())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("quiet", [False, True])
def test_bar_on_a_terminal(tmp_path: Path, quiet: bool) -> None:
    """On a terminal a bar is drawn to its end and the summary begins on a new line; --quiet draws none."""
    pty = pytest.importorskip("pty")
    make(tmp_path, {"in.jsonl": f'{{"text":"{FOX}"}}\n' * 3})
    ours, theirs = pty.openpty()
    ended = subprocess.run(
        arguments("clean", "in.jsonl", "-o", "-", *(["-q"] if quiet else [])),
        cwd=tmp_path, env=environment(TERM="xterm"), stdout=subprocess.PIPE, stderr=theirs, check=False,
    )  # fmt: skip
    os.write(theirs, b"end")
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    os.close(theirs)
    assert ended.returncode == 0
    if quiet:
        assert shown == "end"
    else:
        assert "cleaning" in shown
        assert "100%" in shown
        assert "\ndocuments" in shown
