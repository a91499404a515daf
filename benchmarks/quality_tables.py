"""Results of accuracy as Markdown tables: one function a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from quality_grids import documents, paragraphs, runs
from render import machine_line, percent, table

Result = Any
FACTS = ("hosts", "sources", "passages")
WHY_LEFT = ("numbers alone", "each has its own number", "otherwise")
SCORES = ("precision", "recall", "granularity", "plagdet")


def rows_of(scores: Result) -> list[str]:
    """The four scores of spans."""
    return [f"{scores[name]:.3f}" for name in SCORES]


def joined(parts: Iterable[str]) -> str:
    """Paragraphs and tables under one another."""
    return "\n\n".join(parts)


def pairs(result: Result) -> str:
    """Pairs of documents by threshold, and duplicates that stay."""
    found, stay = [], []
    for name, scores in result.items():
        for threshold in [key for key in scores if key != "documents"]:
            cell = scores[threshold]
            row = [name, threshold, f"{cell['pairs']:,}"]
            for buckets in ("buckets unbounded", "as by default"):
                row += [f"{cell[buckets][score]:.4f}" for score in ("precision", "recall", "f1")]
            missed = cell["missed by default"]
            found.append([*row, f"{missed['pairs']:,}", f"{missed['both kept']:,}"])
            left = cell["duplicates left"]
            stay.append(
                [
                    name,
                    threshold,
                    f"{left['an exact pass']['kept']:,}",
                    *(
                        f"{left[how][what]:,}"
                        for how in ("as by default", "buckets unbounded", "numbers not protected")
                        for what in ("kept", "left")
                    ),
                    *(f"{left['as by default'][why]:,}" for why in WHY_LEFT),
                ]
            )
    scores_of = ["precision", "recall", "F1"]
    header = ["", "threshold", "pairs", *scores_of, *[f"{score}, default" for score in scores_of]]
    kept = [f"{what}, {how}" for how in ("default", "unbounded", "`protect=()`") for what in ("kept", "left")]
    return joined(
        [
            table([*header, "missed, default", "of these both kept"], found),
            table(
                ["", "threshold", "kept by an exact pass", *kept, *[f"left, default: {why}" for why in WHY_LEFT]], stay
            ),
        ]
    )


def clusters(result: Result) -> str:
    """Groups of documents."""
    scored, chains, largest = [], [], []
    for name, found in result.items():
        for kind in ("pairwise", "b_cubed"):
            scores = found[kind]
            label = {"pairwise": "pairs", "b_cubed": "B-cubed"}[kind]
            scored.append([name, label, *[f"{scores[score]:.3f}" for score in ("precision", "recall", "f1")]])
        merges = f"{found['merges']:,}"
        across = f"{found['merged over labels']['merges']:,}"
        chains.append(
            [
                name,
                f"{found['groups']:,}",
                merges,
                str(found["merges below threshold"]),
                f"{found['least similarity']:.4f}",
                across,
            ]
        )
        group = found["largest"]
        alike = [f"{group[key]:.3f}" for key in ("least similarity", "median similarity")]
        ids = ", ".join(f"`{one}`" for one in group["least similar"][:4])
        largest.append([name, f"`{group['kept']}`", str(group["documents"]), *alike, ids])
    return joined(
        [
            table(["", "counted by", "precision", "recall", "F1"], scored),
            table(["", "groups", "merges", "below 0.8", "least similarity", "merges over two labels"], chains),
            table(["largest group", "kept", "documents", "least", "median", "least similar"], largest),
        ]
    )


_PLANTED = ("0", "16", "40")
_SCORES = ("precision", "granularity", "plagdet")


def planted(result: Result) -> str:
    """Planted passages by place and kind, the collections beside one another."""
    names = list(result)
    parts = [f"Three figures in a cell: {', '.join(names)}."]
    header = ["kind of edit", *(f"recall, `min_span` {min_span}" for min_span in _PLANTED)]
    header += [f"{score}, {_PLANTED[-1]}" for score in _SCORES]
    for place, kinds in result[names[0]].items():
        rows = []
        for kind in kinds:
            found = [result[name][place][kind] for name in names]
            cells = [_side_by_side(found, min_span, "recall") for min_span in _PLANTED]
            cells += [_side_by_side(found, _PLANTED[-1], score) for score in _SCORES]
            rows.append([kind, *cells, *_losses([scores[min_span] for scores in found for min_span in _PLANTED])])
        parts += [f"#### Planted {place}", table([*header, "words lost", "unreported", "numbers lost"], rows)]
    return joined(parts)


def _side_by_side(found: Sequence[Result], min_span: str, score: str) -> str:
    return " / ".join(f"{scores[min_span][score]:.2f}" for scores in found)


def _losses(found: Sequence[Result]) -> list[str]:
    """Sums over some runs."""
    return [str(sum(scores["lost"][what] for scores in found)) for what in ("tokens", "unreported", "numbers")]


def scripts(result: Result) -> str:
    """Copies in hundreds of languages, and a text inside a commentary."""
    kinds = list(result["udhr"])
    names = list(result["udhr"][kinds[0]]["by script"])
    keys = ("at or over the threshold", "recall of these")
    rows = [
        [name, str(result["udhr"][kinds[0]]["by script"][name]["languages"])]
        + [
            percent(result["udhr"][kind]["by script"][name][key]) if _has(result, kind, name, key) else "-"
            for kind in kinds
            for key in keys
        ]
        for name in names
    ]
    short = {"at or over the threshold": "reach it", "recall of these": "found"}
    header = ["script", "languages", *[f"{kind}: {short[key]}" for kind in kinds for key in keys]]
    across = [
        [f"`{kept}`", f"`{gone}`", f"{characters:,}"]
        for kept, gone, characters in result["udhr"]["verbatim"]["across languages"]
    ]
    shiji = result["kanripo"]["by cut"]
    inside = [
        [cut, min_span, *[f"{scores[score]:.3f}" for score in ("precision", "recall", "f1")]]
        for cut, found in shiji.items()
        for min_span, scores in found.items()
    ]
    return joined(
        [
            table(header, rows),
            table(["kept", "went", "characters, of both copies"], across),
            table(["`cut`", "`min_span`", "precision", "recall", "F1"], inside),
        ]
    )


def _has(result: Result, kind: str, name: str, key: str) -> bool:
    """A recall of nothing is no recall."""
    return key != "recall of these" or result["udhr"][kind]["by script"][name]["at or over the threshold"] > 0


def spans(result: Result) -> str:
    """Rewritten passages, and ceilings."""
    by_min_span = result["by min_span"]
    kinds = sorted(next(iter(by_min_span.values()))["recall by kind"])
    rows = [
        [min_span, *rows_of(scores), *[f"{scores['recall by kind'][kind]:.3f}" for kind in kinds]]
        for min_span, scores in by_min_span.items()
    ]
    ceilings = [
        [how, *rows_of(scores), *[f"{scores['recall by kind'][kind]:.3f}" for kind in kinds]]
        for how, scores in result["ceilings"].items()
        if isinstance(scores, dict)
    ]
    facts = result["ceilings"]
    columns = [*SCORES, *[f"recall: {kind}" for kind in kinds]]
    hows = [how for how in result["planted ceilings"]["gesetze"]["verbatim"] if how not in FACTS]
    planted_rows = [
        [name, kind, *[f"{found[how]['precision']:.2f} / {found[how]['recall']:.2f}" for how in hows]]
        for name, kinds_found in result["planted ceilings"].items()
        for kind, found in kinds_found.items()
    ]
    return joined(
        [
            table(["`min_span`", *columns], rows),
            f"The same for {facts['hosts']} hosts, {facts['passages']} passages, against {facts['sources']} sources:",
            table(["", *columns], ceilings),
            "Passages planted inside paragraphs of 15 hosts; precision and recall:",
            table(["", "kind of edit", *hows], planted_rows),
        ]
    )


def peers(result: Result) -> str:
    """Other libraries."""
    rows = []
    for name, found in result["pairs"].items():
        for threshold, cell in found.items():
            if threshold == "documents":
                continue
            for who, scores in cell.items():
                if who != "pairs":
                    said = (
                        [f"{scores[score]:.4f}" for score in ("precision", "recall", "f1")]
                        if "f1" in scores
                        else [scores["error"], "", ""]
                    )
                    rows.append(
                        [name, threshold, f"{cell['pairs']:,}", f"{who} {scores.get('version', '')}".strip(), *said]
                    )
    paragraphs = {who: found for who, found in result["paragraphs"].items() if who != "changes"}
    keys = list(paragraphs["dedup"])
    compared = [[key, *[_share(found, key) for found in paragraphs.values()]] for key in keys]
    return joined(
        [
            table(["", "threshold", "pairs", "", "precision", "recall", "F1"], rows),
            table(["share of copies that went: change, tokens", *paragraphs], compared),
        ]
    )


def _share(found: Result, key: str) -> str:
    return percent(found[key]) if key in found else "-"


PARTS = {
    "pairs": pairs,
    "clusters": clusters,
    "planted": planted,
    "scripts": scripts,
    "spans": spans,
    "peers": peers,
    "paragraphs": paragraphs,
    "documents": documents,
    "runs": runs,
}


def render(written: Result) -> str:
    """The tables of one result, and what they were measured on."""
    line = f"dedup {written['version']}, seed {written['seed']}. {machine_line(written['machine'])}."
    return joined([PARTS[written["part"]](written["result"]), line])
