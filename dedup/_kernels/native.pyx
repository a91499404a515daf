# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# distutils: language = c++
"""The native kernels: thin bindings of the C++ headers beside this file. `reference.py` says what each one computes."""

import numpy as np

from dedup._kernels.recipe import Recipe
from dedup._kernels.unicode import TABLE
from dedup.records import Draft, Edit, Merge, Place
from dedup.records import Span as Span_

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memmove


ctypedef const char *const_bytes


cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)
    object PyUnicode_FromKindAndData(int kind, const void *data, Py_ssize_t size)


cdef extern from "array.hpp" nogil:
    cdef cppclass Array[T]:
        T *data
        int64_t size
        T& operator[](int64_t)
        void clear()
        void push(T) except +
        void resize(int64_t) except +


cdef extern from "index.hpp" nogil:
    cdef cppclass TokenList:
        Array[int64_t] starts
        Array[int64_t] ends
        Array[int64_t] folded_starts
        Array[int64_t] folded_ends
        Array[uint64_t] hashes
        Array[uint8_t] folded
        int64_t count()
        void clear()
    cdef struct Text:
        const void *data
        int64_t length
        int width
    cdef struct Span:
        int64_t start
        int64_t end
    cdef cppclass Permutations:
        void draw(const uint32_t *, const uint32_t *, int64_t) except +
        int64_t padded()
    cdef struct CppBlock "Block":
        int64_t start
        int64_t end
        int64_t tokens
    cdef struct MergeRules:
        int64_t ngram
        int64_t min_tokens
        int64_t max_edit
        double threshold
        bint keeps_novel
        bint cuts_at_words
    cdef struct CppEdit "Edit":
        int64_t a
        int64_t a_end
        int64_t b
        int64_t b_end
    cdef struct CppPiece "Piece":
        int64_t start
        int64_t end
        bint is_literal
    cdef struct CppDraft "Draft":
        Span core
        Span canonical
        bint is_exact
        double similarity
        double containment
        int64_t novel
        int64_t edits
        int64_t edits_end
        int64_t pieces
        int64_t pieces_end
    cdef cppclass Drafts:
        Array[CppDraft] drafts
        Array[CppEdit] edits
        Array[CppPiece] pieces
    cdef cppclass CppRecipe "Recipe":
        MergeRules rules
        int64_t bands
        int64_t rows
        int64_t bucket_limit
        Permutations permutations
    cdef cppclass CppBatch "Batch":
        Array[Text] texts
        Array[int64_t] offsets
        Array[CppBlock] blocks
    cdef cppclass Scratch:
        TokenList tokens
        Array[uint32_t] shingles
        Array[uint32_t] mixed
        Array[uint32_t] signature
    cdef struct CppEntry "Entry":
        int64_t document
        int64_t start
        int64_t end
    cdef struct CppMatch "Match":
        int64_t entry
        double similarity
    cdef struct TextMatch:
        int64_t text
        CppMatch match
        bint is_by_digest
    cdef cppclass CppIndex "Index":
        int64_t stopped_at
        Array[TextMatch] text_matches
        int64_t pass_texts(const CppBatch &, int64_t, int64_t, int64_t) except +
        void match_texts(const CppBatch &, int64_t) except +
        int64_t oversized_buckets
        Array[Span] kept
        Array[CppMatch] matches
        bint is_by_digest
        bint has_same_characters
        CppIndex(const CppRecipe &) except +
        int64_t size()
        const CppEntry &operator[](int64_t)
        Text text(int64_t)
        int64_t pass_through(const CppBatch &, int64_t, int64_t, int64_t, int64_t) except +
        bint find_similar(const CppBatch &, int64_t, int64_t) except +
        void keep(const CppBatch &, int64_t, int64_t, int64_t, int64_t) except +
        void commit()
        void roll_back() except +
        int64_t bytes()
        bint keep_texts_in(int, int64_t)
        Drafts drafts
        bint make_drafts(const CppBatch &, int64_t, int64_t, int64_t, const int64_t *, int64_t) except +
        void mark_pieces(int64_t) except +
    ctypedef struct InstructionSet:
        const char *name
    const InstructionSet *instructions
    const InstructionSet *instruction_sets
    int instruction_set_count
    bint instructions_are_there(int)
    void unicode_load(const uint32_t *, const uint32_t *, const uint32_t *)
    uint64_t xxh3(const uint8_t *, size_t)
    uint64_t xxh3_keyed "xxh3"(const uint8_t *, size_t, const uint8_t *)
    void tokenize_text "tokenize"(TokenList &, const Text &, int64_t, int64_t) except +
    void split_blocks "split"(const Text &, int, Array[Span] &) except +
    int64_t shingle_block(const uint64_t *, int64_t, int64_t, uint32_t *)
    void minhash_block(const uint32_t *, int64_t, const Permutations &, uint32_t *, uint32_t *)
    uint64_t band_key(const uint32_t *, int64_t, int64_t)
    void prepare_text(const CppRecipe &, const Text &, int, CppBatch &, Scratch &) except +
    void prepare_spans(const CppRecipe &, const Text &, const Span *, int64_t, CppBatch &, Scratch &) except +


