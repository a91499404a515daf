"""Reports of the shared sample as they should be, byte for byte, but for versions of what is installed."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from dedup._kernels.unicode import TABLE
from dedup.version import __version__

_FOLDER = Path(__file__).parent / "data" / "check"


def golden(name: str) -> bytes:
    """The bytes of a golden file, with the versions that this machine has."""
    versions = {b"@DEDUP@": __version__, b"@SENTENCEX@": version("sentencex"), b"@UNICODE@": TABLE.version}
    data = (_FOLDER / name).read_bytes()
    for placeholder, installed in versions.items():
        data = data.replace(placeholder, installed.encode())
    return data
