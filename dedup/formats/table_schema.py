"""Schemas of tables that get one more column."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

_FEATURES = b"huggingface"
_STRING = {"dtype": "string", "_type": "Value"}


def with_strings(schema: pyarrow.Schema, name: str) -> pyarrow.Schema:
    """A schema with a last column of strings.

    All metadata stay but the list of columns that Hugging Face Datasets keeps there: old versions of it take a table
    with other columns for a damaged one. (pandas has such a list too, and reads columns that are not in it.)
    """
    import pyarrow  # noqa: PLC0415  # takes long

    wider = schema.append(pyarrow.field(name, pyarrow.string()))
    listed = (schema.metadata or {}).get(_FEATURES)
    return wider if listed is None else wider.with_metadata({**schema.metadata, _FEATURES: _listing(listed, name)})


def _listing(listed: bytes, name: str) -> bytes:
    """The list with the column; as it was if it is not one that is known."""
    try:
        known = json.loads(listed)
    except (ValueError, RecursionError):
        return listed
    features = _member(_member(known, "info"), "features")
    if not isinstance(features, dict):
        return listed
    features[name] = _STRING
    return json.dumps(known).encode("ascii")


def _member(known: Any, name: str) -> Any:
    return known.get(name) if isinstance(known, dict) else None
