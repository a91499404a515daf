r"""Other libraries on the same documents: candidates against all pairs, dolma's paragraphs against planted ones.

The n-grams are those of `shingles.py` (runs of `\w`), which the pairers are given or make themselves. Empty documents
and those with fewer tokens than an n-gram are left out.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from environments import python_of
from processes import measure as run_process
from quality_pairs import NGRAM, Pair, found_pairs, scores
from quality_paragraphs import CHANGES, Copies, copies_of, gone_by_change
from quality_texts import Data
from shingles import TokenNumbers, ngram_hashes, tokens
from spans import Found
from truth import candidate_pairs, order_by_rarity, similarities

import dedup
from dedup import Document, Settings

HERE = Path(__file__).parent
THRESHOLDS = (0.5, 0.8)
COLLECTIONS = ("gesetze", "license_texts")
PAIRERS = ("datasketch", "rensa", "gaoya")
SECONDS = 300


def measure(data: Data, cache: Path) -> dict[str, Any]:
    """Pairs by collection, threshold and library; paragraphs by library."""
    return {
        "pairs": {name: of_documents(data.documents(name), cache) for name in COLLECTIONS},
        "paragraphs": of_paragraphs(copies_of(data, "license_texts"), cache),
    }


def of_documents(documents: Sequence[Document], cache: Path) -> dict[str, Any]:
    """Scores by threshold and library."""
    documents = [document for document in documents if len(tokens(document.text)) >= NGRAM]
    numbers = TokenNumbers()
    sets = order_by_rarity(
        [np.unique(ngram_hashes(numbers.of(tokens(document.text)), NGRAM)) for document in documents]
    )
    possible = candidate_pairs(sets, min(THRESHOLDS))
    alike = similarities(sets, possible)
    result: dict[str, Any] = {"documents": len(documents)}
    for threshold in THRESHOLDS:
        truth = {(i, j) for i, j in possible[alike >= threshold].tolist()}
        unbounded = Settings(unit="document", ngram=NGRAM, threshold=threshold, bucket_limit=len(documents))
        result[str(threshold)] = {"pairs": len(truth), "dedup": scores(set(found_pairs(documents, unbounded)), truth)}
        for name in PAIRERS:
            result[str(threshold)][name] = of_pairer(name, documents, threshold, truth, cache)
            print(threshold, name, result[str(threshold)][name], flush=True)
    return result


def write_corpus(path: Path, texts: Mapping[str, str]) -> None:
    """Texts as the contenders read them."""
    lines = (json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items())
    path.write_text("".join(lines), encoding="utf-8")


def of_pairer(
    name: str, documents: Sequence[Document], threshold: float, truth: set[Pair], cache: Path
) -> dict[str, Any]:
    """The scores of one library's candidates."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, answer = Path(folder) / "documents.jsonl", Path(folder) / "pairs.jsonl"
        write_corpus(corpus, {document.id: document.text for document in documents})
        asked = [f"pairers.{name}", str(corpus), "--threshold", str(threshold), "--answer", str(answer)]
        ran = run_process(
            [str(python_of(name, cache)), "-m", *asked], folder=HERE, jobs=1, variables={}, timeout=SECONDS
        )
        if ran.status:
            return {"error": f"status {ran.status}: {(ran.stderr.splitlines() or [''])[-1]}"}
        found = {(i, j) for i, j in map(json.loads, answer.read_text(encoding="utf-8").splitlines())}
        version = json.loads(ran.stdout.splitlines()[-1])["version"]
    return {"version": version, "candidates": len(found), **scores(found, truth)}


def of_paragraphs(copies: Copies, cache: Path) -> dict[str, Any]:
    """What dolma's Bloom filter of 3-grams takes for seen, beside what cleaning cuts; each paragraph is a document."""
    corpus = copies.corpus
    cuts = {Found(one.id, merge.start, merge.end) for one in dedup.clean_corpus(corpus) for merge in one.merges}
    result: dict[str, Any] = {"changes": list(CHANGES), "dedup": gone_by_change(copies, cuts)}
    with tempfile.TemporaryDirectory() as folder:
        path, answer = Path(folder) / "paragraphs.jsonl", Path(folder) / "spans.jsonl"
        write_corpus(path, {document.id: document.text for document in corpus})
        command = [str(python_of("dolma_ngrams", cache)), "-m", "contenders.dolma_ngrams", str(path)]
        ran = run_process([*command, "--answer", str(answer)], folder=HERE, jobs=1, variables={}, timeout=SECONDS)
        if ran.status:
            result["dolma_ngrams"] = {"error": f"status {ran.status}: {(ran.stderr.splitlines() or [''])[-1]}"}
        else:
            found = {Found(*json.loads(line)) for line in answer.read_text(encoding="utf-8").splitlines()}
            result["dolma_ngrams"] = gone_by_change(copies, found)
    return result
