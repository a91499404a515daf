/* Matching runs > the segments of a block that may go: `merging.py` and `pairs.py` once more, for texts in one piece. */
#ifndef DEDUP_SEGMENTS_HPP
#define DEDUP_SEGMENTS_HPP

#include "alignment.hpp"
#include "numerals.hpp"
#include "overlap.hpp"
#include "places.hpp"

/* What decides about segments; see settings.py. */
struct MergeRules {
    int64_t ngram, min_tokens, max_edit;
    double threshold;
    bool keeps_novel, cuts_at_words;
    const uint32_t *digits; /* zero of each ten digits, in order: a token with one of them is a number and protected */
    int64_t digit_count;
};

/* Tokens [a, a_end) of the block that tokens [b, b_end) of the copy stand for; `runs` [first, last] of those aligned. */
struct Segment {
    int64_t a, a_end, b, b_end;
    int64_t first, last;
    Overlap overlap; /* of their shingles, once it has been counted */
};

class Segments {
public:
    TokenList a, b;
    Array<int32_t> ids;
    Array<Run> runs;
    Array<Segment> found;
    Places places;

    const int32_t *ids_a() const { return ids.data; }
    const int32_t *ids_b() const { return ids.data + a.count(); }

    /* Fills `found`, in order, with what may go. */
    void find(const Text &text_a, const Text &text_b, const MergeRules &rules, const int64_t *sentences, int64_t count) {
        text_a_ = text_a;
        rules_ = rules;
        numerals_.set(rules.digits, rules.digit_count);
        found.clear();
        runs.clear();
        a.clear();
        tokenize(a, text_a, 0, text_a.length);
        b.clear();
        tokenize(b, text_b, 0, text_b.length);
        places.set(text_a_, a, rules.cuts_at_words, sentences, count);
        number_tokens();
        const int64_t count_a = a.count(), count_b = b.count();
        const bool is_exact = count_a == count_b && std::equal(ids_a(), ids_a() + count_a, ids_b());
        if (is_exact) {
            runs.push({0, 0, count_a});
        } else if (!rules.keeps_novel && numerals_.each_has_its_own({text_a, a, ids_a()}, {text_b, b, ids_b()})) {
            return;
        } else {
            aligner_.align(ids_a(), count_a, ids_b(), count_b, rules.ngram);
            runs.append(aligner_.runs.data, aligner_.runs.size);
            if (rules.keeps_novel) slide();
            trim();
        }
        if (is_exact || !rules.keeps_novel) {
            if (!is_exact && has_another_number()) return;
            keep_allowed({0, count_a, 0, count_b, 0, runs.size - 1, {0, 0, 0}});
            return;
        }
        chain();
        for (int64_t k = 0; k < chained_.size; k++) {
            const Segment segment = shrunk(chained_[k]);
            if (segment.a_end > segment.a && segment.a_end - segment.a >= rules.min_tokens) keep_allowed(segment);
        }
    }

    /* Of the shingles of a segment. Sequences shorter than a shingle are one shingle each (R9). */
    Overlap overlap(const Segment &of) {
        const int64_t count_a = of.a_end - of.a, count_b = of.b_end - of.b;
        if (count_a >= rules_.ngram && count_b >= rules_.ngram) {
            counter_.set({&a, of.a, of.a_end}, rules_.ngram);
            return counter_.count({&b, of.b, of.b_end}, 0);
        }
        const bool same = count_a == count_b && count_a > 0 && is_equal(of);
        return {same, count_a > 0, count_b > 0};
    }

    bool is_equal(const Segment &of) const {
        return of.a_end - of.a == of.b_end - of.b &&
               std::equal(ids_a() + of.a, ids_a() + of.a_end, ids_b() + of.b);
    }

    /* A run without the tokens at its ends that stand in one character with a token outside. */
    Run trimmed(Run run) const {
        while (run.length && is_inside_character(run.a, run.b)) run = {run.a + 1, run.b + 1, run.length - 1};
        while (run.length && is_inside_character(run.a_end(), run.b_end())) run.length--;
        return run;
    }

private:
    Text text_a_;
    MergeRules rules_;
    Numerals numerals_;
    Aligner aligner_;
    OverlapCounter counter_;
    Array<Segment> chained_;
    Array<int64_t> table_;

