"""The pinned Unicode table: what its tool builds, and what the running Python says of the same characters."""

from __future__ import annotations

import importlib.util
import sys
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest

from dedup._kernels.unicode import IGNORED, MARK, SEPARATOR, SINGLE, TABLE, WORD
from tests.naive import fold, is_known, tokens

TOOL = Path(__file__).parents[1] / "tools" / "make_unicode_table.py"
SAMPLE = [chr(code) for code in (*range(0x3400), *range(0x3400, sys.maxunicode + 1, 7)) if is_known(chr(code))]


def tool() -> ModuleType:
    if not TOOL.exists():
        pytest.skip("the tool is not part of an installed package")
    specification = importlib.util.spec_from_file_location("make_unicode_table", TOOL)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.skipif(
    unicodedata.unidata_version != TABLE.version,
    reason=f"this Python has Unicode {unicodedata.unidata_version}, the table {TABLE.version}",
)
def test_the_table_is_what_the_tool_builds() -> None:
    """Every entry of the table is the one that the tool computes from the same version of Unicode."""
    pages, entries, pool = tool().build()
    assert TABLE.pages.tolist() == pages
    assert TABLE.entries.tolist() == entries
    assert TABLE.pool.tolist() == pool


def test_the_table_covers_every_code_point() -> None:
    """Each of the 1,114,112 code points has a page inside the table."""
    assert len(TABLE.pages) * 128 == sys.maxunicode + 1
    assert (max(TABLE.pages) + 1) * 128 == len(TABLE.entries)


def test_characters_fold_as_python_folds_them() -> None:
    """A character folds to what NFKD, case folding and leaving ignorable characters out make of it."""
    wrong = []
    for character in SAMPLE:
        parts = TABLE.parts(ord(character))
        if [kind for kind, _, _ in parts] == [SEPARATOR]:  # what separates words is not told apart
            continue
        got, expected = "".join(chr(code) for _, _, code in parts), fold(character)
        if got != expected:
            wrong.append((f"U+{ord(character):04X}", got, expected))
    assert wrong == []


def test_combining_classes_are_those_of_python() -> None:
    """Marks carry their canonical combining class, and nothing else carries one."""
    for character in SAMPLE:
        for kind, combining, code in TABLE.parts(ord(character)):
            assert combining == (unicodedata.combining(chr(code)) if kind == MARK else 0), f"U+{ord(character):04X}"


def test_characters_are_classed_as_the_definition_says() -> None:
    """Between two letters, each character joins, extends, separates or stands by itself as the naive tokenizer says."""
    for character in SAMPLE:
        kinds = [kind for kind, _, _ in TABLE.parts(ord(character))]
        found = list(tokens(f"a{character}b", 0, 3))
        if not kinds or set(kinds) <= {WORD, MARK}:
            assert [token[:2] for token in found] == [(0, 3)], f"U+{ord(character):04X}"
        elif set(kinds) == {SEPARATOR}:
            assert [token[:2] for token in found] == [(0, 1), (2, 3)], f"U+{ord(character):04X}"
        elif kinds == [SINGLE]:
            assert [token[:2] for token in found] == [(0, 1), (1, 2), (2, 3)], f"U+{ord(character):04X}"


@pytest.mark.parametrize("character", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\ufe0f", "\u3164", "\U000e0100"])
def test_ignorable_characters_fold_to_nothing(character: str) -> None:
    """Default-ignorable characters have no parts."""
    assert TABLE.entry(ord(character)) & 7 == IGNORED
    assert TABLE.parts(ord(character)) == []


def test_surrogates_and_unassigned_characters_separate() -> None:
    """A lone surrogate, a noncharacter and a private one are no part of any word."""
    for code in (0xD800, 0xDFFF, 0xFFFE, 0xFFFF, 0x10FFFF, 0xE000):
        assert [kind for kind, _, _ in TABLE.parts(code)] == [SEPARATOR]


def test_the_table_cannot_be_written_to() -> None:
    """The arrays that both implementations read are read-only."""
    for array in (TABLE.pages, TABLE.entries, TABLE.pool):
        with pytest.raises(TypeError, match="read-only"):
            array[0] = 0
