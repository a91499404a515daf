"""Threads change when an answer comes, never which one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Document, Settings, SettingsError, reading
from dedup.parallel import batched, count_jobs, in_order
from dedup.progress import Progress
from dedup.reading import Reading
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.command import tree

DATA = Path(__file__).parent / "data"


@settings(max_examples=100)
@given(sizes=st.lists(st.integers(0, 50)), size=st.integers(1, 60))
def test_batches_are_the_items_in_order(sizes: list[int], size: int) -> None:
    """Batches together are the items; each but the last reaches its size with its last item."""
    batches = list(batched(sizes, lambda item: item, size))
    assert [item for batch in batches for item in batch] == sizes
    for batch in batches[:-1]:
        assert sum(batch) + len(batch) >= size > sum(batch[:-1]) + len(batch) - 1


@pytest.mark.parametrize("jobs", [1, 2, 3, 7])
def test_results_come_in_order_whatever_takes_long(jobs: int) -> None:
    """Results stand in the order of their batches although some take longer than others."""
    waiting = threading.Event()

    def work(number: int) -> int:
        waiting.wait(0.01 if number % 5 == 0 else 0)
        return number * number

    assert list(in_order(work, range(100), jobs)) == [number * number for number in range(100)]


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_an_error_in_a_batch_is_raised_in_its_place(jobs: int) -> None:
    """The results before it come out, then the error itself."""

    def work(number: int) -> int:
        if number == 7:
            raise KeyError("seven")
        return number

    results = in_order(work, range(50), jobs)
    assert [next(results) for _ in range(7)] == list(range(7))
    with pytest.raises(KeyError, match="seven"):
        next(results)


def test_who_stops_early_leaves_no_thread_behind() -> None:
    """A generator that is closed ends its threads, and reads no further."""
    read: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(10_000):
            read.append(number)
            yield number

    results = in_order(lambda number: number, numbers(), 3)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(read) < 100
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dedup")]


def test_jobs_are_counted() -> None:
    """None is one for every core at least; none at all is an error."""
    assert count_jobs(None) >= 1
    assert count_jobs(5) == 5
    with pytest.raises(SettingsError, match="jobs"):
        count_jobs(0)


@pytest.mark.parametrize("unit", ["paragraph", "sentence", "document"])
def test_the_same_bytes_for_any_jobs_and_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: dedup.settings.Unit
) -> None:
    """Cleaned texts and report are the same for any number of threads, size of batches and text in memory (R8)."""
    inputs = tmp_path / "in"
    inputs.mkdir()
    for sample in DATA.glob("*.jsonl"):
        lines = sample.read_bytes().splitlines(keepends=True)
        (inputs / sample.name).write_bytes(b"".join(lines[:12]) + lines[3])  # and one once more
    written = []
    for number, (jobs, size) in enumerate([(1, 1 << 18), (1, 1), (2, 2000), (3, 1), (4, 30_000), (8, 1 << 18)]):
        monkeypatch.setattr(reading, "BATCH_SIZE", size)
        out = tmp_path / str(number)
        writing = Writing(output=str(out / "texts"), report=str(out / "report"))
        chosen = Settings(unit=unit, memory=1 if number % 2 else None)
        with Progress(quiet=True) as progress:
            clean_files([str(inputs)], chosen, Reading(), writing, progress, jobs=jobs)
        written.append(tree(out))
    assert all(files == written[0] for files in written)
    assert len(written[0]["report"].splitlines()) > 20


@settings(max_examples=30, deadline=None)
@given(jobs=st.integers(1, 4), size=st.sampled_from([1, 40, 1000]))
def test_a_corpus_in_memory_is_cleaned_alike(jobs: int, size: int) -> None:
    """`clean_corpus` and `match_corpus` give what adding one document after another gives."""
    documents = [
        Document(str(n), f"{'some words that come again ' * 3} {n % 7} and again\n\nown {n}") for n in range(60)
    ]
    with (
        pytest.MonkeyPatch.context() as patch,
        dedup.Deduplicator() as one,
        dedup.Deduplicator(unit="document") as other,
    ):
        patch.setattr("dedup.api.BATCH_SIZE", size)
        assert list(dedup.clean_corpus(documents, jobs=jobs)) == [one.add(document) for document in documents]
        assert list(dedup.match_corpus(documents, jobs=jobs)) == [other.match(document) for document in documents]
