"""Chooses the kernels: the native ones where they were built, else the reference ones, with the same answers.

`DEDUP_KERNELS=native` or `reference` forces one; a forced one that is missing is an error.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from dedup.errors import SettingsError

if TYPE_CHECKING:
    from dedup._kernels.recipe import Recipe, Registered, Run
    from dedup._kernels.reference_arrays import (
        BandKeys,
        Folded,
        Ids,
        Maps,
        Offsets,
        Shingles,
        Signatures,
        Spans,
        TokenArrays,
        TokenHashes,
    )
    from dedup._kernels.reference_blocks import Span
    from dedup.records import Draft, Merge

_VARIABLE = "DEDUP_KERNELS"
_NAMES = ("native", "reference")


class Batch(Protocol):
    """Texts that have been prepared; see `reference_index.py`."""

    def count(self, text: int) -> int: ...
    def block(self, text: int, number: int) -> Span: ...
    def length(self, text: int) -> int: ...
    def totals(self, first: int, last: int) -> tuple[int, int]: ...


class Lines(Protocol):
    """Lines of JSON: a sequence of the texts in them; see `reference_lines.py`."""

    def __len__(self) -> int: ...
    def __getitem__(self, i: int, /) -> str: ...
    def id(self, i: int) -> str | None: ...
    def ids(self, prefix: str, first: int) -> list[str]: ...
    def raw(self, first: int, last: int) -> bytes: ...
    def styles(self, i: int) -> tuple[bool, bool]: ...
    def cut(self, i: int, spans: Sequence[Span]) -> bytes: ...


Texts: TypeAlias = "Sequence[str] | Lines"
"""Strings, or lines that hold some."""


class Fingerprints(Protocol):
    """Kept texts, and the runs that stand in them; see `reference_fingerprints.py`."""

    @property
    def capped(self) -> int: ...
    def __len__(self) -> int: ...
    def kept(self, number: int) -> tuple[int, str, list[Span]]: ...
    def keep(self, text: str, document: int = 0, blocks: Sequence[Span] = (), pieces: Sequence[Span] = ()) -> int: ...
    def find(self, text: str, gone: Sequence[Span] = (), blocks: Sequence[Span] = ()) -> list[Run]: ...


class Index(Protocol):
    """What is kept so far; see `reference_index.py`."""

    is_by_digest: bool
    has_same_characters: bool

    def __len__(self) -> int: ...
    @property
    def fingerprints(self) -> Fingerprints | None: ...
    @property
    def oversized_buckets(self) -> int: ...
    def prepare(self, texts: Texts, unit: int) -> Batch: ...
    def prepare_spans(self, texts: Texts, spans: list[list[Span]]) -> Batch: ...
    def pass_texts(self, batch: Batch, first: int, last: int, document: int) -> tuple[int, int]: ...
    def match_texts(self, batch: Batch, document: int) -> list[tuple[int, int, float, bool]]: ...
    def pass_through(self, batch: Batch, text: int, first: int, document: int, shift: int) -> int: ...
    def matches(self) -> list[tuple[int, float]]: ...
    def find_similar(self, batch: Batch, text: int, number: int) -> list[tuple[int, float]]: ...
    def keep(self, batch: Batch, text: int, number: int, document: int, shift: int) -> None: ...
    def kept(self) -> list[Span]: ...
    def entry(self, number: int) -> tuple[int, list[Span]]: ...
    def text(self, number: int) -> str: ...
    def keep_texts_in(self, file: int, resident: int) -> bool: ...
    @property
    def can_draft(self) -> bool: ...
    def drafts(
        self, batch: Batch, text: int, number: int, entry: int, shift: int, sentences: list[int] | None
    ) -> list[Draft] | None: ...
    def clean_simply(
        self,
        batch: Batch,
        text: int,
        document: int,
        unit: int,
        sentences: Callable[[str], list[int]],
        registered: Registered,
    ) -> tuple[str, tuple[Merge, ...]] | None: ...
    def commit(self) -> None: ...
    def roll_back(self, pieces: Sequence[Span]) -> None: ...


class Kernels(Protocol):
    """What every implementation offers; `reference_arrays.py` and its siblings say what each function computes."""

    NAME: str

    def tokenize(self, text: str, spans: Spans) -> TokenArrays: ...
    def shingle(self, hashes: TokenHashes, token_offsets: Offsets, ngram: int) -> tuple[Shingles, Offsets]: ...
    def minhash(
        self, shingles: Shingles, shingle_offsets: Offsets, multipliers: Maps, increments: Maps
    ) -> Signatures: ...
    def sign(self, texts: list[str], ngram: int, multipliers: Maps, increments: Maps) -> Signatures: ...
    def band_keys(self, signatures: Signatures, bands: int, rows: int) -> BandKeys: ...
    def number_tokens(self, folded: Folded, folded_ends: Offsets, hashes: TokenHashes) -> Ids: ...
    def fingerprints(self, texts: Texts, secret: bytes) -> list[bytes]: ...
    def count_lines(self, data: bytes) -> int: ...
    def read_lines(self, data: bytes, text_name: bytes, id_name: bytes) -> Lines | None: ...
    def split(self, text: str, unit: int) -> list[Span]: ...
    def Index(self, recipe: Recipe) -> Index: ...  # noqa: N802  # a class
    def Fingerprints(  # noqa: N802  # likewise
        self, min_span: int, limit: int, max_edit: int = 0, min_tokens: int = 0
    ) -> Fingerprints: ...
    def overlap(self, ids_a: Ids, ids_b: Ids, ngram: int) -> tuple[int, int, int]: ...


@cache
def chosen() -> Kernels:
    """The kernels of this process, chosen when they are first used.

    Raises:
        SettingsError: If `DEDUP_KERNELS` names none, or one that was not built.
    """
    return _load(chosen_name())


def chosen_name() -> str:
    """Name of the kernels of this process, without loading them.

    Raises:
        SettingsError: As `chosen`.
    """
    forced = os.environ.get(_VARIABLE, "")
    if forced and forced not in _NAMES:
        raise SettingsError(_VARIABLE, forced, f"choose one of {', '.join(_NAMES)}, or unset it")
    is_built = importlib.util.find_spec("dedup._kernels.native") is not None
    if forced == "native" and not is_built:
        remedy = "the native kernels were not built: install again where a C++ compiler is found"
        raise SettingsError(_VARIABLE, forced, remedy)
    return forced or ("native" if is_built else "reference")


def _load(name: str) -> Kernels:
    return cast("Kernels", importlib.import_module(f"dedup._kernels.{name}"))
