"""Runs a check as the command does, in this process, and shortens what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dedup.checking import Checking, check_files
from dedup.findings import Checked, Limits
from dedup.gate import limits_of
from dedup.reading import Reading
from dedup.reports.wording import place
from dedup.settings import Settings
from tests.command import Nobody

A = "The quick brown fox jumps over the lazy dog near the river bank."
B = "An old owl sat quietly in the tall oak and watched the whole field."
C = "Every evening the miller counted his sacks before he closed the gate."
D = "Nobody in the village remembered when the bridge had been built at last."
NEAR_A = "The quick brown fox jumps over the lazy dog near the river bank today again."
EDITED_A = "The quick brown fox jumps over the lazy dog near the river shore."


def check(
    folder: Path,
    *paths: str,
    settings: dict[str, Any] | None = None,
    reading: Reading | None = None,
    limits: Limits | None = None,
    jobs: int = 1,
    **changes: Any,
) -> Checked:
    """Check all of a folder, or some paths in it; a baseline is one in the folder too."""
    baseline = changes.get("baseline")
    if baseline is not None:
        changes["baseline"] = str(folder / baseline)
    changes["against"] = [str(folder / path) for path in changes.get("against", ())]
    own_limits = limits or limits_of(None, None, None, has_baseline=baseline is not None, looks_inside=True)
    checking = Checking(
        paths=[str(folder / path) for path in paths or ("",)],
        root=folder,
        limits=own_limits,
        **changes,
    )
    return check_files(checking, Settings(**(settings or {})), reading or Reading(), Nobody(), jobs=jobs)


def places(checked: Checked) -> list[str]:
    """Where to look, and what stands for it: `b.md:1:1 = a.md:1:1`."""
    return [f"{place(finding.at)} = {place(finding.other)}" for finding in checked.findings]


def new_files(checked: Checked) -> list[str]:
    """The files of findings that the baseline does not know."""
    return [finding.at.file for finding in checked.findings if finding.is_new]


def page(*paragraphs: str) -> str:
    """A text of some paragraphs."""
    return "\n\n".join(paragraphs) + "\n"


def levels(checked: Checked) -> Sequence[str]:
    """What each finding means."""
    return [finding.level for finding in checked.findings]
