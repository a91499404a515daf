"""What is found and what is not, on texts with truth; written as JSON, and as tables in docs/accuracy.md.

    python benchmarks/quality.py --documents german.jsonl.gz licences.jsonl.gz --spans docs.jsonl.gz spans.jsonl \
        -o benchmarks/results/quality.json
    python benchmarks/quality.py --render benchmarks/results/quality.json

Pairs of documents: all pairs at or over the threshold by exact comparison of the shingle sets, and which of them the
index proposes and confirms. Planted spans: sentences of one text put between the sentences of others, as they are,
with words changed, or with line ends lost. Spans with truth: a corpus of inserted passages, by kind.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from machine import describe, write_result
from shingles import TokenNumbers, ngram_hashes
from spans import Found, score
from truth import candidate_pairs, order_by_rarity, similarities

import dedup
from dedup import Document, Settings, minhash
from dedup.banding import choose_banding
from dedup.blocks import sentence_starts
from dedup.index import Index, Prepared
from dedup.shingles import tokenize

HERE = Path(__file__).parent
BEGIN, END = "<!-- tables: written by benchmarks/quality.py -->", "<!-- end of tables -->"
SEED = 20250101
THRESHOLD, NGRAM = 0.8, 5
MIN_SPANS = (8, 16, 24, 32, 48)
LEAST_PLANTED = 50  # tokens: more than the longest `min_span` tried
KINDS = ("verbatim", "one word in 20 changed", "line ends lost")


def read(path: Path) -> list[Document]:
    """The documents of a .jsonl or .jsonl.gz file."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [Document(str(record["id"]), record["text"]) for record in map(json.loads, data.splitlines())]


def pairs(documents: Sequence[Document]) -> dict[str, Any]:
    """Recall and precision of pairs, the buckets bounded as by default and not at all."""
    numbers = TokenNumbers()
    sets = order_by_rarity(
        [np.unique(ngram_hashes(numbers.of(tokenize(document.text).words()), NGRAM)) for document in documents]
    )
    possible = candidate_pairs(sets, THRESHOLD)
    alike = similarities(sets, possible)
    truth = {(i, j) for (i, j), value in zip(possible.tolist(), alike.tolist(), strict=True) if value >= THRESHOLD}
    result: dict[str, Any] = {"documents": len(documents), "pairs": len(truth)}
    for name, limit in (("as by default", Settings().bucket_limit), ("buckets unbounded", len(documents))):
        found = set(found_pairs(documents, limit))
        result[name] = {
            "recall": len(found & truth) / max(1, len(truth)),
            "precision": len(found & truth) / max(1, len(found)),
        }
    return result


def found_pairs(documents: Sequence[Document], bucket_limit: int) -> Iterator[tuple[int, int]]:
    """The pairs that the index proposes by bands and confirms by exact comparison, everything being kept."""
    settings = Settings(unit="document", ngram=NGRAM, threshold=THRESHOLD, bucket_limit=bucket_limit)
    banding = choose_banding(settings)
    index = Index(settings, banding, minhash.Permutations.drawn(banding.num_perm, settings.seed))
    for number, document in enumerate(documents):
        index.register([str(number)], number)
        prepared = Prepared(index.prepare([document.text]), 0)
        if prepared.block_count() == 1:
            for match in index.similar(prepared, 0):
                yield index.owner(match.entry).record, number
        if index.pass_text(prepared.batch, 0):
            index.keep(prepared, 0, 0)
        index.commit()


def sentences(text: str, language: str) -> list[str]:
    """The sentences of a text, with the white space after them."""
    starts = sentence_starts(text, language)
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def draw(documents: Sequence[Document], language: str) -> list[Document]:
    """Some documents without what they share with each other, so that all that is found later was planted."""
    drawn = random.Random(SEED).sample([document for document in documents if len(document.text) < 30_000], 400)
    once = dedup.clean_corpus(drawn, min_span=min(MIN_SPANS), threshold=0.5, language=language)
    return [Document(one.id, one.text) for one in once if len(one.text) > 2000][:120]


def plant(drawn: Sequence[Document], language: str, kind: str) -> tuple[list[Document], list[Found]]:
    """Sources and hosts, and the passages of sources that stand in hosts."""
    generator = random.Random(SEED)
    sources, hosts = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    planted, changed = [], []
    for host in hosts:
        parts = [(part, False) for part in sentences(host.text, language)]
        for _ in range(3):
            source = sentences(generator.choice(sources).text, language)
            first = generator.randrange(max(1, len(source) - 9))
            passage = next(
                (text for text in accumulate(source[first:]) if len(tokenize(text)) >= LEAST_PLANTED), ""
            ).strip()
            if not passage:
                continue
            parts.insert(generator.randrange(1, len(parts) + 1), (f"{altered(passage, kind, generator)}\n", True))
        text = ""
        for part, is_planted in parts:
            before = "" if not text or text[-1].isspace() else "\n"
            if is_planted:
                planted.append(Found(host.id, len(text + before), len(text + before) + len(part) - 1))
            text += before + part
        changed.append(Document(host.id, text))
    return [*sources, *changed], planted


