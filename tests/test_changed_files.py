"""Reports on what changed since a git ref, in repositories that git made."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from dedup.changed_files import changed_since
from dedup.errors import SettingsError
from dedup.findings import Limits
from tests.checks import A, B, C, check, page, places
from tests.command import make, run


def git(folder: Path, *command: str) -> None:
    """Run git as somebody in particular, who has no settings."""
    own = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    empty = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"}
    subprocess.run(["git", *own, "-C", str(folder), *command], check=True, capture_output=True, env=empty)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of two commits; the first one is tagged `before`."""
    files = {"a.md": page(A, B), "b.md": page(B), "c.md": page(C), "in/d.md": page(C), "gone.md": page("x")}
    make(tmp_path, {**files, ".gitignore": "*.log\n"})
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, "before")
    return tmp_path


def commit(folder: Path, tag: str) -> None:
    """Commit all there is, and give it a name."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", tag)
    git(folder, "tag", tag)


def test_what_has_changed(repository: Path) -> None:
    """Changes count, committed or not, and new files; what git ignores, what went or was only renamed does not."""
    make(repository, {"committed.md": page(A), "c.md": page(C, "y")})
    commit(repository, "after")
    make(repository, {"staged.md": "x", "b.md": page(B, "z"), "new [1] ä.md": "x", "old.log": "x"})
    git(repository, "add", "staged.md")
    (repository / "gone.md").unlink()
    git(repository, "mv", "in/d.md", "in/e.md")
    assert changed_since("before", repository).names == {"committed.md", "c.md", "staged.md", "b.md", "new [1] ä.md"}
    assert changed_since("after", repository).names == {"staged.md", "b.md", "new [1] ä.md"}


def test_names_that_are_no_utf_8(repository: Path) -> None:
    """A name of any bytes is the one that reports have."""
    Path(str(repository), "b\udcff.md").write_text(page(A))
    assert changed_since("before", repository).names == {"b\udcff.md"}
    checked = check(repository, changed_since="before")
    assert places(checked) == ["b\udcff.md:1:1 = a.md:1:1"]


def test_changes_on_the_other_branch_do_not_count(repository: Path) -> None:
    """What counts is what this branch changed since it left the other one."""
    git(repository, "checkout", "-q", "-b", "topic")
    make(repository, {"mine.md": page(A)})
    commit(repository, "mine")
    git(repository, "checkout", "-q", "main")
    make(repository, {"theirs.md": page(A)})
    commit(repository, "theirs")
    git(repository, "checkout", "-q", "topic")
    assert changed_since("main", repository).names == {"mine.md"}


def test_files_are_told_by_where_they_are(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Seen from any folder, through any link; a link has changed if what it leads to has, or it leads to elsewhere."""
    make(repository, {"b.md": page(B, "z"), "in/new.md": "x"})
    changed = changed_since("before", repository / "in")
    named = {path.name for path in repository.rglob("*.md") if path in changed}
    assert named == {"b.md", "new.md"}
    links = tmp_path_factory.mktemp("links")
    (links / "all").symlink_to(repository)
    (repository / "in" / "link.md").symlink_to("../b.md")
    commit(repository, "linked")
    changed = changed_since("linked", links / "all" / "in")
    assert [links / "all" / name in changed for name in ("b.md", "in/link.md")] == [False, False]
    make(repository, {"b.md": page(A, "z")})
    changed = changed_since("linked", links / "all")
    assert [links / "all" / name in changed for name in ("b.md", "in/link.md", "c.md")] == [True, True, False]
    git(repository, "checkout", "-q", "b.md")
    (repository / "in" / "link.md").unlink()
    (repository / "in" / "link.md").symlink_to("../c.md")
    changed = changed_since("linked", repository)
    assert [repository / name in changed for name in ("in/link.md", "b.md", "c.md")] == [True, False, False]


