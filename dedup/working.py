"""The document at hand: what of it was merged so far, and what that makes of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from dedup.cleaning import Cores, cut, with_separators
from dedup.errors import InternalError
from dedup.excerpts import Excerpt
from dedup.index import Owner
from dedup.records import Cleaned, Document, Draft, FoundBy, Merge, Place, Span, text_digest, utf8

# A round may find that a copy is itself a duplicate, and take back what was merged into it. Should a text be made so
# that this goes on for ever, copies that something was merged into stay from some round on.
_ROUNDS_THAT_TAKE_BACK = 8
# Few documents need more than three rounds. In one made to need a round for every merge the rest stays as it is.
_MOST_ROUNDS = 32


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Merges with one kept block that were made together."""

    drafts: tuple[Draft, ...]
    owner: Owner
    found_by: FoundBy


class Working:
    """A document while it is being cleaned.

    Attributes:
        document: The document.
        record: Its position in the input.
        repeats_id: Whether an earlier document had the same id.
        blocks: How many blocks it has.

    Args:
        cuts_at_words: Whether a cut may bring two characters of scripts written without spaces together: where only
            whole sentences and blocks go, a reader would take what is left for a sentence.
    """

    def __init__(
        self, document: Document, record: int, *, repeats_id: bool, blocks: int, cuts_at_words: bool = False
    ) -> None:
        self.document = document
        self.record = record
        self.repeats_id = repeats_id
        self.blocks = blocks
        self._rounds = 0
        self._merged = self._refused = self._has_taken_back = False
        self._groups: list[_Group] = []
        self._cores = Cores(document.text, unspaced=not cuts_at_words)
        self._targets: list[tuple[Span, _Group]] = []
        self._longest_target = 0
        self._known_cuts: list[Span] | None = None  # until a core comes or goes

    def begin_round(self) -> Excerpt:
        """What is left of the document, to be gone through (once more)."""
        self._rounds += 1
        self._take_back(group for reach in self._cores.joining_words() for group in self._cut_in(reach))
        self._merged = self._refused = self._has_taken_back = False
        return self.begin_runs()

    def begin_runs(self) -> Excerpt:
        """What the round left, to be looked through for runs inside of blocks."""
        self._targets = sorted(
            (
                (draft.canonical, group)
                for group in self._groups
                if group.owner.record == self.record
                for draft in group.drafts
            ),
            key=lambda target: target[0],
        )
        self._longest_target = max((span.length for span, _ in self._targets), default=0)
        return self.rest()

    def rest(self) -> Excerpt:
        """The document without what was merged."""
        return Excerpt.whole(self.document.text).without(self.cuts())

    def needs_another_round(
        self, kept: Sequence[tuple[int, int]], blocks: Callable[[Excerpt], Sequence[tuple[int, int]]]
    ) -> bool:
        """Whether cleaning what is left might merge more.

        So it is if it falls into other blocks than those that were kept, if something was refused because of its
        neighbours and some of them may have gone since, or if something was taken back, which may be inside a block.

        Args:
            kept: First and last character of each block that the round kept.
            blocks: Finds the same of each block of an excerpt.
        """
        if not self._groups or self._rounds >= _MOST_ROUNDS:
            return False
        may_differ = self._has_taken_back or (self._merged and self._refused)
        return may_differ or kept != blocks(self.rest())

    @property
    def takes_runs(self) -> bool:
        """Whether there is another round for what may be left when runs inside of blocks have gone."""
        return self._rounds < _MOST_ROUNDS

    def may_go(self, spans: Iterable[Span]) -> bool:
        """Whether spans of the document may be merged: always, but for the bound on rounds that take back."""
        if self._rounds <= _ROUNDS_THAT_TAKE_BACK:
            return True
        return not any(True for span in spans for _ in self._merged_into(span))

    def merge(self, drafts: Sequence[Draft], owner: Owner, found_by: FoundBy) -> bool:
        """Merge what stands in a kept block, unless two words would be joined by that (R1).

        What earlier rounds merged into text that now goes itself is taken back: it has to find another copy (R3).
        """
        group = _Group(tuple(drafts), owner, found_by)
        if self._joins_words(group):
            self._refused = True
            return False
        self._take_back(misled for draft in drafts for misled in self._merged_into(draft.core))
        self._groups.append(group)
        self._known_cuts = None
        self._merged = True
        for draft in drafts:
            self._cores.add(draft.core)
        return True

    def cleaned(self) -> Cleaned:
        """The result, checked.

        Raises:
            InternalError: If a kept copy would be cut, or characters are unaccounted for.
        """
        cuts = self.cuts()
        text = cut(self.document.text, cuts)
        if len(self.document.text) != len(text) + sum(span.length for span in cuts):
            raise InternalError("R7", self.document.id, "characters are unaccounted for")
        return Cleaned(
            self.document.id,
            self.record,
            text,
            tuple(self._merges(cuts)),
            self.document.fields,
            self.blocks,
            repeats_id=self.repeats_id,
            digest=text_digest(utf8(self.document.text)) if cuts else "",
        )

    def cuts(self) -> list[Span]:
        """What is cut for all that was merged."""
        if self._known_cuts is None:
            self._known_cuts = with_separators(self.document.text, self._cores.spans)
        return self._known_cuts

    def _joins_words(self, group: _Group) -> bool:
        return self._cores.would_join_words(Span(group.drafts[0].core.start, group.drafts[-1].core.end))

    def _merged_into(self, span: Span) -> Iterator[_Group]:
        """What earlier rounds merged into a span of this document."""
        first = bisect_left(self._targets, span.start - self._longest_target, key=lambda target: target[0].start)
        for target, group in islice(self._targets, first, None):
            if target.start >= span.end:
                return
            if target.overlaps(span):
                yield group

    def _cut_in(self, reach: Span) -> Iterator[_Group]:
        """What was cut in a stretch of this document."""
        for group in self._groups:
            if any(draft.core.overlaps(reach) for draft in group.drafts):
                yield group

    def _take_back(self, groups: Iterable[_Group]) -> None:
        taken = set(groups)
        if not taken:
            return
        self._known_cuts = None
        self._has_taken_back = True
        self._groups = [group for group in self._groups if group not in taken]
        self._targets = [target for target in self._targets if target[1] not in taken]
        self._cores.remove(draft.core for group in taken for draft in group.drafts)

    def _merges(self, cuts: Sequence[Span]) -> Iterator[Merge]:
        text = self.document.text
        drafts = sorted(
            ((draft, group) for group in self._groups for draft in group.drafts), key=lambda found: found[0].core
        )
        for (draft, group), (start, end) in zip(drafts, cuts, strict=True):
            owner = group.owner
            if owner.record == self.record:
                self._check_kept(draft.canonical, cuts)
            pieces = (text[start : draft.core.start], *draft.restore, text[draft.core.end : end])
            if sum(len(piece) if isinstance(piece, str) else piece.length for piece in pieces) != end - start:
                raise InternalError("R6", self.document.id, f"what is cut at {start}-{end} could not be restored")
            yield Merge(
                document=self.document.id,
                record=self.record if self.repeats_id else None,
                start=start,
                end=end,
                canonical=Place(owner.document, owner.record if owner.repeats_id else None, *draft.canonical),
                kind=draft.kind,
                similarity=draft.similarity,
                containment=draft.containment,
                found_by=group.found_by,
                novel=draft.novel,
                edits=draft.edits,
                restore=tuple(piece for piece in pieces if piece),
            )

    def _check_kept(self, canonical: Span, cuts: Sequence[Span]) -> None:
        if canonical.overlaps_any(cuts):
            what = f"the kept copy at {canonical.start}-{canonical.end} would be cut"
            raise InternalError("R4", self.document.id, what)
