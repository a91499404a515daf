/* A text > its blocks: lines, or paragraphs with wrapped lines put together. `blocks.py` says by which rules. */
#ifndef DEDUP_BLOCKS_HPP
#define DEDUP_BLOCKS_HPP

#include <algorithm>
#include <functional>

#include "tokenize.hpp"

struct Span {
    int64_t start, end;
};

/* White space as str.isspace has it. */
static inline bool is_space(uint32_t code) {
    if (code < 128) return (code >= 9 && code <= 13) || (code >= 28 && code <= 32);
    return code == 0x85 || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

/* Line ends as str.splitlines has them. */
static inline bool is_line_end(uint32_t code) {
    return (code >= 10 && code <= 13) || (code >= 28 && code <= 30) || code == 0x85 || code == 0x2028 || code == 0x2029;
}

/* Letters two columns wide (see blocks.py). */
static inline bool is_wide(uint32_t code) {
    if (code < 0x1100) return false;
    return code <= 0x115f || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) ||
           (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) ||
           (code >= 0xff00 && code <= 0xff60) || (code >= 0x1f300 && code <= 0x3ffff);
}

/* Whether a character belongs to the one before it (see graphemes.py). */
static inline bool extends(uint32_t before, uint32_t after) {
    if (after < 128 || before <= 0x1f || (before >= 0x7f && before <= 0x9f) || before == 0x2028 || before == 0x2029)
        return false;
    uint32_t entry = unicode_entry(after);
    if (entry_class(entry) == IGNORED || (after >= 0x1f3fb && after <= 0x1f3ff)) return true;
    if (entry_class(entry) == EXPANDED) entry = unicode_pool[entry_code(entry) + 1];
    return entry_class(entry) == MARK;
}

template <class Char>
class BlockSplitter {
public:
    BlockSplitter(const Char *text, int64_t length, Array<Span> &blocks) : text_(text), length_(length), out_(blocks) {}

    void document() { add_stripped(out_, 0, length_); }

    void lines() {
        for (int64_t at = 0; at < length_;) {
            const int64_t next = line_after(at);
            add_stripped(out_, at, next);
            at = next;
        }
    }

    void paragraphs() {
        run_.clear();
        for (int64_t at = 0; at < length_;) {
            const int64_t next = line_after(at);
            const bool is_form_feed = next - at == 1 && text_[at] == '\f';
            const bool is_blank =
                !add_stripped(run_, at, next) && (!is_form_feed || (at > 0 && text_[at - 1] == '\f'));
            if (is_blank || static_cast<uint32_t>(text_[next - 1]) == 0x2029) flush();
            at = next;
        }
        flush();
    }

private:
    const Char *const text_;
    const int64_t length_;
    Array<Span> &out_;
    Array<Span> run_; /* lines without a blank one between them */
    Array<int64_t> widths_, sorted_;
    Array<bool> goes_on_;

    int64_t line_after(int64_t at) const {
        while (at < length_ && !is_line_end(static_cast<uint32_t>(text_[at])))
            at += at + 17 <= length_ && are_plain(text_ + at + 1) ? 17 : 1;
        if (at == length_) return at;
        return at + (text_[at] == '\r' && at + 1 < length_ && text_[at + 1] == '\n' ? 2 : 1);
    }

    /* Whether the next 16 characters are ASCII and no controls, as most are. */
    static bool are_plain(const Char *text) {
        Char bits = 0;
        for (int i = 0; i < 16; i++) bits = static_cast<Char>(bits | text[i] | static_cast<Char>(text[i] - 32));
        return bits < 128;
    }

    bool add_stripped(Array<Span> &spans, int64_t start, int64_t end) const {
        const int64_t begin = start;
        while (start < end && is_space(static_cast<uint32_t>(text_[start]))) start++;
        if (start == end) return false;
        while (is_space(static_cast<uint32_t>(text_[end - 1]))) end--;
        if (start > begin && extends(static_cast<uint32_t>(text_[start - 1]), static_cast<uint32_t>(text_[start])))
            start--; /* a space that a mark stands on is no mere white space */
        spans.push({start, end});
        return true;
    }

    void flush() {
        if (run_.size > 1 && is_wrapped()) {
            out_.push(run_[0]);
            for (int64_t i = 1; i < run_.size; i++) {
                if (goes_on_[i - 1])
                    out_.back().end = run_[i].end;
                else
                    out_.push(run_[i]);
            }
        } else {
            out_.append(run_.data, run_.size);
        }
        run_.clear();
    }

    /* Whether the lines of the run were wrapped; then `goes_on_` says which go on in the next. */
    bool is_wrapped() {
        const int64_t ends = run_.size - 1;
        widths_.resize(run_.size);
        for (int64_t i = 0; i <= ends; i++) widths_[i] = columns(run_[i].start, run_[i].end);
        const bool verse = is_verse();
        const int64_t width = widest_but(verse ? 0 : ends / LINES_FOR_A_LONG_ONE);
        if (width < LEAST_WIDTH_OF_WIDE || width > MOST_WIDTH) return false;
        if (width < LEAST_WIDTH && !is_wide(static_cast<uint32_t>(text_[run_[first_of(width)].start]))) return false;
        const int64_t slack = verse ? 0 : width / COLUMNS_FOR_A_FREE_ONE;
        goes_on_.resize(ends);
        int64_t full = 0, sentences = 0;
        for (int64_t i = 0; i < ends; i++) {
            const int64_t needed = widths_[i] + columns_of_first_word(run_[i + 1]);
            goes_on_[i] = false;
            if (needed + slack <= width || is_same(run_[i], run_[i + 1])) continue;
            const bool ends_sentence = is_sentence_end(run_[i]);
            if (ends_sentence && needed <= width) continue;
            goes_on_[i] = true;
            if (widths_[i] > width + slack) continue;
            full++;
            sentences += ends_sentence;
        }
        return full > 0 && 3 * full >= 2 * (ends - !goes_on_[0]) && 2 * sentences <= full;
    }

