/* Two sequences of token numbers > matching runs: `alignment.py` once more. */
#ifndef DEDUP_ALIGNMENT_HPP
#define DEDUP_ALIGNMENT_HPP

#include <algorithm>

#include "minhash.hpp"

struct Run {
    int64_t a, b, length;
    int64_t a_end() const { return a + length; }
    int64_t b_end() const { return b + length; }
};

static inline bool operator<(const Run &x, const Run &y) { return x.a != y.a ? x.a < y.a : x.b < y.b; }

class Aligner {
public:
    Array<Run> runs; /* the answer */

    void align(const int32_t *a, int64_t count_a, const int32_t *b, int64_t count_b, int64_t ngram) {
        a_ = a, b_ = b, ngram_ = ngram;
        runs.clear();
        boxes_.clear();
        boxes_.push({0, count_a, 0, count_b});
        int64_t budget = SEARCHES * (count_a + count_b);
        while (!boxes_.empty()) {
            const Box box = trim(boxes_[--boxes_.size]);
            const int64_t size_a = box.a_end - box.a, size_b = box.b_end - box.b;
            if (size_a == 0 || size_b == 0) continue;
            budget -= size_a + size_b;
            if (budget >= 0 && find_anchors(box)) {
                boxes_between(box);
                runs.append(anchors_.data, anchors_.size);
            } else if (size_a <= MOST_CELLS / size_b) {
                common_subsequence(box);
            }
        }
        std::sort(runs.data, runs.data + runs.size);
        join();
    }

private:
    static const int64_t MOST_CELLS = 1 << 24, SEARCHES = 16;
    struct Box {
        int64_t a, a_end, b, b_end;
    };
    struct Place {
        int64_t a, b, before;
    };
    const int32_t *a_ = nullptr, *b_ = nullptr;
    int64_t ngram_ = 0;
    Array<Box> boxes_;
    Array<Run> anchors_;
    Array<int64_t> table_, once_b_, lasts_, numbers_;
    Array<Place> chain_;
    Array<uint64_t> rows_, equal_;
    Array<int32_t> distinct_;

    /* The box without the tokens that both sides begin and end with, which become runs. */
    Box trim(Box box) {
        Box rest = box;
        while (rest.a < rest.a_end && rest.b < rest.b_end && a_[rest.a] == b_[rest.b]) rest.a++, rest.b++;
        if (rest.a > box.a) runs.push({box.a, box.b, rest.a - box.a});
        while (rest.a < rest.a_end && rest.b < rest.b_end && a_[rest.a_end - 1] == b_[rest.b_end - 1])
            rest.a_end--, rest.b_end--;
        if (rest.a_end < box.a_end) runs.push({rest.a_end, rest.b_end, box.a_end - rest.a_end});
        return rest;
    }

    uint64_t hash(const int32_t *tokens) const {
        uint64_t sum = 0;
        for (int64_t j = 0; j < ngram_; j++) sum = (sum + static_cast<uint64_t>(tokens[j]) + 1) * SHINGLE_MULTIPLIER;
        return sum ^ sum >> 32;
    }

