"""What a check finds, where it says that is, and what it reads."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from textwrap import fill
from typing import Any

import pytest

from dedup.errors import InputError, SettingsError
from dedup.findings import Checked, Finding, Limits
from dedup.formats.transcoding import Encoding
from dedup.reading import Reading
from tests.checks import EDITED_A, A, B, C, check, page, places
from tests.command import make, run


def _one(checked: Checked) -> Finding:
    (finding,) = checked.findings
    return finding


_WRAPPED = fill(f"{A} {B} {C}", 75)
_LINE = json.dumps({"id": "x", "text": page(A, B)})
_PLACES: dict[str, tuple[dict[str, str | bytes], Any]] = {
    # files: (line, column, end line, end column, start, end, record) of the second copy of A
    "text": ({"a.md": page(A), "b.md": page(B, A)}, (3, 1, 3, len(A) + 1, len(B) + 2, len(B) + 2 + len(A), None)),
    "text in lines": (
        {"a.md": page(_WRAPPED), "b.md": page("x", _WRAPPED)},
        (3, 1, 5, len(_WRAPPED.splitlines()[2]) + 1, 3, len(_WRAPPED) + 3, None),
    ),
    "line ends of Windows": (
        {"a.md": page(A), "b.md": page(B, A).replace("\n", "\r\n")},
        (3, 1, 3, len(A) + 1, len(B) + 4, len(B) + 4 + len(A), None),
    ),
    "after a byte order mark": (
        {"a.md": page(A), "b.md": b"\xef\xbb\xbf" + page(A).encode()},
        (1, 1, 1, len(A) + 1, 0, len(A), None),
    ),
    "columns are characters": (
        {"a.md": page(A), "b.md": f"\U0001f98a ä. {A}\n"},
        (1, 6, 1, len(A) + 6, 5, len(A) + 5, None),
    ),
    "compressed": (
        {"a.md": page(A), "b.md.gz": gzip.compress(page(B, A).encode())},
        (3, 1, 3, len(A) + 1, len(B) + 2, len(B) + 2 + len(A), None),
    ),
    "JSON lines": (
        {"a.md": page(A), "b.jsonl": "\n" + json.dumps({"text": "x"}) + "\n" + _LINE + "\n"},
        (3, None, 3, None, 0, len(A), 3),
    ),
    "JSON lines after a byte order mark": (
        {"a.md": page(A), "b.jsonl": b"\xef\xbb\xbf" + f"\n{_LINE}\n".encode()},
        (2, None, 2, None, 0, len(A), 2),
    ),
    "rows of several lines": (
        {"a.md": page(A), "b.csv": f'id,text\n1,"x\n\ny"\n2,"{A}"\n'},
        (5, None, 5, None, 0, len(A), 3),
    ),
}


@pytest.mark.parametrize("case", _PLACES)
def test_places(tmp_path: Path, case: str) -> None:
    """A finding names line and column of its file, from 1, in characters, and the characters of its document."""
    files, place = _PLACES[case]
    make(tmp_path, files)
    found = _one(check(tmp_path))
    at = found.at
    assert (at.line, at.column, at.end_line, at.end_column, at.start, at.end, at.record) == place
    assert (found.other.file, found.other.line, found.other.column) == ("a.md", 1, 1)
    assert (found.kind, found.copy, found.copies) == ("exact", 2, 2)


def test_lines_of_rows_in_another_encoding(tmp_path: Path) -> None:
    """Lines are counted in characters, whatever a file's bytes are."""
    make(tmp_path, {"b.csv": f'id,text\n1,"{A}\n\nx"\n2,"{A}"\n'.encode("utf-16-le")})
    reading = Reading(encoding=Encoding.named("utf-16-le", replaces=False))
    assert places(check(tmp_path, reading=reading)) == ["b.csv:5 = b.csv:2"]


def test_rows_of_tables_are_numbered(tmp_path: Path) -> None:
    """A format without lines has records."""
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"id": ["a", "b", "c"], "text": [A, B, A]}), tmp_path / "a.parquet")
    found = _one(check(tmp_path))
    assert (found.at.record, found.at.line, found.other.record, found.at.document) == (3, None, 1, "c")


def test_long_inputs_are_numbered_through(tmp_path: Path) -> None:
    """Lines go on where files are read in several parts, and begin anew with every file."""
    rows = "".join(f'{i},"{i} {"x" * 500}\n"\n' for i in range(3000))
    make(tmp_path, {"a.csv": f'id,text\n{rows}a,"{A}"\n', "b.csv": f'id,text\n{rows}b,"{A}"\n'})
    assert places(check(tmp_path)) == ["b.csv:6002 = a.csv:6002"]


