"""Cleaned files and their report > the original files: the work behind `dedup restore` (R6)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from dedup.cleaning import KeptText, restored
from dedup.errors import InputError, RestoreError
from dedup.formats.base import Format, Record, UnreadableError
from dedup.outputs import Output, Outputs
from dedup.reading import Reading
from dedup.records import Cleaned, Place
from dedup.reports.jsonl import Emptied
from dedup.reports.jsonl_reader import Report, read_report
from dedup.sources import Source, find_sources, is_one_file
from dedup.writing import output_path


def restore_files(cleaned: str, report_path: str, output: str, reading: Reading, *, force: bool) -> int:
    """Write the original files.

    Args:
        cleaned: The file or folder that a run wrote.
        report_path: Its report.
        output: Where the originals go: a file if `cleaned` is one, else a folder.
        reading: How the files are read; as in the run.
        force: Whether what exists may be replaced.

    Returns:
        How many documents were restored.

    Raises:
        InputError: If a file is missing or cannot be read, or the report is none.
        RestoreError: If files and report do not belong together.
        OutputError: If an output exists or cannot be written.
    """
    report_source = Source(Path(report_path), report_path)
    with report_source.stream() as stream:
        report = read_report(stream, report_path)
    if report.action != "remove":
        what = "left all texts as they were" if report.action == "annotate" else "wrote no texts"
        raise InputError(report_path, f"its run {what} (--action {report.action}): there is nothing to restore")
    run = _Restoring(cleaned, report, reading)
    with Outputs([*run.sources, report_source], force=force) as outputs:
        run.read_kept_texts()
        documents = 0
        for name in run.names:
            path = output_path(name, output, is_single=run.is_single)
            with outputs.create(path, run.format_of(name).encoder) as original_file:
                documents += run.restore(name, original_file)
        run.check_complete()
        outputs.commit()
    return documents


@dataclass(frozen=True, slots=True)
class _Original:
    """A record of an input: its bytes with the cleaned text and, if it is a document, what was cut from it."""

    raw: bytes
    cleaned: Cleaned | None


@contextmanager
def _restore_errors(name: str) -> Iterator[None]:
    """Turn what is said about bytes and characters that came from a report into a `RestoreError`."""
    try:
        yield
    except UnreadableError as error:
        raise RestoreError(name, error.reason) from error
    except UnicodeError as error:
        raise RestoreError(name, f"the report gives what cannot be a part of it: {error}") from error


def _found(cleaned: str, report: Report, reading: Reading) -> list[Source]:
    """The files of a run: those that have the name of a format, and others that its report names."""
    found = find_sources([cleaned], reading.opening, may_be_empty=True)
    if not Path(cleaned).is_dir():
        return found
    known = {source.name for source in found}
    paths = {name: Path(cleaned, name) for name in report.inputs if name not in known}
    return found + [Source(path, name, reading.opening) for name, path in paths.items() if path.is_file()]


class _Restoring:
    """The files of a run, read as the inputs they came from."""

    def __init__(self, cleaned: str, report: Report, reading: Reading) -> None:
        self.sources = _found(cleaned, report, reading)
        self.is_single = is_one_file(cleaned)
        if self.is_single and len(report.inputs) != 1:
            raise InputError(cleaned, f"the report is of {len(report.inputs)} files: give their folder")
        names = report.inputs if self.is_single else [source.name for source in self.sources]
        # read under the names they had as inputs, for ids are made from those
        self._sources = {
            name: Source(source.path, name, source.opening) for name, source in zip(names, self.sources, strict=True)
        }
        unknown = sorted(self._sources.keys() - set(report.inputs))
        if unknown:
            raise InputError(Path(cleaned, unknown[0]), "the report does not name it")
        # a text whose end could not be read was not written at all
        self.names = [name for name in report.inputs if name in self._sources or name not in report.damaged]
        self._report = report
        self._reading = reading
        self._formats: dict[str, Format] = {}
        self._kept: dict[tuple[str, int | None], KeptText] = {}
        self._begin()

    def _begin(self) -> None:
        self._record = 0
        self._seen: set[str] = set()
        self._unused = set(self._report.merges)

    def read_kept_texts(self) -> None:
        """Read all files once, for the texts that merges name."""
        merges = (merge for document in self._report.merges.values() for merge in document)
        wanted = {(merge.canonical.document, merge.canonical.record) for merge in merges}
        for name in self.names:
            for original in self._originals(name):
                if original.cleaned is not None and original.cleaned.key in wanted:
                    self._kept[original.cleaned.key] = KeptText(original.cleaned)
        self._begin()

    def restore(self, name: str, output: Output) -> int:
        """Write one input; returns how many documents it holds."""
        form = self.format_of(name)
        documents = 0
        for original in self._originals(name):
            with _restore_errors(name):
                output.write(self._original_raw(form, original))
            documents += original.cleaned is not None
        return documents

    def _original_raw(self, form: Format, original: _Original) -> bytes:
        cleaned = original.cleaned
        if cleaned is None or not cleaned.merges:
            return original.raw
        return form.with_text(original.raw, restored(cleaned, self._find), self._report.changed[cleaned.key].spelling)

    def check_complete(self) -> None:
        """Raise `RestoreError` if the report cut something from a document that is not there."""
        for document, _ in sorted(self._unused, key=str):
            raise RestoreError(document, "the report cuts something from it, and it is not among the cleaned files")

    def format_of(self, name: str) -> Format:
        """The format of an input, which knows what it has read of it."""
        if name not in self._formats:
            is_converted = name in self._report.converted.values()
            reading = self._reading.of_converted() if is_converted else self._reading
            self._formats[name] = reading.format_of(self._sources.get(name, Source(Path(name), name)))
        return self._formats[name]

    def _find(self, place: Place) -> KeptText:
        found = self._kept.get((place.document, place.record))
        if found is None:
            raise RestoreError(place.document, "it holds a kept copy and is missing")
        return found

    def _originals(self, name: str) -> Iterator[_Original]:
        """The records of an input, those that were not written among them."""
        missing = self._report.emptied.get(name, [])[::-1]
        source = self._sources.get(name)
        if source is None and not missing:
            raise InputError(name, "the report names it, and it is not among the cleaned files")
        line = 0
        for record in source.records(self.format_of(name)) if source else ():
            is_frame = record.document is None and record.line is None and not record.skipped
            if record.continues or is_frame:
                yield _Original(record.raw, None)
                continue
            line += 1
            while missing and self._comes_before(missing[-1], record, line):
                yield self._emptied(missing.pop())
                line += 1
            yield self._written(record, f"{name}:{line}")
        while missing:
            yield self._emptied(missing.pop())

    def _comes_before(self, emptied: Emptied, record: Record, line: int) -> bool:
        """Whether a document that was not written stood before a record. If it was converted its position tells."""
        if emptied.line is not None:
            return emptied.line == line
        return record.document is not None and emptied.record == self._record

    def _written(self, record: Record, place: str) -> _Original:
        if record.document is None:
            return _Original(record.raw, None)
        document = record.document.id if record.is_named else place
        return _Original(record.raw, self._cleaned(document, record.document.text))

    def _emptied(self, emptied: Emptied) -> _Original:
        with _restore_errors(emptied.document):
            raw = emptied.raw.encode("utf-8", "surrogateescape")
        return _Original(raw, self._cleaned(emptied.document, ""))

    def _cleaned(self, document: str, text: str) -> Cleaned:
        cleaned = Cleaned(document, self._record, text, (), repeats_id=document in self._seen)
        self._record += 1
        self._seen.add(document)
        merges = self._report.merges.get(cleaned.key)
        if merges is None:
            return cleaned
        changed = self._report.changed.get(cleaned.key)
        if changed is None:
            raise RestoreError(document, "the report cuts something from it without a line about it")
        self._unused.discard(cleaned.key)
        return replace(cleaned, merges=tuple(merges), digest=changed.blake2b)
