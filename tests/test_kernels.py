"""Every kernel but the tokenizer on every implementation, against plain Python written from the definitions."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup._kernels.reference_arrays import SHINGLE_MULTIPLIER
from tests.kernels import IMPLEMENTATIONS, native, needs_native

U64 = np.uint64
U32 = np.uint32
per_implementation = pytest.mark.parametrize("kernels", IMPLEMENTATIONS)


@per_implementation
def test_xxh3_equals_the_package_at_every_length(kernels: ModuleType) -> None:
    """The hash equals the xxhash package's from 0 to 2100 bytes, and on some long inputs."""
    data = random.Random(1).randbytes(70_001)
    for size in [*range(2101), 4095, 4096, 4097, 10_240, 65_535, 65_536, 65_537, 70_001]:
        assert kernels.xxh3_64(data[:size]) == xxhash.xxh3_64_intdigest(data[:size]), size
        assert kernels.xxh3_64(data[-size or 70_001 :]) == xxhash.xxh3_64_intdigest(data[-size or 70_001 :]), size


def offsets_of(counts: list[int]) -> npt.NDArray[np.int64]:
    return np.cumsum([0, *counts], dtype=np.int64)


@per_implementation
@pytest.mark.parametrize("ngram", range(1, 8))
@pytest.mark.parametrize("counts", [[], [0], [0, 0, 1], [3, 0, 7, 1, 20], [6], [7], [8, 300]])
def test_shingles_follow_the_formula(kernels: ModuleType, ngram: int, counts: list[int]) -> None:
    """A shingle is the upper half of a polynomial of its tokens' hashes; a block shorter than one has none."""
    drawn = np.random.default_rng(ngram).integers(0, 2**64, sum(counts), U64)
    expected: list[int] = []
    expected_offsets = [0]
    for start, count in zip(offsets_of(counts).tolist(), counts, strict=False):
        for i in range(start, start + count - ngram + 1):
            value = 0
            for token in drawn[i : i + ngram].tolist():
                value = value * SHINGLE_MULTIPLIER + token
            expected.append(value % 2**64 >> 32)
        expected_offsets.append(len(expected))
    shingles, shingle_offsets = kernels.shingle(drawn, offsets_of(counts), ngram)
    assert (shingles.dtype, shingle_offsets.dtype) == (U32, np.int64)
    assert shingles.tolist() == expected
    assert shingle_offsets.tolist() == expected_offsets


@per_implementation
@pytest.mark.parametrize("ngram", [0, -1])
def test_a_shingle_has_at_least_one_token(kernels: ModuleType, ngram: int) -> None:
    """An ngram below 1 raises ValueError wherever it is asked for."""
    with pytest.raises(ValueError, match="ngram is at least 1"):
        kernels.shingle(np.zeros(3, U64), offsets_of([3]), ngram)
    with pytest.raises(ValueError, match="ngram is at least 1"):
        kernels.overlap(np.zeros(3, np.int32), np.zeros(3, np.int32), ngram)


def mixed(h: int) -> int:
    """MurmurHash3's finaliser, from its definition."""
    h ^= h >> 16
    h = h * 0x85EBCA6B % 2**32
    h ^= h >> 13
    h = h * 0xC2B2AE35 % 2**32
    return h ^ h >> 16


@per_implementation
@pytest.mark.parametrize("num_perm", [1, 3, 4, 8, 15, 16, 17, 60, 128])
@pytest.mark.parametrize("counts", [[], [0], [1], [0, 5, 0, 33, 1]])
def test_minhash_follows_the_formula(kernels: ModuleType, num_perm: int, counts: list[int]) -> None:
    """Each value is the least of a * fmix32(shingle) + b modulo 2^32; an empty block's values are all 2^32 - 1."""
    generator = np.random.default_rng(num_perm)
    shingles = generator.integers(0, 2**32, sum(counts), U32)
    multipliers = generator.integers(0, 2**31, num_perm, U32) * U32(2) + U32(1)
    increments = generator.integers(0, 2**32, num_perm, U32)
    got = kernels.minhash(shingles, offsets_of(counts), multipliers, increments)
    pairs = list(zip(multipliers.tolist(), increments.tolist(), strict=True))
    expected = [
        [min([(a * mixed(h) + b) % 2**32 for h in shingles[start:end].tolist()], default=2**32 - 1) for a, b in pairs]
        for start, end in zip(offsets_of(counts)[:-1], offsets_of(counts)[1:], strict=True)
    ]
    assert (got.dtype, got.shape) == (U32, (len(counts), num_perm))
    assert got.tolist() == expected


