"""Single kernels on arrays and strings: what `reference_arrays.py` and `reference_blocks.py` say.

NumPy takes longer to load than many a run takes, and no run needs it: each function here loads it for itself.
"""


cdef object _copy(const void *source, Py_ssize_t count, dtype):
    import numpy as np
    result = np.empty(count, dtype)
    cdef uint8_t[::1] view
    if count:
        view = result.view(np.uint8)
        memcpy(&view[0], source, view.shape[0])
    return result


def tokenize(str text not None, const int64_t[:, ::1] spans):
    import numpy as np
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


def xxh3_64(const uint8_t[::1] data):
    return 0x2D06800538D394C2 if data.shape[0] == 0 else xxh3(&data[0], data.shape[0])


def shingle(const uint64_t[::1] hashes, const int64_t[::1] token_offsets, int64_t ngram):
    import numpy as np
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
    import numpy as np
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
    import numpy as np
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
    import numpy as np
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
    import numpy as np
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
    import numpy as np
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
