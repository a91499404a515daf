/* Two token sequences, compared exactly: the real tokens on every hit, so that no collision of hashes counts. */
#ifndef DEDUP_OVERLAP_HPP
#define DEDUP_OVERLAP_HPP

#include "minhash.hpp"

static bool same_tokens(const TokenList &a, const TokenList &b) {
    if (a.count() != b.count()) return false;
    for (int64_t i = 0; i < a.count(); i++)
        if (!a.equal(i, b, i)) return false;
    return true;
}

/* The sets of shingles of two sequences, counted: |A and B|, |A|, |B|. */
struct Overlap {
    int64_t common, a, b;

    double jaccard() const {
        const int64_t all = a + b - common;
        return static_cast<double>(common) / static_cast<double>(all > 1 ? all : 1);
    }
};

/* Some tokens of a sequence: [start, end), at least as many as a shingle has. */
struct TokenRange {
    const TokenList *tokens;
    int64_t start, end;
};

/* Counts the shingles that one sequence A shares with others, as exact sets, in an open-addressing table.
 *
 * Place p < |A's shingles| is A's shingle p, others are those of the other sequence that A lacks. Near-duplicates go on
 * together for long stretches: where the shingles before were equal, the next ones are compared first, by their last
 * token, and the table is not asked. */
class OverlapCounter {
public:
    void set(TokenRange a, int64_t ngram) {
        a_ = a;
        ngram_ = ngram;
        count_a_ = a.end - a.start - ngram + 1;
        roll(hashes_a_, a, count_a_);
        int64_t capacity = 32;
        while (capacity < count_a_ * 3) capacity *= 2;
        clear_table(capacity);
        first_.resize(count_a_);
        seen_in_.fill(count_a_, 0);
        round_ = 0;
        distinct_a_ = 0;
        for (int64_t p = 0; p < count_a_; p++) {
            const int64_t slot = find(p, hashes_a_[p]);
            if (table_[slot] < 0) {
                table_[slot] = p;
                distinct_a_++;
            }
            first_[p] = table_[slot];
        }
    }

    /* With another sequence. Stops where it is sure that the Jaccard similarity is below the threshold, and says that
     * nothing is common; with a threshold of 0 it never does. */
    Overlap count(TokenRange b, double threshold) {
        b_ = b;
        const int64_t count_b = b.end - b.start - ngram_ + 1;
        roll(hashes_b_, b, count_b);
        if (table_.size < (count_a_ + count_b) * 3 / 2) set_larger(count_a_ + count_b);
        /* common / (a + lacking) is at most a / (a + lacking) */
        const int64_t most_lacking =
            threshold > 0 ? static_cast<int64_t>(static_cast<double>(distinct_a_) * (1 / threshold - 1)) + 1 : INT64_MAX;
        Overlap overlap = {0, distinct_a_, 0};
        int64_t lacking = 0, expected = -1; /* A's shingle after the one that equals B's last */
        round_++;
        for (int64_t j = 0; j < count_b && lacking <= most_lacking; j++) {
            int64_t found = -1;
            if (expected >= 0 && expected < count_a_ &&
                b.tokens->equal(b.start + j + ngram_ - 1, *a_.tokens, a_.start + expected + ngram_ - 1)) {
                found = expected;
            } else {
                const int64_t slot = find(count_a_ + j, hashes_b_[j]);
                if (table_[slot] < 0) {
                    table_[slot] = count_a_ + j;
                    added_.push(slot);
                    lacking++;
                } else if (table_[slot] < count_a_) {
                    found = table_[slot];
                }
            }
            expected = found < 0 ? -1 : found + 1;
            if (found >= 0 && seen_in_[first_[found]] != round_) {
                seen_in_[first_[found]] = round_;
                overlap.common++;
            }
        }
        /* the table is as before again: what was added last goes first, so that no search is cut short */
        while (!added_.empty()) table_[added_[--added_.size]] = -1;
        overlap.b = overlap.common + lacking;
        return lacking > most_lacking ? Overlap{0, distinct_a_, lacking} : overlap;
    }

private:
    TokenRange a_ = {nullptr, 0, 0}, b_ = {nullptr, 0, 0};
    int64_t ngram_ = 0, count_a_ = 0, distinct_a_ = 0;
    int32_t round_ = 0;
    uint64_t mask_ = 0;
    Array<int64_t> table_, first_, added_;
    Array<uint64_t> hashes_a_, hashes_b_;
    Array<int32_t> seen_in_;

    void clear_table(int64_t capacity) {
        table_.fill(capacity, 0xff);
        mask_ = static_cast<uint64_t>(capacity - 1);
    }

    void set_larger(int64_t count) {
        int64_t capacity = table_.size;
        while (capacity < count * 3 / 2) capacity *= 2;
        clear_table(capacity);
        for (int64_t p = 0; p < count_a_; p++)
            if (first_[p] == p) table_[find(p, hashes_a_[p])] = p;
    }

    void roll(Array<uint64_t> &out, TokenRange of, int64_t count) const {
        const uint64_t *const hashes = of.tokens->hashes.data + of.start;
        uint64_t sum = 0, last = 1;
        for (int64_t j = 1; j < ngram_; j++) last *= SHINGLE_MULTIPLIER;
        for (int64_t j = 0; j < ngram_ - 1; j++) sum = sum * SHINGLE_MULTIPLIER + hashes[j];
        out.resize(count);
        for (int64_t i = 0; i < count; i++) {
            sum = sum * SHINGLE_MULTIPLIER + hashes[i + ngram_ - 1];
            out[i] = sum;
            sum -= hashes[i] * last;
        }
    }

    /* The slot of the shingle at place p: where an equal one stands, or the empty one where it goes. */
    int64_t find(int64_t p, uint64_t hash) const {
        uint64_t slot = (hash >> 32) & mask_;
        for (; table_[static_cast<int64_t>(slot)] >= 0; slot = (slot + 1) & mask_) {
            const int64_t other = table_[static_cast<int64_t>(slot)];
            const uint64_t other_hash = other < count_a_ ? hashes_a_[other] : hashes_b_[other - count_a_];
            if (other_hash == hash && same(p, other)) break;
        }
        return static_cast<int64_t>(slot);
    }

    bool same(int64_t p, int64_t q) const {
        const TokenRange &left = p < count_a_ ? a_ : b_, &right = q < count_a_ ? a_ : b_;
        const int64_t i = left.start + (p < count_a_ ? p : p - count_a_);
        const int64_t j = right.start + (q < count_a_ ? q : q - count_a_);
        for (int64_t k = 0; k < ngram_; k++)
            if (!left.tokens->equal(i + k, *right.tokens, j + k)) return false;
        return true;
    }
};

#endif
