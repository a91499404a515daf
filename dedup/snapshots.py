"""Files that hold what a run knows so far: written whole, and seen to the disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_Loaded = TypeVar("_Loaded")


def save_file(path: Path, save: Callable[[int], None]) -> None:
    """Write a file that only its owner may read.

    Args:
        path: Where to; what is there goes.
        save: Writes it, given the open file.

    Raises:
        OSError: If it cannot be written.
    """
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        save(file)
        os.fsync(file)
    finally:
        os.close(file)


def load_file(path: Path, load: Callable[[int], _Loaded]) -> _Loaded:
    """What `load` makes of a file, given it open.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is damaged.
    """
    file = os.open(path, os.O_RDONLY)
    try:
        return load(file)
    finally:
        os.close(file)
