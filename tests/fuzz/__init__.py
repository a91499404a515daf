"""Fuzz targets: README.md says how they are run. A target is a module with what `harness.Target` describes."""
