/* A text > its blocks: lines, or paragraphs with wrapped lines put together. `blocks.py` says by which rules. */
#ifndef DEDUP_BLOCKS_HPP
#define DEDUP_BLOCKS_HPP

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
    Array<int64_t> widths_;
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
        int64_t width = 0, widest = 0;
        widths_.resize(run_.size);
        goes_on_.resize(run_.size);
        for (int64_t i = 0; i < run_.size; i++) {
            widths_[i] = columns(run_[i].start, run_[i].end);
            if (widths_[i] > width) {
                width = widths_[i];
                widest = i;
            }
        }
        const int64_t least = is_wide(static_cast<uint32_t>(text_[run_[widest].start])) ? LEAST_WIDTH_OF_WIDE : LEAST_WIDTH;
        if (width < least || width > MOST_WIDTH) return false;
        int64_t on = 0, ends_sentence = 0;
        for (int64_t i = 0; i + 1 < run_.size; i++) {
            goes_on_[i] = widths_[i] + columns_of_first_word(run_[i + 1]) > width && !is_same(run_[i], run_[i + 1]);
            on += goes_on_[i];
            ends_sentence += goes_on_[i] && is_sentence_end(run_[i]);
        }
        return 2 * on >= run_.size - 1 && 2 * ends_sentence <= on;
    }

    static const int64_t LEAST_WIDTH = 50, LEAST_WIDTH_OF_WIDE = 36, MOST_WIDTH = 120;

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
