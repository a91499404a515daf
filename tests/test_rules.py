"""Rules R1-R9 of the design, held to corpora that repeat themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
import regex
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis.strategies import integers

from dedup import Cleaned, Deduplicator, Document, Merge, Settings, Span, clean, clean_corpus, restore, restore_corpus
from dedup.blocks import split
from dedup.drafts import draft
from dedup.excerpts import Excerpt
from dedup.pairs import Pair
from dedup.settings import Novel
from dedup.shingles import tokenize
from tests.corpora import corpora, settings, texts

# Time says nothing about a rule; corpora are large on purpose.
_EFFORT = effort(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

_WITHOUT_SPACES = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]"
)
_WORD = regex.compile(r"[\p{L}\p{N}_]")
_PART_OF_WORD = regex.compile(r"[\p{M}\p{Default_Ignorable_Code_Point}]")


def _words(text: str) -> list[str]:
    return tokenize(text).words()


def _core(text: str, span: Span) -> Span:
    """A span without the white space at its ends."""
    inside = text[span.start : span.end]
    start = span.start + len(inside) - len(inside.lstrip())
    return Span(start, start + len(inside.strip()))


def _joins(before: str, after: str) -> bool:
    """Whether the last character that counts before and the first after would be one word."""
    last, first = _PART_OF_WORD.sub("", before)[-1:], _PART_OF_WORD.sub("", after)[:1]
    if not _WORD.match(last) or not _WORD.match(first):
        return False
    return not (_WITHOUT_SPACES.match(last) and _WITHOUT_SPACES.match(first))


def _graphemes(text: str) -> set[int]:
    """Where graphemes begin, and the end."""
    return {0, len(text)} | {found.start() for found in regex.finditer(r"\X", text)}


def _jaccard(a: Sequence[str], b: Sequence[str], ngram: int) -> float:
    sets = [
        {tuple(words[i : i + ngram]) for i in range(len(words) - ngram + 1)} or {tuple(words)} - {()}
        for words in (a, b)
    ]
    return len(sets[0] & sets[1]) / max(1, len(sets[0] | sets[1]))


def _homes(documents: Sequence[Document]) -> dict[tuple[str, int | None], int]:
    """How a place names a document > its position in the input."""
    homes: dict[tuple[str, int | None], int] = {}
    for number, document in enumerate(documents):
        key = (document.id, number) if (document.id, None) in homes else (document.id, None)
        homes[key] = number
    return homes


def _merges(documents: Sequence[Document], cleaned: Sequence[Cleaned]) -> list[tuple[int, Merge, int]]:
    """(document, merge, document of its kept copy) of all merges."""
    homes = _homes(documents)
    return [
        (number, merge, homes[merge.canonical.document, merge.canonical.record])
        for number, result in enumerate(cleaned)
        for merge in result.merges
    ]


def _outside(text: str, span: Span, holes: Sequence[Span]) -> list[str]:
    """The words of a span that no hole covers."""
    words: list[str] = []
    position = span.start
    for start, end in holes:
        words += _words(text[position:start])
        position = end
    return words + _words(text[position : span.end])


@_EFFORT
@given(corpora(), settings())
def test_cuts_fall_between_words_and_join_none(documents: list[Document], chosen: Settings) -> None:
    """Cuts lie in the text, in order and apart; none falls inside a grapheme or word, none joins two words (R1).

    Where two cuts touch, everything around goes: it is enough that one token ends there and another begins.
    """
    for document, cleaned in zip(documents, clean_corpus(documents, chosen), strict=True):
        text, cuts = document.text, [merge.span for merge in cleaned.merges]
        graphemes, tokens = _graphemes(text), tokenize(text)
        inside = {i for start, end in zip(tokens.starts, tokens.ends, strict=True) for i in range(start + 1, end)}
        touching = {start for start, _ in cuts} & {end for _, end in cuts}
        for start, end in cuts:
            assert 0 <= start < end <= len(text)
            for edge in (start, end):
                assert edge in graphemes
                assert edge not in inside
                assert edge in touching or not _joins(text[:edge], text[edge:])
        assert all(left.end <= right.start for left, right in pairwise(cuts))
        kept = "".join(text[a:b] for a, b in _kept(text, cuts))
        assert kept == cleaned.text
        at = 0
        for (_, _), (start, end) in pairwise([(0, 0), *_kept(text, cuts)]):
            assert not _joins(kept[:at], kept[at:]) or at == 0
            at += end - start


def _kept(text: str, cuts: Sequence[Span]) -> list[Span]:
    ends = [0, *(cut.end for cut in cuts)]
    starts = [*(cut.start for cut in cuts), len(text)]
    return [Span(start, end) for start, end in zip(ends, starts, strict=True) if start < end]


@_EFFORT
@given(corpora(), settings())
def test_similarity_is_exact(documents: list[Document], chosen: Settings) -> None:
    """A near merge states the exact Jaccard similarity of its two spans, an exact one has equal words (R2).

    It reaches the threshold, alone or with merges that no word divides it from.
    """
    cleaned = list(clean_corpus(documents, chosen))
    for number, merge, home in _merges(documents, cleaned):
        core = _core(documents[number].text, merge.span)
        a = _words(documents[number].text[slice(*core)])
        b = _words(documents[home].text[slice(*merge.canonical.span)])
        assert merge.similarity == _jaccard(a, b, chosen.shingle_length)
        text = documents[number].text
        before = [other for other in cleaned[number].merges if other.end <= merge.start]
        after = [other for other in cleaned[number].merges if other.start >= merge.end]
        between = [text[other.end : merge.start] for other in before] + [
            text[merge.end : other.start] for other in after
        ]
        assert merge.similarity >= chosen.threshold or not all(map(_words, between))
        assert (a == b) == (merge.kind == "exact")
        assert a


@_EFFORT
@given(corpora(), settings())
def test_every_kept_copy_is_kept(documents: list[Document], chosen: Settings) -> None:
    """A merge names kept text of its own document or an earlier one, and never itself (R3, R4)."""
    cleaned = list(clean_corpus(documents, chosen))
    for number, merge, home in _merges(documents, cleaned):
        assert home <= number
        assert home == number or chosen.scope == "corpus" or cleaned[number].revisit
        span = merge.canonical.span
        assert 0 <= span.start < span.end <= len(documents[home].text)
        assert not any(span.overlaps(other.span) for other in cleaned[home].merges)


@_EFFORT
@given(corpora(), settings())
def test_edits_say_all_that_is_new(documents: list[Document], chosen: Settings) -> None:
    """Outside its edits a merge has the words of the kept copy, in order; `novel` counts the words inside them (R5)."""
    cleaned = list(clean_corpus(documents, chosen))
    for number, merge, home in _merges(documents, cleaned):
        text, other = documents[number].text, documents[home].text
        core = _core(text, merge.span)
        edited = [edit.span for edit in merge.edits]
        instead = [edit.canonical for edit in merge.edits]
        assert [text[a:b] for a, b in edited] == [edit.text for edit in merge.edits]
        assert _outside(text, core, edited) == _outside(other, merge.canonical.span, instead)
        sizes = [
            (len(_words(text[a:b])), len(_words(other[c:d]))) for (a, b), (c, d) in zip(edited, instead, strict=True)
        ]
        assert merge.novel == sum(size for size, _ in sizes)
        assert all(sum(pair) for pair in sizes)
        if chosen.keeps_novel:
            assert all(max(pair) <= chosen.max_edit for pair in sizes)


@_EFFORT
@given(corpora(), settings())
def test_cleaning_is_reversible(documents: list[Document], chosen: Settings) -> None:
    """Cleaned documents and their merges give the originals back (R6)."""
    assert restore_corpus(clean_corpus(documents, chosen)) == documents


@_EFFORT
@given(texts(), settings())
def test_cleaning_one_text_is_reversible(text: str, chosen: Settings) -> None:
    """A cleaned text and its merges give the original back (R6)."""
    assert restore(clean(text, chosen)) == text


@_EFFORT
@given(corpora(), settings())
def test_books_balance(documents: list[Document], chosen: Settings) -> None:
    """The summary's characters, documents and merges are those that went in and came out (R7)."""
    with Deduplicator(chosen) as deduplicator:
        cleaned = [deduplicator.add(document) for document in documents]
        summary = deduplicator.summary
    assert summary.documents == len(documents)
    assert summary.characters == sum(len(document.text) for document in documents)
    assert summary.kept == sum(len(result.text) for result in cleaned)
    assert summary.characters == summary.kept + summary.removed
    assert summary.exact + summary.near == sum(len(result.merges) for result in cleaned)
    assert summary.emptied == sum(result.is_empty for result in cleaned)
    for document, result in zip(documents, cleaned, strict=True):
        assert len(document.text) == len(result.text) + result.removed


