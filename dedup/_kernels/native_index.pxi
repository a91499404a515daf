"""Batches and the index: what `reference_index.py` says, and the building of merges."""


cdef object _new_tuple = tuple.__new__
cdef tuple _FOUND_BY = ("digest", "bands", "fingerprints")


cdef class Batch:
    cdef CppBatch batch
    cdef object texts  # list of str, or Lines: whose characters the batch points at
    cdef str made  # the last text that was made of characters,
    cdef int64_t made_of  # and its number

    def count(self, int64_t text):
        return self.batch.offsets[text + 1] - self.batch.offsets[text]

    def block(self, int64_t text, int64_t number):
        cdef const CppBlock *found = &self.batch.blocks[self.batch.offsets[text] + number]
        return found.start, found.end

    def length(self, int64_t text):
        return self.batch.texts[text].length

    def totals(self, int64_t first, int64_t last):
        cdef int64_t i, characters = 0
        if first == last:
            return 0, 0
        for i in range(first, last):
            characters += self.batch.texts[i].length
        return self.batch.offsets[last] - self.batch.offsets[first], characters

    cdef str source(self, int64_t text):
        if isinstance(self.texts, list):
            return self.texts[text]
        if self.made is None or self.made_of != text:
            self.made, self.made_of = _str(self.batch.texts[text]), text
        return self.made


cdef int _find_texts(object texts, Array[Text] &found) except -1:
    """The characters of texts, a list of str or Lines."""
    cdef int64_t i
    cdef str text
    if isinstance(texts, Lines):
        for i in range((<Lines>texts).lines.lines.size):
            found.push((<Lines>texts).lines.lines[i].text.text)
    else:
        for text in texts:
            found.push(_text_of(text))
    return 0


cdef object _span(int64_t start, int64_t end):
    """A `records.Span`, without the detour over its `__new__`, which is a Python function."""
    return _new_tuple(Span_, (start, end))


cdef list _edits(const Array[CppEdit] &edits, const CppDraft &draft, str source, int64_t begin, int64_t shift,
                 int64_t kept):
    """The edits of a draft. The block begins at `begin` of its text; block and copy at `shift` and `kept` of their
    documents."""
    cdef int64_t k
    cdef CppEdit edit
    cdef list found = []
    for k in range(draft.edits, draft.edits_end):
        edit = edits[k]
        found.append(Edit(
            _span(edit.a + shift, edit.a_end + shift),
            _span(edit.b + kept, edit.b_end + kept),
            source[edit.a + begin : edit.a_end + begin],
        ))
    return found


cdef list _restore(const Array[CppPiece] &pieces, const CppDraft &draft, str source, int64_t begin, int64_t kept):
    """The pieces of what was cut, likewise."""
    cdef int64_t k
    cdef CppPiece piece
    cdef list found = []
    for k in range(draft.pieces, draft.pieces_end):
        piece = pieces[k]
        if piece.is_literal:
            found.append(source[piece.start + begin : piece.end + begin])
        else:
            found.append(_span(piece.start + kept, piece.end + kept))
    return found


cdef int _find_sentences(void *context, const Text &text, Array[int64_t] &starts) noexcept with gil:
    cdef Index index = <Index>context
    cdef int64_t start
    try:
        for start in index.sentences(_str(text)):
            starts.push(start)
        return True
    except BaseException as error:
        index.failure = error
        return False


