"""Which copy stays: a keep rule is the same as sorting the documents before they are cleaned, and them back after."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from msgspec.structs import replace

import dedup
from dedup import (
    Cleaned,
    Deduplicator,
    Document,
    Place,
    Settings,
    SettingsError,
    _kernels,
    clean_corpus,
    match_corpus,
)
from tests.command import BEAR, FOX, OWL
from tests.corpora import corpora, settings
from tests.test_keep_rules import order_of

_EFFORT = effort(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RULES = ("last", "longest", "max:x", "min:x", "prefer:x=b,1")
_VALUES = st.none() | st.integers(0, 2) | st.sampled_from(("a", "b", 0.5))


@st.composite
def _described(draw: st.DrawFn) -> list[Document]:
    """Documents of which some have a field."""
    documents = [replace(document, fields={"x": draw(_VALUES)}) for document in draw(corpora())]
    documents[0] = replace(documents[0], fields={"x": draw(st.sampled_from((1, "a", "b")))})
    return documents


def _keys(documents: list[Document]) -> list[tuple[str, int | None]]:
    """What tells each document apart from those before it."""
    met: set[str] = set()
    keys: list[tuple[str, int | None]] = []
    for number, document in enumerate(documents):
        keys.append((document.id, number if document.id in met else None))
        met.add(document.id)
    return keys


def _sorted_and_back(documents: list[Document], chosen: Settings, rule: str) -> list[Cleaned]:
    """The documents sorted by a rule, cleaned as they then come, and the results put back and renamed."""
    order = order_of(rule, [(len(document.text), document.fields["x"]) for document in documents])
    in_order = [documents[number] for number in order.numbers]
    numbers = dict(zip(_keys(in_order), order.numbers, strict=True))
    keys = _keys(documents)
    results = {}
    for number, result in zip(order.numbers, clean_corpus(in_order, chosen), strict=True):
        merges = []
        for merge in result.merges:
            kept = numbers[merge.canonical.document, merge.canonical.record]
            place = Place(*keys[kept], merge.canonical.start, merge.canonical.end)
            reason = rule if order.ranks[kept] < order.ranks[number] else "first"
            merges.append(replace(merge, record=keys[number][1], canonical=place, kept_because=reason))
        repeats_id = keys[number][1] is not None
        results[number] = replace(result, record=number, merges=tuple(merges), repeats_id=repeats_id)
    return [results[number] for number in range(len(documents))]


@_EFFORT
@given(_described(), settings(), st.sampled_from(RULES), st.sampled_from((1, 2)))
def test_a_rule_is_sorting_before_and_after(documents: list[Document], chosen: Settings, rule: str, jobs: int) -> None:
    """Texts, merges, fields and books are those of the sorted documents, in the order of the input."""
    cleaned = list(clean_corpus(documents, chosen, keep=rule, jobs=jobs))
    assert cleaned == _sorted_and_back(documents, chosen, rule)
    assert [result.fields for result in cleaned] == [document.fields for document in documents]


@_EFFORT
@given(_described(), settings(), st.sampled_from(RULES))
def test_cleaning_by_a_rule_is_reversible(documents: list[Document], chosen: Settings, rule: str) -> None:
    """Cleaned documents and their merges give the originals back, wherever the kept copies stand (R6)."""
    assert dedup.restore_corpus(clean_corpus(documents, chosen, keep=rule)) == documents


@_EFFORT
@given(_described(), st.sampled_from(RULES))
def test_matching_by_a_rule_is_sorting_before_and_after(documents: list[Document], rule: str) -> None:
    """What repeats what is what the sorted documents say; positions are those in the input."""
    order = order_of(rule, [(len(document.text), document.fields["x"]) for document in documents])
    expected: list[Any] = [None] * len(documents)
    for found in match_corpus([documents[number] for number in order.numbers], threshold=0.5, ngram=2):
        if found is not None:
            number, kept = order.numbers[found.record], order.numbers[found.canonical_record]
            reason = rule if order.ranks[kept] < order.ranks[number] else "first"
            expected[number] = replace(found, record=number, canonical_record=kept, kept_because=reason)
    assert list(match_corpus(documents, threshold=0.5, ngram=2, keep=rule)) == expected


_PAGES = [
    Document("a", f"{FOX}\n\n{OWL}", {"score": 1, "source": "blog"}),
    Document("b", f"{BEAR}\n\n{FOX}\n\n{FOX}", {"score": 3, "source": "wikipedia"}),
    Document("c", FOX, {"score": 3.0, "source": "news"}),
    Document("d", FOX),
]


@pytest.mark.parametrize(
    ("rule", "home", "reasons"),
    [
        ("last", "d", {"last"}),
        ("longest", "b", {"longest", "first"}),
        ("max:score", "b", {"max:score", "first"}),
        ("min:score", "a", {"min:score"}),
        ("prefer:source=news,blog", "c", {"prefer:source=news,blog"}),
        ("prefer:source=wikipedia", "b", {"prefer:source=wikipedia", "first"}),
    ],
)
def test_the_copy_that_the_rule_prefers_stays(rule: str, home: str, reasons: set[str]) -> None:
    """A paragraph stays in one document, and every merge says why there: the rule, or that it came first in a tie."""
    cleaned = list(clean_corpus(_PAGES, keep=rule))
    assert [result.id for result in cleaned if FOX in result.text] == [home]
    assert {merge.canonical.document for result in cleaned for merge in result.merges} == {home}
    assert {merge.kept_because for result in cleaned for merge in result.merges} == reasons


def test_where_documents_tie_the_reason_is_that_one_came_first() -> None:
    """Equal scores, and copies in one document, are no work of the rule; by default no reason is given."""
    cleaned = list(clean_corpus(_PAGES, keep="max:score"))
    reasons = {
        (result.id, merge.canonical.document): merge.kept_because for result in cleaned for merge in result.merges
    }
    assert reasons == {("a", "b"): "max:score", ("b", "b"): "first", ("c", "b"): "first", ("d", "b"): "max:score"}
    assert {merge.kept_because for result in clean_corpus(_PAGES) for merge in result.merges} == {""}


def test_one_text_keeps_its_first_copy_under_every_rule() -> None:
    """A rule chooses between documents, and there is one."""
    text = f"{FOX}\n\n{OWL}\n\n{FOX}"
    assert dedup.clean(text, keep="last") == dedup.clean(text, keep="max:score") == dedup.clean(text)


def test_documents_one_by_one_have_no_rule_but_first() -> None:
    """A deduplicator cannot know what comes: it refuses, and says what to use instead."""
    with pytest.raises(SettingsError, match="clean_corpus") as refused:
        Deduplicator(keep="longest")
    assert (refused.value.name, refused.value.value) == ("keep", "longest")
    with pytest.raises(SettingsError, match="keep='shortest'"):
        clean_corpus([], keep="shortest")


@pytest.mark.parametrize("function", [clean_corpus, match_corpus])
def test_a_misspelt_field_is_an_error(function: Any) -> None:
    """A field that not one document has is named; a corpus without documents gives none."""
    with pytest.raises(SettingsError, match="'scroe'"):
        list(function(_PAGES, keep="max:scroe"))
    assert list(function([], keep="max:scroe")) == []


def test_a_text_that_is_no_string_is_a_type_error() -> None:
    """It is named, as without a rule."""
    with pytest.raises(TypeError, match="'a' is bytes"):
        list(clean_corpus([Document("a", b"text")], keep="last"))  # type: ignore[arg-type]  # on purpose


def _copies(count: int) -> Iterator[Document]:
    """Copies of one page of five thousand characters, each a string of its own."""
    yield from (Document(str(number), f"{FOX} {'x' * 5_000}") for number in range(count))


@pytest.mark.skipif(_kernels.chosen_name() != "native", reason="texts wait in the same way, and it takes very long")
@pytest.mark.parametrize("function", [clean_corpus, match_corpus])
def test_texts_are_not_held_in_memory(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many times as many pages take about the same memory: neither the texts that wait nor the results do."""
    monkeypatch.setattr("dedup.keeping.BATCH_SIZE", 10_000)  # a batch is in memory, and not what this is about

    def peak(count: int) -> int:
        gc.collect()
        tracemalloc.start()
        results = sum(1 for _ in function(_copies(count), unit="document", keep="last", jobs=1))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert results == count
        return most

    peak(2)
    few, many = peak(10), peak(130)
    assert sum(len(page.text) for page in _copies(120)) > 600_000
    assert many - few < 200_000


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts the files that the process has open")  # noqa: PTH112
def test_temporary_files_are_closed_however_it_ends() -> None:
    """Results taken to the end or not, an error in the middle of the input: no file stays open."""

    def failing() -> Iterator[Document]:
        yield from _PAGES
        raise KeyError("the source is gone")

    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    list(clean_corpus(_PAGES, keep="last"))
    results = clean_corpus(_PAGES, keep="last")
    next(results)
    assert len(os.listdir("/proc/self/fd")) > before  # noqa: PTH208
    del results
    with pytest.raises(KeyError):
        list(clean_corpus(failing(), keep="last"))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
