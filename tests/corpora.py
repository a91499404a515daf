"""Hypothesis strategies for documents that repeat themselves and each other, and for the settings to clean them by."""

from __future__ import annotations

import random
import textwrap
import unicodedata
from typing import get_args

from hypothesis import strategies as st

from dedup import Document, Settings
from dedup.settings import Cut, Novel, Scope, Unit

WORDS = ("der", "Bär", "fährt", "Über", "straße", "the", "cat", "42", "3.5", "No", "x1", "co-op", "e\u0301t\u00e9")
UNSPACED = ("我", "们", "今", "天", "北", "京", "กิ", "น", "3", "TV", "\ufdfa", "\u00ad", "㌀")

SENTENCES = (
    "The cat sat on the mat.",
    "The cat sat on the red mat today.",
    "Der Bär fährt über die Straße.",
    "„Grüß Gott!“, sagte er zu ihr.",
    "It cost 1,299.50 in 2024.",
    "Dr. Smith said: “No, never.”",
    "我们今天去北京吃饭。",
    "ฉันกินข้าวที่บ้าน",
    "Yes",
    "Hallo 👩‍👩‍👧 und 🇩🇪🇫🇷!",
    "one two three four five six",
    "Is it true?",
    "\u0301Marked from the start, it goes on.",
    "\ufdfa ⑴ the first of several words in one letter ㌀",
    "A long sentence, with commas, goes on and on for quite a while until it ends.",
)

TITLES = ("Yes", "The news of today", "Über uns und alle anderen", "北京", "1.")
GLUE = ("\n\n", "\n", " ", "\r\n", "\r\n\r\n", "", "\u2028", "\n \n", "\n    ", "  ", "\u2029", "\t")
EDGES = ("", "", "", "\n", "  ", "\n\n", "\r\n", "\t", "\n  ")


def _words() -> st.SearchStrategy[str]:
    spaced = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
    return spaced | st.lists(st.sampled_from(UNSPACED), min_size=1, max_size=16).map("".join)


def _sentences() -> st.SearchStrategy[str]:
    return st.sampled_from(SENTENCES) | st.builds("{}{}".format, _words(), st.sampled_from((".", "!", "", " -")))


