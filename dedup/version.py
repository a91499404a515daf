"""The library's version, where both the package metadata and the report's header find it."""

__version__ = "0.1.0"
