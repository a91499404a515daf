"""Options that cannot be meant, and outputs that must not be written: nothing is done, and one line says what to do."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest

from tests.command import FOX, OWL, is_refused, lines_of, make, start, succeed, tree

_CLEAN = ("clean", "a.jsonl", "-o", "out")
_MISTAKES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # what is wrong (rows 46, 48 and 49): (the command, what the last line says)
    "threshold above 1": ((*_CLEAN, "--threshold", "1.000001"), ("threshold=1.000001", "above 0 and up to 1")),
    "threshold 0 of match": (("match", "a.jsonl", "--threshold", "0"), ("threshold=0.0", "above 0 and up to 1")),
    "threshold that is no number": ((*_CLEAN, "--threshold", "high"), ("--threshold", "'high'")),
    "threshold negative": ((*_CLEAN, "--threshold", "-1"), ("threshold=-1.0", "above 0 and up to 1")),
    "threshold 1.5": (("match", "a.jsonl", "--threshold", "1.5"), ("threshold=1.5", "above 0 and up to 1")),
    "threshold above 100%": ((*_CLEAN, "--threshold", "150%"), ("threshold=1.5", "above 0 and up to 1")),
    "threshold 0%": ((*_CLEAN, "--threshold", "0%"), ("threshold=0.0", "above 0 and up to 1")),
    "threshold of nothing": ((*_CLEAN, "--threshold", "%"), ("--threshold", "'%'", "percentage")),
    "threshold of two per cents": ((*_CLEAN, "--threshold", "80%%"), ("--threshold", "'80%%'", "percentage")),
    "threshold not a number": ((*_CLEAN, "--threshold", "nan"), ("threshold=nan", "above 0 and up to 1")),
    "threshold infinite": ((*_CLEAN, "--threshold", "inf"), ("threshold=inf", "above 0 and up to 1")),
    "miss probability 1": ((*_CLEAN, "--miss-probability", "1"), ("miss_probability=1.0", "above 0 and below 1")),
    "miss probability 100%": ((*_CLEAN, "--miss-probability", "100%"), ("miss_probability=1.0", "above 0 and below")),
    "seed below 0": ((*_CLEAN, "--seed", "-1"), ("seed=-1", "0 to 4294967295")),
    "jobs 0": ((*_CLEAN, "--jobs", "0"), ("jobs=0", "")),
    "ratio 0": ((*_CLEAN, "--max-ratio", "0"), ("--max-ratio", "x>=1")),
    "record 0": ((*_CLEAN, "--max-record", "0"), ("--max-record", "x>=1")),
    "misspelt command": (("claen", "a.jsonl"), ("'claen'", "'clean'")),
    "misspelt option": ((*_CLEAN, "--inputformat", "jsonl"), ("--inputformat", "--input-format")),
    "misspelt option of match": (("match", "a.jsonl", "--treshold", "1"), ("--treshold", "--threshold")),
    "option of another command": (("match", "a.jsonl", "--unit", "line"), ("--unit", "No such option")),
    "misspelt format": ((*_CLEAN, "--input-format", "jsnol"), ("'jsnol'", "'jsonl'")),
    "misspelt unit": ((*_CLEAN, "--unit", "sentense"), ("'sentense'", "'sentence'")),
    "misspelt scope": ((*_CLEAN, "--scope", "documents"), ("'documents'", "'document'")),
    "misspelt keep rule": ((*_CLEAN, "--keep", "langest"), ("'langest'", "longest")),
    "keep rule without a field": ((*_CLEAN, "--keep", "max:"), ("'max:'", "max:FIELD")),
    "misspelt protection": ((*_CLEAN, "--protect", "number"), ("'number'", "'numbers'")),
    "misspelt field": ((*_CLEAN, "-q", "--text-field", "txt"), ("a.jsonl:1", "'txt'; there are text")),
    "pattern without files": (("clean", "*.jsnol", "-o", "out"), ("*.jsnol", "no such file")),
    "no input": (("clean", "-o", "out"), ("INPUTS", "Missing argument")),
    "no report": (("restore", "a.jsonl", "-o", "out"), ("--report", "Missing option")),
    "report that is a folder": ((*_CLEAN, "--report", "/", "--force"), ("/: it is a folder",)),
    "report below a file": ((*_CLEAN, "--report", "a.jsonl/r"), ("a.jsonl/r", "Not a directory")),
    "report where nothing can be": ((*_CLEAN, "--report", "/proc/none/r"), ("/proc/none/r", "cannot be written")),
    "summary where nothing can be": ((*_CLEAN, "--summary-json", "/proc/none/s"), ("/proc/none/s", "cannot be")),
    "matches where nothing can be": (("match", "a.jsonl", "-o", "/proc/none/m"), ("/proc/none/m", "cannot be")),
    "summary below a file": ((*_CLEAN, "--summary-json", "a.jsonl/s"), ("a.jsonl/s", "Not a directory")),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _MISTAKES)
def test_mistakes(tmp_path: Path, mistake: str) -> None:
    """What is misspelt or out of range is named, with what it may be or what comes nearest."""
    given, said = _MISTAKES[mistake]
    make(tmp_path, {"a.jsonl": f'{{"text":"{FOX}"}}\n'})
    is_refused(tmp_path, given, *said)


@pytest.mark.parametrize("threshold", ["1", "1.0", "0.999999", "0.8", "0.3", "+0.5", "5e-1", "100%", "99.9 %"])
def test_thresholds_that_are_taken(tmp_path: Path, threshold: str) -> None:
    """Row 48: every threshold above 0 and up to 1 that a signature can serve is taken."""
    make(tmp_path, {"a.jsonl": f'{{"text":"{FOX}"}}\n'})
    succeed(*_CLEAN, "--threshold", threshold, folder=tmp_path)


@pytest.mark.parametrize("percentage", ["80%", "55%", "29 %", "12.3%", ".7%"])
def test_percentages(tmp_path: Path, percentage: str) -> None:
    """Row 48: a ratio may be given in per cent, and is the same number as without."""
    make(tmp_path, {"a.jsonl": f'{{"text":"{FOX}"}}\n'})
    given = ("--threshold", "80%", "--miss-probability", percentage, "--report", "r")
    succeed(*_CLEAN, *given, folder=tmp_path)
    (header,) = lines_of(tmp_path / "r", "header")
    settings = header["settings"]
    expected = float(Fraction(percentage.rstrip("% ")) / 100)
    assert (settings["threshold"], settings["miss_probability"]) == (0.8, expected)


_OUTPUTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # what is refused (row 50): (the command, what the line says)
    "matches are the input": (("match", "a.jsonl", "-o", "a.jsonl", "--force"), ("a.jsonl", "one of the inputs")),
    "summary is the input": ((*_CLEAN, "--summary-json", "a.jsonl", "--force"), ("a.jsonl", "one of the inputs")),
    "original is the report": (("restore", "a.jsonl", "--report", "r", "-o", "r", "--force"), ("r", "one of the inp")),
    "original is the cleaned": (("restore", "a.jsonl", "--report", "r", "-o", "a.jsonl", "--force"), ("a.jsonl", "in")),
    "summary exists": ((*_CLEAN, "--summary-json", "b.jsonl"), ("b.jsonl", "--force")),
    "matches exist": (("match", "a.jsonl", "-o", "b.jsonl"), ("b.jsonl", "--force")),
    "original exists": (("restore", "a.jsonl", "--report", "r", "-o", "b.jsonl"), ("b.jsonl", "--force")),
    "input is a loop": (("clean", "loop", "-o", "out"), ("loop", "no such file")),
    "input below a loop": (("clean", "loop/a.jsonl", "-o", "out"), ("loop/a.jsonl", "no such file")),
    "report to be read is a loop": (("restore", "a.jsonl", "--report", "loop", "-o", "out"), ("loop", "symbolic lin")),
    "compared with a pipe": (("match", "pipe"), ("pipe", "neither a file nor a folder")),
    "output is a pipe": (("clean", "a.jsonl", "-o", "pipe", "--force"), ("pipe", "no regular file")),
    "input is a device": (("clean", "/dev/zero", "-o", "out"), ("/dev/zero", "neither a file nor a folder")),
    "output is a device": (("clean", "a.jsonl", "-o", "/dev/null", "--force"), ("/dev/null", "no regular file")),
    "summary is a device": ((*_CLEAN, "--summary-json", "/dev/null", "--force"), ("/dev/null", "no regular file")),
}  # fmt: skip


_LOOPS: dict[str, tuple[str, ...]] = {
    "output is a loop": ("clean", "a.jsonl", "-o", "loop"),
    "output below a loop": ("clean", "a.jsonl", "-o", "loop/out"),
    "outputs are below a loop": ("clean", "a.jsonl", "b.jsonl", "-o", "loop", "--force"),
    "report is a loop": (*_CLEAN, "--report", "loop", "--force"),
    "summary is a loop": (*_CLEAN, "--summary-json", "loop"),
    "state is a loop": (*_CLEAN, "--state", "loop"),
    "matches are a loop": ("match", "a.jsonl", "-o", "loop", "--force"),
    "summary of matches is a loop": ("match", "a.jsonl", "--summary-json", "loop"),
    "originals are a loop": ("restore", "a.jsonl", "--report", "r", "-o", "loop"),
}  # fmt: skip


def _make_inputs(folder: Path) -> None:
    """Files, a link to itself, and a pipe that nobody reads."""
    make(folder, {"a.jsonl": f'{{"text":"{FOX}"}}\n', "b.jsonl": "old"})
    succeed("clean", "-q", "a.jsonl", "-o", "c.jsonl", "--report", "r", folder=folder)
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")


@pytest.mark.parametrize("case", _OUTPUTS)
def test_outputs(tmp_path: Path, case: str) -> None:
    """Row 50: inputs, what exists, loops of links, pipes and devices are refused before any work, and nothing hangs."""
    given, said = _OUTPUTS[case]
    _make_inputs(tmp_path)
    is_refused(tmp_path, given, *said)


@pytest.mark.parametrize("case", _LOOPS)
def test_outputs_that_are_loops(tmp_path: Path, case: str) -> None:
    """Row 50: an output that is a link to itself, or below one, is refused as well."""
    _make_inputs(tmp_path)
    is_refused(tmp_path, _LOOPS[case], "loop", "symbolic links")


def test_folders_with_loops_and_pipes_end(tmp_path: Path) -> None:
    """Row 50: a folder that holds links to itself, to its parent and nowhere, and a pipe, is gone through once."""
    make(tmp_path / "in", {"a.txt": FOX, "deep/b.txt": f"{FOX}\n\n{OWL}"})
    (tmp_path / "in/deep/up").symlink_to("..")
    (tmp_path / "in/self.txt").symlink_to("self.txt")
    (tmp_path / "in/nowhere.txt").symlink_to("missing")
    os.mkfifo(tmp_path / "in/pipe.txt")
    succeed("clean", "in", "-o", "out", folder=tmp_path)
    assert tree(tmp_path / "out") == {"a.txt": FOX.encode(), "deep/": b"", "deep/b.txt": OWL.encode()}


def test_pipes_in_folders_are_counted(tmp_path: Path) -> None:
    """Row 50: what is called like a text and is none, a pipe or a loop of links, is named and counted."""
    make(tmp_path / "in", {"a.txt": FOX})
    (tmp_path / "in/self.txt").symlink_to("self.txt")
    os.mkfifo(tmp_path / "in/pipe.txt")
    ended = succeed("clean", "in", "-o", "out", folder=tmp_path)
    assert "skipped pipe.txt: neither a file nor a folder" in ended.err
    assert "left out    2 special-file\n" in ended.err


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        (("match", "-q", "in.jsonl"), 1),
        (("match", "-q", "in.jsonl"), 0),
        (("clean", "-q", "in.jsonl", "--dry-run", "--report", "-"), 1),
        (("compare", "in.jsonl", "in.jsonl"), 0),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else str(value),
)
def test_readers_that_go_away(tmp_path: Path, given: tuple[str, ...], lines: int) -> None:
    """Row 37: whoever reads only the beginning of what a command prints ends it without a word, status 141."""
    make(tmp_path, {"in.jsonl": "".join(f'{{"text":"{FOX}"}}\n' for _ in range(20_000))})
    with start(*given, folder=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        begun = [process.stdout.readline() for _ in range(lines)]
        process.stdout.close()
        err = process.stderr.read()
    assert all(begun)
    assert (process.returncode, err) == (141, b"")
    assert set(tree(tmp_path)) == {"in.jsonl"}
