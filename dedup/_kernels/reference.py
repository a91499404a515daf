"""The reference kernels: plain Python and NumPy, the specification that the native ones are tested against."""

from dedup._kernels.reference_arrays import band_keys, minhash, number_tokens, overlap, shingle, tokenize, xxh3_64
from dedup._kernels.reference_blocks import split
from dedup._kernels.reference_index import Batch, Index

NAME = "reference"

__all__ = [
    "NAME",
    "Batch",
    "Index",
    "band_keys",
    "minhash",
    "number_tokens",
    "overlap",
    "shingle",
    "split",
    "tokenize",
    "xxh3_64",
]
