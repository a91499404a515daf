"""Where in its inputs a run stands, and how it comes back to that place."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from xxhash import xxh3_128

from dedup.errors import InputError
from dedup.formats.base import Chunk
from dedup.manifest import Position
from dedup.reading import Input, chunks_of


class Trail:
    """Hands out the chunks of inputs from a position on, and knows the position after each.

    Chunks that are done are read once more, and must be the same, but nobody looks at what they hold. Inputs that are
    done are not read.

    Attributes:
        position: After the chunk that was passed last.

    Args:
        position: Where to begin.
        is_stopped: Asked before each chunk; there are no more once it says yes.
    """

    def __init__(self, position: Position, is_stopped: Callable[[], bool]) -> None:
        self.position = position
        self._is_stopped = is_stopped
        self._ahead: deque[Position] = deque()  # chunks are read before they are passed

    def passed(self) -> None:
        """One more chunk has been worked on, and all before it."""
        self.position = self._ahead.popleft()

    def chunks(self, inputs: Sequence[Input]) -> Iterator[tuple[Input, Chunk]]:
        """What is left to be done.

        Raises:
            InputError: If an input cannot be read, or what is done of it reads differently now.
        """
        begun = self.position
        current: Input | None = None
        number, count, digest = begun.given - 1, 0, xxh3_128()
        for given, chunk in chunks_of(inputs[begun.given :]):
            if self._is_stopped():  # asked after the chunk was read: what helps to read may have been stopped as well
                return
            if given is not current:
                _check_done(current, number, count, begun)
                current, number, count, digest = given, number + 1, 0, xxh3_128()
            digest.update(b"%d %d %s " % (chunk.first, len(chunk.data), chunk.damage.encode("utf-8", "replace")))
            digest.update(chunk.data)
            count += 1
            here = Position(number, count, digest.hexdigest())
            if number > begun.given or count > begun.chunks:
                self._ahead.append(here)
                yield given, chunk
            elif count == begun.chunks and here != begun:
                raise _changed(given)
        _check_done(current, number, count, begun)


def _check_done(current: Input | None, number: int, count: int, begun: Position) -> None:
    if current is not None and number == begun.given and count < begun.chunks:
        raise _changed(current)


def _changed(given: Input) -> InputError:
    what = "it does not read as it did before the run was stopped; remove the state to begin anew"
    return InputError(given.source.path or given.source.name, what)
