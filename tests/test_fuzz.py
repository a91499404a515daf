"""Fuzz targets: what they begin with passes, a short run with fixed seeds finds nothing, and the oracle finds defects.

`fuzz/README.md` says how they are run for longer.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from tests.command import environment, make
from tests.fuzz.harness import MOST_SECONDS, Target, judge

_RUNS = {"json_lines": 4000, "warc": 4000, "blocks": 4000, "tokens": 300, "report": 800}
_needs_atheris = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris cannot be installed here: the extra `test` has it"
)
_PLANTED = """
DOCUMENTED = (KeyError,)

def seeds():
    yield b"fuz"

def check(data):
    if data[:1] == b"f":
        raise KeyError("documented")
    assert len(data) != 2
"""


@pytest.mark.parametrize("name", _RUNS)
def test_seeds(name: str) -> None:
    """Every input that a target begins with ends well, or in a documented error, and in time."""
    target = cast("Target", importlib.import_module(f"tests.fuzz.{name}"))
    seeds = list(target.seeds())
    assert seeds
    for seed in seeds:
        judge(target, seed)


def _fuzz(module: str, folder: Path, *options: str, corpus: str = "corpus") -> subprocess.CompletedProcess[str]:
    """Fuzz a target in a process of its own; its choices come from a fixed seed."""
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz", module, corpus, "-seed=1", *options],
        cwd=folder,
        env=environment(TMPDIR=str(folder), PYTHONPATH=f"{Path(__file__).parents[1]}:{folder}"),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


@_needs_atheris
@pytest.mark.parametrize("name", _RUNS)
def test_short_run(tmp_path: Path, name: str) -> None:
    """A few thousand inputs, chosen from a fixed seed, end well, or in a documented error, and in time."""
    ended = _fuzz(f"tests.fuzz.{name}", tmp_path, f"-runs={_RUNS[name]}")
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    done = re.search(r"Done (\d+) runs", ended.stderr)
    assert done is not None
    assert int(done[1]) >= _RUNS[name]


@_needs_atheris
def test_a_planted_defect_is_found(tmp_path: Path) -> None:
    """A fuzzer that finds nothing has looked: in a target with a defect it finds that, and keeps the input."""
    make(tmp_path, {"planted.py": _PLANTED})
    ended = _fuzz("planted", tmp_path, "-runs=5000")
    assert ended.returncode != 0
    assert "AssertionError" in ended.stdout + ended.stderr
    (kept,) = tmp_path.glob("crash-*")
    assert len(kept.read_bytes()) == 2
    assert _fuzz("planted", tmp_path, corpus=kept.name).returncode != 0
    (tmp_path / "fine").write_bytes(b"abc")
    assert _fuzz("planted", tmp_path, corpus="fine").returncode == 0


class _Slow:
    DOCUMENTED: tuple[type[Exception], ...] = (KeyError,)

    def seeds(self) -> Iterator[bytes]:
        yield b""

    def check(self, data: bytes) -> None:
        begun = time.thread_time()
        while time.thread_time() < begun + len(data) * MOST_SECONDS:
            pass
        if not data:
            raise KeyError


def test_the_oracle() -> None:
    """What is documented passes; what takes too long does not, whatever comes of it."""
    judge(_Slow(), b"")
    with pytest.raises(AssertionError, match="s for 1 bytes"):
        judge(_Slow(), b"x")
