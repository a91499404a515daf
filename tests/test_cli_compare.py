"""`dedup compare`: how alike two files are, and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import FOX, OWL, make, run, succeed, tree


def test_compare_prints_numbers_and_places(tmp_path: Path) -> None:
    """Similarity, both containments, the tokens and each aligned run stand on lines of their own."""
    make(tmp_path, {"a.txt": FOX.replace("quick ", "quick \x1b"), "b.txt": f"{OWL}\n{FOX}"})
    ended = succeed("compare", "a.txt", "b.txt", "--ngram", "3", folder=tmp_path)
    assert ended.err == ""
    assert ended.out.decode().splitlines() == [
        "similarity   0.4400  Jaccard, shingles of 3 tokens",
        "containment  1.0000  of A in B",
        "containment  0.4400  of B in A",
        "tokens       13 in A, 27 in B",
        f"A 0-64  B {len(OWL) + 1}-{len(OWL) + 64}  13 tokens  The quick \\x1b{FOX[10:53]}...",
    ]
    assert set(tree(tmp_path)) == {"a.txt", "b.txt"}


def test_compare_prints_json(tmp_path: Path) -> None:
    """--json prints the same as one object; - stands for standard input."""
    make(tmp_path, {"a.txt": FOX})
    found = json.loads(succeed("compare", "-", "a.txt", "--json", stdin=FOX.upper().encode(), folder=tmp_path).out)
    aligned = [{"a": [0, 63], "b": [0, 63], "tokens": 13}]
    assert found == {
        "similarity": 1.0, "a_in_b": 1.0, "b_in_a": 1.0, "ngram": 5, "tokens": [13, 13], "aligned": aligned
    }  # fmt: skip


@pytest.mark.parametrize(
    ("b", "said"),
    [("nowhere.txt", "No such file"), ("folder", "directory"), ("bad.txt", "not UTF-8 at byte 1"), ("\x1b", "No such")],
    ids=["missing", "folder", "not UTF-8", "escape code"],
)  # fmt: skip
def test_compare_faults(tmp_path: Path, b: str, said: str) -> None:
    """A text that cannot be read ends in status 2 and one line that names it."""
    make(tmp_path, {"a.txt": FOX, "folder/a.txt": FOX, "bad.txt": b"a\xff"})
    ended = run("compare", "a.txt", b, folder=tmp_path)
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, b"", 1)
    assert ended.err.startswith(f"dedup: error: {b}: ".replace("\x1b", "\\x1b"))
    assert said.lower() in ended.err.lower()


def test_standard_input_is_one_text(tmp_path: Path) -> None:
    """Standard input cannot be both texts."""
    ended = run("compare", "-", "-", stdin=FOX.encode(), folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
