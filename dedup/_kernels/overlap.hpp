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

/* Counts shingles as exact sets, in an open-addressing table that is used again and again.
 *
 * Place p < |B's shingles| is B's shingle p, others are A's. Near-duplicates go on together for long stretches: where
 * the shingles before were equal, the next ones are compared first, by their last token, and the table is not asked. */
class OverlapCounter {
public:
    Overlap count(const TokenList &a, const TokenList &b, int64_t ngram) {
        return count(a, 0, a.count(), b, 0, b.count(), ngram);
    }

    /* Of tokens [a_start, a_end) of A and [b_start, b_end) of B, both at least `ngram`. */
    Overlap count(const TokenList &a, int64_t a_start, int64_t a_end, const TokenList &b, int64_t b_start,
                  int64_t b_end, int64_t ngram) {
        a_ = &a, b_ = &b, a_start_ = a_start, b_start_ = b_start, ngram_ = ngram;
        const int64_t count_a = a_end - a_start - ngram + 1;
        count_b_ = b_end - b_start - ngram + 1;
        roll(hashes_a_, a.hashes.data + a_start, count_a);
        roll(hashes_b_, b.hashes.data + b_start, count_b_);
        int64_t capacity = 16;
        while (capacity < (count_a + count_b_) * 3 / 2) capacity *= 2;
        mask_ = static_cast<uint64_t>(capacity - 1);
        table_.fill(capacity, 0xff);
        first_.resize(count_b_);
        is_common_.fill(count_b_, 0);
        Overlap overlap = {0, 0, 0};
        for (int64_t p = 0; p < count_b_; p++) {
            const int64_t slot = find(p, hashes_b_[p]);
            if (table_[slot] < 0) {
                table_[slot] = p;
                overlap.b++;
            }
            first_[p] = table_[slot];
        }
        int64_t expected = -1; /* B's shingle after the one that equals A's last */
        for (int64_t i = 0; i < count_a; i++) {
            int64_t found = -1;
            if (expected >= 0 && expected < count_b_ &&
                a.equal(a_start + i + ngram - 1, b, b_start + expected + ngram - 1)) {
                found = expected;
            } else {
                const int64_t slot = find(count_b_ + i, hashes_a_[i]);
                if (table_[slot] < 0) {
                    table_[slot] = count_b_ + i;
                    overlap.a++;
                } else if (table_[slot] < count_b_) {
                    found = table_[slot];
                }
            }
            expected = found < 0 ? -1 : found + 1;
            if (found >= 0 && !is_common_[first_[found]]) {
                is_common_[first_[found]] = 1;
                overlap.a++;
                overlap.common++;
            }
        }
        return overlap;
    }

private:
    const TokenList *a_ = nullptr, *b_ = nullptr;
    int64_t a_start_ = 0, b_start_ = 0, ngram_ = 0, count_b_ = 0;
    uint64_t mask_ = 0;
    Array<int64_t> table_, first_;
    Array<uint64_t> hashes_a_, hashes_b_;
    Array<uint8_t> is_common_;

    void roll(Array<uint64_t> &out, const uint64_t *hashes, int64_t count) const {
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
            const uint64_t other_hash = other < count_b_ ? hashes_b_[other] : hashes_a_[other - count_b_];
            if (other_hash == hash && same(p, other)) break;
        }
        return static_cast<int64_t>(slot);
    }

    bool same(int64_t p, int64_t q) const {
        const TokenList &left = p < count_b_ ? *b_ : *a_, &right = q < count_b_ ? *b_ : *a_;
        const int64_t i = p < count_b_ ? b_start_ + p : a_start_ + p - count_b_;
        const int64_t j = q < count_b_ ? b_start_ + q : a_start_ + q - count_b_;
        for (int64_t k = 0; k < ngram_; k++)
            if (!left.equal(i + k, right, j + k)) return false;
        return true;
    }
};

#endif
