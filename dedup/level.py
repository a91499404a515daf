"""What is kept, in blocks of one unit, and how a document is changed by what stands there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dedup import minhash
from dedup._kernels import Batch, Memory, Texts
from dedup.banding import Banding, choose_banding
from dedup.excerpts import Excerpt
from dedup.index import Index, Prepared
from dedup.records import Cleaned, Document, text_digest, utf8
from dedup.rounds import Rounds
from dedup.settings import Settings
from dedup.snapshots import load_file, save_file
from dedup.visits import Visit
from dedup.working import Working

if TYPE_CHECKING:
    from dedup.fingerprints import KeptTexts


class Level:
    """An index, and what goes through it.

    Args:
        settings: How to compare; of one unit.
        memory: What bounds the memory of the index.

    Attributes:
        banding: The shape of signatures.
        index: What is kept.
    """

    def __init__(self, settings: Settings, memory: Memory) -> None:
        self._settings = settings
        self._memory = memory
        self.banding: Banding = choose_banding(settings)
        self._permutations = minhash.Permutations.drawn(self.banding.num_perm, settings.seed)
        self.index = self._new_index()
        self._known_kept_texts: KeptTexts | None = None  # until it is needed: it loads NumPy

    def prepare(self, texts: Texts) -> Batch:
        """What of the work on texts needs no other text: any thread may do it, in any order."""
        return self.index.prepare(texts)

    def empty(self) -> None:
        """Keep nothing."""
        self.index = self._new_index()
        self._known_kept_texts = None

    def changed(self, document: Document, visit: Visit, record: int, batch: Batch, i: int) -> Cleaned:
        """A document that the index stopped at: something stands for a part of it.

        What is kept of it is in the index, and not committed.
        """
        blocks = batch.count(i)
        simple = self.index.clean_simply(batch, i)
        if simple is None:
            at_words = self._settings.cut == "word"
            working = Working(document, record, repeats_id=visit.repeats_id, blocks=blocks, cuts_at_words=at_words)
            return self._gone_through(working, batch, i)
        digest = text_digest(utf8(document.text)) if simple[1] else ""
        return Cleaned(document.id, record, *simple, document.fields, blocks, visit.repeats_id, digest=digest)

    def _gone_through(self, working: Working, batch: Batch, i: int) -> Cleaned:
        """The same the long way."""
        kept_texts = self._kept_texts()
        Rounds(working, self.index, kept_texts, self._settings).go_through(Prepared(batch, i))
        if kept_texts is not None and not self.index.is_frozen:
            kept_texts.keep(working.rest(), self.index.document)
        return working.cleaned()

    def _kept_texts(self) -> KeptTexts | None:
        """Kept texts as wholes, where runs of tokens are looked for."""
        if self._known_kept_texts is None and self.index.fingerprints is not None:
            from dedup.fingerprints import KeptTexts  # noqa: PLC0415  # it loads NumPy

            self._known_kept_texts = KeptTexts(self.index.fingerprints, self._settings)
        return self._known_kept_texts

    def save(self, path: Path) -> None:
        """Write what is kept to a file.

        Raises:
            OSError: If it cannot be written.
        """
        save_file(path, self.index.save)

    def load(self, path: Path) -> None:
        """Take what one of the same settings wrote, in place of nothing.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it is damaged.
        """
        load_file(path, self.index.load)

    def _new_index(self) -> Index:
        return Index(self._settings, self.banding, self._permutations, self._memory)


class Wholes(Level):
    """Documents as wholes, before they are gone through in smaller blocks: which nearly repeat one that is kept.

    What is kept of a document is what the smaller blocks leave of it, so that nothing goes on the word of a text that
    went itself.
    """

    def dropped(self, document: Document, visit: Visit, record: int, batch: Batch, i: int) -> Cleaned | None:
        """The next document, if a kept one stands for it; else None, and `keep` has to say what is kept of it."""
        self.index.register([document.id], record, [0] if visit.repeats_id else [])
        cleaned = self.changed(document, visit, record, batch, i) if self.index.pass_text(batch, i) else None
        if cleaned is None or not cleaned.merges:
            return None
        self.index.commit()
        return cleaned

    def keep(self, cleaned: Cleaned | None, document: Document) -> None:
        """This is kept of the document; all of it if None."""
        if cleaned is not None and cleaned.merges and not self.index.is_frozen:
            self._keep_rest(Excerpt.whole(document.text).without([merge.span for merge in cleaned.merges]))
        self.index.commit()

    def _keep_rest(self, rest: Excerpt) -> None:
        self.index.roll_back(rest)
        prepared = Prepared(self.index.prepare([rest.text]), 0)
        number = self.index.pass_through(prepared, 0, 0)
        while number < prepared.block_count():  # something stands for it, but for none of its parts
            self.index.keep(prepared, number, 0)
            number = self.index.pass_through(prepared, number + 1, 0)