@_EFFORT
@given(corpora(), settings(), integers(6, 40))
def test_documents_of_short_blocks_are_left_alone(documents: list[Document], chosen: Settings, least: int) -> None:
    """A document whose blocks all have fewer than `min_tokens` tokens comes out as it went in (R9)."""
    chosen = chosen.changed({"min_tokens": least, "min_span": 0})
    for document, cleaned in zip(documents, clean_corpus(documents, chosen), strict=True):
        blocks = [document.text[start:end] for start, end in split(document.text, chosen.of_blocks)]
        if chosen.of_wholes is not None:
            blocks.append(document.text)
        if all(len(_words(block)) < least for block in blocks):
            assert cleaned.text == document.text


@_EFFORT
@given(corpora(), settings())
def test_documents_alone_are_cleaned_alone(documents: list[Document], chosen: Settings) -> None:
    """With scope="document" each document is cleaned as if it were the only one."""
    chosen = chosen.changed({"scope": "document"})
    for document, cleaned in zip(documents, clean_corpus(documents, chosen), strict=True):
        alone = clean(document.text, chosen)
        assert cleaned.text == alone.text
        assert [merge.span for merge in cleaned.merges] == [merge.span for merge in alone.merges]


@_EFFORT
@given(corpora(), settings())
def test_cleaning_is_idempotent(documents: list[Document], chosen: Settings) -> None:
    """Cleaning a cleaned corpus, documents left without text taken out, changes nothing."""
    once = [result for result in clean_corpus(documents, chosen) if not result.is_empty]
    again = clean_corpus([Document(result.id, result.text) for result in once], chosen)
    assert [result.text for result in again] == [result.text for result in once]