    void number_tokens() {
        const int64_t count_a = a.count(), count = count_a + b.count();
        int64_t capacity = 16;
        while (capacity < count * 2) capacity *= 2;
        table_.fill(capacity, 0xff);
        ids.resize(count);
        int32_t distinct = 0;
        for (int64_t i = 0; i < count; i++) {
            const TokenList &own = i < count_a ? a : b;
            const int64_t place = i < count_a ? i : i - count_a;
            int64_t slot = static_cast<int64_t>(own.hashes[place] * SHINGLE_MULTIPLIER >> 20) & (capacity - 1);
            for (;; slot = (slot + 1) & (capacity - 1)) {
                const int64_t other = table_[slot];
                if (other < 0) {
                    table_[slot] = i;
                    ids[i] = distinct++;
                    break;
                }
                if (own.equal(place, other < count_a ? a : b, other < count_a ? other : other - count_a)) {
                    ids[i] = ids[other];
                    break;
                }
            }
        }
    }

    bool is_inside_character(int64_t token_a, int64_t token_b) const {
        return Places::share_character(a, token_a) || Places::share_character(b, token_b);
    }

    void trim() {
        int64_t left = 0;
        for (int64_t k = 0; k < runs.size; k++) {
            const Run run = trimmed(runs[k]);
            if (run.length) runs[left++] = run;
        }
        runs.size = left;
    }

    /* Move added text so that it begins where a sentence does. */
    void slide() {
        for (int64_t k = 0; k + 1 < runs.size; k++) {
            Run &left = runs[k], &right = runs[k + 1];
            if (left.b_end() != right.b || places.begins_sentence(left.a_end())) continue;
            const int64_t by = shift(left.a_end(), right.a, left.length - 1, right.length - 1);
            left.length += by;
            right = {right.a + by, right.b + by, right.length - by};
        }
    }

    /* How far the passage [gap, gap_end) can move to begin at a sentence's start: backwards first, 0 for not at all. */
    int64_t shift(int64_t gap, int64_t gap_end, int64_t back, int64_t ahead) {
        const int32_t *const tokens = ids_a();
        for (int64_t step = 1; step <= back && tokens[gap - step] == tokens[gap_end - step]; step++)
            if (places.begins_sentence(gap - step)) return -step;
        for (int64_t step = 1; step <= ahead && tokens[gap + step - 1] == tokens[gap_end + step - 1]; step++)
            if (places.begins_sentence(gap + step)) return step;
        return 0;
    }

    bool holds(const Run &run) const {
        return run.length >= rules_.ngram || run.b == 0 || run.b_end() == b.count();
    }

    /* Chain runs that differ by mere edits. Short ones hold no chain together, but are part of it. */
    void chain() {
        chained_.clear();
        int64_t first = -1, last = -1;
        for (int64_t k = 0; k < runs.size; k++) {
            if (!holds(runs[k])) continue;
            if (first >= 0 && is_edit(last, k)) {
                last = k;
                continue;
            }
            end_chain(first, last);
            first = last = k;
        }
        end_chain(first, last);
        if (chained_.empty()) return;
        with_beginning(chained_[0]);
        with_end(chained_.back());
    }

    void end_chain(int64_t first, int64_t last) {
        bool is_held = false;
        for (int64_t k = first; first >= 0 && k <= last; k++) is_held |= runs[k].length >= rules_.ngram;
        if (is_held) chained_.push({runs[first].a, runs[last].a_end(), runs[first].b, runs[last].b_end(), first, last, {0, 0, 0}});
    }

    /* Whether what lies between runs `first` to `last` is few tokens, and no whole sentence. */
    bool is_edit(int64_t first, int64_t last) {
        int64_t gap_a = 0, gap_b = 0;
        for (int64_t k = first; k < last; k++) {
            gap_a += runs[k + 1].a - runs[k].a_end();
            gap_b += runs[k + 1].b - runs[k].b_end();
        }
        if (gap_a > rules_.max_edit || gap_b > rules_.max_edit) return false;
        for (int64_t k = first; k < last; k++)
            if (is_protected(runs[k].a_end(), runs[k + 1].a, runs[k].b_end(), runs[k + 1].b)) return false;
        for (int64_t k = first; k < last; k++)
            if (are_sentences(runs[k].a_end(), runs[k + 1].a)) return false;
        return true;
    }

