"""A frozen deduplicator compares documents with what was kept before, a reference set, and keeps nothing of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dedup import (
    Cleaned,
    Deduplicator,
    Document,
    Duplicate,
    Merge,
    Place,
    Settings,
    SettingsError,
    clean,
    restore_corpus,
)
from tests import corpora
from tests.command import BEAR, FOX, OWL

_EFFORT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)
_UNITS = ("paragraph", "line", "sentence", "document", "document,paragraph")
_LONG = " ".join(f"word{number} of a text that the reference holds" for number in range(12)) + "."
_OWN = " ".join(f"And {number} passages that stand in no kept text at all, {number} of them." for number in range(12))


@st.composite
def references(draw: st.DrawFn) -> tuple[list[Document], list[Document]]:
    """A reference set, and documents to be compared with it, with ids of their own."""
    documents = draw(corpora.corpora(7) | corpora.interleaved())
    count = draw(st.integers(1, max(1, len(documents) - 1)))
    texts = [document.text for document in documents[count:]]
    return documents[:count], [Document(f"compared {number}", text) for number, text in enumerate(texts)]


def of_corpus() -> st.SearchStrategy[Settings]:
    """Settings under which documents are compared with others."""
    return corpora.settings().map(lambda chosen: chosen.changed({"scope": "corpus"}))


def frozen(reference: Sequence[Document], chosen: Settings | None = None, **changes: object) -> Deduplicator:
    """A deduplicator that was given a reference set and frozen."""
    deduplicator = Deduplicator(chosen, **changes)
    for document in reference:
        deduplicator.add(document)
    deduplicator.freeze()
    return deduplicator


def compared(reference: Sequence[Document], documents: Sequence[Document], chosen: Settings) -> list[Cleaned]:
    """What comes out of documents one by one."""
    with frozen(reference, chosen) as deduplicator:
        return [deduplicator.add(document) for document in documents]


def answer(cleaned: Cleaned) -> Cleaned:
    """A result of a document with an id of its own, without its position in the input."""
    assert not cleaned.repeats_id
    return replace(cleaned, record=0)


def _own(cleaned: Cleaned) -> list[Merge]:
    """Merges with text of the document itself."""
    return [merge for merge in cleaned.merges if merge.canonical.document == cleaned.id]


@_EFFORT
@given(documents=references(), chosen=of_corpus())
def test_a_document_is_compared_with_the_reference_alone(
    documents: tuple[list[Document], list[Document]], chosen: Settings
) -> None:
    """What is said of it is what is said if it comes right after the reference, where it does not repeat itself."""
    reference, others = documents
    for document, found in zip(others, compared(reference, others, chosen), strict=True):
        with Deduplicator(chosen) as fresh:
            for one in reference:
                fresh.add(one)
            expected = fresh.add(document)
        assert not _own(found)
        repeats = [*clean(document.text, chosen).merges, *_own(expected)]
        if not repeats:
            assert answer(found) == answer(expected)


@_EFFORT
@given(documents=references(), chosen=of_corpus(), order=st.randoms())
def test_neither_order_nor_company_matters(
    documents: tuple[list[Document], list[Document]], chosen: Settings, order: object
) -> None:
    """In another order, twice, or without the others, a document gets the same answer."""
    reference, others = documents
    shuffled = list(others)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    expected = {one.id: answer(one) for one in compared(reference, others, chosen)}
    for document, found in zip(shuffled, compared(reference, shuffled, chosen), strict=True):
        assert answer(found) == expected[document.id]
    again = compared(reference, [*others, *(Document(f"{one.id} again", one.text) for one in others)], chosen)
    assert [one.text for one in again] == [expected[one.id].text for one in others] * 2


def _batched(deduplicator: Deduplicator, documents: list[Document]) -> list[Cleaned]:
    return list(deduplicator.add_prepared(deduplicator.prepare(documents)))


def _changed(deduplicator: Deduplicator, documents: list[Document]) -> list[Cleaned]:
    changes = dict(deduplicator.change_prepared(deduplicator.prepare(documents)))
    first = deduplicator.summary.documents - len(documents)
    unchanged = (
        Cleaned(document.id, first + number, document.text, (), document.fields)
        for number, document in enumerate(documents)
    )
    return [changes.get(number, replace(one)) for number, one in enumerate(unchanged)]


@_EFFORT
@given(documents=references(), chosen=of_corpus())
@pytest.mark.parametrize("add", [_batched, _changed])
def test_batches_say_the_same(
    add: Callable[[Deduplicator, list[Document]], list[Cleaned]],
    documents: tuple[list[Document], list[Document]],
    chosen: Settings,
) -> None:
    """Prepared together documents get the answers that they get one by one, and the books say so."""
    reference, others = documents
    with frozen(reference, chosen) as one_by_one, frozen(reference, chosen) as together:
        expected = [one_by_one.add(document) for document in others]
        found = add(together, others[:2]) + add(together, others[2:])
        assert [(one.record, one.text, one.merges) for one in found] == [
            (one.record, one.text, one.merges) for one in expected
        ]
        assert together.summary == one_by_one.summary


@_EFFORT
@given(documents=references(), chosen=of_corpus())
def test_what_was_cut_is_restored_from_the_reference(
    documents: tuple[list[Document], list[Document]], chosen: Settings
) -> None:
    """The cleaned reference, and one document alone, give back the original of both (R6)."""
    reference, others = documents
    with Deduplicator(chosen) as deduplicator:
        kept = [deduplicator.add(document) for document in reference]
        deduplicator.freeze()
        for document in others:
            found = deduplicator.add(document)
            assert restore_corpus([*kept, found]) == [*reference, document]
            for merge in found.merges:
                home = next(one for one in kept if one.key == (merge.canonical.document, merge.canonical.record))
                assert not any(merge.canonical.span.overlaps(gone.span) for gone in home.merges)


@_EFFORT
@given(documents=references(), chosen=of_corpus())
def test_what_is_left_stands_nowhere_in_the_reference(
    documents: tuple[list[Document], list[Document]], chosen: Settings
) -> None:
    """Cleaning what is clean changes nothing."""
    reference, others = documents
    once = [Document(f"{one.id} again", one.text) for one in compared(reference, others, chosen)]
    assert [one.text for one in compared(reference, once, chosen)] == [one.text for one in once]


@pytest.mark.parametrize("unit", _UNITS)
def test_a_document_is_not_compared_with_itself(unit: str) -> None:
    """Of a text that stands nowhere in the reference both copies stay, of one that does both go."""
    reference = [Document("reference", f"{FOX}\n\n{_LONG}")]
    own = f"{OWL}\n\n{OWL}\n\n{_OWN}\n\n{BEAR} {_OWN}"
    with frozen([Document("reference", FOX)], unit=unit) as deduplicator:
        assert deduplicator.add(Document("a", own)).text == own
        assert deduplicator.add(Document("b", own)).text == own
    with frozen(reference, unit=unit) as deduplicator:
        found = deduplicator.add(Document("a", f"{_OWN}\n\n{FOX}\n\n{_LONG}\n\n{_OWN}\n\n{FOX}\n\n{_LONG}"))
    if unit == "document":
        assert not found.merges
        return
    assert found.text.split() == f"{_OWN} {_OWN}".split()
    assert {merge.canonical.document for merge in found.merges} == {"reference"}


def test_runs_of_tokens_are_compared_with_the_reference_alone() -> None:
    """Inside of paragraphs too: a passage twice in a document stays, unless the reference holds it."""
    page = f"{BEAR} {_LONG} {OWL}\n\nQuite another paragraph begins here. {_LONG} And it ends like this."
    with frozen([Document("reference", FOX)]) as deduplicator:
        assert deduplicator.add(Document("a", page)).text == page
    with Deduplicator() as unfrozen:
        assert unfrozen.add(Document("a", page)).text != page
    with frozen([Document("reference", f"{FOX} {_LONG} {FOX}")]) as deduplicator:
        found = deduplicator.add(Document("a", page))
    assert _LONG not in found.text
    assert [(merge.canonical.document, merge.found_by) for merge in found.merges] == [("reference", "fingerprints")] * 2


@pytest.mark.parametrize("unit", _UNITS)
def test_a_document_of_the_reference_is_no_revisit(unit: str) -> None:
    """With its id and its text it is compared like any other: all goes, and records tell documents of one id apart."""
    document = Document("a", f"{FOX} {OWL} {BEAR}")
    with frozen([document], unit=unit) as deduplicator:
        for record in (1, 2):
            found = deduplicator.add(document)
            assert (found.record, found.text, found.repeats_id, found.revisit) == (record, "", True, False)
            assert {(merge.record, merge.canonical.record) for merge in found.merges} == {(record, None)}
        assert deduplicator.add(Document("b", FOX[:9])).record == 3
        assert deduplicator.summary.revisits == 0
        assert deduplicator.summary.documents == 4


def test_ids_of_compared_documents_are_told_apart() -> None:
    """The second document of an id has its record, although nothing else of the first is known any more."""
    with frozen([Document("a", FOX)]) as deduplicator:
        first, second = (deduplicator.add(Document("b", FOX)) for _ in range(2))
    assert [(one.merges[0].record, one.merges[0].canonical) for one in (first, second)] == [
        (None, Place("a", None, 0, len(FOX))),
        (2, Place("a", None, 0, len(FOX))),
    ]


@given(texts=st.lists(st.lists(st.sampled_from("abcdef"), min_size=6, max_size=9).map(" ".join), max_size=9))
@_EFFORT
def test_matching_is_with_the_reference_alone(texts: list[str]) -> None:
    """`match` says of each document what it says if it comes right after the reference, alone or in a batch."""
    chosen = Settings(unit="document", ngram=2, threshold=0.5, min_tokens=2)
    documents = [Document(str(number), text) for number, text in enumerate(texts)]
    reference, others = documents[: len(texts) // 2], documents[len(texts) // 2 :]

    def matched() -> Deduplicator:
        deduplicator = Deduplicator(chosen)
        for document in reference:
            deduplicator.match(document)
        return deduplicator

    expected: list[Duplicate | None] = []
    for number, document in enumerate(others):
        found = matched().match(document)
        expected.append(found and replace(found, record=found.record + number))
    with matched() as one_by_one, matched() as together:
        one_by_one.freeze()
        together.freeze()
        assert [one_by_one.match(document) for document in others] == expected
        assert together.match_prepared(together.prepare_match(others)) == expected
        assert together.summary == one_by_one.summary


@pytest.mark.parametrize("unit", _UNITS)
def test_nothing_is_remembered_of_compared_documents(unit: str, tmp_path: Path) -> None:
    """However many come, and however often it is frozen, what is kept is the same; of visits only ids are added."""
    with frozen([Document("a", f"{FOX}\n\n{OWL}\n\n{_LONG}")], unit=unit) as deduplicator:
        sizes = []
        for generation in range(3):
            for number in range(50):
                text = f"{BEAR} {generation * number}\n\n{_LONG} {number}\n\n{FOX} {OWL} {number}\n\n{FOX}"
                deduplicator.add(Document(f"{generation} {number:02}", text))
            deduplicator.freeze()
            deduplicator.save(tmp_path, generation)
            sizes.append((tmp_path / f"visits.{generation}").stat().st_size)
        names = ["index", "wholes"] if "," in unit else ["index"]
        for name in names:
            assert len({(tmp_path / f"{name}.{generation}").read_bytes() for generation in range(3)}) == 1
        assert all(after - before <= 50 * 100 for before, after in pairwise(sizes))


@_EFFORT
@given(documents=references(), chosen=of_corpus())
def test_a_freeze_is_not_saved(documents: tuple[list[Document], list[Document]], chosen: Settings) -> None:
    """Loaded, it goes on as if what came after the freeze had been left out; frozen before or after, as it was."""
    reference, others = documents
    with tempfile.TemporaryDirectory() as folder, frozen(reference, chosen) as saved, Deduplicator(chosen) as plain:
        for document in others:
            saved.add(document)
        saved.save(Path(folder), 1)
        for document in reference:
            plain.add(document)
        expected = [plain.add(Document(f"{one.id} again", one.text)).text for one in others]
        with Deduplicator(chosen) as loaded:
            loaded.load(Path(folder), 1)
            assert loaded.summary == saved.summary
            assert [loaded.add(Document(f"{one.id} again", one.text)).text for one in others] == expected
        answers = [saved.add(document) for document in others]
        for is_first in (True, False):
            with Deduplicator(chosen) as loaded:
                if is_first:
                    loaded.freeze()
                loaded.load(Path(folder), 1)
                if not is_first:
                    loaded.freeze()
                assert [loaded.add(document) for document in others] == answers
                assert loaded.summary == saved.summary


def test_closing_ends_a_freeze() -> None:
    """A closed deduplicator begins anew: what comes is kept again."""
    deduplicator = frozen([Document("a", FOX)])
    deduplicator.close()
    assert [deduplicator.add(Document(one, FOX)).text for one in "ab"] == [FOX, ""]


def test_documents_alone_cannot_be_compared_with_a_reference() -> None:
    """Where nothing is kept from one document to the next, there is nothing to freeze."""
    with Deduplicator(scope="document") as deduplicator, pytest.raises(SettingsError, match="scope"):
        deduplicator.freeze()
