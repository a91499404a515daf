"""Options and configurations of a check that cannot be meant, its reports on their way to files, and its status."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.command import FOX, OWL, is_refused, make, run, start, succeed, tree
from tests.test_cli_faults import write_for_ever

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FINGERPRINT = "0123456789abcdef0123456789abcdef"
_CHECK = ("check", "docs")


def _corpus(folder: Path, files: dict[str, str | bytes] | None = None) -> Path:
    """Two texts that are equal, and another."""
    texts: dict[str, str | bytes] = {"docs/a.txt": FOX, "docs/b.txt": f"{OWL}\n\n{FOX}\n"}
    return make(folder, {**texts, **(files or {})})


_MISTAKES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # what is wrong (rows 2 and 46 to 51): (the command, what the last line says)
    "no paths": (("check",), ("PATHS", "`paths`")),
    "misspelt option": ((*_CHECK, "--max-duplicate", "1"), ("--max-duplicate", "--max-duplicates")),
    "misspelt report": ((*_CHECK, "--report", "sarf=x"), ("'sarf'", "did you mean 'sarif'?")),
    "report like none": ((*_CHECK, "--report", "---"), ("'---'", "choose one of text, json")),
    "report of no name": ((*_CHECK, "--report", "json="), ("'json='", "name a file")),
    "report of no format": ((*_CHECK, "--report", "=x"), ("''", "choose one of text")),
    "two reports to standard output": ((*_CHECK, "--report", "json", "--report", "text=-"), ("standard output", "two")),
    "two reports to a file": ((*_CHECK, "--report", "json=x", "--report", "text=docs/../x"), ("x", "another report")),
    "report is an input": (("check", "docs/a.txt", "--report", "text=docs/a.txt"), ("docs/a.txt", "one of the inputs")),
    "report is a link to an input": (("check", "docs/a.txt", "--report", "text=link"), ("link", "one of the inputs")),
    "report is the reference": ((*_CHECK, "--against", "known", "--report", "text=known"), ("known", "of the inputs")),
    "report is the baseline": ((*_CHECK, "--baseline", "known", "--report", "text=./known"), ("known", "the baseline")),
    "report is the configuration": ((*_CHECK, "--config", "empty.toml", "--report", "text=empty.toml"),
                                    ("empty.toml", "the configuration")),
    "report is a folder": ((*_CHECK, "--report", "text=folder"), ("folder", "it is a folder")),
    "report is an input's folder": ((*_CHECK, "--report", "text=docs"), ("docs", "one of the inputs")),
    "report is a device": ((*_CHECK, "--report", "text=/dev/null"), ("/dev/null", "no regular file")),
    "report is a pipe": ((*_CHECK, "--report", "text=pipe"), ("pipe", "no regular file")),
    "report is a loop": ((*_CHECK, "--report", "text=loop"), ("loop", "symbolic links")),
    "report below a file": ((*_CHECK, "--report", "text=known/x/y"), ("known/x/y", "known is a file")),
    "report of a long name": ((*_CHECK, "--report", f"text={'x' * 300}"), ("xxx", "File name too long")),
    "duplicates below 0": ((*_CHECK, "--max-duplicates", "-1"), ("max_duplicates=-1", "at least 0")),
    "duplicates as a fraction": ((*_CHECK, "--max-duplicates", "1.5"), ("--max-duplicates", "'1.5'")),
    "ratio above 1": ((*_CHECK, "--max-duplicate-ratio", "1.01"), ("max_duplicate_ratio=1.01", "from 0 to 1")),
    "ratio above 100%": ((*_CHECK, "--max-duplicate-ratio", "150%"), ("max_duplicate_ratio=1.5", "100%")),
    "ratio below 0": ((*_CHECK, "--max-duplicate-ratio", "-0.1"), ("max_duplicate_ratio=-0.1", "from 0 to 1")),
    "ratio not a number": ((*_CHECK, "--max-duplicate-ratio", "nan"), ("max_duplicate_ratio=nan", "from 0 to 1")),
    "ratio of a word": ((*_CHECK, "--max-duplicate-ratio", "low"), ("--max-duplicate-ratio", "'low'", "percentage")),
    "threshold above 100%": ((*_CHECK, "--threshold", "150%"), ("threshold=1.5", "up to 1")),
    "new without a baseline": ((*_CHECK, "--fail-on-new"), ("fail_on_new=True", "--baseline")),
    "update of no baseline": ((*_CHECK, "--update-baseline"), ("--update-baseline", "--baseline FILE")),
    "update of a part": ((*_CHECK, "--baseline", "k", "--update-baseline", "--changed-since", "main"),
                         ("--update-baseline", "--changed-since")),
    "allowed without a reason": ((*_CHECK, "--allow", _FINGERPRINT), (_FINGERPRINT, "FINGERPRINT=REASON")),
    "allowed for an empty reason": ((*_CHECK, "--allow", f"{_FINGERPRINT}= "), (_FINGERPRINT, "why")),
    "allowed text": ((*_CHECK, "--allow", "fox=x"), ("'fox'", "32 hexadecimal digits")),
    "allowed beyond hexadecimal": ((*_CHECK, "--allow", f"{'g' * 32}=x"), ("ggg", "32 hexadecimal digits")),
    "two choices of a configuration": ((*_CHECK, "--config", "empty.toml", "--isolated"), ("--config", "--isolated")),
    "no such configuration": ((*_CHECK, "--config", "none.toml"), ("none.toml", "No such file")),
    "configuration of no name": ((*_CHECK, "--config", ""), ("no file",)),
    "configuration is a folder": ((*_CHECK, "--config", "folder"), ("folder", "no file")),
    "configuration is a pipe": ((*_CHECK, "--config", "pipe"), ("pipe", "no file")),
    "path that is not there": (("check", "none"), ("none", "no such file or folder")),
    "pattern without files": (("check", "*.jsnol"), ("*.jsnol", "no such file")),
}  # fmt: skip


@pytest.mark.parametrize("mistake", _MISTAKES)
def test_mistakes(tmp_path: Path, mistake: str) -> None:
    """What is misspelt, out of range or would overwrite something ends in one line and status 2; nothing is written."""
    given, said = _MISTAKES[mistake]
    _corpus(tmp_path, {"known": "{}\n", "empty.toml": "", "folder/x": ""})
    (tmp_path / "link").symlink_to("docs/a.txt")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    is_refused(tmp_path, given, *said)


_MISCONFIGURED: dict[str, tuple[str, tuple[str, ...]]] = {
    # what is wrong (row 49): (the configuration, what the line says beside its name)
    "snake case": ("max_duplicates = 1", ("'max_duplicates'", "did you mean 'max-duplicates'?")),
    "misspelt": ("treshold = 0.8", ("'treshold'", "did you mean 'threshold'?")),
    "misspelt table": (f'[allowed]\n{_FINGERPRINT} = "x"', ("'allowed'", "did you mean 'allow'?")),
    "no key": ("xyz = 1", ("'xyz'", "long options")),
    "key of a terminal": ('"\\u001b[2J" = 1', ("'\\x1b[2J'",)),
    "of one run": ("update-baseline = true", ("'update-baseline'", "on the command line")),
    "boolean for a number": ("max-duplicates = true", ("max-duplicates: give a whole number, not a boolean",)),
    "fraction for a number": ("max-duplicates = 1.0", ("max-duplicates: give a whole number, not a fraction",)),
    "string for a number": ('max-duplicates = "1"', ("max-duplicates: give a whole number, not a string",)),
    "boolean for a ratio": ("max-duplicate-ratio = true", ("max-duplicate-ratio: give a ratio", "not a boolean")),
    "string for a boolean": ('strict = "no"', ("strict: give true or false, not a string",)),
    "number for a boolean": ("strict = 1", ("strict: give true or false, not a whole number",)),
    "list for a string": ('keep = ["first"]', ("keep: give a string, not a list",)),
    "string for a list": ('paths = "docs"', ("paths: give a list of strings, not a string",)),
    "number in a list": ('ignore = ["a", 1]', ("ignore: give a string, not a whole number",)),
    "list for a table": ('allow = ["x"]', ("allow: give a table of strings, not a list",)),
    "number in a table": (f"[allow]\n{_FINGERPRINT} = 1", (f"allow: {_FINGERPRINT}: give a string",)),
    "no fingerprint": ('[allow]\nfox = "x"', ("allow: 'fox'", "32 hexadecimal digits")),
    "no reason": (f'[allow]\n{_FINGERPRINT} = ""', (f"allow: {_FINGERPRINT}", "why")),
    "no such choice": ('unit = "sentense"', ("unit: 'sentense'", "'sentence'")),
    "no such report": ('report = ["sarf=x"]', ("report: there is no format 'sarf'", "did you mean 'sarif'?")),
    "out of range of an option": ("max-record = 0", ("max-record: 0", "x>=1")),
    "out of range of a setting": ("threshold = 1.5", ("threshold: 1.5", "up to 1")),
    "out of range of a limit": ("max-duplicates = -1", ("max-duplicates: -1", "at least 0")),
    "ratio out of range": ('max-duplicate-ratio = "101%"', ("max-duplicate-ratio: 1.01", "from 0 to 1")),
    "not a number": ("max-duplicate-ratio = nan", ("max-duplicate-ratio: nan", "from 0 to 1")),
    "no jobs": ("jobs = 0", ("jobs: 0", "at least 1")),
    "no such encoding": ('encoding = "klingon"', ("encoding: 'klingon'",)),
    "bad pattern": ('ignore = ["[a"]', ("ignore: '[a'", "never closed")),
    "new without a baseline": ("fail-on-new = true", ("fail-on-new: True", "--baseline")),
    "not TOML": ("jobs 1", ("not TOML", "line 1")),
}


@pytest.mark.parametrize("mistake", _MISCONFIGURED)
def test_mistakes_in_a_configuration(tmp_path: Path, mistake: str) -> None:
    """Row 49: a mistake in a configuration names the file and the key, and what was meant or may be."""
    content, said = _MISCONFIGURED[mistake]
    _corpus(tmp_path, {"dedup.toml": content})
    is_refused(tmp_path, _CHECK, "dedup: error: dedup.toml: ", *said)


def test_a_mistake_in_a_shared_configuration(tmp_path: Path) -> None:
    """So does one in a pyproject.toml, of a folder above as well."""
    _corpus(tmp_path, {"pyproject.toml": "[tool.dedup]\nmax_duplicates = 1\n"})
    is_refused(tmp_path, _CHECK, "dedup: error: pyproject.toml: ", "did you mean 'max-duplicates'?")
    is_refused(tmp_path / "docs", ("check", "."), "dedup: error: ../pyproject.toml: ", "did you mean 'max-duplicates'?")


def test_a_mistake_that_the_command_line_made_is_its_own(tmp_path: Path) -> None:
    """A bad value on the command line is not blamed on a configuration that has a good one."""
    _corpus(tmp_path, {"dedup.toml": "threshold = 0.9"})
    is_refused(tmp_path, (*_CHECK, "--threshold", "2"), "dedup: error: threshold=2.0")


def test_help_needs_no_configuration(tmp_path: Path) -> None:
    """The help is shown although the configuration is none."""
    make(tmp_path, {"dedup.toml": "?"})
    assert b"--max-duplicates" in succeed("check", "--help", folder=tmp_path).out
    assert run("check", "--show-config", folder=tmp_path).status == 2
    assert run("check", "--show-config", "--isolated", folder=tmp_path).status == 0


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ((), 1),
        (("--max-duplicates", "0"), 1),
        (("--max-duplicates", "1"), 0),
        (("--max-duplicate-ratio", "0"), 1),
        (("--max-duplicate-ratio", "0%"), 1),
        (("--max-duplicate-ratio", "32%"), 1),
        (("--max-duplicate-ratio", "34 %"), 0),
        (("--max-duplicate-ratio", "0.34"), 0),
        (("--max-duplicate-ratio", "1"), 0),
        (("--max-duplicate-ratio", "100%"), 0),
        (("--max-duplicates", "1", "--max-duplicate-ratio", "0"), 1),
        (("--max-duplicates", "0", "--exit-zero"), 0),
        (("--no-fail-on-new",), 1),
    ],
)
def test_limits_and_status(tmp_path: Path, given: tuple[str, ...], status: int) -> None:
    """Row 48: nothing is allowed unless a limit is given; status 1 says that one is exceeded.

    What was found is said once: in the report for people, or else on standard error.
    """
    _corpus(tmp_path)
    ended = run(*_CHECK, *given, folder=tmp_path)
    found, verdict = ended.out.decode().splitlines()[-2:]
    assert ended.err == ""
    assert run(*_CHECK, *given, "--report", "json", folder=tmp_path).err == f"{found}\n{verdict}\n"
    assert ended.status == status
    assert found.startswith("total: 1 duplicate in 2 documents, 3")
    assert verdict.startswith("check: ")
    assert ("passed" in verdict) == (status == 0 and "--exit-zero" not in given)


def test_quiet(tmp_path: Path) -> None:
    """With --quiet nothing but the report is printed."""
    _corpus(tmp_path)
    ended = run(*_CHECK, "-q", folder=tmp_path)
    assert (ended.status, ended.err) == (1, "")
    assert b"docs/b.txt" in ended.out


def test_reports(tmp_path: Path) -> None:
    """One check writes many reports: old ones are replaced, folders made, and packed if their name says so."""
    _corpus(tmp_path, {"old.json": "old " * 9999})
    given = ("json=old.json", "junit=new/er/junit.xml", "jsonl=r.jsonl.gz", "text")
    ended = run(*_CHECK, *(part for each in given for part in ("--report", each)), folder=tmp_path)
    assert ended.status == 1
    assert {*tree(tmp_path)} == {"docs/", "docs/a.txt", "docs/b.txt", "old.json", "new/", "new/er/",
                                 "new/er/junit.xml", "r.jsonl.gz"}  # fmt: skip
    assert json.loads((tmp_path / "old.json").read_bytes())
    assert b"docs/b.txt" in gzip.decompress((tmp_path / "r.jsonl.gz").read_bytes())
    assert b"docs/b.txt" in (tmp_path / "new/er/junit.xml").read_bytes()
    assert b"docs/b.txt" in ended.out


def test_reports_in_the_corpus_are_no_texts(tmp_path: Path) -> None:
    """Reports and the configuration may lie among the texts: they are not read, and a second check finds the same."""
    given = ('paths = ["."]', 'report = ["text=found.txt", "jsonl=found.jsonl"]')
    _corpus(tmp_path, {"dedup.toml": "\n".join(given)})
    first = run("check", folder=tmp_path)
    assert (first.status, {"found.txt", "found.jsonl"} - set(tree(tmp_path))) == (1, set())
    again = run("check", folder=tmp_path)
    assert (again.status, again.err.splitlines()[-2:]) == (1, first.err.splitlines()[-2:])


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which even root makes no files")
@pytest.mark.parametrize("limit", [(), ("--max-duplicates", "5"), ("--exit-zero",)])
def test_reports_that_cannot_be_written(tmp_path: Path, limit: tuple[str, ...]) -> None:
    """Rows 2 and 46: whatever the verdict is, the status is 2 and all such reports are named on one line; all others
    are written.
    """
    _corpus(tmp_path)
    given = (
        "--report",
        "sarif=/proc/none/s",
        "--report",
        "json=j",
        "--report",
        "junit=/proc/none/x",
        "--report",
        "text",
    )
    ended = run(*_CHECK, *limit, *given, folder=tmp_path)
    *_, line = ended.err.splitlines()
    assert ended.status == 2
    assert line.startswith("dedup: error: /proc/none/s: cannot be written: ")
    assert "; /proc/none/x: cannot be written: " in line
    assert b"docs/b.txt" in ended.out
    assert b"docs/b.txt" in (tmp_path / "j").read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_standard_output_that_is_full(tmp_path: Path) -> None:
    """Row 46: a report that standard output does not take is status 2, and the others are written."""
    import subprocess

    from tests.command import arguments, environment

    _corpus(tmp_path)
    with Path("/dev/full").open("wb") as full:
        given = arguments(*_CHECK, "-q", "--report", "text", "--report", "json=j")
        ended = subprocess.run(
            given, stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(), check=False, text=True
        )
    assert ended.returncode == 2
    assert ended.stderr.startswith("dedup: error: standard output: cannot be written: ")
    assert ended.stderr.count("\n") == 1
    assert (tmp_path / "j").exists()


def test_readers_that_go_away(tmp_path: Path) -> None:
    """Row 37: if nobody reads standard output, all other reports are written; status 141 without a word."""
    _corpus(tmp_path)
    with start(*_CHECK, "-q", "--report", "text", "--report", "json=j", folder=tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (141, b"")
    assert (tmp_path / "j").exists()


def test_interrupted(tmp_path: Path) -> None:
    """Row 36: a check that is interrupted writes no report and ends in 130."""
    _corpus(tmp_path)
    with start("check", "-", "docs", "--report", "json=j", folder=tmp_path) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(f'{{"text":"{FOX}"}}\n'.encode() * 20_000)  # more than a pipe holds: somebody reads it
        threading.Thread(target=write_for_ever, args=(process.stdin,), daemon=True).start()
        process.send_signal(signal.SIGINT)
        err = process.stderr.read()
        process.stdin.close()
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith(b"dedup: interrupted")
    assert not (tmp_path / "j").exists()


@pytest.mark.parametrize(("strict", "status"), [((), 0), (("--strict",), 2), (("--strict", "--exit-zero"), 2)])
def test_strict(tmp_path: Path, strict: tuple[str, ...], status: int) -> None:
    """With --strict a record that was skipped is status 2, and the reports are written all the same."""
    make(tmp_path, {"docs/a.jsonl": f'{{"text":"{FOX}"}}\nnot json\n'})
    ended = run(*_CHECK, *strict, "--report", "json=j", folder=tmp_path)
    assert ended.status == status
    assert (tmp_path / "j").exists()
    assert ("--strict: 1 records" in ended.err.splitlines()[-1]) == (status == 2)


def test_salvaged(tmp_path: Path) -> None:
    """What is left of a damaged input is checked with --salvage, and the status is 2."""
    _corpus(tmp_path, {"docs/c.txt.gz": gzip.compress(f"{FOX}\n".encode() * 9)[:-8]})
    ended = run(*_CHECK, "--salvage", "--max-duplicates", "99", "--report", "json=j", folder=tmp_path)
    assert ended.status == 2
    assert "c.txt.gz" in ended.err.splitlines()[-1]
    assert (tmp_path / "j").exists()


def test_names_in_a_configuration_are_relative_to_it(tmp_path: Path) -> None:
    """From wherever below its folder a check runs, a configuration that is found means the same files; one that is
    named means those of the current folder.
    """
    content = 'paths = ["docs"]\nbaseline = "known"\nreport = ["json=out/r.json"]\n'
    _corpus(tmp_path, {"dedup.toml": content, "deep/er/x": ""})
    succeed("check", "-q", "--update-baseline", folder=tmp_path)
    above = tree(tmp_path)
    for name in ("known", "out/r.json"):
        (tmp_path / name).unlink()
    succeed("check", "-q", "--update-baseline", folder=tmp_path / "deep/er")
    assert tree(tmp_path) == above
    ended = run("check", "-q", "--config", "../../dedup.toml", folder=tmp_path / "deep/er")
    assert (ended.status, ended.err.split(": ")[2]) == (2, "known")


def test_names_on_the_command_line_are_relative_to_the_current_folder(tmp_path: Path) -> None:
    """Also where a configuration lies in a folder above."""
    _corpus(tmp_path, {"dedup.toml": 'paths = ["none"]', "deep/a.txt": FOX})
    succeed("check", "-q", "a.txt", "--report", "json=r.json", folder=tmp_path / "deep")
    assert (tmp_path / "deep/r.json").exists()


def test_isolated(tmp_path: Path) -> None:
    """With --isolated no configuration counts; without, the one of a folder above."""
    _corpus(tmp_path, {"pyproject.toml": "[tool.dedup]\nmax-duplicates = 1\n"})
    assert run("check", "-q", ".", folder=tmp_path / "docs").status == 0
    assert run("check", "-q", ".", "--isolated", folder=tmp_path / "docs").status == 1


_SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "nothing": ("", ("docs",)),
    "a configuration": ('paths = ["docs", "*.txt"]\nmax-duplicate-ratio = "2%"\nprotect = "nothing"\nreport = []', ()),
    "the command line": ("", ("docs", "--max-duplicate-ratio", "7%", "--no-near", "--report", "text", "--strict",
                              "--report", "sarif=ä \"b\".sarif", "--allow", f"{_FINGERPRINT.upper()}= a = \\ 'b' ")),
    "both": (f'ignore = ["a"]\nfail-on-new = false\n[allow]\n{_FINGERPRINT} = "\\u202e"', ("docs", "--ignore", "b")),
}  # fmt: skip


@pytest.mark.parametrize("case", _SHOWN)
def test_what_is_shown_is_the_same_check(tmp_path: Path, case: str) -> None:
    """What --show-config prints is a configuration of its own, and shows the same; its beginning says where from."""
    content, given = _SHOWN[case]
    _corpus(tmp_path, {"dedup.toml": content})
    shown = succeed("check", "--show-config", *given, folder=tmp_path).out
    assert shown.startswith(b"# dedup.toml, and the command line\n")
    (tmp_path / "shown.toml").write_bytes(shown)
    again = succeed("check", "--show-config", "--config", "shown.toml", folder=tmp_path).out
    assert tomllib.loads(again.decode()) == tomllib.loads(shown.decode())
    assert again.splitlines()[1:] == shown.splitlines()[1:]


def test_what_is_in_force_is_shown(tmp_path: Path) -> None:
    """Defaults, the configuration and the command line are shown together, in the order of the options."""
    _corpus(tmp_path, {"dedup.toml": 'seed = 2\nmemory = 99\npaths = ["docs"]'})
    ended = succeed("check", "--show-config", "--seed", "3", "--max-duplicates", "1", folder=tmp_path / "docs")
    shown: dict[str, Any] = tomllib.loads(ended.out.decode())
    assert ended.out.startswith(b"# ../dedup.toml")
    assert list(shown)[:2] == ["paths", "max-duplicates"]
    assert (shown["paths"], shown["seed"], shown["memory"], shown["unit"]) == (["../docs"], 3, 99, "paragraph")
    assert not {"ngram", "baseline", "ignore", "allow", "quiet"} & set(shown)
    assert tree(tmp_path).keys() == {"dedup.toml", "docs/", "docs/a.txt", "docs/b.txt"}
