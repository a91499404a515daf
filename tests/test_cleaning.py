"""Which white space goes with a cut, and how cleaned text turns back into the original."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dedup import Cleaned, Document, RestoreError, Span, clean, clean_corpus, restore, restore_corpus
from dedup.cleaning import cut, with_separators
from dedup.graphemes import is_cut_point, joins_words

# Narrower than 40 columns, so that lines are paragraphs and not wrapped prose.
P = "The cat sat on the warm red mat."
Q = "Pack my box with five dozen jugs."
R = "Sphinx of black quartz, judge my vow."


def _without(marked: str) -> str:
    """The text without what stands in brackets and the white space that goes with it."""
    text, cores, start = "", [], 0
    for character in marked:
        if character == "[":
            start = len(text)
        elif character == "]":
            cores.append(Span(start, len(text)))
        else:
            text += character
    return cut(text, with_separators(text, cores))


@pytest.mark.parametrize(
    ("marked", "left"),
    [
        ("one [two] three", "one three"),
        ("one  [two] three", "one  three"),
        ("one. [Two.]\nthree", "one.\nthree"),
        ("one\n[two] three", "one\nthree"),
        ("one\n[two]\nthree", "one\nthree"),
        ("one\r\n[two]\r\nthree", "one\r\nthree"),
        ("one\n\n[two]\n\nthree", "one\n\nthree"),
        ("one\n\n[two]\nthree", "one\n\nthree"),
        ("one\n[two]\n\nthree", "one\n\nthree"),
        ("one\u2028[two]\u2028three", "one\u2028three"),
        ("[one] two", "two"),
        ("[one]\n\ntwo", "two"),
        ("\n[one]\ntwo", "\ntwo"),
        ("one [two]", "one"),
        ("one\n[two]", "one\n"),
        ("one\r\n[two]", "one\r\n"),
        ("one\n[two]\n", "one\n"),
        ("one\n\n[two]\n", "one\n"),
        ("  [one]\n  two", "  two"),
        ("one\n    [two]\n  three", "one\n  three"),
        ("one\n\n    [two]\n\n  three", "one\n\n  three"),
        ("one [two] [three] four", "one four"),
        ("one\n[two]\n[three]\nfour", "one\nfour"),
        ("one [two][three] four", "one four"),
        ("one ([two]) three", "one () three"),
        ("[one]", ""),
        (" \n[one]\n", ""),
        ("[one] [two]", ""),
        ("甲[乙]丙", "甲丙"),
    ],
)
def test_the_stronger_separator_stays(marked: str, left: str) -> None:
    """A cut takes the weaker of the separators around it, whole lines with their indentation and line end."""
    assert _without(marked) == left


@pytest.mark.parametrize("marked", ["one [two]\n\n[three] four", "one [two]\n[three] four"])
def test_cuts_that_touch_join_no_paragraphs(marked: str) -> None:
    """The end of a paragraph between two cuts that touch stays, where text of both paragraphs stays."""
    assert "\n" in _without(marked)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"{P}\n\n{P}\n\n{Q}", f"{P}\n\n{Q}"),
        (f"{P}\n{P}\n{Q}\n", f"{P}\n{Q}\n"),
        (f"{P}\r\n{P}\r\n{Q}\r\n", f"{P}\r\n{Q}\r\n"),
        (f"{P}\n{Q}\n{P}", f"{P}\n{Q}\n"),
        (f"{P}\n\n{Q} {P}", f"{P}\n\n{Q}"),
        (f"{P}\n\n{P} {Q}", f"{P}\n\n{Q}"),
        (f"\n  {P}\n    {P}\n  {Q}\n", f"\n  {P}\n  {Q}\n"),
    ],
)
def test_cleaned_text_reads_as_written(text: str, cleaned: str) -> None:
    """What is left of a text keeps its own lines, paragraphs and line ends."""
    result = clean(text, threshold=0.4)
    assert result.text == cleaned
    assert restore(result) == text


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "!!! ... ???\n!!! ... ???", "Yes\nYes\nYes", "\u00ad\n\u00ad", "\ud800"]
)
def test_text_without_enough_tokens_is_left_alone(text: str) -> None:
    """Empty and short text, and text without tokens, comes out as it went in (R9)."""
    assert clean(text).text == text
    assert clean(text).merges == ()


@pytest.mark.parametrize(
    ("text", "position", "may"),
    [
        ("one two", 3, True),
        ("one two", 4, True),
        ("one two", 1, False),
        ("one,two", 3, True),
        ("a\r\nb", 2, False),
        ("a\r\nb", 1, True),
        ("e\u0301t", 1, False),
        ("one \u0301two", 4, False),
        ("甲乙", 1, True),
        ("甲a", 1, False),
        ("a甲", 1, False),
        ("3月", 1, False),
        ("ก\u0e34น", 2, True),
        ("e\u0301甲", 2, False),
        ("é甲", 1, False),
        ("one\u00adtwo", 4, False),
        ("甲\u00ad乙", 2, True),
        ("甲\u00ada", 2, False),
        ("´one", 1, True),
        ("\u00adone", 1, True),
        ("👩\u200d👧", 1, False),
        ("👩\u200d👧", 2, False),
        ("👍🏽", 1, False),
        ("🇩🇪", 1, False),
        ("", 0, True),
        ("one", 3, True),
    ],
)
def test_cuts_spare_words_line_ends_and_graphemes(text: str, position: int, may: bool) -> None:
    """A cut may fall between words, never inside one, a line end or a grapheme (R1)."""
    assert is_cut_point(text, position) is may


def test_joining_looks_at_the_characters_left_and_right() -> None:
    """A cut joins words if word characters would meet, not at the edges of the text.

    Characters of scripts written without spaces are each a word of their own, beside one another and nothing else.
    """
    assert joins_words("one-two", 3, 4)
    assert joins_words("one\u00ad-two", 4, 5)
    assert joins_words("e\u0301-\u00adtwo", 2, 3)
    assert joins_words("甲-two", 1, 2)
    assert joins_words("3-月", 1, 2)
    assert not joins_words("甲-乙", 1, 2)
    assert joins_words("甲-乙", 1, 2, unspaced=True)
    assert not joins_words("ก\u0e34-น", 2, 3)
    assert not joins_words("\u00ad-two", 1, 2)
    assert not joins_words("one-\u00ad", 3, 4)
    assert not joins_words("one-two", 0, 4)
    assert not joins_words("one two.", 3, 7)


def _two() -> list[Cleaned]:
    return list(clean_corpus([Document("a", f"{P}\n{Q}"), Document("b", f"{R}\n{P}\n{Q}")]))


def test_restore_needs_the_document_that_holds_the_copy() -> None:
    """A document merged into another cannot be restored on its own."""
    _, second = _two()
    with pytest.raises(RestoreError, match="restore_corpus"):
        restore(second)


def test_restore_corpus_misses_a_document() -> None:
    """A missing kept copy is named."""
    _, second = _two()
    with pytest.raises(RestoreError, match="missing") as error:
        restore_corpus([second])
    assert "'a'" in str(error.value)


def test_restore_corpus_gives_documents_back_in_order() -> None:
    """Restored documents have their ids, texts and fields, in the order of the cleaned ones."""
    documents = [Document("a", P, {"n": 1}), Document("b", P, {"n": 2}), Document("c", "")]
    cleaned = list(clean_corpus(documents))
    assert [result.text for result in cleaned] == [P, "", ""]
    assert [result.is_empty for result in cleaned] == [False, True, False]
    assert restore_corpus(cleaned) == documents
    assert restore_corpus(cleaned[::-1]) == documents[::-1]


def test_restore_notices_a_shorter_text() -> None:
    """A cleaned text that was shortened since does not pass for the one that was cleaned."""
    result = clean(f"{P}\n{Q}\n{P}\n{R}")
    assert restore(result) == f"{P}\n{Q}\n{P}\n{R}"
    with pytest.raises(RestoreError):
        restore(replace(result, text=result.text[:20]))


def test_restore_notices_that_the_kept_copy_was_cut() -> None:
    """A merge whose kept copy was itself cut is an error, not a guess."""
    result = clean(f"{P}\n{Q}\n{P}\n{R}")
    (merge,) = result.merges
    itself = replace(merge.canonical, start=merge.start, end=merge.end)
    broken = replace(merge, canonical=itself, restore=(merge.span,))
    with pytest.raises(RestoreError, match="was cut"):
        restore(replace(result, merges=(broken,)))


@pytest.mark.parametrize("changed", [("cat", "dog"), ("box", "boxes")])
def test_restore_notices_a_changed_text(changed: tuple[str, str]) -> None:
    """A cleaned text with a word changed since does not restore to a text that never was."""
    result = clean(f"{P}\n{Q}\n{P}\n{R}")
    with pytest.raises(RestoreError):
        restore(replace(result, text=result.text.replace(*changed)))


def test_a_revisit_can_be_restored_alone() -> None:
    """With scope="document" every document holds its own kept copies, a revisit too."""
    text = f"{P}\n{P}\n{Q}"
    _, second = clean_corpus([Document("a", text)] * 2, scope="document")
    assert restore(second) == text


def test_ids_may_repeat() -> None:
    """Documents that share an id are told apart by their place in the input."""
    documents = [Document("a", f"{P}\n{Q}"), Document("a", R), Document("b", R), Document("a", Q), Document("a", R)]
    cleaned = list(clean_corpus(documents))
    assert [result.text for result in cleaned] == [f"{P}\n{Q}", R, "", "", R]
    assert [result.revisit for result in cleaned] == [False, False, False, False, True]
    assert [merge.canonical.record for result in cleaned for merge in result.merges] == [1, None]
    assert [merge.record for result in cleaned for merge in result.merges] == [None, 3]
    assert restore_corpus(cleaned) == documents


def test_a_revisit_is_cleaned_alike() -> None:
    """The same id with the same text is no duplicate of itself: both keep the same text."""
    documents = [Document("a", f"{P}\n{P}\n{Q}")] * 2
    first, second = clean_corpus(documents)
    assert first.text == second.text == f"{P}\n{Q}"
    assert (first.revisit, second.revisit) == (False, True)
    assert restore_corpus([first, second]) == documents


def test_full_buckets_and_several_rounds_go_together() -> None:
    """Hundreds of blocks that share a band, in a document that takes more than one round, come out kept."""
    shared = " ".join(f"shared{i}" for i in range(40))
    paragraphs = [f"{shared} " + " ".join(f"own{n}x{i}" for i in range(8)) for n in range(200)]
    head = "Alpha beta gamma delta epsilon zeta eta theta iota kappa."
    text = "\n\n".join([f"{head} {paragraphs[0]}", head, *paragraphs, f"{head} Something new stays here at the end."])
    cleaned = clean(text)
    assert cleaned.merges
    assert all(paragraph in cleaned.text for paragraph in paragraphs[1:])
    assert restore(cleaned) == text
    assert clean(cleaned.text).text == cleaned.text
