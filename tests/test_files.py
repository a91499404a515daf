"""Inputs are found in order; outputs are there whole or not at all."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dedup import InputError, OutputError
from dedup.formats.jsonl import JsonLines
from dedup.outputs import Outputs
from dedup.part_files import label_of
from dedup.sources import Source, find_sources
from tests.command import FOX, make, tree
from tests.compressed import COMPRESS


@pytest.fixture
def umask() -> Iterator[int]:
    """A umask that is neither the usual one nor none."""
    old = os.umask(0o027)
    yield 0o027
    os.umask(old)


def _write(outputs: Outputs, path: Path, data: bytes) -> None:
    with outputs.create(str(path)) as output:
        output.write(data)


def test_sources_are_sorted_and_named_from_their_folder(tmp_path: Path) -> None:
    """A folder gives its text files by relative name, sorted; files are called by their own name; order is kept."""
    make(
        tmp_path,
        {"in/b.txt": "", "in/B.JSONL": "", "in/a/z.txt": "", "in/a.log": "", "in/d.txt/c.txt": "", "x.dat": ""},
    )
    found = find_sources([str(tmp_path / "x.dat"), str(tmp_path / "in"), "-"])
    assert [source.name for source in found] == ["x.dat", "B.JSONL", "a/z.txt", "b.txt", "d.txt/c.txt", "stdin"]
    assert [source.path and source.path.exists() for source in found] == [True] * 5 + [None]


def test_sources_that_cannot_be(tmp_path: Path) -> None:
    """Missing inputs, folders without texts and equal names are errors; a link that leads nowhere is no text."""
    make(tmp_path, {"a.txt": "", "other/a.txt": "", "empty/x": ""})
    (tmp_path / "empty" / "loop.txt").symlink_to("loop.txt")
    for given in (["missing"], ["empty"], ["a.txt", "other"], ["a.txt", "a.txt"], ["-", "-"]):
        with pytest.raises(InputError):
            find_sources([name if name == "-" else str(tmp_path / name) for name in given])
    assert find_sources([str(tmp_path / "empty")], may_be_empty=True) == []


def test_outputs_appear_together(tmp_path: Path) -> None:
    """Before commit no output is in its place; after it all are, in folders made for them, and nothing else is."""
    with Outputs([], force=False) as outputs:
        _write(outputs, tmp_path / "new" / "a.txt", b"a")
        _write(outputs, tmp_path / "new" / "deep" / "b.txt", b"b")
        assert not [name for name in tree(tmp_path) if name.endswith(".txt")]
        outputs.commit()
    assert tree(tmp_path) == {"new/": b"", "new/a.txt": b"a", "new/deep/": b"", "new/deep/b.txt": b"b"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_after_an_error(tmp_path: Path, error: type[BaseException]) -> None:
    """An error between two outputs leaves neither, no folder made for them, and the old file as it was."""
    make(tmp_path, {"old.txt": "old"})
    with pytest.raises(error), Outputs([], force=True) as outputs:  # noqa: PT012  # the block is what is tested
        _write(outputs, tmp_path / "old.txt", b"new")
        with outputs.create(str(tmp_path / "new" / "deep" / "a.txt")) as output:
            output.write(b"half")
            raise error
    assert tree(tmp_path) == {"old.txt": b"old"}


def test_folders_in_use_stay(tmp_path: Path) -> None:
    """A folder made for an output stays when somebody else put something into it."""
    with Outputs([], force=False) as outputs:
        _write(outputs, tmp_path / "new" / "a.txt", b"a")
        make(tmp_path, {"new/theirs": "x"})
    assert tree(tmp_path) == {"new/": b"", "new/theirs": b"x"}


def test_what_cannot_be_removed(tmp_path: Path) -> None:
    """An unfinished output that cannot be removed hides no error, and the others are removed."""
    with pytest.raises(KeyboardInterrupt), Outputs([], force=False) as outputs:  # noqa: PT012
        _write(outputs, tmp_path / "a.txt", b"a")
        (part,) = tmp_path.iterdir()
        part.unlink()
        make(part, {"theirs": "x"})
        _write(outputs, tmp_path / "b.txt", b"b")
        raise KeyboardInterrupt
    assert tree(tmp_path) == {f"{part.name}/": b"", f"{part.name}/theirs": b"x"}


def test_outputs_that_cannot_all_be_placed(tmp_path: Path) -> None:
    """When one output cannot be put in its place, no new one appears."""
    with pytest.raises(OutputError), Outputs([], force=True) as outputs:  # noqa: PT012
        _write(outputs, tmp_path / "new" / "a.txt", b"a")
        _write(outputs, tmp_path / "b.txt", b"b")
        (tmp_path / "b.txt").mkdir()
        outputs.commit()
    assert tree(tmp_path) == {"b.txt/": b""}


def test_permissions(tmp_path: Path, umask: int) -> None:
    """A new file gets the permissions the umask leaves; one that replaces another gets the other's."""
    make(tmp_path, {"old.txt": "old"})
    (tmp_path / "old.txt").chmod(0o604)
    with Outputs([], force=True) as outputs:
        _write(outputs, tmp_path / "old.txt", b"new")
        _write(outputs, tmp_path / "new.txt", b"new")
        outputs.commit()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"old.txt": 0o604, "new.txt": 0o666 & ~umask}


