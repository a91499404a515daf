"""Which documents came before, and what was cut from them: the same id with the same text again is a revisit."""

from __future__ import annotations

import secrets

from msgspec import Struct
from msgspec.structs import replace

from dedup import _kernels
from dedup._kernels import Memory, Texts
from dedup.packing import pack, unpack
from dedup.records import Cleaned


class Visit(Struct, frozen=True, gc=False):
    """A document that has come.

    Attributes:
        document: Its id.
        key: What its text is recognised by.
        repeats_id: Whether a document with its id came before.
        is_revisit: Whether one with its id and its text did.
    """

    document: str
    key: bytes
    repeats_id: bool
    is_revisit: bool


class Visits:
    """All documents so far.

    Ids and texts are recognised by hashes with a secret that is drawn for the run: nobody who does not know it can
    prepare two that are taken for one another. It changes no answer.

    Args:
        memory: What bounds their memory.
    """

    def __init__(self, memory: Memory) -> None:
        self._visits = _kernels.chosen().Visits(secrets.token_bytes(384), memory)

    def keys(self, texts: Texts) -> list[bytes]:
        """What texts are recognised by. Any thread may ask."""
        return self._visits.keys(texts)

    def enter(self, document: str, key: bytes) -> Visit:
        """A document with this id and a text with this key comes; whether it came before."""
        return Visit(document, key, *self._visits.enter(document, key))

    def enter_compared(self, document: str, key: bytes) -> Visit:
        """Likewise of a document that is compared and not kept: its id is remembered, and it is no revisit."""
        return Visit(document, key, self._visits.enter_id(document), is_revisit=False)

    def remember(self, visit: Visit, cleaned: Cleaned) -> None:
        """What was cut from a document that came for the first time, if anything was."""
        if cleaned.merges:
            self._visits.remember(visit.document, visit.key, pack(replace(cleaned, text="", fields={})))

    def changed(self, visit: Visit) -> Cleaned | None:
        """How the document of a revisit was cleaned, without its text; None if nothing was cut."""
        found = self._visits.remembered(visit.document, visit.key)
        return None if found is None else unpack(found, Cleaned)

    def save(self, file: int) -> None:
        """Write everything to an open file, the secret as well."""
        self._visits.save(file)

    def load(self, file: int) -> None:
        """Take what other visits wrote, in place of what is here.

        Raises:
            ValueError: If it is damaged.
        """
        self._visits.load(file)
