"""The command line: each command parses, calls one library function, renders, and returns a status.

Exit status: 0 fine; 1 `check` found more than is allowed; 2 could not do it; 130 interrupted; 141 nobody read the
output; 129 or 143 hung up or terminated.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from contextlib import ExitStack, nullcontext
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from dedup import _kernels
from dedup._kernels.unicode_file import read_version
from dedup.cli_check import check
from dedup.cli_inputs import check_complete, reading_of
from dedup.errors import DedupError, InputError, OutputError
from dedup.options import SETTINGS, damage_options, input_options, output_options, settings_options
from dedup.settings import Settings
from dedup.signals import StopSignals, end_now
from dedup.version import __version__

if TYPE_CHECKING:
    from dedup.comparison import Comparison
    from dedup.finding import LeftOut
    from dedup.reports.jsonl import Action
    from dedup.writing import Writing

# Commands import what they work with themselves: `--version` and `--help` are there at once.
# ruff: noqa: PLC0415

OK, FAILED, INTERRUPTED, BROKEN_PIPE = 0, 2, 130, 141


def _print_version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        python = ".".join(map(str, sys.version_info[:3]))
        kernels = f"{_kernels.chosen_name()} kernels"
        click.echo(f"dedup {__version__} (Python {python}, {kernels}, Unicode {read_version()})")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def cli() -> None:
    """Find repeated and nearly repeated blocks of text; write canonical text and a report of every merge."""


cli.add_command(check)


@cli.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    help="File (for one input that is no text file), folder (for all others), or - for standard output.",
)
@click.option("--report", help="Write every merge to this file, as JSON lines.")
@click.option("--summary-json", help="Write the summary to this file, as JSON, with the seconds and the bytes read.")
@click.option("--force", is_flag=True, help="Replace outputs that exist.")
@output_options
@click.option("--empty", type=click.Choice(["drop", "keep"]), default="drop", show_default=True,
              help="What becomes of documents left without text.")  # fmt: skip
@click.option("--jobs", type=int, help="Threads that work; the results are the same [default: one for every core].")
@click.option("--state", help="Folder for what a run that was stopped needs to be gone on with by the same command.")
@click.option("--checkpoint-seconds", type=click.FloatRange(0), default=5.0, show_default=True,
              help="Least time between two checkpoints of --state; none takes a twentieth of the time.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary; only errors.")
@input_options
@damage_options
@settings_options(*SETTINGS)
def clean(inputs: tuple[str, ...], output: str | None, report: str | None, **options: Any) -> None:
    """Clean text, JSON lines, CSV, Parquet, WARC and WET files, compressed or not, and folders of them.

    All INPUTS are one corpus, read in order; - is standard input. The first copy of a text stays, unless --keep says
    another.
    """
    from dedup.progress import Progress
    from dedup.reports.terminal import printable, summary_text
    from dedup.run_state import StoppedError
    from dedup.runs import clean_files

    if options["dry_run"] and options["action"] == "annotate":
        raise click.UsageError("--dry-run is --action report: give one action")
    action: Action = "report" if options["dry_run"] else options["action"]
    if output is None and action != "report":
        raise click.UsageError("give -o OUT, or --action report (--dry-run) to write no texts")
    settings = Settings(**{name: options[name] for name in SETTINGS})
    writing = _writing(output, report, action, options)
    stop = StopSignals()
    try:
        with Progress(quiet=options["quiet"]) as progress, stop if writing.state else nullcontext():
            result = clean_files(
                inputs,
                settings,
                reading_of(options),
                writing,
                progress,
                jobs=options["jobs"],
                is_stopped=lambda: stop.has_come,
            )
    except StoppedError as stopped:
        click.echo(f"dedup: {printable(f'{stopped}; this goes on with it: {_same_command()}')}", err=True)
        raise click.exceptions.Exit(128 + stop.number) from stopped
    if not options["quiet"]:
        counts = result.written, result.skipped, result.left_out
        click.echo(summary_text(result.summary, *counts, result.size, result.seconds), err=True)
        if result.was_finished:
            click.echo(f"nothing was done: {printable(str(writing.state))} says that this run is finished", err=True)
        if _kernels.chosen_name() == "reference" and not os.environ.get("DEDUP_KERNELS"):
            click.echo("slow: the native kernels are missing; install again where a C compiler is found", err=True)
    check_complete(progress, strict=options["strict"])


@cli.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option("-o", "--output", default="-", show_default=True, help="Where to write; - is standard output.")
@click.option("--summary-json", help="Write the numbers to this file, as JSON, with the seconds and the bytes read.")
@click.option("--force", is_flag=True, help="Replace an output that exists.")
@click.option("--jobs", type=int, help="Threads that work; the results are the same [default: one for every core].")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary; only errors.")
@input_options
@damage_options
@settings_options("threshold", "near", "ngram", "min_tokens", "keep", "miss_probability", "num_perm", "bands", "rows",
                   "bucket_limit", "seed", "memory")  # fmt: skip
def match(inputs: tuple[str, ...], output: str, summary_json: str | None, **options: Any) -> None:
    """Which documents nearly repeat an earlier one as wholes: one JSON line for each.

    The quickest way to find out which documents to keep: nothing is cut, and there is nothing to restore. With --keep,
    the one that stays need not be an earlier one.
    """
    from dedup.matching import match_files
    from dedup.outputs import Outputs, resolved
    from dedup.progress import Progress
    from dedup.reports.jsonl import Spent, duplicate_line, match_summary_line
    from dedup.sources import find_sources

    start = time.monotonic()
    names = [name for name in SETTINGS if name in options]
    settings = Settings(unit="document", **{name: options[name] for name in names})
    documents = duplicates = 0
    reading = reading_of(options)
    left_out: list[LeftOut] = []
    any_name = reading.input_format is not None
    sources = find_sources(inputs, reading.opening, any_name=any_name, leave_out=left_out.append)
    with Progress(quiet=options["quiet"]) as progress, Outputs(sources, force=options["force"]) as outputs:
        for left in left_out:
            progress.skipped(left.name, left.detail)
        outputs.check(summary_json)
        if summary_json is not None and resolved(summary_json) == resolved(output):
            raise OutputError(summary_json, "the summary and the matches would be the same file")
        with outputs.create(output) as lines:
            for _, found in match_files(sources, settings, reading, progress, jobs=options["jobs"]):
                documents += 1
                if found is not None:
                    duplicates += 1
                    lines.write(duplicate_line(found))
        with outputs.create(summary_json) as summary:
            spent = Spent(time.monotonic() - start, progress.size)
            skipped = progress.skips - len(left_out)
            summary.write(match_summary_line(documents, duplicates, skipped, len(left_out), spent))
        outputs.commit()
    if not options["quiet"]:
        others = "earlier ones" if settings.keeps_first else "others"
        click.echo(f"{documents:,} documents, {duplicates:,} of them near-duplicates of {others}", err=True)
    check_complete(progress, strict=options["strict"])


@cli.command()
@click.argument("cleaned")
@click.option("--report", required=True, help="The report of the run that wrote CLEANED.")
@click.option("-o", "--output", required=True, help="Where the originals go: a file if CLEANED is one, else a folder.")
@click.option("--force", is_flag=True, help="Replace outputs that exist.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@input_options
def restore(cleaned: str, report: str, output: str, **options: Any) -> None:
    """Turn CLEANED, the output of a run, back into what went in."""
    from dedup.restoring import restore_files

    documents = restore_files(cleaned, report, output, reading_of(options), force=options["force"])
    if not options["quiet"]:
        click.echo(f"{documents:,} documents restored", err=True)


@cli.command(name="compare")
@click.argument("a")
@click.argument("b")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@settings_options("ngram")
def compare_command(a: str, b: str, ngram: int | None, *, as_json: bool) -> None:
    """How alike the text files A and B are, and where."""
    from dedup.comparison import compare

    if a == b == "-":
        raise InputError("-", "only one of the two texts can come from standard input")
    texts = _read_text(a), _read_text(b)
    comparison = compare(*texts, Settings(unit="document", ngram=ngram))
    click.echo(json.dumps(asdict(comparison)) if as_json else _comparison_text(comparison, texts[0]))


def _writing(output: str | None, report: str | None, action: Action, options: dict[str, Any]) -> Writing:
    from dedup.writing import Writing

    same = ("force", "state", "checkpoint_seconds", "annotate_field", "output_format")
    return Writing(
        output=None if action == "report" else output,
        report=report,
        summary=options["summary_json"],
        keep_empty=options["empty"] == "keep",
        action=action,
        **{name: options[name] for name in same},
    )


def _read_text(path: str) -> str:
    from dedup.sources import STANDARD, Source

    with Source(None if path == STANDARD else Path(path), path).stream() as stream:
        data = stream.read()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(path, f"not UTF-8 at byte {error.start}") from error


def _comparison_text(comparison: Comparison, a: str) -> str:
    from dedup.reports.terminal import excerpt

    lines = [
        f"similarity   {comparison.similarity:.4f}  Jaccard, shingles of {comparison.ngram} tokens",
        f"containment  {comparison.a_in_b:.4f}  of A in B",
        f"containment  {comparison.b_in_a:.4f}  of B in A",
        f"tokens       {comparison.tokens[0]:,} in A, {comparison.tokens[1]:,} in B",
    ]
    for run in comparison.aligned:
        places = f"A {run.a.start}-{run.a.end}  B {run.b.start}-{run.b.end}"
        lines.append(f"{places}  {run.tokens} tokens  {excerpt(a[run.a.start : run.a.end], 60)}")
    return "\n".join(lines)


def _same_command() -> str:
    """The command that runs, as a shell takes it."""
    is_module = Path(sys.argv[0]).name == "__main__.py"
    program = [sys.executable, "-m", "dedup"] if is_module else sys.argv[:1]
    return shlex.join([*program, *sys.argv[1:]])


def main() -> None:
    """Run the command line and exit with its status."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end_now)
    with ExitStack() as stack:
        stack.push(_could_not)
        sys.exit(_status())


