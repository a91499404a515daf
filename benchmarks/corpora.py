"""Make the corpora: real text, cut into passages and put together anew, with copies whose places and changes are known.

    python benchmarks/corpora.py OUT_FOLDER --source licences.jsonl.gz statutes.jsonl.gz --shares 0.9 0.1

A corpus is named `kind-size`, such as `documents-100k`. For each there is `NAME.jsonl` with {"id", "text"} a line,
`NAME.truth.jsonl` with one line a planted copy, and `NAME.json` with how it was made. The same seed, sources and
shares give the same bytes.

The kinds:
    documents   200-600 words; 30 % are copies of an earlier document with 0, 2, 5, 10 or 20 % of words changed.
    paragraphs  4-10 paragraphs of 40-120 words; 30 % of paragraphs are such copies of an earlier paragraph.
    long        One document of that many paragraphs, 30 % of them copies.
    identical   Copies of one document.
    template    Documents that share 400 words and have 40 of their own.
    forged      Documents that share 330 words and have 70 of their own: alike to about 0.65, below the threshold of
                0.8, so that they meet in LSH buckets without being duplicates.
    lines       Documents of 8-20 words, 30 % of them exact copies of earlier ones.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray
from shingles import WordTable, jaccard

Array = NDArray[np.int64]

SEED = 20250101
RATES = (0.0, 0.02, 0.05, 0.1, 0.2)
COPIES = 0.3
SAME_DOCUMENT = 0.2  # of the copied paragraphs, as far as the document has an earlier one
DOCUMENT_NGRAM, PARAGRAPH_NGRAM = 5, 3
DEFAULT = (
    "documents-10k documents-100k paragraphs-10k paragraphs-100k "
    "identical-5k identical-10k identical-20k identical-40k "
    "template-5k template-10k template-20k template-40k "
    "forged-1k forged-2k forged-4k forged-8k "
    "long-5k long-10k long-20k long-40k "
    "lines-50k lines-100k lines-200k lines-400k"
)


@dataclass(frozen=True)
class Source:
    """Real text as words (whatever stands between white space), and the right to be drawn from.

    Attributes:
        vocabulary: The different words.
        words: int32, all words of all files in order, as numbers into the vocabulary.
        bounds: Where each file's words begin and end in `words`.
        shares: How much of the text is drawn from each file.
    """

    vocabulary: list[str]
    words: NDArray[np.int32]
    bounds: list[tuple[int, int]]
    shares: list[float]

    def passages(self, lengths: Array, generator: np.random.Generator) -> Array:
        """A random place to begin at for a passage of each length."""
        files = generator.choice(len(self.bounds), size=len(lengths), p=self.shares)
        first, last = np.array(self.bounds).T
        places: Array = generator.integers(first[files], last[files] - lengths)
        return places

    def random_words(self, count: int, generator: np.random.Generator) -> NDArray[np.int32]:
        """Single words, as frequent as in the text."""
        return self.words[self.passages(np.ones(count, np.int64), generator)]

    def text(self, words: NDArray[np.int32]) -> str:
        """The words, one space between two."""
        return " ".join(map(self.vocabulary.__getitem__, words.tolist()))


def read_texts(path: Path) -> Iterator[str]:
    """The texts of a .txt, .jsonl or .jsonl.gz file."""
    if path.suffix == ".txt":
        yield path.read_text(encoding="utf-8")
        return
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def read_source(paths: list[Path], shares: list[float]) -> Source:
    """Number the words of all files."""
    numbers: dict[str, int] = {}
    arrays, bounds, total = [], [], 0
    for path in paths:
        words = chain.from_iterable(text.split() for text in read_texts(path))
        arrays.append(np.fromiter((numbers.setdefault(word, len(numbers)) for word in words), np.int32))
        bounds.append((total, total + len(arrays[-1])))
        total += len(arrays[-1])
    return Source(list(numbers), np.concatenate(arrays), bounds, [share / sum(shares) for share in shares])


@dataclass(frozen=True)
class Pieces:
    """Many texts, each a row of passages. Only places are held, so that a million documents take little memory.

    Attributes:
        starts: Where each passage begins in the source.
        lengths: Its words.
        offsets: The passages of text i are [offsets[i], offsets[i + 1]).
    """

    starts: Array
    lengths: Array
    offsets: Array

    def words(self, i: int, source: Source) -> NDArray[np.int32]:
        """The words of text i."""
        places = range(self.offsets[i], self.offsets[i + 1])
        return np.concatenate([source.words[self.starts[k] : self.starts[k] + self.lengths[k]] for k in places])


def draw_pieces(totals: Array, passage: tuple[int, int], source: Source, generator: np.random.Generator) -> Pieces:
    """Texts of so many words, from passages of `passage` words at random places of the source."""
    shortest, longest = passage
    most = -(-totals // shortest)
    drawn = generator.integers(shortest, longest + 1, size=most.sum())
    owner = np.repeat(np.arange(len(totals)), most)
    begin = np.concatenate([[0], np.cumsum(most)])
    running = np.cumsum(drawn) - drawn
    before = running - running[begin[:-1]][owner]
    lengths = np.minimum(drawn, totals[owner] - before)
    used = lengths > 0
    counts = np.bincount(owner[used], minlength=len(totals))
    lengths = lengths[used]
    return Pieces(source.passages(lengths, generator), lengths, np.concatenate([[0], np.cumsum(counts)]))


def changed(words: NDArray[np.int32], rate: float, source: Source, generator: np.random.Generator) -> NDArray[np.int32]:
    """The words with a share of them, at random places, replaced by random words of the source."""
    count = round(rate * len(words))
    if not count:
        return words
    places = generator.choice(len(words), size=count, replace=False)
    edited = words.copy()
    edited[places] = source.random_words(count, generator)
    return edited


@dataclass(frozen=True)
class Plan:
    """Which texts are copies, of which earlier original, with how many words changed.

    Attributes:
        original: The original of text i, or -1 where i is none's copy.
        rate: Share of words changed; 0 for originals.
    """

    original: Array
    rate: NDArray[np.float64]


def draw_plan(count: int, generator: np.random.Generator, documents: Array | None = None) -> Plan:
    """30 % copies of any earlier original; with `documents` (the document of each text), some of the same document."""
    is_copy = generator.random(count) < COPIES
    is_copy[0] = False
    originals = np.flatnonzero(~is_copy)
    earlier = np.cumsum(~is_copy)  # originals up to and with text i
    first = np.zeros(count, np.int64)  # the first of `originals` that may be chosen
    if documents is not None:
        here = np.searchsorted(originals, np.searchsorted(documents, documents))
        near = (generator.random(count) < SAME_DOCUMENT) & (here < earlier)
        first[near] = here[near]
    chosen = first + (generator.random(count) * (earlier - first)).astype(np.int64)
    rate = generator.choice(RATES, size=count)
    return Plan(np.where(is_copy, originals[chosen], -1), np.where(is_copy, rate, 0.0))


def write_line(out: TextIO, record: dict[str, object]) -> None:
    """One record as a JSON line."""
    out.write(json.dumps(record, ensure_ascii=False) + "\n")


def document_id(number: int) -> str:
    """The id of a document, given its position in the corpus from 0."""
    return f"doc-{number:07}"


def skewed(low: int, high: int, count: int, generator: np.random.Generator) -> Array:
    """Whole numbers of low..high, the low ones more often (the lesser of two draws), as lengths of paragraphs are."""
    lengths: Array = generator.integers(low, high + 1, size=(2, count)).min(axis=0)
    return lengths


def make_documents(count: int, source: Source, generator: np.random.Generator, out: TextIO, truth: TextIO) -> None:
    """Documents of 200-600 words, 30 % of them copies."""
    table = WordTable(source.vocabulary)
    pieces = draw_pieces(generator.integers(200, 601, size=count), (15, 60), source, generator)
    plan = draw_plan(count, generator)
    for i, (original, rate) in enumerate(zip(plan.original.tolist(), plan.rate.tolist(), strict=True)):
        words = pieces.words(i if original < 0 else original, source)
        if original >= 0:
            edited = changed(words, rate, source, generator)
            similarity = jaccard(table.shingles(words, DOCUMENT_NGRAM), table.shingles(edited, DOCUMENT_NGRAM))
            copy = {"id": document_id(i), "original": document_id(original), "rate": rate, "jaccard": similarity}
            write_line(truth, copy)
            words = edited
        write_line(out, {"id": document_id(i), "text": source.text(words)})


@dataclass(frozen=True)
class Paragraph:
    """Where a paragraph stands: document, first character, and one past the last."""

    document: str
    start: int
    end: int

    def as_dict(self) -> dict[str, object]:
        """For the truth."""
        return {"id": self.document, "start": self.start, "end": self.end}


def make_paragraphs(
    per_document: Array, source: Source, generator: np.random.Generator, out: TextIO, truth: TextIO
) -> None:
    """Documents of so many paragraphs of 40-120 words, 30 % of all paragraphs being copies."""
    table = WordTable(source.vocabulary)
    total = int(per_document.sum())
    documents = np.repeat(np.arange(len(per_document)), per_document)
    pieces = draw_pieces(skewed(40, 120, total, generator), (10, 30), source, generator)
    plan = draw_plan(total, generator, documents)
    places: list[Paragraph] = []
    for number, count in enumerate(per_document.tolist()):
        texts: list[str] = []
        start = 0
        for i in range(len(places), len(places) + count):
            original = int(plan.original[i])
            words = pieces.words(i if original < 0 else original, source)
            edited = changed(words, float(plan.rate[i]), source, generator)
            texts.append(source.text(edited))
            place = Paragraph(document_id(number), start, start + len(texts[-1]))
            places.append(place)
            start = place.end + 2
            if original >= 0:
                similarity = jaccard(table.shingles(words, PARAGRAPH_NGRAM), table.shingles(edited, PARAGRAPH_NGRAM))
                copy = {**place.as_dict(), "rate": float(plan.rate[i]), "jaccard": similarity}
                write_line(truth, {**copy, "original": places[original].as_dict()})
        write_line(out, {"id": document_id(number), "text": "\n\n".join(texts)})


def make_shared(count: int, shared: int, own: int, source: Source, generator: np.random.Generator, out: TextIO) -> None:
    """Documents that begin with the same `shared` words and end with `own` words each."""
    template = draw_pieces(np.array([shared]), (15, 60), source, generator).words(0, source)
    pieces = draw_pieces(np.full(count, own), (15, 60), source, generator) if own else None
    for i in range(count):
        words = np.concatenate([template, pieces.words(i, source)]) if pieces else template
        write_line(out, {"id": document_id(i), "text": source.text(words)})


def make_lines(count: int, source: Source, generator: np.random.Generator, out: TextIO) -> None:
    """Documents of one short line; a copy of an earlier one as often as elsewhere, whatever the size."""
    lengths = generator.integers(8, 21, size=count)
    words = source.random_words(int(lengths.sum()), generator)
    ends = np.cumsum(lengths)
    copies = generator.random(count) < COPIES
    originals = np.where(copies, (generator.random(count) * np.arange(count)).astype(np.int64), np.arange(count))
    for i, original in enumerate(originals.tolist()):
        line = words[ends[original] - lengths[original] : ends[original]]
        write_line(out, {"id": document_id(i), "text": source.text(line)})


Maker = Callable[[int, Source, np.random.Generator, TextIO, TextIO], None]

KINDS: dict[str, Maker] = {
    "documents": make_documents,
    "paragraphs": lambda n, source, rng, out, truth: make_paragraphs(skewed(4, 10, n, rng), source, rng, out, truth),
    "long": lambda n, source, rng, out, truth: make_paragraphs(np.array([n]), source, rng, out, truth),
    "identical": lambda n, source, rng, out, _: make_shared(n, 400, 0, source, rng, out),
    "template": lambda n, source, rng, out, _: make_shared(n, 400, 40, source, rng, out),
    "forged": lambda n, source, rng, out, _: make_shared(n, 330, 70, source, rng, out),
    "lines": lambda n, source, rng, out, _: make_lines(n, source, rng, out),
}


def parse_size(size: str) -> int:
    """`10k` and `1m` as numbers."""
    factor = {"k": 1000, "m": 1_000_000}.get(size[-1].lower())
    return int(float(size[:-1]) * factor) if factor else int(size)


def make(name: str, source: Source, folder: Path, seed: int) -> dict[str, object]:
    """Write one corpus; returns the facts about it."""
    kind, size = name.rsplit("-", 1)
    generator = np.random.default_rng([seed, sorted(KINDS).index(kind), parse_size(size)])
    path, truth_path = folder / f"{name}.jsonl", folder / f"{name}.truth.jsonl"
    with path.open("w", encoding="utf-8", newline="\n") as out, truth_path.open("w", encoding="utf-8") as truth:
        KINDS[kind](parse_size(size), source, generator, out, truth)
    with path.open("rb") as lines:
        documents = sum(1 for _ in lines)
    return {"corpus": name, "seed": seed, "documents": documents, "bytes": path.stat().st_size}


def main() -> None:
    """Read the sources, make what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", type=Path, nargs="+", required=True, help=".txt, .jsonl or .jsonl.gz")
    parser.add_argument("--shares", type=float, nargs="+", help="how much of the text is drawn from each source")
    parser.add_argument("--corpus", nargs="+", default=DEFAULT.split(), help="kind-size; %(default)s")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    shares = options.shares or [1.0] * len(options.source)
    if len(shares) != len(options.source):
        parser.error("give one share for each source")
    source = read_source(options.source, shares)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.corpus:
        facts = make(name, source, options.folder, options.seed)
        facts |= {"sources": [path.parent.name + "/" + path.name for path in options.source], "shares": source.shares}
        (options.folder / f"{name}.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(facts))


if __name__ == "__main__":
    main()
