"""The options that commands share: one for every setting, and how inputs are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click

from dedup.settings import Cut, Novel, Protected, Scope, Settings, Unit

INPUT_FORMATS = ("text", "jsonl", "csv", "tsv", "parquet", "warc")
OUTPUT_FORMATS = ("jsonl", "csv", "tsv", "parquet")
ACTIONS = ("remove", "annotate", "report")

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Protect(click.Choice[str]):
    """What is protected, as `Settings` want it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`numbers` > ("numbers",), `nothing` > ()."""
        if isinstance(value, tuple):
            return value
        chosen = super().convert(value, param, ctx)
        return () if chosen == "nothing" else (chosen,)

    def spell(self, value: tuple[str, ...]) -> str:
        """The other way round."""
        return ",".join(value) or "nothing"


class Ratio(click.ParamType[float]):
    """A number, or so many per cent of one."""

    name = "ratio"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """`0.8` > 0.8, `80%` > 0.8."""
        text = str(value).strip()
        try:
            # as the number is written: dividing it would round twice
            return float(f"{text[:-1].rstrip()}e-2" if text.endswith("%") else text)
        except ValueError:
            self.fail(f"{value!r} is neither a number, as 0.8, nor a percentage, as 80%.", param, ctx)


_DEFAULT = Settings()
SETTINGS: dict[str, tuple[click.ParamType[Any] | type, str]] = {
    "unit": (click.Choice(get_args(Unit)), "What a block is; of two, documents that repeat others go whole first."),
    "scope": (click.Choice(get_args(Scope)), "Compare within each document only, or across the corpus."),
    "threshold": (Ratio(), "Least exact Jaccard similarity of a near-duplicate, above 0 and up to 1 (100%)."),
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
        Protect([*get_args(Protected), "nothing"]),
        "Edits that are never mere edits: a sentence with another number stays, and so does a whole document.",
    ),
    "cut": (click.Choice(get_args(Cut)), "Where a cut may fall when part of a block stays."),
    "language": (str, "Whose abbreviations the sentence splitter knows."),
    "miss_probability": (Ratio(), "How often LSH may miss a pair exactly at the threshold."),
    "num_perm": (int, "MinHash permutations [default: from threshold and miss probability]."),
    "bands": (int, "LSH bands, set together with --rows."),
    "rows": (int, "LSH rows in a band."),
    "bucket_limit": (int, "Entries an LSH bucket holds."),
    "seed": (int, "Of the permutations; 1 is datasketch's."),
    "memory": (
        int,
        "Megabytes to take, about; what does not fit waits in temporary files [default: half of what there is].",
    ),
}


def settings_options(*names: str) -> Callable[[_Command], _Command]:
    """The options of some settings, in order, with the library's own defaults."""

    def decorate(command: _Command) -> _Command:
        for name in reversed(names):
            kind, text = SETTINGS[name]
            default = getattr(_DEFAULT, name)
            option = f"--{name.replace('_', '-')}"
            if kind is bool:
                option += f"/--no-{name}"
            shown = ", ".join(default) if isinstance(default, tuple) else default is not None
            click.option(option, type=kind, default=default, show_default=shown, help=text)(command)
        return command

    return decorate


def input_options(command: _Command) -> _Command:
    """How inputs are read."""
    for option in (
        click.option("--text-field", default="text", show_default=True, help="Field or column that holds the text."),
        click.option("--id-field", default="id", show_default=True, help="Field or column that holds the id."),
        click.option("--input-format", type=click.Choice(INPUT_FORMATS), help="Whatever the inputs are called."),
        click.option(
            "--encoding",
            default="utf-8",
            show_default=True,
            help="Of text, JSON lines, CSV and TSV: as Python calls it, as cp1252, utf-16-le.",
        ),
        click.option(
            "--encoding-errors",
            type=click.Choice(["strict", "replace"]),
            default="strict",
            show_default=True,
            help="Whether records with bytes that are not of that encoding are skipped, or such bytes taken for "
            "characters that are no letters.",
        ),
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
        click.option("--zstd-long/--no-zstd-long", help="Take .zst files that need a window of more than 128 MB."),
        click.option(
            "--html",
            type=click.Choice(["all", "main", "trafilatura"]),
            default="all",
            show_default=True,
            help="Which text of web pages: all, or what Resiliparse or Trafilatura takes for the main content.",
        ),
    ):
        option(command)
    return command


def damage_options(command: _Command) -> _Command:
    """What becomes of a run that cannot read everything."""
    for option in (
        click.option(
            "--salvage/--no-salvage",
            is_flag=True,
            help="Keep what can be read of damaged compressed inputs; the status is 2 all the same.",
        ),
        click.option("--strict/--no-strict", help="End in status 2 if a record was skipped; all else is written."),
    ):
        option(command)
    return command


def output_options(command: _Command) -> _Command:
    """What is written of the texts, and in which format."""
    for option in (
        click.option(
            "--action",
            type=click.Choice(ACTIONS),
            default="remove",
            show_default=True,
            help="What becomes of merges: their text goes; or all text stays and they go into a field of their "
            "document; or only into the report, and no texts are written.",
        ),
        click.option(
            "--annotate-field",
            default="dedup",
            show_default=True,
            help="Field or column that --action annotate adds.",
        ),
        click.option("--dry-run", is_flag=True, help="The same as --action report."),
        click.option(
            "--output-format",
            type=click.Choice(OUTPUT_FORMATS),
            help="Convert what is in another format to this one.",
        ),
    ):
        option(command)
    return command
