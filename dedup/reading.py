"""Inputs > records, read and worked on in batches, ahead of those who take them, by several threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

from dedup.compression import STRICT, Opening
from dedup.formats import choose_format, format_named
from dedup.formats.base import MAX_RECORD, Chunk, Format, Records, damaged
from dedup.formats.encoded import in_encoding
from dedup.formats.transcoding import UTF8, Encoding
from dedup.parallel import BATCH_SIZE, in_order
from dedup.records import Document
from dedup.sources import Source

_MOST_SPELT = 8  # bytes that a converted record has for one of the input: six of an escape, and what stands around

_Found = TypeVar("_Found")
_Other = TypeVar("_Other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How inputs are read.

    Attributes:
        text_field: Field or column that holds the text.
        id_field: The one that holds the id.
        input_format: The name of a format; None to go by the name (standard input is JSON lines).
        html: Which text of web pages: `all`, `main` or `trafilatura`.
        max_record: Bytes that a line or a text may have; larger ones are skipped.
        opening: How compressed inputs are opened.
        encoding: How texts are encoded, in formats that do not say so themselves.
    """

    text_field: str = "text"
    id_field: str = "id"
    input_format: str | None = None
    html: str = "all"
    max_record: int = MAX_RECORD
    opening: Opening = STRICT
    encoding: Encoding = UTF8

    def of_converted(self) -> Reading:
        """How what inputs were converted to is read: records are UTF-8, and longer where JSON spells characters out."""
        return replace(self, input_format=None, encoding=UTF8, max_record=_MOST_SPELT * self.max_record)

    def format_of(self, source: Source) -> Format:
        """The format of an input.

        Raises:
            InputError: If its name tells nothing.
        """
        form = choose_format(
            source.name,
            self.format_name(source),
            self.text_field,
            self.id_field,
            self.max_record,
            self.html,
            self.opening,
        )
        return in_encoding(form, self.encoding)

    def format_name(self, source: Source) -> str | None:
        """The name of the format of an input; None if nothing tells."""
        return self.input_format or ("jsonl" if source.path is None else format_named(source.name))


class Input(NamedTuple):
    """A file, and how it is read."""

    source: Source
    form: Format


class Batch(NamedTuple, Generic[_Found]):
    """Some records of an input, in order.

    Attributes:
        source: The input.
        form: Its format.
        is_first: Whether these are the first of the input, which may be none at all.
        records: What was read.
        found: What was found out about the documents among them.
        size: How many bytes of the file they were read from.
        is_damage: Whether the only record stands for the rest of an input that cannot be read.
    """

    source: Source
    form: Format
    is_first: bool
    records: Records
    found: _Found
    size: int
    is_damage: bool = False

    def with_found(self, found: _Other) -> Batch[_Other]:
        """The same records, with something else that was found out."""
        return Batch(self.source, self.form, self.is_first, self.records, found, self.size, self.is_damage)


def read_ahead(
    chunks: Iterable[tuple[Input, Chunk]], find: Callable[[Sequence[Document]], _Found], jobs: int
) -> Iterator[Batch[_Found]]:
    """All records of some chunks, in order, a batch for every chunk.

    Args:
        chunks: Where to read; gone through in the caller's thread.
        find: Finds out about documents what can be known without the others.
        jobs: Threads that work.
    """

    def work(unread: tuple[Input, Chunk]) -> Batch[_Found]:
        (source, form), chunk = unread
        records = damaged(chunk) if chunk.damage else form.records(chunk, source.name)
        found = find(records.documents)
        return Batch(source, form, chunk.first == 1, records, found, chunk.size, bool(chunk.damage))

    return in_order(work, chunks, jobs)


def chunks_of(inputs: Sequence[Input]) -> Iterator[tuple[Input, Chunk]]:
    """All chunks of all inputs, in order, at least one an input.

    Raises:
        InputError: If an input cannot be opened or read.
    """
    for given in inputs:
        is_empty = True
        for chunk in given.source.chunks(given.form, BATCH_SIZE):
            is_empty = False
            yield given, chunk
        if is_empty:
            yield given, Chunk(1, b"", given.source.size)
