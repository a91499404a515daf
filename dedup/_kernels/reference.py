"""The reference kernels: plain Python and NumPy, the specification that the native ones are tested against."""

from dedup._kernels.reference_arrays import (
    band_keys,
    minhash,
    number_tokens,
    overlap,
    shingle,
    sign,
    tokenize,
    xxh3_64,
)
from dedup._kernels.reference_blocks import split
from dedup._kernels.reference_fingerprints import Fingerprints
from dedup._kernels.reference_index import Batch, Index
from dedup._kernels.reference_lines import Lines, count_lines, read_lines
from dedup._kernels.reference_visits import Memory, Visits

NAME = "reference"

__all__ = [
    "NAME",
    "Batch",
    "Fingerprints",
    "Index",
    "Lines",
    "Memory",
    "Visits",
    "band_keys",
    "count_lines",
    "minhash",
    "number_tokens",
    "overlap",
    "read_lines",
    "shingle",
    "sign",
    "split",
    "tokenize",
    "xxh3_64",
]
