"""Groups: what cleaning whole documents puts together, against what people put together; and that there are no chains.

A group is a kept document and all that were merged into it. Truth: versions of one statute (gesetze), texts with one
label (license_texts; a label covers a licence, notices of it and references to it, so that only precision says much).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from quality_pairs import NGRAM, harmonic
from quality_texts import Data, exact_similarity

import dedup
from dedup import Document

THRESHOLD = 0.8
LABELS = {"gesetze": "statute", "license_texts": "licence"}
Groups = list[list[int]]


def measure(data: Data) -> dict[str, Any]:
    """Scores by collection."""
    return {name: measure_collection(data.documents(name), label) for name, label in LABELS.items()}


def measure_collection(documents: Sequence[Document], label: str) -> dict[str, Any]:
    """The scores of groups, and every merge against its kept copy by exact comparison."""
    labels = [str(document.fields[label]) for document in documents]
    texts = {document.id: document.text for document in documents}
    numbers = {document.id: i for i, document in enumerate(documents)}
    merged: dict[str, dict[str, float]] = defaultdict(dict)
    for cleaned in dedup.clean_corpus(documents, unit="document"):
        for merge in cleaned.merges:
            copy = merge.canonical.document
            merged[copy][cleaned.id] = exact_similarity(texts[copy], texts[cleaned.id], NGRAM)
    groups = [[numbers[copy], *(numbers[name] for name in members)] for copy, members in merged.items()]
    alike = [value for members in merged.values() for value in members.values()]
    grouped = {number for group in groups for number in group}
    alone = [[number] for number in range(len(documents)) if number not in grouped]
    return {
        "documents": len(documents),
        "labels": len(set(labels)),
        "groups": len(groups),
        "pairwise": pairwise(groups, labels),
        "b_cubed": b_cubed(groups + alone, labels),
        "merges": len(alike),
        "merges below threshold": sum(value < THRESHOLD for value in alike),
        "least similarity": min(alike),
        "merged over labels": over_labels(merged, dict(zip(numbers, labels, strict=True))),
        "largest": largest(merged),
    }


def pairwise(groups: Groups, labels: Sequence[str]) -> dict[str, float]:
    """Of the pairs in one group those with one label, and of the pairs with one label those in one group."""
    said = sum(map(pairs_of, map(len, groups)))
    real = sum(map(pairs_of, Counter(labels).values()))
    both = sum(pairs_of(count) for group in groups for count in Counter(labels[i] for i in group).values())
    precision, recall = both / max(1, said), both / max(1, real)
    return {"precision": precision, "recall": recall, "f1": harmonic(precision, recall)}


def pairs_of(count: int) -> int:
    """Pairs among so many."""
    return count * (count - 1) // 2


def b_cubed(groups: Groups, labels: Sequence[str]) -> dict[str, float]:
    """The same, document by document: what of its group has its label, and what of its label is in its group."""
    of_label = Counter(labels)
    precision = recall = 0.0
    for group in groups:
        for label, count in Counter(labels[i] for i in group).items():
            precision += count * count / len(group)
            recall += count * count / of_label[label]
    precision, recall = precision / len(labels), recall / len(labels)
    return {"precision": precision, "recall": recall, "f1": harmonic(precision, recall)}


def over_labels(merged: Mapping[str, Mapping[str, float]], label_of: Mapping[str, str]) -> dict[str, Any]:
    """Merges of documents with different labels: how many, and some of them, least similar first."""
    crossing = sorted(
        (value, name, copy)
        for copy, members in merged.items()
        for name, value in members.items()
        if label_of[name] != label_of[copy]
    )
    return {"merges": len(crossing), "examples": [[round(value, 4), *names] for value, *names in crossing[::20][:12]]}


def largest(merged: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The largest group."""
    copy, members = max(merged.items(), key=lambda item: len(item[1]))
    by_similarity = sorted(members, key=members.__getitem__)
    return {
        "kept": copy,
        "documents": len(members) + 1,
        "least similarity": members[by_similarity[0]],
        "median similarity": median(members.values()),
        "least similar": by_similarity[:6],
    }
