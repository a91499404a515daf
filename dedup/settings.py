"""Every tunable, in one frozen object of plain values, checked when it is built."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal, TypeAlias, get_args

from dedup.errors import SettingsError
from dedup.keep_rules import FIRST, parse_keep_rule

Unit: TypeAlias = Literal[
    "paragraph",
    "document",
    "sentence",
    "line",
    "document,paragraph",
    "document,sentence",
    "document,line",
]
Scope: TypeAlias = Literal["corpus", "document"]
Novel: TypeAlias = Literal["keep", "drop"]
Cut: TypeAlias = Literal["sentence", "word"]
Protected: TypeAlias = Literal["numbers"]

MOST_SPAN = 10_000
MOST_NGRAM = 1000
MOST_PERMUTATIONS = 4096

# Measured in docs/accuracy.md. Short blocks need short shingles: one changed word costs `ngram` of them.
_NGRAM_BY_UNIT: dict[str, int] = {"document": 5, "paragraph": 2, "sentence": 2, "line": 2}
_SPAN_BY_UNIT: dict[str, int] = {"document": 0, "paragraph": 40, "sentence": 0, "line": 40}
_NOVEL_BY_UNIT: dict[str, Novel] = {"document": "drop", "paragraph": "keep", "sentence": "keep", "line": "keep"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How text is compared and cleaned. A ratio lies in 0..1.

    Attributes:
        unit: What a block is. `document,paragraph` and its like are two levels in one pass: documents that nearly
            repeat another one go as wholes, and the others are cleaned by the smaller unit. What is kept of a document
            is then compared, not what it was: none goes on the word of a text that went itself.
        scope: Compare within each document only, or across the corpus.
        threshold: Least exact Jaccard similarity of a near-duplicate. At 1, only equal shingle sets match.
        near: Whether nearly equal blocks are merged, or only those of equal tokens.
        ngram: Tokens in a shingle; by default 5 for documents and 2 for smaller units.
        num_perm: MinHash permutations; like `bands` and `rows` derived from `threshold` when None.
        bands: LSH bands; two blocks become candidates when all rows of a band agree.
        rows: Signature values in a band.
        miss_probability: How often LSH may miss a pair that lies exactly at the threshold.
        bucket_limit: Entries an LSH bucket holds; more of the same are counted, not stored.
        min_tokens: Blocks with fewer tokens are left alone.
        min_span: Least tokens of a run that is found for certain where it stands in kept text, wherever blocks begin or
            end. Shorter blocks are found where a sentence of a longer kept one begins with all of them. 0 looks for
            none. By default 40 for paragraphs and lines, and 0 for documents, which go whole, and for sentences, of
            which nothing smaller is cut.
        max_edit: Tokens that may differ between two runs of equal tokens and still be a mere edit.
        keep: Which copy is canonical: the one in the document that comes `first`, comes `last`, is `longest` (in
            characters), has the largest or smallest value of a field (`max:FIELD`, `min:FIELD`), or the one of its
            values that stands first in a list (`prefer:FIELD=VALUE,VALUE`). See `keep_rules`. Under every rule but
            `first` all documents are read before any is compared; their texts wait in a temporary file.
        novel: Whether what only a near-duplicate says stays (`keep`) or goes with it (`drop`, the default for
            documents).
        protect: Edits that are never mere edits. `numbers`: a sentence with another number stays, and where novel text
            is dropped the whole block does if a number took the place of another (either copy has one that the other
            has not, or they stand opposite each other), whatever else differs; a number that was only added does not
            keep it.
        cut: Where inside a block a cut may fall when a part of it stays. By `word` also between two characters of a
            script written without spaces, but not between one of those and a letter or number ("3月"). By `sentence`
            no two of them are brought together.
        language: Whose abbreviations the sentence splitter knows (an ISO 639 code).
        seed: Of the permutations; 1 is datasketch's.
        memory: Megabytes (10^6 bytes) that the process may take, about: what is kept and does not fit waits in
            temporary files (on Linux, with the native kernels). None for half of what the machine, or the container,
            has; 0 for as much as is needed. It changes no answer.

    Raises:
        SettingsError: If a value is out of range; its attributes name the setting and what it may be.
    """

    unit: Unit = "paragraph"
    scope: Scope = "corpus"
    threshold: float = 0.8
    near: bool = True
    ngram: int | None = None
    num_perm: int | None = None
    bands: int | None = None
    rows: int | None = None
    miss_probability: float = 0.01
    bucket_limit: int = 64
    min_tokens: int = 6
    min_span: int | None = None
    max_edit: int = 3
    keep: str = FIRST
    novel: Novel | None = None
    protect: tuple[Protected, ...] = ("numbers",)
    cut: Cut = "sentence"
    language: str = "en"
    seed: int = 1
    memory: int | None = None

    def __post_init__(self) -> None:
        _check_choice("unit", self.unit, get_args(Unit))
        _check_choice("scope", self.scope, get_args(Scope))
        _check_choice("cut", self.cut, get_args(Cut))
        parse_keep_rule(self.keep)
        if self.novel is not None:
            _check_choice("novel", self.novel, get_args(Novel))
        if not isinstance(self.protect, tuple):
            raise SettingsError("protect", self.protect, "give a tuple, such as ('numbers',) or ()")
        for protected in self.protect:
            _check_choice("protect", protected, get_args(Protected))
        if not isinstance(self.near, bool):
            raise SettingsError("near", self.near, "give True or False")
        _check_ratio("threshold", self.threshold, one_allowed=True)
        _check_ratio("miss_probability", self.miss_probability, one_allowed=False)
        for name, most in (("ngram", MOST_NGRAM), ("num_perm", MOST_PERMUTATIONS), ("bands", None), ("rows", None)):
            if getattr(self, name) is not None:
                _check_whole(name, getattr(self, name), least=1, most=most)
        _check_whole("bucket_limit", self.bucket_limit, least=1)
        _check_whole("min_tokens", self.min_tokens, least=1)
        if self.min_span is not None:
            _check_whole("min_span", self.min_span, least=0, most=MOST_SPAN)
        _check_whole("max_edit", self.max_edit, least=0)
        if self.memory is not None:
            _check_whole("memory", self.memory, least=0)
        _check_whole("seed", self.seed, least=0, most=2**32 - 1)
        if not isinstance(self.language, str) or not self.language.isascii() or not self.language.isalpha():
            raise SettingsError("language", self.language, "give an ISO 639 code such as en or de")
        self._check_bands()

    def _check_bands(self) -> None:
        if (self.bands is None) != (self.rows is None):
            name = "bands" if self.bands is None else "rows"
            raise SettingsError(name, None, "set bands and rows together, or neither")
        if self.bands and self.rows and self.bands * self.rows > (self.num_perm or MOST_PERMUTATIONS):
            remedy = f"{self.bands} bands of {self.rows} rows need {self.bands * self.rows} permutations"
            raise SettingsError("num_perm", self.num_perm or MOST_PERMUTATIONS, remedy)

    @property
    def block_unit(self) -> str:
        """`unit`, or the smaller one of two."""
        return self.unit.split(",")[-1]

    @property
    def of_blocks(self) -> Settings:
        """The settings of the smaller unit, if there are two."""
        return self.changed({"unit": self.block_unit})

    @property
    def of_wholes(self) -> Settings | None:
        """Those of whole documents, which go whole, if these come first; alone they repeat nothing."""
        if self.unit == self.block_unit or self.scope == "document":
            return None
        return self.changed({"unit": "document", "novel": "drop", "min_span": 0})

    @property
    def shingle_length(self) -> int:
        """`ngram`, or its default for the unit."""
        return self.ngram if self.ngram is not None else _NGRAM_BY_UNIT[self.block_unit]

    @property
    def span_length(self) -> int:
        """`min_span`, or its default for the unit."""
        return self.min_span if self.min_span is not None else _SPAN_BY_UNIT[self.block_unit]

    @property
    def keeps_first(self) -> bool:
        """Whether documents are gone through as they come."""
        return self.keep == FIRST

    @property
    def keeps_novel(self) -> bool:
        """Whether what only a near-duplicate says stays."""
        return (self.novel or _NOVEL_BY_UNIT[self.block_unit]) == "keep"

    def changed(self, changes: dict[str, object]) -> Settings:
        """A copy with some settings changed.

        Raises:
            SettingsError: If a name is not a setting, or a value is out of range.
        """
        known = [setting.name for setting in fields(self)]
        for name, value in changes.items():
            if name not in known:
                raise SettingsError(name, value, f"there is no such setting; there are {', '.join(known)}")
        return replace(self, **changes)  # type: ignore[arg-type]  # names and values were checked by us, not by types


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(name, value, f"choose one of {', '.join(choices)}")


def _check_ratio(name: str, value: object, *, one_allowed: bool) -> None:
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and (0 < value < 1 or (one_allowed and value == 1))
    ):
        return
    raise SettingsError(name, value, f"give a ratio above 0 and {'up to' if one_allowed else 'below'} 1")


def _check_whole(name: str, value: object, *, least: int, most: int | None = None) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= least and (most is None or value <= most):
        return
    bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
    raise SettingsError(name, value, f"give a whole number {bounds}")
