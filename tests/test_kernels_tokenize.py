"""The tokenizing kernel on every implementation, against each other and against a naive third one."""

from __future__ import annotations

import unicodedata
from types import ModuleType

import numpy as np
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup._kernels import reference
from dedup._kernels.reference_arrays import TokenArrays
from tests.kernels import IMPLEMENTATIONS, native, needs_native
from tests.naive import PIECES, any_text, texts, tokens

per_implementation = pytest.mark.parametrize("kernels", IMPLEMENTATIONS)


def tokenized(kernels: ModuleType, text: str, *spans: tuple[int, int]) -> TokenArrays:
    chosen = np.array(spans or [(0, len(text))], np.int64).reshape(-1, 2)
    result: TokenArrays = kernels.tokenize(text, chosen)
    return result


def words(kernels: ModuleType, text: str) -> list[str]:
    _, _, _, _, folded, folded_ends = tokenized(kernels, text)
    ends = folded_ends.tolist()
    return [folded.tobytes()[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]


def hashes(kernels: ModuleType, text: str) -> list[int]:
    return [int(value) for value in tokenized(kernels, text)[2]]


def assert_tokens_are_naive(kernels: ModuleType, text: str, *spans: tuple[int, int]) -> None:
    starts, ends, _, token_offsets, _, _ = got = tokenized(kernels, text, *spans)
    per_span = [list(tokens(text, *span)) for span in spans or [(0, len(text))]]
    expected = [token for found in per_span for token in found]
    folded = [token[2].encode() for token in expected]
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [token[:2] for token in expected]
    assert got[4].tobytes() == b"".join(folded)
    assert np.diff(got[5], prepend=0).tolist() == [len(token) for token in folded]
    assert got[2].tolist() == [xxhash.xxh3_64_intdigest(token) for token in folded]
    assert token_offsets.tolist() == [0, *np.cumsum([len(found) for found in per_span], dtype=int).tolist()]
    assert [array.dtype for array in got] == [np.int64, np.int64, np.uint64, np.int64, np.uint8, np.int64]


@per_implementation
@settings(max_examples=400, deadline=None)
@given(text=any_text)
def test_tokens_are_those_of_the_definition(kernels: ModuleType, text: str) -> None:
    """Words, offsets, bytes and hashes equal those of a tokenizer that folds first and looks for words afterwards."""
    assert_tokens_are_naive(kernels, text)


@per_implementation
@settings(max_examples=150, deadline=None)
@given(text=texts(), cuts=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=5))
def test_every_span_is_read_by_itself(kernels: ModuleType, text: str, cuts: list[tuple[float, float]]) -> None:
    """The tokens of a span are those of its characters alone, whatever stands around it and in whichever order."""
    places = [sorted((int(a * len(text)), int(b * len(text)))) for a, b in cuts]
    spans = [(start, end) for start, end in places]
    arrays = tokenized(kernels, text, *spans) if spans else kernels.tokenize(text, np.empty((0, 2), np.int64))
    alone = [tokenized(kernels, text[start:end]) for start, end in spans]
    assert arrays[0].tolist() == [start + at for (start, _), got in zip(spans, alone, strict=True) for at in got[0]]
    assert arrays[2].tolist() == [value for got in alone for value in got[2].tolist()]
    assert np.diff(arrays[3]).tolist() == [len(got[0]) for got in alone]


@needs_native
@settings(max_examples=400, deadline=None)
@given(text=any_text)
def test_native_tokens_equal_reference_tokens(text: str) -> None:
    """All six arrays of the native tokenizer equal those of the specification."""
    assert native is not None
    for fast, plain in zip(tokenized(native, text), tokenized(reference, text), strict=True):
        np.testing.assert_array_equal(fast, plain, strict=True)


@per_implementation
@pytest.mark.parametrize("first", PIECES)
def test_neighbours_are_told_apart_as_the_definition_says(kernels: ModuleType, first: str) -> None:
    """Every pair of tricky characters, inside ASCII, gives the tokens of the definition."""
    pairs = [f"x{first}{second}Y" for second in PIECES]
    ends = np.cumsum([len(pair) for pair in pairs]).tolist()
    assert_tokens_are_naive(kernels, "".join(pairs), *zip([0, *ends], ends, strict=False))


