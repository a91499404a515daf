"""What somebody may have meant who misspelt a name."""

from __future__ import annotations

from collections.abc import Sequence

_LEAST_ALIKE = 0.5


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that is most like a name, whatever the case of letters; None if none is much like it."""
    from difflib import get_close_matches  # noqa: PLC0415  # only where something is wrong

    near = get_close_matches(name.lower(), [each.lower() for each in known], 1, _LEAST_ALIKE)
    return next((each for each in known if near and each.lower() == near[0]), None)
