"""Runs of tokens inside of blocks: found wherever paragraphs begin and end, cut where a reader would cut."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Cleaned, Document, Span, _kernels, restore_corpus
from dedup.blocks import sentence_starts
from dedup.shingles import tokenize
from tests.kernels import IMPLEMENTATIONS
from tests.test_seeds import ARTICLE, ORIGINAL, SEEDS, TITLE, TRIPLED, read

SENTENCES = [
    ARTICLE[start:end].strip()
    for starts in [sentence_starts(ARTICLE, "de")]
    for start, end in zip(starts, [*starts[1:], len(ARTICLE)], strict=True)
]
LONG_SENTENCES = [sentence for sentence in SENTENCES if len(tokenize(sentence)) >= 16]
OTHERS = [read(path) for path in SEEDS if path != TRIPLED]


def spans(cleaned: Cleaned) -> list[tuple[Span, Span]]:
    """What went, and what stands for it."""
    return [(merge.span, merge.canonical.span) for merge in cleaned.merges]


@pytest.mark.parametrize("space", [" ", "  ", "\t", "\u00a0", "\u2003 "])
@pytest.mark.parametrize("min_span", [8, 32, 200])
def test_the_tripled_article_on_one_line_comes_out_once(space: str, min_span: int) -> None:
    """A T A T A becomes A T, whatever white space is left between the two."""
    flat = re.sub(r"\s+", space, ORIGINAL.strip())
    article, title = (re.sub(r"\s+", space, text) for text in (ARTICLE, TITLE))
    cleaned = dedup.clean(flat, min_span=min_span)
    assert cleaned.text == f"{article}{space}{title}"
    assert [flat[merge.start : merge.end].strip() for merge in cleaned.merges] == [cleaned.text, article]
    assert [canonical for _, canonical in spans(cleaned)] == [Span(0, len(cleaned.text)), Span(0, len(article))]
    assert dedup.restore(cleaned) == flat


def scattered(texts: Sequence[str], sentences: Sequence[str], generator: random.Random) -> list[list[str]]:
    """Texts as lists of their sentences, with others put between them, each into one text."""
    parts = []
    for text in texts:
        starts = sentence_starts(text, "de")
        parts.append([text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)])
    for sentence in sentences:
        into = generator.choice(parts)
        place = generator.choice([i for i in range(1, len(into)) if into[i - 1].endswith(" ")])
        into.insert(place, f"{sentence} ")
    return parts


@pytest.mark.parametrize("seed", range(6))
def test_sentences_scattered_into_other_texts_are_found(seed: int) -> None:
    """After the article itself, each of its sentences goes from wherever it was put, and nothing else does."""
    generator = random.Random(seed)
    chosen = generator.sample(LONG_SENTENCES, 8)
    texts = ["".join(parts) for parts in scattered(OTHERS, chosen, generator)]
    documents = [Document("article", ARTICLE), *(Document(str(n), text) for n, text in enumerate(texts))]
    cleaned = list(dedup.clean_corpus(documents, min_span=16, language="de"))
    removed = [
        one.text[m.start : m.end].strip() for one, new in zip(documents, cleaned, strict=True) for m in new.merges
    ]
    assert sorted(removed) == sorted(chosen)
    assert [new.text for new in cleaned] == [ARTICLE, *OTHERS]
    for new in cleaned[1:]:
        for merge in new.merges:
            assert ARTICLE[merge.canonical.start : merge.canonical.end] in chosen
            assert (merge.canonical.document, merge.kind, merge.found_by) == ("article", "exact", "fingerprints")
    assert [one.text for one in restore_corpus(cleaned)] == [one.text for one in documents]


WORDS = [f"w{n}" for n in range(400)]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), min_span=st.integers(2, 20), ends=st.sampled_from([" ", "\n", "\n\n", ". "]))
def test_every_planted_run_goes(data: st.DataObject, min_span: int, ends: str) -> None:
    """Wherever a run of at least `min_span` tokens of one document stands in another, it goes; nothing else does."""
    generator = random.Random(data.draw(st.integers(0, 2**32)))
    source = [f"s{n}" for n in range(300)]
    own = [f"o{n}" for n in range(200)]
    planted: list[str] = []
    left: list[str] = []
    for _ in range(data.draw(st.integers(1, 5))):
        length = generator.randrange(min_span, min_span + 20)
        start = generator.randrange(len(source) - length)
        filler = [own.pop() for _ in range(generator.randrange(1, 9))]
        planted += [*filler, *source[start : start + length]]
        left += filler
    planted.append("end")
    left.append("end")

    def text_of(words: Sequence[str]) -> str:
        return "".join(word + (ends if generator.random() < 0.1 else " ") for word in words).strip()

    documents = [Document("source", text_of(source)), Document("planted", text_of(planted))]
    cleaned = list(dedup.clean_corpus(documents, min_span=min_span, cut="word", max_edit=0, min_tokens=1))
    assert cleaned[0].text == documents[0].text
    assert tokenize(cleaned[1].text).words() == left
    assert [one.text for one in restore_corpus(cleaned)] == [one.text for one in documents]


def test_a_run_that_ends_inside_a_sentence_goes_as_far_as_its_sentences() -> None:
    """Whole sentences stay or go; with `cut="word"` the run goes as it is."""
    kept = (
        "Before it all stands this. One two three four five six seven. Eight nine ten eleven twelve thirteen. The end."
    )
    text = "New here. One two three four five six seven. Eight nine ten and something else that is said nowhere."
    documents = [Document("kept", kept), Document("text", text)]
    by_sentence, by_word = (list(dedup.clean_corpus(documents, min_span=8, cut=cut))[1] for cut in ("sentence", "word"))
    assert by_sentence.text == "New here. Eight nine ten and something else that is said nowhere."
    assert by_word.text == "New here. and something else that is said nowhere."


_HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 400)]


@pytest.mark.parametrize("kernels", IMPLEMENTATIONS)
@pytest.mark.parametrize(
    ("before", "after", "goes"),
    [("", "", True), ("ก", "ま", True), ("one ", " two", True), ("", "one", False), ("3", "", False)],
)
def test_a_run_between_characters_that_are_words_is_cut(
    kernels: ModuleType, before: str, after: str, goes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `cut="word"` a run inside Han text goes: nothing is joined. Beside letters one character stays."""
    monkeypatch.setattr(_kernels, "chosen", lambda: kernels)
    shuffled = random.Random(1).sample(_HAN, len(_HAN))
    kept, front, back = "".join(shuffled[:80]), "".join(shuffled[80:100]), "".join(shuffled[100:120])
    run = kept[10:70]
    text = f"{front}{before}{run}{after}{back}"
    cleaned = list(dedup.clean_corpus([Document("kept", kept), Document("text", text)], min_span=16, cut="word"))
    assert [one.text for one in restore_corpus(cleaned)] == [kept, text]
    (merge,) = cleaned[1].merges
    start, end = text.index(run), text.index(run) + len(run)
    if goes:
        assert text[merge.start : merge.end].strip() == run
        assert kept[merge.canonical.start : merge.canonical.end] == run
    else:
        assert (merge.start, merge.end) == (start + bool(before), end - bool(after))


