/* XXH3, 64 bits, seed 0: the hash of a token's bytes and of a band's rows.
 *
 * Written from the specification (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, XXH3).
 * The tests compare it with the `xxhash` package at every length up to several blocks.
 */
#ifndef DEDUP_XXH3_H
#define DEDUP_XXH3_H

#include <stdint.h>
#include <string.h>

static const uint8_t xxh3_secret[192] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
};

#define XXH3_PRIME32_1 0x9E3779B1U
#define XXH3_PRIME32_2 0x85EBCA77U
#define XXH3_PRIME32_3 0xC2B2AE3DU
#define XXH3_PRIME64_1 0x9E3779B185EBCA87ULL
#define XXH3_PRIME64_2 0xC2B2AE3D27D4EB4FULL
#define XXH3_PRIME64_3 0x165667B19E3779F9ULL
#define XXH3_PRIME64_4 0x85EBCA77C2B2AE63ULL
#define XXH3_PRIME64_5 0x27D4EB2F165667C5ULL
#define XXH3_SECRET_SIZE 192
#define XXH3_STRIPE 64
#define XXH3_STRIPES_PER_BLOCK ((XXH3_SECRET_SIZE - XXH3_STRIPE) / 8)
#define XXH3_BLOCK (XXH3_STRIPE * XXH3_STRIPES_PER_BLOCK)

static inline uint32_t xxh3_swap32(uint32_t x) {
    return x << 24 | (x << 8 & 0xff0000U) | (x >> 8 & 0xff00U) | x >> 24;
}

static inline uint64_t xxh3_swap64(uint64_t x) {
    return (uint64_t)xxh3_swap32((uint32_t)x) << 32 | xxh3_swap32((uint32_t)(x >> 32));
}

