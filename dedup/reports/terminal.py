"""What people read while a run goes on and when it ends. Text from inputs is made harmless before it is printed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dedup.records import Summary

# Control characters, bidirectional controls, line and paragraph separators, lone surrogates, what XML forbids: they
# move the cursor, forge lines, or cannot be written. And the first sign of `##[error]`, `##vso[...]`,
# `##teamcity[...]`, which runners of CI obey wherever in a line they stand.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]|#(?=#\\w*\\[)"
)


def printable(text: str) -> str:
    """The text on one line, with what is harmful as escapes.

    Runners of CI obey `::error::` at the beginning of a line: a line that holds such a text begins with something else.
    """
    return _HARMFUL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return r"\x23" if match[0] == "#" else match[0].encode("unicode_escape", "surrogatepass").decode("ascii")


def excerpt(text: str, most: int) -> str:
    """The beginning of a text on one line."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= most else line[: most - 3] + "..."


def summary_text(
    summary: Summary,
    written: int,
    skipped: Mapping[str, int],
    left_out: Mapping[str, int],
    size: int,
    seconds: float,
) -> str:
    """The end of a run in a few aligned lines.

    Args:
        summary: The books.
        written: Documents that were written.
        skipped: Records that could not be read, by reason.
        left_out: What was found beside the inputs and not read at all, by reason.
        size: Bytes read.
        seconds: Wall time.
    """
    share = summary.removed / summary.characters if summary.characters else 0
    emptied, revisits = summary.documents - written, summary.revisits
    documents = f"{summary.documents + sum(skipped.values()):,} in, {written:,} written, {emptied:,} emptied"
    rows = {
        "documents": documents + (f", {revisits:,} of them revisits" if revisits else ""),
        "skipped": by_reason(skipped),
        "left out": by_reason(left_out),
        "blocks": f"{summary.blocks:,}",
        "merges": f"{summary.exact:,} exact, {summary.near:,} near",
        "characters": f"{summary.characters:,} in, {summary.kept:,} kept, {summary.removed:,} removed ({share:.1%})",
        "oversized": f"{summary.oversized_buckets:,} buckets" if summary.oversized_buckets else "",
        "capped": f"{summary.capped_fingerprints:,} places of fingerprints" if summary.capped_fingerprints else "",
        "time": f"{seconds:.2f} s, {size / 1e6 / seconds if seconds else 0:.1f} MB/s",
    }
    return "\n".join(f"{name:<12}{value}" for name, value in rows.items() if value)


def by_reason(counts: Mapping[str, int]) -> str:
    """`4 invalid-json, 1 invalid-utf-8`: how many there are of what was not read."""
    return ", ".join(f"{count:,} {reason}" for reason, count in sorted(counts.items()))