def _could_not(kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
    """Show an error that nobody expected, and exit with another status than Python's, which is that of findings."""
    if kind is not None and error is not None and not isinstance(error, SystemExit):
        sys.excepthook(kind, error, trace)
        click.echo("dedup: error: this should not have happened; please report it, with the lines above", err=True)
        raise SystemExit(FAILED) from error


def _status() -> int:
    try:
        # not click's own main(), which has other ideas about interrupts and closed pipes
        with cli.make_context("dedup", sys.argv[1:]) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        _show(error)
        return FAILED
    except DedupError as error:
        from dedup.reports.terminal import printable

        click.echo(f"dedup: error: {printable(str(error))}", err=True)
        try:
            sys.stdout.flush()
        except OSError:
            _give_up_output()
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        click.echo("dedup: interrupted; nothing is left half-written", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        _give_up_output()
        return BROKEN_PIPE
    return OK


def _show(error: click.ClickException) -> None:
    """Say what is wrong with the command line: an argument that it names may be a name of a file, that is, anything."""
    from dedup.reports.terminal import printable

    is_help = isinstance(error, click.exceptions.NoArgsIsHelpError)
    shown = error if is_help else click.UsageError(printable(error.format_message()), getattr(error, "ctx", None))
    shown.show()


def _give_up_output() -> None:
    """Forget what standard output did not take: else Python tries once more at exit, and complains."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