cdef extern from "documents.hpp" nogil:
    ctypedef int (*SentenceFinder)(void *, const Text &, Array[int64_t] &) noexcept
    cdef struct SimpleMerge:
        CppDraft draft
        Span cut
        int64_t entry
        int64_t block
        bint is_by_digest
    cdef cppclass Cutter:
        Array[Span] cuts
    cdef cppclass SimpleDocument:
        Array[SimpleMerge] merges
        Array[CppEdit] edits
        Array[CppPiece] pieces
        Cutter cutter
        bint has_failed
        SimpleDocument(CppIndex &, const CppRecipe &, SentenceFinder, void *) except +
        bint clean(const CppBatch &, int64_t, int64_t, int) except +


cdef extern from "lines.hpp" nogil:
    bint is_plain_line(const char *, int64_t, const char *, int64_t)


cdef extern from "sets.h" nogil:
    int64_t sets_number(const uint8_t *data, const int64_t *ends, const uint64_t *hashes, int64_t count, int32_t *ids)
    int sets_overlap(const int32_t *ids, int64_t count_b, int64_t count, int64_t ngram, int64_t *overlap)


NAME = "native"

# Kept alive for the C++ side, which reads them for as long as the module lives.
cdef const uint32_t[::1] _pages = TABLE.pages
cdef const uint32_t[::1] _entries = TABLE.entries
cdef const uint32_t[::1] _pool = TABLE.pool
unicode_load(&_pages[0], &_entries[0], &_pool[0])


def instruction_sets_here():
    """Names of the instruction sets that this processor has, the widest first."""
    return [instruction_sets[i].name.decode() for i in range(instruction_set_count) if instructions_are_there(i)]


def use_instructions(str name not None):
    """Compute with one of `instruction_sets_here()` from now on; all give the same answers."""
    global instructions
    for i in range(instruction_set_count):
        if instruction_sets[i].name.decode() == name and instructions_are_there(i):
            instructions = &instruction_sets[i]
            return
    raise ValueError(f"this processor has no {name}; it has {', '.join(instruction_sets_here())}")


cdef inline Text _text_of(str text):
    cdef Text result
    result.data = PyUnicode_DATA(text)
    result.length = len(text)
    result.width = PyUnicode_KIND(text)
    return result


cdef object _copy(const void *source, Py_ssize_t count, dtype):
    result = np.empty(count, dtype)
    cdef uint8_t[::1] view
    if count:
        view = result.view(np.uint8)
        memcpy(&view[0], source, view.shape[0])
    return result


def tokenize(str text not None, const int64_t[:, ::1] spans):
    cdef TokenList tokens
    cdef int64_t i, size, count = spans.shape[0], length = len(text), written = 0
    cdef Text source = _text_of(text)
    token_offsets = np.zeros(count + 1, np.int64)
    cdef int64_t[::1] offsets = token_offsets
    for i in range(count):
        if not 0 <= spans[i, 0] <= spans[i, 1] <= length:
            raise ValueError(f"span {i} is not inside the text: [{spans[i, 0]}, {spans[i, 1]}) of {length}")
    with nogil:
        for i in range(count):
            tokenize_text(tokens, source, spans[i, 0], spans[i, 1])
            offsets[i + 1] = tokens.count()
    for i in range(tokens.count()):  # the folded tokens, moved up one behind the other
        size = tokens.folded_ends[i] - tokens.folded_starts[i]
        memmove(tokens.folded.data + written, tokens.folded.data + tokens.folded_starts[i], size)
        written += size
        tokens.folded_ends[i] = written
    return (
        _copy(tokens.starts.data, tokens.count(), np.int64),
        _copy(tokens.ends.data, tokens.count(), np.int64),
        _copy(tokens.hashes.data, tokens.count(), np.uint64),
        token_offsets,
        _copy(tokens.folded.data, written, np.uint8),
        _copy(tokens.folded_ends.data, tokens.count(), np.int64),
    )