def test_what_is_counted(tmp_path: Path) -> None:
    """Duplicates are copies more than one; the ratio is that of their characters, without the white space around."""
    make(tmp_path, {"a.md": page(A, B), "b.md": page(A, C), "c.md": page(EDITED_A)})
    checked = check(tmp_path)
    totals = checked.totals
    characters = sum(len(page(*each)) for each in ((A, B), (A, C), (EDITED_A,)))
    assert (totals.files, totals.documents, totals.characters, totals.duplicates) == (3, 3, characters, 2)
    assert totals.duplicate_characters == len(A) + len(EDITED_A)
    assert totals.duplicate_ratio == totals.duplicate_characters / characters
    assert [finding.kind for finding in checked.findings] == ["exact", "near"]
    assert [finding.copies for finding in checked.findings] == [3, 3]
    assert len({(finding.fingerprint, finding.copy) for finding in checked.findings}) == 2


def test_fingerprints_are_of_tokens(tmp_path: Path) -> None:
    """Case, marks and line ends are not in a fingerprint; the text that stays is."""
    make(tmp_path / "1", {"a.md": page(A), "b.md": page(A)})
    make(tmp_path / "2", {"x.md": page(C, f"> {A.upper().replace(' ', chr(10))}"), "y.md": page(B, f"({A})")})
    assert _one(check(tmp_path / "1")).fingerprint == _one(check(tmp_path / "2")).fingerprint


def test_an_equal_record_again_is_a_revisit(tmp_path: Path) -> None:
    """The same id with the same text is no duplicate of itself, and is counted."""
    make(tmp_path, {"a.jsonl": f"{_LINE}\n{_LINE}\n"})
    checked = check(tmp_path)
    assert (checked.findings, checked.totals.revisits) == ((), 1)


def test_another_rule_says_which_copy_is_one_too_many(tmp_path: Path) -> None:
    """With a keep rule, findings are the copies that it would not keep."""
    make(tmp_path, {"a.md": page(A), "b.md": page(A), "c.md": page(A, B)})
    assert places(check(tmp_path, settings={"keep": "longest"})) == ["a.md:1:1 = c.md:1:1", "b.md:1:1 = c.md:1:1"]
    ids = "".join(json.dumps({"id": "same", "text": text}) + "\n" for text in (A, page(A, B), page(C, A)))
    make(tmp_path / "ids", {"a.jsonl": ids})
    checked = check(tmp_path / "ids", settings={"keep": "last"})
    assert places(checked) == ["a.jsonl:1 = a.jsonl:3", "a.jsonl:2 = a.jsonl:3"]


def test_any_number_of_threads(tmp_path: Path) -> None:
    """The same findings in the same order, whatever works on them."""
    make(tmp_path, {f"{i}.md": page(A, B if i % 2 else C) for i in range(20)})
    assert check(tmp_path, jobs=1) == check(tmp_path, jobs=3)


def test_names_are_those_from_the_folder_of_the_check(tmp_path: Path) -> None:
    """Files of the same name in several inputs are told apart, one given twice is read once."""
    make(tmp_path, {"x/README.md": page(A), "y/README.md": page(A)})
    checked = check(tmp_path, "x", "y", "y/README.md", "x/../y")
    assert places(checked) == ["y/README.md:1:1 = x/README.md:1:1"]
    assert checked.files == ("x/README.md", "y/README.md")


def test_a_file_of_several_names_is_read_once(tmp_path: Path) -> None:
    """Links to a file are no copies of it, nor is a file that is given through a linked folder; it keeps its own name,
    and where that is not read, the first of the others. A file that stands twice is two.
    """
    make(tmp_path, {"x/real.md": page(A), "x/same.md": ""})
    (tmp_path / "x/same.md").unlink()
    (tmp_path / "x/same.md").hardlink_to(tmp_path / "x/real.md")
    (tmp_path / "x/a.md").symlink_to("real.md")
    (tmp_path / "x/z.md").symlink_to("real.md")
    (tmp_path / "linked").symlink_to("x")
    checked = check(tmp_path, "linked", "x", "linked/a.md")
    assert places(checked) == ["x/same.md:1:1 = x/real.md:1:1"]
    assert (checked.totals.left_out, checked.totals.files) == ({"link": 6}, 2)
    assert check(tmp_path, "x", ignore=["real.md", "same.md"]).files == ("x/a.md",)
    assert check(tmp_path, "x/z.md", against=["x/a.md", "x/z.md"], allow_empty=True).totals.files == 0


