"""`dedup check` on real files, as teams run it: every format of report, and every way to fail."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from dedup.reports.choice import REPORTS
from tests.checks import EDITED_A, A, B, C, page
from tests.command import Ended, arguments, environment, make, run, succeed
from tests.golden import golden
from tests.report_schemas import GITLAB, faults, junit, sarif

_NASTY = (
    "::error file=x::forged ##[error]too </script><img src=x onerror=alert(1)> @user `| a |` ]]> \u202ethe \x1b[2J end."
)
_CORPUS: dict[str, str | bytes] = {
    "docs/guide.md": page("# Guide", A, B),
    "docs/::error::forged.md": page(A, f"{_NASTY} {C}"),
    "docs/-rf [/b] | `x` @user 100%25.txt": page(f"{_NASTY} {C}"),
    "docs/<img src=x>\u202e.txt": page("x", EDITED_A),
    "docs/=cmd ä 😀\n::error::.txt": page(B),
    "docs/b\udcff\x1b[2J.txt": page(f"An “old” owl… {B}"),
    "data/corpus.jsonl": "".join(
        json.dumps({"id": name, "text": text}) + "\n"
        for name, text in {"::set-output::": A, "\ud800": C + " " + C, '"><b>': _NASTY + " " + C}.items()
    ),
    "data/table.csv": f'id,text\n=1+1,"{B}\n"\n2,"""{A}"""\n',
    "eval/items.jsonl": json.dumps({"id": "item 1", "text": C}) + "\n",
}
_KNOWN = "known.jsonl"
_SUFFIXES = {"text": "txt", "github": "github.txt", "gitlab": "gitlab.json", "markdown": "md", "junit": "xml"}


def _corpus(folder: Path) -> Path:
    """The files, all with names that a Linux file system takes, and a baseline of some of them."""
    make(folder, _CORPUS)
    succeed("check", "docs/guide.md", "data/table.csv", "--baseline", _KNOWN, "--update-baseline", "-q", folder=folder)
    return folder


def _run(folder: Path, *options: str, **changes: str) -> Ended:
    reports = [f"--report={form}=out/{form}" for form in REPORTS]
    given = ("--baseline", _KNOWN, "--against", "eval", "--max-duplicate-ratio", "30%")
    return run("check", "docs", "data", *given, *reports, *options, folder=folder, stdin=b"", **changes)


def test_every_format_of_one_run_is_golden(tmp_path: Path) -> None:
    """One run writes all formats; their bytes are those of the golden files."""
    ended = _run(_corpus(tmp_path))
    assert (ended.status, ended.out) == (1, b""), ended.err
    for form in REPORTS:
        assert (tmp_path / "out" / form).read_bytes() == golden(f"run.{_SUFFIXES.get(form, form)}"), form


def test_reports_are_the_same_however_they_are_made(tmp_path: Path) -> None:
    """Threads, hash seed, locale, folder, kernels and a report that is there already change no byte."""
    first, again = _corpus(tmp_path / "1"), _corpus(tmp_path / "2/3")
    _run(first, "--jobs", "1", PYTHONHASHSEED="1")
    _run(again, "--jobs", "3", PYTHONHASHSEED="2", LC_ALL="C", TZ="Asia/Tokyo")
    _run(again, "--memory", "0", DEDUP_KERNELS="reference")
    for form in REPORTS:
        assert (again / "out" / form).read_bytes() == (first / "out" / form).read_bytes(), form


def test_reports_of_nasty_files_are_valid(tmp_path: Path) -> None:
    """Whatever files are called and say: schemas hold, and nothing in a log is a command but what was meant to be."""
    ended = _run(_corpus(tmp_path))
    out = tmp_path / "out"
    assert not faults(sarif(), json.loads((out / "sarif").read_bytes()))
    assert not faults(GITLAB, json.loads((out / "gitlab").read_bytes()))
    junit().assertValid(etree.fromstring((out / "junit").read_bytes()))
    found = json.loads((out / "json").read_bytes())
    assert {finding["at"]["file"] for finding in found["findings"]} > {"docs/b\udcff\x1b[2J.txt"}
    for log in (ended.err, (out / "text").read_text("utf-8")):
        assert not [line for line in log.splitlines() if line.lstrip().startswith("::") or "##[" in line]
        assert "\x1b" not in log
        assert "\u202e" not in log
    commands = (out / "github").read_text("utf-8").splitlines()
    assert all(line.startswith(("::error file=", "::warning file=", "::notice::")) for line in commands)


_FOLDER = {
    "docs/a.md": page(A),
    "docs/b.md": page(A),
    "blank/a.md": "\n\n",
    "file": "x",
    "other.jsonl": '{"text":"x"}\n',
}
_WAYS: dict[str, tuple[tuple[str, ...], int, str]] = {
    # how a check may fail: (the command, its status, what is said about it)
    "row 1: empty texts": (("blank",), 2, "no text to compare"),
    "row 1: empty texts, allowed": (("blank", "--allow-empty"), 0, "passed"),
    "row 1: standard input is empty": (("-",), 2, "no text to compare"),
    "row 1: everything is ignored": (("docs", "--ignore", "docs"), 2, "no text to compare"),
    "row 2: missing path": (("nowhere",), 2, "nowhere: there is no such file or folder"),
    "row 2: missing path beside another": (("docs", "docs/c.md"), 2, "docs/c.md: there is no such file"),
    "row 2: pattern of nothing": (("docs/*.html",), 2, "docs/*.html"),
    "row 2: file of no format": (("file",), 2, "file"),
    "row 2: no path": ((), 2, "PATHS"),
    "row 2: missing reference": (("docs", "--against", "nowhere"), 2, "nowhere"),
    "row 2: missing configuration": (("docs", "--config", "nowhere.toml"), 2, "nowhere.toml"),
    "row 46: report below a file": (("docs", "--report", "json=file/x"), 2, "file/x"),
    "row 46: report is a folder": (("docs", "--report", "json=blank"), 2, "blank"),
    "row 46: report where nothing can be": (("docs", "--report", "json=/proc/none/x"), 2, "/proc/none/x"),
    "row 46: the same with all allowed": (
        ("docs", "--max-duplicates", "9", "--report", "json=/proc/none/x"),
        2,
        "/proc/none/x",
    ),
    "row 48: ratio": (("docs", "--max-duplicate-ratio", "101%"), 2, "max_duplicate_ratio"),
    "row 48: threshold": (("docs", "--threshold", "0"), 2, "threshold"),
    "row 49: format": (("docs", "--report", "sarfi=x"), 2, "did you mean 'sarif'?"),
    "row 49: option": (("docs", "--max-dupes", "1"), 2, "--max-dup"),
    "row 49: pattern": (("docs", "--ignore", "[a"), 2, "never closed"),
    "row 51: missing baseline": (("docs", "--baseline", "none.jsonl"), 2, "no such baseline"),
    "row 51: no baseline": (("docs", "--baseline", "other.jsonl"), 2, "no baseline"),
    "row 51: other settings": (("docs", "--baseline", "known.jsonl", "--threshold", "0.9"), 2, "threshold was 0.8"),
    "row 51: known": (("docs", "--baseline", "known.jsonl"), 0, "passed"),
    "row 51: known copied once more": (("docs", "more", "--baseline", "known.jsonl"), 1, "1 duplicate not in the base"),
    "no git": (("docs", "--changed-since", "main"), 2, "git"),
    "a duplicate": (("docs",), 1, "1 duplicate, none allowed"),
    "an overlap": (("docs/a.md", "--against", "docs/b.md"), 1, "1 overlap with the reference set"),
    "standard input": (("-", "--input-format", "text"), 0, "passed"),
}


@pytest.mark.parametrize("way", _WAYS)
def test_every_way_to_fail(tmp_path: Path, way: str) -> None:
    """What could not be checked is never green, nor red as if something were found: status 2, and one line why."""
    make(tmp_path, {**_FOLDER})
    succeed("check", "docs", "--baseline", "known.jsonl", "--update-baseline", "-q", folder=tmp_path)
    make(tmp_path, {"more/c.md": page(A)})
    given, status, said = _WAYS[way]
    stdin = page(A).encode() if way == "standard input" else b""
    ended = run("check", *given, folder=tmp_path, stdin=stdin)
    shown = ended.err + ended.out.decode()
    assert (ended.status, said in shown.splitlines()[-1]) == (status, True), shown
    assert "Traceback" not in shown


def _run_full(*given: str, folder: Path) -> Ended:
    """Run the command with a standard output that has no room."""
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            arguments(*given), cwd=folder, stdout=full, stderr=subprocess.PIPE, env=environment(), check=False
        )
    return Ended(ended.returncode, b"", ended.stderr.decode())


@pytest.mark.parametrize("form", REPORTS)
def test_an_unwritable_report_keeps_no_other_from_being_written(tmp_path: Path, form: str) -> None:
    """Row 46: where a report cannot be written in the end, the others are, and the status is 2, not 1 or 0."""
    make(tmp_path, {**_FOLDER})
    given = ("--report", f"{form}=-", "--report", "json=x.json", "--report", "sarif=x.sarif")
    for limit, verdict in (((), "failed"), (("--max-duplicates", "1"), "passed")):
        ended = _run_full("check", "docs", *limit, *given, folder=tmp_path)
        assert ended.status == 2
        assert f"check: {verdict}" in ended.err or form == "text"
        assert "standard output: cannot be written: No space left" in ended.err.splitlines()[-1]
        assert json.loads((tmp_path / "x.json").read_bytes())["passed"] == (verdict == "passed")
        assert not faults(sarif(), json.loads((tmp_path / "x.sarif").read_bytes()))
        (tmp_path / "x.json").unlink()
        (tmp_path / "x.sarif").unlink()


_MORE = {"github": 99_990, "sarif": 75_000, "markdown": 99_900, "junit": 99_950, "gitlab": 90_000}


def test_a_hundred_thousand_findings(tmp_path: Path) -> None:
    """Row 47: all formats have the true total, and no more findings than their readers take."""
    make(tmp_path, {"a.jsonl": f'{{"text":"{A}"}}\n' * 100_001})
    reports = [f"--report={form}=out/{form}" for form in REPORTS]
    ended = run("check", "a.jsonl", *reports, folder=tmp_path)
    assert (ended.status, ended.err.splitlines()[-1]) == (1, "check: failed: 100,000 duplicates, none allowed")
    data = {form: (tmp_path / "out" / form).read_bytes() for form in REPORTS}
    assert len(data["jsonl"].splitlines()) == 100_002
    assert json.loads(data["json"])["totals"]["duplicates"] == 100_000
    assert len(data["github"].splitlines()) <= 21
    (ran,) = json.loads(data["sarif"])["runs"]
    assert len(ran["results"]) == 25_000
    assert len(json.loads(data["gitlab"])) <= 10_001
    assert len(data["markdown"]) < 1 << 20
    for form, more in {
        "github": 99_990,
        "sarif": 75_000,
        "markdown": 99_900,
        "junit": 99_950,
        "gitlab": 90_000,
    }.items():
        assert f"and {more:,} more".encode() in data[form], form


def test_the_seed_case(tmp_path: Path) -> None:
    """The article that comes three times in a page: three findings, at its lines."""
    seed = Path(__file__).parents[1] / "examples/002_7f27ee440fa270f8.txt"
    shutil.copy(seed, tmp_path / "page.txt")
    ended = run("check", "page.txt", "--report", "json", folder=tmp_path)
    found = json.loads(ended.out)["findings"]
    assert [(each["at"]["line"], each["at"]["column"], each["other"]["line"]) for each in found] == [
        (3, 1, 1),
        (4, 1, 2),
        (4, 55, 1),
    ]
