"""Files in, cleaned files and a report out: the work behind `dedup clean`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

from dedup.actions import written_inputs
from dedup.errors import InputError, InternalError
from dedup.finding import LeftOut
from dedup.formats.base import Record
from dedup.observing import Observer
from dedup.outputs import Output, Outputs
from dedup.parallel import count_jobs
from dedup.passes import Changes, passes_of
from dedup.reading import Batch, Reading
from dedup.records import Cleaned, Summary
from dedup.reports import jsonl as report
from dedup.settings import Settings
from dedup.sources import Source, find_sources, is_one_file
from dedup.writing import Writing, check_outputs, output_path


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended.

    Attributes:
        summary: The books.
        written: Documents written, or that would have been.
        skipped: Records that could not be read, by reason.
        size: Bytes read.
    """

    summary: Summary
    written: int
    skipped: dict[str, int]
    size: int


def clean_files(
    inputs: Sequence[str],
    settings: Settings,
    reading: Reading,
    writing: Writing,
    observer: Observer,
    *,
    jobs: int | None = None,
) -> Result:
    """Clean files and folders as one corpus. What is written stands in the order of the inputs under every keep rule.

    Args:
        inputs: Paths, or `-` for standard input.
        settings: How to compare and clean.
        reading: How inputs are read.
        writing: What is written where.
        observer: Who looks on.
        jobs: Threads that work; None for as many as there are cores. What is written is the same.

    Raises:
        InputError: If an input cannot be read, or not one record of the inputs can.
        OutputError: If an output exists, is an input, or cannot be written. Nothing is left half-written.
        InternalError: If the books do not balance.
        SettingsError: If `jobs` is out of range, or `keep` names a field that not one document has.
    """
    start = time.monotonic()
    jobs = count_jobs(jobs)
    left_out: list[LeftOut] = []
    any_name = reading.input_format is not None
    sources = find_sources(inputs, reading.opening, any_name=any_name, leave_out=left_out.append)
    written = written_inputs(sources, reading, writing)
    is_single = len(sources) == 1 and is_one_file(inputs[0])
    paths = [output_path(each.name, writing.output, is_single=is_single) for each in written]
    passes = passes_of(settings)
    with Outputs(sources, force=writing.force) as outputs:
        check_outputs(outputs, inputs, paths, writing)
        observer.reading(sum(source.size for source in sources))
        with outputs.create(writing.report) as lines:
            lines.write(report.header_line(settings, passes.banding, writing.action))
            places = dict(zip(sources, paths, strict=True))
            names = {each.given.source: each.name for each in written}
            with _Run(
                writing, observer, lines, names, lambda of: outputs.create(places[of.source], of.form.encoder)
            ) as run:
                run.leave_out(left_out)
                for batch in passes.clean([each.given for each in written], jobs, observer.progressed):
                    run.take(batch)
            result = run.result(passes.summary)
            lines.write(report.summary_line(result.summary, result.written, result.skipped))
        with outputs.create(writing.summary) as summary:
            spent = report.Spent(time.monotonic() - start, result.size)
            summary.write(report.summary_line(result.summary, result.written, result.skipped, spent))
        outputs.commit()
        return result


class _Run:
    """The state of a run over files. Used as a context manager, which closes the output of the last input."""

    def __init__(
        self,
        writing: Writing,
        observer: Observer,
        lines: Output,
        names: Mapping[Source, str],
        create: Callable[[Batch[Changes]], Output],
    ) -> None:
        self._writes_all = writing.writes_all
        self._observer = observer
        self._lines = lines
        self._names = names
        self._kept: list[bytes] = []  # records to be written
        self._found: list[bytes] = []  # lines for the report
        self._create = create
        self._opened = ExitStack()
        self._output: Output | None = None
        self._skipped: Counter[str] = Counter()
        self._first_skipped: tuple[str, str] | None = None
        self._emptied = 0
        self._size = 0

    def __enter__(self) -> _Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, traceback)

    def leave_out(self, left_out: Sequence[LeftOut]) -> None:
        """Account for what was found and is not read at all."""
        for left in left_out:
            self._account(left.name, None, left.reason, left.detail)

    def take(self, batch: Batch[Changes]) -> None:
        """Write some records."""
        if batch.is_first:
            self._begin(batch)
        if batch.is_damage:
            self._damage(batch)
            return
        done = 0
        for document, cleaned in batch.found:
            number = batch.records.numbers[document]
            self._pass(batch, done, number)
            self._change(batch, number, cleaned)
            done = number + 1
        self._pass(batch, done, len(batch.records))
        if self._kept:
            self._open(batch).write(b"".join(self._kept))
        self._lines.write(b"".join(self._found))
        self._kept.clear()
        self._found.clear()
        self._size += batch.size

    def _damage(self, batch: Batch[Changes]) -> None:
        """What cannot be read is not written either."""
        for record in batch.records.skipped(0, len(batch.records)):
            self._skip(batch.source, record)
            self._observer.damaged(batch.source.name, record.detail)
        self._lines.write(b"".join(self._found))
        self._found.clear()
        self._size += batch.size

    def _begin(self, batch: Batch[Changes]) -> None:
        self._opened.close()
        self._output = None
        self._found.append(report.input_line(batch.source.name, self._names[batch.source]))
        if not batch.form.holds_one:
            self._open(batch)

    def _open(self, batch: Batch[Changes]) -> Output:
        if self._output is None:
            self._output = self._opened.enter_context(self._create(batch))
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
            self._emptied += 1
        else:
            self._kept.append(replaced)

    def _skip(self, source: Source, record: Record) -> None:
        self._first_skipped = self._first_skipped or (record.place(source.name), record.detail)
        self._account(source.name, record.line, record.skipped, record.detail)

    def _account(self, file: str, line: int | None, reason: str, detail: str) -> None:
        self._skipped[reason] += 1
        self._observer.skipped(file if line is None else f"{file}:{line}", detail)
        self._found.append(report.skipped_line(file, line, reason, detail))

    def result(self, summary: Summary) -> Result:
        """How the run ended, given the books."""
        if summary.documents == 0 and self._first_skipped is not None:
            place, detail = self._first_skipped
            count = f"not one of {sum(self._skipped.values()):,} records could be read"
            raise InputError(place, f"{detail}; {count}: check --input-format and --text-field")
        if summary.characters != summary.kept + summary.removed:
            what = f"{summary.characters} characters in, {summary.kept} kept, {summary.removed} removed"
            raise InternalError("R7", "all", what)
        return Result(summary, summary.documents - self._emptied, dict(self._skipped), self._size)


def _emptied(cleaned: Cleaned, source: Source, record: Record, alone: bytes) -> report.Emptied:
    raw = alone.decode("utf-8", "surrogateescape")  # not all of it is text in every format
    return report.Emptied(cleaned.id, cleaned.record, source.name, record.line, raw)
