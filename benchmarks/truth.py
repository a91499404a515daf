"""The exact truth about a corpus, and how far an answer is from it.

    python benchmarks/truth.py CORPUS.jsonl            all pairs of documents, written to CORPUS.pairs.npy
    python benchmarks/truth.py CORPUS.jsonl ANSWER     the score of an answer, as JSON

Documents. A pair counts when the exact Jaccard similarity of the word 5-gram sets reaches 0.8. All pairs are found, not
only the planted ones, by prefix filtering (Bayardo, Ma, Srikant, Scaling up all pairs similarity search, 2007): with
shingles ordered from rare to frequent, two sets so similar share one among the first few of each. Above
MOST_DOCUMENTS only the planted pairs are scored.

Paragraphs. Counted are characters of paragraphs; what is expected is those of planted copies whose exact Jaccard
similarity of word 3-gram sets reaches 0.8.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shingles import Hashes, TokenNumbers, ngram_hashes, tokens

Pairs = NDArray[np.int64]
Score = dict[str, Any]

THRESHOLD = 0.8
NGRAM = 5
MOST_DOCUMENTS = 200_000
_CHUNK = 20_000_000


@dataclass(frozen=True)
class Sets:
    """Many sets of shingles, each as numbers in order of rarity; those of set i are [offsets[i], offsets[i + 1])."""

    shingles: NDArray[np.int32]
    offsets: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many shingles each set has."""
        return np.diff(self.offsets)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of JSON lines."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def shingle_sets(corpus: Path) -> list[Hashes]:
    """The 5-grams of every document, each once."""
    numbers = TokenNumbers()
    return [np.unique(ngram_hashes(numbers.of(tokens(record["text"])), NGRAM)) for record in read_lines(corpus)]


