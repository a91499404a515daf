"""The oracle that every fuzz target is held to, and its seeds as files."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

MOST_SECONDS = 1.0
"""Of one core, for one input."""


class Target(Protocol):
    """A module that is fuzzed."""

    DOCUMENTED: tuple[type[Exception], ...]
    """The errors that an input may end in; all others are defects."""

    def seeds(self) -> Iterable[bytes]:
        """Inputs to begin with."""

    def check(self, data: bytes) -> None:
        """Use the library on an input. Raises `AssertionError` if an answer is wrong."""


def judge(target: Target, data: bytes) -> None:
    """Let only documented errors pass, and only in time.

    Raises:
        AssertionError: If the answer is wrong or takes too long.
        Exception: Whatever is not documented.
    """
    begun = time.thread_time()
    with suppress(*target.DOCUMENTED):
        target.check(data)
    seconds = time.thread_time() - begun
    assert seconds < MOST_SECONDS, f"{seconds:.1f} s for {len(data):,} bytes"


def write_seeds(target: Target, corpus: Path) -> None:
    """Put the seeds into a folder, beside what was found in earlier runs."""
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        corpus.joinpath(hashlib.sha256(seed).hexdigest()[:20]).write_bytes(seed)
