"""Progress: one line on a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import io
import os
import subprocess
from contextlib import suppress
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


class _Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_was_done_before_a_stop(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that is gone on with tells how far it is as a whole, and how fast it is now."""
    clock = _Clock()
    with Progress(quiet=False, clock=clock) as progress:
        progress.reading(100_000_000)
        progress.resumed(60_000_000, Summary(documents=6000), 3, ("a:1", "bad"))
        clock.now += 10
        progress.progressed(10_000_000, Summary(documents=7000))
    assert "70%, 70 of 100 MB, 7,000 documents (100/s), 0 duplicates, 0:30 left" in capsys.readouterr().err
    assert (progress.skips, progress.first_skip) == (3, ("a:1", "bad"))


class _Terminal(io.StringIO):
    """A terminal that remembers what was drawn on it."""

    def isatty(self) -> bool:
        """It is one."""
        return True

    @property
    def screen(self) -> list[str]:
        """The lines that somebody sees in the end."""
        rows = []
        for row in self.getvalue().split("\n"):
            shown = ""
            for drawn in row.split("\r"):
                shown = drawn + shown[len(drawn) :]
            rows.append(shown.rstrip())
        return rows


def _summary(second: int) -> Summary:
    return Summary(documents=100 * second, exact=second, near=second)


def test_short_runs_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no terminal, a run of a moment prints no progress."""
    clock = _Clock()
    with Progress(quiet=False, clock=clock) as progress:
        progress.reading(0)
        for _ in range(3):
            clock.now += 3
            progress.progressed(2 << 20, Summary())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("total", [40_000_000, 0])
def test_plain_lines(capsys: pytest.CaptureFixture[str], total: int) -> None:
    """Where there is no terminal, a line every ten seconds says what was read of how much, how many documents and
    duplicates there were and how fast, and how long the rest will take if the total is known.
    """
    clock = _Clock()
    with Progress(quiet=False, clock=clock) as progress:
        progress.reading(total)
        for second in range(1, 26):
            clock.now += 1
            progress.progressed(1_000_000, _summary(second))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == (
        [
            "25%, 10 of 40 MB, 1,000 documents (100/s), 20 duplicates, 0:30 left",
            "50%, 20 of 40 MB, 2,000 documents (100/s), 40 duplicates, 0:20 left",
        ]
        if total
        else ["10 MB, 1,000 documents (100/s), 20 duplicates", "20 MB, 2,000 documents (100/s), 40 duplicates"]
    )


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ([(1, 100)] * 60, "0:40"),  # 100 a second all the time
        ([(1, 1000)] * 5 + [(1, 10)] * 95, "6:45"),  # much faster before, which does not count any more
        ([(200, 1000)], "30:00"),  # one step
        ([(50, 10)], "13:52:30"),
        ([(1, 100)] * 99 + [(1, 200)], "0:00"),  # more than there should be
    ],
)
def test_time_left(capsys: pytest.CaptureFixture[str], steps: list[tuple[float, int]], left: str) -> None:
    """The time left is what the rest takes at the speed of the last half minute or so."""
    clock = _Clock()
    with Progress(quiet=False, clock=clock) as progress:
        progress.reading(10_000)
        for seconds, size in steps:
            clock.now += seconds
            progress.progressed(size, Summary())
    assert capsys.readouterr().err.endswith(f" duplicates, {left} left\n")


def test_one_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal one line is drawn again and again, ten times a second at most; what is skipped stands above it."""
    terminal, clock = _Terminal(), _Clock()
    monkeypatch.setattr("sys.stderr", terminal)
    with Progress(quiet=False, clock=clock) as progress:
        progress.reading(10_000_000)
        for step in range(1, 1001):
            clock.now += 0.01
            progress.progressed(10_000, _summary(step))
            if step == 500:
                progress.skipped("a\x1b:7", "bad\nline")
    drawings = terminal.getvalue().count("%,")
    assert 90 <= drawings <= 105
    assert terminal.screen == [
        "skipped a\\x1b:7: bad\\nline",
        "100%, 10 of 10 MB, 100,000 documents (10,000/s), 2,000 duplicates, 0:00 left",
        "",
    ]
    assert max(len(drawn) for drawn in terminal.getvalue().split("\r")) < 80


def test_a_run_that_fails_leaves_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error begins on a line of its own, below how far the run had come."""
    terminal, clock = _Terminal(), _Clock()
    monkeypatch.setattr("sys.stderr", terminal)
    with suppress(ZeroDivisionError), Progress(quiet=False, clock=clock) as progress:
        progress.reading(10_000_000)
        clock.now += 1
        progress.progressed(5_000_000, _summary(1))
        raise ZeroDivisionError
    assert terminal.screen == ["50%, 5 of 10 MB, 100 documents (100/s), 2 duplicates, 0:01 left", ""]


def test_pipes_have_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an input whose size nobody knows a terminal shows what was read, and no share of it."""
    terminal, clock = _Terminal(), _Clock()
    monkeypatch.setattr("sys.stderr", terminal)
    with Progress(quiet=False, clock=clock) as progress:
        progress.reading(0)
        clock.now += 2
        progress.progressed(3_000_000, _summary(1))
    assert terminal.screen == ["3 MB, 100 documents (50/s), 2 duplicates", ""]


@pytest.mark.parametrize("quiet", [False, True])
def test_a_run_on_a_terminal(tmp_path: Path, quiet: bool) -> None:
    """On a terminal a line is drawn to the end and the summary begins on a new one; --quiet draws none."""
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
        assert "\r0%, 0 of 0 MB, 0 documents, 0 duplicates" in shown
        assert "\r100%, 0 of 0 MB, 3 documents" in shown
        assert "2 duplicates" in shown
        assert "\ndocuments" in shown
