"""In which format an input is written, and what becomes of its merges there: `--output-format` and `--action`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.errors import InputError, OutputError, SettingsError
from dedup.formats import converted_name
from dedup.formats.annotation import Annotating, Annotator, CellAnnotator, ColumnAnnotator, LineAnnotator
from dedup.formats.base import Format, UnreadableError
from dedup.formats.conversion import Converting
from dedup.formats.encoded import Encoded
from dedup.formats.jsonl import JsonLines
from dedup.formats.parquet import Parquet
from dedup.formats.separated import Separated
from dedup.formats.targets import Target, target_named
from dedup.reading import Input, Reading
from dedup.sources import Source
from dedup.writing import Writing


@dataclass(frozen=True, slots=True)
class Written:
    """An input as it is written.

    Attributes:
        given: The file, and how it is read as what will be written.
        name: What it is called where it is written.
    """

    given: Input
    name: str


def written_inputs(sources: Sequence[Source], reading: Reading, writing: Writing) -> list[Written]:
    """How inputs are written.

    Raises:
        InputError: If a name tells no format, or a format has no place for merges that are to be written into it.
        OutputError: If what is asked for cannot be written, or two inputs would be written to the same place.
        SettingsError: If fields that have to differ have the same name.
    """
    found = [_written(source, reading, writing) for source in sources]
    names: dict[str, str] = {}
    for written in found:
        own = written.given.source.name
        other = names.setdefault(written.name, own)
        if other != own:
            raise OutputError(written.name, f"both {other} and {own} would be written there; clean them one by one")
    return found


def _written(source: Source, reading: Reading, writing: Writing) -> Written:
    form = reading.format_of(source)
    name, plain = source.name, form
    kind = writing.output_format
    if kind is not None and kind != reading.format_name(source):
        name = converted_name(source.name, kind)
        target = _target(kind, reading, name)
        form, plain = Converting(form, target), target.form
    if writing.action == "annotate":
        if writing.annotate_field in (reading.text_field, reading.id_field):
            raise SettingsError("annotate_field", writing.annotate_field, "text and id have fields of their own")
        form = _annotating(source, form, plain, writing.annotate_field)
    return Written(Input(source, form), name)


def _annotating(source: Source, form: Format, plain: Format, field: str) -> Format:
    return Annotating(form, _annotator(source, plain, field), field)


def _target(kind: str, reading: Reading, name: str) -> Target:
    if reading.text_field == reading.id_field:
        raise SettingsError("id_field", reading.id_field, "a converted record needs another field for its id")
    try:
        return target_named(kind, reading.text_field, reading.id_field)
    except UnreadableError as error:
        raise OutputError(name, error.reason) from error


def _annotator(source: Source, form: Format, field: str) -> Annotator:
    plain = form.form if isinstance(form, Encoded) else form
    if isinstance(plain, JsonLines):
        return LineAnnotator(plain, field)
    if isinstance(plain, Separated):
        return CellAnnotator(plain, field, form.escaped if isinstance(form, Encoded) else str)
    if isinstance(plain, Parquet):
        return ColumnAnnotator(field)
    raise InputError(source.name, "its records have no fields to write merges into: give --output-format jsonl as well")
