"""The native short cuts give the answers of the long way, and so do the reference kernels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Cleaned, Document, Settings, _kernels
from dedup._kernels import reference
from dedup._kernels.recipe import DOCUMENT, LINE, PARAGRAPH
from dedup.alignment import align
from dedup.drafts import draft
from dedup.excerpts import Excerpt
from dedup.index import Prepared
from dedup.level import Level
from dedup.pairs import Pair
from dedup.shingles import tokenize
from tests import corpora
from tests.kernels import native, needs_native
from tests.naive import any_text
from tests.test_real_data import load

pytestmark = needs_native


class _LongWay:
    """The native kernels with an index that takes no short cut."""

    def __init__(self, kernels: ModuleType, *, can_draft: bool) -> None:
        self._kernels = kernels
        self._can_draft = can_draft

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernels, name)

    def Index(self, recipe: Any, memory: Any = None) -> Any:  # noqa: N802  # a class
        return _LongWayIndex(self._kernels.Index(recipe, memory), can_draft=self._can_draft)


class _LongWayIndex:
    def __init__(self, index: Any, *, can_draft: bool) -> None:
        self._index = index
        self.can_draft = can_draft

    def __len__(self) -> int:
        return len(self._index)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def clean_simply(self, *_given: object) -> None:
        """Never."""


@contextmanager
def kernels_are(kernels: object) -> Iterator[None]:
    """For a while, these are the kernels of the process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_kernels, "chosen", lambda: kernels)
        yield


@contextmanager
def counted_calls(owner: type, name: str) -> Iterator[list[Any]]:
    """For a while, the objects whose method of that name is called are listed."""
    called: list[Any] = []
    method = getattr(owner, name)

    def call(self: Any, *given: Any) -> Any:
        called.append(self)
        return method(self, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, call)
        yield called


def cleaned(kernels: object, documents: list[Document], chosen: Settings) -> tuple[list[Cleaned], object]:
    """What comes out under some kernels, and the books."""
    with kernels_are(kernels), dedup.Deduplicator(chosen) as deduplicator:
        return [deduplicator.add(document) for document in documents], deduplicator.summary


@settings(max_examples=400, deadline=None)
@given(documents=corpora.corpora(), chosen=corpora.settings())
def test_all_ways_lead_to_the_same_texts_and_merges(documents: list[Document], chosen: Settings) -> None:
    """Short cuts, native kernels without them, and the reference kernels: the same documents, merges and books."""
    assert native is not None
    expected = cleaned(reference, documents, chosen)
    assert cleaned(native, documents, chosen) == expected
    assert cleaned(_LongWay(native, can_draft=True), documents, chosen) == expected
    assert cleaned(_LongWay(native, can_draft=False), documents, chosen) == expected


@settings(max_examples=400, deadline=None)
@given(documents=corpora.interleaved(), chosen=corpora.settings(), min_span=st.integers(3, 10))
def test_all_ways_lead_to_the_same_for_texts_in_pieces(
    documents: list[Document], chosen: Settings, min_span: int
) -> None:
    """The same where what is left of documents, and kept copies, are put together from pieces of them."""
    assert native is not None
    chosen = chosen.changed({"min_span": min_span, "scope": "corpus"})
    expected = cleaned(native, documents, chosen)
    assert cleaned(_LongWay(native, can_draft=False), documents, chosen) == expected


def compared(kernels: object, documents: list[Document], chosen: Settings, kept: int) -> tuple[list[Cleaned], object]:
    """What comes out under some kernels if only so many documents are kept, and the books."""
    with kernels_are(kernels), dedup.Deduplicator(chosen) as deduplicator:
        reference_set = [deduplicator.add(document) for document in documents[:kept]]
        deduplicator.freeze()
        return reference_set + [deduplicator.add(document) for document in documents[kept:]], deduplicator.summary


