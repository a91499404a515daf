"""Files in, cleaned files and a report out: the work behind `dedup clean`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dedup.actions import written_inputs
from dedup.errors import InternalError
from dedup.finding import LeftOut
from dedup.manifest import Tally
from dedup.observing import Observer
from dedup.parallel import count_jobs
from dedup.passes import Passes, passes_of
from dedup.reading import Input, Reading
from dedup.records import Summary
from dedup.reports import jsonl as report
from dedup.resuming import state_of
from dedup.run_state import NoState
from dedup.run_writer import RunWriter
from dedup.settings import Settings
from dedup.sources import find_sources, is_one_file
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
                else:
                    _tell(observer, passes.summary, state)
                with RunWriter(writing, observer, lines, outputs, written, paths, state.tally) as writer:
                    if state.is_new:
                        writer.leave_out(left_out)
                    if state.is_begun(paths[state.given]):
                        writer.open(written[state.given].given)
                    _go_through(passes, state, writer, [each.given for each in written], jobs, observer)
                result = _result(passes.summary, state)
                _check(result, state.tally)
                lines.write(report.summary_line(result.summary, result.written, result.skipped, result.left_out))
            with outputs.create(writing.summary) as summary_file:
                spent = report.Spent(result.seconds, result.size)
                line = report.summary_line(result.summary, result.written, result.skipped, result.left_out, spent)
                summary_file.write(line)
            state.commit(outputs, result.summary)
            return result


def _go_through(
    passes: Passes, state: NoState, writer: RunWriter, inputs: Sequence[Input], jobs: int, observer: Observer
) -> None:
    """Write all that is left to be done of the inputs."""
    for batch in passes.clean(state.chunks(inputs), jobs, observer.progressed):
        writer.take(batch)
        state.passed()
    state.check()


def _ended(summary: Summary, state: NoState, observer: Observer) -> Result:
    _tell(observer, summary, state)
    return _result(summary, state)


def _tell(observer: Observer, summary: Summary, state: NoState) -> None:
    """Tell whoever looks on what happened before the run was stopped."""
    tally = state.tally
    observer.resumed(tally.size, summary, sum(tally.skips.counts.values()), tally.first_skip)
    for place, detail in tally.damages:
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
