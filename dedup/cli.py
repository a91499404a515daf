"""The command line: each command parses, calls one library function, renders, and returns a status.

Exit status: 0 fine; 2 could not do it; 130 interrupted; 141 nobody read the output; 129 or 143 hung up or terminated.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, get_args

import click

from dedup import _kernels
from dedup._kernels.unicode_file import read_version
from dedup.errors import DedupError, InputError
from dedup.settings import Cut, Novel, Protected, Scope, Settings, Unit
from dedup.version import __version__

if TYPE_CHECKING:
    from dedup.comparison import Comparison
    from dedup.progress import Progress
    from dedup.runs import Reading

# Commands import what they work with themselves: `--version` and `--help` are there at once.
# ruff: noqa: PLC0415

INPUT_FORMATS = ("text", "jsonl", "csv", "tsv", "parquet", "warc")

OK, FAILED, INTERRUPTED, BROKEN_PIPE = 0, 2, 130, 141

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Protect(click.Choice[str]):
    """What is protected, as `Settings` want it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`numbers` > ("numbers",), `nothing` > ()."""
        if isinstance(value, tuple):
            return value
        chosen = super().convert(value, param, ctx)
        return () if chosen == "nothing" else (chosen,)


_DEFAULT = Settings()
_SETTINGS: dict[str, tuple[click.ParamType[Any] | type, str]] = {
    "unit": (click.Choice(get_args(Unit)), "What a block is."),
    "scope": (click.Choice(get_args(Scope)), "Compare within each document only, or across the corpus."),
    "threshold": (float, "Least exact Jaccard similarity of a near-duplicate, above 0 and up to 1."),
    "near": (bool, "Whether nearly equal blocks are merged, or equal ones only."),
    "ngram": (int, "Tokens in a shingle [default: 5 for documents, else 2]."),
    "min_tokens": (int, "Leave blocks with fewer tokens alone."),
    "min_span": (int, "Least tokens of a run to find inside of blocks, 0: none [default: 40 for paragraphs, lines]."),
    "max_edit": (int, "Tokens that may differ between two equal runs and still be a mere edit."),
    "keep": (
        str,
        "Which copy stays: first, last, longest, max:FIELD, min:FIELD or prefer:FIELD=VALUE,VALUE (fields of JSON "
        "lines, columns). All but first read everything before they compare, and need room for it in a temporary file.",
    ),
    "novel": (
        click.Choice(get_args(Novel)),
        "What only a near-duplicate says [default: drop for documents, else keep].",
    ),
    "protect": (
        _Protect([*get_args(Protected), "nothing"]),
        "Edits that are never mere edits: a sentence with another number stays, and so does a whole document.",
    ),
    "cut": (click.Choice(get_args(Cut)), "Where a cut may fall when part of a block stays."),
    "language": (str, "Whose abbreviations the sentence splitter knows."),
    "miss_probability": (float, "How often LSH may miss a pair exactly at the threshold."),
    "num_perm": (int, "MinHash permutations [default: from threshold and miss probability]."),
    "bands": (int, "LSH bands, set together with --rows."),
    "rows": (int, "LSH rows in a band."),
    "bucket_limit": (int, "Entries an LSH bucket holds."),
    "seed": (int, "Of the permutations; 1 is datasketch's."),
    "text_memory": (int, "Megabytes of kept text that stay in memory; the rest waits in a temporary file."),
}


def _settings_options(*names: str) -> Callable[[_Command], _Command]:
    """The options of some settings, in order, with the library's own defaults."""

    def decorate(command: _Command) -> _Command:
        for name in reversed(names):
            kind, text = _SETTINGS[name]
            default = getattr(_DEFAULT, name)
            option = f"--{name.replace('_', '-')}"
            if kind is bool:
                option += f"/--no-{name}"
            shown = ", ".join(default) if isinstance(default, tuple) else default is not None
            click.option(option, type=kind, default=default, show_default=shown, help=text)(command)
        return command

    return decorate


