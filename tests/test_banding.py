"""Bands: the formulas, and what LSH then really finds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dedup.banding import Banding, bands_needed, choose_banding
from dedup.errors import SettingsError
from dedup.minhash import Permutations, band_keys, signatures
from dedup.settings import Settings

THRESHOLDS = [0.05, 0.1, 0.25, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99, 0.999]
MISSES = [0.2, 0.05, 0.01, 0.001, 1e-6]


@pytest.mark.parametrize("threshold", [t for t in THRESHOLDS if t >= 0.1])
@pytest.mark.parametrize("miss", MISSES)
def test_pairs_at_the_threshold_are_missed_no_more_than_allowed(threshold: float, miss: float) -> None:
    """The chosen bands miss a pair at the threshold, or above it, at most as often as the setting says."""
    banding = choose_banding(Settings(threshold=threshold, miss_probability=miss))
    assert banding.bands * banding.rows == banding.num_perm <= 4096
    for similarity in (threshold, (1 + threshold) / 2, 1.0):
        assert 1 - banding.candidate_probability(similarity) <= miss * (1 + 1e-9)


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("rows", [1, 2, 5, 12])
def test_one_band_fewer_is_too_few(threshold: float, rows: int) -> None:
    """The number of bands is the least that keeps the bound."""
    for miss in MISSES:
        bands = bands_needed(threshold, rows, miss)
        assert bands * math.log1p(-(threshold**rows)) <= math.log(miss) * (1 - 1e-12)
        assert bands == 1 or (bands - 1) * math.log1p(-(threshold**rows)) > math.log(miss) * (1 + 1e-12)


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
def test_unrelated_blocks_are_hardly_ever_candidates(threshold: float) -> None:
    """Blocks that share one shingle in fifty become candidates less than once in a million pairs."""
    assert choose_banding(Settings(threshold=threshold)).candidate_probability(0.02) <= 1e-6


@pytest.mark.parametrize("banding", [Banding(60, 12, 5), Banding(1, 1, 1), Banding(256, 4, 64), Banding(128, 128, 1)])
def test_the_candidate_probability_is_the_textbook_formula(banding: Banding) -> None:
    """The probability is 1 - (1 - s^rows)^bands, from 0 to 1, and grows with the similarity."""
    values = [banding.candidate_probability(s) for s in np.linspace(0, 1, 41).tolist()]
    for similarity, value in zip(np.linspace(0, 1, 41).tolist(), values, strict=True):
        assert math.isclose(value, 1 - (1 - similarity**banding.rows) ** banding.bands, abs_tol=1e-12)
    assert (values[0], values[-1]) == (0, 1)
    assert values == sorted(values)


def test_tiny_probabilities_are_not_rounded_to_nothing() -> None:
    """The formula keeps its precision where 1 - s^rows rounds to 1."""
    assert math.isclose(Banding(60, 3, 20).candidate_probability(0.1), 3e-20, rel_tol=1e-9)


@pytest.mark.parametrize("num_perm", [64, 100, 128, 256])
def test_more_permutations_make_fewer_false_candidates(num_perm: int) -> None:
    """A given number of permutations is used as selectively as the allowed misses permit."""
    given_number = choose_banding(Settings(num_perm=num_perm))
    assert given_number.num_perm == num_perm
    assert given_number.bands * given_number.rows <= num_perm
    assert 1 - given_number.candidate_probability(0.8) <= 0.01
    assert given_number.rows >= choose_banding(Settings()).rows
    more_rows = given_number.rows + 1
    assert bands_needed(0.8, more_rows, 0.01) * more_rows > num_perm


def test_a_shape_set_by_hand_is_taken() -> None:
    """Bands and rows given by hand are used as they are, with as many permutations as they need or more."""
    assert choose_banding(Settings(bands=7, rows=3)) == Banding(21, 7, 3)
    assert choose_banding(Settings(bands=7, rows=3, num_perm=30)) == Banding(30, 7, 3)


def test_equal_sets_need_one_band() -> None:
    """At threshold 1 a single band never misses."""
    assert bands_needed(1.0, 9, 0.01) == 1
    banding = choose_banding(Settings(threshold=1.0))
    assert banding.bands == 1
    assert banding.candidate_probability(1.0) == 1


@pytest.mark.parametrize("settings", [Settings(num_perm=2), Settings(threshold=0.001, miss_probability=1e-9)])
def test_too_few_permutations_are_an_error(settings: Settings) -> None:
    """Where no signature can keep the promise, a SettingsError names num_perm."""
    with pytest.raises(SettingsError) as refused:
        choose_banding(settings)
    assert refused.value.name == "num_perm"


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.9])
def test_the_recall_is_what_was_promised(threshold: float) -> None:
    """Of random pairs of sets exactly at the threshold, no more are missed than a binomial bound allows."""
    pairs, size = 400, 190
    shared = math.ceil(threshold * 2 * size / (1 + threshold))
    generator = np.random.default_rng(11)
    values = generator.integers(0, 2**32, (pairs, 2 * size - shared), np.uint32)
    sets = np.stack([values[:, :size], values[:, size - shared :]], axis=1)
    chosen = Settings(threshold=threshold)
    banding = choose_banding(chosen)
    offsets = np.arange(0, 2 * pairs + 1, dtype=np.int64) * size
    sketches = signatures(sets.reshape(-1), offsets, Permutations.drawn(banding.num_perm, 1))
    keys = band_keys(sketches, banding).reshape(pairs, 2, banding.bands)
    missed = pairs - int((keys[:, 0] == keys[:, 1]).any(axis=1).sum())
    expected = pairs * chosen.miss_probability
    assert missed <= expected + 4 * math.sqrt(expected * (1 - chosen.miss_probability))
