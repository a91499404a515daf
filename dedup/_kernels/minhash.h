/* Shingles and min-wise hashing. */
#ifndef DEDUP_MINHASH_H
#define DEDUP_MINHASH_H

#include <stdint.h>
#include <stdlib.h> /* says whether the C library is glibc, whose loader can choose between clones */

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define VECTORISED __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#else
#define VECTORISED
#endif

#define SHINGLE_MULTIPLIER 0x9E3779B185EBCA87ULL

/* A shingle's hash is the upper half of sum(hash[i + j] * M^(ngram - 1 - j)) modulo 2^64, rolled along. */
static int64_t shingle_block(const uint64_t *hashes, int64_t count, int64_t ngram, uint32_t *out) {
    if (count < ngram) return 0;
    uint64_t sum = 0, last = 1;
    for (int64_t j = 1; j < ngram; j++) last *= SHINGLE_MULTIPLIER;
    for (int64_t i = 0; i < count; i++) {
        if (i >= ngram) sum -= hashes[i - ngram] * last;
        sum = sum * SHINGLE_MULTIPLIER + hashes[i];
        if (i + 1 >= ngram) *out++ = (uint32_t)(sum >> 32);
    }
    return count - ngram + 1;
}

static inline uint32_t fmix32(uint32_t h) {
    h ^= h >> 16;
    h *= 0x85ebca6bU;
    h ^= h >> 13;
    h *= 0xc2b2ae35U;
    return h ^ h >> 16;
}

/* signature[p] = min over the shingles of multipliers[p] * fmix32(shingle) + increments[p], modulo 2^32. */
VECTORISED
static void minhash_block(const uint32_t *shingles, int64_t count, const uint32_t *multipliers,
                          const uint32_t *increments, int64_t num_perm, uint32_t *signature) {
    for (int64_t p = 0; p < num_perm; p++) signature[p] = 0xffffffffU;
    for (int64_t i = 0; i < count; i++) {
        uint32_t h = fmix32(shingles[i]);
        for (int64_t p = 0; p < num_perm; p++) {
            uint32_t value = multipliers[p] * h + increments[p];
            signature[p] = value < signature[p] ? value : signature[p];
        }
    }
}

#endif
