"""Shingle hashes > signature, and the door to datasketch.

The scheme is datasketch's `affine32`: a shingle's 32-bit hash goes through MurmurHash3's finaliser once, then through
num_perm maps h -> a*h + b modulo 2^32 with odd a; the signature holds the least value of each (Broder, On the
resemblance and containment of documents, 1997). With equal `num_perm` and `seed` it is bit for bit what
`datasketch.MinHash(scheme="affine32")` computes from the same hashes.
"""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup import _kernels
from dedup.banding import Banding
from dedup.errors import SettingsError

if TYPE_CHECKING:
    import datasketch

    from dedup._kernels.reference_arrays import BandKeys, Offsets, Shingles, Signatures


@dataclass(frozen=True, slots=True, eq=False)
class Permutations:
    """The maps of a signature: uint32, `num_perm` of each, `multipliers` odd."""

    multipliers: array[int]
    increments: array[int]

    @classmethod
    def drawn(cls, num_perm: int, seed: int) -> Permutations:
        """Draw them as datasketch does, from the Mersenne Twister seeded as `numpy.random.RandomState` seeds it."""
        generator = _twister(seed)
        multipliers = array("I", (generator.getrandbits(32) * 2 + 1 & 0xFFFFFFFF for _ in range(num_perm)))
        return cls(multipliers, array("I", (generator.getrandbits(32) for _ in range(num_perm))))


def _twister(seed: int) -> random.Random:
    """A generator in the state that `init_genrand` makes (Matsumoto and Nishimura, mt19937ar.c, 2002).

    Python has the generator, and seeds it otherwise; NumPy would take longer to load than many a run takes.
    """
    state = [seed]
    for i in range(1, 624):
        state.append(1812433253 * (state[-1] ^ state[-1] >> 30) + i & 0xFFFFFFFF)
    generator = random.Random()  # noqa: S311  # nothing here is secret
    generator.setstate((3, (*state, 624), None))
    return generator


def signatures(shingles: Shingles, shingle_offsets: Offsets, permutations: Permutations) -> Signatures:
    """The signatures of a batch of blocks, in one call of the kernel.

    Args:
        shingles: uint32, the shingles of all blocks.
        shingle_offsets: int64 of shape (blocks + 1,).
        permutations: What to draw the least of.

    Returns:
        uint32 of shape (blocks, num_perm). A block without shingles has 2^32 - 1 throughout and must not be compared.
    """
    return _kernels.chosen().minhash(shingles, shingle_offsets, permutations.multipliers, permutations.increments)


def sign(texts: list[str], ngram: int, permutations: Permutations) -> Signatures:
    """The signatures of whole texts, in one pass of the kernel over each and without the interpreter.

    Args:
        texts: Any strings.
        ngram: Tokens in a shingle.
        permutations: What to draw the least of.

    Returns:
        uint32 of shape (texts, num_perm); 2^32 - 1 throughout for a text without shingles, which must not be compared.
    """
    return _kernels.chosen().sign(texts, ngram, permutations.multipliers, permutations.increments)


def band_keys(batch: Signatures, banding: Banding) -> BandKeys:
    """uint64 of shape (blocks, bands): equal keys in a column make two blocks candidates."""
    return _kernels.chosen().band_keys(batch, banding.bands, banding.rows)


def estimate(a: Signatures, b: Signatures) -> float:
    """The Jaccard similarity that two signatures of shape (num_perm,) suggest, 0..1; off by up to 1/sqrt(num_perm)."""
    if a.shape != b.shape:
        raise SettingsError("num_perm", (len(a), len(b)), "signatures of different lengths cannot be compared")
    return float((a == b).mean())


def to_datasketch(signature: Signatures, seed: int = 1) -> datasketch.MinHash:
    """A `datasketch.MinHash` with the same values, for everything that library can do with one."""
    import datasketch  # noqa: PLC0415  # it pulls SciPy, 0.8 s; only those who ask for it pay

    return datasketch.MinHash(hashvalues=signature, seed=seed, scheme="affine32")


def from_datasketch(minhash: datasketch.MinHash) -> Signatures:
    """The values of a `datasketch.MinHash`: uint32 of shape (num_perm,).

    Raises:
        SettingsError: If it was made with another scheme than `affine32`; its values mean something else.
    """
    if minhash.scheme != "affine32":
        raise SettingsError("scheme", minhash.scheme, "only datasketch's affine32 signatures can be compared")
    values: Signatures = minhash.hashvalues.astype("uint32")
    return values
