"""Cleaned files and their report > the original files: the work behind `dedup restore` (R6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dedup.cleaning import KeptText, restored
from dedup.errors import InputError, RestoreError
from dedup.files import Outputs, Source, find_sources
from dedup.formats.base import Format, Record
from dedup.records import Cleaned, Place
from dedup.reports.jsonl import Emptied, Report, read_report
from dedup.runs import Reading, output_path


@dataclass(frozen=True, slots=True)
class _Original:
    """A record of an input: its bytes with the cleaned text and, if it is a document, what was cut from it."""

    raw: bytes
    cleaned: Cleaned | None


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
    path = Path(report_path)
    try:
        with path.open("rb") as stream:
            report = read_report(stream, report_path)
    except OSError as error:
        raise InputError(report_path, error.strerror or str(error)) from error
    run = _Restoring(cleaned, report, reading)
    with Outputs(run.sources, force=force) as outputs:
        kept = run.kept_texts()
        documents = 0
        for name in report.inputs:
            with outputs.create(output_path(name, output, is_single=run.is_single)) as restored_file:
                form = run.format_of(name)
                for original in run.originals(name):
                    raw = original.raw
                    if original.cleaned is not None:
                        documents += 1
                        if original.cleaned.merges:
                            raw = form.with_text(raw, restored(original.cleaned, kept.find))
                    restored_file.write(raw)
        run.check_complete()
        outputs.commit()
    return documents


class _Kept:
    """The kept texts that merges name."""

    def __init__(self, texts: dict[tuple[str, int | None], KeptText]) -> None:
        self._texts = texts

    def find(self, place: Place) -> KeptText:
        found = self._texts.get((place.document, place.record))
        if found is None:
            raise RestoreError(place.document, "it holds a kept copy and is missing")
        return found


class _Restoring:
    """The files of a run, read as the inputs they came from."""

    def __init__(self, cleaned: str, report: Report, reading: Reading) -> None:
        self.is_single = not Path(cleaned).is_dir()
        self.sources = find_sources([cleaned], may_be_empty=True)
        if self.is_single and len(report.inputs) != 1:
            raise InputError(cleaned, f"the report is of {len(report.inputs)} files: give their folder")
        names = report.inputs if self.is_single else [source.name for source in self.sources]
        self._by_name = dict(zip(names, self.sources, strict=True))
        self._report = report
        self._reading = reading
        self._seen: set[str] = set()
        self._record = 0
        self._unused = set(report.merges)

    def format_of(self, name: str) -> Format:
        """The format of an input."""
        return self._reading.format_of(Source(self._by_name[name].path if name in self._by_name else Path(name), name))

    def kept_texts(self) -> _Kept:
        """Read all files once, for the texts that merges name."""
        wanted = {
            (merge.canonical.document, merge.canonical.record)
            for merges in self._report.merges.values()
            for merge in merges
        }
        texts = {}
        for name in self._report.inputs:
            for original in self.originals(name):
                cleaned = original.cleaned
                if cleaned is not None and cleaned.key in wanted:
                    texts[cleaned.key] = KeptText(cleaned)
        self._seen.clear()
        self._record = 0
        return _Kept(texts)

    def originals(self, name: str) -> Iterator[_Original]:
        """The records of an input, those that were not written among them."""
        missing = self._report.emptied.get(name, [])[::-1]
        form, source = self.format_of(name), self._by_name.get(name)
        if source is None and not missing:
            raise InputError(name, "the report names it, and it is not among the cleaned files")
        line = 0
        for record in source.records(form) if source else ():
            line += 1
            while missing and missing[-1].line == line:
                yield self._emptied(missing.pop())
                line += 1
            yield self._written(record, name, source.name if source else name, line)
        while missing:
            yield self._emptied(missing.pop())

    def check_complete(self) -> None:
        """Raise `RestoreError` if the report cut something from a document that is not there."""
        for document, _ in sorted(self._unused, key=str):
            raise RestoreError(document, "the report cuts something from it, and it is not among the cleaned files")

    def _written(self, record: Record, name: str, source_name: str, line: int) -> _Original:
        if record.document is None:
            return _Original(record.raw, None)
        document = record.document.id
        if document == f"{source_name}:{record.line}":
            document = f"{name}:{line}"  # an id made from the place, which was another one
        return _Original(record.raw, self._cleaned(document, record.document.text))

    def _emptied(self, emptied: Emptied) -> _Original:
        return _Original(emptied.raw.encode("utf-8"), self._cleaned(emptied.document, ""))

    def _cleaned(self, document: str, text: str) -> Cleaned:
        cleaned = Cleaned(document, self._record, text, (), repeats_id=document in self._seen)
        self._record += 1
        self._seen.add(document)
        self._unused.discard(cleaned.key)
        merges = tuple(self._report.merges.get(cleaned.key, ()))
        return replace(cleaned, merges=merges, digest=self._report.digests.get(cleaned.key, ""))
