/* 64 characters at once: which are ASCII, which belong to a word, and all of them in lower case.
 *
 * One struct for each instruction set, alike but for how they do it; `lanes.hpp` chooses. `chunk(text, count, lower)`
 * reads `count` (1 to 64) characters and writes 64 bytes; those of characters beyond ASCII mean nothing.
 * `special(bytes, count)` says which bytes cannot stand for themselves in a string of JSON, or end it. */
#ifndef DEDUP_CHUNKS_HPP
#define DEDUP_CHUNKS_HPP

#include <cstdint>
#include <cstring>

#if (defined(__x86_64__) || defined(_M_X64)) && (defined(__GNUC__) || defined(__clang__))
#define DEDUP_X86 1
#include <immintrin.h>
#define DEDUP_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define DEDUP_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,bmi,bmi2")))
#endif

struct Chunk {
    uint64_t words;     /* bit i: character i is an ASCII letter, digit or underscore */
    uint64_t not_ascii; /* bit i: character i is not ASCII */
};

static inline uint64_t low_bits(int64_t count) { return count >= 64 ? ~0ULL : (1ULL << count) - 1; }

struct PortableChunks {
    template <class Char>
    static Chunk chunk(const Char *text, int64_t count, uint8_t *lower) {
        Chunk found = {0, 0};
        for (int64_t i = 0; i < count; i++) {
            const uint32_t code = static_cast<uint32_t>(text[i]);
            const uint32_t letter = (code | 32) - 'a' < 26;
            const uint32_t word = letter | (code - '0' < 10) | (code == '_');
            lower[i] = static_cast<uint8_t>(code | (letter ? 32 : 0));
            found.words |= static_cast<uint64_t>(word) << i;
            found.not_ascii |= static_cast<uint64_t>(code > 127) << i;
        }
        return found;
    }
    static uint64_t special(const uint8_t *bytes, int64_t count) {
        uint64_t found = 0;
        for (int64_t i = 0; i < count; i++) {
            const uint8_t c = bytes[i];
            found |= static_cast<uint64_t>(c < 0x20 || c > 0x7f || c == '"' || c == '\\') << i;
        }
        return found;
    }
};

#ifdef DEDUP_X86

struct Avx2Chunks {
    DEDUP_AVX2 static inline __m256i bytes(const uint8_t *text) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(text));
    }
    DEDUP_AVX2 static inline __m256i bytes(const uint16_t *text) { /* what is above 255 becomes 255 */
        const __m256i most = _mm256_set1_epi16(255);
        const __m256i *const at = reinterpret_cast<const __m256i *>(text);
        const __m256i first = _mm256_min_epu16(_mm256_loadu_si256(at), most);
        const __m256i second = _mm256_min_epu16(_mm256_loadu_si256(at + 1), most);
        return _mm256_permute4x64_epi64(_mm256_packus_epi16(first, second), 0xd8);
    }
    DEDUP_AVX2 static inline __m256i bytes(const uint32_t *text) {
        const __m256i most = _mm256_set1_epi32(255);
        const __m256i *const at = reinterpret_cast<const __m256i *>(text);
        const __m256i first = _mm256_packus_epi32(_mm256_min_epu32(_mm256_loadu_si256(at), most),
                                                  _mm256_min_epu32(_mm256_loadu_si256(at + 1), most));
        const __m256i second = _mm256_packus_epi32(_mm256_min_epu32(_mm256_loadu_si256(at + 2), most),
                                                   _mm256_min_epu32(_mm256_loadu_si256(at + 3), most));
        const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        return _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, second), order);
    }
    DEDUP_AVX2 static inline __m256i within(__m256i v, char first, char span) { /* 255 where first <= v <= first + span */
        const __m256i shifted = _mm256_sub_epi8(v, _mm256_set1_epi8(first));
        return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8(span)), shifted);
    }
    DEDUP_AVX2 static inline void half(__m256i v, uint8_t *lower, uint32_t *words, uint32_t *not_ascii) {
        const __m256i folded = _mm256_or_si256(v, _mm256_set1_epi8(32));
        const __m256i letters = within(folded, 'a', 25);
        const __m256i others = _mm256_or_si256(within(v, '0', 9), _mm256_cmpeq_epi8(v, _mm256_set1_epi8('_')));
        _mm256_storeu_si256(reinterpret_cast<__m256i *>(lower), _mm256_blendv_epi8(v, folded, letters));
        *words = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(letters, others)));
        *not_ascii = static_cast<uint32_t>(_mm256_movemask_epi8(v));
    }
    template <class Char>
    DEDUP_AVX2 static inline Chunk chunk(const Char *text, int64_t count, uint8_t *lower) {
        Char rest[64];
        if (count < 64) {
            std::memset(rest, 0, sizeof rest);
            std::memcpy(rest, text, static_cast<size_t>(count) * sizeof(Char));
            text = rest;
        }
        uint32_t words[2], not_ascii[2];
        half(bytes(text), lower, words, not_ascii);
        half(bytes(text + 32), lower + 32, words + 1, not_ascii + 1);
        return {words[0] | static_cast<uint64_t>(words[1]) << 32,
                not_ascii[0] | static_cast<uint64_t>(not_ascii[1]) << 32};
    }
    DEDUP_AVX2 static inline uint32_t special_half(__m256i v) { /* as signed bytes, those beyond ASCII are below 32 too */
        const __m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), v);
        const __m256i quotes = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('"'));
        const __m256i backslashes = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'));
        return static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(low, _mm256_or_si256(quotes, backslashes))));
    }
    DEDUP_AVX2 static inline uint64_t special(const uint8_t *text, int64_t count) {
        uint8_t rest[64];
        if (count < 64) {
            std::memset(rest, ' ', sizeof rest);
            std::memcpy(rest, text, static_cast<size_t>(count));
            text = rest;
        }
        return special_half(bytes(text)) | static_cast<uint64_t>(special_half(bytes(text + 32))) << 32;
    }
};