def test_runs_are_joined_over_small_edits() -> None:
    """Two runs with a changed word between them are one merge, with the word as its edit."""
    words = ["".join(letters) for letters in itertools.product("abcd", repeat=3)][:60]
    kept = f"It begins otherwise. {' '.join(words)}. It goes on."
    changed = [*words]
    changed[30] = "other"
    text = f"A new beginning, said nowhere. {' '.join(changed).capitalize()}. And a new end of it all."
    cleaned = list(dedup.clean_corpus([Document("kept", kept), Document("text", text)], min_span=20))[1]
    assert cleaned.text == "A new beginning, said nowhere. And a new end of it all."
    (merge,) = cleaned.merges
    assert (merge.kind, [edit.text for edit in merge.edits], merge.novel) == ("near", ["other"], 1)


def test_runs_are_not_joined_over_what_goes_anyway() -> None:
    """Few tokens that go already are no edit between two runs: nothing goes twice."""
    text = "alpha32 x1 北京37 ⑴,\nÜber alpha32 x1 x1 北京37 ⑴, Über "
    chosen = dedup.Settings(threshold=0.7, ngram=1, min_tokens=3, min_span=5, max_edit=4, cut="word")
    with dedup.Deduplicator(chosen) as deduplicator:
        cleaned = deduplicator.add(Document("a", text))
    assert cleaned.merges
    assert dedup.restore(cleaned) == text


