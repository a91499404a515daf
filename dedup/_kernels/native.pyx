# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The native kernels: thin bindings of the C headers beside this file. `reference.py` says what each one computes."""

import numpy as np

from dedup._kernels.unicode import TABLE

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset


cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    void *PyUnicode_DATA(object text)


cdef extern from "folding.h" nogil:
    ctypedef struct token_sink:
        int64_t *starts
        int64_t *ends
        int64_t *folded_ends
        uint64_t *hashes
        uint8_t *folded
        int64_t count
        int64_t folded_size
        int failed
    void unicode_load(const uint32_t *pages, const uint32_t *entries, const uint32_t *pool)
    void sink_free(token_sink *sink)
    uint64_t xxh3(const uint8_t *data, size_t size)


cdef extern from *:
    """
    #define CHARACTER uint8_t
    #define TOKENIZE tokenize_1
    #include "tokenize.h"
    #define CHARACTER uint16_t
    #define TOKENIZE tokenize_2
    #include "tokenize.h"
    #define CHARACTER uint32_t
    #define TOKENIZE tokenize_4
    #include "tokenize.h"
    """
    void tokenize_1(token_sink *sink, const uint8_t *text, int64_t start, int64_t end) nogil
    void tokenize_2(token_sink *sink, const uint16_t *text, int64_t start, int64_t end) nogil
    void tokenize_4(token_sink *sink, const uint32_t *text, int64_t start, int64_t end) nogil


cdef extern from "minhash.h" nogil:
    int64_t shingle_block(const uint64_t *hashes, int64_t count, int64_t ngram, uint32_t *out)
    void minhash_block(const uint32_t *shingles, int64_t count, const uint32_t *multipliers,
                       const uint32_t *increments, int64_t num_perm, uint32_t *signature)


cdef extern from "sets.h" nogil:
    int64_t sets_number(const uint8_t *data, const int64_t *ends, const uint64_t *hashes, int64_t count, int32_t *ids)
    int sets_overlap(const int32_t *ids, int64_t count_b, int64_t count, int64_t ngram, int64_t *overlap)


NAME = "native"

# Kept alive for the C side, which reads them for as long as the module lives.
cdef const uint32_t[::1] _pages = TABLE.pages
cdef const uint32_t[::1] _entries = TABLE.entries
cdef const uint32_t[::1] _pool = TABLE.pool
unicode_load(&_pages[0], &_entries[0], &_pool[0])


cdef object _copy(const void *source, Py_ssize_t count, dtype):
    result = np.empty(count, dtype)
    cdef uint8_t[::1] view
    if count:
        view = result.view(np.uint8)
        memcpy(&view[0], source, view.shape[0])
    return result


def tokenize(str text not None, const int64_t[:, ::1] spans):
    cdef token_sink sink
    cdef int64_t i, count = spans.shape[0], length = len(text)
    cdef int kind = PyUnicode_KIND(text)
    cdef const void *data = PyUnicode_DATA(text)
    token_offsets = np.zeros(count + 1, np.int64)
    cdef int64_t[::1] offsets = token_offsets
    for i in range(count):
        if not 0 <= spans[i, 0] <= spans[i, 1] <= length:
            raise ValueError(f"span {i} is not inside the text: [{spans[i, 0]}, {spans[i, 1]}) of {length}")
    memset(&sink, 0, sizeof(sink))
    try:
        with nogil:
            for i in range(count):
                if kind == 1:
                    tokenize_1(&sink, <const uint8_t *>data, spans[i, 0], spans[i, 1])
                elif kind == 2:
                    tokenize_2(&sink, <const uint16_t *>data, spans[i, 0], spans[i, 1])
                else:
                    tokenize_4(&sink, <const uint32_t *>data, spans[i, 0], spans[i, 1])
                offsets[i + 1] = sink.count
        if sink.failed:
            raise MemoryError
        return (
            _copy(sink.starts, sink.count, np.int64),
            _copy(sink.ends, sink.count, np.int64),
            _copy(sink.hashes, sink.count, np.uint64),
            token_offsets,
            _copy(sink.folded, sink.folded_size, np.uint8),
            _copy(sink.folded_ends, sink.count, np.int64),
        )
    finally:
        sink_free(&sink)


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
    cdef int64_t i, first, blocks = shingle_offsets.shape[0] - 1, num_perm = multipliers.shape[0]
    signatures = np.full((blocks, num_perm), 0xFFFFFFFF, np.uint32)
    cdef uint32_t[:, ::1] out = signatures
    with nogil:
        for i in range(blocks):
            first = shingle_offsets[i]
            if shingle_offsets[i + 1] > first:
                minhash_block(&shingles[first], shingle_offsets[i + 1] - first, &multipliers[0], &increments[0],
                              num_perm, &out[i, 0])
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
                out[i, band] = xxh3(<const uint8_t *>&signatures[i, band * rows], rows * 4)
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
