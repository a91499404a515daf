"""Which documents came before, and what was cut from them: the same id with the same text again is a revisit."""

from __future__ import annotations

import secrets

from msgspec import Struct
from msgspec.structs import replace

from dedup import _kernels
from dedup._kernels import Texts
from dedup.packing import pack, unpack
from dedup.records import Cleaned


class Visit(Struct, frozen=True, gc=False):
    """A document that has come.

    Attributes:
        document: Its id.
        fingerprint: What its text is recognised by.
        repeats_id: Whether a document with its id came before.
        is_revisit: Whether one with its id and its text did.
    """

    document: str
    fingerprint: bytes
    repeats_id: bool
    is_revisit: bool


class Visits:
    """All documents so far.

    Texts are recognised by hashes with a secret that is drawn for the run: nobody who does not know it can prepare two
    texts that are taken for one another. It changes no answer.
    """

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(384)
        self._first: dict[str, bytes] = {}  # fingerprint of the first text with each id
        self._later: dict[str, set[bytes]] = {}  # of texts that came later with the same id
        self._changed: dict[tuple[str, bytes], bytes] = {}  # documents of which something was cut

    def fingerprints(self, texts: Texts) -> list[bytes]:
        """What texts are recognised by. Any thread may ask."""
        return _kernels.chosen().fingerprints(texts, self._secret)

    def enter(self, document: str, fingerprint: bytes) -> Visit:
        """A document with this id and a text with this fingerprint comes; whether it came before."""
        first = self._first.setdefault(document, fingerprint)
        if first is fingerprint:
            return Visit(document, fingerprint, repeats_id=False, is_revisit=False)
        later = self._later.setdefault(document, set())
        is_revisit = fingerprint == first or fingerprint in later
        later.add(fingerprint)
        return Visit(document, fingerprint, repeats_id=True, is_revisit=is_revisit)

    def remember(self, visit: Visit, cleaned: Cleaned) -> None:
        """What was cut from a document that came for the first time, if anything was."""
        if cleaned.merges:
            self._changed[visit.document, visit.fingerprint] = pack(replace(cleaned, text="", fields={}))

    def changed(self, visit: Visit) -> Cleaned | None:
        """How the document of a revisit was cleaned, without its text; None if nothing was cut."""
        found = self._changed.get((visit.document, visit.fingerprint))
        return None if found is None else unpack(found, Cleaned)
