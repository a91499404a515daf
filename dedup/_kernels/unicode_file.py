"""Where the Unicode table is kept, and which version of Unicode it was made from."""

from __future__ import annotations

import struct
from pathlib import Path

PATH = Path(__file__).with_name("unicode.bin")
HEADER = struct.Struct("<8s3I3I")
"""Magic bytes, the Unicode version as three numbers, and the lengths of three arrays; see `unicode.py`."""


def read_version() -> str:
    """The Unicode version of the table."""
    with PATH.open("rb") as file:
        _, major, minor, patch, *_ = HEADER.unpack(file.read(HEADER.size))
    return f"{major}.{minor}.{patch}"
