"""Work on batches, by several threads, in order: what threads do changes when an answer comes, never which."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from dedup.errors import SettingsError

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

BATCH_SIZE = 1 << 19
"""Characters or bytes in a batch: enough to make the hand-over cheap, few enough to stay in the cache."""

_AHEAD = 4

_Batch = TypeVar("_Batch")
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def count_jobs(jobs: int | None) -> int:
    """How many threads work: those asked for, or as many as there are cores to run on.

    Raises:
        SettingsError: If fewer than one was asked for.
    """
    if jobs is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if jobs < 1:
        raise SettingsError("jobs", jobs, "give a whole number of at least 1")
    return jobs


def batched(items: Iterable[_Item], size_of: Callable[[_Item], int], size: int) -> Iterator[list[_Item]]:
    """The items in lists of about this size each; a list takes at least one item."""
    batch: list[_Item] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size_of(item) + 1
        if total >= size:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def in_order(work: Callable[[_Batch], _Result], batches: Iterable[_Batch], jobs: int) -> Iterator[_Result]:
    """The results of `work` on every batch, in order; the caller's thread is one of the `jobs`.

    Batches are read ahead, a few for every thread. Native work leaves the interpreter to the other threads.
    """
    if jobs == 1:
        yield from map(work, batches)
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # takes a while, and one thread needs none

    executor = ThreadPoolExecutor(jobs - 1, thread_name_prefix="dedup")
    ahead: deque[_Task[_Batch, _Result]] = deque()
    try:
        for batch in batches:
            ahead.append(_Task(work, batch, executor))
            if len(ahead) > _AHEAD * jobs:
                yield _first_result(ahead)
        while ahead:
            yield _first_result(ahead)
    finally:
        executor.shutdown(cancel_futures=True)


class _Task(Generic[_Batch, _Result]):
    """Work that a thread of the executor will begin, unless somebody else does first."""

    def __init__(self, work: Callable[[_Batch], _Result], batch: _Batch, executor: ThreadPoolExecutor) -> None:
        self._work = work
        self._batch = batch
        self._future: Future[_Result] = executor.submit(work, batch)

    def take_over(self) -> bool:
        """Do it here and now, if nobody has begun."""
        if not self._future.cancel():
            return False
        self._future = type(self._future)()
        self._future.set_result(self._work(self._batch))
        return True

    def is_done(self) -> bool:
        return self._future.done()

    def result(self) -> _Result:
        return self._future.result()


def _first_result(ahead: deque[_Task[_Batch, _Result]]) -> _Result:
    """The result that is due; rather than wait for it, this thread does what is not begun yet."""
    first = ahead.popleft()
    if not first.is_done() and not first.take_over():
        for task in ahead:
            if first.is_done():
                break
            if not task.is_done():
                task.take_over()
    return first.result()
