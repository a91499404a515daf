"""A segment of a block that goes > a merge, in offsets of the two documents."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dedup.alignment import Run
from dedup.excerpts import Excerpt
from dedup.merging import Segment
from dedup.pairs import Pair
from dedup.records import Draft, Edit, Span
from dedup.shingles import Overlap

# A span of the kept copy is written into the report as two numbers: literal text this short is no longer.
_LEAST_REFERENCE = 16


def draft(pair: Pair, part: Segment) -> Draft:
    """The merge of one part of a block with the part of the kept copy that stands for it."""
    counts = Overlap(1, 1, 1) if part.is_exact else pair.overlap_of(part)
    core, canonical = _core(pair, part), _canonical(pair, part)
    goes, stays = _original(pair.a, *core), _original(pair.b, *canonical)
    return Draft(
        goes,
        stays,
        "exact" if part.is_exact else "near",
        counts.jaccard,
        counts.a_in_b,
        part.novel,
        tuple(_inside(pair, _edit(pair, *edit), goes, stays) for edit in part.edits()),
        tuple(_restore(pair, part, core, canonical)),
    )


def _core(pair: Pair, part: Segment) -> Span:
    """The characters that go: tokens and the punctuation that belongs to them."""
    inner = pair.tokens_a.extent(part.a, part.a_end)
    return _within_seams(pair.a, Span(pair.places.begin(part.a), pair.places.end(part.a_end)), inner)


def _canonical(pair: Pair, part: Segment) -> Span:
    """The characters that stand for them: the tokens, with the punctuation around them that is the same."""
    text_a, text_b = pair.a.text, pair.b.text
    inner_a, inner_b = pair.tokens_a.extent(part.a, part.a_end), pair.tokens_b.extent(part.b, part.b_end)
    start, end = 0, len(text_b)
    if part.b:
        before = text_b[int(pair.tokens_b.ends[part.b - 1]) : inner_b.start]
        before_a = text_a[max(0, inner_a.start - len(before)) : inner_a.start]
        start = inner_b.start - _alike(before[::-1], before_a[::-1])
    if part.b_end < len(pair.ids_b):
        after = text_b[inner_b.end : int(pair.tokens_b.starts[part.b_end])]
        end = inner_b.end + _alike(after, text_a[inner_a.end : inner_a.end + len(after)])
    return _within_seams(pair.b, Span(start, end), inner_b)


def _alike(a: str, b: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((i for i, (x, y) in pairs if x != y), min(len(a), len(b)))


def _within_seams(excerpt: Excerpt, outer: Span, inner: Span) -> Span:
    """The outer span as far as it goes around the inner one without crossing a seam, and without white space."""
    start = max([outer.start, *(seam for seam in excerpt.seams if seam <= inner.start)])
    end = min([outer.end, *(seam for seam in excerpt.seams if seam >= inner.end)])
    before, after = excerpt.text[start : inner.start], excerpt.text[inner.end : end]
    return Span(inner.start - len(before.lstrip()), inner.end + len(after.rstrip()))


def _original(excerpt: Excerpt, start: int, end: int) -> Span:
    spans = excerpt.original(start, end)
    if not spans:
        place = excerpt.position(start)
        return Span(place, place)
    return Span(spans[0].start, spans[-1].end)


def _edit(pair: Pair, a: int, a_end: int, b: int, b_end: int) -> Edit:
    edited, instead = pair.tokens_a.extent(a, a_end), pair.tokens_b.extent(b, b_end)
    return Edit(_original(pair.a, *edited), _original(pair.b, *instead), pair.a.text[edited.start : edited.end])


def _inside(pair: Pair, edit: Edit, goes: Span, stays: Span) -> Edit:
    """The edit with its empty sides on this side of a seam."""
    if not pair.a.seams and not pair.b.seams:
        return edit
    return replace(edit, span=_within(edit.span, goes), canonical=_within(edit.canonical, stays))


def _within(span: Span, bounds: Span) -> Span:
    if span.length:
        return span
    place = min(max(span.start, bounds.start), bounds.end)
    return Span(place, place)


def _restore(pair: Pair, part: Segment, core: Span, canonical: Span) -> Iterator[Span | str]:
    """The characters of the core, as spans of the canonical's document and literal text."""
    if pair.a.text[core.start : core.end] == pair.b.text[canonical.start : canonical.end]:
        yield _original(pair.b, *canonical)
        return
    position = core.start
    for stretch, opposite in _equal_stretches(pair, part):
        if stretch.length < _LEAST_REFERENCE:
            continue
        if position < stretch.start:
            yield pair.a.text[position : stretch.start]
        yield _original(pair.b, opposite, opposite + stretch.length)
        position = stretch.end
    if position < core.end:
        yield pair.a.text[position : core.end]


def _equal_stretches(pair: Pair, part: Segment) -> Iterator[tuple[Span, int]]:
    """Stretches of the block whose characters, not only tokens, stand in the copy too, and where."""
    for run in part.runs:
        whole_a = pair.tokens_a.extent(run.a, run.a + run.length)
        whole_b = pair.tokens_b.extent(run.b, run.b + run.length)
        if pair.a.text[whole_a.start : whole_a.end] == pair.b.text[whole_b.start : whole_b.end]:
            yield whole_a, whole_b.start
        else:
            yield from _equal_tokens(pair, run)


def _equal_tokens(pair: Pair, run: Run) -> Iterator[tuple[Span, int]]:
    """The same inside a run of which not all characters are equal, token by token."""
    text_a, text_b = pair.a.text, pair.b.text
    stretch, opposite = Span(0, 0), 0
    for i in range(run.length):
        token_a = pair.tokens_a.extent(run.a + i, run.a + i + 1)
        token_b = pair.tokens_b.extent(run.b + i, run.b + i + 1)
        if stretch.length and text_a[stretch.end : token_a.end] == text_b[opposite + stretch.length : token_b.end]:
            stretch = Span(stretch.start, token_a.end)
            continue
        yield stretch, opposite
        is_same = text_a[token_a.start : token_a.end] == text_b[token_b.start : token_b.end]
        stretch, opposite = (token_a, token_b.start) if is_same else (Span(0, 0), 0)
    yield stretch, opposite
