/* Characters as they are compared: the entries of the Unicode table (see unicode.py) and the token being built. */
#ifndef DEDUP_FOLDING_H
#define DEDUP_FOLDING_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xxh3.h"

enum { SEPARATOR, WORD, SINGLE, MARK, IGNORED, EXPANDED, HANGUL, SINGLE_ITSELF };
#define ENTRY_CLASS(entry) ((entry) & 7)
#define ENTRY_COMBINING(entry) ((entry) >> 3 & 255)
#define ENTRY_CODE(entry) ((entry) >> 11)
#define ENTRY(kind, code) ((uint32_t)(kind) | (uint32_t)(code) << 11)

static const uint32_t *unicode_pages, *unicode_entries, *unicode_pool;
static uint8_t ascii_folded[128]; /* the short way for ASCII: what a character folds to, 0 for a separator */

static inline uint32_t unicode_entry(uint32_t code) {
    return unicode_entries[unicode_pages[code >> 7] << 7 | (code & 127)];
}

static void unicode_load(const uint32_t *pages, const uint32_t *entries, const uint32_t *pool) {
    unicode_pages = pages;
    unicode_entries = entries;
    unicode_pool = pool;
    for (uint32_t code = 0; code < 128; code++) {
        uint32_t entry = unicode_entry(code);
        ascii_folded[code] = ENTRY_CLASS(entry) == WORD ? (uint8_t)ENTRY_CODE(entry) : 0;
    }
}

/* Tokens found so far; every array grows, none is owned by Python. `folded` holds their bytes one after another. */
typedef struct {
    int64_t *starts, *ends, *folded_ends;
    uint64_t *hashes;
    uint8_t *folded;
    int64_t count, capacity, folded_size, folded_capacity;
    /* the token being built: */
    int64_t start, end, folded_start;
    int open;       /* SEPARATOR (none), WORD or SINGLE */
    int combining;  /* of the last character */
    int unordered;  /* marks stand in another than the canonical order */
    int failed;     /* no memory */
} token_sink;

static int sink_reserve(token_sink *sink, int64_t tokens, int64_t bytes) {
    if (sink->count + tokens > sink->capacity) {
        int64_t capacity = sink->capacity * 2 + tokens + 64;
        int64_t *starts = realloc(sink->starts, capacity * 8);
        if (starts) sink->starts = starts;
        int64_t *ends = realloc(sink->ends, capacity * 8);
        if (ends) sink->ends = ends;
        int64_t *folded_ends = realloc(sink->folded_ends, capacity * 8);
        if (folded_ends) sink->folded_ends = folded_ends;
        uint64_t *hashes = realloc(sink->hashes, capacity * 8);
        if (hashes) sink->hashes = hashes;
        if (!starts || !ends || !folded_ends || !hashes) return sink->failed = 1;
        sink->capacity = capacity;
    }
    if (sink->folded_size + bytes > sink->folded_capacity) {
        int64_t capacity = sink->folded_capacity * 2 + bytes + 512;
        uint8_t *folded = realloc(sink->folded, capacity);
        if (!folded) return sink->failed = 1;
        sink->folded = folded;
        sink->folded_capacity = capacity;
    }
    return 0;
}

static void sink_free(token_sink *sink) {
    free(sink->starts);
    free(sink->ends);
    free(sink->folded_ends);
    free(sink->hashes);
    free(sink->folded);
}

static inline int utf8_encode(uint32_t code, uint8_t *out) {
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xc0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xe0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (code & 63));
    return 4;
}

static inline uint32_t utf8_decode(const uint8_t **at) {
    const uint8_t *p = *at;
    if (p[0] < 0x80) return *at += 1, p[0];
    if (p[0] < 0xe0) return *at += 2, (p[0] & 31U) << 6 | (p[1] & 63U);
    if (p[0] < 0xf0) return *at += 3, (p[0] & 15U) << 12 | (p[1] & 63U) << 6 | (p[2] & 63U);
    return *at += 4, (p[0] & 7U) << 18 | (p[1] & 63U) << 12 | (p[2] & 63U) << 6 | (p[3] & 63U);
}

