"""Two texts > whether they tell different numbers: then they are pages of one template, not copies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from dedup.shingles import Tokens

if TYPE_CHECKING:
    from dedup._kernels.reference_arrays import Ids

# The token numbers that one written number is made of: two in 12.50.
Numeral: TypeAlias = tuple[int, ...]


def numerals(text: str, tokens: Tokens, ids: Ids) -> list[Numeral]:
    """The numbers of a text, as written: tokens with no white space between them are one.

    So 12 and 12.50 are two different numbers, where tokens alone would say that something was added to the first.

    Args:
        text: What was tokenized.
        tokens: Its tokens.
        ids: Their numbers.
    """
    found: list[Numeral] = []
    last = -1
    for i in range(len(tokens)):
        if not tokens.is_number(i):
            continue
        if found and last == i - 1 and not _has_space(text[tokens.ends[last] : tokens.starts[i]]):
            found[-1] += (int(ids[i]),)
        else:
            found.append((int(ids[i]),))
        last = i
    return found


def each_has_its_own(a: list[Numeral], b: list[Numeral]) -> bool:
    """Whether either text has a number that the other has not, or not as often.

    It asks for both, since a passage that only one of the texts has may well have numbers in it, and it looks at no
    alignment, which may find a number's equal in another place: 12 to 15 degrees, 15 to 19 degrees.
    """
    counts_a, counts_b = Counter(a), Counter(b)
    return bool(counts_a - counts_b) and bool(counts_b - counts_a)


def _has_space(text: str) -> bool:
    return any(character.isspace() for character in text)
