"""What waits in temporary files comes back as it was, and nothing of it is left."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Cleaned, Duplicate, Edit, Merge, OutputError, Place, Span
from dedup.packing import pack, unpack
from dedup.spilling import Spill


@given(st.lists(st.binary(max_size=20_000) | st.integers(0, 9), max_size=30))
def test_byte_strings_come_back(steps: list[bytes | int]) -> None:
    """Whatever was appended is found by its number, also between one addition and the next."""
    with Spill() as spill:
        added: list[bytes] = []
        for step in steps:
            if isinstance(step, bytes):
                assert spill.append(step) == len(added)
                added.append(step)
            elif step < len(added):
                assert spill[step] == added[step]
        assert [spill[number] for number in range(len(spill))] == added
        for number in (-1, len(added)):
            with pytest.raises(IndexError):
                spill[number]


def test_a_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a place for temporary files there is one clear error with a remedy."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(OutputError, match=r"nowhere: .*TMPDIR"):
        Spill()


class _FullDisk:
    """A file on a disk that is full."""

    def write(self, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def close(self) -> None:
        raise OSError(errno.EIO, "Input/output error")


def test_a_full_disk_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error of the write is raised, and not that of closing the file after it."""
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda prefix: _FullDisk())
    with pytest.raises(OutputError, match="No space left"), Spill() as spill:
        spill.append(b"text")
    with pytest.raises(OutputError, match="Input/output error"), Spill():
        pass


@pytest.mark.parametrize("name", ["a", "größer", "\ud800"])
def test_packed_results_come_back(name: str) -> None:
    """Results are the same after packing, lone surrogates among their characters or not."""
    place = Place(name, 3, 1, 4)
    merge = Merge(
        name, None, 0, 5, place, "near", 1 / 3, 0.5, "bands", 1, (Edit(Span(1, 2), Span(3, 3), name),),
        (Span(1, 4), name), "longest",
    )  # fmt: skip
    cleaned = Cleaned(name, 7, "", (merge,), {}, 3, repeats_id=True, revisit=True, digest="00ff")
    assert unpack(pack(cleaned), Cleaned) == cleaned
    duplicate = Duplicate(name, 2, "b", 1, "exact", 1.0, "digest", "last")
    assert unpack(pack(duplicate), Duplicate) == duplicate