def test_what_is_not_read(tmp_path: Path) -> None:
    """What begins with a dot, what is to be ignored, and what the check writes itself is left out, and counted."""
    files = {"a.md": page(A), ".venv/x.md": page(A), "deep/.h.md": page(A), "gen/b.md": page(A), "c.log.md": page(A)}
    make(tmp_path, {**files, "out.md": page(A), "base.jsonl": ""})
    own = [str(tmp_path / "out.md")]
    checked = check(tmp_path, ignore=["gen", "*.log.md", "base.jsonl"], own_files=own)
    assert (checked.files, checked.findings) == (("a.md",), ())
    assert checked.totals.left_out == {"hidden": 2, "ignored": 3}
    assert places(check(tmp_path, "a.md", ".venv")) == [".venv/x.md:1:1 = a.md:1:1"]


def test_what_is_no_file_and_not_wanted_is_no_fault(tmp_path: Path) -> None:
    """Links to folders are told of by their names from the folder of the check; hidden or ignored ones are just that,
    also where nothing may be skipped.
    """
    make(tmp_path, {"x/a.md": page(A), "x/.venv/b.md": "b", "x/gen/c.md": "c"})
    for folder in ("x/.venv", "x/gen", "x"):
        (tmp_path / folder / "link.md").symlink_to(tmp_path / "x")
    told = run("check", "x", "--ignore", "gen", folder=tmp_path)
    assert told.err.splitlines() == ["skipped x/link.md: a link to a folder is not followed: give that folder as an "
                                     "input of its own"]  # fmt: skip
    assert b"left out: 2 hidden, 2 ignored, 1 linked-folder" in told.out
    (tmp_path / "x" / "link.md").unlink()
    assert run("check", "x", "--ignore", "gen", "--strict", folder=tmp_path).status == 0


_EMPTY: dict[str, dict[str, str | bytes]] = {
    "an empty file": {"a.md": ""},
    "blank lines": {"a.md": "\n \n\t\n", "b.jsonl": "\n\n"},
    "no records": {"a.csv": "id,text\n"},
    "empty texts": {"a.jsonl": '{"text":""}\n{"text":" "}\n'},
    "ignored files": {"x/a.md": A},
    "marked text": {"a.md": f"# dedup:ignore-start\n{A}\n# dedup:ignore-end\n"},
}


@pytest.mark.parametrize("name", ["0.jsonl", "b.jsonl", "z.jsonl"])
def test_a_file_whose_texts_have_another_name_is_an_error(tmp_path: Path, name: str) -> None:
    """A file of which not one record has the field of texts does not pass unread among others that have it."""
    make(tmp_path, {"a.md": page(A), "c.jsonl": '{"text":"x"}\n{}\n', name: f'{{"body":"{A}"}}\n'})
    with pytest.raises(InputError, match=rf"{name}:1.*not one of 1 records.*--text-field body"):
        check(tmp_path)
    assert check(tmp_path, ignore=[name]).totals.skipped == {"no-text-field": 1}


@pytest.mark.parametrize("case", _EMPTY)
def test_nothing_to_compare_is_an_error(tmp_path: Path, case: str) -> None:
    """Row 1: a check of nothing does not pass, unless it may."""
    make(tmp_path, _EMPTY[case])
    with pytest.raises(InputError, match="no text to compare"):
        check(tmp_path, ignore=["x"])
    assert check(tmp_path, ignore=["x"], allow_empty=True).has_passed


def test_a_folder_without_files_is_an_error(tmp_path: Path) -> None:
    """A folder in which nothing can be read does not pass either, unless it may."""
    make(tmp_path, {"a.log": A})
    with pytest.raises(InputError, match="holds no files"):
        check(tmp_path)
    assert check(tmp_path, allow_empty=True).has_passed


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    """Records that cannot be read are counted by reason; if none can be, it is an error."""
    make(tmp_path, {"a.jsonl": f'{_LINE}\n{{"text":1}}\nnot JSON\n', "b.md": b"\xff"})
    checked = check(tmp_path)
    assert checked.totals.skipped == {"invalid-json": 1, "invalid-utf8": 1, "text-not-a-string": 1}
    with pytest.raises(InputError, match="not one of 1 records"):
        check(tmp_path, "b.md")


