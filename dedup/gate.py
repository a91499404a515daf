"""Findings and limits > passed or failed, with reasons: the heart of `dedup check`."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from dedup.errors import SettingsError
from dedup.findings import Finding, Level, Limits, Totals
from dedup.reports.wording import counted


def limits_of(
    max_duplicates: int | None,
    max_duplicate_ratio: float | None,
    fail_on_new: bool | None,
    *,
    has_baseline: bool,
    looks_inside: bool,
) -> Limits:
    """The limits that are in force: where a baseline is given, nothing new; where nothing is, no duplicates.

    Args:
        max_duplicates: As in `Limits`.
        max_duplicate_ratio: Likewise.
        fail_on_new: None to go by whether there is a baseline.
        has_baseline: Whether there is one.
        looks_inside: Whether duplicates are looked for, and not only overlaps with a reference set.

    Raises:
        SettingsError: If a limit is out of range, or new duplicates cannot be told.
    """
    if max_duplicates is not None and max_duplicates < 0:
        raise SettingsError("max_duplicates", max_duplicates, "give a whole number of at least 0")
    if max_duplicate_ratio is not None and not 0 <= max_duplicate_ratio <= 1:
        raise SettingsError("max_duplicate_ratio", max_duplicate_ratio, "give a ratio from 0 to 1, or up to 100%")
    if fail_on_new and not has_baseline:
        raise SettingsError("fail_on_new", fail_on_new, "nothing is known to be old: give --baseline as well")
    fails_on_new = has_baseline if fail_on_new is None else fail_on_new
    is_unlimited = max_duplicates is None and max_duplicate_ratio is None and not has_baseline
    return Limits(
        max_duplicates=0 if is_unlimited and looks_inside else max_duplicates,
        max_duplicate_ratio=max_duplicate_ratio,
        fail_on_new=fails_on_new,
    )


def failures_of(totals: Totals, limits: Limits) -> tuple[str, ...]:
    """A sentence for every limit that is exceeded."""
    failures = _exceeded(totals, limits)
    if limits.fail_on_new and totals.new:
        failures.append(f"{counted(totals.new, 'duplicate')} not in the baseline")
    if totals.overlaps:
        failures.append(f"{counted(totals.overlaps, 'overlap')} with the reference set")
    return tuple(failures)


def with_levels(findings: Sequence[Finding], totals: Totals, limits: Limits) -> tuple[Finding, ...]:
    """The findings, each with what it means for the check."""
    all_fail = bool(_exceeded(totals, limits))

    def level(finding: Finding) -> Level:
        if finding.rule == "overlap" or all_fail or (finding.is_new and limits.fail_on_new):
            return "error"
        return "note" if finding.is_new is False else "warning"

    return tuple(replace(finding, level=level(finding)) for finding in findings)


def _exceeded(totals: Totals, limits: Limits) -> list[str]:
    """A sentence for every limit of all duplicates that is exceeded."""
    found = []
    if limits.max_duplicates is not None and totals.duplicates > limits.max_duplicates:
        allowed = f"{limits.max_duplicates:,} allowed" if limits.max_duplicates else "none allowed"
        found.append(f"{counted(totals.duplicates, 'duplicate')}, {allowed}")
    if limits.max_duplicate_ratio is not None and totals.duplicate_ratio > limits.max_duplicate_ratio:
        shown = f"{_percent(totals.duplicate_ratio)} of the characters in duplicates"
        found.append(f"{shown}, {_percent(limits.max_duplicate_ratio)} allowed")
    return found


def _percent(ratio: float) -> str:
    return f"{100 * ratio:.4g}%"
