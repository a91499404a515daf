"""The public surface is a list, and everything in it says what it is."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import dedup

_MODULES = [
    name
    for name in ("dedup", *(found.name for found in pkgutil.walk_packages(dedup.__path__, "dedup.")))
    if "._" not in name
]


def _public(module: str) -> Iterator[tuple[str, object]]:
    """Public classes and functions that a module defines, and what the classes define."""
    for name, value in vars(importlib.import_module(module)).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module:
            continue
        if inspect.isfunction(value):
            yield name, value
        elif inspect.isclass(value):
            yield name, value
            for member, part in vars(value).items():
                function = part.__func__ if isinstance(part, (classmethod, staticmethod)) else part
                if not member.startswith("_") and (inspect.isfunction(function) or isinstance(function, property)):
                    yield f"{name}.{member}", function


def test_all_is_the_public_surface() -> None:
    """`__all__` is sorted, without repeats, and equals what the package imports for type checkers."""
    tree = ast.parse(inspect.getsource(dedup))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    names = {alias.name for node in guarded.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert sorted(dedup.__all__) == dedup.__all__
    assert set(dedup.__all__) == names | {"__version__"}
    assert len(set(dedup.__all__)) == len(dedup.__all__)


@pytest.mark.parametrize("module", _MODULES)
def test_everything_public_is_documented(module: str) -> None:
    """Every module, public class, function, method and property has a docstring, not one that a dataclass made."""
    assert importlib.import_module(module).__doc__
    undocumented = [
        name for name, value in _public(module) if not value.__doc__ or value.__doc__.startswith(f"{name}(")
    ]
    assert undocumented == []


@pytest.mark.parametrize("name", [name for name in dedup.__all__ if name != "__version__"])
def test_public_functions_are_annotated(name: str) -> None:
    """Every parameter and result of the public functions, and of the public classes' methods, has a type."""
    value = getattr(dedup, name)
    functions = (
        [value] if inspect.isfunction(value) else [part for part in vars(value).values() if inspect.isfunction(part)]
    )
    for function in functions:
        if function.__module__.startswith("dedup."):
            signature = inspect.signature(function)
            named = [found for found in signature.parameters.values() if found.name not in ("self", "cls", "_cls")]
            assert signature.return_annotation is not signature.empty or function.__name__.startswith("_"), function
            assert all(found.annotation is not found.empty for found in named) or function.__name__.startswith("_")


def test_errors_have_one_base() -> None:
    """Every public error is a DedupError; a bad setting is a ValueError too."""
    errors = [value for name, value in vars(dedup).items() if name.endswith("Error")]
    assert all(issubclass(error, dedup.DedupError) for error in errors)
    assert issubclass(dedup.SettingsError, ValueError)
