"""Which documents came before, and what was remembered of them, in plain Python: the specification."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from dedup.packing import load, save

SECRET_SIZE = 384


class Memory:
    """What bounds the memory of an index and of visits. Native kernels move to files in a folder what does not fit.

    Args:
        folder: Where to.
        limit: Bytes that the process may take before that is done; 0 for no limit.
    """

    def __init__(self, folder: str, limit: int) -> None:
        del folder, limit  # nothing is bounded here


class _State(Struct):
    secret: bytes
    ids: list[str]
    remembered: list[tuple[str, bytes, bytes | None]]


class Visits:
    """Documents that came: their ids, the keys of their texts, and what was remembered of them.

    Args:
        secret: 384 bytes that nobody else knows.
        memory: What bounds it.
    """

    def __init__(self, secret: bytes, memory: Memory) -> None:
        if len(secret) != SECRET_SIZE:
            raise ValueError(f"a secret has {SECRET_SIZE} bytes, not {len(secret)}")
        del memory
        self._secret = secret
        self._ids: set[str] = set()
        self._remembered: dict[tuple[str, bytes], bytes | None] = {}

    def keys(self, texts: Sequence[str]) -> list[bytes]:
        """16 bytes a text, which equal texts share and nobody can foresee who does not know the secret.

        Each implementation has keys of its own: they are compared within a run only.
        """
        encoded = (text.encode("utf-8", "surrogatepass") for text in texts)
        return [hashlib.blake2b(one, digest_size=16, key=self._secret[:64]).digest() for one in encoded]

    def enter(self, document: str, key: bytes) -> tuple[bool, bool]:
        """A document with this id and a text with this key comes.

        Returns:
            Whether one with its id came before, and whether one with its id and its text did.
        """
        is_revisit = (document, key) in self._remembered
        self._remembered.setdefault((document, key))
        return self.enter_id(document), is_revisit

    def enter_id(self, document: str) -> bool:
        """A document with this id comes, the text of which nobody will ask for; whether one with its id came before."""
        repeats_id = document in self._ids
        self._ids.add(document)
        return repeats_id

    def remember(self, document: str, key: bytes, data: bytes) -> None:
        """Remember something with a document that came."""
        self._remembered[document, key] = data

    def remembered(self, document: str, key: bytes) -> bytes | None:
        """What was remembered with it, if anything."""
        return self._remembered.get((document, key))

    def save(self, file: int) -> None:
        """Write everything to a file, the secret as well."""
        remembered = [(*visit, data) for visit, data in self._remembered.items()]
        save(file, _State(self._secret, sorted(self._ids), remembered))

    def load(self, file: int) -> None:
        """Take what other visits wrote, in place of what is here.

        Raises:
            ValueError: If it is damaged.
        """
        state = load(file, _State)
        self._secret, self._ids = state.secret, set(state.ids)
        self._remembered = {(document, key): data for document, key, data in state.remembered}
