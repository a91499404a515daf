"""What the kernel tests run on: every implementation that can be imported here."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

from dedup._kernels import reference

try:
    native: ModuleType | None = importlib.import_module("dedup._kernels.native")
except ModuleNotFoundError:
    native = None

needs_native = pytest.mark.skipif(native is None, reason="the native kernels are not built here")

IMPLEMENTATIONS = [
    pytest.param(reference, id="reference"),
    pytest.param(native, id="native", marks=needs_native),
]
