"""Patterns and folders as inputs: which files they give, by which names, and what is left out."""

from __future__ import annotations

import gzip
import json
import os
from glob import glob
from pathlib import Path

import pytest

from dedup.errors import InputError
from dedup.finding import files_below, files_matching
from tests.command import BEAR, FOX, OWL, lines_of, make, run, succeed, tree

_TREE = dict.fromkeys(
    ["a.txt", "b.jsonl", "c.log", "x/a.txt", "x/y/a.txt", "x/y/z/b.txt", "x/.h.txt", ".h/a.txt", "n[1].txt", "é.txt"],
    FOX,
)  # fmt: skip


def _all(_: str) -> bool:
    return True


@pytest.mark.parametrize(
    "pattern",
    ["*", "*.txt", "?.txt", "**/*.txt", "**", "x/**", "x/**/*.txt", "**/y/*", "*/*.txt", "[ab].*", "[!a].txt",
     "x/*/a.txt", ".*/*", "**/.h*", "x/.*", "n[[]1].txt", "**/**/*.txt", "./x//*.txt", "**/x/**/b*",
     "*/nothing/*", "nowhere/*"],
)  # fmt: skip
def test_patterns_match_what_shells_match(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    """A pattern gives the files that the standard library's glob gives for it."""
    make(tmp_path, dict(_TREE))
    monkeypatch.chdir(tmp_path)
    found = files_matching(pattern, _all)
    names = glob(pattern, recursive=True)  # noqa: PTH207  # that of pathlib finds hidden files as well
    wanted = {os.path.normpath(name) for name in names if Path(name).is_file()}
    assert {str(found.folder / name) for name in found.files} == wanted
    assert found.files == sorted(found.files)
    assert not found.left_out


def _with_loops(folder: Path) -> Path:
    """A folder with links that lead around, links that lead nowhere, and a pipe."""
    make(folder, {"in/a.txt": FOX, "in/deep/b.txt": OWL, "other/c.txt": BEAR})
    for name, target in (("loop", "."), ("deep/up", ".."), ("away", "../other"), ("self.txt", "self.txt")):
        (folder / "in" / name).symlink_to(target)
    (folder / "in/linked.txt").symlink_to("../other/c.txt")
    os.mkfifo(folder / "in/pipe.txt")
    os.mkfifo(folder / "in/pipe.log")
    return folder


def test_loops_and_special_files(tmp_path: Path) -> None:
    """Links to folders are not followed, links to files are; what is left out is told, if it has a name of a format."""
    _with_loops(tmp_path)
    below = files_below(tmp_path / "in", lambda name: name.endswith(".txt"))
    matching = files_matching(f"{tmp_path}/in/**/*.txt", _all)
    for found in (below, matching):
        assert found.files == ["a.txt", "deep/b.txt", "linked.txt"]
        assert [(left.name, left.reason) for left in found.left_out] == [
            ("away", "linked-folder"), ("deep/up", "linked-folder"), ("loop", "linked-folder"),
            ("pipe.txt", "special-file"), ("self.txt", "special-file"),
        ]  # fmt: skip


@pytest.mark.parametrize("given", ["in", "in/**"])
def test_what_is_left_out_is_counted(tmp_path: Path, given: str) -> None:
    """Every link to a folder and every special file is named on a line, and counted by reason in summary and report."""
    _with_loops(tmp_path)
    ended = succeed("clean", given, "-o", "out", "--report", "r", folder=tmp_path)
    told = [line.split(":")[0] for line in ended.err.splitlines() if line.startswith("skipped ") and ":" in line]
    assert told == [f"skipped {name}" for name in ("away", "deep/up", "loop", "pipe.txt", "self.txt")]
    assert "documents   3 in, 3 written, 0 emptied\nleft out    3 linked-folder, 2 special-file\n" in ended.err
    summary = lines_of(tmp_path / "r")[-1]
    assert summary["left_out"] == {"linked-folder": 3, "special-file": 2}
    assert summary["documents"] == {"in": 3, "written": 3, "emptied": 0, "revisits": 0, "skipped": {}}
    assert [line["file"] for line in lines_of(tmp_path / "r", "skipped")] == [name[8:] for name in told]
    succeed("restore", "out", "--report", "r", "-o", "back", folder=tmp_path)
    assert set(tree(tmp_path / "back")) == {"a.txt", "deep/", "deep/b.txt", "linked.txt"}
    matched = succeed("match", given, "--summary-json", "s", folder=tmp_path)
    (summary,) = lines_of(tmp_path / "s")
    assert (summary["documents"], summary["left_out"]) == ({"in": 3, "duplicates": 0, "skipped": 0}, 5)
    strict = run("match", given, "--strict", folder=tmp_path)
    assert (strict.status, "away: a link to a folder is not followed" in strict.err.splitlines()[-1]) == (2, True)
    assert [line.split(":")[0] for line in matched.err.splitlines()][:-1] == told


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder below the input that cannot be read is an error with its name, and not quietly missing."""
    make(tmp_path, {"a.txt": FOX, "deep/b.txt": OWL})
    scandir = os.scandir

    def forbidding(path: Path) -> object:
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", forbidding)
    with pytest.raises(InputError, match=r"deep: Permission denied"):
        files_below(tmp_path, _all)
    with pytest.raises(InputError, match=r"deep: Permission denied"):
        files_matching(f"{tmp_path}/**/*.txt", _all)
    assert files_matching(f"{tmp_path}/*.txt", _all).files == ["a.txt"]


def test_names_keep_the_structure(tmp_path: Path) -> None:
    """Files are called by their place below the last folder that the pattern names, in ids and in the output."""
    make(tmp_path, {"crawl/1/a.txt": FOX, "crawl/2/a.txt": f"{OWL}\n\n{FOX}", "crawl/2/b.log": FOX, "b.jsonl": "{}\n"})
    succeed("clean", "crawl/*/*.txt", "b.jsonl", "-o", "out", "--report", "r", folder=tmp_path)
    assert {name for name in tree(tmp_path / "out") if not name.endswith("/")} == {"1/a.txt", "2/a.txt", "b.jsonl"}
    assert lines_of(tmp_path / "r", "merge")[0]["document"] == "2/a.txt"
    succeed("clean", "crawl/2/*.txt", "-o", "one", folder=tmp_path)
    assert set(tree(tmp_path / "one")) == {"a.txt"}


def test_a_pattern_goes_into_a_folder(tmp_path: Path) -> None:
    """A pattern that matches one file writes a folder, as it does for two."""
    make(tmp_path, {"in/a.jsonl": f'{{"text":"{FOX}"}}\n'})
    succeed("clean", "in/*.jsonl", "-o", "out", "--report", "r", folder=tmp_path)
    assert tree(tmp_path / "out") == tree(tmp_path / "in")
    succeed("restore", "out/*.jsonl", "--report", "r", "-o", "back", folder=tmp_path)
    assert tree(tmp_path / "back") == tree(tmp_path / "in")


def test_a_name_that_looks_like_a_pattern(tmp_path: Path) -> None:
    """What exists is taken as it is called; with --input-format a pattern gives files of any names."""
    make(tmp_path, {"a[1].txt": FOX, "a1.txt": OWL, "in/a.dat": f'{{"text":"{FOX}"}}\n', "in/b.txt": "{}\n"})
    succeed("clean", "a[1].txt", "-o", "out", folder=tmp_path)
    assert set(tree(tmp_path / "out")) == {"a[1].txt"}
    succeed("clean", "in/*", "-o", "all", "--input-format", "jsonl", folder=tmp_path)
    assert tree(tmp_path / "all") == tree(tmp_path / "in")


_FAULTS = {
    "matches nothing": ("*.jsonl", "as a pattern it matches no file that ends in .txt, .md"),
    "matches no suffix": ("*.log", "--input-format takes any"),
    "matches no folder": ("nowhere/*.txt", "matches no file"),
    "names above": ("*/../a.txt", "'..' cannot stand behind"),
    "the same file twice": (("in/*.txt", "in"), "another input is called 'a.txt' as well"),
    "is escaped": ("\x1b*", "\\x1b*: there is no such file"),
}


@pytest.mark.parametrize("fault", _FAULTS)
def test_patterns_that_cannot_be(tmp_path: Path, fault: str) -> None:
    """A pattern that gives nothing, or what is there already, ends in status 2 and one line; nothing is written."""
    given, said = _FAULTS[fault]
    make(tmp_path, {"in/a.txt": FOX, "b.log": FOX})
    before = tree(tmp_path)
    ended = run("clean", *([given] if isinstance(given, str) else given), "-o", "out", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert said in ended.err
    assert tree(tmp_path) == before


@pytest.mark.parametrize("given", [["crawl"], ["crawl/**/part-*.jsonl.gz"]])
def test_shards_stay_shards(tmp_path: Path, given: list[str]) -> None:
    """Every shard of the input is a shard of the output, in its folder, with its lines less what earlier ones said."""
    shards = {}
    for number in range(6):
        rows = [{"id": f"{number}-{i}", "text": f"{FOX}\n\n{number} {OWL} {i}"} for i in range(3)]
        data = "".join(json.dumps(row) + "\n" for row in rows).encode()
        shards[f"crawl/2024-{number % 2}/sub/part-{number:05}.jsonl.gz"] = gzip.compress(data)
    make(tmp_path, {**shards, "crawl/_SUCCESS": ""})
    succeed("clean", *given, "-o", "out", "--report", "r", "--threshold", "1", folder=tmp_path)
    out = {name: data for name, data in tree(tmp_path / "out").items() if not name.endswith("/")}
    assert sorted(out) == sorted(name.removeprefix("crawl/") for name in shards)
    ids = {name: [json.loads(line)["id"] for line in gzip.decompress(data).splitlines()] for name, data in out.items()}
    assert all(found == [f"{int(name[-14:-9])}-{i}" for i in range(3)] for name, found in ids.items())
    assert sum(gzip.decompress(data).count(FOX.encode()) for data in out.values()) == 1
    succeed("restore", "out", "--report", "r", "-o", "back", folder=tmp_path)
    back = {f"crawl/{name}": data for name, data in tree(tmp_path / "back").items() if not name.endswith("/")}
    assert {name: gzip.decompress(data) for name, data in back.items()} == {
        name: gzip.decompress(data) for name, data in shards.items()
    }


@pytest.mark.parametrize("pattern", ["", "**/*.txt"])
def test_a_folder_that_goes_while_others_are_listed_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    """What a program in the background makes and removes, as git does, ends no run; an input that is gone does."""
    make(tmp_path, {"a.txt": FOX, "gone/b.txt": FOX, "gone/in/c.txt": FOX})
    listed = os.scandir

    def scandir(folder: Path) -> os._ScandirIterator[str]:  # as if it went just now
        if Path(folder).name == "gone":
            raise FileNotFoundError(2, "No such file or directory")
        return listed(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    found = files_matching(str(tmp_path / pattern), _all) if pattern else files_below(tmp_path, _all)
    assert found.files == ["a.txt"]
    with pytest.raises(InputError, match="No such file"):
        files_below(tmp_path / "gone", _all)