def test_allowed_texts(tmp_path: Path) -> None:
    """A text on the allow-list may be repeated, by near copies as well, whichever copy is met first."""
    make(tmp_path, {"a.md": page(A), "b.md": page(A), "c.md": page(EDITED_A, B), "d.md": page(B)})
    (allowed,) = {finding.fingerprint for finding in check(tmp_path, "a.md", "b.md").findings}
    checked = check(tmp_path, allow={allowed: "a motto"})
    assert (places(checked), checked.totals.allowed) == (["d.md:1:1 = c.md:3:1"], 2)
    (tmp_path / "c.md").rename(tmp_path / "0.md")
    checked = check(tmp_path, allow={allowed: "a motto"})
    assert (places(checked), checked.totals.allowed) == (["d.md:1:1 = 0.md:3:1"], 2)


_MARKED = {
    "HTML": "<!-- dedup:ignore-start: a notice -->\n{}\n<!-- dedup:ignore-end -->",
    "reStructuredText": ".. dedup:ignore-start\n\n{}\n\n.. dedup:ignore-end",
    "indented": "  // dedup:ignore-start\n  {}\n\t// dedup:ignore-end",
    "line ends of Windows": "# dedup:ignore-start\r\n{}\r\n# dedup:ignore-end\r",
}


@pytest.mark.parametrize("case", _MARKED)
def test_marked_texts(tmp_path: Path, case: str) -> None:
    """What stands between markers is not compared, neither way; all else is, in its place."""
    marked = _MARKED[case].format(A)
    make(tmp_path, {"a.md": page(marked, B), "b.md": page(A), "c.md": page(marked, B)})
    found = _one(check(tmp_path))
    line = page(marked, B)[: page(marked, B).index(B)].count("\n") + 1
    assert (found.at.file, found.at.line, found.excerpt) == ("c.md", line, B)
    assert check(tmp_path).totals.characters == 2 * (len(page(marked, B)) - len(marked)) + len(page(A))
    assert "b.md:1:1 = a.md:" in "".join(places(check(tmp_path, markers=False)))


_UNPAIRED = {
    "never ended": (f"{A}\n<!-- dedup:ignore-start -->\n{B}", "a.md:2: dedup:ignore-start: no dedup:ignore-end"),
    "never begun": (f"{A}\n<!-- dedup:ignore-end -->\n", "a.md:2: dedup:ignore-end: another dedup:ignore-end"),
    "begun twice": ("# dedup:ignore-start\n\n# dedup:ignore-start\n# dedup:ignore-end\n", "a.md:3: dedup:ignore-start"),
}


@pytest.mark.parametrize("case", _UNPAIRED)
def test_markers_without_another_are_errors(tmp_path: Path, case: str) -> None:
    """A marker that is forgotten does not hide the rest of a file."""
    text, said = _UNPAIRED[case]
    make(tmp_path, {"a.md": text})
    with pytest.raises(InputError, match=said):
        check(tmp_path)


def test_words_about_markers_are_no_markers(tmp_path: Path) -> None:
    """Only a comment that stands alone on its line is a marker; records of a corpus hold none."""
    make(tmp_path, {"a.md": page(f"Write dedup:ignore-start in a comment. {A}"), "b.md": page(A)})
    assert check(tmp_path).totals.duplicates == 1
    text = f"# dedup:ignore-start\n\n{A}\n\n# dedup:ignore-end"
    make(tmp_path / "rows", {"a.jsonl": "".join(json.dumps({"text": text}) + "\n" for _ in range(2))})
    assert A in [finding.excerpt for finding in check(tmp_path / "rows").findings]


_PATTERNS = {  # pattern: names it covers
    "gen": ["gen/a.md", "x/gen/b.md", "x/gen"],
    "*.min.txt": ["a.min.txt", "x/y/b.min.txt"],
    "x/*.md": ["x/a.md"],
    "x": ["x/a.md", "x/y/b.min.txt", "x/gen/b.md", "x/gen"],
    "x/**": ["x/a.md", "x/y/b.min.txt", "x/gen/b.md", "x/gen"],
    "**/y/*": ["x/y/b.min.txt"],
    "./x/gen/": ["x/gen/b.md", "x/gen"],
    "[xg]*/?.md": ["x/a.md", "gen/a.md"],
    "X": [],
}


@pytest.mark.parametrize("pattern", _PATTERNS)
def test_patterns_of_ignored_files(pattern: str) -> None:
    """A pattern with a slash is one of names from the folder of the check, another one of any part of a name."""
    from dedup.ignoring import Ignored

    names = ["a.min.txt", "x/a.md", "gen/a.md", "x/y/b.min.txt", "x/gen/b.md", "x/gen"]
    assert sorted(name for name in names if name in Ignored([pattern])) == sorted(_PATTERNS[pattern])


