"""Inputs > records, read and prepared in batches, ahead of those who take them, by several threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from dedup.files import Source
from dedup.formats.base import Chunk, Format, Records
from dedup.parallel import BATCH_SIZE, in_order
from dedup.records import Document

_Prepared = TypeVar("_Prepared")


class Input(NamedTuple):
    """A file, and how it is read."""

    source: Source
    form: Format


class Batch(NamedTuple, Generic[_Prepared]):
    """Some records of an input, in order.

    Attributes:
        source: The input.
        form: Its format.
        is_first: Whether these are the first of the input, which may be none at all.
        records: What was read.
        prepared: What was found out about the documents among them.
        size: How many bytes they were read from.
    """

    source: Source
    form: Format
    is_first: bool
    records: Records
    prepared: _Prepared
    size: int


def read_ahead(
    inputs: Sequence[Input], prepare: Callable[[Sequence[Document]], _Prepared], jobs: int
) -> Iterator[Batch[_Prepared]]:
    """All records of all inputs, in order, at least one batch an input.

    Args:
        inputs: What to read.
        prepare: Finds out about documents what can be known without the others.
        jobs: Threads that work.

    Raises:
        InputError: If an input cannot be opened or read.
    """

    def work(unread: tuple[Input, Chunk]) -> Batch[_Prepared]:
        (source, form), chunk = unread
        records = form.records(chunk, source.name)
        return Batch(source, form, chunk.first == 1, records, prepare(records.documents), len(chunk.data))

    return in_order(work, _unread(inputs), jobs)


def _unread(inputs: Sequence[Input]) -> Iterator[tuple[Input, Chunk]]:
    for given in inputs:
        is_empty = True
        for chunk in given.source.chunks(given.form, BATCH_SIZE):
            is_empty = False
            yield given, chunk
        if is_empty:
            yield given, Chunk(1, b"")
