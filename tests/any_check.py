"""Checks with any texts in all places that come from inputs, for tests of what reports make of them."""

from __future__ import annotations

from hypothesis import strategies as st

from dedup import Settings
from dedup.findings import Checked, Finding, Limits, Location, Totals
from tests.checked import NASTY_NAMES, NASTY_TEXTS

_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=30),  # lone surrogates included
    st.text("%:,=#[](){}\\ \r\n\x85\u2028./;", max_size=20),
    st.sampled_from(
        (*NASTY_NAMES, *NASTY_TEXTS, "../../etc/passwd", "/etc/passwd", "//host/x", "./a", "a:b/c", "\ud800")
    ),
)
_NUMBERS = st.integers(1, 10**6)


@st.composite
def _locations(draw: st.DrawFn) -> Location:
    file, document, start, length = draw(_TEXTS), draw(_TEXTS), draw(st.integers(0, 10**6)), draw(_NUMBERS)
    end = start + length
    where = draw(st.sampled_from(("text", "line", "row")))
    if where == "row":
        return Location(file, document, start, end, draw(_NUMBERS))
    line = draw(_NUMBERS)
    if where == "line":
        return Location(file, document, start, end, draw(_NUMBERS), line, None, line)
    column, more = draw(_NUMBERS), draw(st.integers(0, 2))
    end_column = draw(_NUMBERS) if more else column + length
    return Location(file, file, start, end, None, line, column, line + more, end_column)


_FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from(("duplicate", "overlap")),
    level=st.sampled_from(("error", "warning", "note")),
    at=_locations(),
    other=_locations(),
    is_canonical=st.booleans(),
    kind=st.sampled_from(("exact", "near")),
    similarity=st.floats(0, 1),
    containment=st.floats(0, 1),
    novel=_NUMBERS,
    tokens=_NUMBERS,
    fingerprint=st.text("0123456789abcdef", min_size=32, max_size=32),
    copy=_NUMBERS,
    copies=_NUMBERS,
    is_new=st.sampled_from((True, False, None)),
    excerpt=_TEXTS,
)


def any_checks(most: int = 8) -> st.SearchStrategy[Checked]:
    """Checks with any findings: texts of inputs are any, lone surrogates included, numbers are possible ones."""
    totals = Totals(files=1, documents=2, characters=3, duplicates=1, duplicate_characters=1, skipped={"nesting": 1})
    return st.builds(
        Checked,
        findings=st.lists(_FINDINGS, max_size=most).map(tuple),
        totals=st.just(totals),
        limits=st.just(Limits(max_duplicates=0)),
        failures=st.sampled_from(((), ("1 duplicate, and 0 are allowed",))),
        files=st.just(("a",)),
        settings=st.just(Settings()),
        changed_since=st.one_of(st.none(), _TEXTS),
    )
