"""Write `dedup/_kernels/unicode.bin`: how every character is compared.

Run it with a CPython whose `unicodedata` has the Unicode version wanted; the file records that version, so that
answers depend on the table and never on the Python that reads it.

    python tools/make_unicode_table.py dedup/_kernels/unicode.bin

The layout is described, and read, in `dedup/_kernels/unicode.py`.
"""

from __future__ import annotations

import struct
import sys
import unicodedata
from pathlib import Path

CODE_POINTS = 0x110000
PAGE = 128
SEPARATOR, WORD, SINGLE, MARK, IGNORED, EXPANDED, HANGUL, SINGLE_ITSELF = range(8)

# Default_Ignorable_Code_Point, from DerivedCoreProperties.txt of the Unicode Character Database.
DEFAULT_IGNORABLE = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
# Grapheme_Cluster_Break=Prepend among the format characters: part of the word they stand before.
PREPENDED = {*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
# How the names of letters begin in the scripts that are written without spaces.
UNSPACED = (
    "CJK UNIFIED IDEOGRAPH",
    "CJK COMPATIBILITY IDEOGRAPH",
    "IDEOGRAPHIC",
    "HIRAGANA",
    "KATAKANA",
    "HALFWIDTH KATAKANA",
    "HENTAIGANA",
    "VERTICAL IDEOGRAPHIC",
    "VERTICAL KANA",
    "MASU MARK",
    "OLD CHINESE",
    "THAI ",
    "LAO ",
    "KHMER ",
    "MYANMAR ",
)


def is_ignorable(code: int) -> bool:
    return any(first <= code <= last for first, last in DEFAULT_IGNORABLE)


def fold(character: str) -> str:
    """NFKD and full case folding until nothing changes; U+0345 stays a mark, so that its order cannot matter."""
    before, folded = "", character
    while folded != before:
        before = folded
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(c if c == "\u0345" else c.casefold() for c in decomposed)
    return folded


def class_of(code: int) -> int:
    character = chr(code)
    category = unicodedata.category(character)
    if is_ignorable(code):
        return IGNORED
    if category[0] == "M":
        return MARK
    if category[0] == "L" and unicodedata.name(character, "").startswith(UNSPACED):
        return SINGLE
    if category[0] in "LN" or character == "_" or code in PREPENDED:
        return WORD
    return SEPARATOR


def simple_entry(code: int) -> int:
    """An entry of one character: class (3 bits), canonical combining class (8 bits), code point (21 bits)"""
    kind = class_of(code)
    combining = unicodedata.combining(chr(code)) if kind == MARK else 0
    return kind | combining << 3 | code << 11


def build() -> tuple[list[int], list[int], list[int]]:
    """Returns the page of each 128 code points, the entries of the distinct pages, and the pool of expansions."""
    pool: list[int] = []
    pooled: dict[tuple[int, ...], int] = {}
    pages: dict[tuple[int, ...], int] = {}
    page_of: list[int] = []
    for first in range(0, CODE_POINTS, PAGE):
        page = tuple(entry(code, pool, pooled) for code in range(first, first + PAGE))
        page_of.append(pages.setdefault(page, len(pages)))
    return page_of, [e for page in pages for e in page], pool


def entry(code: int, pool: list[int], pooled: dict[tuple[int, ...], int]) -> int:
    if 0xAC00 <= code <= 0xD7A3:
        return HANGUL
    if class_of(code) == IGNORED:
        return IGNORED
    parts = tuple(simple_entry(ord(c)) for c in fold(chr(code)) if not is_ignorable(ord(c)))
    if not parts:
        return IGNORED
    if all(part & 7 == SEPARATOR for part in parts):
        return SEPARATOR
    if len(parts) == 1:  # one entry for all ideographs: most pages of them are then the same page
        return SINGLE_ITSELF if parts[0] == SINGLE | code << 11 else parts[0]
    if parts not in pooled:
        pooled[parts] = len(pool)
        pool.extend((len(parts), *parts))
    return EXPANDED | pooled[parts] << 11


def main(path: str) -> None:
    page_of, entries, pool = build()
    version = [int(part) for part in unicodedata.unidata_version.split(".")]
    head = struct.pack("<8s3I3I", b"dedupuni", *version, len(page_of), len(entries), len(pool))
    body = struct.pack(f"<{len(page_of)}I", *page_of)
    body += struct.pack(f"<{len(entries)}I", *entries) + struct.pack(f"<{len(pool)}I", *pool)
    Path(path).write_bytes(head + body)
    print(f"Unicode {unicodedata.unidata_version}: {len(entries) // PAGE} pages, {len(head + body)} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