def test_a_text_that_is_no_string_is_a_type_error() -> None:
    """Bytes, or nothing, where a text is due raise TypeError with the document's id."""
    with pytest.raises(TypeError, match="'a' is bytes"):
        Deduplicator().add(Document("a", b"text"))  # type: ignore[arg-type]  # on purpose


def _twice(texts_in: Sequence[str], chosen: Settings) -> tuple[list[str], list[str]]:
    """Texts cleaned, those left without text taken out, and the same cleaned again."""
    documents = [Document(str(number), text) for number, text in enumerate(texts_in)]
    once = [result for result in clean_corpus(documents, chosen) if not result.is_empty]
    again = clean_corpus([Document(result.id, result.text) for result in once], chosen)
    return [result.text for result in once], [result.text for result in again]


def test_a_block_that_grows_by_unwrapping_is_compared_again() -> None:
    """When the widest line of a wrapped run goes, the paragraph its other lines now make is merged in the same run."""
    line = "alpha beta gamma delta epsilon zeta eta theta"
    rest = "iota kappa lambda mu nu"
    once, again = _twice([f"{line} {rest}", f"{line}\n{rest}\n{line.replace(' ', ' -- ')}"], Settings(min_tokens=2))
    assert once == again


def test_what_is_left_around_a_cut_is_compared_as_one_block() -> None:
    """The two ends of a block whose middle went are compared as the block that they make in the cleaned text."""
    middle = "Mm nn oo pp qq rr ss tt uu vv ww xx."
    texts_in = [f"{middle}\n\nAa bb cc dd. Ee ff gg hh.", f"Aa bb cc dd. {middle} Ee ff XX hh."]
    once, again = _twice(texts_in, Settings(threshold=0.5, ngram=2, min_tokens=5, max_edit=2))
    assert once == again


@pytest.mark.parametrize("after", [" \u0301Something", "\u0301 Something", "\ufe0f Something", "\u20e3 Something"])
def test_whole_sentences_go_with_their_graphemes(after: str) -> None:
    """A cut of a whole sentence ends where a grapheme does, whatever mark follows it (R1)."""
    sentence = "The cat sat on the mat today!"
    text = f"{sentence} {sentence}{after} quite different stays here."
    for merge in clean(text, unit="sentence", min_tokens=3).merges:
        assert {merge.start, merge.end} <= _graphemes(text)


