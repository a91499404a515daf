"""A configuration as what the options of a command are where the command line does not give them.

Keys, their types and what they may be follow from the options: a key is a long option without its dashes. Options that
can be given more than once are lists, those of type `Entry` tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import click

from dedup.errors import InputError, SettingsError
from dedup.nearest import nearest
from dedup.options import Ratio

if TYPE_CHECKING:
    from dedup.config import Configuration

# What is worked with is imported when it is: `--help` is there at once.
# ruff: noqa: PLC0415

_STANDARD = "-"
_CHOOSERS = ("config", "isolated")
# What is asked of one run, not said of a corpus. A configuration that lets every check pass, or writes the baseline
# anew each time, would go unnoticed.
_OF_ONE_RUN = (*_CHOOSERS, "show_config", "update_baseline", "changed_since", "exit_zero", "quiet")


@runtime_checkable
class Located(Protocol):
    """A type of option whose values name files."""

    def seen_from(self, root: Path, value: Any) -> Any:
        """A value that is relative to a folder > one that is relative to the current folder."""


@runtime_checkable
class Spelt(Protocol):
    """A type of option whose values are not what stands in a configuration."""

    def spell(self, value: Any) -> str:
        """A value > the text that it was made of."""


class Entry(click.ParamType[tuple[str, str]]):
    """`KEY=VALUE`, an entry of a table."""

    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """`a=b` > ("a", "b"); a pair stays one."""
        if isinstance(value, tuple):
            key, text = value
            return key, text
        key, is_pair, text = str(value).partition("=")
        if not is_pair:
            self.fail(f"{value!r} is no entry: give {self.name.upper()}.", param, ctx)
        return key, text


class FileName(click.types.StringParamType):
    """A file, folder or pattern, or `-`."""

    name = "path"

    def seen_from(self, root: Path, value: str) -> str:
        """See `Located`."""
        return seen_from(root, value)


def seen_from(root: Path, path: str) -> str:
    """A path that is relative to a folder > one that is relative to the current folder."""
    return path if path == _STANDARD else str(root / path)


_KINDS: tuple[tuple[type[click.ParamType[Any]], tuple[type, ...], str], ...] = (
    # type of an option, types of its values in TOML, what these are called; the first that fits
    (click.types.BoolParamType, (bool,), "true or false"),
    (click.types.IntParamType, (int,), "a whole number"),
    (Ratio, (int, float, str), 'a ratio, as 0.8 or "80%"'),
    (click.types.FloatParamType, (int, float), "a number"),
    (click.ParamType, (str,), "a string"),
)


def settable(command: click.Command) -> dict[str, click.Parameter]:
    """What a configuration may say to a command: key > argument or option, in their order."""
    return {_key(each): each for each in command.params if each.name not in _OF_ONE_RUN}


def configure(context: click.Context, option: click.Parameter, value: Any) -> Any:
    """The callback of `--config` and `--isolated`, which are eager: the second to be called knows both.

    The configuration becomes the context's object, and its values what other options are by default.
    """
    given = {**context.params, str(option.name): value}
    if context.resilient_parsing or not all(name in given for name in _CHOOSERS):
        return value
    from dedup.config import find_configuration, no_configuration, read_configuration

    if given["isolated"] and given["config"] is not None:
        raise click.UsageError("--config and --isolated exclude each other: give one of them")
    if given["isolated"]:
        context.obj = no_configuration()
    else:
        context.obj = find_configuration() if given["config"] is None else read_configuration(given["config"])
    context.default_map = _defaults(context.obj, context)
    return value


@contextmanager
def blamed_on_configuration(context: click.Context) -> Iterator[None]:
    """Turn an error about a setting that stands in the configuration into one that names the file and the key."""
    try:
        yield
    except SettingsError as error:
        configuration: Configuration = context.obj
        for key, parameter in settable(context.command).items():
            if parameter.name == error.name and key in configuration.values and not _is_given(context, error.name):
                raise InputError(configuration.path, f"{key}: {error.value!r}: {error.remedy}") from error
        raise


def in_force(context: click.Context) -> Iterator[tuple[str, Any]]:
    """Key and value, as a configuration has them, of all that has a value, in the order of the options."""
    for key, parameter in settable(context.command).items():
        value = context.params[str(parameter.name)]
        if isinstance(parameter.type, Entry):
            value = dict(value)
        elif isinstance(parameter.type, Spelt):
            spell = parameter.type.spell
            value = [spell(each) for each in value] if _is_list(parameter) else spell(value)
        elif _is_list(parameter):
            value = list(value)
        if value is not None and value not in ([], {}):
            yield key, value


def _key(parameter: click.Parameter) -> str:
    return max(parameter.opts, key=len).removeprefix("--")


def _is_list(parameter: click.Parameter) -> bool:
    return parameter.nargs == -1 or (isinstance(parameter, click.Option) and parameter.multiple)


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _defaults(configuration: Configuration, context: click.Context) -> dict[str, Any]:
    """Name of an option > its value, as the option would have it. An empty list or table says nothing."""
    known = settable(context.command)
    defaults = {}
    for key, value in configuration.values.items():
        if key not in known:
            raise InputError(configuration.path, _unknown(key, context.command))
        try:
            converted = _converted(known[key], value, configuration.root, context)
        except click.BadParameter as error:
            raise InputError(configuration.path, f"{key}: {error.message}") from error
        if value not in ([], {}):
            defaults[str(known[key].name)] = converted
    return defaults


def _unknown(key: str, command: click.Command) -> str:
    """What to say of a key that is none."""
    if key in map(_key, command.params):
        return f"{key!r} is said of one run: give --{key} on the command line"
    meant = nearest(key, list(settable(command)))
    remedy = "keys are the long options" if meant is None else f"did you mean {meant!r}?"
    return f"there is no key {key!r}; {remedy}"


def _converted(parameter: click.Parameter, value: Any, root: Path, context: click.Context) -> Any:
    """The value of an option from that of its key.

    Raises:
        click.BadParameter: If it is of a wrong type, or the option cannot have it.
    """
    kind = parameter.type
    if isinstance(kind, Entry):
        return parameter.type_cast_value(context, _entries(value))
    types, called = next((types, called) for each, types, called in _KINDS if isinstance(kind, each))
    if _is_list(parameter):
        if not isinstance(value, list):
            raise click.BadParameter(f"give a list of strings, not {_called(value)}")
        for each in value:
            _check_type(each, types, called)
    else:
        _check_type(value, types, called)
    converted = parameter.type_cast_value(context, value)
    if not isinstance(kind, Located):
        return converted
    return (
        tuple(kind.seen_from(root, each) for each in converted)
        if _is_list(parameter)
        else kind.seen_from(root, converted)
    )


def _entries(value: object) -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        raise click.BadParameter(f"give a table of strings, not {_called(value)}")
    for key, text in value.items():
        if not isinstance(text, str):
            raise click.BadParameter(f"{key}: give a string, not {_called(text)}")
    return list(value.items())


def _check_type(value: object, types: tuple[type, ...], called: str) -> None:
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise click.BadParameter(f"give {called}, not {_called(value)}")


def _called(value: object) -> str:
    """What a value of TOML is called."""
    names: Mapping[type, str] = {
        bool: "a boolean",
        int: "a whole number",
        float: "a fraction",
        str: "a string",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), "a date or time")
