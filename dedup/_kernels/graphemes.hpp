/* Where a text may be cut: `graphemes.py` once more, for the native drafts. */
#ifndef DEDUP_GRAPHEMES_HPP
#define DEDUP_GRAPHEMES_HPP

#include "blocks.hpp"

/* WORD, SINGLE or SEPARATOR: of the first or the last character that this one folds to. */
static inline uint32_t word_class(uint32_t code, bool last) {
    uint32_t entry = unicode_entry(code);
    if (entry_class(entry) == EXPANDED) {
        const uint32_t *const parts = unicode_pool + entry_code(entry);
        entry = parts[last ? parts[0] : 1];
    }
    switch (entry_class(entry)) {
        case IGNORED:
            return SEPARATOR;
        case HANGUL:
            return WORD;
        case SINGLE_ITSELF:
        case MARK:
            return SINGLE;
        default:
            return entry_class(entry);
    }
}

static inline bool is_regional(uint32_t code) { return code >= 0x1f1e6 && code <= 0x1f1ff; }

/* Whether a cut may begin or end here: not inside a word, a line end or a grapheme. */
static inline bool is_cut_point(const Text &text, int64_t position) {
    if (position <= 0 || position >= text.length) return true;
    const uint32_t before = text[position - 1], after = text[position];
    if (extends(before, after) || before == 0x200d || (before == '\r' && after == '\n')) return false;
    if (is_regional(before) && is_regional(after)) return false;
    const uint32_t last = word_class(before, true), first = word_class(after, false);
    return last == SEPARATOR || first == SEPARATOR || (last == SINGLE && first == SINGLE);
}

#endif
