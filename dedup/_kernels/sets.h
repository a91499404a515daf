/* Exact sets of tokens and of shingles, in open-addressing tables that compare the real thing on every hit. */
#ifndef DEDUP_SETS_H
#define DEDUP_SETS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline uint64_t sets_mix(uint64_t h) {
    h ^= h >> 32;
    h *= 0x9FB21C651E98DF25ULL;
    return h ^ h >> 29;
}

static inline int64_t sets_capacity(int64_t count) {
    int64_t capacity = 16;
    while (capacity < count * 2) capacity *= 2;
    return capacity;
}

/* Number the distinct byte strings in order of first appearance: ids[i] = ids[j] if and only if string i = string j.
 * String i is bytes[ends[i - 1] .. ends[i]), with ends[-1] = 0. Returns how many differ, or -1 without memory. */
static int64_t sets_number(const uint8_t *bytes, const int64_t *ends, const uint64_t *hashes, int64_t count,
                           int32_t *ids) {
    int64_t capacity = sets_capacity(count), distinct = 0;
    int64_t *slots = (int64_t *)malloc((size_t)capacity * sizeof *slots);
    if (!slots) return -1;
    memset(slots, 0xff, (size_t)capacity * sizeof *slots);
    for (int64_t i = 0; i < count; i++) {
        int64_t start = i ? ends[i - 1] : 0, size = ends[i] - start;
        int64_t slot = (int64_t)(sets_mix(hashes[i]) & (uint64_t)(capacity - 1));
        for (;; slot = (slot + 1) & (capacity - 1)) {
            int64_t other = slots[slot];
            if (other < 0) {
                slots[slot] = i;
                ids[i] = (int32_t)distinct++;
                break;
            }
            int64_t other_start = other ? ends[other - 1] : 0;
            if (hashes[other] == hashes[i] && ends[other] - other_start == size &&
                !memcmp(bytes + other_start, bytes + start, (size_t)size)) {
                ids[i] = ids[other];
                break;
            }
        }
    }
    free(slots);
    return distinct;
}

/* The shingles of two token sequences, a behind b in `ids`: |A and B|, |A|, |B| as sets. Returns -1 without memory. */
static int sets_overlap(const int32_t *ids, int64_t count_b, int64_t count, int64_t ngram, int64_t *overlap) {
    int64_t capacity = sets_capacity(count);
    int64_t *slots = (int64_t *)malloc((size_t)capacity * (sizeof *slots + 1));
    overlap[0] = overlap[1] = overlap[2] = 0;
    if (!slots) return -1;
    uint8_t *in_a = (uint8_t *)(slots + capacity);
    memset(slots, 0xff, (size_t)capacity * sizeof *slots);
    for (int64_t i = 0; i <= count - ngram; i++) {
        if (i < count_b && i + ngram > count_b) continue; /* half in b, half in a */
        uint64_t hash = 0;
        for (int64_t j = 0; j < ngram; j++) hash = (hash + (uint64_t)ids[i + j] + 1) * 0x9E3779B185EBCA87ULL;
        int64_t slot = (int64_t)(sets_mix(hash) & (uint64_t)(capacity - 1));
        while (slots[slot] >= 0 && memcmp(ids + slots[slot], ids + i, (size_t)ngram * sizeof *ids))
            slot = (slot + 1) & (capacity - 1);
        int is_new = slots[slot] < 0, is_a = i >= count_b;
        if (is_new) {
            slots[slot] = i;
            in_a[slot] = 0;
            overlap[2] += !is_a;
        }
        if (is_a && !in_a[slot]) {
            in_a[slot] = 1;
            overlap[1]++;
            overlap[0] += slots[slot] < count_b;
        }
    }
    free(slots);
    return 0;
}

#endif
