"""Signatures: datasketch's own, bit for bit, and as good an estimate as the theory says."""

from __future__ import annotations

import os
import subprocess
import sys

import datasketch
import numpy as np
import pytest

from dedup._kernels.reference_arrays import Shingles, Signatures
from dedup.banding import Banding
from dedup.errors import SettingsError
from dedup.minhash import Permutations, band_keys, estimate, from_datasketch, signatures, to_datasketch
from dedup.records import Span
from dedup.shingles import shingle_hashes, tokenize_blocks


def oracle(shingles: Shingles, num_perm: int, seed: int) -> datasketch.MinHash:
    minhash = datasketch.MinHash(num_perm=num_perm, seed=seed, hashfunc=int, scheme="affine32")
    minhash.update_batch([int(value) for value in shingles])
    return minhash


def sketched(shingles: Shingles, num_perm: int, seed: int = 1) -> Signatures:
    batch = signatures(shingles, np.array([0, len(shingles)], np.int64), Permutations.drawn(num_perm, seed))
    return batch.reshape(num_perm)


def drawn(count: int, seed: int) -> Shingles:
    return np.random.default_rng(seed).integers(0, 2**32, count, np.uint32)


@pytest.mark.parametrize("seed", [0, 1, 2, 42, 2**32 - 1])
@pytest.mark.parametrize("num_perm", [1, 7, 16, 60, 128, 257])
def test_a_signature_is_that_of_datasketch(seed: int, num_perm: int) -> None:
    """With the same seed and hashes, every value equals that of datasketch's affine32 MinHash."""
    for count in (1, 2, 100):
        shingles = drawn(count, count)
        assert sketched(shingles, num_perm, seed).tolist() == oracle(shingles, num_perm, seed).hashvalues.tolist()


@pytest.mark.parametrize("shingle", [0, 1, 2**31, 2**32 - 1])
def test_extreme_hashes_are_no_exception(shingle: int) -> None:
    """The least and the greatest hashes give datasketch's values too."""
    shingles = np.array([shingle], np.uint32)
    assert sketched(shingles, 64).tolist() == oracle(shingles, 64, 1).hashvalues.tolist()


def test_text_goes_through_to_datasketch() -> None:
    """The signature of a block of text equals datasketch's over the block's shingle hashes."""
    text = "The quick brown fox jumps over the lazy dog and runs away into the deep dark wood."
    shingles, offsets = shingle_hashes(tokenize_blocks(text, [Span(0, len(text))]), 3)
    got = signatures(shingles, offsets, Permutations.drawn(128, 1))
    assert got[0].tolist() == oracle(shingles, 128, 1).hashvalues.tolist()


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
def test_permutations_are_those_of_numpy(seed: int) -> None:
    """The generator is seeded as NumPy seeds its own, which it has frozen for good."""
    generator = np.random.RandomState(seed)
    multipliers = generator.randint(0, 1 << 31, 700, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    drawn_maps = Permutations.drawn(700, seed)
    assert drawn_maps.multipliers.tolist() == multipliers.tolist()
    assert drawn_maps.increments.tolist() == generator.randint(0, 1 << 32, 700, dtype=np.uint32).tolist()


def test_permutations_can_be_drawn_again() -> None:
    """The maps depend on number and seed alone, and their multipliers are odd."""
    for num_perm in (1, 5, 128):
        drawn_maps = Permutations.drawn(num_perm, 3)
        assert drawn_maps.multipliers.itemsize == drawn_maps.increments.itemsize == 4
        assert all(multiplier % 2 for multiplier in drawn_maps.multipliers)
        assert len(drawn_maps.multipliers) == len(drawn_maps.increments) == num_perm
    again, other = Permutations.drawn(128, 3), Permutations.drawn(128, 4)
    assert drawn_maps.multipliers.tolist() == again.multipliers.tolist() != other.multipliers.tolist()


@pytest.mark.parametrize("seed", [1, 9])
def test_signatures_go_to_datasketch_and_back(seed: int) -> None:
    """A signature survives the way to datasketch and back, and can be compared there."""
    a, b = drawn(200, 1), np.concatenate([drawn(200, 1)[:150], drawn(50, 2)])
    mine_a, mine_b = sketched(a, 128, seed), sketched(b, 128, seed)
    theirs_a, theirs_b = to_datasketch(mine_a, seed), to_datasketch(mine_b, seed)
    assert theirs_a == oracle(a, 128, seed)
    assert theirs_a.jaccard(theirs_b) == estimate(mine_a, mine_b)
    assert from_datasketch(theirs_a).tolist() == mine_a.tolist()
    assert from_datasketch(theirs_a).dtype == np.uint32


def test_a_signature_from_datasketch_is_a_copy() -> None:
    """Updating the MinHash afterwards does not change a signature taken from it."""
    minhash = oracle(drawn(5, 1), 16, 1)
    taken = from_datasketch(minhash)
    before = taken.tolist()
    minhash.update_batch([int(value) for value in drawn(500, 2)])
    assert taken.tolist() == before


@pytest.mark.parametrize("scheme", ["affine64", "legacy"])
def test_other_schemes_are_refused(scheme: str) -> None:
    """A MinHash of another scheme raises SettingsError: its values mean something else."""
    with pytest.raises(SettingsError, match="affine32") as refused:
        from_datasketch(datasketch.MinHash(num_perm=16, scheme=scheme))
    assert refused.value.name == "scheme"
    assert refused.value.value == scheme


@pytest.mark.parametrize("shared", [0, 20, 60, 95, 100])
def test_the_estimate_is_within_four_sigma(shared: int) -> None:
    """The mean estimate of two sets of hashes over many seeds lies within four standard errors of their similarity."""
    num_perm, runs = 128, 60
    both = drawn(200 - shared, 5)  # sets of 100, of which `shared` are common
    true = shared / (200 - shared)
    sets = both[:100], both[100 - shared :]
    estimates = [estimate(*(sketched(values, num_perm, seed) for values in sets)) for seed in range(runs)]
    assert abs(np.mean(estimates) - true) <= 4 * np.sqrt(true * (1 - true) / (num_perm * runs)) + 1e-12


def test_an_empty_block_has_the_greatest_values() -> None:
    """A block without shingles has 2^32 - 1 throughout, next to others that are not touched by it."""
    shingles = drawn(10, 1)
    got = signatures(shingles, np.array([0, 0, 10, 10], np.int64), Permutations.drawn(32, 1))
    assert set(got[0].tolist()) == set(got[2].tolist()) == {2**32 - 1}
    assert got[1].tolist() == sketched(shingles, 32).tolist()


def test_signatures_of_different_lengths_cannot_be_compared() -> None:
    """Estimating from two lengths raises SettingsError that names num_perm."""
    with pytest.raises(SettingsError) as refused:
        estimate(sketched(drawn(9, 1), 16), sketched(drawn(9, 1), 17))
    assert refused.value.name == "num_perm"


def test_equal_bands_have_equal_keys() -> None:
    """Two signatures share the key of exactly the bands in whose rows they agree."""
    a = sketched(drawn(9, 1), 12)
    b = a.copy()
    b[5] ^= np.uint32(1)
    keys = band_keys(np.stack([a, b]), Banding(12, 4, 3))
    assert (keys[0] == keys[1]).tolist() == [True, False, True, True]


def test_importing_the_library_leaves_datasketch_alone() -> None:
    """Neither datasketch nor SciPy is imported before it is asked for."""
    program = "import sys, dedup; print([name for name in ('datasketch', 'scipy') if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")
