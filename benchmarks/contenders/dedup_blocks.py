"""This library without the search for runs of tokens inside of paragraphs: whole paragraphs only."""

from __future__ import annotations

from pathlib import Path

from contenders.common import Clock, Span, run
from contenders.dedup import clean


def paragraphs(corpus: Path, jobs: int, clock: Clock) -> list[Span]:
    """The spans that the report says were cut."""
    return clean(corpus, jobs, clock, "--min-span", "0")


if __name__ == "__main__":
    run("dedup-text", paragraphs=paragraphs)
