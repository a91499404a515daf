"""The command `check`: options and configuration in, reports and a status out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dedup.cli_config import Entry, FileName, blamed_on_configuration, configure, in_force, seen_from
from dedup.cli_inputs import check_complete, reading_of
from dedup.nearest import nearest
from dedup.options import SETTINGS, Ratio, damage_options, input_options, settings_options
from dedup.reports.choice import REPORTS
from dedup.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.check_output import Report
    from dedup.checking import Checking
    from dedup.config import Configuration

# What is worked with is imported when it is: `--help` is there at once.
# ruff: noqa: PLC0415

EXCEEDED = 1  # status if a limit is exceeded

_DIGITS = 32  # of a fingerprint
_HEXADECIMAL = frozenset("0123456789abcdef")


class _Allowed(Entry):
    """A fingerprint, and why what has it is all right."""

    name = "fingerprint=reason"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """`0c1f...=a licence` > (fingerprint, reason), in lower case and without spaces around it."""
        given, reason = super().convert(value, param, ctx)
        fingerprint = given.strip().lower()
        if len(fingerprint) != _DIGITS or not set(fingerprint) <= _HEXADECIMAL:
            self.fail(f"{given!r} is no fingerprint: reports give them, {_DIGITS} hexadecimal digits.", param, ctx)
        if not reason.strip():
            self.fail(f"{given}: say why it is allowed.", param, ctx)
        return fingerprint, reason.strip()


class _ReportName(click.ParamType[Any]):
    """A format, and where a report in it goes."""

    name = "format[=file]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`sarif=out.sarif` > a `Report`; one stays what it is."""
        from dedup.check_output import Report

        if isinstance(value, Report):
            return value
        form, is_pair, path = str(value).partition("=")
        if form not in REPORTS:
            meant = nearest(form, REPORTS)
            remedy = f"choose one of {', '.join(REPORTS)}" + (f"; did you mean {meant!r}?" if meant else "")
            self.fail(f"there is no format {form!r} of reports: {remedy}", param, ctx)
        if is_pair and not path:
            self.fail(f"{value!r}: name a file after '=', or - for standard output.", param, ctx)
        return Report(form, path) if is_pair else Report(form)

    def seen_from(self, root: Path, value: Report) -> Report:
        """See `cli_config.Located`."""
        from dedup.check_output import Report

        return Report(value.form, seen_from(root, value.path))

    def spell(self, value: Report) -> str:
        """See `cli_config.Spelt`."""
        return f"{value.form}={value.path}"


@click.command()
@click.argument("paths", nargs=-1, type=FileName())
@click.option("--max-duplicates", type=int, help="More duplicates than that fail [default: 0 if no limit is given].")
@click.option("--max-duplicate-ratio", type=Ratio(), help="A larger share of the characters in duplicates fails: 2%.")
@click.option(
    "--baseline", type=FileName(), help="Duplicates that stand in this file are known; those that do not fail."
)
@click.option(
    "--fail-on-new/--no-fail-on-new", default=None, help="Whether one duplicate that the baseline lacks fails."
)
@click.option("--update-baseline", is_flag=True, help="Write the baseline anew: all that there is becomes known.")
@click.option("--changed-since", metavar="REF", help="Report only on files changed since this git ref; compare all.")
@click.option("--against", multiple=True, type=FileName(), help="Reference set: text that stands in it as well fails.")
@click.option("--ignore", multiple=True, metavar="PATTERN", help="Files and folders not to read.")
@click.option("--allow", multiple=True, type=_Allowed(), help="Text of this fingerprint may be repeated.")
@click.option("--markers/--no-markers", default=True, show_default=True,
              help="Leave out text files' lines from dedup:ignore-start to dedup:ignore-end.")  # fmt: skip
@click.option("--allow-empty/--no-allow-empty", help="Pass if there is nothing to compare.")
@click.option("--exit-zero", is_flag=True, help="Status 0 although a limit is exceeded.")
@click.option("--report", multiple=True, type=_ReportName(), default=["text"], show_default=True,
              help=f"A report ({', '.join(REPORTS)}) to a file, which is replaced, or to standard output.")  # fmt: skip