    /* Whether two stretches of tokens differ in their numbers. */
    bool is_protected(int64_t i, int64_t a_end, int64_t j, int64_t b_end) const {
        if (!rules_.digit_count) return false;
        for (;; i++, j++) {
            while (i < a_end && !numerals_.is_number(a, i)) i++;
            while (j < b_end && !numerals_.is_number(b, j)) j++;
            if (i == a_end || j == b_end) return i < a_end || j < b_end;
            if (ids_a()[i] != ids_b()[j]) return true;
        }
    }

    bool has_number(const TokenList &tokens, int64_t start, int64_t end) const {
        for (int64_t i = start; i < end; i++)
            if (numerals_.is_number(tokens, i)) return true;
        return false;
    }

    /* Whether a number stands where the copy has another one; one that was added or left out does not count. */
    bool has_another_number() const {
        int64_t at_a = 0, at_b = 0;
        for (int64_t k = 0; k <= runs.size; k++) {
            const bool is_last = k == runs.size;
            const int64_t end_a = is_last ? a.count() : runs[k].a, end_b = is_last ? b.count() : runs[k].b;
            if (is_protected(at_a, end_a, at_b, end_b) && has_number(a, at_a, end_a) && has_number(b, at_b, end_b))
                return true;
            if (is_last) return false;
            at_a = runs[k].a_end();
            at_b = runs[k].b_end();
        }
        return false;
    }

    bool are_sentences(int64_t start, int64_t end) {
        return start < end && places.begins_sentence(start) && (end == a.count() || places.begins_sentence(end));
    }

    /* How many of the block's tokens stand for all of the copy's between a segment and an edge. */
    int64_t replaced(int64_t gap_a, int64_t gap_b) const {
        if (gap_a == 0 || gap_b == 0 || gap_b > rules_.max_edit) return 0;
        return gap_a <= rules_.max_edit ? gap_a : gap_b;
    }

    void with_beginning(Segment &segment) {
        const int64_t count = replaced(segment.a, segment.b);
        if (!count || are_sentences(segment.a - count, segment.a)) return;
        if (is_protected(segment.a - count, segment.a, 0, segment.b)) return;
        segment.a -= count;
        segment.b = 0;
    }

    void with_end(Segment &segment) {
        const int64_t count = replaced(a.count() - segment.a_end, b.count() - segment.b_end);
        if (!count || are_sentences(segment.a_end, segment.a_end + count)) return;
        if (is_protected(segment.a_end, segment.a_end + count, segment.b_end, b.count())) return;
        segment.a_end += count;
        segment.b_end = b.count();
    }

    /* The longest part of a segment that begins and ends where a cut may fall; empty if there is none. */
    Segment shrunk(const Segment &segment) {
        const int64_t copy_begins = segment.b == 0 ? segment.a : -1;
        const int64_t copy_ends = segment.b_end == b.count() ? segment.a_end : -1;
        int64_t first = segment.a, last = segment.a_end;
        while (first <= segment.a_end &&
               !(first != copy_ends && (first == copy_begins || places.is_boundary(first)) && places.is_clean(first)))
            first++;
        if (first > segment.a_end) first = segment.a_end;
        while (last >= segment.a && !(last != copy_begins && (last == copy_ends || places.is_boundary(last)) && places.is_clean(last)))
            last--;
        if (last < segment.a) last = segment.a;
        if (first >= last) return {0, 0, 0, 0, 0, -1, {0, 0, 0}};
        return between(segment, first, last);
    }

    int64_t opposite(const Segment &segment, int64_t token) const {
        if (token >= segment.a_end) return segment.b_end;
        int64_t place = segment.b;
        for (int64_t k = segment.first; k <= segment.last && token >= runs[k].a; k++)
            place = runs[k].b + std::min(token - runs[k].a, runs[k].length);
        return place;
    }

    Segment between(const Segment &segment, int64_t first, int64_t last) const {
        Segment part = {first, last, opposite(segment, first), opposite(segment, last), segment.first, segment.last, {0, 0, 0}};
        while (part.first <= part.last && runs[part.first].a_end() <= first) part.first++;
        while (part.last >= part.first && runs[part.last].a >= last) part.last--;
        return part;
    }

    /* Keep a segment if it is as similar to the kept text that stands for it as the threshold asks (R3). */
    void keep_allowed(const Segment &segment) {
        if (Places::share_character(b, segment.b) || Places::share_character(b, segment.b_end)) return; /* no span says just that */
        Segment kept = segment;
        kept.overlap = is_equal(segment) ? Overlap{1, 1, 1} : overlap(segment);
        if (kept.overlap.jaccard() >= rules_.threshold) found.push(kept);
    }
};

#endif