def _input_options(command: _Command) -> _Command:
    """How inputs are read."""
    for option in (
        click.option("--text-field", default="text", show_default=True, help="Field or column that holds the text."),
        click.option("--id-field", default="id", show_default=True, help="Field or column that holds the id."),
        click.option("--input-format", type=click.Choice(INPUT_FORMATS), help="Whatever the inputs are called."),
        click.option(
            "--max-ratio",
            type=click.IntRange(1),
            default=200,
            show_default=True,
            help="How many times larger than its file a compressed input may be, if larger than 64 MB.",
        ),
        click.option(
            "--max-record",
            type=click.IntRange(1),
            default=64,
            show_default=True,
            help="Megabytes that a line or a text may have; larger ones stay as they are, and are counted as skipped.",
        ),
        click.option("--zstd-long", is_flag=True, help="Take .zst files that need a window of more than 128 MB."),
        click.option(
            "--html",
            type=click.Choice(["all", "main"]),
            default="all",
            show_default=True,
            help="Which text of the web pages in WARC archives.",
        ),
    ):
        option(command)
    return command


_salvage_option = click.option(
    "--salvage", is_flag=True, help="Keep what comes before damage in compressed inputs; the status is 2 all the same."
)


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


@cli.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option(
    "-o", "--output", help="File (for one input that is not .txt), folder (for all others), or - for standard output."
)
@click.option("--report", help="Write every merge to this file, as JSON lines.")
@click.option("--summary-json", help="Write the summary to this file, as JSON, with the seconds and the bytes read.")
@click.option("--force", is_flag=True, help="Replace outputs that exist.")
@click.option("--dry-run", is_flag=True, help="Write no texts; only the summary, and the report if it is asked for.")
@click.option("--empty", type=click.Choice(["drop", "keep"]), default="drop", show_default=True,
              help="What becomes of documents left without text.")  # fmt: skip
@click.option("--jobs", type=int, help="Threads that work; the results are the same [default: one for every core].")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary; only errors.")
@_input_options
@_salvage_option
@_settings_options(*_SETTINGS)
def clean(inputs: tuple[str, ...], output: str | None, report: str | None, **options: Any) -> None:
    """Clean text, JSON lines, CSV, Parquet, WARC and WET files, compressed or not, and folders of them.

    All INPUTS are one corpus, read in order; - is standard input. The first copy of a text stays, unless --keep says
    another.
    """
    from dedup.progress import Progress
    from dedup.reports.terminal import summary_text
    from dedup.runs import Writing, clean_files

    if output is None and not options["dry_run"]:
        raise click.UsageError("give -o OUT, or --dry-run to write nothing")
    settings = Settings(**{name: options[name] for name in _SETTINGS})
    writing = Writing(
        output=None if options["dry_run"] else output,
        report=report,
        summary=options["summary_json"],
        force=options["force"],
        keep_empty=options["empty"] == "keep",
    )
    start = time.monotonic()
    with Progress(quiet=options["quiet"]) as progress:
        result = clean_files(inputs, settings, _reading(options), writing, progress, jobs=options["jobs"])
    if not options["quiet"]:
        seconds = time.monotonic() - start
        click.echo(summary_text(result.summary, result.written, result.skipped, result.size, seconds), err=True)
        if _kernels.chosen_name() == "reference" and not os.environ.get("DEDUP_KERNELS"):
            click.echo("slow: the native kernels are missing; install again where a C compiler is found", err=True)
    _check_damages(progress)


@cli.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option("-o", "--output", default="-", show_default=True, help="Where to write; - is standard output.")
@click.option("--force", is_flag=True, help="Replace an output that exists.")
@click.option("--jobs", type=int, help="Threads that work; the results are the same [default: one for every core].")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary; only errors.")
@_input_options
@_salvage_option
@_settings_options("threshold", "near", "ngram", "min_tokens", "keep", "miss_probability", "num_perm", "bands", "rows",
                   "bucket_limit", "seed", "text_memory")  # fmt: skip