def split(str text not None, int unit):
    cdef Array[Span] found
    cdef Text source = _text_of(text)
    cdef int64_t i
    with nogil:
        split_blocks(source, unit, found)
    return [(found[i].start, found[i].end) for i in range(found.size)]


def are_plain_lines(lines not None, bytes name not None):
    cdef Array[const_bytes] found
    cdef Array[int64_t] sizes
    cdef const char *spelt = name
    cdef int64_t i, size = len(name)
    cdef bint are_plain = True
    cdef bytes line
    for line in lines:
        found.push(<const_bytes>line)
        sizes.push(len(line))
    with nogil:
        for i in range(found.size):
            if not is_plain_line(found[i], sizes[i], spelt, size):
                are_plain = False
                break
    return are_plain


def fingerprint(str text not None, bytes secret not None):
    cdef Text source = _text_of(text)
    cdef uint64_t found[2]
    cdef size_t size = source.length * source.width
    cdef const uint8_t *key = secret
    if len(secret) != 384:
        raise ValueError(f"a secret has 384 bytes, not {len(secret)}")
    found[0] = xxh3_keyed(<const uint8_t *>source.data, size, key) + source.width
    found[1] = xxh3_keyed(<const uint8_t *>source.data, size, key + 192)
    return (<const char *>found)[:16]


def xxh3_64(const uint8_t[::1] data):
    return 0x2D06800538D394C2 if data.shape[0] == 0 else xxh3(&data[0], data.shape[0])


def shingle(const uint64_t[::1] hashes, const int64_t[::1] token_offsets, int64_t ngram):
    cdef int64_t i, blocks = token_offsets.shape[0] - 1, written = 0
    if ngram < 1:
        raise ValueError(f"ngram is at least 1, not {ngram}")
    result = np.empty(hashes.shape[0] + 1, np.uint32)  # one spare, so that there is an address to point at
    shingle_offsets = np.zeros(blocks + 1, np.int64)
    cdef uint32_t[::1] out = result
    cdef int64_t[::1] offsets = shingle_offsets
    with nogil:
        for i in range(blocks):
            if token_offsets[i + 1] > token_offsets[i]:
                written += shingle_block(&hashes[token_offsets[i]], token_offsets[i + 1] - token_offsets[i], ngram, &out[written])
            offsets[i + 1] = written
    return result[:written], shingle_offsets


def minhash(const uint32_t[::1] shingles, const int64_t[::1] shingle_offsets, const uint32_t[::1] multipliers,
            const uint32_t[::1] increments):
    cdef int64_t i, first, count, blocks = shingle_offsets.shape[0] - 1, num_perm = multipliers.shape[0]
    cdef Permutations permutations
    cdef Array[uint32_t] mixed, signature
    signatures = np.full((blocks, num_perm), 0xFFFFFFFF, np.uint32)
    cdef uint32_t[:, ::1] out = signatures
    if num_perm == 0:
        return signatures
    permutations.draw(&multipliers[0], &increments[0], num_perm)
    signature.resize(permutations.padded())
    with nogil:
        for i in range(blocks):
            first, count = shingle_offsets[i], shingle_offsets[i + 1] - shingle_offsets[i]
            if count > 0:
                mixed.resize(count)
                minhash_block(&shingles[first], count, permutations, mixed.data, signature.data)
                memcpy(&out[i, 0], signature.data, num_perm * 4)
    return signatures


def sign(list texts not None, int64_t ngram, const uint32_t[::1] multipliers, const uint32_t[::1] increments):
    cdef int64_t i, count, num_perm = multipliers.shape[0]
    cdef Permutations permutations
    cdef Scratch scratch
    cdef Array[Text] sources
    cdef str text
    if ngram < 1:
        raise ValueError(f"ngram is at least 1, not {ngram}")
    signatures = np.full((len(texts), num_perm), 0xFFFFFFFF, np.uint32)
    cdef uint32_t[:, ::1] out = signatures
    if num_perm == 0:
        return signatures
    permutations.draw(&multipliers[0], &increments[0], num_perm)
    scratch.signature.resize(permutations.padded())
    for text in texts:
        sources.push(_text_of(text))
    with nogil:
        for i in range(sources.size):
            scratch.tokens.clear()
            tokenize_text(scratch.tokens, sources[i], 0, sources[i].length)
            count = scratch.tokens.count()
            if count >= ngram:
                scratch.shingles.resize(count)
                scratch.mixed.resize(count)
                count = shingle_block(scratch.tokens.hashes.data, count, ngram, scratch.shingles.data)
                minhash_block(scratch.shingles.data, count, permutations, scratch.mixed.data, scratch.signature.data)
                memcpy(&out[i, 0], scratch.signature.data, num_perm * 4)
    return signatures


