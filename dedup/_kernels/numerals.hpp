/* Which tokens are numbers, and whether two texts tell different ones: `numerals.py` once more. */
#ifndef DEDUP_NUMERALS_HPP
#define DEDUP_NUMERALS_HPP

#include <algorithm>

#include "blocks.hpp"

/* A text, its tokens and their ids. */
struct NumberedTokens {
    const Text &text;
    const TokenList &tokens;
    const int32_t *ids;
};

class Numerals {
public:
    /* `digits`: zero of each ten digits, in order. Without any nothing is a number. */
    void set(const uint32_t *digits, int64_t count) {
        digits_ = digits;
        digit_count_ = count;
    }

    bool is_number(const TokenList &tokens, int64_t i) const {
        const uint8_t *p = tokens.folded.data + tokens.folded_starts[i];
        const uint8_t *const end = tokens.folded.data + tokens.folded_ends[i];
        while (p < end) { /* UTF-8, known to be valid */
            const int more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
            uint32_t code = more ? *p & (0x3f >> more) : *p;
            for (int k = 1; k <= more; k++) code = code << 6 | (p[k] & 0x3f);
            if (is_digit(code)) return true;
            p += more + 1;
        }
        return false;
    }

    /* Whether either text has a number that the other has not, or not as often. */
    bool each_has_its_own(const NumberedTokens &a, const NumberedTokens &b) {
        if (!digit_count_) return false;
        collect(a, a_);
        collect(b, b_);
        bool has_own_a = false, has_own_b = false;
        int64_t i = 0, j = 0;
        while (i < a_.size && j < b_.size) {
            const bool only_in_a = a_[i] < b_[j], only_in_b = b_[j] < a_[i];
            has_own_a |= only_in_a;
            has_own_b |= only_in_b;
            i += !only_in_b;
            j += !only_in_a;
        }
        return (has_own_a || i < a_.size) && (has_own_b || j < b_.size);
    }

private:
    /* One number as written: the ids of the tokens it is made of. */
    struct Numeral {
        const int32_t *ids;
        int64_t length;

        bool operator<(const Numeral &other) const {
            return std::lexicographical_compare(ids, ids + length, other.ids, other.ids + other.length);
        }
    };

    const uint32_t *digits_ = nullptr;
    int64_t digit_count_ = 0;
    Array<Numeral> a_, b_;

    bool is_digit(uint32_t code) const {
        const uint32_t *const after = std::upper_bound(digits_, digits_ + digit_count_, code);
        return after > digits_ && code < after[-1] + 10;
    }

    /* The numbers of a text, sorted; tokens with no white space between them are one. */
    void collect(const NumberedTokens &of, Array<Numeral> &found) const {
        found.clear();
        int64_t last = -1;
        for (int64_t i = 0; i < of.tokens.count(); i++) {
            if (!is_number(of.tokens, i)) continue;
            if (!found.empty() && last == i - 1 && !has_space(of.text, of.tokens.ends[last], of.tokens.starts[i]))
                found.back().length++;
            else
                found.push({of.ids + i, 1});
            last = i;
        }
        std::sort(found.data, found.data + found.size);
    }

    static bool has_space(const Text &text, int64_t start, int64_t end) {
        for (int64_t i = start; i < end; i++)
            if (is_space(text[i])) return true;
        return false;
    }
};

#endif
