"""Threshold <-> (bands, rows): pure formulas (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4).

Two sets of Jaccard similarity s agree in all rows of at least one band with probability 1 - (1 - s^rows)^bands.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

from dedup.errors import SettingsError
from dedup.settings import MOST_PERMUTATIONS, Settings

# Every candidate is verified, so false ones cost time and nothing else. Blocks that have nothing to do with each other
# share about this much of their shingles, and may be proposed this often: one in a corpus of a million blocks.
_UNRELATED = 0.02
_FALSE_CANDIDATES = 1e-6
_MOST_ROWS = 64


@dataclass(frozen=True, slots=True)
class Banding:
    """The shape of a signature: num_perm values, of which the first bands * rows are cut into bands."""

    num_perm: int
    bands: int
    rows: int

    def candidate_probability(self, similarity: float) -> float:
        """How often two sets of this Jaccard similarity share a band, 0..1."""
        return -math.expm1(self.bands * _log1m(similarity**self.rows))


def _log1m(x: float) -> float:
    return math.log1p(-x) if x < 1 else -math.inf


def bands_needed(threshold: float, rows: int, miss_probability: float) -> int:
    """The fewest bands of `rows` rows that miss a pair at the threshold at most this often."""
    if threshold >= 1:
        return 1
    if threshold**rows < 1e-300:
        return sys.maxsize  # more than floating point can tell
    return max(1, math.ceil(math.log(miss_probability) / _log1m(threshold**rows)))


def choose_banding(settings: Settings) -> Banding:
    """The smallest signature whose miss probability at the threshold, and whose false candidates, stay below their
    bounds; with `num_perm` set, the one with fewest false candidates that fits into it; or the shape set by hand.

    Raises:
        SettingsError: If no signature of up to 4096 permutations can do it, or `num_perm` was set too low for it.
    """
    if settings.bands is not None and settings.rows is not None:
        num_perm = settings.num_perm or settings.bands * settings.rows
        return Banding(num_perm, settings.bands, settings.rows)
    chosen: Banding | None = None
    for rows in range(1, _MOST_ROWS + 1):
        bands = bands_needed(settings.threshold, rows, settings.miss_probability)
        banding = Banding(bands * rows, bands, rows)
        if banding.num_perm > (settings.num_perm or MOST_PERMUTATIONS):
            continue
        chosen = banding
        if settings.num_perm is None and banding.candidate_probability(_UNRELATED) <= _FALSE_CANDIDATES:
            break  # else, or with a number given, as selective as it allows
    if chosen is None:
        remedy = f"too low for threshold {settings.threshold} and miss_probability {settings.miss_probability}"
        raise SettingsError("num_perm", settings.num_perm or MOST_PERMUTATIONS, remedy)
    return Banding(settings.num_perm or chosen.num_perm, chosen.bands, chosen.rows)
