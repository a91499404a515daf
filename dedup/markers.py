"""Comments in a text that take parts of it out of a check: from `dedup:ignore-start` to `dedup:ignore-end`.

A marker stands alone on its line behind the sign of a comment (`<!-- dedup:ignore-start -->`, `.. dedup:ignore-start`,
`// ...`, `# ...`, `% ...`, `{# ... #}`, `/* ... */`); what follows on its line may say why.
"""

from __future__ import annotations

import re

from dedup.errors import InputError

_WORD = "dedup:ignore-"
_MARKER = re.compile(r"^[ \t]*(?:<!--|//|#|%|\.\.|;|--|/\*|\{#|\{/\*)[ \t]*dedup:ignore-(start|end)\b.*$", re.M)
_VISIBLE = re.compile(r"[^\n\r]")


def without_marked(text: str, name: str) -> str:
    """A text with spaces in place of all characters between markers, and of these: offsets and lines are the same.

    Args:
        text: The text.
        name: What it is called, for errors.

    Raises:
        InputError: If a marker has no other one.
    """
    if _WORD not in text:
        return text
    pieces: list[str] = []
    done = 0
    begun: re.Match[str] | None = None
    for marker in _MARKER.finditer(text):
        if (marker[1] == "start") == (begun is not None):
            raise _unpaired(text, name, marker, f"another dedup:ignore-{marker[1]} comes before it")
        if begun is not None:
            pieces += text[done : begun.start()], _VISIBLE.sub(" ", text[begun.start() : marker.end()])
            done = marker.end()
        begun = marker if marker[1] == "start" else None
    if begun is not None:
        raise _unpaired(text, name, begun, "no dedup:ignore-end comes behind it")
    return "".join([*pieces, text[done:]])


def _unpaired(text: str, name: str, marker: re.Match[str], reason: str) -> InputError:
    line = text.count("\n", 0, marker.start()) + 1
    return InputError(name, f"dedup:ignore-{marker[1]}: {reason}; --no-markers takes them for text", line=line)
