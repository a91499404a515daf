"""Passages as a crawl, an editor or a template leaves them. A seed decides every change.

An altered passage is a row of pieces: what comes from the original, and what was added to it.
"""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from quality_texts import has_digit, sentences, words

from dedup.shingles import tokenize

RATES = (0.02, 0.05, 0.1)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Piece:
    """A stretch of an altered passage.

    Attributes:
        text: Its characters.
        is_copy: Whether it comes from the original, changed or not.
    """

    text: str
    is_copy: bool = True


@dataclass(frozen=True)
class Passage:
    """What an edit is made of.

    Attributes:
        text: The passage as it stands in its source.
        title: A line of that source.
        other: A sentence that stands nowhere else.
        vocabulary: Words of other texts in the same script.
        language: Whose sentences it has.
    """

    text: str
    title: str
    other: str
    vocabulary: Sequence[str]
    language: str


Edit = Callable[[Passage, random.Random], list[Piece]]


def verbatim(passage: Passage, _: random.Random) -> list[Piece]:
    """The passage as it is."""
    return [Piece(passage.text)]


def substituted(passage: Passage, generator: random.Random, rate: float) -> list[Piece]:
    """A share of the words replaced by other words."""
    return [Piece(_rewritten(passage.text, rate, generator, lambda _: generator.choice(passage.vocabulary)))]


def inserted(passage: Passage, generator: random.Random, rate: float) -> list[Piece]:
    """Other words put before a share of the words."""

    def with_one_before(word: str) -> str:
        other = generator.choice(passage.vocabulary)
        return other + word if _is_unspaced(passage) else f"{other} {word}"

    return [Piece(_rewritten(passage.text, rate, generator, with_one_before))]


def wrapped_anew(passage: Passage, generator: random.Random, rate: float) -> list[Piece]:
    """A share of the words replaced, and the lines filled again to the width they had."""
    width = max(map(len, passage.text.splitlines()))
    changed = substituted(passage, generator, rate)[0].text
    return [Piece(textwrap.fill(changed, width, break_long_words=False, break_on_hyphens=False))]


def deleted(passage: Passage, generator: random.Random, rate: float) -> list[Piece]:
    """A share of the words left out."""
    return [Piece(_rewritten(passage.text, rate, generator, lambda _: ""))]


def sentence_added(passage: Passage, generator: random.Random) -> list[Piece]:
    """Another sentence between two of the passage, or at its end."""
    parts = sentences(passage.text, passage.language)
    place = generator.randrange(1, len(parts) + 1)
    before, after = "".join(parts[:place]), "".join(parts[place:])
    gap = "" if before[-1].isspace() else " "
    added = Piece(f"{gap}{passage.other.strip()}{' ' if after else ''}", is_copy=False)
    return [Piece(before), added, *([Piece(after)] if after else [])]


def sentences_reordered(passage: Passage, generator: random.Random) -> list[Piece]:
    """The sentences in another order."""
    parts = [part.strip() for part in sentences(passage.text, passage.language)]
    generator.shuffle(parts)
    return [Piece(" ".join(parts))]


def line_ends_lost(passage: Passage, _: random.Random) -> list[Piece]:
    """All in one line."""
    return [Piece(" ".join(passage.text.split()))]


def title_glued(passage: Passage, _: random.Random) -> list[Piece]:
    """The title of its source in front, in the same line: both stand in the source."""
    return [Piece(f"{' '.join(passage.title.split())} {passage.text}")]


def renumbered(passage: Passage, generator: random.Random) -> list[Piece]:
    """Every number another one: a template filled in anew. Nothing with a number in it may go."""
    return [Piece(_NUMBER.sub(lambda found: _other_number(found[0], generator), passage.text))]


def _other_number(number: str, generator: random.Random) -> str:
    while (other := str(generator.randrange(10 ** len(number)))) == number:
        pass
    return other


def _is_unspaced(passage: Passage) -> bool:
    return len(passage.text.split()) * 6 < len(words(passage.text))


def _rewritten(text: str, rate: float, generator: random.Random, other: Callable[[str], str]) -> str:
    """A text with a share of its words, at least one, put through a function; numbers stay as they are."""
    tokens = tokenize(text)
    spans = list(zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True))
    free = [(start, end) for start, end in spans if not has_digit(text[start:end])]
    count = min(len(free), max(1, round(rate * len(spans))))
    parts, done = [], 0
    for start, end in sorted(generator.sample(free, count)):
        parts += [text[done:start], other(text[start:end])]
        done = end
        if not parts[-1] and parts[-2][-1:] == " " and text[done : done + 1] == " ":
            done += 1  # a word that is left out takes one of its spaces along
    return "".join([*parts, text[done:]])


EDITS: dict[str, Edit] = {
    "verbatim": verbatim,
    **{
        f"{name}, {rate:.0%}": partial(edit, rate=rate)
        for name, edit in (("substituted", substituted), ("inserted", inserted), ("deleted", deleted))
        for rate in RATES
    },
    "substituted, 2%, wrapped anew": partial(wrapped_anew, rate=0.02),
    "sentence added": sentence_added,
    "sentences reordered": sentences_reordered,
    "line ends lost": line_ends_lost,
    "title glued on": title_glued,
    "other numbers": renumbered,
}
