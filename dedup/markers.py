"""Comments in a text that take parts of it out of a check: from `dedup:ignore-start` to `dedup:ignore-end`.

A marker stands alone on its line behind the sign of a comment (`<!-- dedup:ignore-start -->`, `.. dedup:ignore-start`,
`// ...`, `# ...`, `% ...`, `{# ... #}`, `/* ... */`); what follows on its line may say why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dedup.errors import InputError
from dedup.records import Span

_WORD = "dedup:ignore-"
_MARKER = re.compile(r"^[ \t]*(?:<!--|//|#|%|\.\.|;|--|/\*|\{#|\{/\*)[ \t]*dedup:ignore-(start|end)\b.*$", re.M)
_VISIBLE = re.compile(r"[^\n\r]")


def marked_spans(text: str, name: str) -> list[Span]:
    """What stands between markers, with these, in order.

    Args:
        text: The text.
        name: What it is called, for errors.

    Raises:
        InputError: If a marker has no other one.
    """
    spans: list[Span] = []
    if _WORD not in text:
        return spans
    begun: re.Match[str] | None = None
    for marker in _MARKER.finditer(text):
        if (marker[1] == "start") == (begun is not None):
            raise _unpaired(text, name, marker, f"another dedup:ignore-{marker[1]} comes before it")
        if begun is not None:
            spans.append(Span(begun.start(), marker.end()))
        begun = marker if marker[1] == "start" else None
    if begun is not None:
        raise _unpaired(text, name, begun, "no dedup:ignore-end comes behind it")
    return spans


def blanked(text: str, spans: Sequence[Span]) -> str:
    """A text with spaces in place of all characters of some spans but line ends: offsets and lines are the same."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += text[done:start], _VISIBLE.sub(" ", text[start:end])
        done = end
    return "".join([*pieces, text[done:]])


def _unpaired(text: str, name: str, marker: re.Match[str], reason: str) -> InputError:
    line = text.count("\n", 0, marker.start()) + 1
    return InputError(name, f"dedup:ignore-{marker[1]}: {reason}; --no-markers takes them for text", line=line)
