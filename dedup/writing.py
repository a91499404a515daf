"""What a run writes where, and what is refused before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dedup.compression import codec_named
from dedup.errors import OutputError, SettingsError
from dedup.file_names import native_name
from dedup.formats import format_named
from dedup.outputs import Outputs, output_errors, resolved
from dedup.reports.jsonl import Action
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
        state: Folder in which the run keeps what is needed to go on with it, if anywhere.
        checkpoint_seconds: Least time between two checkpoints of it.
        action: What becomes of the merges.
        annotate_field: The field that they go into, if they do.
        output_format: The name of the format to write; None for that of each input.
    """

    output: str | None
    report: str | None = None
    summary: str | None = None
    force: bool = False
    keep_empty: bool = False
    state: str | None = None
    checkpoint_seconds: float = 5.0
    action: Action = "remove"
    annotate_field: str = "dedup"
    output_format: str | None = None

    @property
    def paths(self) -> dict[str, str | None]:
        """All that is written for whoever runs it, by what it is called."""
        return {"output": self.output, "report": self.report, "summary": self.summary}

    @property
    def writes_all(self) -> bool:
        """Whether a document is written whatever is left of it."""
        return self.keep_empty or self.action == "annotate"


def output_path(name: str, output: str | None, *, is_single: bool) -> str | None:
    """Where a file goes, if anywhere: a single one into the file `output`, else by its name into the folder `output`.

    A single text file goes into a folder too, unless `output` is called like one itself, or like a compressed file.

    Raises:
        OutputError: If several files would go to standard output.
    """
    if output is None:
        return None
    if output == STANDARD and not is_single:
        raise OutputError(output, "several inputs need a folder as their output")
    is_file_name = format_named(output) == "text" or codec_named(output) is not None
    is_text = format_named(name) == "text" and not is_file_name
    with output_errors(output):
        is_file = output == STANDARD or (is_single and not is_text and not Path(output).is_dir())
    return output if is_file else str(Path(output, native_name(name)))


def check_outputs(outputs: Outputs, inputs: Sequence[str], paths: Sequence[str | None], writing: Writing) -> None:
    """Refuse before any work is done what would be refused at its end."""
    for path in [*paths, writing.report, writing.summary]:
        outputs.check(path)
    if writing.output in paths:
        _check_name(writing.output, writing.output_format)
    taken = {resolved(path): "a cleaned text" for path in paths if path}
    for path, what in ((writing.report, "the report"), (writing.summary, "the summary")):
        if path is not None:
            other = taken.setdefault(resolved(path), what)
            if other != what:
                raise OutputError(path, f"{what} and {other} would be the same file")
    _check_outside(inputs, writing.paths.values())


def check_state(inputs: Sequence[str], writing: Writing) -> None:
    """Refuse to keep the state of a run that cannot be gone on with, or to keep it where it cannot be.

    Raises:
        OutputError: If it cannot be there.
        SettingsError: If the run cannot be gone on with.
    """
    if writing.state is None:
        return
    if STANDARD in (*inputs, *writing.paths.values()):
        what = "a run that reads standard input or writes standard output cannot be gone on with: give files"
        raise SettingsError("state", writing.state, what)
    if not any(writing.paths.values()):
        raise SettingsError("state", writing.state, "a run that writes nothing has nothing to go on with")
    state = resolved(writing.state)
    for what, output in writing.paths.items():
        path = resolved(output) if output else None
        if path and (path == state or state in path.parents):
            raise OutputError(writing.state, f"the {what} would be in it: --state needs a folder of its own")
    _check_outside(inputs, [writing.state])


def _check_outside(inputs: Sequence[str], outputs: Iterable[str | None]) -> None:
    folders = {given: resolved(given) for given in inputs if Path(given).is_dir()}
    for output in outputs:
        if output is None or output == STANDARD:
            continue
        path = resolved(output)
        for given, folder in folders.items():
            if folder == path or folder in path.parents:
                raise OutputError(output, f"it is inside the input {given}; choose another output")


def _check_name(path: str | None, output_format: str | None) -> None:
    """Refuse a name that says something else than the format that was asked for."""
    if path is None or path == STANDARD or output_format is None:
        return
    named = format_named(path)
    if named not in (None, output_format):
        raise OutputError(path, f"its name says that it is {named}, and --output-format says {output_format}")
