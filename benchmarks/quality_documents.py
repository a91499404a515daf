"""Whole documents: which `ngram` and `threshold` find changed copies and later versions, and what they take for one.

Planted: documents that share nothing, and copies with a share of the words replaced. Not planted: statutes, of which a
later version should go and another statute should not; licence texts, where a merge over two labels is a question of
taste: people who label licences tell apart what differs in a few words.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

from quality_edits import RATES, Passage, substituted
from quality_texts import SEED, Data, draw, has_digit, language_of, words

import dedup
from dedup import Document, Settings
from dedup.banding import choose_banding

NGRAMS = (3, 5, 7)
THRESHOLDS = (0.6, 0.7, 0.8, 0.9)
LABELS = {"gesetze": "statute", "license_texts": "licence"}


def measure(data: Data) -> list[dict[str, Any]]:
    """All figures of every combination."""
    real = {name: data.documents(name) for name in LABELS}
    planted = {name: copies_of(documents, name) for name, documents in real.items()}
    return [
        measure_cell(planted, real, Settings(unit="document", ngram=ngram, threshold=threshold))
        for ngram in NGRAMS
        for threshold in THRESHOLDS
    ]


def copies_of(documents: Sequence[Document], name: str) -> list[Document]:
    """Documents that share nothing, and copies of each, with the rate of change as a field."""
    generator = random.Random(SEED)
    originals = draw(documents, language_of(name))
    vocabulary = [word for document in originals for word in words(document.text) if not has_digit(word)]
    copies = [
        Document(
            f"{document.id}, {rate:.0%}",
            substituted(Passage(document.text, "", "", vocabulary, "en"), generator, rate)[0].text,
            {"rate": f"{rate:.0%}"},
        )
        for rate in RATES
        for document in originals
    ]
    return [*originals, *copies]


def measure_cell(
    planted: dict[str, list[Document]], real: dict[str, list[Document]], settings: Settings
) -> dict[str, Any]:
    """One combination."""
    cell = {
        "ngram": settings.shingle_length,
        "threshold": settings.threshold,
        "num_perm": choose_banding(settings).num_perm,
        "planted": {name: gone_by_rate(corpus, settings) for name, corpus in planted.items()},
        "not planted": {name: by_label(documents, LABELS[name], settings) for name, documents in real.items()},
    }
    print(cell, flush=True)
    return cell


def gone_by_rate(corpus: Sequence[Document], settings: Settings) -> dict[str, float]:
    """Share of the copies that went."""
    gone = {cleaned.id for cleaned in dedup.clean_corpus(corpus, settings) if cleaned.merges}
    rates = [f"{rate:.0%}" for rate in RATES]
    by_rate = {rate: [document.id for document in corpus if document.fields.get("rate") == rate] for rate in rates}
    return {rate: len(gone.intersection(names)) / len(names) for rate, names in by_rate.items()}


def by_label(documents: Sequence[Document], label: str, settings: Settings) -> dict[str, Any]:
    """Merges within a label and across; of the documents whose label came before, the share that went."""
    labels = {document.id: document.fields[label] for document in documents}
    start = time.perf_counter()
    merges = [merge for cleaned in dedup.clean_corpus(documents, settings, jobs=1) for merge in cleaned.merges]
    seconds = time.perf_counter() - start
    across = [merge for merge in merges if labels[merge.document] != labels[merge.canonical.document]]
    later = len(documents) - len(set(labels.values()))
    some = across[:: max(1, len(across) // 8)]
    return {
        "seconds": round(seconds, 3),
        "merges": len(merges),
        "across labels": len(across),
        "recall of later ones": (len(merges) - len(across)) / max(1, later),
        "words lost": sum(merge.novel for merge in merges),
        "examples across": [[merge.document, merge.canonical.document, round(merge.similarity, 3)] for merge in some],
    }
