"""How much memory there is, and how much of it a run may take."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from dedup import _kernels
from dedup._kernels import Memory

MEGABYTE = 1_000_000

_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # of a container


def bounded(megabytes: int | None) -> Memory:
    """The memory of a run: what does not fit waits in files without a name in the folder for temporary ones.

    Args:
        megabytes: What the process may take, of 10^6 bytes; None for half of what there is, 0 for all it needs.
    """
    limit = memory_of_machine() // 2 if megabytes is None else megabytes * MEGABYTE
    return _kernels.chosen().Memory(tempfile.gettempdir(), limit)


def memory_of_machine() -> int:
    """Bytes of memory that this machine, or the container that the process runs in, has; 0 if nobody says."""
    found = [int(limit) for limit in map(_read, _LIMITS) if limit.isdecimal()]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(found, default=0)


def _read(path: str) -> str:
    try:
        return Path(path).read_text("ascii").strip()
    except OSError:
        return ""