def band_keys(const uint32_t[:, ::1] signatures, int64_t bands, int64_t rows):
    cdef int64_t i, band, blocks = signatures.shape[0]
    if bands < 1 or rows < 1 or bands * rows > signatures.shape[1]:
        raise ValueError(f"{bands} bands of {rows} rows do not fit into {signatures.shape[1]} permutations")
    keys = np.empty((blocks, bands), np.uint64)
    cdef uint64_t[:, ::1] out = keys
    with nogil:
        for i in range(blocks):
            for band in range(bands):
                out[i, band] = band_key(&signatures[i, 0], band, rows)
    return keys


def number_tokens(const uint8_t[::1] folded, const int64_t[::1] folded_ends, const uint64_t[::1] hashes):
    cdef int64_t count = hashes.shape[0], distinct
    ids = np.empty(count, np.int32)
    cdef int32_t[::1] out = ids
    if count:
        with nogil:
            distinct = sets_number(&folded[0], &folded_ends[0], &hashes[0], count, &out[0])
        if distinct < 0:
            raise MemoryError
    return ids


def overlap(const int32_t[::1] ids_a, const int32_t[::1] ids_b, int64_t ngram):
    cdef int64_t counts[3]
    if ngram < 1:
        raise ValueError(f"ngram is at least 1, not {ngram}")
    cdef const int32_t[::1] both = np.concatenate([np.asarray(ids_b, np.int32), np.asarray(ids_a, np.int32)])
    cdef int64_t count = both.shape[0], count_b = ids_b.shape[0]
    cdef int failed
    if count == 0:
        return 0, 0, 0
    with nogil:
        failed = sets_overlap(&both[0], count_b, count, ngram, counts)
    if failed:
        raise MemoryError
    return counts[0], counts[1], counts[2]


cdef class Batch:
    cdef CppBatch batch
    cdef list texts  # whose characters the batch points at

    def count(self, int64_t text):
        return self.batch.offsets[text + 1] - self.batch.offsets[text]

    def block(self, int64_t text, int64_t number):
        cdef const CppBlock *found = &self.batch.blocks[self.batch.offsets[text] + number]
        return found.start, found.end

    def characters(self):
        cdef int64_t i, sum = 0
        for i in range(self.batch.texts.size):
            sum += self.batch.texts[i].length
        return sum


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
            Span_(edit.a + shift, edit.a_end + shift),
            Span_(edit.b + kept, edit.b_end + kept),
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
            found.append(Span_(piece.start + kept, piece.end + kept))
    return found


cdef int _find_sentences(void *context, const Text &text, Array[int64_t] &starts) noexcept with gil:
    cdef Index index = <Index>context
    cdef int64_t start
    try:
        for start in index.sentences(PyUnicode_FromKindAndData(text.width, text.data, text.length)):
            starts.push(start)
        return True
    except BaseException as error:
        index.failure = error
        return False


