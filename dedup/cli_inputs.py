"""What commands share that read inputs: how they are read, and whether all of them could be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.errors import InputError

if TYPE_CHECKING:
    from dedup.progress import Progress
    from dedup.reading import Reading

# What is worked with is imported when it is: `--help` is there at once.
# ruff: noqa: PLC0415


def reading_of(options: dict[str, Any]) -> Reading:
    """How inputs are read, from the values of `options.input_options`, and of `damage_options` if the command has them.

    Raises:
        SettingsError: If there is no such encoding.
    """
    from dedup.compression import Opening
    from dedup.formats.transcoding import Encoding
    from dedup.reading import Reading

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
        encoding=Encoding.named(options["encoding"], replaces=options["encoding_errors"] == "replace"),
    )


def check_complete(progress: Progress, *, strict: bool) -> None:
    """A run that could salvage only a part of its inputs has done what it could with that, and did not succeed.

    If it was to be strict, neither did one that skipped a record, or something in a folder.

    Raises:
        InputError: If so, with the first place.
    """
    if progress.damages:
        place, detail = progress.damages[0]
        others = f" (and {len(progress.damages) - 1} more such places)" if len(progress.damages) > 1 else ""
        raise InputError(place, f"{detail}{others}")
    if strict and progress.first_skip is not None:
        place, detail = progress.first_skip
        counted = f"{progress.skips:,} records or files were skipped, all else is done"
        raise InputError(place, f"{detail}; --strict: {counted}")
