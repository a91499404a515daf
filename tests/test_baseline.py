"""Baselines: text that moves is known, one copy more is not; and files that are no baselines are refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError, OutputError, SettingsError
from dedup.findings import Limits
from tests.checks import EDITED_A, NEAR_A, A, B, C, D, check, levels, new_files, page, places
from tests.command import make, run

_BEFORE = {"a.md": page(A, C), "b.md": page(B, A), "c.md": page(D, B)}  # A and B twice

_AFTER: dict[str, tuple[dict[str, str], list[str]]] = {
    # what happened: (the files then, files with what is new)
    "nothing": (_BEFORE, []),
    "lines moved": ({**_BEFORE, "b.md": page("A new heading", C[:20], B, "Between them.", A)}, []),
    "paragraphs changed places": ({**_BEFORE, "b.md": page(A, B)}, []),
    "a file was renamed": ({"a.md": page(A, C), "z/y.md": page(B, A), "c.md": page(D, B)}, []),
    "files were renamed so that another copy comes first": (
        {"z.md": page(A, C), "b.md": page(B, A), "a.md": page(D, B)},
        [],
    ),
    "text went to another file": ({"a.md": page(C), "b.md": page(B, A), "c.md": page(D, B, A)}, []),
    "wrapped anew, other marks and capitals": ({**_BEFORE, "b.md": page(B.upper(), A.replace(" ", "\n") + "!")}, []),
    "a copy was removed": ({**_BEFORE, "b.md": page(B)}, []),
    "all copies were removed": ({"a.md": page(A, C), "c.md": page(D, B)}, []),
    "one more copy": ({**_BEFORE, "d.md": page(A)}, ["d.md"]),
    "one more copy, in a file that comes first": ({**_BEFORE, "0.md": page(A)}, ["0.md"]),
    "one more copy, in the middle": ({**_BEFORE, "aa.md": page(A)}, ["aa.md"]),
    "one more copy in a file that holds one": ({**_BEFORE, "b.md": page(B, A, A)}, ["b.md"]),
    "two more copies": ({**_BEFORE, "d.md": page(A), "e.md": page(B)}, ["d.md", "e.md"]),
    "one more copy that is a near one": ({**_BEFORE, "d.md": page(EDITED_A)}, ["d.md"]),
    "a known copy was edited": ({**_BEFORE, "b.md": page(B, EDITED_A)}, []),
    "the first copy was edited": ({**_BEFORE, "a.md": page(EDITED_A, C)}, []),
    "a copy was edited, and there is one more": ({**_BEFORE, "b.md": page(B, EDITED_A), "d.md": page(A)}, ["d.md"]),
    "an old one went, a new one came": ({"a.md": page(A, C), "b.md": page(B, C), "c.md": page(D, B)}, ["b.md"]),
    "something else was repeated": ({**_BEFORE, "d.md": page(D)}, ["d.md"]),
    "what is repeated once more came in two files": ({**_BEFORE, "d.md": page(D), "e.md": page(D)}, ["d.md", "e.md"]),
}  # fmt: skip


@pytest.mark.parametrize("case", _AFTER)
def test_verdicts_against_a_baseline(tmp_path: Path, case: str) -> None:
    """Line shifts, moves, removed and edited copies pass; every copy more fails, and is the one that is named."""
    make(tmp_path / "before", {**_BEFORE})
    make_baseline(tmp_path / "before")
    files, new = _AFTER[case]
    make(tmp_path / "after", {**files})
    (tmp_path / "before/baseline.jsonl").rename(tmp_path / "after/baseline.jsonl")
    checked = check(tmp_path / "after", baseline="baseline.jsonl")
    assert new_files(checked) == new
    assert checked.totals.new == len(new)
    assert checked.has_passed == (not new)
    assert [level for level in levels(checked) if level != "note"] == ["error"] * len(new)


_GONE = {  # one that is left alone is no copy either
    "a copy was removed": 2,
    "all copies were removed": 4,
    "an old one went, a new one came": 2,
    "a known copy was edited": 0,
    "one more copy": 0,
    "text went to another file": 0,
}


@pytest.mark.parametrize("case", _GONE)
def test_copies_that_are_gone_are_counted(tmp_path: Path, case: str) -> None:
    """What the baseline knows and the corpus has no more is told, so that it can be forgotten."""
    make(tmp_path / "before", {**_BEFORE})
    make_baseline(tmp_path / "before")
    make(tmp_path / "after", {**_AFTER[case][0]})
    (tmp_path / "before/baseline.jsonl").rename(tmp_path / "after/baseline.jsonl")
    assert check(tmp_path / "after", baseline="baseline.jsonl").totals.gone == _GONE[case]


def make_baseline(folder: Path) -> bytes:
    """Write the baseline of a folder, and its bytes."""
    checked = check(folder, baseline="baseline.jsonl", update_baseline=True)
    assert checked.has_passed
    return (folder / "baseline.jsonl").read_bytes()


def test_a_near_copy_stays_known_when_the_other_one_comes_first(tmp_path: Path) -> None:
    """Two near copies are known whichever of them is met first."""
    make(tmp_path, {"a.md": page(A), "b.md": page(NEAR_A)})
    make_baseline(tmp_path)
    (tmp_path / "a.md").rename(tmp_path / "c.md")
    checked = check(tmp_path, baseline="baseline.jsonl")
    assert (places(checked), checked.totals.new) == (["c.md:1:1 = b.md:1:1"], 0)


def test_the_copy_that_comes_first_is_named_if_it_is_the_new_one(tmp_path: Path) -> None:
    """Where the new copy is the one that would stay, the finding points at it, and says so."""
    make(tmp_path, {**_BEFORE})
    make_baseline(tmp_path)
    make(tmp_path, {"0.md": page(A)})
    checked = check(tmp_path, baseline="baseline.jsonl")
    (new,) = [finding for finding in checked.findings if finding.is_new]
    assert (new.at.file, new.is_canonical, new.copy, new.copies) == ("0.md", True, 1, 3)
    assert checked.totals.duplicates == 3


def test_limits_count_known_duplicates_too(tmp_path: Path) -> None:
    """A limit of all duplicates is one of all: what the baseline knows counts, and fails with it."""
    make(tmp_path, {**_BEFORE})
    make_baseline(tmp_path)
    limits = Limits(max_duplicates=1, fail_on_new=True)
    checked = check(tmp_path, baseline="baseline.jsonl", limits=limits)
    assert (checked.failures, levels(checked)) == (("2 duplicates, 1 allowed",), ["error", "error"])
    limits = Limits(max_duplicates=2, fail_on_new=False)
    make(tmp_path, {"d.md": page(D)})
    checked = check(tmp_path, baseline="baseline.jsonl", limits=Limits(max_duplicates=3))
    assert (checked.has_passed, levels(checked)) == (True, ["note", "note", "warning"])


def test_a_baseline_is_sorted_and_says_nothing_of_places(tmp_path: Path) -> None:
    """The same texts give the same bytes, wherever they stand in their documents; an entry is a line."""
    first = make_baseline(make(tmp_path / "1", {**_BEFORE}))
    again = {"a.md": page("Heading", A, C), "b.md": page(B, "x", A), "c.md": page(D, B)}
    assert make_baseline(make(tmp_path / "2", {**again})) == first
    header, *entries = [json.loads(line) for line in first.splitlines()]
    assert (header["type"], header["format"], header["settings"]["threshold"]) == ("baseline", 1, 0.8)
    assert [entry["fingerprint"] for entry in entries] == sorted(entry["fingerprint"] for entry in entries)
    assert [set(entry) for entry in entries] == [{"fingerprint", "copies", "documents"}] * 2
    assert sorted((entry["copies"], *entry["documents"]) for entry in entries) == [
        (2, "a.md", "b.md"),
        (2, "b.md", "c.md"),
    ]


def test_many_documents_are_not_listed(tmp_path: Path) -> None:
    """A text that stands in very many documents does not make a line of all their names."""
    data = make_baseline(make(tmp_path, {f"{i:02}.md": page(A) for i in range(30)}))
    (entry,) = [json.loads(line) for line in data.splitlines()[1:]]
    assert (entry["copies"], "documents" in entry) == (30, False)
    make(tmp_path, {"30.md": page(A)})
    assert new_files(check(tmp_path, baseline="baseline.jsonl")) == ["30.md"]


def test_what_is_allowed_is_not_in_the_baseline(tmp_path: Path) -> None:
    """The allow-list and the baseline do not count the same text twice."""
    make(tmp_path, {**_BEFORE})
    (fingerprint,) = {finding.fingerprint for finding in check(tmp_path).findings if finding.excerpt.startswith(A[:20])}
    checked = check(tmp_path, baseline="baseline.jsonl", update_baseline=True, allow={fingerprint: "a motto"})
    assert (checked.totals.duplicates, checked.totals.allowed) == (1, 1)
    assert fingerprint not in (tmp_path / "baseline.jsonl").read_text("utf-8")


_BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no baseline"),
    "not JSON": (b"fingerprints\n", "no baseline"),
    "JSON of something else": (b'{"type":"header","format":1}\n', "no baseline"),
    "of a later version": (b'{"type":"baseline","format":2,"settings":{}}\n', "baseline format 2"),
}
_BROKEN_ENTRIES = {
    "an entry that is cut off": b'{"fingerprint":"00","cop\n',
    "an entry without a count": b'{"fingerprint":"00"}\n',
    "an entry of no copies": b'{"fingerprint":"00","copies":0}\n',
    "a count that is none": b'{"fingerprint":"00","copies":"two"}\n',
    "an entry twice": b'{"fingerprint":"00","copies":2}\n' * 2,
    "a mark of a merge conflict": b"<<<<<<< HEAD\n",
}


@pytest.mark.parametrize("case", _BROKEN)
def test_what_is_no_baseline_is_refused(tmp_path: Path, case: str) -> None:
    """Row 51: a file that is no baseline of this version is refused."""
    data, said = _BROKEN[case]
    make(tmp_path, {**_BEFORE, "baseline.jsonl": data})
    with pytest.raises(InputError, match=said):
        check(tmp_path, baseline="baseline.jsonl")


@pytest.mark.parametrize("case", _BROKEN_ENTRIES)
def test_damaged_entries_are_refused(tmp_path: Path, case: str) -> None:
    """Row 51: an entry that is damaged is refused, with its line."""
    make(tmp_path, {**_BEFORE})
    data = make_baseline(tmp_path)
    (tmp_path / "baseline.jsonl").write_bytes(data + _BROKEN_ENTRIES[case])
    with pytest.raises(InputError, match=re.escape(f"baseline.jsonl:{4 + (case == 'an entry twice')}: not an entry")):
        check(tmp_path, baseline="baseline.jsonl")


def test_a_missing_baseline_is_refused(tmp_path: Path) -> None:
    """Row 51: a baseline that is not there is not taken for an empty one."""
    make(tmp_path, {**_BEFORE})
    with pytest.raises(InputError, match="no such baseline: --update-baseline makes it"):
        check(tmp_path, baseline="baseline.jsonl")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"threshold": 0.9}, "threshold was 0.8 and is 0.9"),
        ({"unit": "line"}, 'unit was "paragraph" and is "line"'),
        ({"near": False}, "near was true and is false"),
        ({"ngram": 3, "min_span": 50}, "min_span was 40 and is 50; ngram was 2 and is 3"),
    ],
)
def test_other_settings_are_refused(tmp_path: Path, settings: dict[str, object], said: str) -> None:
    """Row 51: a baseline made with other settings is refused, with both values; made anew, it is taken."""
    make(tmp_path, {**_BEFORE})
    make_baseline(tmp_path)
    with pytest.raises(SettingsError, match=re.escape(said)):
        check(tmp_path, baseline="baseline.jsonl", settings=settings)
    check(tmp_path, baseline="baseline.jsonl", update_baseline=True, settings=settings)
    assert check(tmp_path, baseline="baseline.jsonl", settings=settings).has_passed


def test_settings_that_change_no_answer_are_taken(tmp_path: Path) -> None:
    """How much memory and how many threads a check takes is its own business."""
    make(tmp_path, {**_BEFORE})
    make_baseline(tmp_path)
    assert check(tmp_path, baseline="baseline.jsonl", settings={"memory": 500}, jobs=2).has_passed


def test_a_baseline_is_not_written_over_something_else(tmp_path: Path) -> None:
    """A file that is no baseline is not replaced by one, whatever it is called; one of another version is."""
    make(
        tmp_path, {**_BEFORE, "notes.jsonl": '{"text":"x"}\n', "old": '{"type":"baseline","format":9,"settings":{}}\n'}
    )
    with pytest.raises(InputError, match="no baseline"):
        check(tmp_path, "a.md", baseline="notes.jsonl", update_baseline=True)
    assert (tmp_path / "notes.jsonl").read_text("utf-8") == '{"text":"x"}\n'
    assert check(tmp_path, baseline="old", update_baseline=True).has_passed
    assert check(tmp_path, baseline="old").has_passed


@pytest.mark.parametrize("name", ["known.jsonl.gz", "known.zst", "-"])
def test_a_baseline_that_could_not_be_read_again_is_not_written(tmp_path: Path, name: str) -> None:
    """One that would be compressed for its name, or go to standard output, is refused."""
    make(tmp_path, {"a.md": page(A)})
    ended = run("check", "a.md", "--baseline", name, "--update-baseline", folder=tmp_path)
    assert (ended.status, ended.out, "not compressed" in ended.err) == (2, b"", True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_a_baseline_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """Nobody is told that a baseline was written which was not."""
    make(tmp_path, {**_BEFORE})
    with pytest.raises(OutputError, match="cannot be written"):
        check(tmp_path, baseline="a.md/baseline.jsonl", update_baseline=True)


_TEXTS = [A, B, C, D]


@given(
    held=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(_TEXTS)), min_size=1, max_size=10),
    shuffled=st.randoms(use_true_random=False),
    name=st.sampled_from(["0.md", "bb.md", "z.md"]),
    text=st.sampled_from(_TEXTS),
)
def test_any_order_is_known_and_any_copy_more_is_new(
    held: list[tuple[str, str]], shuffled: object, name: str, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However copies are spread over files, renaming all files and moving all texts gives nothing new; one more copy of
    a text that is there gives one new finding, in the file that it came with.
    """
    folder = tmp_path_factory.mktemp("check")
    make(folder / "1", _spread(held))
    make_baseline(folder / "1")
    moved = list(held)
    shuffled.shuffle(moved)  # type: ignore[attr-defined]
    make(folder / "2", _spread([(chr(ord("a") + ord("d") - ord(file)), each) for file, each in moved]))
    make(folder / "2", {"baseline.jsonl": (folder / "1/baseline.jsonl").read_bytes()})
    assert new_files(check(folder / "2", baseline="baseline.jsonl")) == []
    make(folder / "1", {name: page(text)})
    copies = sum(each == text for _, each in held)
    new = new_files(check(folder / "1", baseline="baseline.jsonl"))
    assert len(new) == (copies > 0)
    assert copies < 2 or new == [name]


def _spread(held: list[tuple[str, str]]) -> dict[str, str | bytes]:
    return {f"{file}.md": page(*(text for other, text in held if other == file)) for file, _ in held}
