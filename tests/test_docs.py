"""The README is under test, and the manual of `check`: commands exist, examples run, nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from dedup.cli import cli
from tests.command import make, succeed

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MANUAL = (ROOT / "docs/check.md").read_text(encoding="utf-8")


def blocks(language: str, page: str = README) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_the_python_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    """The Python in the README runs as it stands, and does what its comments say."""
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("One two three four five six seven.\n\nSomething else.\n")
    assert "exact 1.0" in printed
    assert "[('news', 'max:score')]\n[]\n" in printed


def test_the_readme_has_the_two_commands() -> None:
    """One block of shell sets up and runs the main job, the next one the tests."""
    main_job, tests = blocks("sh")
    assert ".venv/bin/dedup clean examples/*.txt -o out --report merges.jsonl" in main_job
    assert "pytest" in tests


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_in_the_readme_and_has_help(name: str) -> None:
    """Every command is shown in the README; it and all of its options have help."""
    command = cli.commands[name]
    assert f"dedup {name}" in README
    assert command.help
    for parameter in command.params:
        assert not isinstance(parameter, click.Option) or parameter.help, parameter.name


def test_every_option_of_a_check_is_in_its_manual() -> None:
    """What `check` has and `clean` has not, docs/check.md explains; the others are those of `clean`."""
    others = {name for parameter in cli.commands["clean"].params for name in parameter.opts}
    own = {name for parameter in cli.commands["check"].params for name in parameter.opts if name.startswith("--")}
    assert {name for name in own - others if name not in MANUAL} == set()


def test_the_configuration_in_the_manual_is_one(tmp_path: Path) -> None:
    """Its keys and values are taken as they stand there."""
    [block] = blocks("toml", MANUAL)
    shown = succeed("check", "--show-config", folder=make(tmp_path / "folder", {"dedup.toml": block})).out.decode()
    assert all(line.split(" = ")[0] in shown for line in block.splitlines() if " = " in line)


def test_links_of_the_pages_lead_to_files() -> None:
    """No page sends its reader to a file that is not there."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (page.name, link)


def test_every_sample_has_a_source_and_a_licence() -> None:
    """Every file of test data is described, with its source and licence."""
    import json

    data = ROOT / "tests/data"
    meta = json.loads((data / "META.json").read_text(encoding="utf-8"))
    assert {path.name for path in data.iterdir() if path.is_file()} == {"META.json", *meta}
    assert all(entry["source"] and entry["licence"] for entry in meta.values())
