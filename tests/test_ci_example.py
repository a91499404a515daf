"""The worked example in `examples/ci`: every command of its README is run, and what it shows is what comes out."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ci_systems import ROOT, command_folder, shell_environment

EXAMPLE = ROOT / "examples/ci"
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the README is typed into bash")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Of a shell in which the command is there."""
    return shell_environment(command_folder(tmp_path / "bin"), tmp_path / "home")


def typed(text: str, folder: Path, env: dict[str, str]) -> str:
    """The text, with what its `console` blocks show replaced by what their commands print when they are run."""

    def run(block: re.Match[str]) -> str:
        shown = ""
        for command in re.findall(r"^\$ (.*)$", block[1], re.MULTILINE):
            ended = subprocess.run(
                ["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
            shown += f"$ {command}\n{ended.stdout.decode()}"
        return f"```console\n{shown}```"

    return re.sub(r"^```console\n(.*?)^```$", run, text, flags=re.MULTILINE | re.DOTALL)


def test_the_readme_shows_what_its_commands_print(tmp_path: Path, env: dict[str, str]) -> None:
    """Typed one after the other in a copy of the folder, every command prints what stands below it."""
    shutil.copytree(EXAMPLE, tmp_path / "copy")
    assert typed(README, tmp_path / "copy", env) == README


def test_the_example_passes_as_it_is_committed(env: dict[str, str]) -> None:
    """Its baseline is the one that the README makes; the check is green."""
    ended = subprocess.run(["dedup", "check"], cwd=EXAMPLE, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_the_readme_names_every_file(env: dict[str, str]) -> None:
    """What is there is spoken of, and what is spoken of is there."""
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert (EXAMPLE / link).exists(), link
    tops = {path.name for path in EXAMPLE.iterdir()} - {"README.md", ".github"}
    assert {name for name in tops if f"({name})" not in README} == set()
