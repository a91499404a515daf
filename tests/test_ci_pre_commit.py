"""The hook for pre-commit: it is run by pre-commit itself, in repositories with copies and without."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_systems import HERON, PANDA, ROOT, command_folder, git, repository, shell_environment

CLEAN = {"docs/panda.md": f"{PANDA}\n", "docs/heron.md": f"{HERON}\n", "dedup.toml": 'paths = ["docs"]\n'}


def shipped_hook() -> dict[str, Any]:
    """The definition as it is shipped."""
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert isinstance(hook, dict)
    return hook


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Of a shell; pre-commit keeps its cache in the test's own folder."""
    return shell_environment(
        command_folder(tmp_path / "bin"),
        tmp_path / "home",
        PRE_COMMIT_HOME=str(tmp_path / "cache"),
        PRE_COMMIT_COLOR="never",
    )


def repository_with_hook(folder: Path, env: dict[str, str], files: dict[str, str], **changes: object) -> Path:
    """A repository whose configuration holds the shipped hook, only that the command is there and not installed."""
    hook = {**shipped_hook(), "language": "system", **changes}
    config = yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]})
    return repository(folder, env, {**files, ".pre-commit-config.yaml": config})


def run_hook(folder: Path, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pre-commit."""
    command = [sys.executable, "-m", "pre_commit", "run", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_repository_without_copies_passes(tmp_path: Path, env: dict[str, str]) -> None:
    """The hook reads what the configuration names, and passes."""
    ended = run_hook(repository_with_hook(tmp_path / "repository", env, CLEAN), env, "--all-files", "--verbose")
    assert ended.returncode == 0, ended.stdout
    assert "Passed" in ended.stdout
    assert "0 duplicates in 2 documents" in ended.stdout


@pytest.mark.parametrize("name", ["docs/copy.md", "docs/copy.jsonl"])
def test_a_commit_that_brings_a_copy_fails_and_says_of_what(tmp_path: Path, env: dict[str, str], name: str) -> None:
    """Only the new file is in the commit; the copy of an old, unchanged one is found all the same, in any format."""
    folder = repository_with_hook(tmp_path / "repository", env, CLEAN)
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"], cwd=folder, env=env, check=True, capture_output=True
    )
    (folder / name).write_text(f'{{"text": "{PANDA}"}}\n' if name.endswith("jsonl") else f"{PANDA}\n", encoding="utf-8")
    git(folder, env, "add", name)
    ended = subprocess.run(
        ["git", "commit", "--message=More"], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "Failed" in ended.stderr
    assert f"{name}:1" in ended.stderr or "docs/panda.md:1" in ended.stderr
    assert "exact copy of docs/" in ended.stderr


def test_however_many_files_there_are_the_command_runs_once(tmp_path: Path, env: dict[str, str]) -> None:
    """More names than fit into a command line are no reason to run more often: each run would see a part of them."""
    script = tmp_path / "bin/dedup"
    script.write_text('#!/bin/sh\necho "$#:$*" >> "$CALLS"\n', encoding="utf-8")
    files = {f"docs/{'long' * 40}-{number}.md": f"{number}\n" for number in range(1500)}
    calls = tmp_path / "calls"
    folder = repository_with_hook(tmp_path / "repository", env, files)
    ended = run_hook(folder, {**env, "CALLS": str(calls)}, "--all-files")
    assert ended.returncode == 0, ended.stdout
    assert calls.read_text(encoding="utf-8") == "1:check\n"
    many = repository_with_hook(tmp_path / "passing", env, files, pass_filenames=True)
    assert run_hook(many, {**env, "CALLS": str(calls)}, "--all-files").returncode == 0
    assert len(calls.read_text(encoding="utf-8").splitlines()) > 2, "the files are enough for several runs"


def test_the_hook_takes_arguments_where_there_is_no_configuration(tmp_path: Path, env: dict[str, str]) -> None:
    """`args` of the user's configuration stand behind the command."""
    files = {"docs/panda.md": f"{PANDA}\n", "docs/copy.md": f"{PANDA}\n"}
    for number, status in ((0, 1), (1, 0)):
        arguments = [f"--max-duplicates={number}", "docs"]
        folder = repository_with_hook(tmp_path / str(number), env, files, args=arguments)
        ended = run_hook(folder, env, "--all-files")
        assert ended.returncode == status, ended.stdout


def test_the_definition_is_one_that_pre_commit_takes(tmp_path: Path) -> None:
    """The file that is shipped is valid, and runs for a change of any file."""
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    hook = shipped_hook()
    assert (hook["id"], hook["entry"], hook["language"]) == ("dedup-check", "dedup check", "python")
    assert not hook["pass_filenames"]
    assert "files" not in hook
    assert hook["types"] == ["file"]


def test_the_example_is_one_that_pre_commit_takes() -> None:
    """The configuration in `examples/ci` is valid and names the hook that is there."""
    path = ROOT / "examples/ci/.pre-commit-config.yaml"
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    [repo] = yaml.safe_load(path.read_text(encoding="utf-8"))["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == [shipped_hook()["id"]]
