"""Chooses the kernels: the native ones where they were built, else the reference ones, with the same answers.

`DEDUP_KERNELS=native` or `reference` forces one; a forced one that is missing is an error.
"""

from __future__ import annotations

import importlib
import os
from types import ModuleType

from dedup.errors import SettingsError

_VARIABLE = "DEDUP_KERNELS"
_NAMES = ("native", "reference")


def _choose(forced: str) -> ModuleType:
    if forced and forced not in _NAMES:
        raise SettingsError(_VARIABLE, forced, f"choose one of {', '.join(_NAMES)}, or unset it")
    if forced == "reference":
        return importlib.import_module("dedup._kernels.reference")
    try:
        return importlib.import_module("dedup._kernels.native")
    except ModuleNotFoundError as missing:
        if forced:
            remedy = "the native kernels were not built: install again where a C compiler is found"
            raise SettingsError(_VARIABLE, forced, remedy) from missing
        return importlib.import_module("dedup._kernels.reference")


_kernels = _choose(os.environ.get(_VARIABLE, ""))

NAME: str = _kernels.NAME
tokenize = _kernels.tokenize
shingle = _kernels.shingle
minhash = _kernels.minhash
band_keys = _kernels.band_keys
number_tokens = _kernels.number_tokens
overlap = _kernels.overlap
