"""Limits: which are in force, when they are exceeded, and what that makes of each finding."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dedup.errors import SettingsError
from dedup.findings import Finding, Level, Limits, Location, Totals
from dedup.gate import failures_of, limits_of, with_levels

_TOTALS = Totals(files=1, documents=1, characters=1000, duplicates=3, duplicate_characters=20)
_AT = Location("a.md", "a.md", 0, 10)
_FINDING = Finding("duplicate", "error", _AT, _AT, False, "exact", 1.0, 1.0, 0, 9, "0" * 32, 2, 2, None, "x")


@pytest.mark.parametrize(
    ("given", "has_baseline", "looks_inside", "limits"),
    [
        ((None, None, None), False, True, Limits(max_duplicates=0)),
        ((None, None, None), True, True, Limits(fail_on_new=True)),
        ((None, None, False), False, True, Limits(max_duplicates=0)),
        ((None, None, None), False, False, Limits()),
        ((5, None, None), False, True, Limits(max_duplicates=5)),
        ((None, 0.5, None), False, True, Limits(max_duplicate_ratio=0.5)),
        ((5, None, None), True, True, Limits(max_duplicates=5, fail_on_new=True)),
        ((5, None, False), True, True, Limits(max_duplicates=5)),
        ((None, None, False), True, True, Limits()),
        ((0, 0.0, True), True, True, Limits(max_duplicates=0, max_duplicate_ratio=0.0, fail_on_new=True)),
        ((0, 1.0, None), False, False, Limits(max_duplicates=0, max_duplicate_ratio=1.0)),
    ],
)
def test_limits_in_force(
    given: tuple[int | None, float | None, bool | None], has_baseline: bool, looks_inside: bool, limits: Limits
) -> None:
    """Without a limit nothing may be repeated; with a baseline nothing new; with only a reference set, no overlap."""
    assert limits_of(*given, has_baseline=has_baseline, looks_inside=looks_inside) == limits


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ((-1, None, None), "max_duplicates"),
        ((None, -0.1, None), "max_duplicate_ratio"),
        ((None, 1.5, None), "max_duplicate_ratio"),
        ((None, float("nan"), None), "max_duplicate_ratio"),
        ((None, None, True), "fail_on_new"),
    ],
)
def test_limits_that_cannot_be(given: tuple[int | None, float | None, bool | None], name: str) -> None:
    """Row 48: a limit out of range is refused, and so is one that nothing can tell."""
    with pytest.raises(SettingsError) as caught:
        limits_of(*given, has_baseline=False, looks_inside=True)
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("limits", "failures"),
    [
        (Limits(), ()),
        (Limits(max_duplicates=3), ()),
        (Limits(max_duplicates=2), ("3 duplicates, 2 allowed",)),
        (Limits(max_duplicates=0), ("3 duplicates, none allowed",)),
        (Limits(max_duplicate_ratio=0.02), ()),
        (Limits(max_duplicate_ratio=0.0199), ("2% of the characters in duplicates, 1.99% allowed",)),
        (Limits(max_duplicate_ratio=1.0), ()),
        (Limits(fail_on_new=True), ("1 duplicate not in the baseline",)),
        (
            Limits(max_duplicates=1, max_duplicate_ratio=0.0, fail_on_new=True),
            (
                "3 duplicates, 1 allowed",
                "2% of the characters in duplicates, 0% allowed",
                "1 duplicate not in the baseline",
            ),
        ),
    ],
)
def test_failures(limits: Limits, failures: tuple[str, ...]) -> None:
    """A limit is exceeded by more than it says, not by as much; every one that is, is named."""
    assert failures_of(replace(_TOTALS, new=1), limits) == failures


def test_overlaps_always_fail() -> None:
    """No limit allows an overlap with the reference set."""
    assert failures_of(replace(_TOTALS, duplicates=0, overlaps=2), Limits()) == ("2 overlaps with the reference set",)


@pytest.mark.parametrize(
    ("limits", "news", "expected"),
    [
        (Limits(), (None, None, None), ("warning", "warning", "warning")),
        (Limits(max_duplicates=2), (None, None, None), ("error", "error", "error")),
        (Limits(fail_on_new=True), (False, True, False), ("note", "error", "note")),
        (Limits(), (False, True, False), ("note", "warning", "note")),
        (Limits(max_duplicates=0, fail_on_new=True), (False, True, False), ("error", "error", "error")),
    ],
)
def test_levels(limits: Limits, news: tuple[bool | None, ...], expected: tuple[Level, ...]) -> None:
    """What counts towards a limit that is exceeded is an error, what the baseline knows a note, all else a warning."""
    findings = [replace(_FINDING, is_new=is_new) for is_new in news]
    totals = replace(_TOTALS, new=None if None in news else sum(map(bool, news)))
    assert tuple(finding.level for finding in with_levels(findings, totals, limits)) == expected
