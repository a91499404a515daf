"""What a check found, for programs: one JSON object, or JSON Lines. No clock, no absolute path: equal checks give equal
bytes.

Both say the same, under the names of the records in `findings`: what was checked and how, all findings, and what came
of them. Nothing is left out or made harmless; lone surrogates, which stand for bytes of names that are no UTF-8, are
escapes.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dedup.banding import choose_banding
from dedup.findings import Checked
from dedup.reports.jsonl import encoded, json_line, shown_settings, versions

FORMAT_VERSION = 1
# 1: first version


def write_json(checked: Checked) -> Iterator[bytes]:
    """One object; a finding a line, so that a comparison of two reports by lines shows what changed."""
    yield encoded(_header(checked) | _outcome(checked))[:-1] + b',"findings":['
    before = b"\n"
    for finding in checked.findings:
        yield before + encoded(finding)
        before = b",\n"
    yield b"\n]}\n"


def write_jsonl(checked: Checked) -> Iterator[bytes]:
    """Lines by `type`: `check` comes first, `summary` last, and every `finding` between them."""
    yield json_line(_header(checked))
    for finding in checked.findings:
        yield json_line({"type": "finding"} | msgspec.structs.asdict(finding))
    yield json_line({"type": "summary"} | _outcome(checked))


def shown_totals(checked: Checked) -> dict[str, object]:
    """How much there is of everything, and the share of it that is in duplicates."""
    totals = checked.totals
    shown = msgspec.structs.asdict(totals) | {"duplicate_ratio": totals.duplicate_ratio}
    return shown | {name: dict(sorted(shown[name].items())) for name in ("skipped", "left_out")}


def _header(checked: Checked) -> dict[str, object]:
    return {
        "type": "check",
        "format": FORMAT_VERSION,
        **versions(),
        "settings": shown_settings(checked.settings, choose_banding(checked.settings)),
        "limits": checked.limits,
        "changed_since": checked.changed_since,
    }


def _outcome(checked: Checked) -> dict[str, object]:
    return {"passed": checked.has_passed, "failures": checked.failures, "totals": shown_totals(checked)}
