"""What a run writes where, and what is refused before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dedup.compression import codec_named, uncompressed_name
from dedup.errors import OutputError
from dedup.outputs import Outputs, output_errors
from dedup.sources import STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What is written where.

    Attributes:
        output: File, folder or `-`; None writes no texts.
        report: The report's file; None writes no report.
        summary: Where the summary goes as JSON, if anywhere: that of the report, with seconds and bytes.
        force: Whether what exists may be replaced.
        keep_empty: Whether documents left without text are written.
    """

    output: str | None
    report: str | None = None
    summary: str | None = None
    force: bool = False
    keep_empty: bool = False


def output_path(name: str, output: str | None, *, is_single: bool) -> str | None:
    """Where a file goes, if anywhere: a single one into the file `output`, else by its name into the folder `output`.

    A single text file goes into a folder too, unless `output` ends in .txt itself, or as a compressed file does.

    Raises:
        OutputError: If several files would go to standard output.
    """
    if output is None:
        return None
    if output == STANDARD and not is_single:
        raise OutputError(output, "several inputs need a folder as their output")
    is_file_name = output.lower().endswith(".txt") or codec_named(output) is not None
    is_text = uncompressed_name(name).lower().endswith(".txt") and not is_file_name
    with output_errors(output):
        is_file = output == STANDARD or (is_single and not is_text and not Path(output).is_dir())
    return output if is_file else str(Path(output, name))


def check_outputs(outputs: Outputs, inputs: Sequence[str], paths: Sequence[str | None], writing: Writing) -> None:
    """Refuse before any work is done what would be refused at its end."""
    for path in [*paths, writing.report, writing.summary]:
        outputs.check(path)
    taken = {Path(path).resolve(): "a cleaned text" for path in paths if path}
    for path, what in ((writing.report, "the report"), (writing.summary, "the summary")):
        if path is not None:
            other = taken.setdefault(Path(path).resolve(), what)
            if other != what:
                raise OutputError(path, f"{what} and {other} would be the same file")
    folders = {given: Path(given).resolve() for given in inputs if Path(given).is_dir()}
    for output in (writing.output, writing.report, writing.summary):
        if output is None or output == STANDARD:
            continue
        resolved = Path(output).resolve()
        for given, folder in folders.items():
            if folder == resolved or folder in resolved.parents:
                raise OutputError(output, f"it is inside the input {given}; choose another output")
