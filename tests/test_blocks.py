"""How a text falls into blocks."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup.blocks import sentence_starts, split
from dedup.graphemes import extends
from dedup.settings import Settings, Unit
from tests.naive import any_text

UNITS: list[Unit] = ["document", "paragraph", "sentence", "line"]
PROSE = (
    "It was a bright cold day in spring, and the clocks of the little town were striking ten. Nobody in the market "
    "square looked up, for they had been striking ten since the morning before last. A dog slept under the only cart. "
    "The baker's daughter counted her change twice, found that it was right, and was not at all reassured by it."
)
NAMES = [
    ("clock", "ten"),
    ("bell tower", "eleven"),
    ("watch", "twelve"),
    ("church", "one"),
    ("old bell", "two"),
    ("gong", "three"),
]
LINE_ENDS = ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028"]


def parts(text: str, unit: Unit = "paragraph", language: str = "en") -> list[str]:
    return [text[start:end] for start, end in split(text, Settings(unit=unit, language=language))]


joints = st.sampled_from([*LINE_ENDS, "\u2029", " ", "\n\n", ". ", "! ", "。", "\u3000", "Mr. ", PROSE[:60]])
layouts = st.lists(joints | any_text, max_size=12).map("".join)


@pytest.mark.parametrize("unit", UNITS)
@settings(max_examples=250, deadline=None)
@given(text=layouts, width=st.integers(0, 90))
def test_blocks_cover_the_text_once_and_in_order(unit: Unit, text: str, width: int) -> None:
    """Blocks are in order, apart, not empty, without white space at their ends (but one that a mark
    stands on), and leave only white space out.
    """
    if width > 40:
        text = "\n".join(textwrap.wrap(PROSE, width)) + "\n" + text
    position = 0
    for start, end in split(text, Settings(unit=unit)):
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        marked_space = text[start:end].lstrip() == text[start + 1 : end] and extends(text[start], text[start + 1])
        assert marked_space or text[start:end].strip() == text[start:end]
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("text", ["", " ", "\n", "\r\n\r\n", "\u3000\t\u2028", "\x1c\x1f"])
def test_blank_text_has_no_blocks(unit: Unit, text: str) -> None:
    """Nothing but white space is no block of any unit."""
    assert split(text, Settings(unit=unit)) == []


@pytest.mark.parametrize("unit", UNITS)
def test_offsets_point_into_the_text(unit: Unit) -> None:
    """Offsets count characters of the whole text, behind white space and characters of any width."""
    text = "  \r\n😀é block one. \r\n\r\n\tblock two.  "
    expected = ["😀é block one. \r\n\r\n\tblock two."] if unit == "document" else ["😀é block one.", "block two."]
    assert parts(text, unit) == expected


@pytest.mark.parametrize("end", LINE_ENDS)
def test_blank_lines_separate_paragraphs(end: str) -> None:
    """Whatever ends the lines, a blank one stands between two paragraphs, and none is a paragraph."""
    lines = textwrap.wrap(PROSE, 60)
    paragraph = end.join(lines)
    text = f"{end}{paragraph}{end}{end}{paragraph}{end} \t{end}{end}{paragraph}{end}"
    assert parts(text) == [paragraph] * 3
    assert parts(text, "line") == lines * 3


def test_mixed_line_ends_are_told_apart() -> None:
    """CRLF is one line end, and each of the others ends a line in the same text."""
    text = "a\r\nb\rc\nd\x0be\x0cf\x85g\u2028h\u2029i"
    assert parts(text, "line") == list("abcdefghi")
    assert parts(text) == list("abcdefghi")
    assert parts("one\r\n\r\ntwo\n\nthree\r\rfour") == ["one", "two", "three", "four"]


def test_a_paragraph_separator_ends_a_paragraph() -> None:
    """U+2029 separates paragraphs without a blank line, even where the line before it is full."""
    lines = textwrap.wrap(PROSE, 60)
    first, second = "\n".join(lines[:3]), "\n".join(lines[3:])
    assert parts(f"{first}\n{second}") == [f"{first}\n{second}"]
    assert parts(f"{first}\u2029{second}") == [first, second]


@pytest.mark.parametrize("width", [54, 60, 72, 80, 100, 119])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_hard_wrapped_prose_is_one_block(width: int, end: str) -> None:
    """Lines that were wrapped at a width are one paragraph, wherever the last line ends."""
    text = end.join(textwrap.wrap(PROSE, width))
    assert parts(text) == [text]


def test_indented_prose_is_one_block() -> None:
    """Indentation and trailing white space do not hide that lines were wrapped."""
    text = "\n".join(f"    {line}  " for line in textwrap.wrap(PROSE, 66)).strip()
    assert parts(text) == [text]


def test_wrapped_prose_in_wide_letters_is_one_block() -> None:
    """Chinese is wrapped between any two letters, each two columns wide."""
    letters = "这座小城的钟楼从前天早上起就一直敲着十点集市上没有一个人抬头看它一眼狗在唯一的那辆大车底下睡觉" * 3
    text = "\n".join(letters[i : i + 38] for i in range(0, len(letters), 38))
    assert parts(text) == [text]


def test_one_paragraph_a_line_is_one_block_a_line() -> None:
    """Long lines, as crawled text has them, are a block each, with short headings between them."""
    lines = ["Heading", PROSE, PROSE[::-1].strip(), "Another heading", PROSE]
    assert parts("\n".join(lines)) == lines
    assert parts("\r\n".join(lines)) == lines


def test_short_lines_are_blocks_of_their_own() -> None:
    """Menus and verse are not wrapped prose."""
    menu = ["Home", "About us", "Contact", "Imprint and privacy", "Home"]
    assert parts("\n".join(menu)) == menu


def test_a_line_with_room_for_the_next_word_ends_a_paragraph() -> None:
    """Two wrapped paragraphs without a blank line between them are told apart by the short line that ends the first."""
    first = "\n".join(textwrap.wrap(PROSE[:190].rstrip(), 60))
    text = f"{first}\n{first}"
    assert len(first.splitlines()[-1]) < 50
    assert parts(text) == [first, first]


EDITS: dict[str, Callable[[str, int], str]] = {
    "longer": lambda line, at: changed(line, at, "any-and-every-single-one"),
    "inserted": lambda line, at: changed(line, at, f"what you might call {line.split()[at]}"),
    "deleted": lambda line, at: changed(line, at, ""),
}


def changed(line: str, at: int, instead: str) -> str:
    """A line with another word, or none, in one place."""
    words = line.split()
    return " ".join([*words[:at], *instead.split(), *words[at + 1 :]])


@pytest.mark.parametrize("width", [60, 66, 72, 80, 100])
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_wrapped_prose_with_an_edit_is_one_block(edit: Callable[[str, int], str], width: int) -> None:
    """Whichever word of whichever line was changed, without wrapping the lines anew, they stay together (but for a line
    that ends a sentence and was made shorter: so does the last line of a paragraph).
    """
    lines = textwrap.wrap(PROSE, width)
    for row, line in enumerate(lines):
        for at in range(len(line.split())):
            text = "\n".join([*lines[:row], edit(line, at), *lines[row + 1 :]])
            if edit(line, at) and not (edit(line, at).endswith(".") and len(edit(line, at)) < len(line)):
                assert parts(text) == [text]


def test_wrapped_prose_with_a_line_much_too_long_is_one_block() -> None:
    """A sentence that was added to one of many lines does not tear the others apart."""
    lines = textwrap.wrap(PROSE, 60)
    for row in range(len(lines) - 1):
        text = "\n".join([*lines[: row + 1], "and then there was this: " + PROSE[:130], *lines[row + 1 :]])
        assert parts(text) == [text]


@pytest.mark.parametrize("width", [60, 72, 80, 100])
def test_edits_all_over_wrapped_prose_seldom_split_it(width: int) -> None:
    """With one word in 20 left out or added, not one paragraph in ten breaks up."""
    lines = textwrap.wrap(PROSE * 2, width)
    seed = Random(width)
    whole = 0
    for _ in range(200):
        edited = [
            " ".join(seed.choice(["", f"nearly {word}"]) if seed.random() < 0.05 else word for word in line.split())
            for line in lines
        ]
        whole += len(parts("\n".join(edited))) == 1
    assert whole > 180


def test_a_heading_over_wrapped_prose_is_a_block_of_its_own() -> None:
    """A short line does not make the lines under it paragraphs, even if they are only two."""
    for length in (95, 190, len(PROSE)):
        text = "\n".join(textwrap.wrap(PROSE[:length], 60))
        assert parts(f"A heading\n{text}") == ["A heading", text]


def test_wrapped_items_of_a_list_are_blocks() -> None:
    """Items end where a line leaves room."""
    items = ["\n".join(textwrap.wrap(f"{number}. {PROSE[:150]}", 66)) for number in range(1, 5)]
    assert parts("\n".join(items)) == items


def test_short_paragraphs_of_like_length_are_not_joined() -> None:
    """One paragraph a line, each ending with a full stop, is no wrapped prose, however alike the lengths."""
    lines = [f"The {name} of the town was striking {hour} when the dog fell asleep again." for name, hour in NAMES]
    assert parts("\n".join(lines)) == lines


def test_verse_and_lists_of_like_length_are_not_joined() -> None:
    """Lines that all begin with a capital are not wrapped prose when most leave room for the next word."""
    endings = ["slept", "is sleeping now", "never slept at all", "sleeps", "lay down", "was awake"]
    lines = [
        f"{name.capitalize()} of the silent town, and under it the dog {end}"
        for (name, _), end in zip(NAMES, endings, strict=True)
    ]
    assert 50 <= max(map(len, lines)) <= 80
    assert parts("\n".join(lines)) == lines


def test_code_is_not_joined() -> None:
    """Statements end where they end, whatever their length."""
    lines = [
        "def columns(line: str) -> int:",
        "    if line.isascii():",
        "        return len(line)",
        "    return len(line) + sum(is_wide(letter) for letter in line)",
        "widths = [columns(line) for line in lines]",
        "print(max(widths))",
    ]
    assert parts("\n".join(lines)) == [line.strip() for line in lines]


def test_a_notice_with_a_line_that_grew_too_long_goes_whole() -> None:
    """Wrapped text in which a few words were changed is recognised although it was not wrapped anew."""
    lines = textwrap.wrap(PROSE, 72)
    notice = "\n".join(lines)
    for row, line in enumerate(lines):
        copy = "\n".join([*lines[:row], changed(line, 5, "any and every"), *lines[row + 1 :]])
        assert len(dedup.clean(f"{notice}\n\n{copy}\n").text.strip()) == len(notice)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["Dr. Smith met Mr. Jones at 3.30 p.m. on Monday.", "Did they talk?", "They did!", "It cost $4.50."]),
        ("de", ["Am 3. Mai kam Dr. Müller z. B. nach Köln.", "Er blieb nicht lange!", "Warum?", "Das weiß niemand."]),
        ("zh", ["今天天气很好。", "我们去公园吧！", "你来不来？", "好的。"]),
        ("ja", ["吾輩は猫である。", "名前はまだ無い。"]),
    ],
)
def test_sentences_of_several_languages(language: str, sentences: list[str]) -> None:
    """Sentences end where a reader of the language ends them, not at abbreviations, ordinals or decimals."""
    joint = "" if language in {"zh", "ja"} else " "
    text = joint.join(sentences)
    assert parts(text, "sentence", language) == sentences
    starts = sentence_starts(text, language)
    assert [text[start:].startswith(sentence) for start, sentence in zip(starts, sentences, strict=True)]
    assert starts == [text.index(sentence) for sentence in sentences]


def test_sentences_end_with_their_paragraph() -> None:
    """No sentence reaches over a blank line, but one that was wrapped stays whole."""
    text = "A heading without an end\n\n" + "\n".join(textwrap.wrap(PROSE, 60))
    found = parts(text, "sentence")
    assert found[0] == "A heading without an end"
    assert len(found) == 5
    assert found[1].startswith("It was a bright")
    assert "\n" in found[1]


@settings(max_examples=200, deadline=None)
@given(text=layouts)
def test_sentence_starts_are_increasing(text: str) -> None:
    """Starts begin at 0, increase, and lie inside the text, whatever characters stand in it."""
    starts = sentence_starts(text, "en")
    assert starts == sorted(set(starts))
    assert starts[:1] == [0] * bool(text)
    assert all(0 <= start < len(text) for start in starts)


@pytest.mark.parametrize("unit", UNITS)
def test_lone_surrogates_are_characters_like_others(unit: Unit) -> None:
    """A broken pair neither crashes a splitter nor moves an offset."""
    text = "One \ud83d\ude00 two. Three \udfff four.\n\n\ud800"
    found = parts(text, unit)
    assert "".join(found).replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")
    if unit == "sentence":
        assert found == ["One \ud83d\ude00 two.", "Three \udfff four.", "\ud800"]


def test_an_unknown_language_is_split_like_english() -> None:
    """A language code that the splitter does not know falls back to English."""
    assert parts("One. Two.", "sentence", "xx") == ["One.", "Two."]
