"""Edits that matter: where two texts differ in a number, they do not say the same."""

from __future__ import annotations

import pytest

import dedup
from dedup import Document, SettingsError
from dedup.settings import Protected, Settings, Unit
from dedup.shingles import tokenize

_TEMPLATE = (
    "Your order with the number {0} was received on {1} May and is on its way to you now. "
    "Thank you very much for buying from us, and please come again soon. "
    "The sum of {2} dollars was taken from your account, as you and we have agreed on before."
)


def cleaned(
    first: str, second: str, unit: Unit = "paragraph", protect: tuple[Protected, ...] = Settings().protect
) -> str:
    """What is left of the second of two texts."""
    documents = [Document("a", first), Document("b", second)]
    return list(dedup.clean_corpus(documents, unit=unit, threshold=0.5, protect=protect))[1].text


@pytest.mark.parametrize("unit", ["paragraph", "line", "sentence", "document"])
def test_pages_of_a_template_with_other_numbers_stay(unit: Unit) -> None:
    """A sentence with another number stays, and so does a page as a whole that differs in nothing else."""
    first, second = _TEMPLATE.format(4711, 3, "12.50"), _TEMPLATE.format(4712, 4, "99.95")
    left = cleaned(first, second, unit)
    if unit == "document":
        assert left == second
    else:
        sentences = second.split(". ")
        assert left == f"{sentences[0]}. {sentences[2]}"
    assert len(cleaned(first, second, unit, protect=())) < len(left)


@pytest.mark.parametrize(
    ("one", "other"), [("12", "13"), ("3rd", "4th"), ("x1", "x2"), ("٣", "٤"), ("१२", "१३"), ("②", "③"), ("", "5")]
)
def test_a_number_is_a_token_with_a_digit(one: str, other: str) -> None:
    """In any script, also where letters stand beside it; a number more or less is another number."""
    text = "This is what was said by all of them about {} in the end, and nothing else."
    assert cleaned(text.format(one), text.format(other)) == text.format(other)
    assert cleaned(text.format(one), text.format(other), protect=()) == ""


def test_other_edits_are_still_edits() -> None:
    """A changed word goes, and so does one beside a number that is the same."""
    first = "This is what was said by all of them about 12 people in the end, and nothing else."
    assert cleaned(first, first.replace("people", "persons")) == ""
    assert cleaned(first, first.replace("said", "told")) == ""


def test_numbers_are_told_from_words() -> None:
    """By the digits they hold after folding."""
    tokens = tokenize("one 2 thr33 ④ Ⅳ ٥ x")
    assert [tokens.is_number(i) for i in range(len(tokens))] == [False, True, True, True, False, True, False]


def test_only_numbers_can_be_protected() -> None:
    """Anything else is an error that names the setting."""
    for wrong in ("numbers", ("names",), None):
        with pytest.raises(SettingsError, match="protect"):
            Settings(protect=wrong)  # type: ignore[arg-type]  # on purpose
