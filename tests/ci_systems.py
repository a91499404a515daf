"""What continuous integration brings along: a repository, `dedup` on the path, a package that pip installs offline."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Mapping
from pathlib import Path

import dedup
from tests.command import environment, make

ROOT = Path(dedup.__file__).parents[1]
"""Of the project: where the files that CI systems read stand."""

VERSION = "0.1.0"

PANDA = (
    "A giant panda spends twelve hours of a day on eating bamboo, of which it needs some thirty kilograms, and most of "
    "the others asleep in the fork of a tree."
)
HERON = (
    "The grey heron stands in shallow water without moving for a quarter of an hour, until a fish comes near enough to "
    "be taken with one stroke of its bill."
)

_BACKEND = """
    import zipfile
    from pathlib import Path

    METADATA = "Metadata-Version: 2.1\\nName: dedup-text\\nVersion: {version}\\nProvides-Extra: parquet\\n"

    def get_requires_for_build_wheel(config_settings=None):
        return []

    def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
        name, info = "dedup_text-{version}-py3-none-any.whl", "dedup_text-{version}.dist-info/"
        with zipfile.ZipFile(Path(wheel_directory, name), "w") as wheel:
            wheel.writestr("dedup_text.pth", {pth!r})
            wheel.writestr(info + "METADATA", METADATA)
            wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
            wheel.writestr(info + "entry_points.txt", "[console_scripts]\\ndedup = dedup.cli:main\\n")
            wheel.writestr(info + "RECORD", "")
        return name
"""


def package(folder: Path) -> Path:
    """A project that stands in for this one: pip builds and installs it without a compiler and a network.

    What it installs is the command and a link to the package and its dependencies that the tests themselves use.
    """
    paths = dict.fromkeys([str(ROOT), sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *_site_packages()])
    backend = textwrap.dedent(_BACKEND).format(version=VERSION, pth="".join(f"{path}\n" for path in paths))
    project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    return make(folder, {"backend.py": backend, "pyproject.toml": project})


def wheel(folder: Path) -> Path:
    """A folder with a wheel of `package`, as an index of packages would have it."""
    source = package(folder / "source")
    folder.joinpath("wheels").mkdir()
    code = "import backend, sys; backend.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(folder / "wheels")], cwd=source, check=True)
    return folder / "wheels"


def _site_packages() -> list[str]:
    return [path for path in sys.path if path.endswith("-packages")]


def command_folder(folder: Path) -> Path:
    """A folder in which `dedup` is the command under test, and `python` the one that runs the tests."""
    folder.mkdir(parents=True, exist_ok=True)
    python = shlex.quote(sys.executable)
    for name, command in (("dedup", f"{python} -m dedup"), ("python", python), ("python3", python)):
        (folder / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def shell_environment(bin_folder: Path, home: Path, **changes: str) -> dict[str, str]:
    """Of a shell that finds the command, and neither a configuration of git nor one of CI from outside."""
    kept = {name: value for name, value in environment().items() if not name.startswith(("GIT_", "CI_", "GITHUB_"))}
    names = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in _SOMEBODY.items()}
    home.mkdir(parents=True, exist_ok=True)
    return {
        **kept,
        **names,
        "PATH": os.pathsep.join((str(bin_folder), os.environ["PATH"])),
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        **changes,
    }


_SOMEBODY = {"NAME": "Somebody", "EMAIL": "somebody@example.com", "DATE": "2026-01-01T00:00:00Z"}


def git(folder: Path, env: dict[str, str], *arguments: str) -> str:
    """Run git, which is to end well; what it prints."""
    ended = subprocess.run(["git", *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def repository(folder: Path, env: dict[str, str], files: Mapping[str, str | bytes] | None = None) -> Path:
    """A git repository with one commit of everything in the folder."""
    make(folder, files or {})
    git(folder, env, "init", "--quiet", "--initial-branch=main")
    commit(folder, env)
    return folder


def commit(folder: Path, env: dict[str, str]) -> None:
    """Commit everything."""
    git(folder, env, "add", "--all")
    git(folder, env, "commit", "--quiet", "--message=Something", "--no-verify")