    /* Slot of a shingle: where an equal one of `tokens` was put (as its place, or ~place where it came twice). */
    int64_t slot_of(const int32_t *shingle, const int32_t *tokens) const {
        const int64_t mask = table_.size - 1;
        int64_t slot = static_cast<int64_t>(hash(shingle)) & mask;
        while (table_[slot] != NOTHING) {
            const int64_t place = table_[slot] < 0 ? ~table_[slot] : table_[slot];
            if (!std::memcmp(tokens + place, shingle, static_cast<size_t>(ngram_) * sizeof *shingle)) break;
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    static const int64_t NOTHING = INT64_MIN;

    void fill_table(const int32_t *tokens, int64_t start, int64_t end) {
        int64_t capacity = 16;
        while (capacity < 2 * (end - start)) capacity *= 2;
        table_.resize(capacity);
        for (int64_t i = 0; i < capacity; i++) table_[i] = NOTHING;
        for (int64_t place = start; place + ngram_ <= end; place++) {
            int64_t &found = table_[slot_of(tokens + place, tokens)];
            found = found == NOTHING ? place : found < 0 ? found : ~found;
        }
    }

    /* Shingles that stand once on each side of the box, in the same order on both, none overlapping another. */
    bool find_anchors(const Box &box) {
        anchors_.clear();
        if (box.a_end - box.a < ngram_ || box.b_end - box.b < ngram_) return false;
        fill_table(b_, box.b, box.b_end);
        once_b_.resize(box.a_end - box.a);
        for (int64_t i = box.a; i + ngram_ <= box.a_end; i++) once_b_[i - box.a] = table_[slot_of(a_ + i, b_)];
        fill_table(a_, box.a, box.a_end);
        chain_.clear();
        lasts_.clear();
        numbers_.clear();
        for (int64_t i = box.a; i + ngram_ <= box.a_end; i++) {
            const int64_t in_b = once_b_[i - box.a];
            if (in_b < 0 || table_[slot_of(a_ + i, a_)] != i) continue;
            extend_chain(i, in_b);
        }
        read_chain();
        return !anchors_.empty();
    }

    /* One more pair for the longest subsequence in which both places increase (patience sorting). */
    void extend_chain(int64_t a, int64_t b) {
        const int64_t length = std::lower_bound(lasts_.data, lasts_.data + lasts_.size, b) - lasts_.data;
        chain_.push({a, b, length ? numbers_[length - 1] : -1});
        if (length == lasts_.size) {
            lasts_.push(b);
            numbers_.push(chain_.size - 1);
        } else {
            lasts_[length] = b;
            numbers_[length] = chain_.size - 1;
        }
    }

    void read_chain() {
        int64_t count = lasts_.size;
        if (!count) return;
        lasts_.resize(count);
        for (int64_t number = numbers_.back(); number >= 0; number = chain_[number].before) lasts_[--count] = number;
        for (int64_t k = 0; k < lasts_.size; k++) {
            const Place &place = chain_[lasts_[k]];
            if (!anchors_.empty()) {
                Run &last = anchors_.back();
                const int64_t ahead_a = place.a - last.a, ahead_b = place.b - last.b;
                if (ahead_a == ahead_b && ahead_a <= last.length) {
                    last.length = ahead_a + ngram_;
                    continue;
                }
                if (std::min(ahead_a, ahead_b) < last.length) continue;
            }
            anchors_.push({place.a, place.b, ngram_});
        }
    }

    void boxes_between(const Box &box) {
        int64_t a = box.a, b = box.b;
        for (int64_t k = 0; k < anchors_.size; k++) {
            boxes_.push({a, anchors_[k].a, b, anchors_[k].b});
            a = anchors_[k].a_end();
            b = anchors_[k].b_end();
        }
        boxes_.push({a, box.a_end, b, box.b_end});
    }

    /* Longest common subsequence, 64 columns at a time (Hyyro, Bit-parallel LCS-length computation revisited, 2004):
     * bit i of row j is 0 where token i of A makes the subsequence longer. */
    void common_subsequence(const Box &box) {
        const int64_t columns = box.a_end - box.a, rows = box.b_end - box.b, words = (columns + 63) / 64;
        distinct_.clear();
        distinct_.append(a_ + box.a, columns);
        std::sort(distinct_.data, distinct_.data + columns);
        distinct_.size = std::unique(distinct_.data, distinct_.data + columns) - distinct_.data;
        equal_.fill(distinct_.size * words, 0);
        for (int64_t i = 0; i < columns; i++)
            equal_[number_of(a_[box.a + i]) * words + i / 64] |= 1ULL << (i & 63);
        rows_.fill((rows + 1) * words, 0xff);
        for (int64_t j = 0; j < rows; j++) {
            const uint64_t *const above = rows_.data + j * words;
            uint64_t *const row = rows_.data + (j + 1) * words;
            const int64_t number = number_of(b_[box.b + j]);
            uint64_t carry = 0;
            for (int64_t w = 0; w < words; w++) {
                const uint64_t s = above[w], u = number < 0 ? 0 : s & equal_[number * words + w];
                uint64_t sum = s + u;
                uint64_t over = sum < s;
                sum += carry;
                over |= sum < carry;
                carry = over;
                row[w] = sum | (s - u);
            }
        }
        read_subsequence(box, words);
    }

    int64_t number_of(int32_t token) const {
        const int32_t *const first = distinct_.data, *const end = first + distinct_.size;
        const int32_t *const at = std::lower_bound(first, end, token);
        return at == end || *at != token ? -1 : at - first;
    }

    /* From the end: tokens of A are passed over as long as that loses nothing, then those of B. */
    void read_subsequence(const Box &box, int64_t words) {
        int64_t column = box.a_end - box.a, row = box.b_end - box.b;
        Run run = {0, 0, 0};
        while (column && row) {
            if (bit(row, column, words)) {
                column--;
            } else if (row > 1 && !bit(row - 1, column, words)) {
                row--;
            } else {
                column--;
                row--;
                if (run.length && run.a == box.a + column + 1 && run.b == box.b + row + 1) {
                    run = {run.a - 1, run.b - 1, run.length + 1};
                } else {
                    if (run.length) runs.push(run);
                    run = {box.a + column, box.b + row, 1};
                }
            }
        }
        if (run.length) runs.push(run);
    }

    bool bit(int64_t row, int64_t column, int64_t words) const {
        return rows_[row * words + (column - 1) / 64] >> ((column - 1) & 63) & 1;
    }

    void join() {
        int64_t count = 0;
        for (int64_t k = 0; k < runs.size; k++) {
            if (count && runs[count - 1].a_end() == runs[k].a && runs[count - 1].b_end() == runs[k].b)
                runs[count - 1].length += runs[k].length;
            else
                runs[count++] = runs[k];
        }
        runs.size = count;
    }
};

#endif
