"""The functions most users need: one text, or many, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dedup.deduplicator import Deduplicator
from dedup.keep_rules import FIRST
from dedup.keeping import RankedCorpus, deduplicator_of
from dedup.parallel import BATCH_SIZE, batched, count_jobs, in_order
from dedup.records import Cleaned, Document, Duplicate
from dedup.rows import Rows, documents_of
from dedup.settings import Settings


def clean(text: str, settings: Settings | None = None, **changes: object) -> Cleaned:
    """Clean one text of what it repeats.

    Args:
        text: Any string.
        settings: How to compare and clean; `Settings()` if left out.
        **changes: Fields of `Settings` to change.

    Returns:
        The cleaned text with its merges; `restore` turns it back.

    Raises:
        SettingsError: If a setting is not known or out of range.
    """
    chosen = (settings or Settings()).changed(changes)
    with Deduplicator(chosen.changed({"keep": FIRST})) as deduplicator:  # of the copies in one document the first stays
        return deduplicator.add(Document("", text))


def clean_corpus(
    documents: Rows,
    settings: Settings | None = None,
    *,
    jobs: int | None = None,
    text_field: str = "text",
    id_field: str = "id",
    **changes: object,
) -> Iterator[Cleaned]:
    """Clean many documents, each against itself and those before it (with `scope="document"`, itself alone).

    Under a `keep` rule other than `first`, those before it are those that the rule prefers; it looks at `fields`.

    Args:
        documents: `Document`s; mappings, such as rows of JSON, data sets or data frames; Arrow record batches; or an
            Arrow table. What is not the text of a mapping comes through in `fields`. Read a few hundred thousand
            characters ahead, as results are asked for. Under a rule other than `first` all of them are read first;
            their texts wait in a temporary file, their ids and fields in memory.
        settings: How to compare and clean; `Settings()` if left out.
        jobs: Threads that work, the caller's included; by default as many as there are cores. Results are the same.
        text_field: The field of mappings that holds the text.
        id_field: The one that holds the id; `row:` and the position from 0 stand for one that is missing.
        **changes: Fields of `Settings` to change.

    Returns:
        The cleaned documents, in the order of the input; those left without text are among them.

    Raises:
        SettingsError: At once, if a setting is not known or out of range; with the first result, if `keep` names a
            field that not one document has.
        InputError: If a mapping has no text, or something is neither.
        OutputError: If a temporary file cannot be written.
    """
    chosen = (settings or Settings()).changed(changes)
    deduplicator, jobs = deduplicator_of(chosen), count_jobs(jobs)
    given = documents_of(documents, text_field, id_field)
    if chosen.keeps_first:
        return _clean_all(given, deduplicator, jobs)
    return _clean_by_rank(given, chosen, deduplicator, jobs)


def match_corpus(
    documents: Rows,
    settings: Settings | None = None,
    *,
    jobs: int | None = None,
    text_field: str = "text",
    id_field: str = "id",
    **changes: object,
) -> Iterator[Duplicate | None]:
    """For each of many documents, which earlier one it nearly repeats as a whole, if any.

    Much quicker than cleaning: nothing is aligned, cut or reported. Documents that repeat one are not kept, and nothing
    is matched with them. Under a `keep` rule other than `first`, those that the rule prefers take the place of earlier
    ones.

    Args:
        documents: Read as by `clean_corpus`.
        settings: How to compare; `unit` is `document` whatever they say.
        jobs: Threads that work, the caller's included; by default as many as there are cores. Results are the same.
        text_field: The field of mappings that holds the text.
        id_field: The one that holds the id; `row:` and the position from 0 stand for one that is missing.
        **changes: Fields of `Settings` to change.

    Raises:
        SettingsError: As by `clean_corpus`.
        InputError: Likewise.
        OutputError: If a temporary file cannot be written.
    """
    chosen = (settings or Settings()).changed({**changes, "unit": "document"})
    deduplicator, jobs = deduplicator_of(chosen), count_jobs(jobs)
    given = documents_of(documents, text_field, id_field)
    if chosen.keeps_first:
        return _match_all(given, deduplicator, jobs)
    return _match_by_rank(given, chosen, deduplicator, jobs)


def _match_all(documents: Iterable[Document], deduplicator: Deduplicator, jobs: int) -> Iterator[Duplicate | None]:
    for ready in in_order(deduplicator.prepare_match, batched(documents, _length, BATCH_SIZE), jobs):
        yield from deduplicator.match_prepared(ready)


def _match_by_rank(
    documents: Iterable[Document], settings: Settings, deduplicator: Deduplicator, jobs: int
) -> Iterator[Duplicate | None]:
    with RankedCorpus(settings, deduplicator) as corpus:
        for document in documents:
            _add(corpus, document)
        corpus.match(jobs)
        yield from map(corpus.duplicate, range(len(corpus)))


def _clean_all(documents: Iterable[Document], deduplicator: Deduplicator, jobs: int) -> Iterator[Cleaned]:
    for ready in in_order(deduplicator.prepare, batched(documents, _length, BATCH_SIZE), jobs):
        yield from deduplicator.add_prepared(ready)


def _clean_by_rank(
    documents: Iterable[Document], settings: Settings, deduplicator: Deduplicator, jobs: int
) -> Iterator[Cleaned]:
    fields: list[Mapping[str, object]] = []
    with RankedCorpus(settings, deduplicator) as corpus:
        for document in documents:
            _add(corpus, document)
            fields.append(document.fields)
        corpus.clean(jobs)
        yield from map(corpus.cleaned, range(len(corpus)), fields)


def _add(corpus: RankedCorpus, document: Document) -> None:
    corpus.add(document, None if corpus.field is None else document.fields.get(corpus.field))


def _length(document: Document) -> int:
    return len(document.text)