static inline int combining_class(uint32_t code) {
    uint32_t entry = unicode_entry(code);
    return ENTRY_CLASS(entry) == MARK ? (int)ENTRY_COMBINING(entry) : 0;
}

/* Canonical ordering (UAX #15): every run of marks sorted by combining class, stable; linear by counting. */
static void token_order_marks(token_sink *sink) {
    const uint8_t *at = sink->folded + sink->folded_start, *end = sink->folded + sink->folded_size;
    size_t count = 0, capacity = (size_t)(end - at);
    uint32_t *codes = malloc(capacity * 2 * sizeof *codes);
    if (!codes) {
        sink->failed = 1;
        return;
    }
    uint32_t *sorted = codes + capacity;
    while (at < end) codes[count++] = utf8_decode(&at);
    for (size_t i = 0; i < count;) {
        size_t next = i + 1;
        if (combining_class(codes[i])) {
            size_t places[257] = {0};
            while (next < count && combining_class(codes[next])) next++;
            for (size_t j = i; j < next; j++) places[combining_class(codes[j]) + 1]++;
            for (int c = 0; c < 256; c++) places[c + 1] += places[c];
            for (size_t j = i; j < next; j++) sorted[i + places[combining_class(codes[j])]++] = codes[j];
        } else {
            sorted[i] = codes[i];
        }
        i = next;
    }
    uint8_t *out = sink->folded + sink->folded_start;
    for (size_t i = 0; i < count; i++) out += utf8_encode(sorted[i], out);
    free(codes);
}

static inline void token_close(token_sink *sink) {
    if (sink->open == SEPARATOR) return;
    if (sink->unordered) token_order_marks(sink);
    if (sink_reserve(sink, 1, 0)) return;
    int64_t i = sink->count++;
    sink->starts[i] = sink->start;
    sink->ends[i] = sink->end;
    sink->folded_ends[i] = sink->folded_size;
    sink->hashes[i] = xxh3(sink->folded + sink->folded_start, (size_t)(sink->folded_size - sink->folded_start));
    sink->open = SEPARATOR;
}

static inline void token_open(token_sink *sink, int kind, int64_t start) {
    sink->open = kind;
    sink->start = start;
    sink->folded_start = sink->folded_size;
    sink->combining = sink->unordered = 0;
}

/* One simple entry, from the character at `position` of the text. */
static inline void token_feed(token_sink *sink, uint32_t entry, int64_t position) {
    int kind = (int)ENTRY_CLASS(entry), combining = 0;
    if (kind == SEPARATOR) {
        token_close(sink);
        return;
    }
    if (kind == MARK) {
        if (sink->open == SEPARATOR) return;
        combining = (int)ENTRY_COMBINING(entry);
        if (combining && combining < sink->combining) sink->unordered = 1;
    } else if (kind != sink->open || kind == SINGLE) {
        token_close(sink);
        token_open(sink, kind, position);
    }
    if (sink_reserve(sink, 0, 4)) return;
    sink->folded_size += utf8_encode(ENTRY_CODE(entry), sink->folded + sink->folded_size);
    sink->combining = combining;
    sink->end = position + 1;
}

/* Any entry: those that stand for several characters are fed one by one. */
static inline void token_feed_any(token_sink *sink, uint32_t entry, uint32_t code, int64_t position) {
    switch (ENTRY_CLASS(entry)) {
        case IGNORED:
            if (sink->open != SEPARATOR) sink->end = position + 1;
            return;
        case EXPANDED: {
            const uint32_t *parts = unicode_pool + ENTRY_CODE(entry);
            for (uint32_t i = 1; i <= parts[0]; i++) token_feed(sink, parts[i], position);
            return;
        }
        case HANGUL: {
            uint32_t syllable = code - 0xac00;
            token_feed(sink, ENTRY(WORD, 0x1100 + syllable / 588), position);
            token_feed(sink, ENTRY(WORD, 0x1161 + syllable % 588 / 28), position);
            if (syllable % 28) token_feed(sink, ENTRY(WORD, 0x11a7 + syllable % 28), position);
            return;
        }
        case SINGLE_ITSELF:
            token_feed(sink, ENTRY(SINGLE, code), position);
            return;
        default:
            token_feed(sink, entry, position);
    }
}

#endif