@st.composite
def _varied(draw: st.DrawFn, paragraph: list[str], pool: list[str]) -> str:
    """The paragraph again, as it is or as a crawl meets it."""
    sentences = list(paragraph)
    kind = draw(st.sampled_from(("same", "same", "word", "word", "more", "less", "title", "case", "nfd", "hyphen")))
    place = draw(st.integers(0, len(sentences) - 1))
    if kind == "word":
        words = sentences[place].split(" ")
        words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from((*WORDS, "")))
        sentences[place] = " ".join(words)
    elif kind == "more":
        sentences.insert(place, draw(st.sampled_from(pool)))
    elif kind == "less":
        del sentences[place]
    text = draw(st.sampled_from((" ", " ", " ", "  ", ""))).join(sentences)
    if kind == "title":
        text = draw(st.sampled_from(TITLES)) + draw(st.sampled_from((" ", "", ": ", "\n"))) + text
    elif kind == "case":
        text = text.upper()
    elif kind == "nfd":
        text = unicodedata.normalize("NFD", text)
    elif kind == "hyphen":
        text = text[: len(text) // 2] + "\u00ad" + text[len(text) // 2 :]
    return text


@st.composite
def _texts(draw: st.DrawFn, paragraphs: list[list[str]], pool: list[str]) -> str:
    glue = draw(st.sampled_from(GLUE))
    parts = [draw(st.sampled_from(EDGES))]
    for number in range(draw(st.integers(0, 5))):
        if number:
            parts.append(glue if draw(st.integers(0, 3)) else draw(st.sampled_from(GLUE)))
        parts.append(draw(_varied(draw(st.sampled_from(paragraphs)), pool)))
    parts.append(draw(st.sampled_from(EDGES)))
    if draw(st.integers(0, 5)):
        return "".join(parts)
    return "".join("\n".join(textwrap.wrap(part, 60)) if part.strip() else part for part in parts)


@st.composite
def corpora(draw: st.DrawFn, most: int = 5) -> list[Document]:
    """One to `most` documents made of a few paragraphs; an id is sometimes repeated, with or without its text."""
    pool = draw(st.lists(_sentences(), min_size=1, max_size=5))
    paragraphs = draw(st.lists(st.lists(st.sampled_from(pool), min_size=1, max_size=4), min_size=1, max_size=3))
    documents: list[Document] = []
    for number in range(draw(st.integers(1, most))):
        text = draw(_texts(paragraphs, pool))
        again = draw(st.integers(0, 9)) if documents else 9
        if again <= 1:
            first = draw(st.sampled_from(documents))
            documents.append(Document(first.id, text if again else first.text))
        else:
            documents.append(Document(str(number), text))
    return documents


def interleaved() -> st.SearchStrategy[list[Document]]:
    """Documents that leave out passages of one text: what is left of one when others go is put together from pieces.

    Hypothesis likes its choices small and alike, which hardly ever makes such texts: these are drawn evenly.
    """
    return st.integers(0, 2**32).map(lambda seed: _interleaved(random.Random(seed)))


def _interleaved(chance: random.Random) -> list[Document]:
    passages = [_passage(chance) for _ in range(chance.randint(4, 8))]
    documents = []
    for number in range(chance.randint(3, 6)):
        share, glue = chance.choice((0.4, 0.6, 0.8)), chance.choice((" ", " ", "\n", "", "\n\n"))
        chosen = [passage for passage in passages if chance.random() < share]
        if chance.random() < 0.3:
            chance.shuffle(chosen)
        if chance.random() < 0.3:
            chosen += [passage for passage in passages if chance.random() < 0.5]
        text = "".join(_edited(chance, passage) + (glue if chance.random() < 0.8 else "\n") for passage in chosen)
        documents.append(Document(str(number), text))
    return documents


def _passage(chance: random.Random) -> str:
    words = [chance.choice((*WORDS, *UNSPACED)) for _ in range(chance.choice((1, 2, 3, 4, 6, 9, 14)))]
    numbered = [word if chance.random() < 0.5 else f"{word}{chance.randrange(40)}" for word in words]
    return " ".join(numbered) + chance.choice((".", ".", ".", "!", "", " -", ",", ")"))


def _edited(chance: random.Random, passage: str) -> str:
    """The passage, or sometimes the passage with another word, one more, one less or one in capitals."""
    words = passage.split(" ")
    place = chance.randrange(len(words))
    edits: tuple[list[str], ...] = (
        [chance.choice(WORDS)],
        [words[place], chance.choice(WORDS)],
        [],
        [words[place].upper()],
    )
    if chance.random() < 0.15:
        words[place : place + 1] = chance.choice(edits)
    return " ".join(words)


def texts() -> st.SearchStrategy[str]:
    """One text that repeats itself."""
    return corpora(1).map(lambda documents: documents[0].text)


def settings() -> st.SearchStrategy[Settings]:
    """Settings under which even a few words can be a duplicate."""
    return st.builds(
        Settings,
        unit=st.sampled_from(get_args(Unit)),
        scope=st.sampled_from(get_args(Scope)),
        novel=st.none() | st.sampled_from(get_args(Novel)),
        cut=st.sampled_from(get_args(Cut)),
        threshold=st.sampled_from((0.5, 0.6, 0.7, 0.8, 0.9, 1.0)),
        ngram=st.integers(1, 3),
        min_tokens=st.integers(2, 6),
        max_edit=st.integers(0, 4),
        protect=st.sampled_from(((), ("numbers",))),
        min_span=st.sampled_from((None, 0, 3, 5, 8, 20)),
    )
