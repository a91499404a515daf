"""The library's version, where both the package metadata and the report's header find it."""

VERSION = "0.1.0"
