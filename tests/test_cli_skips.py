"""Records that cannot be read: when a run goes on without them, and when it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import BEAR, FOX, OWL, lines_of, make, run, succeed, tree

_OUT = ("-o", "out", "--report", "r")


@pytest.mark.parametrize("keep", ["first", "last"])
def test_strict(tmp_path: Path, keep: str) -> None:
    """--strict ends in status 2 and a line with the first record that was skipped; what is written is the same."""
    make(tmp_path, {"a.jsonl": f'{{"text":"{FOX}"}}\nno\n{{"text":"{FOX}\\n\\n{OWL}"}}\n{{"text":1}}\n'})
    succeed("clean", "-q", "a.jsonl", "-o", "expected", "--report", "s", "--keep", keep, folder=tmp_path)
    ended = run("clean", "-q", "a.jsonl", *_OUT, "--strict", "--keep", keep, folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.startswith("dedup: error: a.jsonl:2: Expecting value at character 0 of the line; --strict: 2 rec")
    assert (tmp_path / "out").read_bytes() == (tmp_path / "expected").read_bytes()
    assert (tmp_path / "r").read_bytes() == (tmp_path / "s").read_bytes()
    matched = run("match", "-q", "a.jsonl", "--strict", "--keep", keep, folder=tmp_path)
    assert (matched.status, matched.err) == (2, ended.err)
    assert matched.out == succeed("match", "a.jsonl", "--keep", keep, folder=tmp_path).out


def test_strict_without_skipped_records(tmp_path: Path) -> None:
    """--strict is fine where nothing was skipped; blank lines are nothing that could be."""
    make(tmp_path, {"a.jsonl": f'{{"text":"{FOX}"}}\n\n  \n', "b.txt": "", "c.csv": "text\n\nx\n"})
    succeed("clean", "a.jsonl", "b.txt", "c.csv", *_OUT, "--strict", folder=tmp_path)


def _row(i: int, body: str, **fields: object) -> str:
    return json.dumps({"id": str(i), "url": f"http://example.org/{'x' * 200}", **fields, "body": body}) + "\n"


@pytest.mark.parametrize("command", ["clean", "match"])
@pytest.mark.parametrize("keep", ["first", "last"])
def test_the_wrong_field(tmp_path: Path, command: str, keep: str) -> None:
    """Where most records lack the field for the text, the run is refused and told which field may have been meant."""
    rows = [_row(i, f"{BEAR} {i}", title="a title") for i in range(8)] + [_row(9, "", text=FOX)] * 6
    rows[3] = _row(3, "short", title="a title, and a longer one than the text there is")
    make(tmp_path, {"a.jsonl": "".join(rows)})
    ended = run(command, "-q", "a.jsonl", "-o", "out", "--keep", keep, folder=tmp_path)
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, b"", 1)
    assert ended.err == (
        "dedup: error: a.jsonl:1: no field 'text'; there are id, url, title, body; "
        "so it is in 8 of 14 records: did you mean --text-field body?\n"
    )
    assert set(tree(tmp_path)) == {"a.jsonl"}
    succeed(command, "-q", "a.jsonl", "-o", "out", "--text-field", "body", "--keep", keep, folder=tmp_path)


@pytest.mark.parametrize(
    ("without", "with_text", "status"),
    [(5, 5, 0), (6, 5, 2), (5, 4, 0), (6, 4, 2), (9, 0, 2), (1, 0, 2)],
)
def test_how_many_may_lack_the_field(tmp_path: Path, without: int, with_text: int, status: int) -> None:
    """Half of the records may lack it, and most of less than ten, as long as one has it."""
    rows = [_row(i, f"{BEAR} {i}") for i in range(without)] + [_row(i, "", text=f"{OWL} {i}") for i in range(with_text)]
    make(tmp_path, {"in/a.jsonl": "".join(rows[:3]), "in/b.jsonl": "".join(rows[3:])})
    ended = run("clean", "-q", "in", *_OUT, folder=tmp_path)
    assert ended.status == status
    assert ("did you mean --text-field body?" in ended.err) == (status == 2)
    if status == 0:
        assert lines_of(tmp_path / "r")[-1]["documents"]["skipped"] == {"no-text-field": without}


def test_other_reasons_are_no_wrong_field(tmp_path: Path) -> None:
    """Texts that are null, numbers or lists are skipped, however many they are; so are lines that are no JSON."""
    rows = [_row(i, BEAR, text=text) for i, text in enumerate((None, 1, [BEAR]) * 5)] + ["no\n"] * 5
    make(tmp_path, {"a.jsonl": "".join([*rows, _row(99, "", text=FOX)])})
    succeed("clean", "a.jsonl", *_OUT, folder=tmp_path)
    counted = {"invalid-json": 5, "text-not-a-string": 15}
    assert lines_of(tmp_path / "r")[-1]["documents"]["skipped"] == counted


def test_no_field_that_could_be_meant(tmp_path: Path) -> None:
    """Where no field holds a text, the line says what to look at."""
    make(tmp_path, {"a.jsonl": '{"x":12,"y":[["a b c"]],"z":"word"}\n' * 20 + f'{{"text":"{FOX}"}}\n'})
    ended = run("clean", "-q", "a.jsonl", *_OUT, folder=tmp_path)
    assert ended.err.endswith("there are x, y, z; so it is in 20 of 21 records: check --text-field\n")
