"""Documents in lines of JSON, made into objects one at a time, where somebody looks at one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from dedup._kernels import Lines, Texts
from dedup.records import Document


class LineDocuments(Sequence[Document]):
    """The documents that lines hold.

    Args:
        lines: The lines.
        prefix: With a line's number, the id of a document that has none.
        first: Number of the first line.

    Attributes:
        lines: As given.
        ids: The ids of all.
    """

    def __init__(self, lines: Lines, prefix: str, first: int) -> None:
        self.lines = lines
        self.ids = lines.ids(prefix, first)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, i: int) -> Document: ...
    @overload
    def __getitem__(self, i: slice) -> list[Document]: ...
    def __getitem__(self, i: int | slice) -> Document | list[Document]:
        if isinstance(i, slice):
            return [self[n] for n in range(*i.indices(len(self)))]
        return Document(self.ids[i], self.lines[i])


def ids_of(documents: Sequence[Document]) -> list[str]:
    """Their ids."""
    return documents.ids if isinstance(documents, LineDocuments) else [document.id for document in documents]


def texts_of(documents: Sequence[Document]) -> Texts:
    """Their texts.

    Raises:
        TypeError: If one is no string.
    """
    if isinstance(documents, LineDocuments):
        return documents.lines
    for document in documents:
        if not isinstance(document.text, str):
            raise TypeError(f"the text of document {document.id!r} is {type(document.text).__name__}, not str")
    return [document.text for document in documents]
