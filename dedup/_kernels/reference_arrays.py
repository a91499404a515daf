"""The kernels in plain Python and NumPy: the specification that the native ones are tested against.

Arrays in, arrays out. Offsets count characters of the text given; all array shapes are one-dimensional unless said.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import xxhash

from dedup._kernels.unicode import MARK, SEPARATOR, SINGLE, TABLE

if TYPE_CHECKING:
    import numpy.typing as npt

# As strings: the module of NumPy's types takes a while to import, and only type checkers need it.
Spans: TypeAlias = "npt.NDArray[np.int64]"
Offsets: TypeAlias = "npt.NDArray[np.int64]"
TokenHashes: TypeAlias = "npt.NDArray[np.uint64]"
Folded: TypeAlias = "npt.NDArray[np.uint8]"
Ids: TypeAlias = "npt.NDArray[np.int32]"
Shingles: TypeAlias = "npt.NDArray[np.uint32]"
Maps: TypeAlias = "npt.NDArray[np.uint32] | array[int]"
Signatures: TypeAlias = "npt.NDArray[np.uint32]"
BandKeys: TypeAlias = "npt.NDArray[np.uint64]"
TokenArrays: TypeAlias = "tuple[Offsets, Offsets, TokenHashes, Offsets, Folded, Offsets]"

SHINGLE_MULTIPLIER = 0x9E3779B185EBCA87
_MASK64 = (1 << 64) - 1


def tokenize(text: str, spans: Spans) -> TokenArrays:
    """The tokens of the spans of a text.

    Args:
        text: Any string; lone surrogates separate words.
        spans: int64 of shape (blocks, 2), half-open ranges of characters of `text`.

    Returns:
        `starts` and `ends` of every token (int64), `hashes` (uint64, XXH3 of its folded UTF-8 bytes),
        `token_offsets` (int64, blocks + 1: the tokens of block i are [token_offsets[i], token_offsets[i + 1])),
        `folded` (uint8: the bytes of all tokens, one after another) and `folded_ends` (int64, where each ends there).
        A token may share a character with the next one, where one character folds to several words.
    """
    starts: list[int] = []
    ends: list[int] = []
    folded: list[bytes] = []
    token_offsets = [0]
    for position, (start, end) in enumerate(spans.tolist()):
        if not 0 <= start <= end <= len(text):
            raise ValueError(f"span {position} is not inside the text: [{start}, {end}) of {len(text)}")
        for token_start, token_end, characters in _tokens(text, start, end):
            starts.append(token_start)
            ends.append(token_end)
            folded.append(_in_canonical_order(characters).encode())
        token_offsets.append(len(starts))
    return (
        np.array(starts, np.int64),
        np.array(ends, np.int64),
        np.array([xxhash.xxh3_64_intdigest(token) for token in folded], np.uint64),
        np.array(token_offsets, np.int64),
        np.frombuffer(b"".join(folded), np.uint8),
        np.cumsum([len(token) for token in folded], dtype=np.int64),
    )


_parts = lru_cache(maxsize=1 << 16)(TABLE.parts)

_Token: TypeAlias = tuple[int, int, list[tuple[int, int]]]


def _tokens(text: str, start: int, end: int) -> list[_Token]:
    """(start, end, [(combining class, code point) of each folded character]) of every token in one span."""
    tokens: list[_Token] = []
    open_kind = SEPARATOR
    for position in range(start, end):
        parts = _parts(ord(text[position]))
        if not parts and open_kind != SEPARATOR:  # an ignored character belongs to the word it follows
            tokens[-1] = (tokens[-1][0], position + 1, tokens[-1][2])
        for kind, combining, code in parts:
            if kind == SEPARATOR or (kind == MARK and open_kind == SEPARATOR):
                open_kind = SEPARATOR
                continue
            if kind == MARK or (kind == open_kind and kind != SINGLE):
                token_start, _, characters = tokens[-1]
            else:
                open_kind, token_start, characters = kind, position, []
                tokens.append((token_start, position + 1, characters))
            characters.append((combining, code))
            tokens[-1] = (token_start, position + 1, characters)
    return tokens


def _in_canonical_order(characters: list[tuple[int, int]]) -> str:
    """Every run of marks sorted by combining class, stable (UAX #15, canonical ordering)."""
    ordered: list[int] = []
    marks: list[tuple[int, int]] = []
    for combining, code in [*characters, (0, 0)]:
        if combining:
            marks.append((combining, code))
            continue
        ordered.extend(mark for _, mark in sorted(marks, key=lambda mark: mark[0]))
        ordered.append(code)
        marks.clear()
    return "".join(map(chr, ordered[:-1]))


def xxh3_64(data: bytes) -> int:
    """XXH3, 64 bits, seed 0."""
    return xxhash.xxh3_64_intdigest(data)


def shingle(hashes: TokenHashes, token_offsets: Offsets, ngram: int) -> tuple[Shingles, Offsets]:
    """The 32-bit hashes of all runs of `ngram` tokens inside each block.

    A shingle's hash is the upper half of sum(hash[i + j] * M^(ngram - 1 - j)) modulo 2^64.

    Returns:
        The shingles of all blocks (uint32), and where each block's begin (int64, blocks + 1). A block of fewer
        than `ngram` tokens has none.
    """
    if ngram < 1:
        raise ValueError(f"ngram is at least 1, not {ngram}")
    powers = [pow(SHINGLE_MULTIPLIER, ngram - 1 - j, 1 << 64) for j in range(ngram)]
    pieces: list[Shingles] = []
    shingle_offsets = [0]
    for start, end in pairwise(token_offsets.tolist()):
        count = max(0, end - start - ngram + 1)
        sums = np.zeros(count, np.uint64)
        for j, power in enumerate(powers):
            sums += hashes[start + j : start + j + count] * np.uint64(power)
        pieces.append((sums >> np.uint64(32)).astype(np.uint32))
        shingle_offsets.append(shingle_offsets[-1] + count)
    shingles = np.concatenate(pieces) if pieces else np.empty(0, np.uint32)
    return shingles, np.array(shingle_offsets, np.int64)


def minhash(shingles: Shingles, shingle_offsets: Offsets, multipliers: Maps, increments: Maps) -> Signatures:
    """The MinHash signature of every block: min over its shingles of a * fmix32(shingle) + b modulo 2^32.

    Args:
        shingles: uint32, the shingles of all blocks.
        shingle_offsets: int64, blocks + 1.
        multipliers: uint32, num_perm odd numbers a.
        increments: uint32, num_perm numbers b.

    Returns:
        uint32 of shape (blocks, num_perm); 2^32 - 1 throughout where a block has no shingles.
    """
    mixed = shingles ^ shingles >> np.uint32(16)
    mixed = mixed * np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed = mixed * np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    signatures = np.full((len(shingle_offsets) - 1, len(multipliers)), 0xFFFFFFFF, np.uint32)
    maps = np.asarray(multipliers, np.uint32), np.asarray(increments, np.uint32)
    for block, (start, end) in enumerate(pairwise(shingle_offsets.tolist())):
        for first in range(start, end, 4096):  # bounds the (shingles, num_perm) matrix
            values = mixed[first : min(first + 4096, end), None] * maps[0] + maps[1]
            np.minimum(signatures[block], values.min(axis=0), out=signatures[block])
    return signatures


def sign(texts: list[str], ngram: int, multipliers: Maps, increments: Maps) -> Signatures:
    """The signatures of whole texts, one block each: uint32 of shape (texts, num_perm)."""
    if ngram < 1:
        raise ValueError(f"ngram is at least 1, not {ngram}")
    signatures = np.full((len(texts), len(multipliers)), 0xFFFFFFFF, np.uint32)
    for i, text in enumerate(texts):
        _, _, hashes, token_offsets, _, _ = tokenize(text, np.array([[0, len(text)]], np.int64))
        signatures[i] = minhash(*shingle(hashes, token_offsets, ngram), multipliers, increments)[0]
    return signatures


def band_keys(signatures: Signatures, bands: int, rows: int) -> BandKeys:
    """XXH3 of each band's rows as bytes: uint64 of shape (blocks, bands)."""
    if bands < 1 or rows < 1 or bands * rows > signatures.shape[1]:
        raise ValueError(f"{bands} bands of {rows} rows do not fit into {signatures.shape[1]} permutations")
    keys = np.empty((len(signatures), bands), np.uint64)
    for block, signature in enumerate(signatures):
        for band in range(bands):
            keys[block, band] = xxhash.xxh3_64_intdigest(signature[band * rows : (band + 1) * rows].tobytes())
    return keys


def number_tokens(folded: Folded, folded_ends: Offsets, hashes: TokenHashes) -> Ids:
    """Number the tokens by what they say: int32, equal exactly where the folded bytes are equal.

    `hashes` only speeds up the look-up; equal hashes of different tokens do no harm.
    """
    del hashes
    data = folded.tobytes()
    numbers: dict[bytes, int] = {}
    ids = np.empty(len(folded_ends), np.int32)
    start = 0
    for i, end in enumerate(folded_ends.tolist()):
        ids[i] = numbers.setdefault(data[start:end], len(numbers))
        start = end
    return ids


def overlap(ids_a: Ids, ids_b: Ids, ngram: int) -> tuple[int, int, int]:
    """The shingles of two numbered token sequences as exact sets: |A and B|, |A|, |B|."""
    if ngram < 1:
        raise ValueError(f"ngram is at least 1, not {ngram}")
    a, b = (
        {tuple(ids[i : i + ngram]) for i in range(len(ids) - ngram + 1)} for ids in (ids_a.tolist(), ids_b.tolist())
    )
    return len(a & b), len(a), len(b)