@pytest.mark.parametrize("shared", ["\ufdfa", "\u3300", "\u2474", "\u32c0"])
def test_nothing_is_cut_inside_a_character_that_folds_to_several_words(shared: str) -> None:
    """Where one character holds the last word that stays and the first that could go, it stays whole (R1, R5)."""
    first, *_, last = tokenize(shared).words() * 2
    tail = " ".join(f"word{i}" for i in range(80)) + "."
    for copy in (f"{last} {tail}", f"{tail} {first}"):
        opening = "Quite another opening stands here"
        text = f"{copy}\n{opening} {shared} {tail} {shared} and another end."
        cleaned = clean(text)
        assert shared in cleaned.text or not cleaned.merges
        assert restore(cleaned) == text
        for merge in cleaned.merges:
            assert (
                merge.kind == "near"
                or tokenize(text[merge.start : merge.end]).words()
                == tokenize(text[merge.canonical.start : merge.canonical.end]).words()
            )


_SEVERAL = "\ufdfa ⑴ the first of several words in one letter ㌀"
_BEFORE_THEM = f"The cat sat on the mat. {_SEVERAL}"


@pytest.mark.parametrize(
    ("text", "min_span"),
    [
        (f"der cat sat on the mat. {_SEVERAL}\nder{_SEVERAL}\n\n{_BEFORE_THEM}\n\n{_BEFORE_THEM}", 0),
        (f"{_BEFORE_THEM} {_BEFORE_THEM}\nder{_SEVERAL}\n\nder {_SEVERAL}\n\n{_BEFORE_THEM}", 3),
    ],
)
def test_edits_and_parts_hold_whole_characters(text: str, min_span: int) -> None:
    """A character that folds to several words of which only some stand opposite is edited, and goes in one part."""
    cleaned = clean(text, novel="drop", threshold=0.5, ngram=1, min_tokens=2, max_edit=0, protect=(), min_span=min_span)
    assert restore(cleaned) == text
    assert "\ufdfa" in [edit.text[-1:] for merge in cleaned.merges for edit in merge.edits]
    for merge in cleaned.merges:
        words = sum(len(_words(edit.text)) for edit in merge.edits)
        assert merge.novel == words
        a, b = (_words(text[slice(*span)]) for span in (_core(text, merge.span), merge.canonical.span))
        assert merge.similarity == _jaccard(a, b, 1)


@pytest.mark.parametrize(("novel", "max_edit", "parts"), [("drop", 0, 2), ("keep", 0, 0), ("keep", 4, 2)])
def test_a_character_opposite_of_two_pieces_stays_whole(novel: Novel, max_edit: int, parts: int) -> None:
    """Where the words of one character stand in two pieces of a kept copy, it is an edit of one of them, or stays."""
    first, second = " ".join(_words("\ufdfa")[:2]), " ".join(_words("\ufdfa")[2:])
    kept = f"one two three {first} this is gone {second} four five six"
    copy = Excerpt.whole(kept).without([Span(kept.index("this"), kept.index(second))])
    block = Excerpt.whole("one two three \ufdfa four five six")
    chosen = Settings(novel=novel, max_edit=max_edit, ngram=1, threshold=0.5, min_tokens=2)
    pair = Pair(block, tokenize(block.text), copy, chosen)
    drafts = [draft(pair, part) for group in pair.segments() for part in group]
    assert len(drafts) == parts
    assert "".join(block.text[slice(*made.core)] for made in drafts).replace(" ", "") in (
        "",
        "onetwothree\ufdfafourfivesix",
    )
    assert [edit.text for made in drafts for edit in made.edits] == ["\ufdfa", ""][:parts]


def test_what_was_taken_back_is_gone_through_again() -> None:
    """A run that had to find another copy is looked at once more, in the block that it is in again."""
    greeting = "Hallo 👩\u200d👩\u200d👧 und 🇩🇪🇫🇷!"
    first = f"{greeting} der der Über -\n\n{greeting} der der der -\n\n{greeting} der der der -"
    second = (
        f"{greeting} der der der -  der der der - {greeting} der der der -  "
        f"{greeting.replace('Hallo', 'Über')} der der der -  {greeting} der der der -"
    )
    chosen = Settings(cut="word", threshold=0.5, ngram=1, min_tokens=4, max_edit=2, protect=(), min_span=8)
    once = [Document(one.id, one.text) for one in clean_corpus([Document("0", first), Document("1", second)], chosen)]
    assert [one.text for one in clean_corpus(once, chosen)] == [one.text for one in once]
