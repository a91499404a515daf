"""No library: a Python set of paragraphs, each removed when the set already has it. What exact repeats alone yield."""

from __future__ import annotations

from pathlib import Path

from contenders.common import Clock, Span, read_corpus, run

SEPARATOR = "\n\n"


def paragraphs(corpus: Path, _jobs: int, clock: Clock) -> list[Span]:
    """The paragraphs that came before, letter for letter."""
    with clock.phase("read"):
        ids, texts = read_corpus(corpus)
    seen: set[str] = set()
    removed: list[Span] = []
    with clock.phase("look up"):
        for name, text in zip(ids, texts, strict=True):
            start = 0
            for paragraph in text.split(SEPARATOR):
                if paragraph in seen:
                    removed.append((name, start, start + len(paragraph)))
                seen.add(paragraph)
                start += len(paragraph) + len(SEPARATOR)
    return removed


if __name__ == "__main__":
    run("plain set", paragraphs=paragraphs)
