"""The report as Markdown, for the summary of a CI job: verdict, totals, and the findings that matter most.

Tables are HTML, which Markdown lets through up to the next empty line without looking for markup, links or borders of
cells in it; so all that text of inputs needs is what HTML needs. It stands in `code`, where GitHub and GitLab look for
no mentions, references, formulas or emoji either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from dedup.findings import Checked, Finding
from dedup.reports.terminal import printable
from dedup.reports.wording import and_more, extent, largest_first, likeness, place, source, unlisted

_MOST_ROWS = 100
_MOST_BYTES = 900_000
"""Of the rows of findings, in UTF-8. GitHub shows no summary of a step that is above 1 MiB."""

_COLUMNS = ("Level", "Place", "Copy of", "What", "Text", "Fingerprint")


def write(checked: Checked) -> Iterator[bytes]:
    """The report in UTF-8."""
    yield f"## dedup check: {'passed' if checked.has_passed else 'failed'}\n".encode()
    if checked.failures:
        yield _block("ul", [f"<li>{_text(failure)}</li>" for failure in checked.failures])
    yield _block("table", _totals(checked))
    listed = [finding for finding in largest_first(checked.findings) if finding.level != "note"]
    rows = _fitting(listed)
    if rows:
        heads = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        yield _block("table", [f"<tr>{heads}</tr>", *rows])
    if len(rows) < len(listed):
        yield f"\n{and_more(len(listed) - len(rows))}\n".encode()


def _totals(checked: Checked) -> Iterator[str]:
    totals = checked.totals
    rows = {
        "files": f"{totals.files:,}",
        "documents": f"{totals.documents:,}",
        "characters": f"{totals.characters:,}",
        "duplicates": f"{totals.duplicates:,}",
        "new": "" if totals.new is None else f"{totals.new:,}",
        "characters in duplicates": f"{totals.duplicate_characters:,} ({totals.duplicate_ratio:.2%})",
        "overlaps with the reference": f"{totals.overlaps:,}" if totals.overlaps else "",
        "allowed": f"{totals.allowed:,}" if totals.allowed else "",
        "in files that did not change": f"{totals.unchanged:,}" if totals.unchanged else "",
        **unlisted(checked),
    }
    for name, value in rows.items():
        if value:
            yield f"<tr><th>{name}</th><td>{_text(value)}</td></tr>"
    if checked.changed_since is not None:
        yield f"<tr><th>changed since</th><td>{_code(checked.changed_since)}</td></tr>"


def _fitting(findings: Sequence[Finding]) -> list[str]:
    """Rows of the first findings, as many as there is room for."""
    rows: list[str] = []
    left = _MOST_BYTES
    for finding in findings[:_MOST_ROWS]:
        row = _row(finding)
        left -= len(row.encode())
        if left < 0:
            break
        rows.append(row)
    return rows


def _row(finding: Finding) -> str:
    cells = (
        finding.level,
        _code(place(finding.at)),
        _code(source(finding)),
        _text(f"{likeness(finding)}, {extent(finding)}"),
        _code(finding.excerpt),
        _code(finding.fingerprint),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _block(tag: str, lines: Iterator[str] | Sequence[str]) -> bytes:
    """An element as a block of Markdown: an empty line, then none."""
    return "\n".join(["", f"<{tag}>", *lines, f"</{tag}>", ""]).encode()


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    return escape(printable(text))