    static const int64_t LEAST_WIDTH = 50, LEAST_WIDTH_OF_WIDE = 36, MOST_WIDTH = 120;
    static const int64_t LINES_FOR_A_LONG_ONE = 3, COLUMNS_FOR_A_FREE_ONE = 5;
    static const int64_t LEAST_LINES_OF_VERSE = 5, LINES_OF_VERSE_FOR_A_SMALL_LETTER = 6;

    /* The width of the widest line but so many. */
    int64_t widest_but(int64_t wider) {
        if (wider == 0) return *std::max_element(widths_.data, widths_.data + widths_.size);
        sorted_.clear();
        sorted_.append(widths_.data, widths_.size);
        std::nth_element(sorted_.data, sorted_.data + wider, sorted_.data + sorted_.size, std::greater<int64_t>());
        return sorted_[wider];
    }

    int64_t first_of(int64_t width) const { return std::find(widths_.data, widths_.data + widths_.size, width) - widths_.data; }

    /* Whether nearly all lines after the first begin with a capital. */
    bool is_verse() const {
        if (run_.size < LEAST_LINES_OF_VERSE) return false;
        int64_t small = 0;
        for (int64_t i = 1; i < run_.size; i++) {
            small += !begins_with_capital(run_[i]);
            if (LINES_OF_VERSE_FOR_A_SMALL_LETTER * small >= run_.size - 1) return false;
        }
        return true;
    }

    /* A capital and a small letter, after any punctuation. */
    bool begins_with_capital(const Span &line) const {
        int64_t at = line.start;
        while (at < line.end && is_punctuation(static_cast<uint32_t>(text_[at]))) at++;
        return at + 1 < line.end && is_capital(static_cast<uint32_t>(text_[at])) &&
               is_small(static_cast<uint32_t>(text_[at + 1]));
    }

    static bool is_punctuation(uint32_t code) {
        return code < 0x80 && !(code >= '0' && code <= '9') && !((code | 32) >= 'a' && (code | 32) <= 'z');
    }

    static bool is_capital(uint32_t code) {
        return (code >= 'A' && code <= 'Z') || (code >= 0xc0 && code <= 0xde && code != 0xd7) ||
               (code >= 0x391 && code <= 0x3a9) || (code >= 0x410 && code <= 0x42f);
    }

    static bool is_small(uint32_t code) {
        return (code >= 'a' && code <= 'z') || (code >= 0xdf && code <= 0xff && code != 0xf7) ||
               (code >= 0x3ac && code <= 0x3ce) || (code >= 0x430 && code <= 0x44f);
    }

    int64_t columns(int64_t start, int64_t end) const {
        int64_t count = end - start;
        if (sizeof(Char) > 1)
            for (int64_t i = start; i < end; i++) count += is_wide(static_cast<uint32_t>(text_[i]));
        return count;
    }

    /* With the space before it; where words are not separated, one wide letter. */
    int64_t columns_of_first_word(const Span &line) const {
        if (is_wide(static_cast<uint32_t>(text_[line.start]))) return 2;
        int64_t start = line.start;
        while (is_space(static_cast<uint32_t>(text_[start]))) start++;
        int64_t end = start;
        while (end < line.end && !is_space(static_cast<uint32_t>(text_[end]))) end++;
        return 1 + columns(start, end);
    }

    bool is_same(const Span &a, const Span &b) const {
        return a.end - a.start == b.end - b.start &&
               !std::memcmp(text_ + a.start, text_ + b.start, static_cast<size_t>(a.end - a.start) * sizeof(Char));
    }

    /* . ! ? and their like, with closing quotes and brackets after them. */
    bool is_sentence_end(const Span &line) const {
        int64_t at = line.end - 1;
        while (at >= line.start && is_closing(static_cast<uint32_t>(text_[at]))) at--;
        if (at < line.start) return false;
        const uint32_t code = static_cast<uint32_t>(text_[at]);
        return code == '.' || code == '!' || code == '?' || code == 0x2026 || code == 0x3002 || code == 0xff01 ||
               code == 0xff1f;
    }

    static bool is_closing(uint32_t code) {
        return code == '"' || code == '\'' || code == ')' || code == ']' || code == 0xbb ||
               (code >= 0x2018 && code <= 0x201f);
    }
};

enum Unit { DOCUMENT, LINE, PARAGRAPH };

template <class Char>
static void split_text(const Char *text, int64_t length, int unit, Array<Span> &blocks) {
    BlockSplitter<Char> splitter(text, length, blocks);
    if (unit == DOCUMENT)
        splitter.document();
    else if (unit == LINE)
        splitter.lines();
    else
        splitter.paragraphs();
}

/* Appends the blocks of a text. */
static void split(const Text &text, int unit, Array<Span> &blocks) {
    if (text.width == 1)
        split_text(static_cast<const uint8_t *>(text.data), text.length, unit, blocks);
    else if (text.width == 2)
        split_text(static_cast<const uint16_t *>(text.data), text.length, unit, blocks);
    else
        split_text(static_cast<const uint32_t *>(text.data), text.length, unit, blocks);
}

#endif