cdef class Index:
    can_draft = True

    cdef CppRecipe recipe
    cdef CppIndex *index
    cdef SimpleDocument *simple
    cdef object sentences, failure

    def __cinit__(self, recipe not None: Recipe):
        cdef const uint32_t[::1] multipliers = recipe.multipliers
        cdef const uint32_t[::1] increments = recipe.increments
        self.recipe.rules.ngram = recipe.ngram
        self.recipe.rules.min_tokens = recipe.min_tokens
        self.recipe.rules.max_edit = recipe.max_edit
        self.recipe.rules.threshold = recipe.threshold
        self.recipe.rules.keeps_novel = recipe.keeps_novel
        self.recipe.rules.cuts_at_words = recipe.cuts_at_words
        self.recipe.bands = recipe.bands
        self.recipe.rows = recipe.rows
        self.recipe.bucket_limit = recipe.bucket_limit
        self.recipe.permutations.draw(&multipliers[0], &increments[0], multipliers.shape[0])
        self.index = new CppIndex(self.recipe)
        self.simple = new SimpleDocument(self.index[0], self.recipe, _find_sentences, <void *>self)

    def __dealloc__(self):
        del self.simple
        del self.index

    def __len__(self):
        return self.index.size()

    def keep_texts_in(self, int file, int64_t resident):
        return self.index.keep_texts_in(file, resident)

    @property
    def oversized_buckets(self):
        return self.index.oversized_buckets

    def prepare(self, list texts not None, int unit):
        cdef Batch result = Batch()
        cdef Scratch scratch
        cdef Array[Text] sources
        cdef int64_t i
        cdef str text
        result.texts = texts
        for text in texts:
            sources.push(_text_of(text))
        with nogil:
            for i in range(sources.size):
                prepare_text(self.recipe, sources[i], unit, result.batch, scratch)
        return result

    def prepare_spans(self, list texts not None, list spans not None):
        cdef Batch result = Batch()
        cdef Scratch scratch
        cdef Array[Text] sources
        cdef Array[Span] found
        cdef Array[int64_t] ends
        cdef Span span
        cdef int64_t i, start = 0
        cdef str text
        result.texts = texts
        for text in texts:
            sources.push(_text_of(text))
        for blocks in spans:
            for span.start, span.end in blocks:
                found.push(span)
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
        cdef int64_t i
        return [(self.index.kept[i].start, self.index.kept[i].end) for i in range(self.index.kept.size)]

    def entry(self, int64_t number):
        cdef const CppEntry *found = &self.index[0][number]
        return found.document, found.start, found.end

    def text(self, int64_t number):
        cdef Text found = self.index.text(number)
        return PyUnicode_FromKindAndData(found.width, found.data, found.length)

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
        cdef str source = batch.texts[text]
        return [self._draft(i, source, begin, shift, kept) for i in range(self.index.drafts.drafts.size)]

    def mark_pieces(self, int64_t document):
        self.index.mark_pieces(document)

    def clean_simply(self, Batch batch not None, int64_t text, int64_t document, int unit, sentences, owner):
        cdef bint is_clean
        self.sentences = sentences
        is_clean = self.simple.clean(batch.batch, text, document, unit)
        self.sentences = None
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        if not is_clean:
            self.index.roll_back()
            self.index.pass_through(batch.batch, text, 0, document, 0)
            return None
        cdef str source = batch.texts[text]
        cdef int64_t i, position = 0, shift, kept
        cdef SimpleMerge *merge
        cdef list left = [], merges = []
        own = owner(document)
        for i in range(self.simple.merges.size):
            merge = &self.simple.merges[i]
            left.append(source[position : merge.cut.start])
            position = merge.cut.end
            shift, kept = merge.block, self.index[0][merge.entry].start
            restore = _restore(self.simple.pieces, merge.draft, source, shift, kept)
            if merge.cut.start < merge.draft.core.start:
                restore.insert(0, source[merge.cut.start : merge.draft.core.start])
            if merge.draft.core.end < merge.cut.end:
                restore.append(source[merge.draft.core.end : merge.cut.end])
            entry_owner = owner(self.index[0][merge.entry].document)
            merges.append(Merge(
                own[0],
                own[1] if own[2] else None,
                merge.cut.start,
                merge.cut.end,
                Place(
                    entry_owner[0],
                    entry_owner[1] if entry_owner[2] else None,
                    merge.draft.canonical.start + kept,
                    merge.draft.canonical.end + kept,
                ),
                "exact" if merge.draft.is_exact else "near",
                merge.draft.similarity,
                merge.draft.containment,
                "digest" if merge.is_by_digest else "bands",
                merge.draft.novel,
                tuple(_edits(self.simple.edits, merge.draft, source, shift, shift, kept)),
                tuple(restore),
            ))
        left.append(source[position:])
        return "".join(left), tuple(merges)

    cdef object _draft(self, int64_t i, str source, int64_t begin, int64_t shift, int64_t kept):
        """One draft; `begin` is where the block stands in its text, `shift` and `kept` where texts begin in documents."""
        cdef CppDraft found = self.index.drafts.drafts[i]
        return Draft(
            Span_(found.core.start + shift, found.core.end + shift),
            Span_(found.canonical.start + kept, found.canonical.end + kept),
            "exact" if found.is_exact else "near",
            found.similarity,
            found.containment,
            found.novel,
            tuple(_edits(self.index.drafts.edits, found, source, begin, shift, kept)),
            tuple(_restore(self.index.drafts.pieces, found, source, begin, kept)),
        )

    def commit(self):
        self.index.commit()

    def roll_back(self):
        self.index.roll_back()

    @property
    def bytes(self):
        return self.index.bytes()
