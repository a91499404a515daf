"""A text inside a commentary on it: editions of the Shiji, whose chapters share their text, with notes between.

Truth: the characters of the text proper (notes stand in round brackets) of a chapter in a later edition that an
alignment of both texts proper (rapidfuzz, longest common subsequence) finds in the earlier edition, in runs of at
least four characters. Precision: of the characters that were cut, those that stand in runs of four of the earlier one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from quality_pairs import harmonic
from quality_texts import SEED, Data, token_sets
from rapidfuzz.distance import LCSseq
from truth import candidate_pairs, similarities

import dedup
from dedup import Document
from dedup.shingles import tokenize

MIN_SPANS = (0, 8, 16, 24, 32, 40, 48)
CHAPTERS = 20
NGRAM = 5
LEAST_SIMILARITY = 0.2
LEAST_RUN = 4
Place = tuple[str, int]  # a token and the character it begins at


def measure(data: Data) -> dict[str, Any]:
    """Recall of the text proper and precision of cuts, by `cut` and `min_span`."""
    chapters = pairs_of_chapters(data.documents("kanripo"))
    truths = [(shared(*pair), spread(*pair)) for pair in chapters]
    return {
        "chapters": len(chapters),
        "characters shared": sum(len(proper) for proper, _ in truths),
        "by cut": {
            cut: {str(min_span): score(chapters, truths, cut, min_span) for min_span in MIN_SPANS}
            for cut in ("sentence", "word")
        },
    }


def pairs_of_chapters(documents: Sequence[Document]) -> list[tuple[Document, Document]]:
    """Some chapters that two editions have in common, with notes in the second."""
    sets = token_sets((document.text for document in documents), NGRAM)
    possible = candidate_pairs(sets, LEAST_SIMILARITY)
    alike = possible[similarities(sets, possible) >= LEAST_SIMILARITY].tolist()
    found = [
        (documents[i], documents[j])
        for i, j in alike
        if documents[i].fields["work"] != documents[j].fields["work"] and "(" in documents[j].text
    ]
    return random.Random(SEED).sample(found, min(CHAPTERS, len(found)))


def text_proper(text: str) -> list[Place]:
    """The tokens outside of round brackets."""
    depth, outside = 0, []
    for letter in text:
        depth += letter == "("
        outside.append(depth == 0)
        depth -= letter == ")" and depth > 0
    tokens = tokenize(text)
    return [(word, start) for word, start in zip(tokens.words(), tokens.starts.tolist(), strict=True) if outside[start]]


def shared(earlier: Document, later: Document) -> set[int]:
    """Where characters of the later text proper stand that the earlier has too, in its order."""
    a, b = text_proper(earlier.text), text_proper(later.text)
    found = set()
    for block in LCSseq.opcodes([word for word, _ in a], [word for word, _ in b]):
        if block.tag == "equal" and block.dest_end - block.dest_start >= LEAST_RUN:
            found |= {start for _, start in b[block.dest_start : block.dest_end]}
    return found


def spread(earlier: Document, later: Document) -> set[int]:
    """Where characters of the later edition stand that are in a run of four of the earlier one, notes and all."""
    words = tokenize(earlier.text).words()
    known = {tuple(words[i : i + LEAST_RUN]) for i in range(len(words))}
    tokens = tokenize(later.text)
    own, starts = tokens.words(), tokens.starts.tolist()
    return {
        start for i in range(len(own)) if tuple(own[i : i + LEAST_RUN]) in known for start in starts[i : i + LEAST_RUN]
    }


def score(
    chapters: Sequence[tuple[Document, Document]], truths: Sequence[tuple[set[int], set[int]]], cut: str, min_span: int
) -> dict[str, float]:
    """Each pair of chapters cleaned as a corpus of two."""
    hits = expected = justified = gone = 0
    for pair, (proper, anywhere) in zip(chapters, truths, strict=True):
        cleaned = list(dedup.clean_corpus(pair, min_span=min_span, cut=cut))[1]
        spans = [merge.span for merge in cleaned.merges if merge.canonical.document == pair[0].id]
        starts = tokenize(pair[1].text).starts.tolist()
        went = {start for start in starts if any(span.start <= start < span.end for span in spans)}
        hits, expected = hits + len(went & proper), expected + len(proper)
        justified, gone = justified + len(went & anywhere), gone + len(went)
    precision, recall = justified / max(1, gone), hits / max(1, expected)
    return {"precision": precision, "recall": recall, "f1": harmonic(precision, recall)}
