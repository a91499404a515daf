"""Pieces of a document, and where their characters stand in it."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.excerpts import Excerpt
from dedup.records import Span

DOCUMENT = "0123456789abcdefghij"


def characters(excerpt: Excerpt) -> list[int]:
    """Where every character of an excerpt stands in the document."""
    return [at for piece in excerpt.pieces for at in range(piece.start, piece.end)]


def assert_sound(excerpt: Excerpt, document: str) -> None:
    """Pieces are in order, apart, not empty, and say what the text says."""
    assert "".join(document[start:end] for start, end in excerpt.pieces) == excerpt.text
    assert all(piece.length > 0 for piece in excerpt.pieces)
    assert all(left.end < right.start for left, right in pairwise(excerpt.pieces))
    assert excerpt.offsets == tuple(accumulate((p.length for p in excerpt.pieces), initial=0))[: len(excerpt.pieces)]


@st.composite
def separate_spans(draw: st.DrawFn, length: int) -> list[Span]:
    """Sorted spans of a text of this length that share no character; some touch, some are empty."""
    places = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
    return [Span(start, end) for start, end in zip(places[::2], places[1::2], strict=False)]


@st.composite
def excerpts(draw: st.DrawFn) -> Excerpt:
    """What is left of the document after several cuts."""
    excerpt = Excerpt.whole(DOCUMENT)
    for _ in range(draw(st.integers(0, 3))):
        excerpt = excerpt.without(draw(separate_spans(len(excerpt.text))))
    return excerpt


@pytest.mark.parametrize("text", ["", "a", DOCUMENT])
def test_the_whole_document_is_one_piece(text: str) -> None:
    """A document is an excerpt of itself, in one piece, or in none if it is empty."""
    excerpt = Excerpt.whole(text)
    assert_sound(excerpt, text)
    assert excerpt.text == text
    assert excerpt.seams == ()
    assert excerpt.original(0, len(text)) == ((Span(0, len(text)),) if text else ())
    assert excerpt.position(0) == 0


@settings(max_examples=200, deadline=None)
@given(excerpt=excerpts(), data=st.data())
def test_cutting_leaves_the_rest(excerpt: Excerpt, data: st.DataObject) -> None:
    """Without some spans, exactly the other characters are left, where they were."""
    spans = data.draw(separate_spans(len(excerpt.text)))
    left = excerpt.without(spans)
    cut = {at for span in spans for at in range(span.start, span.end)}
    assert_sound(left, DOCUMENT)
    assert characters(left) == [at for i, at in enumerate(characters(excerpt)) if i not in cut]


@settings(max_examples=200, deadline=None)
@given(excerpt=excerpts(), data=st.data())
def test_a_part_keeps_its_places(excerpt: Excerpt, data: st.DataObject) -> None:
    """A part of an excerpt says the same and stands at the same places of the document."""
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(excerpt.text))] * 2)))
    part = excerpt.part(start, end)
    assert_sound(part, DOCUMENT)
    assert part.text == excerpt.text[start:end]
    assert characters(part) == characters(excerpt)[start:end]
    assert part.pieces == excerpt.original(start, end)


@settings(max_examples=200, deadline=None)
@given(excerpt=excerpts())
def test_positions_are_those_of_the_characters(excerpt: Excerpt) -> None:
    """Each character's position is where it stands; behind the last one it is the end of the last piece."""
    assert [excerpt.position(i) for i in range(len(excerpt.text))] == characters(excerpt)
    assert excerpt.position(len(excerpt.text)) == (excerpt.pieces[-1].end if excerpt.pieces else 0)


@settings(max_examples=200, deadline=None)
@given(excerpt=excerpts())
def test_seams_are_where_something_is_missing(excerpt: Excerpt) -> None:
    """A seam stands before each character that does not follow the one before it in the document."""
    places = characters(excerpt)
    assert list(excerpt.seams) == [i for i in range(1, len(places)) if places[i] != places[i - 1] + 1]


@settings(max_examples=200, deadline=None)
@given(excerpt=excerpts().filter(lambda excerpt: bool(excerpt.pieces)), data=st.data())
def test_a_span_inside_a_piece_is_found_again(excerpt: Excerpt, data: st.DataObject) -> None:
    """Where a span of the document lies in one piece, it is found in the text, and found back."""
    piece = data.draw(st.sampled_from(excerpt.pieces))
    start, end = sorted(data.draw(st.tuples(*[st.integers(piece.start, piece.end)] * 2)))
    span = excerpt.span_of(Span(start, end))
    assert excerpt.text[span.start : span.end] == DOCUMENT[start:end]
    assert excerpt.original(*span) == ((Span(start, end),) if start < end else ())


def test_pieces_that_touch_become_one() -> None:
    """Cutting an empty span, or the text between two cuts, leaves no seam that separates nothing."""
    excerpt = Excerpt.whole(DOCUMENT)
    assert excerpt.without([Span(5, 5)]) == excerpt
    assert excerpt.without([]) == excerpt
    assert excerpt.without([Span(3, 5), Span(5, 8)]).pieces == (Span(0, 3), Span(8, 20))
    assert excerpt.without([Span(0, 20)]) == Excerpt("", (), ())


def test_an_example() -> None:
    """Two cuts leave three pieces; a stretch over a seam stands at two places."""
    excerpt = Excerpt.whole(DOCUMENT).without([Span(2, 5), Span(10, 15)])
    assert excerpt == Excerpt("0156789fghij", (Span(0, 2), Span(5, 10), Span(15, 20)), (0, 2, 7))
    assert excerpt.seams == (2, 7)
    assert excerpt.original(1, 8) == (Span(1, 2), Span(5, 10), Span(15, 16))
    assert (excerpt.position(1), excerpt.position(2)) == (1, 5)
    assert excerpt.span_of(Span(6, 9)) == Span(3, 6)