@per_implementation
@pytest.mark.parametrize("place", [0, 1, 4094, 4095, 4096, 4097, 8191, 8192, 9999])
def test_no_shingle_of_a_long_block_is_overlooked(kernels: ModuleType, place: int) -> None:
    """The signature of ten thousand shingles, all equal but one, is that of the two, wherever the one stands."""
    shingles = np.full(10_000, 7, U32)
    shingles[place] = 8
    maps = np.random.default_rng(7).integers(0, 2**32, (2, 37), U32)
    long, short = (
        kernels.minhash(block, offsets_of([len(block)]), maps[0] | U32(1), maps[1])
        for block in (shingles, np.array([7, 8], U32))
    )
    np.testing.assert_array_equal(long, short, strict=True)


@per_implementation
@pytest.mark.parametrize(("bands", "rows"), [(1, 1), (1, 60), (60, 1), (12, 5), (7, 8), (4, 13)])
@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_band_keys_hash_the_rows(kernels: ModuleType, bands: int, rows: int, blocks: int) -> None:
    """A band's key is the XXH3 of its rows' bytes; permutations behind the last band are left out."""
    signatures = np.random.default_rng(bands).integers(0, 2**32, (blocks, 60), U32)
    keys = kernels.band_keys(signatures, bands, rows)
    assert (keys.dtype, keys.shape) == (U64, (blocks, bands))
    for signature, got in zip(signatures, keys.tolist(), strict=True):
        parts = [
            b"".join(int(v).to_bytes(4, sys.byteorder) for v in signature[i * rows :][:rows]) for i in range(bands)
        ]
        assert got == [xxhash.xxh3_64_intdigest(part) for part in parts]


@per_implementation
@pytest.mark.parametrize(("bands", "rows"), [(0, 1), (1, 0), (-1, -1), (3, 3), (1, 9)])
def test_bands_must_fit(kernels: ModuleType, bands: int, rows: int) -> None:
    """Bands that need more permutations than there are, or none, raise ValueError."""
    with pytest.raises(ValueError, match="do not fit into 8 permutations"):
        kernels.band_keys(np.zeros((2, 8), U32), bands, rows)


@per_implementation
@pytest.mark.parametrize("planted", [False, True], ids=["true hashes", "all hashes equal"])
@settings(max_examples=100, deadline=None)
@given(tokens=st.lists(st.binary(min_size=1, max_size=3), max_size=60))
def test_numbers_are_equal_exactly_where_tokens_are(kernels: ModuleType, planted: bool, tokens: list[bytes]) -> None:
    """Tokens are numbered by first appearance, by their bytes, even where all hashes collide."""
    values = [0 if planted else xxhash.xxh3_64_intdigest(token) for token in tokens]
    folded = np.frombuffer(b"".join(tokens), np.uint8)
    ids = kernels.number_tokens(folded, offsets_of([len(t) for t in tokens])[1:], np.array(values, U64))
    assert ids.dtype == np.int32
    assert ids.tolist() == [list(dict.fromkeys(tokens)).index(token) for token in tokens]


@per_implementation
@settings(max_examples=300, deadline=None)
@given(
    a=st.lists(st.integers(0, 3), max_size=30),
    b=st.lists(st.integers(0, 3), max_size=30),
    ngram=st.integers(1, 7),
)
def test_overlap_counts_sets_of_shingles(kernels: ModuleType, a: list[int], b: list[int], ngram: int) -> None:
    """The counts are those of Python's sets, also where a sequence is empty or shorter than a shingle."""
    set_a, set_b = ({tuple(ids[i:][:ngram]) for i in range(max(0, len(ids) - ngram + 1))} for ids in (a, b))
    counts = kernels.overlap(np.array(a, np.int32), np.array(b, np.int32), ngram)
    assert tuple(counts) == (len(set_a & set_b), len(set_a), len(set_b))


def imported(forced: str | None) -> subprocess.CompletedProcess[str]:
    """A fresh Python that chooses its kernels and says which ones they are."""
    environment = {key: value for key, value in os.environ.items() if key != "DEDUP_KERNELS"}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    if forced is not None:
        environment["DEDUP_KERNELS"] = forced
    command = [sys.executable, "-c", "from dedup import _kernels; print(_kernels.chosen().NAME)"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("forced", ["reference", pytest.param("native", marks=needs_native)])
def test_the_environment_forces_the_kernels(forced: str) -> None:
    """DEDUP_KERNELS names the implementation that is used."""
    assert imported(forced).stdout.strip() == forced


@pytest.mark.parametrize("unset", [None, ""])
def test_the_native_kernels_are_preferred(unset: str | None) -> None:
    """Without a choice the native kernels are used where they were built."""
    assert imported(unset).stdout.strip() == ("reference" if native is None else "native")


def test_an_unknown_choice_is_an_error() -> None:
    """A name that no implementation has ends in a SettingsError that says what may be chosen."""
    run = imported("nonsense")
    assert run.returncode != 0
    assert "SettingsError: DEDUP_KERNELS='nonsense': choose one of native, reference" in run.stderr