def test_patterns_of_many_folders_take_no_longer() -> None:
    """`**` many times over is no search through all ways in which it could match."""
    from dedup.ignoring import Ignored

    folders = "a/" * 60
    ignored = Ignored(["**/a/" * 30 + "c", "**/a/" * 30 + "**/b"])
    assert [folders + "b" in ignored, folders + "d" in ignored] == [True, False]


@pytest.mark.parametrize("pattern", ["", "/", "/x", "../x", "x//y", "x/./y", "[ab", "x/[!a.md"])
def test_bad_patterns_are_refused(pattern: str) -> None:
    """Row 49: a pattern that can match nothing is refused."""
    from dedup.ignoring import Ignored

    with pytest.raises(SettingsError, match="ignore="):
        Ignored([pattern])


_REFERENCE = {"eval.jsonl": "".join(json.dumps({"id": f"q{i}", "text": text}) + "\n" for i, text in enumerate((A, C)))}


def test_overlaps(tmp_path: Path) -> None:
    """Text of the reference set in the corpus is found and named with its item, each copy of it; nothing else is."""
    make(tmp_path, {"corpus/a.md": page(B, A), "corpus/b.md": page(B, A), "corpus/c.md": page(EDITED_A), **_REFERENCE})
    checked = check(tmp_path, "corpus", against=["eval.jsonl"], looks_inside=False, limits=Limits())
    expected = ["corpus/a.md:3:1", "corpus/b.md:3:1", "corpus/c.md:1:1"]
    assert places(checked) == [f"{place} = eval.jsonl:1" for place in expected]
    assert [finding.other.document for finding in checked.findings] == ["q0"] * 3
    assert (checked.failures, checked.totals.overlaps) == (("3 overlaps with the reference set",), 3)
    assert check(tmp_path, "corpus", against=["eval.jsonl"], limits=Limits(max_duplicates=0)).failures == (
        "3 duplicates, none allowed",
        "3 overlaps with the reference set",
    )


def test_an_overlap_is_not_hidden_by_a_copy_in_the_corpus(tmp_path: Path) -> None:
    """A text that resembles both an item and an earlier text of the corpus, which does not, overlaps all the same."""
    far = "The quick brown fox jumps over the lazy dog near the river shore at noon today."
    make(tmp_path, {"corpus/a.md": page(far), "corpus/b.md": page(EDITED_A), **_REFERENCE})
    checked = check(tmp_path, "corpus", against=["eval.jsonl"], looks_inside=False, limits=Limits())
    assert places(checked) == ["corpus/b.md:1:1 = eval.jsonl:1"]
    assert check(tmp_path, "corpus").totals.duplicates == 1


def test_equal_ids_do_not_hide_an_overlap(tmp_path: Path) -> None:
    """The same id with the same text in the corpus and in the reference set is an overlap, not a revisit."""
    make(tmp_path, {"corpus/eval.jsonl": _REFERENCE["eval.jsonl"], **_REFERENCE})
    assert check(tmp_path, "corpus", against=["eval.jsonl"]).totals.overlaps == 2


def test_a_reference_set_inside_the_corpus_is_not_part_of_it(tmp_path: Path) -> None:
    """A reference set in one of the folders given does not overlap with itself."""
    make(tmp_path, {"a.md": page(B), **_REFERENCE})
    checked = check(tmp_path, against=["eval.jsonl"])
    assert (checked.has_passed, checked.files, checked.totals.left_out) == (True, ("a.md",), {"reference": 1})


def test_short_items_inside_of_longer_texts(tmp_path: Path) -> None:
    """With a smaller least run, items are found inside of longer paragraphs and sentences."""
    make(
        tmp_path, {"corpus/a.md": page(f"As we all know {A[:-1].lower()} every day and also {B.lower()}"), **_REFERENCE}
    )
    settings = {"min_span": 13, "cut": "word"}
    checked = check(tmp_path, "corpus", against=["eval.jsonl"], settings=settings)
    assert [finding.excerpt for finding in checked.findings] == [A[:-1].lower()]


def test_a_reference_set_needs_the_corpus(tmp_path: Path) -> None:
    """Documents that are compared with themselves only cannot be compared with a reference set."""
    make(tmp_path, {"a.md": page(A), **_REFERENCE})
    with pytest.raises(SettingsError, match="scope"):
        check(tmp_path, against=["eval.jsonl"], settings={"scope": "document"})


def test_an_empty_reference_set_is_an_error(tmp_path: Path) -> None:
    """Nothing to compare with does not pass."""
    make(tmp_path, {"a.md": page(A), "ref/eval.md": "\n"})
    with pytest.raises(InputError, match="no text to compare with"):
        check(tmp_path, "a.md", against=["ref"])