def test_a_corpus_beside_the_folder_of_the_check(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Changed files above or beside the folder that the check runs in are reported on, and what is in no repository."""
    make(repository, {"new.md": page(A)})
    ended = run("check", "../a.md", "../new.md", "--changed-since", "before", folder=repository / "in")
    assert (ended.status, ended.out.splitlines()[0][:41]) == (1, b"error: ../new.md:1:1: exact copy of ../a.m"[:41])
    outside = make(tmp_path_factory.mktemp("outside"), {"x.md": page(A)})
    ended = run("check", "a.md", outside, "--changed-since", "before", folder=repository)
    assert (ended.status, ended.out.count(b"exact copy of ")) == (1, 1)


def test_standard_input_may_have_changed(repository: Path) -> None:
    """Of standard input git knows nothing: it is reported on."""
    ended = run("check", "-", "a.md", "--input-format", "text", "--changed-since", "before",
                stdin=page(A).encode(), folder=repository)  # fmt: skip
    assert (ended.status, ended.out.count(b"exact copy of ")) == (1, 1)


@pytest.mark.parametrize(
    ("before", "after", "finds"),
    [
        ("docs/x.md", "docs/y.md", 0),
        ("docs/x.md", "docs/in/y.md", 0),
        ("drafts/x.md", "docs/x.md", 1),
        ("docs/x.bak", "docs/x.md", 1),
        ("docs/.x.md", "docs/x.md", 1),
        ("docs/gen/x.md", "docs/x.md", 1),
    ],
)
def test_a_file_that_is_renamed_into_the_corpus_is_new_there(
    repository: Path, before: str, after: str, finds: int
) -> None:
    """Renaming changes nothing in a corpus that held the file; in one that did not, its text is new."""
    make(repository, {before: page("Just this.", A), "docs/0.md": page(A)})
    commit(repository, "drafted")
    (repository / after).parent.mkdir(exist_ok=True)
    git(repository, "mv", before, after)
    checked = check(repository, "docs", changed_since="drafted", ignore=["gen"])
    assert places(checked) == [f"{after}:3:1 = docs/0.md:1:1"] * finds


def test_repositories_inside_of_the_repository(repository: Path) -> None:
    """Files of a repository that stands in this one are reported on if anything of it changed, a submodule or not."""
    make(repository, {"sub/x.md": page(A)})
    git(repository / "sub", "init", "-q", "-b", "main")
    assert places(check(repository, changed_since="before")) == ["sub/x.md:1:1 = a.md:1:1"]
    commit(repository / "sub", "one")
    git(repository, "add", "sub")
    make(repository, {".gitmodules": '[submodule "sub"]\n path = sub\n url = x\n ignore = all\n'})
    commit(repository, "with")
    assert places(check(repository, changed_since="before")) == ["sub/x.md:1:1 = a.md:1:1"]
    assert places(check(repository, changed_since="with")) == []
    make(repository, {"sub/y.md": page(C)})
    assert len(check(repository, changed_since="with").findings) == 2


@pytest.mark.parametrize("inside", ["", "in"])
def test_in_a_hook_of_git(repository: Path, monkeypatch: pytest.MonkeyPatch, inside: str) -> None:
    """Where git says to those it runs which repository and index are at hand, it is still that of the files."""
    make(repository, {"in/new.md": page(C)})
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    checked = check(repository / inside, changed_since="before")
    assert [Path(finding.at.file).name for finding in checked.findings] == ["new.md"]
    monkeypatch.setenv("GIT_DIR", "nowhere")
    assert changed_since("before", repository / inside).names == {"in/new.md"}


def test_only_what_touches_changed_files_is_reported(repository: Path) -> None:
    """The corpus is compared as a whole; findings, counts and ratio are those of changed files."""
    assert check(repository).totals.duplicates == 2
    make(repository, {"new.md": page("Something else.", A)})
    checked = check(repository, changed_since="before")
    assert places(checked) == ["new.md:3:1 = a.md:1:1"]
    totals = checked.totals
    assert (totals.duplicates, totals.unchanged, totals.documents, checked.files) == (1, 2, 6, ("new.md",))
    assert totals.duplicate_ratio == len(A) / len(page("Something else.", A))


def test_a_changed_copy_that_comes_first_is_reported(repository: Path) -> None:
    """Where the copy in the changed file is the one that would stay, the finding points there, once."""
    make(repository, {"0.md": page(C)})
    checked = check(repository, changed_since="before")
    assert places(checked) == ["0.md:1:1 = c.md:1:1"]
    assert (checked.findings[0].is_canonical, checked.totals.unchanged) == (True, 2)


def test_nothing_changed_passes(repository: Path) -> None:
    """If no file changed there is nothing to report, though the corpus was compared."""
    checked = check(repository, changed_since="before", limits=Limits(max_duplicates=0, max_duplicate_ratio=0.0))
    assert (checked.has_passed, checked.findings, checked.totals.unchanged, checked.totals.files) == (True, (), 2, 5)


def test_new_and_changed_together(repository: Path) -> None:
    """With a baseline, what it knows in a changed file is known, and what it does not is new."""
    check(repository, "a.md", "b.md", "c.md", "in", baseline="known.jsonl", update_baseline=True)
    make(repository, {"b.md": page(B, "A line more"), "e.md": page(A)})
    given = ("a.md", "b.md", "c.md", "in", "e.md")
    checked = check(repository, *given, baseline="known.jsonl", changed_since="before")
    assert [(finding.at.file, finding.level) for finding in checked.findings] == [("b.md", "note"), ("e.md", "error")]


def test_overlaps_in_changed_files(repository: Path) -> None:
    """Overlaps with a reference set are those of changed files, and all if the reference changed."""
    make(repository, {"ref.md": page(A), "new.md": page(A)})
    git(repository, "add", "ref.md")
    git(repository, "commit", "-q", "-m", "ref")
    options: dict[str, Any] = {"against": ["ref.md"], "looks_inside": False, "limits": Limits()}
    assert places(check(repository, changed_since="HEAD", **options)) == ["new.md:1:1 = ref.md:1:1"]
    assert places(check(repository, changed_since="before", **options)) == [
        "a.md:1:1 = ref.md:1:1",
        "new.md:1:1 = ref.md:1:1",
    ]


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("nowhere", "no such commit"),
        ("", "no such commit"),
        ("--output=x", "no such commit"),
        ("before..main", "no such commit"),
        ("before:a.md", "no such commit"),
    ],
)
def test_refs_that_are_none(repository: Path, ref: str, said: str) -> None:
    """What is no commit is refused, and never an option of git."""
    with pytest.raises(SettingsError, match=said):
        changed_since(ref, repository)
    assert not (repository / "x").exists()


def test_a_history_that_is_too_short(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A branch without a commit in common, as in a shallow clone, is refused with the remedy."""
    git(repository, "checkout", "-q", "--orphan", "alone")
    commit(repository, "alone")
    with pytest.raises(SettingsError, match="fetch-depth: 0"):
        changed_since("before", repository)
    with pytest.raises(SettingsError, match="not a git repository"):
        changed_since("before", tmp_path_factory.mktemp("elsewhere"))


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where git is not installed, that is what is said."""
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(SettingsError, match="git cannot be run"):
        changed_since("before", repository)
