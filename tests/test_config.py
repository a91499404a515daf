"""Which file the configuration is, what may stand in it, and how it is shown."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cli_check import check
from dedup.cli_config import _OF_ONE_RUN, settable
from dedup.config import find_configuration, read_configuration
from dedup.errors import InputError, SettingsError
from dedup.toml import toml_text
from tests.command import make

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FINGERPRINT = "0123456789abcdef0123456789abcdef"
_OWN = "max-duplicates = 1\n"
_SHARED = "[tool.dedup]\nmax-duplicates = 2\n"


@pytest.mark.parametrize(
    ("files", "found", "most"),
    [
        ({"a/b/dedup.toml": _OWN, "dedup.toml": _SHARED}, "dedup.toml", 1),
        ({"a/dedup.toml": _OWN, "dedup.toml": _SHARED}, "../dedup.toml", 1),
        ({"dedup.toml": _OWN}, "../../dedup.toml", 1),
        ({"a/b/pyproject.toml": _SHARED, "a/dedup.toml": _OWN}, "pyproject.toml", 2),
        ({"a/b/pyproject.toml": _SHARED, "a/b/dedup.toml": _OWN}, "dedup.toml", 1),
        ({"a/b/pyproject.toml": "[tool.ruff]\n", "a/dedup.toml": _OWN}, "../dedup.toml", 1),
        ({"a/b/pyproject.toml": "", "a/pyproject.toml": _SHARED}, "../pyproject.toml", 2),
        ({"a/b/pyproject.toml": "[tool.dedup]\n", "a/dedup.toml": _OWN}, "pyproject.toml", None),
        ({"a/b/dedup.toml": "", "a/dedup.toml": _OWN}, "dedup.toml", None),
        ({"a/b/dedup.toml": f"\ufeff{_OWN}"}, "dedup.toml", 1),
        ({"a/b/dedup.toml": _OWN.replace("\n", "\r\n")}, "dedup.toml", 1),
    ],
    ids=range(11),
)
def test_which_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str | bytes], found: str, most: int | None
) -> None:
    """The nearest file counts, dedup.toml first; a pyproject.toml that says nothing about this is passed over."""
    make(tmp_path, {"a/b/text.txt": "", **files})
    monkeypatch.chdir(tmp_path / "a/b")
    configuration = find_configuration()
    assert (configuration.path, configuration.root) == (Path(found), Path(found).parent)
    assert configuration.values.get("max-duplicates") == most


_UNREADABLE: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    # what is wrong: (the file, what is said)
    "not TOML": ("\njobs =\n", ("not TOML", "line 2")),
    "cut off": ('paths = ["a', ("not TOML",)),
    "key twice": ("jobs = 1\njobs = 2\n", ("not TOML", "overwrite")),
    "not UTF-8": (b'jobs = 1\ntext-field = "\xff"\n', ("c.toml:2", "not UTF-8 at byte 23")),
    "UTF-16": (_OWN.encode("utf-16"), ("not UTF-8 at byte 0",)),
    "nested": ("a = " + "[" * 100_000, ("not TOML", "nested too deep")),
    "number": ("jobs = " + "9" * 10_000, ("not TOML",)),
    "table of the other file": (_SHARED, ("pyproject.toml", "[tool.dedup]")),
}


@pytest.mark.parametrize("case", _UNREADABLE)
def test_files_that_cannot_be_read(tmp_path: Path, case: str) -> None:
    """What is no configuration is refused with the file, and the line where it is known."""
    content, said = _UNREADABLE[case]
    make(tmp_path, {"c.toml": content})
    with pytest.raises(InputError) as caught:
        read_configuration(str(tmp_path / "c.toml"))
    assert all(each in str(caught.value) for each in ("c.toml", *said)), caught.value


@pytest.mark.parametrize("content", ["", "[tool.ruff]\n", "tool = 1\n", "tool.dedup = 1\n", "[[tool.dedup]]\n"])
def test_a_pyproject_that_is_named_must_configure(tmp_path: Path, content: str) -> None:
    """A pyproject.toml that is named and has no table of ours is refused, for it was meant."""
    make(tmp_path, {"pyproject.toml": content})
    with pytest.raises(InputError, match=r"pyproject.toml: .*\[tool.dedup\]"):
        read_configuration(str(tmp_path / "pyproject.toml"))


@given(content=st.one_of(st.binary(), st.text("[]=\"'.\n#a1-{},", max_size=30).map(str.encode)))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever a file holds, it is a configuration or refused."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    with suppress(InputError):
        assert isinstance(read_configuration(str(path)).values, dict)


_PLAIN = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.lists(st.text()))


@given(values=st.dictionaries(st.from_regex("[a-z-]+", fullmatch=True), _PLAIN), table=st.dictionaries(
    st.text(), st.text(), min_size=1))  # fmt: skip
def test_what_is_shown_is_read_back(values: dict[str, Any], table: dict[str, str]) -> None:
    """Values of every kind, with whatever characters, are the same ones when they are read back; all are printable."""
    values = {**values, "allow": table}
    text = toml_text(values.items())
    assert tomllib.loads(text) == values
    assert all(each.isprintable() or each == "\n" for each in text)


def test_what_is_no_utf_8_cannot_be_shown() -> None:
    """A name with a byte that is not UTF-8 cannot stand in TOML, and is named."""
    with pytest.raises(SettingsError, match="paths"):
        toml_text([("paths", ["a\udcff"])])


def _read(values: Mapping[str, Any], folder: Path, *given: str) -> click.Context:
    """The context of a check with a configuration, which is read but not run."""
    (folder / "c.toml").write_text(toml_text(values.items()), encoding="utf-8")
    return check.make_context("check", ["--config", str(folder / "c.toml"), *given])


def test_every_option_is_a_key_or_of_one_run() -> None:
    """There is no second list of keys: all options are keys, but a few that are asked of one run."""
    names = {parameter.name: key for key, parameter in settable(check).items()}
    assert {*names, *_OF_ONE_RUN} == {parameter.name for parameter in check.params}
    assert not set(_OF_ONE_RUN) & set(names)
    assert all(key == str(name).replace("_", "-") for name, key in names.items())


@pytest.mark.parametrize("key", settable(check))
def test_every_key_has_a_type(tmp_path: Path, key: str) -> None:
    """A date is the value of no key; the file and the key are named, and what the value may be."""
    (tmp_path / "c.toml").write_text(f"{key} = 1979-05-27\n")
    with pytest.raises(InputError, match=rf"c.toml: {key}: give .*, not a date"):
        check.make_context("check", ["--config", str(tmp_path / "c.toml")])


@pytest.mark.parametrize("key", settable(check))
def test_flags_of_a_configuration_can_be_taken_back(key: str) -> None:
    """What a configuration switches on, the command line can switch off."""
    parameter = settable(check)[key]
    if isinstance(parameter, click.Option) and parameter.is_flag:
        assert parameter.secondary_opts == [f"--no-{key}"]


_ALL: dict[str, Any] = {  # a value other than the default for every key
    "paths": ["docs", "-"], "max-duplicates": 3, "max-duplicate-ratio": "2%", "baseline": "known.jsonl",
    "fail-on-new": False, "against": ["eval"], "ignore": ["*.min.txt"], "markers": False,
    "allow-empty": True, "report": ["sarif=out.sarif", "text"], "jobs": 2, "text-field": "body", "id-field": "url",
    "input-format": "jsonl", "encoding": "cp1252", "encoding-errors": "replace", "max-ratio": 300, "max-record": 8,
    "zstd-long": True, "html": "main", "salvage": True, "strict": True, "unit": "line", "scope": "document",
    "threshold": "70%", "near": False, "ngram": 3, "min-tokens": 7, "min-span": 50, "max-edit": 2, "keep": "last",
    "novel": "drop", "protect": "nothing", "cut": "word", "language": "de", "miss-probability": 0.02, "num-perm": 64,
    "bands": 4, "rows": 4, "bucket-limit": 9, "seed": 2, "memory": 500, "allow": {_FINGERPRINT: "a licence, = \"x\""},
}  # fmt: skip


def test_all_keys_are_tried() -> None:
    """The table above has every key."""
    assert set(_ALL) == set(settable(check))


@pytest.mark.parametrize("key", _ALL)
def test_a_key_is_the_option(tmp_path: Path, key: str) -> None:
    """A key in a configuration and the option on the command line say the same, and it is not the default."""
    value = _ALL[key]
    given = _as_options(key, value)
    of_key = _read({key: value}, tmp_path).params
    of_option = _read({}, tmp_path, *given).params
    nothing = _read({}, tmp_path).params
    name = str(settable(check)[key].name)
    if key == "paths":  # not all versions of click take arguments from a context: the command does
        context = _read({key: value}, tmp_path)
        assert context.default_map is not None
        assert tuple(context.default_map[name]) == of_option[name]
        return
    assert of_key[name] == of_option[name] != nothing[name]


def _as_options(key: str, value: Any) -> list[str]:
    if key == "paths":
        return ["--", *value]
    if isinstance(value, bool):
        return [f"--{key}" if value else f"--no-{key}"]
    if isinstance(value, dict):
        return [f"--{key}={name}={text}" for name, text in value.items()]
    return [f"--{key}={each}" for each in (value if isinstance(value, list) else [value])]


@pytest.mark.parametrize(
    ("key", "value", "given", "expected"),
    [
        ("max-duplicates", 3, ["--max-duplicates", "0"], 0),
        ("strict", True, ["--no-strict"], False),
        ("ignore", ["a", "b"], ["--ignore", "c"], ("c",)),
        ("against", ["a"], ["--against", "b", "--against", "c"], ("b", "c")),
        ("allow", {_FINGERPRINT: "x"}, ["--allow", f"{_FINGERPRINT[::-1]}=y"], ((_FINGERPRINT[::-1], "y"),)),
        ("paths", ["a"], ["b"], ("b",)),
        ("ignore", [], [], ()),
        ("protect", "nothing", ["--protect", "numbers"], ("numbers",)),
    ],
    ids=range(8),
)
def test_the_command_line_wins(tmp_path: Path, key: str, value: Any, given: list[str], expected: Any) -> None:
    """An option on the command line takes the place of the key, and of all of its list."""
    assert _read({key: value}, tmp_path, *given).params[str(settable(check)[key].name)] == expected
