"""A third tokenizer, written from the definitions with the running Python's own Unicode data: slow and plain."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import regex
from hypothesis import strategies as st

from dedup._kernels.unicode import TABLE

# Default_Ignorable_Code_Point: `regex` has its own Unicode data, so neither table reads the other's list.
_IGNORED = regex.compile(r"\p{Default_Ignorable_Code_Point}")
# Letters of the unspaced scripts.
_SINGLE = r"[\p{L}&&[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
_PREPENDED = r"\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
_WORD = rf"[[\p{{L}}\p{{N}}_{_PREPENDED}]--{_SINGLE}]"
_TOKEN = regex.compile(rf"{_SINGLE}\p{{M}}*|{_WORD}[{_WORD}\p{{M}}]*", regex.V1)
_OLD = unicodedata.ucd_3_2_0
_TABLE_IS_NEWER = tuple(map(int, TABLE.version.split("."))) >= tuple(map(int, unicodedata.unidata_version.split(".")))


def is_known(character: str) -> bool:
    """Whether this Python and the table both know the character, as far as this Python can tell."""
    return unicodedata.category(character) != "Cn" and (_TABLE_IS_NEWER or _OLD.category(character) != "Cn")


def fold(character: str) -> str:
    """One character under NFKD and full case folding, without ignorable characters; U+0345 stays a mark."""
    if _IGNORED.match(character):
        return ""
    decomposed = unicodedata.normalize("NFKD", character)
    cased = "".join(c if c == "\u0345" else c.casefold() for c in decomposed)
    if cased != character:
        return "".join(map(fold, cased))
    return cased


def tokens(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """(start, end, folded form) of the tokens of one span: fold the whole span, then let a pattern find the words."""
    pieces = [fold(character) for character in text[start:end]]
    origins = [start + i for i, piece in enumerate(pieces) for _ in piece]
    for match in _TOKEN.finditer("".join(pieces)):
        first, last = origins[match.start()], origins[match.end() - 1] + 1
        # an ignored character belongs to the word it follows, unless the word had ended before it inside a character
        followed = match.end() == len(origins) or origins[match.end()] >= last
        while followed and last < end and not pieces[last - start]:
            last += 1
        yield first, last, unicodedata.normalize("NFD", match[0])


# Scripts, forms and controls on which implementations differ when one of them is wrong.
_PIECES = [
    *"aAbzZ09_ .,-'\t\n\r\v\f\x1f",
    *"éÉßẞſİıŉǅøÅÅñσςΣΌάᾳᾼǰΐẖ",
    *"\u0300\u0301\u0316\u0323\u0327\u0334\u0345\u035c\u05b0\u064b\u0670\u0e38\u0e48\u3099\u309a\u20dd\u0488",
    *"\u00ad\u034f\u061c\u180b\u180e\u200b\u200c\u200d\u2060\ufe0f\ufeff\U000e0061\U000e0100\u3164\uffa0\u115f",
    *"ＡｂＺ９＿（\u3000ﬁﬀﬃﬆⅣⅷ①⑽½²㎏℡№㍿㋿Ⓐ🄰𝐀𝔣𝟘",
    *"가각힣각ㄱㅏ한글",
    *"中文漢字〇々〆㐀豈\u2f00𠀀\U0002f800\U00030000",
    *"かがガゔッーゝ゛ｶﾞﾊﾟｰﾞヿゟ𛀀㌀",
    *"กำเ้๑ำລຳᩀកំ\u17d2ខြမ\u103a",
    *"ابﷺﷲﻻ\u0600\u06ddאבשּׁकि\u094dષ\u0b95\u0bcb",
    *"😀👩🏽🇩🇪☎️∑€—…«»\u2028\u2029\x85\xa0",
    *"\ud800\udfff\udc00\U0001d15e\U0001f100\U000110bd𐐀𐐨ꭰᏠ",
]
PIECES = [piece for piece in _PIECES if "\ud800" <= piece <= "\udfff" or is_known(piece)]


def texts(alphabet: list[str] = PIECES, most: int = 40) -> st.SearchStrategy[str]:
    """Texts of pieces of every kind, sometimes all from one of Python's three string storages."""
    latin = [piece for piece in alphabet if piece < "\u0100"]
    basic = [piece for piece in alphabet if piece < "\U00010000"]
    return st.one_of([st.lists(st.sampled_from(kind), max_size=most).map("".join) for kind in (latin, basic, alphabet)])


any_text = st.one_of(texts(), st.text(st.characters(exclude_categories=["Cn"]).filter(is_known), max_size=20))
