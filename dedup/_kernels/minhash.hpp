/* Token hashes > shingles > signature > band keys. */
#ifndef DEDUP_MINHASH_HPP
#define DEDUP_MINHASH_HPP

#include "lanes.hpp"

static const uint64_t SHINGLE_MULTIPLIER = 0x9E3779B185EBCA87ULL;

/* A shingle's hash is the upper half of sum(hash[i + j] * M^(ngram - 1 - j)) modulo 2^64, rolled along.
 * Returns how many there are. */
static int64_t shingle_block(const uint64_t *hashes, int64_t count, int64_t ngram, uint32_t *out) {
    if (count < ngram) return 0;
    uint64_t sum = 0, last = 1;
    for (int64_t j = 1; j < ngram; j++) last *= SHINGLE_MULTIPLIER;
    for (int64_t i = 0; i < ngram - 1; i++) sum = sum * SHINGLE_MULTIPLIER + hashes[i];
    for (int64_t i = ngram - 1; i < count; i++) {
        sum = sum * SHINGLE_MULTIPLIER + hashes[i];
        *out++ = static_cast<uint32_t>(sum >> 32);
        sum -= hashes[i - ngram + 1] * last;
    }
    return count - ngram + 1;
}

/* MurmurHash3's finaliser. */
static inline uint32_t fmix32(uint32_t h) {
    h ^= h >> 16;
    h *= 0x85ebca6bU;
    h ^= h >> 13;
    h *= 0xc2b2ae35U;
    return h ^ h >> 16;
}

/* The maps h -> multipliers[p] * h + increments[p], filled up to whole groups of 64. */
struct Permutations {
    Array<uint32_t> multipliers, increments;
    int64_t num_perm = 0;

    void draw(const uint32_t *a, const uint32_t *b, int64_t count) {
        num_perm = count;
        const int64_t padded = (count + 63) / 64 * 64;
        multipliers.fill(padded, 0);
        increments.fill(padded, 0);
        std::memcpy(multipliers.data, a, static_cast<size_t>(count) * 4);
        std::memcpy(increments.data, b, static_cast<size_t>(count) * 4);
    }
    int64_t padded() const { return multipliers.size; }
};

/* The signature of one block. `mixed` is room for as many numbers as there are shingles; `signature` holds a multiple
 * of 64 values, of which the first num_perm count. */
static void minhash_block(const uint32_t *shingles, int64_t count, const Permutations &permutations, uint32_t *mixed,
                          uint32_t *signature) {
    for (int64_t i = 0; i < count; i++) mixed[i] = fmix32(shingles[i]);
    for (int64_t p = 0; p < permutations.padded(); p += 64)
        instructions->least_values(mixed, count, permutations.multipliers.data + p, permutations.increments.data + p,
                                   signature + p);
}

static inline uint64_t band_key(const uint32_t *signature, int64_t band, int64_t rows) {
    return xxh3(reinterpret_cast<const uint8_t *>(signature + band * rows), static_cast<size_t>(rows) * 4);
}

#endif
