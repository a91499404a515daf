"""Documents under a keep rule: they wait until all are there, and are gone through in the order of their rank.

The deduplicator does not know: to it that order is the input. What it says is turned back here, so that positions are
those in the input and every document is named as if its predecessors in the input came before it.

Texts and results wait in temporary files. In memory are the ids, what the rule looks at, and some forty bytes a
document.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from types import TracebackType

from msgspec.structs import replace

from dedup.cleaning import cut
from dedup.deduplicator import Deduplicator
from dedup.keep_rules import FIRST, parse_keep_rule
from dedup.packing import pack, unpack
from dedup.parallel import BATCH_SIZE, batched, in_order
from dedup.ranking import Order, Ranking
from dedup.records import Cleaned, Document, Duplicate, Merge, Place, Summary, utf8
from dedup.settings import Settings
from dedup.spilling import Spill

_NOTHING = -1


def deduplicator_of(settings: Settings) -> Deduplicator:
    """One that cleans documents in the order that the rule of these settings puts them into.

    Raises:
        SettingsError: If a setting is out of range.
    """
    return Deduplicator(settings.changed({"keep": FIRST}))


class RankedCorpus:
    """Documents: added in the order of the input, then cleaned or matched all at once, then asked for one by one.

    Used as a context manager.

    Args:
        settings: With the keep rule.
        deduplicator: What `deduplicator_of` makes of them.

    Attributes:
        field: The field of documents that the rule looks at, if any.

    Raises:
        OutputError: Here and by every method, if a temporary file cannot be made, written or read.
    """

    def __init__(self, settings: Settings, deduplicator: Deduplicator) -> None:
        rule = parse_keep_rule(settings.keep)
        self.field = rule.field
        self._reason = rule.text
        self._deduplicator = deduplicator
        self._ranking = Ranking(rule)
        self._order = Order((), ())
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}  # the first document with each id; in the end, the first by rank
        self._firsts: dict[str, int] = {}  # the first document in the input, of those with an id that came again
        self._repeats: set[int] = set()  # documents whose id was not new in the input
        self._blocks = array("q")
        self._places = array("q")  # of results among those that wait
        with ExitStack() as opened:
            self._texts = opened.enter_context(Spill())
            self._results = opened.enter_context(Spill())
            self._opened = opened.pop_all()

    def __enter__(self) -> RankedCorpus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, traceback)

    @property
    def summary(self) -> Summary:
        """The books of all documents cleaned or matched so far."""
        return self._deduplicator.summary

    def __len__(self) -> int:
        return len(self._ids)

    def id(self, number: int) -> str:
        """The id of a document."""
        return self._ids[number]

    def add(self, document: Document, value: object = None) -> None:
        """Take one more document, with its value of the field that the rule looks at.

        Raises:
            TypeError: If its text is no string.
        """
        if not isinstance(document.text, str):
            raise TypeError(f"the text of document {document.id!r} is {type(document.text).__name__}, not str")
        number = len(self._ids)
        if self._numbers.setdefault(document.id, number) != number:
            self._repeats.add(number)
        self._ids.append(document.id)
        self._ranking.add(len(document.text), value)
        self._texts.append(utf8(document.text))
        self._blocks.append(0)
        self._places.append(_NOTHING)

    def text(self, number: int) -> str:
        """The text of a document."""
        return self._texts[number].decode("utf-8", "surrogatepass")

    def clean(self, jobs: int, observe: Callable[[int, Summary], None] | None = None) -> None:
        """Clean all documents.

        Args:
            jobs: Threads that work. The results are the same.
            observe: Told again and again of how many more characters have been gone through, and of the books so far.

        Raises:
            SettingsError: If the rule looks at a field and not one document has it.
        """
        self._put_in_order()
        for ready in in_order(self._deduplicator.prepare, self._batches(), jobs):
            for cleaned in self._deduplicator.add_prepared(ready):
                number = self._order.numbers[cleaned.record]
                self._blocks[number] = cleaned.blocks
                if cleaned.merges or cleaned.revisit:
                    self._places[number] = self._results.append(pack(self._in_input(number, cleaned)))
            if observe is not None:
                observe(sum(len(document.text) for document in ready.documents), self.summary)

    def match(self, jobs: int) -> None:
        """Match all documents; arguments and errors as for `clean`."""
        self._put_in_order()
        for ready in in_order(self._deduplicator.prepare_match, self._batches(), jobs):
            for found in self._deduplicator.match_prepared(ready):
                if found is not None:
                    number = self._order.numbers[found.record]
                    self._places[number] = self._results.append(pack(self._duplicate(number, found)))

    def cleaned(self, number: int, fields: Mapping[str, object]) -> Cleaned:
        """A document after cleaning, with its other fields."""
        text = self.text(number)
        if self.is_changed(number):
            return replace(self.changed(number, text), fields=fields)
        repeats_id = number in self._repeats
        return Cleaned(self._ids[number], number, text, (), fields, self._blocks[number], repeats_id)

    def is_changed(self, number: int) -> bool:
        """Whether something of a document went, or it is a revisit."""
        return self._places[number] != _NOTHING

    def changed(self, number: int, text: str) -> Cleaned:
        """Such a document after cleaning, given its text; its other fields are left out."""
        cleaned = self.result(number)
        return replace(cleaned, text=cut(text, [merge.span for merge in cleaned.merges]))

    def result(self, number: int) -> Cleaned:
        """The same without its text."""
        return unpack(self._results[self._places[number]], Cleaned)

    def number(self, place: Place) -> int:
        """The position in the input of a document that a result names."""
        if place.record is not None:
            return place.record
        return self._firsts.get(place.document, self._numbers[place.document])

    def duplicate(self, number: int) -> Duplicate | None:
        """What a document nearly repeats as a whole, if anything."""
        return unpack(self._results[self._places[number]], Duplicate) if self.is_changed(number) else None

    def _put_in_order(self) -> None:
        self._order = self._ranking.order()
        self._ranking = Ranking(parse_keep_rule(FIRST))  # what the rule looked at is not needed any more
        repeated = {self._ids[number] for number in self._repeats}
        self._firsts = {name: self._numbers[name] for name in repeated}
        for number in reversed(self._order.numbers):
            if self._ids[number] in repeated:
                self._numbers[self._ids[number]] = number

    def _batches(self) -> Iterator[list[Document]]:
        documents = (Document(self._ids[number], self.text(number)) for number in self._order.numbers)
        return batched(documents, lambda document: len(document.text), BATCH_SIZE)

    def _in_input(self, number: int, cleaned: Cleaned) -> Cleaned:
        """A result as it stands in the report; its text can be made again, and its fields are elsewhere."""
        merges = tuple(self._merge(number, merge) for merge in cleaned.merges)
        repeats_id = number in self._repeats
        return replace(cleaned, record=number, text="", merges=merges, fields={}, repeats_id=repeats_id)

    def _merge(self, number: int, merge: Merge) -> Merge:
        place = merge.canonical
        kept = self._number(place)
        canonical = replace(place, record=self._named_record(kept))
        reason = self._why(number, kept)
        return replace(merge, record=self._named_record(number), canonical=canonical, kept_because=reason)

    def _duplicate(self, number: int, found: Duplicate) -> Duplicate:
        kept = self._order.numbers[found.canonical_record]
        return replace(found, record=number, canonical_record=kept, kept_because=self._why(number, kept))

    def _number(self, place: Place) -> int:
        """The position in the input of a document that the deduplicator named."""
        return self._numbers[place.document] if place.record is None else self._order.numbers[place.record]

    def _named_record(self, number: int) -> int | None:
        """What tells a document apart besides its id."""
        return number if number in self._repeats else None

    def _why(self, number: int, kept: int) -> str:
        """Why the copy in one document was preferred to the one in another."""
        return self._reason if self._order.ranks[kept] < self._order.ranks[number] else FIRST
