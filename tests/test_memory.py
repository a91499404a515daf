"""How much memory a run takes: what is kept waits in files once there is more of it than was allowed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from dedup import _kernels, memory
from tests.command import environment, tree

_PEAK = """
import re, sys
from dedup.cli import main
try:
    main()
finally:
    print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1], file=sys.stderr)
"""  # not what the system says of resources used: that begins with what the parent of the process took


def _peak(folder: Path, output: str, *options: str) -> int:
    """The most bytes that a run held."""
    given = ("clean", "in.jsonl", "-o", f"{output}/out.jsonl", "--report", f"{output}/report", "-q", "--jobs", "1")
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *given, *options], cwd=folder, env=environment(), capture_output=True, check=True
    )
    return int(done.stderr) * 1024


@pytest.mark.skipif(_kernels.chosen_name() != "native", reason="the reference kernels keep everything in memory")
@pytest.mark.skipif(sys.platform != "linux", reason="what is kept waits in files on Linux only")
def test_a_run_stays_below_its_memory(tmp_path: Path) -> None:
    """A run whose index is larger writes the same bytes, and takes no more than it may, with a state or without."""
    chance = random.Random(1)
    words = [f"w{number}" for number in range(50_000)]
    pages = [" ".join(chance.choices(words, k=120)) for _ in range(40_000)]
    with (tmp_path / "in.jsonl").open("w") as lines:
        for number, page in enumerate(pages):
            again = chance.choice(pages[: number + 1]) if number % 3 == 0 else page
            lines.write(f'{{"id":{number},"text":"{again}"}}\n')
    unbounded = _peak(tmp_path, "unbounded", "--memory", "0")
    limit = 75_000_000
    bounded = _peak(tmp_path, "bounded", "--memory", "75")
    assert unbounded > 1.2 * limit, unbounded
    assert bounded < limit, bounded
    assert tree(tmp_path / "bounded") == tree(tmp_path / "unbounded")
    kept = _peak(tmp_path, "kept", "--memory", "75", "--state", "state", "--checkpoint-seconds", "0.3")
    assert kept < limit, kept
    assert tree(tmp_path / "kept") == tree(tmp_path / "unbounded")


def test_half_of_the_machine_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of a container that may take less than the machine has, half of that; what cannot be read limits nothing."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_LIMITS", (str(limit),))
    assert memory.memory_of_machine() == machine
    for written, expected in (("max\n", machine), ("1000000\n", 1_000_000), (f"{2**63}\n", machine)):
        limit.write_text(written)
        assert memory.memory_of_machine() == expected