def order_by_rarity(hashes: list[Hashes]) -> Sets:
    """Number all shingles so that the rarest are least, and sort every set by that."""
    sizes = np.array([len(found) for found in hashes], np.int64)
    _, inverse, counts = np.unique(np.concatenate(hashes), return_inverse=True, return_counts=True)
    ranks = np.empty(len(counts), np.int64)
    ranks[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    keys = (np.repeat(np.arange(len(sizes)), sizes) << 32) | ranks[inverse]
    keys.sort()
    return Sets((keys & 0xFFFFFFFF).astype(np.int32), np.concatenate([[0], np.cumsum(sizes)]))


@dataclass(frozen=True)
class Prefixes:
    """The places among the first shingles of the sets, sorted by shingle: arrays of equal length."""

    shingles: NDArray[np.int32]
    sets: NDArray[np.int64]
    positions: NDArray[np.int64]


def prefixes(sets: Sets, threshold: float) -> Prefixes:
    """Of each set the first |A| - ceil(threshold * |A|) + 1 shingles: similar sets share one of these."""
    sizes = sets.sizes
    lengths = np.where(sizes > 0, sizes - np.ceil(threshold * sizes - 1e-9).astype(np.int64) + 1, 0)
    owners = np.repeat(np.arange(len(sizes)), lengths)
    positions = np.arange(len(owners)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    shingles = sets.shingles[sets.offsets[owners] + positions]
    order = np.argsort(shingles, kind="stable")
    return Prefixes(shingles[order], owners[order], positions[order])


def candidate_pairs(sets: Sets, threshold: float) -> Pairs:
    """Pairs i < j that share a shingle of their prefixes and are not ruled out by size or by its position.

    At the first shingle that a pair shares, what it can share at most is what comes after it in the shorter rest.
    """
    found = prefixes(sets, threshold)
    sizes = sets.sizes
    starts = np.flatnonzero(np.diff(found.shingles, prepend=-1))
    ends = np.append(starts[1:], len(found.shingles))
    group_end = np.repeat(ends, ends - starts)
    later = group_end - np.arange(len(group_end)) - 1
    kept = [np.empty(0, np.int64)]
    bounds = np.searchsorted(np.cumsum(later), np.arange(0, later.sum() + _CHUNK, _CHUNK))
    for first, last in zip(bounds[:-1].tolist(), (bounds[1:]).tolist(), strict=True):
        here = later[first : last + 1]
        a = np.repeat(np.arange(first, first + len(here)), here)
        b = a + 1 + np.arange(len(a)) - np.repeat(np.cumsum(here) - here, here)
        left, right = found.sets[a], found.sets[b]
        least = np.ceil(threshold / (1 + threshold) * (sizes[left] + sizes[right]) - 1e-9)
        rest = np.minimum(sizes[left] - found.positions[a], sizes[right] - found.positions[b])
        possible = (rest >= least) & (left != right)
        kept.append(np.unique((left[possible] << 32) | right[possible]))
    pairs = np.unique(np.concatenate(kept))
    return np.stack([pairs >> 32, pairs & 0xFFFFFFFF], axis=1)


def similarities(sets: Sets, pairs: Pairs) -> NDArray[np.float64]:
    """The exact Jaccard similarity of each pair."""
    result = np.empty(len(pairs))
    for number, (i, j) in enumerate(pairs.tolist()):
        a = sets.shingles[sets.offsets[i] : sets.offsets[i + 1]]
        b = sets.shingles[sets.offsets[j] : sets.offsets[j + 1]]
        common = np.count_nonzero(_in_sorted(a, b))
        result[number] = common / (len(a) + len(b) - common)
    return result


def _in_sorted(a: NDArray[np.int32], b: NDArray[np.int32]) -> NDArray[np.bool_]:
    places = np.minimum(np.searchsorted(b, a), len(b) - 1)
    found: NDArray[np.bool_] = b[places] == a
    return found


def all_pairs(corpus: Path, threshold: float = THRESHOLD) -> Pairs:
    """All pairs i < j of documents with a Jaccard similarity of at least the threshold."""
    sets = order_by_rarity(shingle_sets(corpus))
    pairs = candidate_pairs(sets, threshold)
    return pairs[similarities(sets, pairs) >= threshold]


def planted_pairs(corpus: Path, numbers: dict[str, int], threshold: float = THRESHOLD) -> Pairs:
    """The pairs of copy and original, as far as they reach the threshold."""
    copies = read_lines(truth_path(corpus))
    pairs = [(numbers[c["original"]], numbers[c["id"]]) for c in copies if c["jaccard"] >= threshold]
    return np.array(sorted(pairs), np.int64).reshape(len(pairs), 2)


def truth_path(corpus: Path) -> Path:
    """The file of planted copies beside a corpus."""
    return corpus.with_suffix(".truth.jsonl")


def pairs_of(corpus: Path, numbers: dict[str, int]) -> Pairs:
    """The pairs that count, computed once and kept beside the corpus."""
    if len(numbers) > MOST_DOCUMENTS:
        return planted_pairs(corpus, numbers)
    path = corpus.with_suffix(".pairs.npy")
    if not path.exists():
        np.save(path, all_pairs(corpus))
    pairs: Pairs = np.load(path)
    return pairs


def earlier_partners(pairs: Pairs) -> dict[int, list[int]]:
    """For each document the earlier ones it is similar to."""
    partners: dict[int, list[int]] = defaultdict(list)
    for i, j in pairs.tolist():
        partners[j].append(i)
    return partners


def greedy_removed(partners: dict[int, list[int]]) -> set[int]:
    """What an exact pass in order removes: documents similar to an earlier one that was kept."""
    removed: set[int] = set()
    for j in sorted(partners):
        if any(i not in removed for i in partners[j]):
            removed.add(j)
    return removed


def ratio(part: float, whole: float) -> float | None:
    """A share, or None of nothing."""
    return round(part / whole, 5) if whole else None


def score_documents(corpus: Path, kept_ids: set[str]) -> Score:
    """Precision: removed documents that have an earlier similar one which was kept.

    Recall: of the documents that an exact pass removes, those that were removed; also by the rate of their edits.
    """
    numbers = {record["id"]: number for number, record in enumerate(read_lines(corpus))}
    kept = {numbers[name] for name in kept_ids}
    partners = earlier_partners(pairs_of(corpus, numbers))
    removed = set(numbers.values()) - kept
    justified = sum(any(i in kept for i in partners.get(j, ())) for j in removed)
    expected = greedy_removed(partners)
    rates = {numbers[copy["id"]]: f"{copy['rate']:.0%}" for copy in read_lines(truth_path(corpus))}
    by_rate: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for document in expected:
        counted = by_rate[rates.get(document, "not planted")]
        counted[0] += document in removed
        counted[1] += 1
    return {
        "kept": len(kept),
        "removed": len(removed),
        "expected": len(expected),
        "precision": ratio(justified, len(removed)),
        "recall": ratio(len(expected & removed), len(expected)),
        "recall_by_rate": {rate: ratio(*by_rate[rate]) for rate in sorted(by_rate)},
        "pairs": "planted" if len(numbers) > MOST_DOCUMENTS else "all",
    }


Place = tuple[str, int]


def paragraphs_of(corpus: Path) -> dict[str, list[tuple[int, int]]]:
    """Where each document's paragraphs stand."""
    places: dict[str, list[tuple[int, int]]] = {}
    for record in read_lines(corpus):
        start, found = 0, []
        for paragraph in record["text"].split("\n\n"):
            found.append((start, start + len(paragraph)))
            start += len(paragraph) + 2
        places[record["id"]] = found
    return places


def removed_shares(corpus: Path, spans: list[tuple[str, int, int]]) -> dict[Place, tuple[int, int]]:
    """Of each paragraph, by document and start: characters removed, and characters."""
    cuts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, start, end in spans:
        cuts[name].append((start, end))
    return {
        (name, start): (sum(max(0, min(end, b) - max(start, a)) for a, b in cuts[name]), end - start)
        for name, places in paragraphs_of(corpus).items()
        for start, end in places
    }


def score_paragraphs(corpus: Path, spans: list[tuple[str, int, int]]) -> Score:
    """Precision: removed characters of planted copies of which the original, or an earlier copy of it, mostly stands.

    Recall: of the characters of the copies that reach the threshold, those that were removed; also by rate of edits.
    """
    shares = removed_shares(corpus, spans)
    justified = below = 0
    by_rate: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    standing: set[Place] = set()  # originals of which something stands
    for copy in read_lines(truth_path(corpus)):
        original = (copy["original"]["id"], copy["original"]["start"])
        removed, length = shares[copy["id"], copy["start"]]
        if original in standing or 2 * shares[original][0] < shares[original][1]:
            standing.add(original)
            justified += removed
        if 2 * removed < length:
            standing.add(original)
        if copy["jaccard"] >= THRESHOLD:
            counted = by_rate[f"{copy['rate']:.0%}"]
            counted[0] += removed
            counted[1] += length
        else:
            below += removed
    total = sum(removed for removed, _ in shares.values())
    return {
        "removed": total,
        "characters": sum(length for _, length in shares.values()),
        "expected": sum(length for _, length in by_rate.values()),
        "precision": ratio(justified, total),
        "recall": ratio(sum(removed for removed, _ in by_rate.values()), sum(length for _, length in by_rate.values())),
        "recall_by_rate": {rate: ratio(*by_rate[rate]) for rate in sorted(by_rate)},
        "removed_below_threshold": ratio(below, total),
    }


def score(corpus: Path, answer: Path) -> Score:
    """Score the file that a contender wrote."""
    lines = answer.read_text(encoding="utf-8").splitlines()
    if corpus.name.startswith("paragraphs"):
        return score_paragraphs(corpus, [tuple(json.loads(line)) for line in lines])
    return score_documents(corpus, set(lines))


def main() -> None:
    """Find the pairs, or score an answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("answer", type=Path, nargs="?")
    options = parser.parse_args()
    if options.answer:
        print(json.dumps(score(options.corpus, options.answer), indent=1))
    else:
        numbers = {record["id"]: number for number, record in enumerate(read_lines(options.corpus))}
        print(f"{len(pairs_of(options.corpus, numbers)):,} pairs")


if __name__ == "__main__":
    main()