@pytest.mark.parametrize("name", ["a.txt/b", "a.txt/b/c", "link/b"])
def test_an_output_below_a_file_is_refused_before_any_work(tmp_path: Path, name: str) -> None:
    """What can never be made is not found out at the end."""
    make(tmp_path, {"a.txt": FOX})
    (tmp_path / "link").symlink_to("a.txt")
    with (
        Outputs([], force=True) as outputs,
        pytest.raises(OutputError, match=r"cannot be written: Not a directory: a\.txt is a file"),
    ):
        outputs.check(str(tmp_path / name))


def test_what_is_refused(tmp_path: Path) -> None:
    """Inputs, folders, special files, and without force what exists, are refused; a link to an input is the input."""
    make(tmp_path, {"in.txt": "", "old.txt": "", "folder/x": ""})
    (tmp_path / "link.txt").symlink_to("in.txt")
    (tmp_path / "nowhere.txt").symlink_to("missing")
    os.mkfifo(tmp_path / "pipe")
    source = Source(tmp_path / "in.txt", "in.txt")
    always = ["in.txt", "link.txt", "folder/../in.txt", "folder", "pipe"]
    for force, refused in ((True, always), (False, [*always, "old.txt", "nowhere.txt"])):
        outputs = Outputs([source], force=force)
        for name in refused:
            with pytest.raises(OutputError):
                outputs.check(str(tmp_path / name))
        outputs.check(str(tmp_path / "new.txt"))


def test_planted_names_are_not_followed(tmp_path: Path) -> None:
    """Unfinished outputs have names that cannot be guessed, so that no two runs share one."""
    with Outputs([], force=False) as one, Outputs([], force=False) as two:
        _write(one, tmp_path / "a", b"1")
        _write(two, tmp_path / "a", b"2")
        assert len(tree(tmp_path)) == 2
    assert tree(tmp_path) == {}


def test_closed_parts_of_a_living_run(tmp_path: Path) -> None:
    """Outputs that wait for the others are not taken for those of a killed run."""
    with Outputs([], force=False) as one:
        for name in ("a", "b"):
            with one.create(str(tmp_path / name)) as output:
                output.write(b"1")
        with Outputs([], force=True) as two:
            for name in ("b", "a"):
                with two.create(str(tmp_path / name)) as output:
                    output.write(b"2")
            two.commit()
        assert len(tree(tmp_path)) == 4
    assert tree(tmp_path) == {"a": b"2", "b": b"2"}


@pytest.mark.parametrize("length", [1, 100, 101, 255])
def test_parts_of_long_names(tmp_path: Path, length: int) -> None:
    """What a killed run left beside an output is found whatever the length of its name, and nothing else is."""
    names = ["a" * length, "a" * (length - 1) + "b"]
    parts = []
    for name in names:
        with Outputs([], force=False) as killed:
            _write(killed, tmp_path / name, b"1")
            (part,) = tmp_path.iterdir()
        parts.append(re.sub(r"[0-9a-f]{12}\.part$", "0123456789ab.part", part.name))
    make(tmp_path, dict.fromkeys(parts, "left"))
    with Outputs([], force=False) as outputs:
        _write(outputs, tmp_path / names[0], b"2")
        outputs.commit()
    assert tree(tmp_path) == {names[0]: b"2", parts[1]: b"left"}


def test_labels_are_of_one_name_each() -> None:
    """No name is the label of another one, and all are short."""
    path = Path("ß" * 120)
    for _ in range(3):
        label = label_of(path)
        assert label == label_of(path) != path.name
        assert len(os.fsencode(label)) < 120
        path = path.with_name(label)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_input_that_changes_while_it_is_read(tmp_path: Path, suffix: str) -> None:
    """A file that somebody writes to while it is read is an error; one that is replaced is read to its end."""
    line = f'{{"text":"{FOX}"}}\n'.encode()
    path = tmp_path / f"a.jsonl{suffix}"
    data = COMPRESS[suffix](line * 50_000) if suffix else line * 50_000
    path.write_bytes(data)
    source = Source(path, path.name)
    chunks = source.chunks(JsonLines(), 1000)
    next(chunks)
    (tmp_path / "new").write_bytes(b"")
    (tmp_path / "new").replace(path)
    assert sum(chunk.data.count(b"\n") for chunk in chunks) > 49_000
    path.write_bytes(data)
    chunks = source.chunks(JsonLines(), 1000)
    next(chunks)
    with path.open("ab") as more:
        more.write(b"" if suffix else line)
    os.utime(path, ns=(0, 0))
    with pytest.raises(InputError, match="it changed while it was read"):
        list(chunks)
