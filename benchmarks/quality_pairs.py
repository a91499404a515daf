"""Pairs of documents: how many of all pairs at or over a threshold are proposed, and which duplicates stay.

Truth is all pairs, by exact comparison of the sets of 5-grams.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from quality_texts import Data, has_digit, token_sets, words
from truth import candidate_pairs, earlier_partners, greedy_removed, similarities

import dedup
from dedup import Document, Settings, minhash
from dedup.banding import choose_banding
from dedup.index import Index, Prepared

NGRAM = 5
THRESHOLDS = (0.5, 0.7, 0.8, 0.9)
COLLECTIONS = ("gesetze", "license_texts")
Pair = tuple[int, int]


def measure(data: Data) -> dict[str, Any]:
    """Scores by collection and threshold."""
    return {name: measure_collection(data.documents(name)) for name in COLLECTIONS}


def measure_collection(documents: Sequence[Document]) -> dict[str, Any]:
    """Scores by threshold."""
    sets = token_sets((document.text for document in documents), NGRAM)
    possible = candidate_pairs(sets, min(THRESHOLDS))
    alike = similarities(sets, possible)
    result: dict[str, Any] = {"documents": len(documents)}
    for threshold in THRESHOLDS:
        truth = {(i, j) for i, j in possible[alike >= threshold].tolist()}
        result[str(threshold)] = {"pairs": len(truth), **measure_threshold(documents, truth, threshold)}
        print(threshold, result[str(threshold)], flush=True)
    return result


def measure_threshold(documents: Sequence[Document], truth: set[Pair], threshold: float) -> dict[str, Any]:
    """What is proposed and confirmed, what of it nobody needs, and which duplicates stay."""
    plain = Settings(unit="document", ngram=NGRAM, threshold=threshold)
    unbounded = plain.changed({"bucket_limit": len(documents)})
    by_default, of_all = set(found_pairs(documents, plain)), set(found_pairs(documents, unbounded))
    kept = kept_documents(documents, plain)
    missed = truth - by_default
    partners = Counter(number for pair in truth for number in pair)
    return {
        "as by default": scores(by_default, truth),
        "buckets unbounded": scores(of_all, truth),
        "missed by default": {
            "pairs": len(missed),
            "both with more than bucket_limit partners": sum(
                min(partners[i], partners[j]) > plain.bucket_limit for i, j in missed
            ),
            "both kept": sum(i in kept and j in kept for i, j in missed),
        },
        "duplicates left": {
            "as by default": {**left(kept, truth), **why_left(documents, kept, truth)},
            "buckets unbounded": left(kept_documents(documents, unbounded), truth),
            "numbers not protected": left(kept_documents(documents, plain.changed({"protect": ()})), truth),
            "an exact pass": {"kept": len(documents) - len(greedy_removed(earlier_partners_of(truth))), "left": 0},
        },
    }


def earlier_partners_of(truth: set[Pair]) -> dict[int, list[int]]:
    """For each document the earlier ones it is similar to."""
    return earlier_partners(np.array(sorted(truth)).reshape(len(truth), 2))


def scores(found: set[Pair], truth: set[Pair]) -> dict[str, float]:
    """Precision, recall and their harmonic mean."""
    precision, recall = (len(found & truth) / max(1, len(whole)) for whole in (found, truth))
    return {"precision": precision, "recall": recall, "f1": harmonic(precision, recall)}


def harmonic(a: float, b: float) -> float:
    """The harmonic mean of two shares."""
    return 2 * a * b / (a + b) if a + b else 0.0


def kept_documents(documents: Sequence[Document], settings: Settings) -> set[int]:
    """The documents that cleaning leaves."""
    return {i for i, cleaned in enumerate(dedup.clean_corpus(documents, settings)) if not cleaned.merges}


def left(kept: set[int], truth: set[Pair]) -> dict[str, int]:
    """How many documents stay, and how many of these although an earlier one that stays is over the threshold."""
    return {"kept": len(kept), "left": len({j for i, j in truth if i in kept and j in kept})}


def why_left(documents: Sequence[Document], kept: set[int], truth: set[Pair]) -> dict[str, int]:
    """How the documents that are left differ from the one that is most like them in this: numbers, or words as well."""
    reasons: dict[int, int] = {}
    for i, j in truth:
        if i in kept and j in kept:
            reason = numbers_in_difference(words(documents[i].text), words(documents[j].text))
            reasons[j] = min(reason, reasons.get(j, reason))
    counts = Counter(reasons.values())
    return {"numbers alone": counts[0], "each has its own number": counts[1], "otherwise": counts[2]}


def numbers_in_difference(a: Sequence[str], b: Sequence[str]) -> int:
    """0 if two texts differ in numbers alone, 1 if each has a number that the other has not, else 2."""
    if [word for word in a if not has_digit(word)] == [word for word in b if not has_digit(word)]:
        return 0
    numbers_a, numbers_b = (Counter(word for word in text if has_digit(word)) for text in (a, b))
    return 1 if numbers_a - numbers_b and numbers_b - numbers_a else 2


def found_pairs(documents: Sequence[Document], settings: Settings) -> Iterator[Pair]:
    """The pairs that the index proposes by bands and confirms by exact comparison, everything being kept."""
    banding = choose_banding(settings)
    index = Index(settings, banding, minhash.Permutations.drawn(banding.num_perm, settings.seed))
    for number, document in enumerate(documents):
        index.register([str(number)], number)
        prepared = Prepared(index.prepare([document.text]), 0)
        if prepared.block_count() == 1:
            for match in index.similar(prepared, 0):
                yield index.owner(match.entry).record, number
        if not index.pass_texts(prepared.batch, 0, 1):  # it stopped there
            index.keep(prepared, 0, 0)
            index.commit()
