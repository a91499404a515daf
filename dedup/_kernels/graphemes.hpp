/* Where a text may be cut: `graphemes.py` once more, for the native drafts. */
#ifndef DEDUP_GRAPHEMES_HPP
#define DEDUP_GRAPHEMES_HPP

#include "blocks.hpp"

/* WORD, SINGLE or SEPARATOR: of the first or the last base character that this one folds to; MARK without any. */
static inline uint32_t word_class(uint32_t code, bool last) {
    const uint32_t entry = unicode_entry(code);
    switch (entry_class(entry)) {
        case EXPANDED: {
            const uint32_t *const parts = unicode_pool + entry_code(entry);
            for (uint32_t i = 1; i <= parts[0]; i++) {
                const uint32_t part = entry_class(parts[last ? parts[0] + 1 - i : i]);
                if (part != MARK) return part;
            }
            return MARK;
        }
        case IGNORED:
            return MARK;
        case HANGUL:
            return WORD;
        case SINGLE_ITSELF:
            return SINGLE;
        default:
            return entry_class(entry);
    }
}

/* Whether what stands before and after [start, end) would be one word if that were cut; `unspaced`: two characters of
 * scripts written without spaces count as one too. */
static inline bool joins_words(const Text &text, int64_t start, int64_t end, bool unspaced = false) {
    uint32_t last = MARK, first = MARK;
    while (last == MARK && start > 0) last = word_class(text[--start], true);
    if (last == MARK || last == SEPARATOR) return false;
    while (first == MARK && end < text.length) first = word_class(text[end++], false);
    return first != MARK && first != SEPARATOR && (unspaced || !(last == SINGLE && first == SINGLE));
}

static inline bool is_regional(uint32_t code) { return code >= 0x1f1e6 && code <= 0x1f1ff; }

/* Whether a cut may begin or end here: not inside a word, a line end or a grapheme. */
static inline bool is_cut_point(const Text &text, int64_t position) {
    if (position <= 0 || position >= text.length) return true;
    const uint32_t before = text[position - 1], after = text[position];
    if (extends(before, after) || before == 0x200d || (before == '\r' && after == '\n')) return false;
    if (is_regional(before) && is_regional(after)) return false;
    return !joins_words(text, position, position);
}

#endif
