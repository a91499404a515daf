"""Inputs > records, read and prepared in batches, ahead of those who take them, by several threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from dedup._kernels import Batch as Prepared
from dedup.files import Source
from dedup.formats.base import Format, Record
from dedup.parallel import BATCH_SIZE, in_order
from dedup.records import Document


class Input(NamedTuple):
    """A file, and how it is read."""

    source: Source
    form: Format


class Batch(NamedTuple):
    """Some records of an input, in order.

    Attributes:
        source: The input.
        form: Its format.
        is_first: Whether these are the first of the input, which may be none at all.
        records: What was read.
        documents: The documents that some of the records hold.
        prepared: What was found out about these.
        size: How many bytes they were read from.
    """

    source: Source
    form: Format
    is_first: bool
    records: list[Record]
    documents: list[Document]
    prepared: Prepared
    size: int


class _Unread(NamedTuple):
    """The bytes of some records before anybody looks at them, and the number of the first in its input."""

    source: Source
    form: Format
    number: int
    pieces: list[bytes]


def read_ahead(
    inputs: Sequence[Input], prepare: Callable[[Sequence[Document]], Prepared], jobs: int
) -> Iterator[Batch]:
    """All records of all inputs, in order, at least one batch an input.

    Args:
        inputs: What to read.
        prepare: Finds out about documents what can be known without the others.
        jobs: Threads that work.

    Raises:
        InputError: If an input cannot be opened or read.
    """

    def work(unread: _Unread) -> Batch:
        source, form, first, pieces = unread
        records = form.records(pieces, source.name, first)
        documents = [record.document for record in records if record.document is not None]
        return Batch(source, form, first == 1, records, documents, prepare(documents), sum(map(len, pieces)))

    return in_order(work, _unread(inputs), jobs)


def _unread(inputs: Sequence[Input]) -> Iterator[_Unread]:
    for source, form in inputs:
        number = 1
        for pieces in source.pieces(form, BATCH_SIZE):
            yield _Unread(source, form, number, pieces)
            number += len(pieces)
        if number == 1:
            yield _Unread(source, form, number, [])
