"""Two levels in one pass: near-duplicate documents go as wholes, those that stay are cleaned block by block."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings

from dedup import Cleaned, Deduplicator, Document, Settings, clean_corpus
from dedup.settings import Scope
from tests import corpora
from tests.command import lines_of, make, succeed

A, B, C, D = (
    " ".join(letter + other for other in "abcdefghijklmnopqrstuvwxyz") + "."
    for letter in ("alpha", "beta", "gamma", "delta")
)
NEW = "One new sentence that nobody has written before."


def _cleaned(*texts: str, scope: Scope = "corpus") -> list[Cleaned]:
    documents = [Document(str(number), text) for number, text in enumerate(texts)]
    return list(clean_corpus(documents, unit="document,paragraph", scope=scope))


def test_documents_go_whole_and_the_others_by_paragraphs() -> None:
    """A near-duplicate goes with what is new in it, which is counted; a paragraph of another document goes alone."""
    page = "\n\n".join((A, B, C, D))
    first, near, other = _cleaned(page, f"{page} {NEW.split(maxsplit=1)[0]} more.", f"{NEW}\n\n{B}")
    assert first.text == page
    assert near.text == ""
    assert [(merge.canonical.document, merge.kind, merge.novel > 0) for merge in near.merges] == [("0", "near", True)]
    assert other.text == f"{NEW}\n"
    assert [merge.canonical.start for merge in other.merges] == [len(A) + 2]


def test_what_went_stands_for_nothing() -> None:
    """A document is compared with what is kept of others: not with text of theirs that went itself (R3)."""
    one, two = f"{A}\n\n{B}\n\n{C}", f"{A.replace('alphaf', 'x')}\n\n{B.replace('betah', 'y')}\n\n{D}"
    first, second, third = _cleaned(one, two, two.replace("deltad", "z"))
    assert first.text == one
    assert second.text == D  # its other paragraphs nearly repeat those of the first
    assert {merge.canonical.document for merge in third.merges[:2]} == {"0"}
    assert third.merges[-1].canonical.document == "1"


def test_a_document_that_is_what_another_was_cut_to_goes_whole() -> None:
    """What is left of a document stands for later ones, although it stood in pieces of it."""
    first, cut, later = _cleaned(B, f"{A}\n\n{B}\n\n{C}", f"{A}\n\n{C}")
    assert (first.text, cut.text) == (B, f"{A}\n\n{C}")
    assert later.text == ""
    assert [merge.similarity for merge in later.merges] == [1.0, 1.0]  # one for each piece
    assert {merge.canonical.document for merge in later.merges} == {"1"}
    assert later.blocks == 1


@settings(max_examples=100, deadline=None)
@given(documents=corpora.corpora(6))
def test_documents_that_repeat_none_are_cleaned_as_if_there_was_one_level(documents: list[Document]) -> None:
    """Without the documents that go whole, the smaller unit finds what it would find alone."""
    chosen = Settings(unit="document,paragraph", min_tokens=3, ngram=2)
    levels = list(clean_corpus(documents, chosen))
    staying = [cleaned for cleaned in levels if not cleaned.revisit and not cleaned.is_empty]
    alone = clean_corpus([documents[cleaned.record] for cleaned in staying], chosen.changed({"unit": "paragraph"}))
    assert [cleaned.text for cleaned in alone] == [cleaned.text for cleaned in staying]


def test_within_documents_only_the_smaller_unit_counts() -> None:
    """A document alone nearly repeats none, so that there is one level only."""
    page = f"{A}\n\n{A}"
    assert [cleaned.text.strip() for cleaned in _cleaned(page, page.upper(), scope="document")] == [A, A.upper()]


def test_levels_are_saved(tmp_path: Path) -> None:
    """A deduplicator of two levels goes on where it was."""
    with Deduplicator(unit="document,line") as first, Deduplicator(unit="document,line") as second:
        first.add(Document("a", f"{A}\n{B}"))
        first.save(tmp_path, 1)
        second.load(tmp_path, 1)
        for document in (Document("b", f"{A} {B}"), Document("c", f"{B}\n{NEW}")):
            assert second.add(document) == first.add(document)
        assert second.summary == first.summary


def test_levels_on_the_command_line(tmp_path: Path) -> None:
    """The header says which levels there were, and the run is restored like any other."""
    make(tmp_path, {"in/1.txt": f"{A}\n\n{B}\n\n{C}\n", "in/2.txt": f"{A} {B} {C}\n", "in/3.txt": f"{D}\n\n{B}\n"})
    succeed("clean", "in", "-o", "out", "--report", "r.jsonl", "--unit", "document,paragraph", folder=tmp_path)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1.txt", "3.txt"]
    assert (tmp_path / "out/3.txt").read_text() == f"{D}\n"
    header = lines_of(tmp_path / "r.jsonl", "header")[0]["settings"]
    assert (header["unit"], header["ngram"], header["wholes"]["ngram"]) == ("document,paragraph", 2, 5)
    succeed("restore", "out", "--report", "r.jsonl", "-o", "back", folder=tmp_path)
    for path in (tmp_path / "in").iterdir():
        assert (tmp_path / "back" / path.name).read_bytes() == path.read_bytes()
