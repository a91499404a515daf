"""Edits that matter: where two texts differ in a number, they do not say the same."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Document, SettingsError
from dedup.numerals import each_has_its_own, numerals
from dedup.settings import Protected, Settings, Unit
from dedup.shingles import number_tokens, tokenize

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
    """A sentence with another number stays, and so does a page as a whole."""
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


_SAME = " ".join(f"word{'abcdefghij'[i % 10]}{'klmnopqrst'[i // 10]}" for i in range(100))
_PASSAGE = "See http://example.org/v3 or write to box 4711."


def stay(one: str, other: str, **changes: object) -> tuple[bool, bool]:
    """Whether the second of two whole documents stays, and whether it does in the other order."""
    first, second = (
        not list(dedup.clean_corpus([Document("a", a), Document("b", b)], unit="document", **changes))[1].is_empty  # type: ignore[arg-type]  # names of settings
        for a, b in ((one, other), (other, one))
    )
    return first, second


def test_a_document_with_a_passage_more_goes() -> None:
    """Whatever numbers are in it and wherever it stands, and whichever of the two comes first."""
    for longer in (f"{_SAME} {_PASSAGE}", f"{_PASSAGE} {_SAME}", _SAME.replace(" wordae", f". {_PASSAGE} wordae")):
        assert stay(_SAME, longer) == (False, False)
        assert stay(f"In 2019 he said: {_SAME}", f"In 2019 he said: {longer}") == (False, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a room in Kiel for 250 euro", "a room in Ulm for 310 euro"),
        ("a room in Kiel, 250 euro", "a room for 310 euro and more"),
        ("a room for 12 euro in Kiel", "a room for 12.50 euro in Ulm"),
        ("version 2 of it", "version 2.1 of it"),
        ("between 12 and 15 degrees", "between 15 and 19 degrees"),
        ("three in Kiel: 12, 15", "three in Ulm: 12, 16, 17"),
        ("2 goals for Kiel and 1 for Ulm", "1 goal for Kiel and 2 for Ulm"),
        ("the 3rd of May", "the 4th of June"),
        ("٣ of them", "٤ of these"),
    ],
)
def test_a_document_stays_where_a_number_took_the_place_of_another(one: str, other: str) -> None:
    """However many other words differ as well, in either order; unless numbers are not protected."""
    assert stay(f"{_SAME} {one}.", f"{_SAME} {other}.") == (True, True)
    assert stay(f"{one} {_SAME}.", f"{other} {_SAME}. {_PASSAGE}") == (True, True)
    assert stay(f"{_SAME} {one}.", f"{_SAME} {other}.", protect=()) == (False, False)


def test_words_and_what_was_moved_are_no_other_numbers() -> None:
    """A document goes where only words differ, numbers were added or left out, or moved with their words."""
    assert stay(f"{_SAME} for 12.50 euro in Kiel", f"{_SAME} for 12.50 euro in Ulm") == (False, False)
    assert stay(f"{_SAME} for euro in Kiel", f"{_SAME} for 12.50 euro in Kiel") == (False, False)
    assert stay(f"{_SAME} annex 1 to section 6 of it", f"{_SAME} to section 6 annex 1 of it") == (False, False)


def _pages(seed: int) -> list[tuple[str, tuple[object, ...]]]:
    """Pages of one template with other numbers and names, and what they say."""
    random = Random(seed)
    said = [
        (
            random.choice(["Kiel", "Ulm", "Bad Ems"]),
            random.randint(1, 20),
            random.randint(1, 20),
            random.choice([f"{random.randint(1, 99)}", f"{random.randint(1, 99)}.50", f"1,{random.randint(100, 999)}"]),
            random.choice(["Eva Lang", "Tom", "Ida Wolf"]),
        )
        for _ in range(40)
    ]
    page = "Weather of {}: {} to {} degrees. A room costs {} euro, ask {}. "
    return [(page.format(*facts) + " ".join([_SAME] * (1 + seed % 4)), facts) for facts in said]


@pytest.mark.parametrize("seed", range(8))
def test_pages_of_one_template_never_merge_at_the_defaults(seed: int) -> None:
    """As whole documents, if a number differs: names and towns may differ too."""
    pages = _pages(seed)
    for cleaned in dedup.clean_corpus((Document(str(i), text) for i, (text, _) in enumerate(pages)), unit="document"):
        for merge in cleaned.merges:
            goes, kept = pages[int(cleaned.id)][1], pages[int(merge.canonical.document)][1]
            assert goes[1:4] == kept[1:4]


_place = st.integers(0, 99)


@settings(max_examples=60, deadline=None)
@given(numbers=st.sets(_place, max_size=8), change=st.sampled_from(["number", "passage", "word"]), place=_place)
def test_the_order_of_two_versions_does_not_matter(numbers: set[int], change: str, place: int) -> None:
    """A changed number keeps the later one, an added passage or a changed word does not, whichever is the later."""
    words = [f"{i}" if i in numbers else word for i, word in enumerate(_SAME.split())]
    changed = list(words)
    if change == "number":
        words[place], changed[place] = "1000", "2000"
    else:
        changed[place : place + 1] = [_PASSAGE, words[place]] if change == "passage" else ["another"]
    expected = change == "number"
    assert stay(" ".join(words), " ".join(changed)) == (expected, expected)


_numbers = st.lists(st.sampled_from(["1", "2", "12.50", "12", "50", "a", "b"]), max_size=8).map(" ".join)


@given(one=_numbers, other=_numbers, added=_numbers)
def test_whether_each_has_its_own_numbers_is_symmetric(one: str, other: str, added: str) -> None:
    """In whatever order two texts come, and never of a text and the same with something added."""

    def has_own(first: str, second: str) -> bool:
        a, b = tokenize(first), tokenize(second)
        ids_a, ids_b = number_tokens(a, b)
        return each_has_its_own(numerals(first, a, ids_a), numerals(second, b, ids_b))

    assert has_own(one, other) == has_own(other, one)
    assert not has_own(one, f"{one} {added}")


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("12.50 and 3", [2, 1]),
        ("1,299.50", [3]),
        ("1978 589\n12", [1, 1, 1]),
        ("v2.1b", [2]),
        ("3-x-4", [1, 1]),
        ("two", []),
        ("5\u00a06", [1, 1]),
    ],
)
def test_a_numeral_is_what_is_written_as_one(text: str, sizes: list[int]) -> None:
    """Tokens with a digit in them are one number where no white space stands between them."""
    tokens = tokenize(text)
    assert list(map(len, numerals(text, tokens, number_tokens(tokens, tokens)[0]))) == sizes


def test_numbers_are_told_from_words() -> None:
    """By the digits they hold after folding."""
    tokens = tokenize("one 2 thr33 ④ Ⅳ ٥ x")
    assert [tokens.is_number(i) for i in range(len(tokens))] == [False, True, True, True, False, True, False]


def test_only_numbers_can_be_protected() -> None:
    """Anything else is an error that names the setting."""
    for wrong in ("numbers", ("names",), None):
        with pytest.raises(SettingsError, match="protect"):
            Settings(protect=wrong)  # type: ignore[arg-type]  # on purpose
