"""Files in, cleaned files and a report out: the work behind `dedup clean`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import TracebackType

from dedup.actions import written_inputs
from dedup.errors import InternalError
from dedup.finding import LeftOut
from dedup.formats.base import Record
from dedup.manifest import Tally
from dedup.observing import Observer
from dedup.outputs import Output
from dedup.parallel import count_jobs
from dedup.passes import Changes, passes_of
from dedup.reading import Batch, Input, Reading
from dedup.records import Cleaned, Summary
from dedup.reports import jsonl as report
from dedup.resuming import state_of
from dedup.run_state import NoState
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
        left_out: What was found beside the inputs and not read at all, by reason.
        size: Bytes read.
        seconds: How long it worked; all parts of it together, if it was stopped and gone on with.
        was_finished: Whether it had been finished before, so that nothing was left to be done.
    """

    summary: Summary
    written: int
    skipped: dict[str, int]
    left_out: dict[str, int]
    size: int
    seconds: float
    was_finished: bool = False


def clean_files(
    inputs: Sequence[str],
    settings: Settings,
    reading: Reading,
    writing: Writing,
    observer: Observer,
    *,
    jobs: int | None = None,
    is_stopped: Callable[[], bool] = bool,
) -> Result:
    """Clean files and folders as one corpus. What is written stands in the order of the inputs under every keep rule.

    Args:
        inputs: Paths, or `-` for standard input.
        settings: How to compare and clean.
        reading: How inputs are read.
        writing: What is written where.
        observer: Who looks on.
        jobs: Threads that work; None for as many as there are cores. What is written is the same.
        is_stopped: Asked between batches whether a run that keeps its state is to stop.

    Raises:
        InputError: If an input cannot be read, or not one record of the inputs can, or a state does not fit.
        OutputError: If an output exists, is an input, or cannot be written. Nothing is left half-written.
        InternalError: If the books do not balance.
        SettingsError: If `jobs` is out of range, `keep` names a field that not one document has, or a state is that of
            another run.
        StoppedError: If it was stopped.
    """
    jobs = count_jobs(jobs)
    with state_of(inputs, settings, reading, writing, is_stopped) as state:
        summary = state.finish()
        if summary is not None:
            return _ended(summary, state, observer)
        left_out: list[LeftOut] = []
        any_name = reading.input_format is not None
        sources = find_sources(inputs, reading.opening, any_name=any_name, leave_out=left_out.append)
        summary = state.finished(sources)
        if summary is not None:
            return replace(_ended(summary, state, observer), was_finished=True)
        written = written_inputs(sources, reading, writing)
        given = [each.given for each in written]
        is_single = len(sources) == 1 and is_one_file(inputs[0])
        paths = [output_path(each.name, writing.output, is_single=is_single) for each in written]
        passes = passes_of(settings)
        with state.outputs(sources, force=writing.force) as outputs:
            check_outputs(outputs, inputs, paths, writing)
            state.begin(passes)
            observer.reading(sum(source.size for source in sources))
            with outputs.create(writing.report) as lines:
                if state.is_new:
                    lines.write(report.header_line(settings, passes.banding, writing.action))
                places = dict(zip(sources, paths, strict=True))
                with _Run(
                    writing,
                    observer,
                    lines,
                    {each.given.source: each.name for each in written},
                    lambda of: outputs.create(places[of.source], of.form.encoder),
                    state.tally,
                ) as run:
                    if state.is_new:
                        run.leave_out(left_out)
                    else:
                        _tell(observer, passes.summary, state)
                    if state.is_begun(paths[state.given]):
                        run.open(given[state.given])
                    for batch in passes.clean(state.chunks(given), jobs, observer.progressed):
                        run.take(batch)
                        state.passed()
                    state.check()
                result = _result(passes.summary, state)
                _check(result, state.tally)
                lines.write(report.summary_line(result.summary, result.written, result.skipped, result.left_out))
            with outputs.create(writing.summary) as summary_file:
                spent = report.Spent(result.seconds, result.size)
                line = report.summary_line(result.summary, result.written, result.skipped, result.left_out, spent)
                summary_file.write(line)
            state.commit(outputs, result.summary)
            return result


def _ended(summary: Summary, state: NoState, observer: Observer) -> Result:
    _tell(observer, summary, state)
    return _result(summary, state)


def _tell(observer: Observer, summary: Summary, state: NoState) -> None:
    """Tell whoever looks on what happened before the run was stopped."""
    observer.progressed(state.tally.size, summary)
    for place, detail in state.tally.damages:
        observer.damaged(place, detail)


def _result(summary: Summary, state: NoState) -> Result:
    tally = state.tally
    written, skips = summary.documents - tally.emptied, tally.skips
    return Result(summary, written, dict(skips.counts), dict(skips.left_out), tally.size, state.seconds)


def _check(result: Result, tally: Tally) -> None:
    """See to it that something could be read, and that the books balance."""
    summary = result.summary
    tally.skips.check(summary.documents)
    if summary.characters != summary.kept + summary.removed:
        what = f"{summary.characters} characters in, {summary.kept} kept, {summary.removed} removed"
        raise InternalError("R7", "all", what)


class _Run:
    """The state of a run over files. Used as a context manager, which closes the output of the last input."""

    def __init__(
        self,
        writing: Writing,
        observer: Observer,
        lines: Output,
        names: Mapping[Source, str],
        create: Callable[[Batch[Changes] | Input], Output],
        tally: Tally,
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
        self._tally = tally

    def __enter__(self) -> _Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, traceback)

    def leave_out(self, left_out: Sequence[LeftOut]) -> None:
        """Account for what was found and is not read at all."""
        for left in left_out:
            self._tally.skips.leave_out(left.reason)
            self._observer.skipped(left.name, left.detail)
            self._found.append(report.skipped_line(left.name, None, left.reason, left.detail))

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
            self.open(batch).write(b"".join(self._kept))
        self._lines.write(b"".join(self._found))
        self._kept.clear()
        self._found.clear()
        self._tally.size += batch.size

    def _damage(self, batch: Batch[Changes]) -> None:
        """What cannot be read is not written either."""
        for record in batch.records.skipped(0, len(batch.records)):
            self._skip(batch.source, record)
            self._tally.damages.append((batch.source.name, record.detail))
            self._observer.damaged(batch.source.name, record.detail)
        self._lines.write(b"".join(self._found))
        self._found.clear()
        self._tally.size += batch.size

    def _begin(self, batch: Batch[Changes]) -> None:
        self._opened.close()
        self._output = None
        self._found.append(report.input_line(batch.source.name, self._names[batch.source]))
        if not batch.form.holds_one:
            self.open(batch)

    def open(self, of: Batch[Changes] | Input) -> Output:
        """The output of an input, which is begun if it is not."""
        if self._output is None:
            self._output = self._opened.enter_context(self._create(of))
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
        self._observer.skipped(record.place(source.name), record.detail)
        self._found.append(report.skipped_line(source.name, record.line, record.skipped, record.detail))


def _emptied(cleaned: Cleaned, source: Source, record: Record, alone: bytes) -> report.Emptied:
    raw = alone.decode("utf-8", "surrogateescape")  # not all of it is text in every format
    return report.Emptied(cleaned.id, cleaned.record, source.name, record.line, raw)
