"""Kept texts and their winnowed fingerprints, in plain Python: which runs of tokens stand in kept text already.

A fingerprint is the hash of some tokens in a row. Of every `window` of them the least is selected, of equal ones the
last (Schleimer, Wilkerson, Aiken: Winnowing, 2003). Two texts that share `ngram + window - 1` tokens in a row, which is
`min_span`, share a selected fingerprint of that run, wherever in them it stands and whatever surrounds it. Fingerprints
only propose: every run is compared token by token.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedup._kernels import reference_arrays
from dedup._kernels.recipe import ITSELF, Run
from dedup._kernels.reference_arrays import TokenHashes

LEAST_BESIDE = 5
"""Tokens that a run must have which goes on behind different tokens."""

_Words = tuple[bytes, ...]


class _Place(NamedTuple):
    text: int
    token: int


class _KeptText(NamedTuple):
    document: int
    text: str
    pieces: list[tuple[int, int]]


class Fingerprints:
    """Texts that were kept, by number.

    Args:
        min_span: Least tokens of a run that is found for certain.
        limit: Places that are remembered of a fingerprint; of those that stand everywhere the first stand for the rest.
        max_edit: Tokens that may differ, on either side, between such a run and shorter ones before and after it.

    Attributes:
        capped: Places in kept texts that were not remembered because of that. While this is 0, every run is found.
    """

    def __init__(self, min_span: int, limit: int, max_edit: int = 0) -> None:
        self._min_span = min_span
        gaps = ((a, b) for a in range(max_edit + 1) for b in range(max_edit + 1) if a or b)
        self._gaps = sorted(gaps, key=lambda gap: (max(gap), sum(gap), gap))
        self._ngram, self._window = shape(min_span)
        self._limit = limit
        self._texts: list[_KeptText] = []
        self._places: dict[int, list[_Place]] = {}
        self.capped = 0

    def __len__(self) -> int:
        return len(self._texts)

    def kept(self, number: int) -> tuple[int, str, list[tuple[int, int]]]:
        """(document, text, pieces) of a text that was kept."""
        return self._texts[number]

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
        del blocks  # for kernels that merge runs themselves
        number = len(self._texts)
        self._texts.append(_KeptText(document, text, list(pieces)))
        for fingerprint, token in self._selected(_tokenize(text)[1]):
            places = self._places.setdefault(fingerprint, [])
            if len(places) < self._limit:
                places.append(_Place(number, token))
            else:
                self.capped += 1
        return number

    def find(self, text: str, gone: Sequence[tuple[int, int]] = ()) -> list[Run]:
        """The runs of at least `min_span` tokens that stand in kept texts, or in what is left of this text before them.

        Where few tokens before or after such a run differ, shorter runs beyond those are found as well.

        Args:
            text: Any string.
            gone: Tokens [first, last) that go anyway, in order, apart: they belong to runs, but what is found lies
                between them.

        Returns:
            Runs in order and apart, each as far as it goes. Where runs overlap, the one that reaches furthest goes on,
            so that a run may be the rest of a longer one, and shorter than `min_span`.
        """
        words, hashes = _tokenize(text)
        runs = sorted(self._maximal(words, hashes), key=lambda run: (run.a, run.text, run.b))
        return list(_cover(runs, [*gone, (len(words), len(words))]))

    def _maximal(self, words: _Words, hashes: TokenHashes) -> Iterator[Run]:
        """All runs that reach `min_span`, as long as they are on either side, and those beside them; some overlap."""
        own: dict[int, list[int]] = {}
        reached: dict[tuple[int, int], int] = {}  # how far a diagonal was compared
        left: set[tuple[int, int, int]] = set()  # where runs end that were found before others
        others: dict[int, _Words] = {ITSELF: words}
        for fingerprint, token in self._selected(hashes):
            mine = own.setdefault(fingerprint, [])
            for number, place in [*self._places.get(fingerprint, ()), *(_Place(ITSELF, at) for at in mine)]:
                diagonal = (number, place - token)
                if reached.get(diagonal, 0) > token or (number == ITSELF and token - place < self._min_span):
                    continue
                if number not in others:
                    others[number] = _tokenize(self._texts[number].text)[0]
                run = _extended(words, others[number], Run(token, number, place, 0))
                reached[diagonal] = max(run.a + run.length, token + 1)
                if run.length >= self._min_span:
                    yield run
                    yield from self._after(words, others[number], run, reached)
                    yield from self._before(words, others[number], run, left)
            if len(mine) < self._limit:
                mine.append(token)

    def _after(self, a: _Words, b: _Words, run: Run, reached: dict[tuple[int, int], int]) -> Iterator[Run]:
        """Runs that go on behind a run, few different tokens between each and the next."""
        for gap_a, gap_b in self._gaps:
            i, j = run.a + run.length + gap_a, run.b + run.length + gap_b
            if a[i : i + LEAST_BESIDE] == b[j : j + LEAST_BESIDE] and i + LEAST_BESIDE <= len(a):
                if reached.get((run.text, j - i), 0) > i:
                    return
                found = _extended(a, b, Run(i, run.text, j, 0))
                reached[run.text, j - i] = found.a + found.length
                yield found
                yield from self._after(a, b, found, reached)
                return

    def _before(self, a: _Words, b: _Words, run: Run, left: set[tuple[int, int, int]]) -> Iterator[Run]:
        """Likewise those before it."""
        for gap_a, gap_b in self._gaps:
            i, j = run.a - gap_a, run.b - gap_b
            if min(i, j) >= LEAST_BESIDE and a[i - LEAST_BESIDE : i] == b[j - LEAST_BESIDE : j]:
                if (run.text, i, j) in left:
                    return
                left.add((run.text, i, j))
                found = _extended(a, b, Run(i - 1, run.text, j - 1, 0))
                yield found
                yield from self._before(a, b, found, left)
                return

    def _selected(self, hashes: TokenHashes) -> list[tuple[int, int]]:
        """(fingerprint, first token) of every selected one."""
        offsets = np.array([0, len(hashes)], np.int64)
        return select(reference_arrays.shingle(hashes, offsets, self._ngram)[0].tolist(), self._window)


def shape(min_span: int) -> tuple[int, int]:
    """Tokens in a fingerprint, and fingerprints in a window, so that no run of `min_span` tokens goes unseen."""
    ngram = (min_span + 1) // 2
    return ngram, min_span - ngram + 1


def select(fingerprints: Sequence[int], window: int) -> list[tuple[int, int]]:
    """The least of every window of fingerprints, the last of equal ones, with where it stands; each place once."""
    selected: list[tuple[int, int]] = []
    for first in range(len(fingerprints) - window + 1):
        least, at = min((fingerprints[i], -i) for i in range(first, first + window))
        if not selected or selected[-1][1] != -at:
            selected.append((least, -at))
    return selected


def _tokenize(text: str) -> tuple[_Words, TokenHashes]:
    """The folded tokens of a text, and their hashes."""
    _, _, hashes, _, folded, ends = reference_arrays.tokenize(text, np.array([[0, len(text)]], np.int64))
    data, bounds = folded.tobytes(), [0, *ends.tolist()]
    return tuple(data[start:end] for start, end in pairwise(bounds)), hashes


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
