"""What people read while a run goes on and when it ends. Text from inputs is made harmless before it is printed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dedup.records import Summary

# Control characters, bidirectional controls, line and paragraph separators, lone surrogates: they move the cursor,
# forge lines, or cannot be encoded.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text on one line, with harmful characters as escapes."""
    return _HARMFUL.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


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
        "skipped": _counted(skipped),
        "left out": _counted(left_out),
        "blocks": f"{summary.blocks:,}",
        "merges": f"{summary.exact:,} exact, {summary.near:,} near",
        "characters": f"{summary.characters:,} in, {summary.kept:,} kept, {summary.removed:,} removed ({share:.1%})",
        "oversized": f"{summary.oversized_buckets:,} buckets" if summary.oversized_buckets else "",
        "capped": f"{summary.capped_fingerprints:,} places of fingerprints" if summary.capped_fingerprints else "",
        "time": f"{seconds:.2f} s, {size / 1e6 / seconds if seconds else 0:.1f} MB/s",
    }
    return "\n".join(f"{name:<12}{value}" for name, value in rows.items() if value)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in sorted(counts.items()))