struct Avx512Chunks {
    DEDUP_AVX512 static inline __m512i bytes(const uint8_t *text, uint64_t mask) {
        return _mm512_maskz_loadu_epi8(mask, text);
    }
    DEDUP_AVX512 static inline __m512i bytes(const uint16_t *text, uint64_t mask) {
        const __m512i first = _mm512_maskz_loadu_epi16(static_cast<__mmask32>(mask), text);
        const __m512i second = _mm512_maskz_loadu_epi16(static_cast<__mmask32>(mask >> 32), text + 32);
        const __m256i low = _mm512_maskz_cvtusepi16_epi8(~0U, first), high = _mm512_maskz_cvtusepi16_epi8(~0U, second);
        return _mm512_maskz_inserti64x4(0xff, _mm512_castsi256_si512(low), high, 1);
    }
    DEDUP_AVX512 static inline __m512i bytes(const uint32_t *text, uint64_t mask) {
        __m512i v = _mm512_castsi128_si512(part(text, mask));
        v = _mm512_maskz_inserti32x4(0xffff, v, part(text + 16, mask >> 16), 1);
        v = _mm512_maskz_inserti32x4(0xffff, v, part(text + 32, mask >> 32), 2);
        return _mm512_maskz_inserti32x4(0xffff, v, part(text + 48, mask >> 48), 3);
    }
    DEDUP_AVX512 static inline __m128i part(const uint32_t *text, uint64_t mask) {
        return _mm512_maskz_cvtusepi32_epi8(0xffff, _mm512_maskz_loadu_epi32(static_cast<__mmask16>(mask), text));
    }
    template <class Char>
    DEDUP_AVX512 static inline Chunk chunk(const Char *text, int64_t count, uint8_t *lower) {
        const __m512i v = bytes(text, low_bits(count));
        const __m512i bit = _mm512_set1_epi8(32);
        const __m512i folded = _mm512_or_si512(v, bit);
        const uint64_t letters =
            _mm512_cmplt_epu8_mask(_mm512_sub_epi8(folded, _mm512_set1_epi8('a')), _mm512_set1_epi8(26));
        const uint64_t digits =
            _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('0')), _mm512_set1_epi8(10));
        const uint64_t underscores = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('_'));
        _mm512_storeu_si512(lower, _mm512_mask_blend_epi8(letters, v, folded));
        return {letters | digits | underscores, _mm512_movepi8_mask(v)};
    }
    DEDUP_AVX512 static inline uint64_t special(const uint8_t *text, int64_t count) {
        const uint64_t mask = low_bits(count);
        const __m512i v = bytes(text, mask);
        return mask & (_mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(0x20)) | _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('"')) |
                       _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\\')));
    }
};

#endif
#endif
