/* A block of a text > its tokens, straight on Python's string storage. */
#ifndef DEDUP_TOKENIZE_HPP
#define DEDUP_TOKENIZE_HPP

#include "lanes.hpp"

/* A string as Python stores it: `width` bytes (1, 2 or 4) a character. */
struct Text {
    const void *data;
    int64_t length;
    int width;

    uint32_t operator[](int64_t i) const {
        if (width == 1) return static_cast<const uint8_t *>(data)[i];
        if (width == 2) return static_cast<const uint16_t *>(data)[i];
        return static_cast<const uint32_t *>(data)[i];
    }
    const void *at(int64_t i) const { return static_cast<const uint8_t *>(data) + i * width; }
};

static inline Text part_of(const Text &text, int64_t start, int64_t end) {
    return {text.at(start), end - start, text.width};
}

static inline bool same_characters(const Text &a, const Text &b) {
    if (a.length != b.length) return false;
    if (a.width == b.width) return !std::memcmp(a.data, b.data, static_cast<size_t>(a.length * a.width));
    for (int64_t i = 0; i < a.length; i++)
        if (a[i] != b[i]) return false;
    return true;
}

static inline int64_t ascii_tokens(TokenList &tokens, const uint8_t *text, int64_t i, int64_t end) {
    return instructions->ascii_tokens_1(tokens, text, i, end);
}
static inline int64_t ascii_tokens(TokenList &tokens, const uint16_t *text, int64_t i, int64_t end) {
    return instructions->ascii_tokens_2(tokens, text, i, end);
}
static inline int64_t ascii_tokens(TokenList &tokens, const uint32_t *text, int64_t i, int64_t end) {
    return instructions->ascii_tokens_4(tokens, text, i, end);
}

/* Whether the next characters are worth taking 64 at a time again. */
template <class Char>
static inline bool is_ascii_ahead(const Char *text, int64_t i, int64_t end) {
    const int64_t until = end - i < 16 ? end : i + 16;
    uint32_t bits = 0;
    for (; i < until; i++) bits |= static_cast<uint32_t>(text[i]);
    return bits < 128;
}

template <class Char>
static void tokenize_block(TokenList &tokens, const Char *text, int64_t i, int64_t end) {
    while (i < end) {
        i = ascii_tokens(tokens, text, i, end);
        TokenBuilder builder(tokens);
        while (i < end) {
            builder.feed(static_cast<uint32_t>(text[i]), i);
            i++;
            if (!builder.is_open() && is_ascii_ahead(text, i, end)) break;
        }
        builder.close();
    }
}

/* Appends the tokens of characters [start, end) of a text. */
static void tokenize(TokenList &tokens, const Text &text, int64_t start, int64_t end) {
    if (text.width == 1)
        tokenize_block(tokens, static_cast<const uint8_t *>(text.data), start, end);
    else if (text.width == 2)
        tokenize_block(tokens, static_cast<const uint16_t *>(text.data), start, end);
    else
        tokenize_block(tokens, static_cast<const uint32_t *>(text.data), start, end);
}

#endif