@settings(max_examples=200, deadline=None)
@given(documents=corpora.corpora(6) | corpora.interleaved(), chosen=corpora.settings(), kept=st.integers(1, 4))
def test_all_ways_lead_to_the_same_where_nothing_more_is_kept(
    documents: list[Document], chosen: Settings, kept: int
) -> None:
    """The same for documents that are compared with what was kept before, and with nothing else."""
    assert native is not None
    chosen = chosen.changed({"scope": "corpus"})
    expected = compared(reference, documents, chosen, kept)
    assert compared(native, documents, chosen, kept) == expected
    assert compared(_LongWay(native, can_draft=True), documents, chosen, kept) == expected
    assert compared(_LongWay(native, can_draft=False), documents, chosen, kept) == expected


@pytest.mark.parametrize("min_span", [None, 12])
@pytest.mark.parametrize("unit", ["paragraph", "line", "document"])
@pytest.mark.parametrize("name", ["gesetze.jsonl", "license_texts.jsonl"])
def test_all_ways_lead_to_the_same_on_real_texts(name: str, unit: Any, min_span: int | None) -> None:
    """The same on real documents, nearly all of which take a short cut."""
    assert native is not None
    documents, chosen = list(load(name))[:60], Settings(unit=unit, min_span=min_span)
    with counted_calls(Level, "_gone_through") as taking_the_long_way:
        expected = cleaned(native, documents, chosen)
    assert len(taking_the_long_way) <= 2
    assert sum(bool(one.merges) for one in expected[0]) >= 20
    assert cleaned(_LongWay(native, can_draft=False), documents, chosen) == expected


def test_real_texts_are_in_pieces() -> None:
    """Among the real texts that are compared are some in pieces, on both sides and on either."""
    assert native is not None
    found: set[tuple[bool, bool]] = set()
    for unit in ("paragraph", "document"):
        with counted_calls(Pair, "segments") as compared:
            cleaned(
                _LongWay(native, can_draft=False), list(load("gesetze.jsonl"))[:60], Settings(unit=unit, min_span=12)
            )
        found |= {(len(pair.a.pieces) > 1, len(pair.b.pieces) > 1) for pair in compared}
    assert len(found) == 4


@settings(max_examples=300, deadline=None)
@given(a=corpora.texts(), b=corpora.texts(), chosen=corpora.settings())
def test_drafts_are_those_of_the_long_way(a: str, b: str, chosen: Settings) -> None:
    """What of one text may be merged with another comes out the same natively."""
    kept, block = b.strip(), a.strip()
    chosen = chosen.changed({"unit": "document", "threshold": 0.01, "min_tokens": 1, "bands": 1, "rows": 1})
    with kernels_are(native), dedup.Deduplicator(chosen) as deduplicator:
        index = deduplicator._blocks.index
        index.register(["b", "a"], 0)
        batch = index.prepare([kept, block])
        if index.pass_texts(batch, 0, 1) != 1 or not len(index) or not batch.count(1):
            return
        native_drafts = index.drafts(Prepared(batch, 1), 0, 0, Excerpt.whole(block))
    pair = Pair(Excerpt.whole(block), tokenize(block), Excerpt.whole(kept), chosen)
    assert native_drafts == [draft(pair, part) for parts in pair.segments() for part in parts]


@settings(max_examples=500, deadline=None)
@given(text=any_text | corpora.texts(), unit=st.sampled_from([DOCUMENT, LINE, PARAGRAPH]))
def test_blocks_are_split_alike(text: str, unit: int) -> None:
    """The native splitter finds the blocks of its specification."""
    assert native is not None
    assert native.split(text, unit) == reference.split(text, unit)


word = st.sampled_from(
    ["word", "longer-word", "Wörter", "Überall", "(Слово", "ΛΌΓΟΣ", "3.", "漢字", "end.", "end.”", "x\u0301", " "]
)
wrapped = st.lists(word, max_size=200)
edited = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 20), st.just("") | word | st.just("long " * 9)), max_size=9
)


