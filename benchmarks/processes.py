"""Run a command as a measured process: wall and CPU time, and the peak memory of it and all its children."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

INTERVAL = 0.02  # seconds between two looks at memory

# Libraries that start threads of their own read one of these.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "NUMEXPR_NUM_THREADS",
)


@dataclass(frozen=True)
class Measured:
    """What a process cost and said.

    Attributes:
        status: Its exit status; negative for a signal.
        wall_seconds: From start to end, the start of Python included.
        cpu_seconds: Of the process and all its children, user and system.
        peak_bytes: The most memory of the process tree at one time. Shared pages count once where the kernel tells
            (PSS), else in every process that has them (RSS).
        stdout: What it printed.
        stderr: What it printed there.
    """

    status: int
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    stdout: str
    stderr: str


def children(pid: int) -> list[int]:
    """The direct children of a process."""
    return [int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in _read_gone(path).split()]


def _read_gone(path: Path) -> str:
    """A file of a process or thread that may have ended meanwhile, and is empty then."""
    try:
        return path.read_text()
    except OSError:
        return ""


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for process in found:
        found += children(process)
    return found


def memory_of(pid: int, *, alone: bool) -> int:
    """Bytes of one process: RSS if it is alone, which is quick to read, else PSS."""
    if alone:
        pages = _read_gone(Path(f"/proc/{pid}/statm")).split()[1:2]
        return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE")
    lines = _read_gone(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def tree_memory(pid: int) -> int:
    """Bytes of a process and all its descendants."""
    processes = tree(pid)
    return sum(memory_of(process, alone=len(processes) == 1) for process in processes)


class MemoryWatch(threading.Thread):
    """Looks at the memory of a process tree until told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        """Look every 20 ms."""
        while not self._done.wait(INTERVAL):
            self.peak = max(self.peak, tree_memory(self._pid))

    def stop(self) -> int:
        """The most that was seen."""
        self._done.set()
        self.join()
        return self.peak


def measure(
    command: list[str], *, folder: Path, jobs: int, variables: Mapping[str, str], timeout: float | None = None
) -> Measured:
    """Run a command to its end.

    Args:
        command: Program and arguments.
        folder: Where it runs.
        jobs: Cores and threads it may use; with one, it and all its children are pinned to one core.
        variables: To add to the environment.
        timeout: Seconds after which it is killed.
    """
    environment = os.environ | {name: str(jobs) for name in THREAD_VARIABLES} | dict(variables)
    cores = sorted(os.sched_getaffinity(0))[:jobs]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            ["taskset", "-c", ",".join(map(str, cores)), *command],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        watch = MemoryWatch(process.pid)
        watch.start()
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            status = process.wait()
        wall = time.perf_counter() - start
        peak = watch.stop()
        texts = [_text(file) for file in (out, err)]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(status, wall, cpu, peak, *texts)


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