def match(inputs: tuple[str, ...], output: str, **options: Any) -> None:
    """Which documents nearly repeat an earlier one as wholes: one JSON line for each.

    The quickest way to find out which documents to keep: nothing is cut, and there is nothing to restore. With --keep,
    the one that stays need not be an earlier one.
    """
    from dedup.files import Outputs, find_sources
    from dedup.matching import match_files
    from dedup.progress import Progress
    from dedup.reports.jsonl import duplicate_line

    names = [name for name in _SETTINGS if name in options]
    settings = Settings(unit="document", **{name: options[name] for name in names})
    documents = duplicates = 0
    reading = _reading(options)
    sources = find_sources(inputs, reading.opening)
    with Progress(quiet=options["quiet"]) as progress, Outputs(sources, force=options["force"]) as outputs:
        with outputs.create(output) as lines:
            for _, found in match_files(sources, settings, reading, progress, jobs=options["jobs"]):
                documents += 1
                if found is not None:
                    duplicates += 1
                    lines.write(duplicate_line(found))
        outputs.commit()
    if not options["quiet"]:
        others = "earlier ones" if settings.keeps_first else "others"
        click.echo(f"{documents:,} documents, {duplicates:,} of them near-duplicates of {others}", err=True)
    _check_damages(progress)


@cli.command()
@click.argument("cleaned")
@click.option("--report", required=True, help="The report of the run that wrote CLEANED.")
@click.option("-o", "--output", required=True, help="Where the originals go: a file if CLEANED is one, else a folder.")
@click.option("--force", is_flag=True, help="Replace outputs that exist.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@_input_options
def restore(cleaned: str, report: str, output: str, **options: Any) -> None:
    """Turn CLEANED, the output of a run, back into what went in."""
    from dedup.restoring import restore_files

    documents = restore_files(cleaned, report, output, _reading(options), force=options["force"])
    if not options["quiet"]:
        click.echo(f"{documents:,} documents restored", err=True)


@cli.command(name="compare")
@click.argument("a")
@click.argument("b")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_settings_options("ngram")
def compare_command(a: str, b: str, ngram: int | None, *, as_json: bool) -> None:
    """How alike the text files A and B are, and where."""
    from dedup.comparison import compare

    if a == b == "-":
        raise InputError("-", "only one of the two texts can come from standard input")
    texts = _read_text(a), _read_text(b)
    comparison = compare(*texts, Settings(unit="document", ngram=ngram))
    click.echo(json.dumps(asdict(comparison)) if as_json else _comparison_text(comparison, texts[0]))


def _reading(options: dict[str, Any]) -> Reading:
    from dedup.compression import Opening
    from dedup.runs import Reading

    opening = Opening(
        salvage=options.get("salvage", False), max_ratio=options["max_ratio"], zstd_long=options["zstd_long"]
    )
    return Reading(
        text_field=options["text_field"],
        id_field=options["id_field"],
        input_format=options["input_format"],
        html=options["html"],
        max_record=options["max_record"] << 20,
        opening=opening,
    )


def _check_damages(progress: Progress) -> None:
    """A run that could salvage only a part of its inputs has written that, and did not succeed."""
    if progress.damages:
        place, detail = progress.damages[0]
        others = f" (and {len(progress.damages) - 1} more inputs)" if len(progress.damages) > 1 else ""
        raise InputError(place, f"{detail}; only what comes before was read{others}")


def _read_text(path: str) -> str:
    from dedup.files import STANDARD, Source

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


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)  # unwinds, so that unfinished outputs are removed


def main() -> None:
    """Run the command line and exit with its status."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    sys.exit(_status())


def _status() -> int:
    try:
        # not click's own main(), which has other ideas about interrupts and closed pipes
        with cli.make_context("dedup", sys.argv[1:]) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
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
        click.echo("dedup: interrupted; nothing was written", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        _give_up_output()
        return BROKEN_PIPE
    return OK


def _give_up_output() -> None:
    """Forget what standard output did not take: else Python tries once more at exit, and complains."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
