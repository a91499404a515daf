"""The configuration of a check: which file it is, and the keys and values that stand in it.

    dedup.toml                  the keys stand at the top
    pyproject.toml              they stand in the table [tool.dedup]

The one in the nearest folder upwards counts, `dedup.toml` before `pyproject.toml`. Which keys there are, and of which
types, is no matter of this module.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dedup.errors import InputError
from dedup.sources import input_errors

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_SHARED = "pyproject.toml"
_NAMES = ("dedup.toml", _SHARED)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was configured.

    Attributes:
        path: The file, seen from the current folder; None if there is none.
        root: What relative names in it are relative to.
        values: Key > value, as TOML has it.
    """

    path: Path | None
    root: Path
    values: Mapping[str, Any] = field(default_factory=dict)


def no_configuration() -> Configuration:
    """That of a check for which there is none: names are relative to the current folder."""
    return Configuration(None, Path())


def read_configuration(given: str) -> Configuration:
    """The configuration that a file holds: a `pyproject.toml` in its table, any other as a `dedup.toml`.

    Names in it are relative to the current folder, as those beside it on the command line.

    Raises:
        InputError: If it cannot be read, or is not TOML, or a `pyproject.toml` that configures nothing.
    """
    path = Path(given)
    values = _values_of(path)
    if values is None:
        raise InputError(path, "there is no table [tool.dedup] in it")
    return Configuration(path, Path(), values)


def find_configuration() -> Configuration:
    """The configuration of the current folder, or of the nearest one above it; names in it are relative to its folder.

    Raises:
        InputError: If it, or a `pyproject.toml` that is nearer, cannot be read or is not TOML.
    """
    with input_errors("."):
        current = Path.cwd()
    for folder in (current, *current.parents):
        root = Path(os.path.relpath(folder, current))
        for name in _NAMES:
            values = _values_of(root / name) if os.path.lexists(root / name) else None
            if values is not None:
                return Configuration(root / name, root, values)
    return no_configuration()


def _values_of(path: Path) -> Mapping[str, Any] | None:
    """The keys and values of a file; None if it is a `pyproject.toml` that has none for us."""
    table = _read(path)
    if path.name != _SHARED:
        if "tool" in table:
            raise InputError(path, f"only a {_SHARED} has [tool.dedup]: here the keys stand at the top")
        return table
    for name in ("tool", "dedup"):
        if name not in table:
            return None
        table = table[name]
        if not isinstance(table, dict):
            raise InputError(path, f"{name!r} is no table: the configuration stands in [tool.dedup]")
    return table


def _read(path: Path) -> dict[str, Any]:
    with input_errors(path):
        if path.exists() and not path.is_file():
            raise InputError(path, "it is no file")
        data = path.read_bytes()
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(path, f"not UTF-8 at byte {error.start}", line=line) from error
    except RecursionError as error:
        raise InputError(path, "not TOML: its values are nested too deep") from error
    except ValueError as error:  # of `TOMLDecodeError`; a number of thousands of digits is only this
        raise InputError(path, f"not TOML: {error}") from error
