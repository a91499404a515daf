"""The reader of JSON lines: both kernels read the same, line by line or at once, and a line that was cut comes back."""

from __future__ import annotations

import io
from collections.abc import Iterator

from dedup import Cleaned, Merge, Place, Span
from dedup._kernels import reference
from dedup.formats.base import Chunk, Records
from dedup.formats.jsonl import JsonLines
from tests.command import UNREADABLE
from tests.kernels import native
from tests.test_lines import NOT_PLAIN, PLAIN, everything

DOCUMENTED: tuple[type[Exception], ...] = ()

_SIZE = 200  # bytes that are read at once
_LONGEST = 2000
_NOT_JSON = b"no\n"  # one such line, and all are read one by one


def seeds() -> Iterator[bytes]:
    """Lines that are plain, that are not, and that hold no document."""
    yield from (line for line in (*PLAIN, *NOT_PLAIN, *(each[0] for each in UNREADABLE)) if len(line) < _LONGEST)
    yield b"\n".join(PLAIN)
    yield b"\r\n".join((*PLAIN[:4], *NOT_PLAIN[:4], *PLAIN[4:]))


def check(data: bytes) -> None:
    """See `harness.Target`."""
    if native is not None:
        assert everything(native, data) == everything(reference, data)
    form = JsonLines()
    chunks = list(form.chunks(io.BytesIO(data), _SIZE))
    assert b"".join(chunk.data for chunk in chunks) == data
    for chunk in chunks:
        at_once = form.records(chunk, "in")
        one_by_one = form.records(Chunk(chunk.first - 1, _NOT_JSON + chunk.data), "in")
        if chunk.first > 1:  # a byte order mark counts in the first line only
            assert [at_once[i] for i in range(len(at_once))] == [one_by_one[i] for i in range(1, len(one_by_one))]
        assert at_once.raw(0, len(at_once)) == chunk.data
        _cut(form, at_once)


def _cut(form: JsonLines, records: Records) -> None:
    for number, document in zip(records.numbers, records.documents, strict=True):
        text = document.text
        span = Span(len(text) // 3, len(text) - len(text) // 3)
        merge = Merge("", None, *span, Place("", None, *span), "exact", 1.0, 1.0, "digest", 0, (), (span,))
        cleaned = Cleaned(document.id, number, text[: span.start] + text[span.end :], (merge,))
        replaced, spelling = records.replaced(number, cleaned)
        assert form.with_text(replaced, text, spelling) == records.raw(number, number + 1)
