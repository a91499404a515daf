"""Results of settings as Markdown tables: one row a combination."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from render import percent, table

Result = Any


def paragraphs(result: Result) -> str:
    """The grid of paragraphs."""
    sizes = ("10-20", "20-50", "50+")
    changes = ("1 in 20", "1 in 10")
    rows, slowest = [], _seconds(result["cells"], 3, 0.8)
    for cell in result["cells"]:
        gone = [
            percent(_mean(found["gone"][f"{change}, {size}"] for found in cell["planted"].values()))
            for change in changes
            for size in sizes
        ]
        real = cell["not planted"]
        counted = [
            f"{sum(found[key] for found in real.values()):,}"
            for key in ("near merges", "tokens lost", "with another word")
        ]
        lost = sum(found["tokens lost"] for found in real.values())
        worth = sum(found["characters cut as near"] for found in real.values()) / max(1, lost)
        wrong = str(sum(found["with another"] for found in cell["planted"].values()))
        time = f"{_seconds([cell], cell['ngram'], cell['threshold']) / slowest:.1f}"
        rows.append(
            [
                str(cell["ngram"]),
                str(cell["threshold"]),
                *gone,
                wrong,
                *counted,
                f"{worth:.0f}",
                str(cell["num_perm"]),
                time,
            ]
        )
    header = ["`ngram`", "`threshold`", *[f"{change}: {size}" for change in changes for size in sizes]]
    return table(
        [
            *header,
            "with another",
            "near merges",
            "tokens lost",
            "another word",
            "characters a token",
            "`num_perm`",
            "time",
        ],
        rows,
    )


def _seconds(cells: Sequence[Result], ngram: int, threshold: float) -> float:
    chosen = next(cell for cell in cells if (cell["ngram"], cell["threshold"]) == (ngram, threshold))
    return float(sum(found["seconds"] for found in chosen["not planted"].values()))


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def documents(result: Result) -> str:
    """The grid of documents."""
    rows = []
    for cell in result:
        row = [str(cell["ngram"]), str(cell["threshold"])]
        row += [percent(_mean(found[rate] for found in cell["planted"].values())) for rate in ("2%", "5%", "10%")]
        for found in cell["not planted"].values():
            row += [f"{found['merges']:,}", f"{found['across labels']:,}", f"{found['words lost']:,}"]
        rows.append([*row, percent(cell["not planted"]["gesetze"]["recall of later ones"]), str(cell["num_perm"])])
    counted = [
        f"{name}: {what}" for name in ("gesetze", "license_texts") for what in ("merges", "over labels", "words lost")
    ]
    return table(
        ["`ngram`", "`threshold`", "2% changed", "5%", "10%", *counted, "later versions gone", "`num_perm`"], rows
    )


def runs(result: Result) -> str:
    """What `min_span` finds and cuts."""
    rows = []
    for name, found in result.items():
        for min_span, cell in found.items():
            real = cell["as they are"]
            recalls = [f"{scores['recall']:.3f}" for scores in cell["planted"].values()]
            shares = [percent(real[key] / real["characters"]) for key in ("cut", "cut as runs")]
            counted = [f"{real['stretches']:,}", str(real["tokens in the median stretch"]), str(real["tokens lost"])]
            edges = [percent(real[key] / max(1, real["stretches"])) for key in ("inside a sentence", "with a marker")]
            rows.append([name, min_span, *recalls, *shares, *counted, *edges, f"{real['seconds']:.1f}"])
    kinds = list(next(iter(next(iter(result.values())).values()))["planted"])
    header = ["", "`min_span`", *[f"recall: {kind}" for kind in kinds], "cut", "as runs", "stretches", "median tokens"]
    return table([*header, "tokens lost", "edge inside a sentence", "takes a marker along", "seconds"], rows)
