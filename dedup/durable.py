"""Files that are still there when the power fails."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk.

    Raises:
        OSError: If they cannot.
    """
    if sys.platform == "win32":  # a folder cannot be opened there, and its names need no such call
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, data: bytes) -> None:
    """Write a private file such that at any time either its old bytes or the new ones are there.

    Raises:
        OSError: If it cannot be written; the old bytes are still there.
    """
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(descriptor)
    new.replace(path)
    sync_folder(path.parent)
