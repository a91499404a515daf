"""The token kernel: both kernels find the same tokens, shingles, signatures and overlaps in all parts of a text."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from dedup._kernels import reference
from dedup._kernels.recipe import LINE
from tests.fuzz.texts import text_of, text_seeds
from tests.kernels import native

DOCUMENTED: tuple[type[Exception], ...] = ()

seeds = text_seeds

_NGRAM = 2
_MULTIPLIERS = np.arange(1, 32, 2, dtype=np.uint32) * np.uint32(0x9E3779B1)
_INCREMENTS = np.arange(16, dtype=np.uint32)


def check(data: bytes) -> None:
    """See `harness.Target`."""
    text = text_of(data)
    expected = _everything(reference, text)
    starts, ends = (array.tolist() for array in expected[:2])
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))
    if native is not None:
        for fast, plain in zip(_everything(native, text), expected, strict=True):
            np.testing.assert_array_equal(fast, plain, strict=True)


def _everything(kernels: ModuleType, text: str) -> list[np.ndarray]:
    """All arrays that are made of a text: of the whole, of its two halves, and of its lines."""
    half = len(text) // 2
    spans = np.array([(0, len(text)), (0, half), (half, len(text)), *kernels.split(text, LINE)], np.int64)
    tokens = kernels.tokenize(text, spans)
    _, _, hashes, offsets, folded, folded_ends = tokens
    shingles, shingle_offsets = kernels.shingle(hashes, offsets, _NGRAM)
    signatures = kernels.minhash(shingles, shingle_offsets, _MULTIPLIERS, _INCREMENTS)
    ids = kernels.number_tokens(folded, folded_ends, hashes)
    whole, first, second = (ids[offsets[i] : offsets[i + 1]] for i in range(3))
    overlaps = [kernels.overlap(whole, part, _NGRAM) for part in (first, second) if len(part) >= _NGRAM]
    return [*tokens, shingles, shingle_offsets, signatures, ids, np.array(overlaps)]
