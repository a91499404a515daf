"""Kept texts and their winnowed fingerprints, in plain Python: which runs of tokens stand in kept text already.

A fingerprint is the hash of some tokens in a row. Of every `window` of them the least is selected, of equal ones the
last (Schleimer, Wilkerson, Aiken: Winnowing, 2003). Two texts that share `ngram + window - 1` tokens in a row, which is
`min_span`, share a selected fingerprint of that run, wherever in them it stands and whatever surrounds it. Fingerprints
only propose: every run is compared token by token.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedup._kernels import reference_arrays
from dedup._kernels.recipe import ITSELF, Run
from dedup._kernels.reference_arrays import TokenHashes

_MARKS, _MARKS_WITHOUT_SPACE = frozenset(".!?\u2026"), frozenset("\u3002\uff01\uff1f")

LEAST_BESIDE = 5
"""Tokens that a run must have which goes on behind different tokens."""

_Words = tuple[bytes, ...]


class _Place(NamedTuple):
    text: int
    token: int


class _Tokens(NamedTuple):
    words: _Words
    hashes: TokenHashes
    starts: list[int]
    ends: list[int]

    def clauses(self, text: str, blocks: Sequence[tuple[int, int]]) -> list[int]:
        """The tokens that begin a block, or a clause inside of one."""
        edges = [(bisect_left(self.starts, start), bisect_left(self.starts, end)) for start, end in blocks]
        found = {begin for begin, end in edges if begin < end}
        for i in range(1, len(self.words)):
            if _ends_clause(text[self.ends[i - 1] : self.starts[i]]):
                found.add(i)
        return sorted(found)


def _ends_clause(between: str) -> bool:
    """Whether a clause ends between two tokens: at a mark that ends sentences, if space follows or none is written."""
    has_space = any(character.isspace() for character in between)
    return bool(_MARKS_WITHOUT_SPACE.intersection(between) or (has_space and _MARKS.intersection(between)))


class Kept(NamedTuple):
    """A text that is kept, as `Fingerprints.keep` was told of it."""

    document: int
    text: str
    pieces: list[tuple[int, int]]
    blocks: list[tuple[int, int]]


class Fingerprints:
    """Texts that were kept, by number.

    Args:
        min_span: Least tokens of a run that is found for certain.
        limit: Places that are remembered of a fingerprint; of those that stand everywhere the first stand for the rest.
        max_edit: Tokens that may differ, on either side, between such a run and shorter ones before and after it.
        min_tokens: Least tokens of a block that is found as a whole, although it is shorter than `min_span`, where a
            clause of a kept text begins with it; 0 looks for none.

    Attributes:
        texts: The texts.
        capped: Places in kept texts that were not remembered because of that. While this is 0, every run is found.
    """

    def __init__(self, min_span: int, limit: int, max_edit: int = 0, min_tokens: int = 0) -> None:
        self._min_span = min_span
        self._min_tokens = min_tokens
        self._clauses: dict[int, list[_Place]] = {}
        gaps = ((a, b) for a in range(max_edit + 1) for b in range(max_edit + 1) if a or b)
        self._gaps = sorted(gaps, key=lambda gap: (max(gap), sum(gap), gap))
        self._ngram, self._window = shape(min_span)
        self._limit = limit
        self._looks_in_itself = True
        self.texts: list[Kept] = []
        self._places: dict[int, list[_Place]] = {}
        self.capped = 0

    def __len__(self) -> int:
        return len(self.texts)

    def freeze(self) -> None:
        """From now on runs stand in kept texts only, and in no text itself."""
        self._looks_in_itself = False

    def kept(self, number: int) -> tuple[int, str, list[tuple[int, int]]]:
        """(document, text, pieces) of a text that was kept."""
        return self.texts[number][:3]

    def keep(
        self,
        text: str,
        document: int = 0,
        blocks: Sequence[tuple[int, int]] = (),
        pieces: Sequence[tuple[int, int]] = (),
    ) -> int:
        """Keep one more text; returns its number.

        Args:
            text: What is left of a document.
            document: The number of that.
            blocks: The blocks of the text.
            pieces: What of the document makes up the text; nothing if it is the whole.
        """
        number = len(self.texts)
        self.texts.append(Kept(document, text, list(pieces), list(blocks)))
        tokens = _tokenize(text)
        for fingerprint, token in self._selected(tokens.hashes):
            self._add(self._places, fingerprint, _Place(number, token))
        for opening, token in self._openings(tokens, tokens.clauses(text, blocks)):
            self._add(self._clauses, opening, _Place(number, token))
        return number

    def _add(self, table: dict[int, list[_Place]], key: int, place: _Place) -> None:
        places = table.setdefault(key, [])
        if len(places) < self._limit:
            places.append(place)
        else:
            self.capped += 1

    def find(
        self, text: str, gone: Sequence[tuple[int, int]] = (), blocks: Sequence[tuple[int, int]] = ()
    ) -> list[Run]:
        """The runs of at least `min_span` tokens that stand in kept texts, or in what is left of this text before them.

        Where few tokens before or after such a run differ, shorter runs beyond those are found as well; and shorter
        blocks of at least `min_tokens` tokens that stand there as a whole, from where a clause begins.

        Args:
            text: Any string.
            gone: Tokens [first, last) that go anyway, in order, apart: they belong to runs, but what is found lies
                between them.
            blocks: The blocks of the text.

        Returns:
            Runs in order and apart, each as far as it goes. Where runs overlap, the one that reaches furthest goes on,
            so that a run may be the rest of a longer one, and shorter than `min_span`.
        """
        tokens = _tokenize(text)
        runs = sorted(self._maximal(tokens, text, blocks), key=lambda run: (run.a, run.text, run.b))
        return list(_cover(runs, [*gone, (len(tokens.words), len(tokens.words))]))

    def _maximal(self, tokens: _Tokens, source: str, blocks: Sequence[tuple[int, int]]) -> Iterator[Run]:
        """All runs that reach `min_span`, as long as they are on either side, and those beside them; some overlap."""
        search = _Search(tokens.words, self._min_span, self._gaps, lambda number: self.texts[number].text)
        own: dict[int, list[int]] = {}
        for token, places, length in self._short_blocks(tokens, source, blocks):
            for place in places:
                yield from search.through(token, place, length)
        for fingerprint, token in self._selected(tokens.hashes):
            mine = own.setdefault(fingerprint, [])
            for place in self._places.get(fingerprint, ()):
                yield from search.through(token, place, 0)
            for at in mine:
                if token - at >= self._min_span:
                    yield from search.through(token, _Place(ITSELF, at), 0)
            if self._looks_in_itself and len(mine) < self._limit:
                mine.append(token)

    def _short_blocks(
        self, tokens: _Tokens, text: str, blocks: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[int, list[_Place], int]]:
        """First token of each block that is too short for `min_span`, where it may stand as a whole, and its tokens."""
        edges = [(bisect_left(tokens.starts, start), bisect_left(tokens.starts, end)) for start, end in blocks]
        short = {begin: end - begin for begin, end in edges if self._min_tokens <= end - begin < self._min_span}
        if not short:
            return
        openings = self._openings(tokens, sorted(short))
        for opening, token in openings:
            yield token, self._clauses.get(opening, []), short[token]
        if not self._looks_in_itself:
            return
        own: dict[int, list[int]] = {}
        for opening, token in self._openings(tokens, tokens.clauses(text, blocks)):
            own.setdefault(opening, []).append(token)
        for opening, token in openings:
            same = own.get(opening, [])[: self._limit]
            yield token, [_Place(ITSELF, at) for at in same if at + short[token] <= token], short[token]

    def _openings(self, tokens: _Tokens, places: Sequence[int]) -> list[tuple[int, int]]:
        """(hash of the first `min_tokens` tokens, first token) from each of these on, where there are as many."""
        if not self._min_tokens:
            return []
        offsets = np.array([0, len(tokens.hashes)], np.int64)
        hashes = reference_arrays.shingle(tokens.hashes, offsets, self._min_tokens)[0].tolist()
        return [(hashes[place], place) for place in places if place < len(hashes)]

    def _selected(self, hashes: TokenHashes) -> list[tuple[int, int]]:
        """(fingerprint, first token) of every selected one."""
        offsets = np.array([0, len(hashes)], np.int64)
        return select(reference_arrays.shingle(hashes, offsets, self._ngram)[0].tolist(), self._window)


class _Search:
    """Looks for runs of one text in others."""

    def __init__(
        self, words: _Words, min_span: int, gaps: Sequence[tuple[int, int]], text: Callable[[int], str]
    ) -> None:
        self._words = words
        self._min_span = min_span
        self._gaps = gaps
        self._text = text
        self._others: dict[int, _Words] = {ITSELF: words}
        self._found: dict[tuple[int, int], Run] = {}  # the last run that was found on a diagonal
        self._left: set[tuple[int, int, int]] = set()  # where runs end that were found before others

    def through(self, token: int, place: _Place, ahead: int) -> Iterator[Run]:
        """The longest run through a place, with those beside it, if it is long enough, or so long from there on."""
        number = place.text
        if self._is_known(number, token, place.token):
            return
        if number not in self._others:
            self._others[number] = _tokenize(self._text(number)).words
        run = _extended(self._words, self._others[number], Run(token, number, place.token, 0))
        if run.length >= self._min_span or 0 < ahead <= run.a + run.length - token:
            yield self._remembered(run)
            yield from self._after(run)
            yield from self._before(run)

    def _is_known(self, text: int, a: int, b: int) -> bool:
        """Whether two tokens lie in a run that was found."""
        run = self._found.get((text, b - a))
        return run is not None and run.a <= a < run.a + run.length

    def _remembered(self, run: Run) -> Run:
        self._found[run.text, run.b - run.a] = run
        return run

    def _after(self, run: Run) -> Iterator[Run]:
        """Runs that go on behind a run, few different tokens between each and the next."""
        following = self._next(run)
        while following is not None:
            yield self._remembered(following)
            following = self._next(following)

    def _next(self, run: Run) -> Run | None:
        a, b = self._words, self._others[run.text]
        for gap_a, gap_b in self._gaps:
            i, j = run.a + run.length + gap_a, run.b + run.length + gap_b
            if a[i : i + LEAST_BESIDE] == b[j : j + LEAST_BESIDE] and i + LEAST_BESIDE <= len(a):
                return None if self._is_known(run.text, i, j) else _extended(a, b, Run(i, run.text, j, 0))
        return None

    def _before(self, run: Run) -> Iterator[Run]:
        """Likewise those before it."""
        earlier = self._previous(run)
        while earlier is not None:
            yield earlier
            earlier = self._previous(earlier)

    def _previous(self, run: Run) -> Run | None:
        a, b = self._words, self._others[run.text]
        for gap_a, gap_b in self._gaps:
            i, j = run.a - gap_a, run.b - gap_b
            if min(i, j) >= LEAST_BESIDE and a[i - LEAST_BESIDE : i] == b[j - LEAST_BESIDE : j]:
                if (run.text, i, j) in self._left:
                    return None
                self._left.add((run.text, i, j))
                return _extended(a, b, Run(i - 1, run.text, j - 1, 0))
        return None


def shape(min_span: int) -> tuple[int, int]:
    """Tokens in a fingerprint, and fingerprints in a window, so that no run of `min_span` tokens goes unseen."""
    ngram = (min_span + 1) // 2
    return ngram, min_span - ngram + 1


def select(fingerprints: Sequence[int], window: int) -> list[tuple[int, int]]:
    """The least of every window of fingerprints, the last of equal ones, with where it stands; each place once."""
    if len(fingerprints) < window:
        return []
    values = np.array(fingerprints, np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(values, window)
    places = np.unique(np.arange(window - 1, len(values)) - windows[:, ::-1].argmin(axis=1))
    return list(zip(values[places].tolist(), places.tolist(), strict=True))


def _tokenize(text: str) -> _Tokens:
    """The folded tokens of a text, their hashes, and where they stand."""
    starts, stops, hashes, _, folded, ends = reference_arrays.tokenize(text, np.array([[0, len(text)]], np.int64))
    data, bounds = folded.tobytes(), [0, *ends.tolist()]
    words = tuple(data[start:end] for start, end in pairwise(bounds))
    return _Tokens(words, hashes, starts.tolist(), stops.tolist())


def _extended(a: _Words, b: _Words, seed: Run) -> Run:
    """The longest run of equal tokens through a place of both; of length 0 if the tokens there differ."""
    back = ahead = 0
    while seed.a + ahead < len(a) and seed.b + ahead < len(b) and a[seed.a + ahead] == b[seed.b + ahead]:
        ahead += 1
    while ahead and back < min(seed.a, seed.b) and a[seed.a - back - 1] == b[seed.b - back - 1]:
        back += 1
    return Run(seed.a - back, seed.text, seed.b - back, back + ahead)


def _cover(runs: Sequence[Run], gone: Sequence[tuple[int, int]]) -> Iterator[Run]:
    """Runs that cover what all of them cover, from left to right, each time the one that reaches furthest.

    In the text itself a run's other side has to be text that stays: what is covered goes.
    """
    covered: list[tuple[int, int]] = []
    open_runs: list[Run] = []
    at = begun = passed = 0
    while passed < len(gone):
        if at >= gone[passed][0]:
            covered.append(gone[passed])
            at = max(at, gone[passed][1])
            passed += 1
            continue
        while begun < len(runs) and runs[begun].a <= at:
            open_runs.append(runs[begun])
            begun += 1
        open_runs = [run for run in open_runs if run.a + run.length > at]
        pieces = (_piece(run, at, gone[passed][0], covered) for run in open_runs)
        best = max(pieces, key=lambda piece: piece.length, default=None)
        if best is not None and best.length > 0:
            yield best
            covered.append((best.a, best.a + best.length))
            at += best.length
        else:
            at = runs[begun].a if begun < len(runs) else gone[passed][0]


def _piece(run: Run, at: int, until: int, covered: Sequence[tuple[int, int]]) -> Run:
    """What of a run lies between two tokens and stands in text that stays."""
    piece = Run(at, run.text, run.b + at - run.a, min(run.a + run.length, until) - at)
    if run.text != ITSELF:
        return piece
    next_covered = bisect_left(covered, piece.b, key=lambda span: span[0])
    end = min(piece.b + piece.length, at, *(start for start, _ in covered[next_covered : next_covered + 1]))
    if next_covered and covered[next_covered - 1][1] > piece.b:
        end = piece.b
    return piece._replace(length=end - piece.b)
