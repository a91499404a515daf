"""The type case: an article three times in one page, and everything that may happen to its copies."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

import dedup
from dedup import Cleaned, Document, Span
from dedup.shingles import tokenize

SEEDS = sorted((Path(__file__).parent.parent / "examples").glob("*.txt"))
TRIPLED = next(path for path in SEEDS if path.name.startswith("002"))


def read(path: Path) -> str:
    """A file's text with its line ends as they are."""
    return path.read_bytes().decode("utf-8")


ORIGINAL = read(TRIPLED)
ARTICLE, TITLE, COPY, GLUED = ORIGINAL.split("\n")
WORDS = ARTICLE.split(" ")


def words(text: str) -> list[str]:
    """The tokens of a text, folded."""
    return tokenize(text).words()


def spans(cleaned: Cleaned) -> list[tuple[str, Span, Span]]:
    """What went and what stands for it, by their characters without white space around."""
    return [(merge.kind, merge.span, merge.canonical.span) for merge in cleaned.merges]


def test_the_tripled_article_comes_out_once() -> None:
    """Of A, T, A, "T A" the text keeps A and T, and three exact merges say where the copies stood."""
    cleaned = dedup.clean(ORIGINAL)
    assert (len(ARTICLE), len(TITLE)) == (4864, 53)
    assert cleaned.text == f"{ARTICLE}\n{TITLE}\n"
    assert spans(cleaned) == [
        ("exact", Span(4919, 9784), Span(0, 4864)),
        ("exact", Span(9784, 9838), Span(4865, 4918)),
        ("exact", Span(9838, 14702), Span(0, 4864)),
    ]
    assert [ORIGINAL[m.start : m.end].strip() for m in cleaned.merges] == [COPY, TITLE, ARTICLE]


@pytest.mark.parametrize("path", [path for path in SEEDS if path != TRIPLED], ids=lambda path: path.name[:3])
def test_texts_without_repeats_come_out_as_they_are(path: Path) -> None:
    """The other seeds hold nothing to merge."""
    assert dedup.clean(read(path)).text == read(path)


def test_the_order_of_documents_changes_nothing() -> None:
    """In every order the five seeds come out as each does alone."""
    alone = {path.name: dedup.clean(read(path)).text for path in SEEDS}
    for order in itertools.permutations(SEEDS):
        cleaned = dedup.clean_corpus(Document(path.name, read(path)) for path in order)
        assert {one.id: one.text for one in cleaned} == alone


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def soft_hyphens(text: str) -> str:
    return text.replace("en", "e\u00adn")


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def other_quotes(text: str) -> str:
    return text.replace("„", "«").replace("“", "»").replace("–", "-")


CHANGES: dict[str, Callable[[str], str]] = {
    "nothing": lambda text: text,
    "NFD": decomposed,
    "upper case": str.upper,
    "soft hyphens": soft_hyphens,
    "zero-width": lambda text: text.replace("e", "e\u200b"),
    "non-breaking spaces": lambda text: text.replace(" ", "\u00a0"),
    "double spaces": lambda text: text.replace(" ", "  "),
    "quotation marks": other_quotes,
    "full-width": full_width,
    "trailing spaces": lambda text: text + "   ",
}
LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r", "LS": "\u2028", "blank line": "\n\n", "form feed": "\n\f\n"}


@pytest.mark.parametrize("final", [True, False], ids=["final line end", "no final line end"])
@pytest.mark.parametrize("line_end", LINE_ENDS.values(), ids=LINE_ENDS)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_copies_in_another_spelling_are_exact(change: Callable[[str], str], line_end: str, final: bool) -> None:
    """However the copies are spelt, encoded or separated, A and T stay once and three exact merges are reported."""
    lines = [ARTICLE, TITLE, change(COPY), f"{change(TITLE)} {change(ARTICLE)}"]
    text = line_end.join(lines) + line_end * final
    cleaned = dedup.clean(text)
    assert cleaned.text == f"{ARTICLE}{line_end}{TITLE}{line_end[: 2 if line_end == LINE_ENDS['CRLF'] else 1]}"
    title_start = len(ARTICLE) + len(line_end)
    places = [(merge.kind, merge.canonical.span) for merge in cleaned.merges]
    article, title = Span(0, len(ARTICLE)), Span(title_start, title_start + len(TITLE))
    assert places == [("exact", article), ("exact", title), ("exact", article)]
    cut = [text[merge.start : merge.end].strip() for merge in cleaned.merges]
    assert cut == [change(COPY).strip(), change(TITLE).strip(), change(ARTICLE).strip()]
    assert dedup.restore(cleaned) == text


def test_changed_words_make_a_near_copy_with_its_edits_in_the_report() -> None:
    """With every 50th word of the third copy changed it is one near merge, and the report holds each changed word."""
    places = range(49, len(WORDS), 50)
    replaced = {i: next(word for word in WORDS[i:] if word.isalpha()) for i in places}
    changed = [f"{replaced[i]}xyz" if i in replaced else word for i, word in enumerate(WORDS)]
    text = f"{ARTICLE}\n{TITLE}\n{COPY}\n{TITLE} {' '.join(changed)}"
    cleaned = dedup.clean(text)
    assert cleaned.text == f"{ARTICLE}\n{TITLE}\n"
    assert [merge.kind for merge in cleaned.merges] == ["exact", "exact", "near"]
    near = cleaned.merges[-1]
    assert near.canonical.span == Span(0, len(ARTICLE))
    assert text[near.start : near.end] == " ".join(changed)
    said = [text[edit.span.start : edit.span.end] for edit in near.edits]
    instead = [text[edit.canonical.start : edit.canonical.end] for edit in near.edits]
    assert said == [edit.text for edit in near.edits]
    assert said == [f"{word}xyz" for word in replaced.values()]
    assert [words(old) for old in instead] == [words(WORDS[i]) for i in places]
    assert 0.8 <= near.similarity < 1
    assert dedup.restore(cleaned) == text


ENDS = [match.end() for match in re.finditer(r"[a-z]\. (?=[A-Z])", ARTICLE)]
ADDED = [
    "Die Bundesbank warnte dagegen in ihrem jüngsten Bericht vor einer Blase.",
    "Im Januar hatte das noch anders geklungen.",
    "Das ist neu.",
]


@pytest.mark.parametrize("added", ADDED)
@pytest.mark.parametrize("place", ENDS)
def test_a_new_sentence_in_a_copy_stays_whole(place: int, added: str) -> None:
    """A sentence that only the third copy holds stays, wherever it stands, and everything around it goes."""
    text = f"{ARTICLE}\n{TITLE}\n{COPY}\n{TITLE} {ARTICLE[:place]}{added} {ARTICLE[place:]}"
    cleaned = dedup.clean(text)
    assert cleaned.text == f"{ARTICLE}\n{TITLE}\n{added}"
    assert [merge.kind for merge in cleaned.merges] == ["exact"] * 4
    assert dedup.restore(cleaned) == text


@pytest.mark.parametrize("unit", ["paragraph", "line", "sentence", "document"])
def test_cleaning_twice_is_cleaning_once(unit: str) -> None:
    """What comes out clean goes in and comes out the same, at every unit."""
    once = dedup.clean(ORIGINAL, unit=unit)
    assert dedup.clean(once.text, unit=unit).text == once.text
    assert dedup.restore(once) == ORIGINAL
