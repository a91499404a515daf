"""Values > TOML, for what is shown of a configuration. No library is needed for so little."""

from __future__ import annotations

from collections.abc import Iterable

from dedup.errors import SettingsError


def toml_text(values: Iterable[tuple[str, object]]) -> str:
    """Keys and values as lines; tables stand last, as TOML wants them.

    Args:
        values: Booleans, numbers, strings, lists and tables of strings, by their keys.

    Raises:
        SettingsError: If a string holds bytes that are not UTF-8.
    """
    lines, tables = [], []
    for key, value in values:
        if isinstance(value, dict):
            entries = [f"{_string(key, name)} = {_value(key, each)}" for name, each in value.items()]
            tables += ["", f"[{key}]", *entries]
        else:
            lines.append(f"{key} = {_value(key, value)}")
    return "\n".join([*lines, *tables])


def _value(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_value(key, each) for each in value)}]"
    return _string(key, value) if isinstance(value, str) else repr(value)


def _string(key: str, text: str) -> str:
    """In quotes, with an escape for everything that is not printed as it is."""
    if any("\ud800" <= each <= "\udfff" for each in text):
        raise SettingsError(key, text, "TOML can only hold what is UTF-8")
    shown = (f"\\{each}" if each in '"\\' else each if each.isprintable() else f"\\U{ord(each):08x}" for each in text)
    return f'"{"".join(shown)}"'
