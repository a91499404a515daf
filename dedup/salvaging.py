"""What a compressed input holds as records, as far as it can be decompressed, and what is lost."""

from __future__ import annotations

import io
from collections.abc import Iterator

from dedup.decompression import Damage, DecompressedStream
from dedup.formats.base import Chunk, Format


def decompressed_chunks(
    form: Format, stream: io.BufferedReader, raw: DecompressedStream, size: int, total: int
) -> Iterator[Chunk]:
    """The chunks of an input with their sizes in the file. The last one waits until it is known how the input ends.

    Where it is damaged, an empty chunk says so; what follows comes after it, if the format can begin there.

    Args:
        form: The format.
        stream: The input, under a buffer.
        raw: The same without the buffer.
        size: Of a chunk, about.
        total: Bytes of the file; 0 if unknown.
    """
    done = lines = 0
    while True:
        last: Chunk | None = None
        for chunk in form.chunks(stream, size):
            if last is not None:
                yield last
            last = chunk._replace(first=chunk.first and chunk.first + lines, size=raw.position - done)
            done = raw.position
        rest = raw.position - done
        damage = raw.damage
        if damage is None:
            if last is not None:
                yield last._replace(size=last.size + rest)
            return
        whole = form.whole(last.data) if last else b""
        if last is not None and whole:
            yield last._replace(data=whole)
        cut = len(last.data) - len(whole) if last else 0
        left = rest if whole or last is None else last.size + rest
        # parts of a record that is too large have been passed on already: nothing can come behind its middle
        skipped = form.skip_cut(stream) if not (last and last.is_oversized) and raw.resume() else None
        if skipped is None:
            left += total - raw.position if total else 0
            yield Chunk(0, b"", left, _lost(damage, total, cut))
            return
        yield Chunk(0, b"", left, _lost_between(damage, cut + skipped))
        done += rest
        lines = last.first - 1 + whole.count(b"\n") if last else lines


def begun(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks such that the first one, and no other, has the number 1: damage waits for what can be read."""
    has_begun = False
    waiting: list[Chunk] = []
    for chunk in chunks:
        if chunk.damage and not has_begun:
            waiting.append(chunk)
            continue
        has_begun = True
        yield chunk
        yield from waiting
        waiting.clear()
    for chunk in waiting:
        yield chunk if has_begun else chunk._replace(first=1)
        has_begun = True


def _lost(damage: Damage, total: int, cut: int) -> str:
    lost = f"the last {max(total - damage.byte, 0):,} bytes of the file" if total else "what follows in the file"
    return (
        f"after byte {damage.byte:,}: {damage.reason}; lost: {lost}, {cut:,} of an unfinished record; "
        f"only what comes before was read"
    )


def _lost_between(damage: Damage, cut: int) -> str:
    following = damage.following or 0
    return (
        f"after byte {damage.byte:,}: {damage.reason}; lost: {following - damage.byte:,} bytes of the file, {cut:,} of "
        f"unfinished records; read on from byte {following:,}"
    )
