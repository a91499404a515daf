"""How every character is compared: one pinned table, so that answers never depend on the Python that runs.

`unicode.bin`, written by `tools/make_unicode_table.py`, holds a header (`dedupuni`, the Unicode version as three
numbers, three lengths) and three arrays of little-endian uint32: the page of every 128 code points, the entries of
the distinct pages, and a pool. An entry holds a class (3 bits), a canonical combining class (8 bits) and a code point
(21 bits): the one the character is folded to. Where a character folds to several, the class is `EXPANDED` and the code
point is a place in the pool: a count, then that many simple entries.

Folding is NFKD and full case folding with the default-ignorable characters left out. Two texts are equal under NFKC
exactly when they are under NFKD (UAX #15), and the decomposed form needs no look ahead.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass

from dedup._kernels.unicode_file import HEADER, PATH, read_version

SEPARATOR = 0
"""between words"""
WORD = 1
"""letter, number, underscore: part of a run that is one token"""
SINGLE = 2
"""letter of a script written without spaces: a token by itself"""
MARK = 3
"""extends the token before it"""
IGNORED = 4
"""default-ignorable: compared as if it were not there"""
EXPANDED = 5
"""folds to several characters, which stand in the pool"""
HANGUL = 6
"""a Hangul syllable, decomposed by arithmetic"""
SINGLE_ITSELF = 7
"""`SINGLE` that folds to itself"""


@dataclass(frozen=True)
class UnicodeTable:
    """The arrays of `unicode.bin`, all uint32 and read-only, and the Unicode version they were made from."""

    version: str
    pages: memoryview
    entries: memoryview
    pool: memoryview

    def entry(self, code: int) -> int:
        """The entry of one code point."""
        return self.entries[self.pages[code >> 7] << 7 | code & 127]

    def parts(self, code: int) -> list[tuple[int, int, int]]:
        """What a code point folds to: (class, combining class, code point) of each character, none if ignored."""
        entry = self.entry(code)
        kind = entry & 7
        if kind == IGNORED:
            return []
        if kind == SINGLE_ITSELF:
            return [(SINGLE, 0, code)]
        if kind == HANGUL:
            return _hangul(code)
        if kind == EXPANDED:
            place = entry >> 11
            entries = self.pool[place + 1 : place + 1 + self.pool[place]].tolist()
        else:
            entries = [entry]
        return [(part & 7, part >> 3 & 255, part >> 11) for part in entries]


def _hangul(code: int) -> list[tuple[int, int, int]]:
    """Hangul syllable decomposition (The Unicode Standard, 3.12)."""
    syllable = code - 0xAC00
    jamo = [0x1100 + syllable // 588, 0x1161 + syllable % 588 // 28]
    if syllable % 28:
        jamo.append(0x11A7 + syllable % 28)
    return [(WORD, 0, part) for part in jamo]


def _load() -> UnicodeTable:
    data = PATH.read_bytes()
    _, _, _, _, pages, entries, pool = HEADER.unpack_from(data)
    own_order = array("I", data[HEADER.size :])
    if sys.byteorder == "big":
        own_order.byteswap()
    words = memoryview(own_order.tobytes()).cast("I")
    return UnicodeTable(
        read_version(),
        words[:pages],
        words[pages : pages + entries],
        words[pages + entries : pages + entries + pool],
    )


TABLE = _load()
