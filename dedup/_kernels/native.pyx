# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# distutils: language = c++
"""The native kernels: thin bindings of the C++ headers beside this file. `reference.py` says what each one computes."""

import os

from dedup._kernels.recipe import Recipe
from dedup._kernels.recipe import Run as Run_
from dedup._kernels.unicode import TABLE
from dedup.records import Draft, Edit, Merge, Place
from dedup.records import Span as Span_

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memmove


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


cdef extern from "<memory>" namespace "std" nogil:
    cdef cppclass unique_ptr[T]:
        T *get()
        void reset(T *)


cdef extern from "memory.hpp" nogil:
    cdef cppclass CppMemory "Memory":
        CppMemory(const char *, int64_t) except +


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
    cdef struct TokenRun:
        int64_t a
        int64_t text
        int64_t b
        int64_t length
    cdef cppclass Pieces:
        Array[Span] spans
    cdef cppclass TextMarks:
        pass
    cdef cppclass Marks:
        TextMarks operator[](int64_t)
    cdef cppclass Marker:
        pass
    cdef cppclass TokenizedText:
        void set(const Text &)
    cdef cppclass StoredTexts:
        pass
    cdef cppclass CppFingerprints "Fingerprints":
        int64_t capped
        Array[TokenRun] runs
        CppFingerprints(StoredTexts &, int64_t, int64_t, int64_t, CppMemory &) except +
        int64_t size()
        int64_t document(int64_t)
        Text text(int64_t)
        void find_pieces(int64_t, Pieces &) except +
        void keep(const Text &, const TextMarks &, int64_t, const Array[Span] &) except +
        bint find(TokenizedText &, const TextMarks &) except +
        void cover(const Array[Span] &) except +
    cdef cppclass Winnowing:
        Winnowing(int64_t, int64_t)
    void mark_text(TokenizedText &, const Array[Span] &, Winnowing, Marker &, Marks &) except +
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
        const uint32_t *digits
        int64_t digit_count
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
        int64_t min_span
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
    cdef struct Registered "Registry::Registered":
        int64_t record
        bint repeats
    cdef cppclass Registry:
        int64_t size()
        const Registered &operator[](int64_t)
        Text id(int64_t)
        void add(const Text &, int64_t, bint) except +
        void forget_passed()
    cdef cppclass CppIndex "Index":
        int64_t stopped_at
        Array[TextMatch] text_matches
        int64_t pass_texts(const CppBatch &, int64_t, int64_t, int64_t) except +
        bint pass_text(const CppBatch &, int64_t, int64_t) except +
        void match_texts(const CppBatch &, int64_t) except +
        int64_t oversized_buckets
        Array[Span] kept
        Array[CppMatch] matches
        bint is_by_digest
        bint has_same_characters
        CppIndex(const CppRecipe &, CppMemory &) except +
        Registry documents
        void write_to "pass"(SnapshotWriter &) except +
        void read_from "pass"(SnapshotReader &) except +
        int64_t size()
        const CppEntry &operator[](int64_t)
        Text text(int64_t)
        int64_t pass_through(const CppBatch &, int64_t, int64_t, int64_t, int64_t) except +
        bint find_similar(const CppBatch &, int64_t, int64_t) except +
        void keep(const CppBatch &, int64_t, int64_t, int64_t, int64_t) except +
        void freeze()
        void commit() except +
        void roll_back(const Array[Span] &) except +
        Drafts drafts
        bint make_drafts(const CppBatch &, int64_t, int64_t, int64_t, const int64_t *, int64_t) except +
        void find_pieces(int64_t, Pieces &) except +
        unique_ptr[CppFingerprints] fingerprints
    ctypedef struct InstructionSet:
        const char *name
    const InstructionSet *instructions
    const InstructionSet *instruction_sets
    int instruction_set_count
    bint instructions_are_there(int)
    void unicode_load(const uint32_t *, const uint32_t *, const uint32_t *)
    uint64_t xxh3(const uint8_t *, size_t)
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
        int64_t document
        int found_by
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


cdef extern from "snapshot.hpp" nogil:
    cdef cppclass SnapshotWriter:
        SnapshotWriter(int, CppMemory &)
    cdef cppclass SnapshotReader:
        SnapshotReader(int, CppMemory &) except +


cdef extern from "visits.hpp" nogil:
    const int64_t SECRET_SIZE "Visits::SECRET_SIZE"
    const int REPEATS_ID "Visits::REPEATS_ID"
    const int IS_REVISIT "Visits::IS_REVISIT"
    cdef struct VisitKey:
        uint64_t low
        uint64_t high
    cdef cppclass CppVisits "Visits":
        CppVisits(CppMemory &) except +
        uint8_t *secret
        VisitKey key_of(const Text &)
        VisitKey key_of(const Text &, const VisitKey &)
        int enter(const Text &, const VisitKey &) except +
        bint enter_id(const Text &) except +
        void remember(const VisitKey &, const uint8_t *, int64_t) except +
        const uint8_t *remembered(const VisitKey &, int64_t &) except +
        void write_to "pass"(SnapshotWriter &) except +
        void read_from "pass"(SnapshotReader &) except +


cdef extern from "<string_view>" namespace "std" nogil:
    cdef cppclass string_view:
        string_view()
        string_view(const char *, size_t)


cdef extern from "lines.hpp" nogil:
    int64_t lines_ended(const uint8_t *, int64_t)
    cdef struct Value:
        int64_t start
        int64_t end
        Text text
        bint is_there
        bint is_unescaped
    cdef struct CppLine "Line":
        int64_t start
        int64_t end
        Value text
        Value id
    cdef cppclass CppLines "Lines":
        Array[CppLine] lines
        bint read(const uint8_t *, int64_t, string_view, string_view) except +
        bint is_escaped(int64_t)
        void cut(int64_t, const Span *, int64_t, Array[uint8_t] &) except +


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


cdef inline str _str(const Text &text):
    return PyUnicode_FromKindAndData(text.width, text.data, text.length)


include "native_arrays.pxi"
include "native_lines.pxi"
include "native_fingerprints.pxi"
include "native_index.pxi"
include "native_visits.pxi"