cdef class Index:
    can_draft = True

    cdef Memory memory
    cdef CppRecipe recipe
    cdef Array[uint32_t] digits  # that the recipe points at
    cdef CppIndex *index
    cdef SimpleDocument *simple
    cdef object sentences, failure

    def __cinit__(self, recipe not None: Recipe, Memory memory=None):
        cdef const uint32_t[::1] multipliers = recipe.multipliers
        cdef const uint32_t[::1] increments = recipe.increments
        self.recipe.rules.ngram = recipe.ngram
        self.recipe.rules.min_tokens = recipe.min_tokens
        self.recipe.rules.max_edit = recipe.max_edit
        self.recipe.rules.threshold = recipe.threshold
        self.recipe.rules.keeps_novel = recipe.keeps_novel
        self.recipe.rules.cuts_at_words = recipe.cuts_at_words
        self.digits.resize(len(recipe.digits) + 1)
        self.recipe.rules.digit_count = len(recipe.digits)
        self.recipe.rules.digits = self.digits.data
        for i, digit in enumerate(recipe.digits):
            self.digits[i] = digit
        self.recipe.bands = recipe.bands
        self.recipe.rows = recipe.rows
        self.recipe.bucket_limit = recipe.bucket_limit
        self.recipe.min_span = recipe.min_span
        self.recipe.permutations.draw(&multipliers[0], &increments[0], multipliers.shape[0])
        self.memory = memory or Memory("", 0)
        self.index = new CppIndex(self.recipe, self.memory.memory[0])
        self.simple = new SimpleDocument(self.index[0], self.recipe, _find_sentences, <void *>self)

    def __dealloc__(self):
        del self.simple
        del self.index

    def __len__(self):
        return self.index.size()

    @property
    def fingerprints(self):
        if not self.recipe.min_span:
            return None
        return Fingerprints(self.recipe.min_span, 0, min_tokens=self.recipe.rules.min_tokens, index=self)

    def register(self, ids, int64_t first, repeats=()):
        cdef int64_t i = 0
        cdef str id
        cdef set again = set(repeats)
        self.index.documents.forget_passed()
        for id in ids:
            self.index.documents.add(_text_of(id), first + i, i in again)
            i += 1

    @property
    def registered(self):
        return self.index.documents.size()

    def freeze(self):
        self.index.freeze()

    def owner(self, int64_t document):
        cdef const Registered *found = &self.index.documents[document]
        return _str(self.index.documents.id(document)), found.record, found.repeats

    def save(self, int file):
        with nogil:
            self._save(file)

    cdef int _save(self, int file) except -1 nogil:
        cdef unique_ptr[SnapshotWriter] writer
        writer.reset(new SnapshotWriter(file, self.memory.memory[0]))
        self.index.write_to(writer.get()[0])
        return 0

    def load(self, int file):
        with nogil:
            self._load(file)

    cdef int _load(self, int file) except -1 nogil:
        cdef unique_ptr[SnapshotReader] reader
        reader.reset(new SnapshotReader(file, self.memory.memory[0]))
        self.index.read_from(reader.get()[0])
        return 0

    @property
    def oversized_buckets(self):
        return self.index.oversized_buckets

    def prepare(self, texts not None, int unit):
        cdef Batch result = Batch()
        cdef Scratch scratch
        cdef Array[Text] sources
        cdef int64_t i
        result.texts = texts
        _find_texts(texts, sources)
        with nogil:
            for i in range(sources.size):
                prepare_text(self.recipe, sources[i], unit, result.batch, scratch)
        return result

    def prepare_spans(self, texts not None, list spans not None):
        cdef Batch result = Batch()
        cdef Scratch scratch
        cdef Array[Text] sources
        cdef Array[Span] found
        cdef Array[int64_t] ends
        cdef int64_t i, start = 0
        result.texts = texts
        _find_texts(texts, sources)
        for blocks in spans:
            _find_spans(blocks, found)
            ends.push(found.size)
        with nogil:
            for i in range(sources.size):
                prepare_spans(self.recipe, sources[i], found.data + start, ends[i] - start, result.batch, scratch)
                start = ends[i]
        return result

    def pass_texts(self, Batch batch not None, int64_t first, int64_t last, int64_t document):
        cdef int64_t stopped
        with nogil:
            stopped = self.index.pass_texts(batch.batch, first, last, document)
        return stopped, self.index.stopped_at

    def pass_text(self, Batch batch not None, int64_t text, int64_t document):
        return self.index.pass_text(batch.batch, text, document), self.index.stopped_at

    def match_texts(self, Batch batch not None, int64_t document):
        cdef int64_t i
        cdef TextMatch found
        with nogil:
            self.index.match_texts(batch.batch, document)
        result = []
        for i in range(self.index.text_matches.size):
            found = self.index.text_matches[i]
            result.append((found.text, found.match.entry, found.match.similarity, found.is_by_digest))
        return result

    def pass_through(self, Batch batch not None, int64_t text, int64_t first, int64_t document, int64_t shift):
        # The interpreter is not left to other threads: they would keep it longer than this takes.
        return self.index.pass_through(batch.batch, text, first, document, shift)

    def matches(self):
        cdef int64_t i
        return [(self.index.matches[i].entry, self.index.matches[i].similarity) for i in range(self.index.matches.size)]

    @property
    def is_by_digest(self):
        return self.index.is_by_digest

    @property
    def has_same_characters(self):
        return self.index.has_same_characters

    def find_similar(self, Batch batch not None, int64_t text, int64_t number):
        self.index.find_similar(batch.batch, text, number)
        return self.matches()

    def keep(self, Batch batch not None, int64_t text, int64_t number, int64_t document, int64_t shift):
        self.index.keep(batch.batch, text, number, document, shift)

    def kept(self):
        return _tuples(self.index.kept)

    def entry(self, int64_t number):
        cdef Pieces pieces
        self.index.find_pieces(number, pieces)
        return self.index[0][number].document, _tuples(pieces.spans)

    def text(self, int64_t number):
        return _str(self.index.text(number))

    def drafts(self, Batch batch not None, int64_t text, int64_t number, int64_t entry, int64_t shift, sentences):
        cdef Array[int64_t] starts
        cdef bint were_missed
        cdef int64_t start
        cdef const int64_t *given = NULL
        if sentences is not None:
            starts.push(0)
            starts.clear()  # there is an address even where there is no sentence
            for start in sentences:
                starts.push(start)
            given = starts.data
        were_missed = self.index.make_drafts(batch.batch, text, number, entry, given, starts.size)
        if were_missed:
            return None
        cdef const CppBlock *block = &batch.batch.blocks[batch.batch.offsets[text] + number]
        cdef int64_t begin = block.start, kept = self.index[0][entry].start
        cdef str source = batch.source(text)
        return [self._draft(i, source, begin, shift, kept) for i in range(self.index.drafts.drafts.size)]

    cdef object record(self, int64_t document):
        """What tells a document apart besides its id."""
        return self.index.documents[document].record if self.index.documents[document].repeats else None

    def clean_simply(self, Batch batch not None, int64_t text, int64_t document, int unit, sentences):
        cdef bint is_clean
        self.sentences = sentences
        is_clean = self.simple.clean(batch.batch, text, document, unit)
        self.sentences = None
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        if not is_clean:
            self.roll_back(())
            self.index.stopped_at = self.index.pass_through(batch.batch, text, 0, document, 0)
            return None
        cdef str source = batch.source(text)
        cdef int64_t i, position = 0
        cdef SimpleMerge *merge
        cdef list left = [], merges = []
        cdef str own = _str(self.index.documents.id(document))
        own_record = self.record(document)
        for i in range(self.simple.merges.size):
            merge = &self.simple.merges[i]
            left.append(source[position : merge.cut.start])
            position = merge.cut.end
            restore = _restore(self.simple.pieces, merge.draft, source, 0, 0)
            if merge.cut.start < merge.draft.core.start:
                restore.insert(0, source[merge.cut.start : merge.draft.core.start])
            if merge.draft.core.end < merge.cut.end:
                restore.append(source[merge.draft.core.end : merge.cut.end])
            merges.append(Merge(
                own,
                own_record,
                merge.cut.start,
                merge.cut.end,
                Place(
                    _str(self.index.documents.id(merge.document)),
                    self.record(merge.document),
                    merge.draft.canonical.start,
                    merge.draft.canonical.end,
                ),
                "exact" if merge.draft.is_exact else "near",
                merge.draft.similarity,
                merge.draft.containment,
                _FOUND_BY[merge.found_by],
                merge.draft.novel,
                tuple(_edits(self.simple.edits, merge.draft, source, 0, 0, 0)),
                tuple(restore),
            ))
        left.append(source[position:])
        return "".join(left), tuple(merges)

    cdef object _draft(self, int64_t i, str source, int64_t begin, int64_t shift, int64_t kept):
        """One draft; `begin` is where the block stands in its text, `shift` and `kept` where texts begin in documents."""
        cdef CppDraft found = self.index.drafts.drafts[i]
        return Draft(
            _span(found.core.start + shift, found.core.end + shift),
            _span(found.canonical.start + kept, found.canonical.end + kept),
            "exact" if found.is_exact else "near",
            found.similarity,
            found.containment,
            found.novel,
            tuple(_edits(self.index.drafts.edits, found, source, begin, shift, kept)),
            tuple(_restore(self.index.drafts.pieces, found, source, begin, kept)),
        )

    def commit(self):
        self.index.commit()

    def roll_back(self, pieces):
        cdef Array[Span] spans
        _find_spans(pieces, spans)
        self.index.roll_back(spans)
