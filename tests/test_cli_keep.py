"""`--keep`: which copy stays, over several files; what is written stands in the order of the inputs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from dedup import Settings
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.command import BEAR, FOX, OWL, Nobody, lines_of, make, run, succeed, tree

_NEAR = OWL.replace("old", "aged")
RULES = ("last", "longest", "max:score", "min:day", "prefer:source=news,blog")


def _row(key: object, text: str, **fields: object) -> str:
    return json.dumps({"id": key, "text": text, **fields}) + "\n"


# Kept copies stand in files before and after, documents are emptied, ids repeat, lines cannot be read.
_FILES: dict[str, str | bytes] = {
    "a.jsonl": _row(1, FOX, score=1, day="2020-02-01", source="blog")
    + _row(2, f"{BEAR}\n\n{FOX}", score=5, source="news")
    + "nothing\n"
    + _row(1, f"{OWL}\n\n{FOX}", score=5.5, day="2019-01-01")
    + "\n"
    + _row(3, FOX, day="2024-01-01"),
    "b.txt": f"{FOX}\n\n{OWL}\n\n{OWL}",
    "c/d.jsonl": _row(1, FOX, score=1, day="2020-02-01", source="blog")
    + _row("größer", f"{_NEAR}\n\nA line of its own.\n\n{BEAR}", score="high", source="news")
    + _row(2, f"{BEAR}\n\n{FOX}", score=True)
    + _row(4, f"{OWL} {BEAR}\n\n{FOX}", score=-1, source="elsewhere"),
    "z.txt": f"{BEAR}\n\n{BEAR}",
}


@pytest.mark.parametrize("rule", RULES)
def test_the_bytes_are_the_same_whatever_the_jobs_and_come_back(tmp_path: Path, rule: str) -> None:
    """Texts and report do not depend on the number of threads; restoring them gives the inputs, byte for byte."""
    make(tmp_path / "in", _FILES)
    for jobs in ("1", "2", "5"):
        options = ("-o", f"{jobs}/out", "--report", f"{jobs}/r.jsonl", "--jobs", jobs, "--keep", rule, "-q")
        succeed("clean", "in", *options, folder=tmp_path)
    assert tree(tmp_path / "1") == tree(tmp_path / "2") == tree(tmp_path / "5")
    assert tree(tmp_path / "1" / "out") != tree(tmp_path / "in")
    assert lines_of(tmp_path / "1" / "r.jsonl", "header")[0]["settings"]["keep"] == rule
    succeed("restore", "1/out", "--report", "1/r.jsonl", "-o", "back", folder=tmp_path)
    assert tree(tmp_path / "back") == tree(tmp_path / "in")


def test_the_report_is_in_the_order_of_the_inputs(tmp_path: Path) -> None:
    """Files, their documents, merges and skipped lines come as they were read, and every merge says why."""
    make(tmp_path / "in", _FILES)
    succeed("clean", "in", "--dry-run", "--report", "r.jsonl", "--keep", "last", "-q", folder=tmp_path)
    lines = lines_of(tmp_path / "r.jsonl")
    told = [(line["type"], line.get("document", line.get("file"))) for line in lines[1:-1] if line["type"] != "merge"]
    assert told == [
        ("input", "a.jsonl"), ("document", "1"), ("emptied", "1"), ("document", "2"), ("emptied", "2"),
        ("skipped", "a.jsonl"), ("document", "1"), ("emptied", "1"), ("document", "3"), ("emptied", "3"),
        ("input", "b.txt"), ("document", "b.txt"), ("emptied", "b.txt"),
        ("input", "c/d.jsonl"), ("document", "1"), ("emptied", "1"), ("document", "größer"), ("document", "2"),
        ("emptied", "2"),
        ("input", "z.txt"), ("document", "z.txt"),
    ]  # fmt: skip
    merges = [line for line in lines if line["type"] == "merge"]
    assert {merge["kept_because"] for merge in merges} == {"last", "first"}
    assert [merge["kept_because"] for merge in merges if merge["document"] == merge["canonical"]["document"]] == [
        "first"
    ]
    assert lines[-1]["documents"] == {
        "in": 11, "written": 3, "emptied": 7, "revisits": 2, "skipped": {"invalid-json": 1},
    }  # fmt: skip


def test_by_default_no_line_says_why(tmp_path: Path) -> None:
    """Under `first` no merge gives a reason, for there is but one."""
    make(tmp_path / "in", _FILES)
    succeed("clean", "in", "--dry-run", "--report", "r.jsonl", folder=tmp_path)
    assert lines_of(tmp_path / "r.jsonl", "merge")
    assert not any("kept_because" in line for line in lines_of(tmp_path / "r.jsonl"))


def _stays(folder: Path, rule: str, rows: list[dict[str, Any]]) -> list[Any]:
    """The ids of those lines that are still there."""
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    ended = succeed("clean", "-", "-o", "-", "--keep", rule, "-q", stdin=data, folder=folder)
    return [json.loads(line)["id"] for line in ended.out.splitlines()]


@pytest.mark.parametrize(
    ("rule", "stays"),
    [("first", 1), ("last", 5), ("longest", 3), ("max:score", 2), ("min:score", 4), ("prefer:source=a,b", 4)],
)
def test_standard_input_is_gone_through_by_rank(tmp_path: Path, rule: str, stays: int) -> None:
    """What comes through a pipe can be read once only, and is still cleaned by every rule."""
    rows = [
        {"id": 1, "text": FOX, "source": "c"},
        {"id": 2, "score": 10, "text": FOX, "source": "b"},
        {"id": 3, "text": f"{FOX}!!", "score": "text"},
        {"text": FOX, "id": 4, "source": "a", "score": 9.5},
        {"id": 5, "text": FOX, "score": None},
    ]
    assert _stays(tmp_path, rule, rows) == [stays]


def test_match_takes_a_rule(tmp_path: Path) -> None:
    """The lines of `match` stand in the order of the inputs, and say what stays and why."""
    rows = _row("a", FOX, score=1) + _row("b", OWL) + "no\n" + _row("c", f"{FOX}!", score=2) + _row("d", FOX, score=2)
    make(tmp_path, {"in.jsonl": rows, "e.txt": OWL})
    ended = succeed("match", "in.jsonl", "e.txt", "--keep", "max:score", folder=tmp_path)
    found = [json.loads(line) for line in ended.out.splitlines()]
    told = [(line["document"], line["record"], line["canonical"], line["kept_because"]) for line in found]
    assert told == [("a", 0, "c", "max:score"), ("d", 3, "c", "first"), ("e.txt", 4, "b", "first")]
    assert "3 of them near-duplicates of others" in ended.err
    assert "skipped in.jsonl:3" in ended.err


@pytest.mark.parametrize("command", [("clean", "--dry-run"), ("match",)])
@pytest.mark.parametrize(
    ("rule", "said"),
    [("shortest", "choose first, last, longest"), ("max", "max:FIELD"), ("prefer:source", "prefer:FIELD=VALUE"),
     ("max:scroe", "not one document has a number or a string in the field 'scroe'")],
)  # fmt: skip
def test_a_bad_rule_is_one_clear_error(tmp_path: Path, command: tuple[str, ...], rule: str, said: str) -> None:
    """What is no rule, and a field that no document has, end with status 2 and a line that says what to do."""
    make(tmp_path / "in", _FILES)
    before = tree(tmp_path)
    ended = run(*command, "in", "-q", "--keep", rule, folder=tmp_path)
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, b"", 1)
    assert said in ended.err
    assert tree(tmp_path) == before


def test_nothing_readable_is_an_error_under_a_rule_too(tmp_path: Path) -> None:
    """When not one line can be read, the error names the first, and not the field that nobody has then."""
    make(tmp_path, {"in.jsonl": "nothing\n"})
    for command in (("clean", "--dry-run"), ("match",)):
        ended = run(*command, "in.jsonl", "-q", "--keep", "max:score", folder=tmp_path)
        assert (ended.status, "in.jsonl:1" in ended.err) == (2, True)


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path) -> None:
    """Neither a run that ends well nor one that does not leaves a file there."""
    make(tmp_path, _FILES)
    make(tmp_path / "temporary", {})
    place = str(tmp_path / "temporary")
    succeed("clean", "a.jsonl", "--dry-run", "--keep", "last", folder=tmp_path, TMPDIR=place)
    assert run("clean", "a.jsonl", "--dry-run", "--keep", "max:none", folder=tmp_path, TMPDIR=place).status == 2
    assert os.listdir(tmp_path / "temporary") == []  # noqa: PTH208


_TEXTS = st.lists(st.sampled_from((FOX, BEAR, OWL, _NEAR, "Yes", "", "\ud800")), max_size=4).map("\n\n".join)
_ROWS = st.builds(
    lambda key, text, score: json.dumps({**key, "text": text, **score}).encode() + b"\n",
    st.sampled_from(({}, {}, {"id": 1}, {"id": "a"}, {"id": "a.jsonl:2"}, {"id": "größer"})),
    _TEXTS,
    st.sampled_from(({}, {"score": 1}, {"score": 2}, {"score": "x"}, {"score": [1]})),
)
_LINES = st.lists(_ROWS | st.sampled_from((b"\n", b"nothing\n", b'{"text":null}\n')), max_size=5).map(b"".join)


@effort(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_LINES, _LINES, st.sampled_from(("last", "longest", "max:score", "prefer:score=1")), st.booleans())
def test_every_small_folder_comes_back(
    tmp_path_factory: pytest.TempPathFactory, a: bytes, b: bytes, rule: str, keep_empty: bool
) -> None:
    """Two files of any few lines come back byte for byte under every rule, emptied documents kept or not."""
    folder = tmp_path_factory.mktemp("keep")
    make(folder / "in", {"a.jsonl": a + b'{"text":"one","score":0}', "b.jsonl": b, "c.txt": f"{FOX}\n\n{OWL}"})
    writing = Writing(output=str(folder / "out"), report=str(folder / "r.jsonl"), keep_empty=keep_empty)
    clean_files([str(folder / "in")], Settings(keep=rule), Reading(), writing, Nobody(), jobs=2)
    restore_files(str(folder / "out"), str(folder / "r.jsonl"), str(folder / "back"), Reading(), force=False)
    assert tree(folder / "back") == tree(folder / "in")
