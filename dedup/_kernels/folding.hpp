/* Characters as they are compared: the entries of the Unicode table (see unicode.py) and the tokens made of them. */
#ifndef DEDUP_FOLDING_HPP
#define DEDUP_FOLDING_HPP

#include "array.hpp"
#include "xxh3.h"

enum { SEPARATOR, WORD, SINGLE, MARK, IGNORED, EXPANDED, HANGUL, SINGLE_ITSELF };

static inline uint32_t entry_class(uint32_t entry) { return entry & 7; }
static inline int entry_combining(uint32_t entry) { return static_cast<int>(entry >> 3 & 255); }
static inline uint32_t entry_code(uint32_t entry) { return entry >> 11; }
static inline uint32_t make_entry(uint32_t kind, uint32_t code) { return kind | code << 11; }

static const uint32_t *unicode_pages, *unicode_entries, *unicode_pool;

static inline uint32_t unicode_entry(uint32_t code) {
    return unicode_entries[unicode_pages[code >> 7] << 7 | (code & 127)];
}

static void unicode_load(const uint32_t *pages, const uint32_t *entries, const uint32_t *pool) {
    unicode_pages = pages;
    unicode_entries = entries;
    unicode_pool = pool;
}

static inline int utf8_encode(uint32_t code, uint8_t *out) {
    if (code < 0x80) {
        out[0] = static_cast<uint8_t>(code);
        return 1;
    }
    if (code < 0x800) {
        out[0] = static_cast<uint8_t>(0xc0 | code >> 6);
        out[1] = static_cast<uint8_t>(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = static_cast<uint8_t>(0xe0 | code >> 12);
        out[1] = static_cast<uint8_t>(0x80 | (code >> 6 & 63));
        out[2] = static_cast<uint8_t>(0x80 | (code & 63));
        return 3;
    }
    out[0] = static_cast<uint8_t>(0xf0 | code >> 18);
    out[1] = static_cast<uint8_t>(0x80 | (code >> 12 & 63));
    out[2] = static_cast<uint8_t>(0x80 | (code >> 6 & 63));
    out[3] = static_cast<uint8_t>(0x80 | (code & 63));
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
    const uint32_t entry = unicode_entry(code);
    return entry_class(entry) == MARK ? entry_combining(entry) : 0;
}

/* The tokens of one or more blocks. Token i stands at characters [starts[i], ends[i]); its folded form is the bytes
 * [folded_starts[i], folded_ends[i]) of `folded`, which may hold other bytes between tokens. Used again and again, so
 * that nothing is allocated for a block. */
struct TokenList {
    Array<int64_t> starts, ends, folded_starts, folded_ends;
    Array<uint64_t> hashes;
    Array<uint8_t> folded;
    Array<int64_t> scratch;

    int64_t count() const { return starts.size; }

    void clear() {
        starts.clear();
        ends.clear();
        folded_starts.clear();
        folded_ends.clear();
        hashes.clear();
        folded.clear();
    }

    void add(int64_t start, int64_t end, int64_t folded_start) {
        starts.push(start);
        ends.push(end);
        folded_starts.push(folded_start);
        folded_ends.push(folded.size);
        hashes.push(xxh3(folded.data + folded_start, static_cast<size_t>(folded.size - folded_start)));
    }

    /* Whether two tokens are the same bytes. Up to 8 bytes XXH3 is one-to-one for each size: equal hashes will do. */
    bool equal(int64_t i, const TokenList &other, int64_t j) const {
        const int64_t size = folded_ends[i] - folded_starts[i];
        return hashes[i] == other.hashes[j] && size == other.folded_ends[j] - other.folded_starts[j] &&
               (size <= 8 || !std::memcmp(folded.data + folded_starts[i], other.folded.data + other.folded_starts[j],
                                          static_cast<size_t>(size)));
    }
};

/* The token that is being built, character by character: the way for everything that is not ASCII. */
class TokenBuilder {
public:
    explicit TokenBuilder(TokenList &tokens) : tokens_(tokens) {}

    bool is_open() const { return open_ != SEPARATOR; }

    /* Any character: those that stand for several are fed one by one. */
    void feed(uint32_t code, int64_t position) {
        const uint32_t entry = unicode_entry(code);
        switch (entry_class(entry)) {
            case IGNORED:
                if (open_ != SEPARATOR) end_ = position + 1;
                return;
            case EXPANDED: {
                const uint32_t *parts = unicode_pool + entry_code(entry);
                for (uint32_t i = 1; i <= parts[0]; i++) feed_simple(parts[i], position);
                return;
            }
            case HANGUL: {
                const uint32_t syllable = code - 0xac00;
                feed_simple(make_entry(WORD, 0x1100 + syllable / 588), position);
                feed_simple(make_entry(WORD, 0x1161 + syllable % 588 / 28), position);
                if (syllable % 28) feed_simple(make_entry(WORD, 0x11a7 + syllable % 28), position);
                return;
            }
            case SINGLE_ITSELF:
                feed_simple(make_entry(SINGLE, code), position);
                return;
            default:
                feed_simple(entry, position);
        }
    }

    void close() {
        if (open_ == SEPARATOR) return;
        if (unordered_) order_marks();
        tokens_.add(start_, end_, folded_start_);
        open_ = SEPARATOR;
    }

private:
    TokenList &tokens_;
    int64_t start_ = 0, end_ = 0, folded_start_ = 0;
    uint32_t open_ = SEPARATOR; /* SEPARATOR (none), WORD or SINGLE */
    int combining_ = 0;         /* of the last character */
    bool unordered_ = false;    /* marks stand in another than the canonical order */

    void feed_simple(uint32_t entry, int64_t position) {
        const uint32_t kind = entry_class(entry);
        int combining = 0;
        if (kind == SEPARATOR) {
            close();
            return;
        }
        if (kind == MARK) {
            if (open_ == SEPARATOR) return;
            combining = entry_combining(entry);
            if (combining && combining < combining_) unordered_ = true;
        } else if (kind != open_ || kind == SINGLE) {
            close();
            open_ = kind;
            start_ = position;
            folded_start_ = tokens_.folded.size;
            unordered_ = false;
        }
        tokens_.folded.reserve(4);
        tokens_.folded.size += utf8_encode(entry_code(entry), tokens_.folded.data + tokens_.folded.size);
        combining_ = combining;
        end_ = position + 1;
    }

    /* Canonical ordering (UAX #15): every run of marks sorted by combining class, stable; linear by counting. */
    void order_marks() {
        Array<uint32_t> codes, sorted;
        const uint8_t *at = tokens_.folded.data + folded_start_;
        const uint8_t *const end = tokens_.folded.data + tokens_.folded.size;
        while (at < end) codes.push(utf8_decode(&at));
        sorted.resize(codes.size);
        for (int64_t i = 0; i < codes.size;) {
            int64_t next = i + 1;
            if (combining_class(codes[i])) {
                int64_t places[257] = {0};
                while (next < codes.size && combining_class(codes[next])) next++;
                for (int64_t j = i; j < next; j++) places[combining_class(codes[j]) + 1]++;
                for (int c = 0; c < 256; c++) places[c + 1] += places[c];
                for (int64_t j = i; j < next; j++) sorted[i + places[combining_class(codes[j])]++] = codes[j];
            } else {
                sorted[i] = codes[i];
            }
            i = next;
        }
        uint8_t *out = tokens_.folded.data + folded_start_;
        for (int64_t i = 0; i < sorted.size; i++) out += utf8_encode(sorted[i], out);
    }
};

#endif
