"""Whole documents that nearly repeat earlier ones: `match`, in the library and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Document, Duplicate, SettingsError
from dedup.shingles import number_tokens, overlap, tokenize
from tests.command import BEAR, FOX, OWL, make, run, succeed

WORDS = [f"word{n}" for n in range(30)]
texts = st.lists(st.lists(st.sampled_from(WORDS), min_size=6, max_size=14).map(" ".join), max_size=12)


@settings(max_examples=150, deadline=None)
@given(texts=texts, threshold=st.sampled_from([0.5, 0.8]))
def test_every_match_is_real_and_with_a_document_that_is_kept(texts: list[str], threshold: float) -> None:
    """A similarity is that of the two texts, at or above the threshold; the canonical document repeats nothing."""
    documents = [Document(str(n), text) for n, text in enumerate(texts)]
    found = list(dedup.match_corpus(documents, threshold=threshold, ngram=2, jobs=1))
    for document, duplicate in zip(documents, found, strict=True):
        if duplicate is None:
            continue
        assert duplicate.document == document.id
        assert duplicate.canonical_record < duplicate.record
        assert found[duplicate.canonical_record] is None
        ids = number_tokens(tokenize(document.text), tokenize(texts[duplicate.canonical_record]))
        assert duplicate.similarity == overlap(*ids, 2).jaccard >= threshold


def test_matches_agree_with_cleaning_by_documents() -> None:
    """What `match` finds is what `clean` removes with `unit="document"`."""
    documents = [Document(str(n), f"{FOX} {OWL if n % 3 else BEAR} {'number'} {n // 4}") for n in range(40)]
    removed = [one.id for one in dedup.clean_corpus(documents, unit="document", protect=()) if one.is_empty]
    assert removed == [found.document for found in dedup.match_corpus(documents) if found is not None]
    assert removed


def test_documents_too_short_to_compare_match_nothing() -> None:
    """Neither empty documents nor such of a few words are duplicates of each other."""
    assert (
        list(dedup.match_corpus([Document("a", ""), Document("b", ""), Document("c", "Yes"), Document("d", "Yes")]))
        == [None] * 4
    )


def test_only_whole_documents_can_be_matched() -> None:
    """With another unit, `match` names the setting."""
    with dedup.Deduplicator() as deduplicator, pytest.raises(SettingsError, match="unit"):
        deduplicator.match(Document("a", FOX))


def test_books_balance_over_matches() -> None:
    """The summary counts documents, exact and near duplicates, and their characters."""
    with dedup.Deduplicator(unit="document") as deduplicator:
        first = deduplicator.match(Document("a", FOX))
        second = deduplicator.match(Document("b", f"{FOX.upper()}!"))
        assert first is None
        assert second == Duplicate("b", 1, "a", 0, "exact", 1.0, "digest")
        summary = deduplicator.summary
    assert (summary.documents, summary.exact, summary.near, summary.emptied) == (2, 1, 0, 1)
    assert (summary.characters, summary.kept, summary.removed) == (2 * len(FOX) + 1, len(FOX), len(FOX) + 1)


def test_the_command_writes_one_line_for_each_duplicate(tmp_path: Path) -> None:
    """JSON lines on standard output or in a file; the count on standard error."""
    rows = [{"id": "a", "text": FOX}, {"id": "b", "text": OWL}, {"id": "c", "text": f"{FOX}!"}]
    make(tmp_path, {"in.jsonl": "".join(json.dumps(row) + "\n" for row in rows), "d.txt": OWL})
    ended = succeed("match", "in.jsonl", "d.txt", folder=tmp_path)
    found = [json.loads(line) for line in ended.out.splitlines()]
    assert [(line["document"], line["canonical"], line["kind"]) for line in found] == [
        ("c", "a", "exact"),
        ("d.txt", "b", "exact"),
    ]
    assert ended.err == "4 documents, 2 of them near-duplicates of earlier ones\n"
    succeed("match", "in.jsonl", "d.txt", "-o", "pairs.jsonl", "-q", "--jobs", "2", folder=tmp_path)
    assert (tmp_path / "pairs.jsonl").read_bytes() == ended.out
    assert run("match", "in.jsonl", "-o", "pairs.jsonl", folder=tmp_path).status == 2


def test_the_command_ends_with_an_error_where_nothing_can_be_read(tmp_path: Path) -> None:
    """Skipped records are named; when not one can be read, that is an error."""
    make(tmp_path, {"in.jsonl": '{"id":"a"}\n'})
    ended = run("match", "in.jsonl", folder=tmp_path)
    assert (ended.status, ended.out) == (2, b"")
    assert "no field 'text'" in ended.err
    assert run("match", "in.jsonl", "--jobs", "0", folder=tmp_path).status == 2


def test_without_near_matching_only_equal_texts_go() -> None:
    """`near=False` merges texts of equal tokens and leaves nearly equal ones alone."""
    near, same = FOX.replace("lazy", "sleepy"), FOX.upper()
    cleaned = dedup.clean(f"{FOX}\n\n{near}\n\n{same}", near=False)
    assert cleaned.text.rstrip() == f"{FOX}\n\n{near}"
    assert [merge.kind for merge in cleaned.merges] == ["exact"]
    assert dedup.clean(f"{FOX}\n\n{near}\n\n{same}", threshold=0.5).text.rstrip() == FOX
    with pytest.raises(SettingsError, match="near"):
        dedup.clean(FOX, near=1)
