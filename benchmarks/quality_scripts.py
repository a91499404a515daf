"""Scripts: copies of the paragraphs of one declaration in hundreds of languages, with one token in 20 or in 10 changed.

Every language is two documents: the declaration, and the edited copy of its longer paragraphs. All languages are
cleaned as one corpus, so that what merges across languages shows too.
"""

from __future__ import annotations

import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from quality_edits import Edit, Passage, substituted, verbatim
from quality_texts import SEED, Data, exact_similarity, has_digit, paragraphs, words

import dedup
from dedup import Document, Settings

LEAST_TOKENS = 20
EDITS: dict[str, Edit] = {
    "verbatim": verbatim,
    "1 in 20 changed": partial(substituted, rate=0.05),
    "1 in 10 changed": partial(substituted, rate=0.1),
}


def measure(data: Data) -> dict[str, Any]:
    """Scores by edit and script."""
    documents = data.documents("udhr")
    return {kind: measure_edit(documents, edit) for kind, edit in EDITS.items()}


def script_of(text: str) -> str:
    """The script that most letters of a text are of, as the names of its characters begin."""
    names = Counter(
        unicodedata.name(letter, "unknown").split()[0]
        for letter in text[:2000]
        if unicodedata.category(letter)[0] == "L"
    )
    return names.most_common(1)[0][0].capitalize() if names else "None"


def measure_edit(documents: Sequence[Document], edit: Edit) -> dict[str, Any]:
    """By script: how much of the copies reaches the threshold, how much of that goes, and how much of all."""
    generator = random.Random(SEED)
    settings = Settings()
    corpus, expected = [], {}
    for document in documents:
        originals = [text for text in paragraphs(document.text) if len(words(text)) >= LEAST_TOKENS]
        if not originals:
            continue
        other = [word for word in words(document.text) if not has_digit(word)]
        copies = [
            "".join(piece.text for piece in edit(Passage(text, "", "", other, "en"), generator)) for text in originals
        ]
        name = f"{document.id}, edited"
        corpus += [document, Document(name, "\n\n".join(copies))]
        alike = [
            exact_similarity(*pair, settings.shingle_length) >= settings.threshold
            for pair in zip(originals, copies, strict=True)
        ]
        expected[name] = (script_of(document.text), copies, alike)
    return count(corpus, expected)


def count(corpus: Sequence[Document], expected: dict[str, tuple[str, list[str], list[bool]]]) -> dict[str, Any]:
    """Clean the corpus and count characters by script."""
    by_script: dict[str, Counter[str]] = defaultdict(Counter)
    across: Counter[tuple[str, str]] = Counter()
    for cleaned in dedup.clean_corpus(corpus):
        for merge in cleaned.merges:
            languages = [name.removesuffix(", edited") for name in (merge.document, merge.canonical.document)]
            if languages[0] != languages[1]:
                across[languages[1], languages[0]] += merge.end - merge.start
        if cleaned.id not in expected:
            continue
        script, copies, alike = expected[cleaned.id]
        counted, start = by_script[script], 0
        counted["languages"] += 1
        for copy, is_alike in zip(copies, alike, strict=True):
            end = start + len(copy)
            gone = sum(max(0, min(end, merge.end) - max(start, merge.start)) for merge in cleaned.merges)
            counted["characters"] += len(copy)
            counted["gone"] += gone
            counted["expected"] += is_alike * len(copy)
            counted["expected and gone"] += is_alike * gone
            start = end + 2
    total = sum(by_script.values(), Counter())
    ordered = sorted(by_script.items(), key=lambda item: -item[1]["languages"])
    return {
        "by script": {name: shares(counted) for name, counted in [*ordered, ("all", total)]},
        "across languages": [[*names, characters] for names, characters in across.most_common(12)],
    }


def shares(counted: Counter[str]) -> dict[str, Any]:
    """What share of the copies reached the threshold, what of these went, and what of all."""
    return {
        "languages": counted["languages"],
        "at or over the threshold": counted["expected"] / max(1, counted["characters"]),
        "recall of these": counted["expected and gone"] / max(1, counted["expected"]),
        "gone of all": counted["gone"] / max(1, counted["characters"]),
    }