def altered(passage: str, kind: str, generator: random.Random) -> str:
    """A passage as a crawl or an editor leaves it."""
    if kind == "line ends lost":
        return " ".join(passage.split())
    words = passage.split(" ")
    if kind.startswith("one word"):
        for place in range(generator.randrange(20), len(words), 20):
            words[place] = "anders"
    return " ".join(words)


def planted_spans(documents: Sequence[Document], language: str) -> dict[str, Any]:
    """Scores by kind and `min_span`."""
    drawn = draw(documents, language)
    result: dict[str, Any] = {}
    for kind in KINDS:
        corpus, planted = plant(drawn, language, kind)
        texts = {document.id: document.text for document in corpus}
        hosts = {span.document for span in planted}
        result[kind] = {}
        for min_span in (0, *MIN_SPANS):
            found = [span for span in cuts(corpus, min_span, language) if span.document in hosts]
            result[kind][str(min_span)] = asdict(score(planted, found, texts))
    return result


def cuts(documents: Sequence[Document], min_span: int, language: str) -> list[Found]:
    """What is cut from documents."""
    cleaned = dedup.clean_corpus(documents, min_span=min_span, language=language)
    return [Found(one.id, merge.start, merge.end) for one in cleaned for merge in one.merges]


def spans_with_truth(documents: Sequence[Document], truth: Path) -> dict[str, Any]:
    """Scores by `min_span` on all, and recall by kind, on a corpus of inserted passages."""
    with truth.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    planted = [Found(row["id_a"], row["start_a"], row["end_a"]) for row in rows]
    hosts = {span.document for span in planted}
    texts = {document.id: document.text for document in documents}
    result: dict[str, Any] = {}
    for min_span in (0, *MIN_SPANS):
        found = [span for span in cuts(documents, min_span, "id") if span.document in hosts]
        by_kind = {
            kind: score(
                [span for span, row in zip(planted, rows, strict=True) if row["kind"] == kind], found, texts
            ).recall
            for kind in sorted({row["kind"] for row in rows})
        }
        result[str(min_span)] = {**asdict(score(planted, found, texts)), "recall by kind": by_kind}
    return result


def render(result: dict[str, Any]) -> str:
    """The tables of docs/accuracy.md."""
    lines = [
        "### Pairs of documents",
        "",
        "|  | documents | pairs | buckets | recall | precision |",
        "|" + " --- |" * 6,
    ]
    for name, found in result["pairs"].items():
        for buckets in ("as by default", "buckets unbounded"):
            scores = found[buckets]
            row = f"{found['documents']:,} | {found['pairs']:,} | {buckets} | {scores['recall']:.4f}"
            lines.append(f"| {name} | {row} | {scores['precision']:.4f} |")
    for name, kinds in result["planted"].items():
        for kind, by_span in kinds.items():
            lines += ["", f"### Planted in {name}: {kind}", "", *_table(by_span)]
    lines += [
        "",
        "### Passages with truth (Indonesian, rewritten by people and programs)",
        "",
        *_table(result["spans"]),
    ]
    kinds_found = {min_span: scores["recall by kind"] for min_span, scores in result["spans"].items()}
    names = sorted(next(iter(kinds_found.values())))
    lines += ["", "| recall by kind | " + " | ".join(names) + " |", "|" + " --- |" * (len(names) + 1)]
    for min_span, recalls in kinds_found.items():
        lines.append(f"| {min_span} | " + " | ".join(f"{recalls[name]:.3f}" for name in names) + " |")
    return "\n".join(lines) + "\n"


def _table(by_span: dict[str, dict[str, Any]]) -> list[str]:
    columns = ("precision", "recall", "granularity", "plagdet")
    rows = ["| `min_span` | " + " | ".join(columns) + " |", "|" + " --- |" * (len(columns) + 1)]
    return rows + [
        f"| {min_span} | " + " | ".join(f"{scores[column]:.3f}" for column in columns) + " |"
        for min_span, scores in by_span.items()
    ]


def write_tables(result: dict[str, Any]) -> None:
    """Put the tables into docs/accuracy.md, between its marks."""
    path = HERE.parent / "docs" / "accuracy.md"
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n\n{render(result)}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Measure, or render what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=Path, nargs="+", default=[])
    parser.add_argument("--spans", type=Path, nargs=2)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--render", type=Path, help="a result to put into docs/accuracy.md")
    options = parser.parse_args()
    if options.render:
        write_tables(json.loads(options.render.read_text(encoding="utf-8")))
        return
    result: dict[str, Any] = {"kind": "quality", "version": dedup.__version__, "seed": SEED, "machine": describe()}
    for path in options.documents:
        name = path.parent.name if path.name.startswith("docs.") else path.name.split(".")[0]
        documents = read(path)
        result.setdefault("pairs", {})[name] = pairs(documents)
        result.setdefault("planted", {})[name] = planted_spans(documents, "de" if name == "gesetze" else "en")
        print(name, json.dumps(result["pairs"][name]), json.dumps(result["planted"][name]), flush=True)
    if options.spans:
        result["spans"] = spans_with_truth(read(options.spans[0]), options.spans[1])
        print(json.dumps(result["spans"]))
    if options.output:
        write_result(options.output, result)


if __name__ == "__main__":
    main()
