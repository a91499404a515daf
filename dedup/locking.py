"""Locks on files that tell whether the process that works with them still lives. They go with it, however it ends."""

from __future__ import annotations

import sys

if sys.platform != "win32":
    import fcntl


def lock(descriptor: int, *, wait: bool = False) -> bool | None:
    """Take the lock of an open file, which is held until the file is closed.

    Args:
        descriptor: The file.
        wait: Whether to wait for whoever holds it.

    Returns:
        Whether it was taken, or somebody else holds it; None where the system, or the file's, knows no such locks.
    """
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
