"""The Markdown report of a check: rendered by GitHub's own library, it holds its tables, and nothing from an input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given

from dedup.findings import Checked
from dedup.reports import markdown
from dedup.reports.terminal import printable
from dedup.reports.wording import largest_first, place, source
from tests.any_checked import CHECKS
from tests.checked import NASTY_NAMES, NASTY_TEXTS, many, nothing, sample

_GOLDEN = Path(__file__).parent / "data" / "check" / "sample.md"
_SHOWN_BY_GITHUB = 1024 * 1024
_ELEMENTS = {"h2", "ul", "li", "table", "tr", "th", "td", "code", "p"}


@dataclass
class _Page(HTMLParser):
    """What a rendered report holds.

    Attributes:
        elements: Names of all elements.
        odd: Attributes, comments, declarations, instructions, elements without an end: what should not be.
        cells: The cells of all rows that have any, row by row.
        codes: Texts of all `code` elements.
        others: Text outside of them.
    """

    html: str
    elements: set[str] = field(default_factory=set)
    odd: list[object] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    others: str = ""
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        self.close()
        self.odd += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.elements.add(tag)
        self.odd += attrs
        if tag == "tr":
            self.cells.append([])
        elif tag == "td":
            self.cells[-1].append("")
        elif tag == "code":
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.odd.append(tag)

    def handle_data(self, data: str) -> None:
        if "td" in self._open:
            self.cells[-1][-1] += data
        if "code" in self._open:
            self.codes[-1] += data
        else:
            self.others += data

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def handle_decl(self, decl: str) -> None:
        self.odd.append(decl)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)

    def unknown_decl(self, data: str) -> None:
        self.odd.append(data)


def _written(checked: Checked) -> str:
    return b"".join(markdown.write(checked)).decode("utf-8")


def _rendered(text: str) -> _Page:
    """What GitHub makes of a text before it takes out elements that it does not allow."""
    return _Page(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))


def _expected(checked: Checked) -> Iterator[list[str]]:
    """The texts of inputs in the rows of findings."""
    for finding in largest_first(checked.findings):
        if finding.level != "note":
            codes = [place(finding.at), source(finding), finding.excerpt, finding.fingerprint]
            yield [printable(code) for code in codes]


def test_golden() -> None:
    """The report on the sample is this one, to the byte."""
    assert b"".join(markdown.write(sample())) == _GOLDEN.read_bytes()


def test_the_renderer_makes_markup() -> None:
    """The texts of the sample are such that they become links, emphasis, images and handlers where nothing is done."""
    page = _rendered("\n\n".join(NASTY_TEXTS).encode("utf-8", "replace").decode("utf-8"))
    assert {"a", "em", "del", "code", "img"} <= page.elements
    assert ("onerror", "alert(1)") in page.odd


@pytest.mark.parametrize("checked", [sample(), many(300), nothing()], ids=["sample", "many", "nothing"])
def test_only_code_holds_text_of_inputs(checked: Checked) -> None:
    """Names and texts stand in `code`, where no mention, reference, formula or emoji is looked for."""
    page = _rendered(_written(checked))
    for nasty in (*NASTY_NAMES, *NASTY_TEXTS, "@", "#", "$", ":tada:", "http", "www"):
        assert printable(nasty) not in page.others


@given(CHECKS)
def test_texts_come_out_as_they_went_in(checked: Checked) -> None:
    """Whatever texts and names are, rendering gives the expected elements only, and the texts, made printable."""
    page = _rendered(_written(checked))
    assert page.elements <= _ELEMENTS
    assert page.odd == []
    expected = list(_expected(checked))
    rows = [cells for cells in page.cells if len(cells) == 6]
    assert [[row[1], row[2], row[4], row[5]] for row in rows] == expected
    others = [] if checked.changed_since is None else [printable(checked.changed_since)]
    assert page.codes == others + [code for codes in expected for code in codes]


def test_verdict() -> None:
    """The heading is the verdict, and every limit that is exceeded is named below it."""
    assert _written(nothing()).startswith("## dedup check: passed\n\n<table>\n")
    written = _written(sample())
    assert written.startswith("## dedup check: failed\n\n<ul>\n")
    assert written.count("<li>") == len(sample().failures) > 1


def test_what_matters_most_comes_first() -> None:
    """Errors stand before warnings, and long texts before short ones; what the baseline knows is counted."""
    page = _rendered(_written(sample()))
    levels = [cells[0] for cells in page.cells if len(cells) == 6]
    known = sum(finding.level == "note" for finding in sample().findings)
    assert levels == sorted(levels)
    assert set(levels) == {"error", "warning"}
    assert [f"{known} more"] in page.cells
    errors = [finding.characters for finding in largest_first(sample().findings) if finding.level == "error"]
    assert all(before >= after for before, after in pairwise(errors))


@pytest.mark.parametrize(("count", "rows"), [(99, 99), (100, 100), (101, 100), (100_000, 100)])
def test_a_hundred_thousand_findings(count: int, rows: int) -> None:
    """Row 47: a hundred findings stand in the table, the others are counted; totals are those of all."""
    written = _written(many(count))
    page = _rendered(written)
    assert sum(len(cells) == 6 for cells in page.cells) == rows
    assert written.endswith(f"</table>\n\nand {count - rows:,} more\n" if count > rows else "</table>\n")
    assert f"<tr><th>duplicates</th><td>{count:,}</td></tr>" in written
    assert len(written.encode()) < _SHOWN_BY_GITHUB / 8


def test_long_names() -> None:
    """Where names are as long as names can be, fewer findings stand in the table, as GitHub shows no larger summary."""
    from msgspec.structs import replace

    name = "&" * 4000 + ".txt"
    checked = many(200)
    findings = tuple(
        replace(finding, at=replace(finding.at, file=name), other=replace(finding.other, file=name))
        for finding in checked.findings
    )
    written = _written(replace(checked, findings=findings))
    rows = sum(len(cells) == 6 for cells in _rendered(written).cells)
    assert 10 < rows < 100
    assert written.endswith(f"\nand {200 - rows} more\n")
    assert len(written.encode()) < 950_000 < _SHOWN_BY_GITHUB
