"""Names of files as text that is the same in every locale: that of UTF-8, whatever the system takes them for.

Bytes of a name that are no UTF-8 become lone surrogates, as Python has it where the locale is one of UTF-8.
"""

from __future__ import annotations

import os


def portable_name(name: str) -> str:
    """A name as the system gave it > as reports have it."""
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def native_name(name: str) -> str:
    """The other way round.

    Raises:
        UnicodeError: If no file can have such a name.
    """
    return os.fsdecode(name.encode("utf-8", "surrogateescape"))
