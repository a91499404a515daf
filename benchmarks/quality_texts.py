"""The texts that accuracy is measured on, and what is asked of them again and again."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from shingles import TokenNumbers, ngram_hashes
from truth import Sets, order_by_rarity

import dedup
from dedup import Cleaned, Document, Settings
from dedup.blocks import sentence_starts, split
from dedup.shingles import tokenize

SEED = 20250101
LANGUAGES = {"gesetze": "de", "license_texts": "en", "korpus_id": "id"}  # the rest takes the rules of English


@dataclass(frozen=True)
class Data:
    """A folder with a folder for each collection of texts."""

    folder: Path

    def records(self, name: str) -> list[dict[str, Any]]:
        """The records of a collection."""
        lines = gzip.decompress((self.folder / name / "docs.jsonl.gz").read_bytes()).splitlines()
        return [json.loads(line) for line in lines]

    def documents(self, name: str) -> list[Document]:
        """The same as documents, all fields but id and text with them."""
        return [Document(str(record.pop("id")), record.pop("text"), record) for record in self.records(name)]

    def lines(self, name: str, file: str) -> list[dict[str, Any]]:
        """The records of another file of a collection."""
        text = (self.folder / name / file).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


def language_of(name: str) -> str:
    """Whose sentences a collection has."""
    return LANGUAGES.get(name, "en")


def words(text: str) -> list[str]:
    """The tokens of a text, as this library compares them."""
    return tokenize(text).words()


def token_sets(texts: Iterable[str], ngram: int) -> Sets:
    """The n-grams of texts, each once."""
    numbers = TokenNumbers()
    return order_by_rarity([np.unique(ngram_hashes(numbers.of(words(text)), ngram)) for text in texts])


def exact_similarity(a: str, b: str, ngram: int) -> float:
    """Jaccard similarity of the sets of n-grams of two texts, made here and not by the library."""
    sets = [{tuple(found[i : i + ngram]) for i in range(len(found) - ngram + 1)} for found in (words(a), words(b))]
    if not all(sets):
        return float(words(a) == words(b))
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def has_digit(word: str) -> bool:
    """Whether a token is a number, or has one in it."""
    return any(letter.isdecimal() for letter in word)


def sentences(text: str, language: str) -> list[str]:
    """The sentences of a text, with the white space after them."""
    starts = sentence_starts(text, language)
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, without the white space around them."""
    return [text[start:end] for start, end in split(text, Settings())]


def draw(documents: Sequence[Document], language: str, count: int = 120) -> list[Document]:
    """Some documents without what they share with each other, so that all that is found later was planted."""
    short = [document for document in documents if len(document.text) < 30_000]
    drawn = random.Random(SEED).sample(short, min(len(short), count * 10 // 3))
    once = dedup.clean_corpus(drawn, min_span=8, threshold=0.5, language=language)
    return [Document(one.id, one.text) for one in once if len(one.text) > 2000][:count]


@dataclass(frozen=True)
class Lost:
    """Tokens that were cut and that the kept copy does not have.

    Attributes:
        tokens: All of them.
        characters: Theirs.
        unreported: Of these, tokens that no edit in the report says.
        numbers: Of these, tokens with a digit in them.
    """

    tokens: int = 0
    characters: int = 0
    unreported: int = 0
    numbers: int = 0

    def __add__(self, other: Lost) -> Lost:
        return Lost(
            self.tokens + other.tokens,
            self.characters + other.characters,
            self.unreported + other.unreported,
            self.numbers + other.numbers,
        )


def lost(cleaned: Cleaned, texts: dict[str, str]) -> Lost:
    """What the cut spans of a document said more often than their kept copies do."""
    total = Lost()
    for merge in cleaned.merges:
        gone = words(texts[merge.document][merge.start : merge.end])
        stays = words(texts[merge.canonical.document][merge.canonical.start : merge.canonical.end])
        missing = Counter(gone) - Counter(stays)
        reported = Counter(word for edit in merge.edits for word in words(edit.text))
        total += Lost(
            missing.total(),
            sum(len(word) * times for word, times in missing.items()),
            (missing - reported).total(),
            sum(times for word, times in missing.items() if has_digit(word)),
        )
    return total
