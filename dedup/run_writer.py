"""Batches of records with what changes in them > cleaned texts, lines of the report, and counts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType

from dedup.actions import Written
from dedup.finding import LeftOut
from dedup.formats.base import Record
from dedup.manifest import Tally
from dedup.observing import Observer
from dedup.outputs import Output, Outputs
from dedup.passes import Changes
from dedup.reading import Batch, Input
from dedup.records import Cleaned
from dedup.reports import jsonl as report
from dedup.sources import Source
from dedup.writing import Writing


class RunWriter:
    """Writes texts and report of a run, batch by batch. Used as a context manager, which closes the last text output.

    Args:
        writing: What is written.
        observer: Who looks on.
        lines: The report.
        outputs: Where texts are written.
        written: How inputs are written.
        paths: Where each of them is, if it is.
        tally: Counts what is written and what is not.
    """

    def __init__(
        self,
        writing: Writing,
        observer: Observer,
        lines: Output,
        outputs: Outputs,
        written: Sequence[Written],
        paths: Sequence[str | None],
        tally: Tally,
    ) -> None:
        self._writes_all = writing.writes_all
        self._observer = observer
        self._lines = lines
        self._outputs = outputs
        self._names = {each.given.source: each.name for each in written}
        self._paths = {each.given.source: path for each, path in zip(written, paths, strict=True)}
        self._kept: list[bytes] = []  # records to be written
        self._found: list[bytes] = []  # lines for the report
        self._opened = ExitStack()
        self._output: Output | None = None
        self._tally = tally

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, traceback)

    def leave_out(self, left_out: Sequence[LeftOut]) -> None:
        """Account for what was found and is not read at all."""
        for left in left_out:
            self._tally.skips.leave_out(left.reason)
            self._tell(left.name, left.detail)
            self._found.append(report.skipped_line(left.name, None, left.reason, left.detail))

    def take(self, batch: Batch[Changes]) -> None:
        """Write some records."""
        if batch.is_first:
            self._begin(batch)
        if batch.is_damage:
            self._damage(batch)
        else:
            self._records(batch)
        self._lines.write(b"".join(self._found))
        self._found.clear()
        self._tally.size += batch.size

    def _records(self, batch: Batch[Changes]) -> None:
        done = 0
        for document, cleaned in batch.found:
            number = batch.records.numbers[document]
            self._pass(batch, done, number)
            self._change(batch, number, cleaned)
            done = number + 1
        self._pass(batch, done, len(batch.records))
        if self._kept:
            self.open(batch).write(b"".join(self._kept))
        self._kept.clear()

    def _damage(self, batch: Batch[Changes]) -> None:
        """What cannot be read is not written either."""
        for record in batch.records.skipped(0, len(batch.records)):
            self._skip(batch.source, record)
            self._tally.damages.append((batch.source.name, record.detail))
            self._observer.damaged(batch.source.name, record.detail)

    def _begin(self, batch: Batch[Changes]) -> None:
        self._opened.close()
        self._output = None
        self._found.append(report.input_line(batch.source.name, self._names[batch.source]))
        if not batch.form.holds_one:
            self.open(batch)

    def open(self, of: Batch[Changes] | Input) -> Output:
        """The output of an input, which is begun if it is not."""
        if self._output is None:
            created = self._outputs.create(self._paths[of.source], of.form.encoder)
            self._output = self._opened.enter_context(created)
        return self._output

    def _pass(self, batch: Batch[Changes], first: int, last: int) -> None:
        """Records that stay as they are."""
        for record in batch.records.skipped(first, last):
            self._skip(batch.source, record)
        if first < last:
            self._kept.append(batch.records.raw(first, last))

    def _change(self, batch: Batch[Changes], number: int, cleaned: Cleaned) -> None:
        """A record whose text changes; nothing takes its place if nothing is left."""
        if not cleaned.merges:
            self._pass(batch, number, number + 1)
            return
        replaced, spelling = batch.records.replaced(number, cleaned)
        self._found.append(report.document_line(cleaned, spelling))
        self._found += map(report.merge_line, cleaned.merges)
        if cleaned.is_empty and not self._writes_all:
            record, alone = batch.records[number], batch.records.alone(number, replaced)
            self._found.append(report.emptied_line(_emptied(cleaned, batch.source, record, alone)))
            self._tally.emptied += 1
        else:
            self._kept.append(replaced)

    def _skip(self, source: Source, record: Record) -> None:
        self._tally.skips.add(source.name, record)
        self._tell(record.place(source.name), record.detail)
        self._found.append(report.skipped_line(source.name, record.line, record.skipped, record.detail))

    def _tell(self, place: str, detail: str) -> None:
        """Tell of something that is not read."""
        self._tally.first_skip = self._tally.first_skip or (place, detail)
        self._observer.skipped(place, detail)


def _emptied(cleaned: Cleaned, source: Source, record: Record, alone: bytes) -> report.Emptied:
    raw = alone.decode("utf-8", "surrogateescape")  # not all of it is text in every format
    return report.Emptied(cleaned.id, cleaned.record, source.name, record.line, raw)
