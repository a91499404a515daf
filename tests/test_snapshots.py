"""A deduplicator that was saved goes on as if it had never stopped; so do the documents that came."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Cleaned, Deduplicator, Document, Settings
from tests import corpora
from tests.kernels import IMPLEMENTATIONS

SECRET = bytes(range(192)) * 2
ids = st.sampled_from(["a", "b", "aa", "ä", "\u4e2d\u6587", "\U0001f600", "\ud800", ""])
visits = st.lists(st.tuples(ids, ids, st.binary(max_size=3)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(documents=corpora.corpora(6) | corpora.interleaved(), chosen=corpora.settings(), stopped=st.integers(0, 6))
def test_a_saved_deduplicator_goes_on(documents: list[Document], chosen: Settings, stopped: int) -> None:
    """Saved between any two documents and loaded again, it says about the rest what it would have said; so do books."""
    with tempfile.TemporaryDirectory() as folder, Deduplicator(chosen) as first, Deduplicator(chosen) as second:
        for document in documents[:stopped]:
            first.add(document)
        first.save(Path(folder), 7)
        second.load(Path(folder), 7)
        assert second.summary == first.summary
        for document in documents[stopped:]:
            assert second.add(document) == first.add(document)
        assert second.summary == first.summary


def test_a_saved_deduplicator_matches_as_before(tmp_path: Path) -> None:
    """Whole documents that came before it was saved stand for those that come after."""
    text = "The quick brown fox jumps over the lazy dog and is gone."
    with Deduplicator(unit="document") as first, Deduplicator(unit="document") as second:
        first.match(Document("a", text))
        first.save(tmp_path, 1)
        second.load(tmp_path, 1)
        found = second.match(Document("b", text.upper()))
    assert found is not None
    assert (found.canonical, found.record, found.canonical_record) == ("a", 1, 0)


def test_generations_stand_beside_each_other(tmp_path: Path) -> None:
    """A later state leaves the files of an earlier one as they are; only their owner can read them."""

    def cleaned(deduplicator: Deduplicator, number: int) -> Cleaned:
        return deduplicator.add(Document(str(number), "One two three four five six seven eight."))

    with Deduplicator() as deduplicator:
        deduplicator.save(tmp_path, 1)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        expected = cleaned(deduplicator, 1)
        deduplicator.save(tmp_path, 2)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    with Deduplicator() as again:
        again.load(tmp_path, 1)
        assert cleaned(again, 1) == expected


@pytest.mark.parametrize("name", ["index", "visits", "books"])
def test_a_damaged_state_is_not_loaded(tmp_path: Path, name: str) -> None:
    """A state with a byte that changed, or without one of its files, is an error."""
    with Deduplicator() as deduplicator:
        deduplicator.add(Document("a", "One two three four five six seven eight."))
        deduplicator.save(tmp_path, 1)
    path = tmp_path / f"{name}.1"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with Deduplicator() as deduplicator, pytest.raises(ValueError, match="damaged"):
        deduplicator.load(tmp_path, 1)
    path.unlink()
    with Deduplicator() as deduplicator, pytest.raises(FileNotFoundError):
        deduplicator.load(tmp_path, 1)


@pytest.mark.parametrize("kernels", IMPLEMENTATIONS)
@settings(max_examples=100, deadline=None)
@given(before=visits, later=visits)
def test_visits_are_told_apart(
    kernels: ModuleType, before: list[tuple[str, str, bytes]], later: list[tuple[str, str, bytes]]
) -> None:
    """Which ids and which texts came, and what was remembered with them, is what a table says, saved or not."""
    known: set[str] = set()
    seen: dict[tuple[str, str], bytes | None] = {}
    memory = kernels.Memory(tempfile.gettempdir(), 1)
    own = kernels.Visits(SECRET, memory)
    for number, (document, text, data) in enumerate([*before, *later]):
        if number == len(before):
            with tempfile.TemporaryFile() as file:
                own.save(file.fileno())
                file.seek(0)
                own = kernels.Visits(SECRET[::-1], memory)
                own.load(file.fileno())
        key = own.keys([text])[0]
        assert own.enter(document, key) == (document in known, (document, text) in seen)
        known.add(document)
        assert own.remembered(document, key) == seen.setdefault((document, text), None)
        if len(data) > 1:
            own.remember(document, key, data)
            seen[document, text] = data


@pytest.mark.parametrize("kernels", IMPLEMENTATIONS)
def test_many_visits_are_told_apart(kernels: ModuleType) -> None:
    """A table that grows, and waits in a file once it is worth one, forgets nobody and knows no stranger."""
    own = kernels.Visits(SECRET, kernels.Memory(tempfile.gettempdir(), 1))
    keys = own.keys([str(number) for number in range(40_000)])
    for number, key in enumerate(keys):
        assert own.enter(f"id {number}", key) == (False, False)
        if number % 3 == 0:
            own.remember(f"id {number}", key, b"%d" % number)
    for number, key in enumerate(keys):
        assert own.remembered(f"id {number}", key) == (b"%d" % number if number % 3 == 0 else None)
        assert own.enter(f"id {number}", key) == (True, True)
        assert own.enter(f"no {number}", key) == (False, False)