@click.option("--config", type=FileName(), is_eager=True, callback=configure, help="Use this configuration.")
@click.option("--isolated", is_flag=True, is_eager=True, callback=configure, help="Use no configuration.")
@click.option("--show-config", is_flag=True, help="Print what is in force, as TOML, and stop.")
@click.option("--jobs", type=int, help="Threads that work; the results are the same [default: one for every core].")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary; only errors and reports.")
@input_options
@damage_options
@settings_options(*SETTINGS)
@click.pass_context
def check(context: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Check a corpus for repeated text against limits: status 1 if one is exceeded. Nothing is changed.

    All PATHS (files, folders, patterns, - for standard input) are one corpus. Options may stand in the nearest
    dedup.toml, or in [tool.dedup] of a pyproject.toml.
    """
    from dedup.check_output import check_reports, write_reports
    from dedup.checking import check_files
    from dedup.progress import Progress
    from dedup.reports.lines import verdict_lines
    from dedup.sources import STANDARD

    # not all versions of click take arguments from the defaults of a context
    context.params["paths"] = paths = paths or (context.default_map or {}).get("paths", ())
    if options["show_config"]:
        click.echo(_shown(context))
        return
    _check_usage(paths, options)
    configuration: Configuration = context.obj
    reports: tuple[Report, ...] = options["report"]
    with blamed_on_configuration(context):
        settings = Settings(**{name: options[name] for name in SETTINGS})
        checking = _checking(paths, options, configuration)
        others = {"the baseline": options["baseline"], "the configuration": configuration.path}
        check_reports(reports, (*paths, *options["against"]), others)
        with Progress(quiet=options["quiet"]) as progress:
            checked = check_files(checking, settings, reading_of(options), progress, jobs=options["jobs"])
    failure = write_reports(checked, reports)
    is_told = any(report.form == "text" and report.path == STANDARD for report in reports)
    if not options["quiet"] and not is_told:
        click.echo(verdict_lines(checked), nl=False, err=True)
    if failure is not None:
        raise failure
    check_complete(progress, strict=options["strict"])
    if not checked.has_passed and not options["exit_zero"]:
        context.exit(EXCEEDED)


def _check_usage(paths: tuple[str, ...], options: dict[str, Any]) -> None:
    """Refuse what cannot be meant."""
    if not paths:
        raise click.UsageError("give PATHS, or `paths` in a configuration")
    if options["update_baseline"] and options["baseline"] is None:
        raise click.UsageError("--update-baseline needs --baseline FILE, the file to write")
    if options["update_baseline"] and options["changed_since"] is not None:
        raise click.UsageError("--update-baseline looks at all files: give it without --changed-since")


def _checking(paths: tuple[str, ...], options: dict[str, Any], configuration: Configuration) -> Checking:
    from dedup.checking import Checking
    from dedup.gate import limits_of
    from dedup.sources import STANDARD

    has_baseline = options["baseline"] is not None
    asked = options["max_duplicates"], options["max_duplicate_ratio"]
    looks_inside = not options["against"] or has_baseline or asked != (None, None)
    written = [report.path for report in options["report"] if report.path != STANDARD]
    same = ("against", "ignore", "markers", "allow_empty", "baseline", "update_baseline", "changed_since")
    return Checking(
        paths=paths,
        root=configuration.root,
        limits=limits_of(*asked, options["fail_on_new"], has_baseline=has_baseline, looks_inside=looks_inside),
        allow=dict(options["allow"]),
        own_files=[*written, *([] if configuration.path is None else [str(configuration.path)])],
        looks_inside=looks_inside,
        **{name: options[name] for name in same},
    )


def _shown(context: click.Context) -> bytes:
    """What is in force, as a configuration to be read by `--config` in the current folder."""
    from dedup.reports.terminal import printable
    from dedup.toml import toml_text

    configuration: Configuration = context.obj
    origin = "no configuration" if configuration.path is None else printable(str(configuration.path))
    with blamed_on_configuration(context):
        return f"# {origin}, and the command line\n{toml_text(in_force(context))}".encode()