def test_a_merge_takes_nothing_that_only_the_kept_copy_has_at_its_end() -> None:
    """Two runs with a word between them in the kept copy only: where the first goes alone, the word is not named."""
    sentence = "One two three four five six seven."
    more = "eight nine ten eleven twelve thirteen fourteen"
    kept = f"It begins like this. {sentence} Extra {more} as was said by them."
    text = f"A new beginning, said nowhere. {sentence} {more.capitalize()} and then it differs from all of that."
    documents = [Document("kept", kept), Document("text", text)]
    cleaned = list(dedup.clean_corpus(documents, min_span=6, novel="drop"))[1]
    (merge,) = cleaned.merges
    assert (merge.kind, text[merge.start : merge.end].strip()) == ("exact", sentence)
    assert kept[merge.canonical.start : merge.canonical.end] == sentence


def test_what_falls_to_the_cap_is_counted() -> None:
    """The summary says how many places of fingerprints were not remembered."""
    line = "one two three four five six seven eight nine ten"
    for limit, is_capped in ((100, False), (2, True)):
        with dedup.Deduplicator(min_span=5, bucket_limit=limit) as deduplicator:
            for n in range(6):  # inside of a sentence, so that all of them stay
                text = f"own{n} {line} {n}x{n} and more {n}{n}{n} of it all own words {n}"
                assert not deduplicator.add(Document(str(n), text)).merges
            assert (deduplicator.summary.capped_fingerprints > 0) == is_capped


def test_a_sentence_is_not_cut_where_only_the_kept_copy_has_a_paragraph() -> None:
    """Where a kept paragraph begins a cut may begin inside a sentence only if all of that paragraph stands there."""
    rest = "except in compliance with the licence that came with it and with every law of the land they live in."
    kept = f"Nobody may use this file\n\n{rest} There is more of it."
    text = f"You may not use this file {rest} It also has an end of its own."
    documents = [Document("kept", kept), Document("text", text)]
    assert list(dedup.clean_corpus(documents, min_span=16))[1].text == text
    whole = [Document("kept", f"Nobody may use this file\n\n{rest}"), documents[1]]
    left = list(dedup.clean_corpus(whole, min_span=16))[1].text
    assert left == "You may not use this file It also has an end of its own."


def test_the_number_of_an_item_stays_with_it() -> None:
    """Neither does a run take along the number of an item that stays, nor does an item go without its number."""
    first = "These clauses survive the termination of this agreement for any reason whatsoever and for ever."
    second = "Governing law is the law of the land in which the licensor lives when the agreement is made by both."
    kept = f"It begins so. {first} 9. Notices are to be sent by post. 7. {second} It ends so."
    text = f"Another beginning of it. {first} 9. Nobody said this before. 8. {second} And another end of it all."
    cleaned = list(dedup.clean_corpus([Document("kept", kept), Document("text", text)], min_span=12))[1]
    assert cleaned.text == text.replace(f"{first} ", "")


def test_a_short_version_goes_where_it_stands_in_a_long_one() -> None:
    """A paragraph that is one sentence of a longer kept one goes, though their Jaccard similarity is low."""
    teaser = "The council has voted to close the old bridge for two years."
    article = f"It was a long night in the town hall. {teaser} Nobody knows yet who is going to pay for the new one."
    cleaned = list(dedup.clean_corpus([Document("article", article), Document("page", f"{teaser}\n\nMore news here.")]))
    assert cleaned[1].text == "More news here."
    (merge,) = cleaned[1].merges
    assert article[merge.canonical.start : merge.canonical.end] == teaser
    assert (merge.kind, merge.containment) == ("exact", 1.0)


def test_a_heading_stays_with_its_text() -> None:
    """What is too short to be compared goes only between things that go, even where a long run takes it along."""
    words = " ".join(f"w{i}" for i in range(50))
    kept = f"{words.capitalize()}.\n\nOther terms\n\nThese were the terms of last year, all of them."
    text = f"{words.capitalize()}.\n\nOther terms\n\nNobody has ever said before what is said here."
    cleaned = list(dedup.clean_corpus([Document("kept", kept), Document("text", text)]))[1]
    assert cleaned.text == "Other terms\n\nNobody has ever said before what is said here."
