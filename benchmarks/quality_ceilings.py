"""What a comparison of everything with everything could find: slow, and no part of the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np
from quality_texts import sentences, words
from rapidfuzz import fuzz, process
from spans import Found

from dedup import Document
from dedup.shingles import tokenize


def shared_runs(sources: Sequence[Document], hosts: Sequence[Document], length: int) -> list[Found]:
    """All runs of so many tokens that stand in any source: the most that a search for equal runs can find."""
    known = set()
    for source in sources:
        found = words(source.text)
        known |= {tuple(found[i : i + length]) for i in range(len(found) - length + 1)}
    return [span for host in hosts for span in _runs_in(host, known, length)]


def _runs_in(host: Document, known: set[tuple[str, ...]], length: int) -> Iterator[Found]:
    tokens = tokenize(host.text)
    found, starts, ends = tokens.words(), tokens.starts.tolist(), tokens.ends.tolist()
    first = last = -1
    for i in range(len(found) - length + 1):
        if tuple(found[i : i + length]) not in known:
            continue
        if i > last:
            if last > first >= 0:
                yield Found(host.id, starts[first], ends[last - 1])
            first = i
        last = i + length
    if last > first >= 0:
        yield Found(host.id, starts[first], ends[last - 1])


def like_sentences(sources: Sequence[Document], hosts: Sequence[Document], language: str, least: int) -> list[Found]:
    """All sentences of hosts, of at least four words, that are like one of a source (rapidfuzz, per cent)."""
    known = sorted({_plain(text) for source in sources for text in sentences(source.text, language)})
    known = [text for text in known if text.count(" ") >= 3]
    found = []
    for host in hosts:
        parts = sentences(host.text, language)
        ends = list(accumulate(map(len, parts)))
        asked = [i for i, part in enumerate(parts) if _plain(part).count(" ") >= 3]
        best = process.cdist(
            [_plain(parts[i]) for i in asked], known, scorer=fuzz.ratio, score_cutoff=least, dtype=np.uint8
        ).max(axis=1, initial=0)
        for i, likeness in zip(asked, best.tolist(), strict=True):
            if likeness >= least:
                found.append(Found(host.id, ends[i] - len(parts[i]), ends[i] - len(parts[i]) + len(parts[i].rstrip())))
    return found


def _plain(text: str) -> str:
    return " ".join(words(text))