@settings(max_examples=300, deadline=None)
@given(
    words=wrapped,
    width=st.integers(20, 130),
    edits=edited,
    glue=st.sampled_from(["\n", "\r\n", "\u2028", "\n  ", " \n", "\f", "\nWord ", "\nand "]),
)
def test_wrapped_lines_are_put_together_alike(
    words: list[str], width: int, edits: list[tuple[int, int, str]], glue: str
) -> None:
    """Whatever the width, whatever ends and begins the lines, and whichever words were changed afterwards."""
    assert native is not None
    rows: list[str] = [""]
    for word in words:
        if len(rows[-1]) + len(word) + 1 > width:
            rows.append("")
        rows[-1] += f" {word}" if rows[-1] else word
    for row, at, instead in edits:
        kept = rows[row % len(rows)].split(" ")
        kept[at % len(kept)] = instead
        rows[row % len(rows)] = " ".join(kept)
    text = glue.join(rows)
    assert native.split(text, PARAGRAPH) == reference.split(text, PARAGRAPH)


tokens = st.lists(st.integers(0, 6), max_size=60) | st.lists(st.integers(0, 200), max_size=90)


@settings(max_examples=300, deadline=None)
@given(a=tokens, b=tokens, ngram=st.integers(1, 4))
def test_texts_are_aligned_alike(a: list[int], b: list[int], ngram: int) -> None:
    """Everything of a text that is aligned with another one goes; natively the same goes as by `align`."""
    one, other = (" ".join(f"w{token}" for token in sequence) for sequence in (a, b))
    if not a or not b:
        return
    chosen = Settings(unit="document", ngram=ngram, threshold=1e-9, min_tokens=1, bands=1, rows=1)
    with kernels_are(native), dedup.Deduplicator(chosen) as deduplicator:
        index = deduplicator._blocks.index
        index.register(["b"], 0)
        batch = index.prepare([other, one])
        index.pass_texts(batch, 0, 1)
        found = index.drafts(Prepared(batch, 1), 0, 0, Excerpt.whole(one))
    runs = align(a, b, ngram)
    if found:
        assert found[0].novel == len(a) - sum(run.length for run in runs) or found[0].kind == "exact"


def test_every_instruction_set_gives_the_same_answers() -> None:
    """Tokens and signatures do not depend on which instructions the processor has, around every chunk of 64."""
    assert native is not None
    names = native.instruction_sets_here()
    assert names[-1] == "portable"
    texts = [
        prefix + "Aa_1 zZ-9 @[`{ " * 9 + suffix for prefix in ("", "ü", "я", "𝒜") for suffix in ("", "é", "x" * 70)
    ]
    texts = [
        text[start : start + size] for text in texts for start in (0, 1, 7) for size in (*range(60, 70), 127, 128, 129)
    ]
    maps = dedup.minhash.Permutations.drawn(130, 1)
    answers = []
    try:
        for name in names:
            native.use_instructions(name)
            tokenized = [native.tokenize(text, np.array([[0, len(text)]], np.int64)) for text in texts]
            signed = native.sign(texts, 3, maps.multipliers, maps.increments)
            answers.append(([[part.tolist() for part in arrays] for arrays in tokenized], signed.tolist()))
    finally:
        native.use_instructions(names[0])
    assert all(answer == answers[0] for answer in answers)
    with pytest.raises(ValueError, match="portable"):
        native.use_instructions("none")


@pytest.mark.parametrize("kernels", [reference, native])
def test_keys_tell_texts_apart(kernels: ModuleType) -> None:
    """Equal texts have equal keys under a secret, other texts and other secrets others."""

    def visits(secret: bytes) -> Any:
        return kernels.Visits(secret, kernels.Memory("", 0))

    secret = os.urandom(384)
    texts = ["", "a", "ä", "aa", "\u4e2d", "\U0001f600", "\ud800", "a" * 1000, "a" * 999 + "b", "a\x00"]
    found = visits(secret).keys(texts)
    assert found == visits(secret).keys(["".join(list(text)) for text in texts])
    assert len(set(found)) == len(texts)
    assert visits(os.urandom(384)).keys(["a" * 1000])[0] not in found
    lines = kernels.read_lines(b'{"text":"a"}\n{"text":"\\u00e4"}\n{"text":"\xc3\xa4"}', b"text", b"id")
    assert visits(secret).keys(lines) == [found[1], found[2], found[2]]
    with pytest.raises(ValueError, match="384"):
        visits(b"short")
