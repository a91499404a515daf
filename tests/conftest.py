"""Hypothesis looks for new examples on every run; with HYPOTHESIS_PROFILE=fixed it takes the same ones every time."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("fixed", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