static inline uint32_t xxh3_read32(const uint8_t *p) {
    uint32_t x;
    memcpy(&x, p, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = xxh3_swap32(x);
#endif
    return x;
}

static inline uint64_t xxh3_read64(const uint8_t *p) {
    uint64_t x;
    memcpy(&x, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = xxh3_swap64(x);
#endif
    return x;
}

static inline uint64_t xxh3_fold(uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t ll = al * bl, hl = ah * bl, lh = al * bh, hh = ah * bh;
    uint64_t cross = (ll >> 32) + (uint32_t)hl + lh;
    return (cross << 32 | (uint32_t)ll) ^ ((hl >> 32) + (cross >> 32) + hh);
#endif
}

static inline uint64_t xxh3_avalanche(uint64_t h) {
    h ^= h >> 37;
    h *= 0x165667919E3779F9ULL;
    return h ^ h >> 32;
}

static inline uint64_t xxh3_mix16(const uint8_t *p, const uint8_t *secret) {
    return xxh3_fold(xxh3_read64(p) ^ xxh3_read64(secret), xxh3_read64(p + 8) ^ xxh3_read64(secret + 8));
}

static inline uint64_t xxh3_up_to_3(const uint8_t *p, size_t size, const uint8_t *s = xxh3_secret) { /* at least 1 */
    uint64_t h = (uint32_t)p[0] << 16 | (uint32_t)p[size >> 1] << 24 | p[size - 1] | (uint32_t)size << 8;
    h ^= (uint64_t)(xxh3_read32(s) ^ xxh3_read32(s + 4));
    h ^= h >> 33;
    h *= XXH3_PRIME64_2;
    h ^= h >> 29;
    h *= XXH3_PRIME64_3;
    return h ^ h >> 32;
}

static inline uint64_t xxh3_up_to_8(const uint8_t *p, size_t size, const uint8_t *s = xxh3_secret) { /* at least 4 */
    uint64_t h = xxh3_read32(p + size - 4) + ((uint64_t)xxh3_read32(p) << 32);
    h ^= xxh3_read64(s + 8) ^ xxh3_read64(s + 16);
    h ^= (h << 49 | h >> 15) ^ (h << 24 | h >> 40);
    h *= 0x9FB21C651E98DF25ULL;
    h ^= (h >> 35) + size;
    h *= 0x9FB21C651E98DF25ULL;
    return h ^ h >> 28;
}

static inline uint64_t xxh3_up_to_16(const uint8_t *p, size_t size, const uint8_t *s) {
    if (size > 8) {
        uint64_t low = xxh3_read64(p) ^ xxh3_read64(s + 24) ^ xxh3_read64(s + 32);
        uint64_t high = xxh3_read64(p + size - 8) ^ xxh3_read64(s + 40) ^ xxh3_read64(s + 48);
        return xxh3_avalanche(size + xxh3_swap64(low) + high + xxh3_fold(low, high));
    }
    if (size >= 4) return xxh3_up_to_8(p, size, s);
    if (size) return xxh3_up_to_3(p, size, s);
    uint64_t h = xxh3_read64(s + 56) ^ xxh3_read64(s + 64);
    h ^= h >> 33;
    h *= XXH3_PRIME64_2;
    h ^= h >> 29;
    h *= XXH3_PRIME64_3;
    return h ^ h >> 32;
}

static uint64_t xxh3_up_to_240(const uint8_t *p, size_t size, const uint8_t *s) {
    uint64_t sum = size * XXH3_PRIME64_1;
    if (size <= 128) {
        for (size_t i = (size - 1) / 32 + 1; i-- > 0;) {
            sum += xxh3_mix16(p + 16 * i, s + 32 * i);
            sum += xxh3_mix16(p + size - 16 * (i + 1), s + 32 * i + 16);
        }
        return xxh3_avalanche(sum);
    }
    for (size_t i = 0; i < 8; i++) sum += xxh3_mix16(p + 16 * i, s + 16 * i);
    sum = xxh3_avalanche(sum);
    for (size_t i = 8; i < size / 16; i++) sum += xxh3_mix16(p + 16 * i, s + 16 * (i - 8) + 3);
    return xxh3_avalanche(sum + xxh3_mix16(p + size - 16, s + 136 - 17));
}

static inline void xxh3_accumulate(uint64_t *sums, const uint8_t *p, const uint8_t *secret) {
    for (int i = 0; i < 8; i++) {
        uint64_t data = xxh3_read64(p + 8 * i), key = data ^ xxh3_read64(secret + 8 * i);
        sums[i ^ 1] += data;
        sums[i] += (key & 0xffffffffU) * (key >> 32);
    }
}

static uint64_t xxh3_long(const uint8_t *p, size_t size, const uint8_t *s) {
    uint64_t sums[8] = {XXH3_PRIME32_3, XXH3_PRIME64_1, XXH3_PRIME64_2, XXH3_PRIME64_3,
                        XXH3_PRIME64_4, XXH3_PRIME32_2, XXH3_PRIME64_5, XXH3_PRIME32_1};
    size_t blocks = (size - 1) / XXH3_BLOCK;
    for (size_t b = 0; b < blocks; b++) {
        for (size_t i = 0; i < XXH3_STRIPES_PER_BLOCK; i++)
            xxh3_accumulate(sums, p + b * XXH3_BLOCK + i * XXH3_STRIPE, s + 8 * i);
        for (int i = 0; i < 8; i++) {
            sums[i] ^= sums[i] >> 47 ^ xxh3_read64(s + XXH3_SECRET_SIZE - XXH3_STRIPE + 8 * i);
            sums[i] *= XXH3_PRIME32_1;
        }
    }
    size_t stripes = (size - 1 - XXH3_BLOCK * blocks) / XXH3_STRIPE;
    for (size_t i = 0; i < stripes; i++)
        xxh3_accumulate(sums, p + blocks * XXH3_BLOCK + i * XXH3_STRIPE, s + 8 * i);
    xxh3_accumulate(sums, p + size - XXH3_STRIPE, s + XXH3_SECRET_SIZE - XXH3_STRIPE - 7);
    uint64_t h = size * XXH3_PRIME64_1;
    for (int i = 0; i < 4; i++)
        h += xxh3_fold(sums[2 * i] ^ xxh3_read64(s + 11 + 16 * i), sums[2 * i + 1] ^ xxh3_read64(s + 19 + 16 * i));
    return xxh3_avalanche(h);
}

/* With another secret than the one of the specification it is a hash that nobody can foresee. */
static inline uint64_t xxh3(const uint8_t *p, size_t size, const uint8_t *secret = xxh3_secret) {
    if (size <= 16) return xxh3_up_to_16(p, size, secret);
    if (size <= 240) return xxh3_up_to_240(p, size, secret);
    return xxh3_long(p, size, secret);
}

#endif
