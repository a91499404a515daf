"""Checks with any text wherever a text can stand, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from dedup import Settings
from dedup.findings import Checked, Finding, Limits, Location, Totals
from tests.checked import NASTY_NAMES, NASTY_TEXTS

_PIECES = (
    *NASTY_NAMES,
    *NASTY_TEXTS,
    "#",
    "##",
    "##x",
    "[",
    "]",
    "::",
    ":",
    "\n",
    "\r",
    "<",
    ">",
    "&",
    '"',
    "`",
    "|",
    " ",
    "%",
    ",",
    "=",
    "(",
    ")",
    "{",
    "}",
    "0",
    "/",
    "..",
    "\\",
    "\u2028",
)

_TEXTS = st.text(st.characters(), max_size=20) | st.lists(st.sampled_from(_PIECES), max_size=6).map("".join)
_COUNTS = st.integers(0, 10**9)
_PLACES = st.none() | st.integers(1, 10**6)
_SHARES = st.floats(0, 1)

_LOCATIONS = st.builds(
    Location,
    file=_TEXTS,
    document=_TEXTS,
    start=st.integers(0, 50),
    end=st.integers(50, 200),
    record=_PLACES,
    line=_PLACES,
    column=_PLACES,
    end_line=_PLACES,
    end_column=_PLACES,
)
_FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from(["duplicate", "overlap"]),
    level=st.sampled_from(["error", "warning", "note"]),
    at=_LOCATIONS,
    other=_LOCATIONS,
    is_canonical=st.booleans(),
    kind=st.sampled_from(["exact", "near"]),
    similarity=_SHARES,
    containment=_SHARES,
    novel=_COUNTS,
    tokens=_COUNTS,
    fingerprint=_TEXTS,
    copy=_COUNTS,
    copies=_COUNTS,
    is_new=st.none() | st.booleans(),
    excerpt=_TEXTS,
)
_TOTALS = st.builds(
    Totals,
    files=_COUNTS,
    documents=_COUNTS,
    characters=_COUNTS,
    duplicates=_COUNTS,
    duplicate_characters=_COUNTS,
    new=st.none() | _COUNTS,
    overlaps=_COUNTS,
    allowed=_COUNTS,
    unchanged=_COUNTS,
    revisits=_COUNTS,
    skipped=st.dictionaries(_TEXTS, _COUNTS, max_size=2),
    left_out=st.dictionaries(_TEXTS, _COUNTS, max_size=2),
)
CHECKS = st.builds(
    Checked,
    findings=st.lists(_FINDINGS, max_size=4).map(tuple),
    totals=_TOTALS,
    limits=st.just(Limits(max_duplicates=0)),
    failures=st.lists(_TEXTS, max_size=2).map(tuple),
    files=st.lists(_TEXTS, max_size=3).map(tuple),
    settings=st.just(Settings()),
    changed_since=st.none() | _TEXTS,
)
