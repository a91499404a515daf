"""What is found and what is not, on real texts; each part is a JSON file, and tables in docs/accuracy.md.

    python benchmarks/quality.py DATA [PART ...] [--environments CACHE]
    python benchmarks/quality.py --render

DATA is a folder with a folder for each collection; in each stands `docs.jsonl.gz`, one {"id", "text", ...} a line:

    gesetze        German federal law, github bundestag/gesetze, versions of statutes; `statute` names the statute.
                   Official works without copyright.
    license_texts  Licences and notices, github aboutcode-org/scancode-toolkit; `licence` is the label. CC-BY-4.0.
    korpus_id      github felikjunvianto/korpus-plagiarisme-indonesia, CC BY 4.0; `role` is source or suspicious, and
                   `spans.jsonl` has the inserted passages: {"id_a", "start_a", "end_a", "kind"}.
    udhr           The Universal Declaration of Human Rights, a document a language; nltk_data's udhr2, free to use.
    kanripo        Editions of the Shiji by chapter, github vierth/chinesetextreuse, CC0; `work` names the edition.

The parts:
    pairs       pairs of documents at several thresholds, and the duplicates that stay
    clusters    groups of documents against labels; every merge against its kept copy
    planted     planted passages, by kind of edit
    scripts     edited copies in hundreds of languages; a text inside a commentary
    spans       passages that people rewrote; ceilings
    peers       other libraries; needs the environments that environments.py makes
    paragraphs  `ngram` and `threshold` for paragraphs
    documents   the same for documents
    runs        `min_span`
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import quality_clusters
import quality_containment
import quality_documents
import quality_pairs
import quality_paragraphs
import quality_peers
import quality_planted
import quality_runs
import quality_scripts
import quality_spans
from machine import describe, write_result
from quality_tables import PARTS, render
from quality_texts import SEED, Data
from render import replaced

import dedup

HERE = Path(__file__).parent
RESULTS = HERE / "results"
PAGE = HERE.parent / "docs" / "accuracy.md"


def scripts(data: Data) -> dict[str, Any]:
    """Both measurements of scripts."""
    return {"udhr": quality_scripts.measure(data), "kanripo": quality_containment.measure(data)}


def measurements(cache: Path | None) -> dict[str, Callable[[Data], Any]]:
    """How each part is measured."""

    def peers(data: Data) -> dict[str, Any]:
        if cache is None:
            sys.exit("give --environments for the part peers")
        return quality_peers.measure(data, cache.resolve())

    return {
        "pairs": quality_pairs.measure,
        "clusters": quality_clusters.measure,
        "planted": quality_planted.measure,
        "scripts": scripts,
        "spans": quality_spans.measure,
        "peers": peers,
        "paragraphs": quality_paragraphs.measure,
        "documents": quality_documents.measure,
        "runs": quality_runs.measure,
    }


def path_of(part: str) -> Path:
    """Where the result of a part is kept."""
    return RESULTS / f"quality-{part}.json"


def write_tables() -> None:
    """Put the tables of all results into docs/accuracy.md, each between its marks."""
    page = PAGE.read_text(encoding="utf-8")
    for part in PARTS:
        if path_of(part).exists():
            tables = render(json.loads(path_of(part).read_text(encoding="utf-8")))
            marks = f"<!-- {part}: written by benchmarks/quality.py -->", f"<!-- end of {part} -->"
            page = replaced(page, *marks, tables)
    PAGE.write_text(page, encoding="utf-8")


def main() -> None:
    """Measure, or render what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", help="the folder of collections")
    parser.add_argument("parts", nargs="*", metavar="PART", help="which to measure; all if left out")
    parser.add_argument("--environments", type=Path, help="the folder of the contenders' environments")
    parser.add_argument("--render", action="store_true", help="write docs/accuracy.md from the results")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown or (options.data is None and not options.render):
        parser.error(f"no such part: {', '.join(sorted(unknown))}" if unknown else "give DATA, or --render")
    if options.data is not None:
        measure = measurements(options.environments)
        for part in options.parts or PARTS:
            start = time.perf_counter()
            result = measure[part](Data(options.data))
            seconds = round(time.perf_counter() - start)
            facts = {"kind": "quality", "part": part, "version": dedup.__version__, "seed": SEED, "seconds": seconds}
            write_result(path_of(part), {**facts, "machine": describe(), "result": result})
    if options.render:
        write_tables()


if __name__ == "__main__":
    main()