@per_implementation
@pytest.mark.parametrize("wide", ["", "é", "Ω", "\U0001d400"])
def test_storage_width_does_not_matter(kernels: ModuleType, wide: str) -> None:
    """The same characters give the same tokens in each of Python's string storages."""
    text = "Hello, WORLD_1! 42 times."
    assert words(kernels, f"{text} {wide}")[:5] == ["hello", "world_1", "42", "times", *words(kernels, wide)]
    assert tokenized(kernels, f"{text} {wide}")[0].tolist()[:4] == [0, 7, 16, 19]


@per_implementation
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("é Å ǖ ṩ ộ", "e\u0301 A\u030a u\u0308\u0304 s\u0323\u0307 o\u0302\u0323"),
        ("q\u0323\u0307", "q\u0307\u0323"),
        ("α\u0345\u0301", "α\u0301\u0345"),
        ("ΆΣ straße ǅ ŐŰ", "άσ STRASSE ǆ őű"),
        ("ὈΔΥΣΣΕΎΣ", "ὀδυσσεύς"),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ９", "full width9"),
        ("ﬁrst oﬃce ﬆ Ⅳ ㎏", "first office st iv kg"),
        ("co\u00adop\u200berate\u200d\ufeff\u2060", "cooperate"),
        ("\u00ad\u200bword", "word"),
        ("a\u034f\u0301", "á"),
        ("가각", "\u1100\u1161\u1100\u1161\u11a8"),
        ("ｶﾞﾊﾟ", "ガパ"),
        ("が", "か\u3099"),
        ("กำ", "ก\u0e4d\u0e32"),
        ("ﷺ", "صلى الله عليه وسلم"),
        ("豈", "豈"),
        ("𝐁𝐨𝐥𝐝", "bold"),
    ],
)
def test_forms_of_the_same_text_are_equal(kernels: ModuleType, one: str, other: str) -> None:
    """Composition, case, width, ligatures, the order of marks and invisible characters change no token and no hash."""
    assert words(kernels, one) == words(kernels, other)
    assert hashes(kernels, one) == hashes(kernels, other)
    assert words(kernels, one)


@per_implementation
@settings(max_examples=200, deadline=None)
@given(text=texts([piece for piece in PIECES if piece not in "ıᾳᾼ\u0345"]))
def test_case_and_composition_are_folded(kernels: ModuleType, text: str) -> None:
    """A text, its case folding and its normal forms have the same tokens."""
    forms = [text.casefold()]
    if not any("\ud800" <= character <= "\udfff" for character in text):
        forms += [unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)]
        forms += [unicodedata.normalize("NFKC", text), unicodedata.normalize("NFKD", text)]
    for form in forms:
        assert words(kernels, form) == words(kernels, text)


@per_implementation
@settings(max_examples=200, deadline=None)
@given(text=any_text)
def test_offsets_lie_in_the_text_and_name_the_token(kernels: ModuleType, text: str) -> None:
    """Tokens stand in order inside the text, share at most one character, and what they cut out folds to them."""
    starts, ends, *_ = tokenized(kernels, text)
    limits = [0, *ends.tolist()]
    for start, end, before, word in zip(starts.tolist(), ends.tolist(), limits, words(kernels, text), strict=False):
        assert max(0, before - 1) <= start < end <= len(text)
        assert word in words(kernels, text[start:end])


@per_implementation
@pytest.mark.parametrize("span", [(-1, 2), (0, 6), (3, 2), (6, 6), (-3, -1)])
@pytest.mark.parametrize("text", ["hello", "hellö", "hellΩ", "hell😀"])
def test_a_span_outside_the_text_is_an_error(kernels: ModuleType, span: tuple[int, int], text: str) -> None:
    """A span that is reversed or leaves the text raises ValueError and says which one it is."""
    with pytest.raises(ValueError, match="span 1 is not inside the text"):
        tokenized(kernels, text, (0, 5), span)


@per_implementation
@pytest.mark.parametrize("marks", ["\u0301", "\u0323\u0301", "\u0301\u0323", "\u0345\u0301\u0334\u0323\u3099"])
def test_a_long_run_of_marks_is_one_token(kernels: ModuleType, marks: str) -> None:
    """Fifty thousand combining marks on one letter come out in canonical order."""
    many = marks * (50_000 // len(marks))
    assert words(kernels, f"a{many} b") == ["a" + "".join(sorted(many, key=unicodedata.combining)), "b"]
