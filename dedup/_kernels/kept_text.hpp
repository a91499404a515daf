/* Texts in an arena, each with as few bytes a character as it can be. */
#ifndef DEDUP_KEPT_TEXT_HPP
#define DEDUP_KEPT_TEXT_HPP

#include "memory.hpp"
#include "tokenize.hpp"

/* Where a text is. */
struct StoredText {
    int64_t at, length;
    int width;

    StoredText part(int64_t start, int64_t end) const { return {at + start * width, end - start, width}; }
};

class StoredTexts {
public:
    KeptArray<uint8_t> arena;

    Text text(const StoredText &stored) { return {arena.data + stored.at, stored.length, stored.width}; }

    /* Adds characters [start, end) of a text behind all others. */
    StoredText keep(const Text &text, int64_t start, int64_t end) {
        const int width = narrowest(text, start, end);
        arena.size = (arena.size + width - 1) / width * width;
        const StoredText stored = {arena.size, end - start, width};
        const int64_t length = end - start;
        uint8_t *const kept = arena.reserve(length * width + width);
        if (width == text.width) {
            if (length) std::memcpy(kept, text.at(start), static_cast<size_t>(length * width));
        } else if (width == 1) {
            for (int64_t i = 0; i < length; i++) kept[i] = static_cast<uint8_t>(text[start + i]);
        } else {
            for (int64_t i = 0; i < length; i++) reinterpret_cast<uint16_t *>(kept)[i] = static_cast<uint16_t>(text[start + i]);
        }
        arena.size += length * width;
        return stored;
    }

private:
    static int narrowest(const Text &text, int64_t start, int64_t end) {
        if (text.width == 1) return 1;
        uint32_t bits = 0;
        if (text.width == 2) {
            const uint16_t *const characters = static_cast<const uint16_t *>(text.data);
            for (int64_t i = start; i < end; i++) bits |= characters[i];
        } else {
            const uint32_t *const characters = static_cast<const uint32_t *>(text.data);
            for (int64_t i = start; i < end; i++) bits |= characters[i];
        }
        return bits < 0x100 ? 1 : bits < 0x10000 ? 2 : 4;
    }
};

#endif
