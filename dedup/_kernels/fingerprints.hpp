/* Kept texts and their winnowed fingerprints: which runs of tokens stand in kept text already.
 *
 * What `reference_fingerprints.py` says (Schleimer, Wilkerson, Aiken: Winnowing, 2003). */
#ifndef DEDUP_FINGERPRINTS_HPP
#define DEDUP_FINGERPRINTS_HPP

#include <algorithm>
#include <memory>
#include <unordered_map>

#include "band_table.hpp"
#include "blocks.hpp"
#include "kept_text.hpp"

/* Equal tokens in a text, from `a` on, and in the kept text of a number, from `b` on. */
struct TokenRun {
    int64_t a, text, b, length;
};
static const int64_t ITSELF = -1; /* the text that is looked through */

/* A fingerprint and its first token. */
struct Selected {
    uint32_t fingerprint;
    int64_t token;
};

/* The least of every window, the last of equal ones, each place once. */
static void select_least(const uint32_t *fingerprints, int64_t count, int64_t window, Array<Selected> &selected) {
    selected.clear();
    int64_t least = -1;
    for (int64_t end = window; end <= count; end++) {
        if (least < end - window) { /* it has left the window */
            least = end - window;
            for (int64_t i = least + 1; i < end; i++)
                if (fingerprints[i] <= fingerprints[least]) least = i;
        } else if (fingerprints[end - 1] <= fingerprints[least]) {
            least = end - 1;
        }
        if (selected.empty() || selected.back().token != least) selected.push({fingerprints[least], least});
    }
}

class Fingerprints {
public:
    int64_t capped = 0;
    Array<TokenRun> runs;

    Fingerprints(int64_t min_span, int64_t limit)
        : min_span_(min_span), ngram_((min_span + 1) / 2), window_(min_span - ngram_ + 1), limit_(limit) {}

    int64_t size() const { return texts_.size; }
    Text text(int64_t number) { return stored_.text(texts_[number]); }

    void keep(const Text &text) {
        fingerprint(text);
        const int64_t number = texts_.size;
        texts_.push(stored_.keep(text, 0, text.length));
        for (int64_t i = 0; i < selected_.size; i++) table_.prefetch(selected_[i].fingerprint);
        for (int64_t i = 0; i < selected_.size; i++)
            capped += table_.add(selected_[i].fingerprint, number << 31 | selected_[i].token, limit_) != BandTable::ADDED;
    }

    Array<Span> gone; /* tokens of the text to be looked through that go anyway, in order, apart */

    /* Fills `runs` with those of at least `min_span` tokens that stand in kept texts, or in what is left of this text
     * before them: in order, apart, each as far as it goes. */
    void find(const Text &text) {
        fingerprint(text);
        runs.clear();
        maximal_.clear();
        reached_.clear();
        read_.clear();
        held_ = 0;
        earlier_.clear();
        own_.clear();
        for (int64_t i = 0; i < selected_.size; i++) table_.prefetch(selected_[i].fingerprint);
        for (int64_t i = 0; i < selected_.size; i++) {
            const Selected &selected = selected_[i];
            places_.clear();
            table_.find(selected.fingerprint, places_);
            for (int64_t k = 0; k < places_.size; k++)
                compare({selected.token, places_[k] >> 31, places_[k] & ((1LL << 31) - 1), 0});
            compare_with_earlier(selected, i);
        }
        std::sort(maximal_.data, maximal_.data + maximal_.size, [](const TokenRun &x, const TokenRun &y) {
            return x.a != y.a ? x.a < y.a : x.text != y.text ? x.text < y.text : x.b < y.b;
        });
        cover();
    }

private:
    static const int64_t MOST_HELD = 1 << 24; /* characters of kept texts whose tokens are held at a time */
    const int64_t min_span_, ngram_, window_, limit_;
    StoredTexts stored_;
    Array<StoredText> texts_;
    BandTable table_;
    TokenList tokens_;
    Array<uint32_t> shingles_;
    Array<Selected> selected_;
    Array<int64_t> places_, earlier_;
    Array<TokenRun> maximal_, open_;
    Array<Span> covered_;
    std::unordered_map<uint32_t, std::pair<int64_t, int64_t>> own_; /* fingerprint > the last place of it, how many */
    std::unordered_map<uint64_t, int64_t> reached_;                 /* how far a diagonal was compared */
    std::unordered_map<int64_t, std::unique_ptr<TokenList>> read_; /* tokens of kept texts */
    int64_t held_ = 0;

    void fingerprint(const Text &text) {
        tokens_.clear();
        tokenize(tokens_, text, 0, text.length);
        shingles_.resize(tokens_.count() + 1);
        const int64_t count = shingle_block(tokens_.hashes.data, tokens_.count(), ngram_, shingles_.data);
        select_least(shingles_.data, count, window_, selected_);
    }

    /* The same fingerprint at places of the text before this one; `earlier_` leads from each to the one before. */
    void compare_with_earlier(const Selected &selected, int64_t i) {
        std::pair<int64_t, int64_t> &own = own_.try_emplace(selected.fingerprint, -1, 0).first->second;
        for (int64_t k = own.first; k >= 0; k = earlier_[k])
            if (selected.token - selected_[k].token >= min_span_) compare({selected.token, ITSELF, selected_[k].token, 0});
        earlier_.push(-1);
        if (own.second < limit_) {
            earlier_[i] = own.first;
            own = {i, own.second + 1};
        } else {
            capped++;
        }
    }

    /* Extends a place of both texts to the longest run through it, unless its diagonal was compared that far. */
    void compare(TokenRun run) {
        const uint64_t diagonal = static_cast<uint64_t>(run.text + 1) << 32 ^ static_cast<uint64_t>(run.b - run.a + (1LL << 31));
        int64_t &reached = reached_.try_emplace(diagonal, 0).first->second;
        if (reached > run.a) return;
        const TokenList &other = run.text == ITSELF ? tokens_ : read(run.text);
        int64_t back = 0, ahead = 0;
        while (run.a + ahead < tokens_.count() && run.b + ahead < other.count() &&
               tokens_.equal(run.a + ahead, other, run.b + ahead))
            ahead++;
        while (ahead && back < run.a && back < run.b && tokens_.equal(run.a - back - 1, other, run.b - back - 1)) back++;
        reached = std::max(run.a + ahead, run.a + 1);
        if (back + ahead >= min_span_) maximal_.push({run.a - back, run.text, run.b - back, back + ahead});
    }

    const TokenList &read(int64_t number) {
        const auto known = read_.find(number);
        if (known != read_.end()) return *known->second;
        const Text kept = text(number);
        if (held_ + kept.length > MOST_HELD) {
            read_.clear();
            held_ = 0;
        }
        held_ += kept.length;
        std::unique_ptr<TokenList> &found = read_[number];
        found.reset(new TokenList());
        tokenize(*found, kept, 0, kept.length);
        return *found;
    }

    /* Runs that cover what the maximal ones cover, from left to right, each time the one that reaches furthest. */
    void cover() {
        gone.push({tokens_.count(), tokens_.count()});
        open_.clear();
        covered_.clear();
        int64_t at = 0, begun = 0;
        for (int64_t passed = 0; passed < gone.size;) {
            if (at >= gone[passed].start) {
                covered_.push(gone[passed]);
                at = std::max(at, gone[passed++].end);
                continue;
            }
            while (begun < maximal_.size && maximal_[begun].a <= at) open_.push(maximal_[begun++]);
            const TokenRun best = best_at(at, gone[passed].start);
            if (best.length > 0) {
                runs.push(best);
                covered_.push({best.a, best.a + best.length});
                at += best.length;
            } else {
                at = begun < maximal_.size ? maximal_[begun].a : gone[passed].start;
            }
        }
    }

    /* The longest piece of an open run between two tokens; closes those that end before. */
    TokenRun best_at(int64_t at, int64_t until) {
        TokenRun best = {at, 0, 0, 0};
        int64_t still_open = 0;
        for (int64_t i = 0; i < open_.size; i++) {
            if (open_[i].a + open_[i].length <= at) continue;
            const TokenRun piece = piece_of(open_[i], at, until);
            if (piece.length > best.length) best = piece;
            open_[still_open++] = open_[i];
        }
        open_.size = still_open;
        return best;
    }

    /* What of a run lies between two tokens and stands in text that stays: what is covered goes. */
    TokenRun piece_of(const TokenRun &run, int64_t at, int64_t until) const {
        TokenRun piece = {at, run.text, run.b + at - run.a, std::min(run.a + run.length, until) - at};
        if (run.text != ITSELF) return piece;
        int64_t end = std::min(piece.b + piece.length, at);
        const Span *const first = covered_.data, *const after = first + covered_.size;
        const Span *const next =
            std::lower_bound(first, after, piece.b, [](const Span &x, int64_t place) { return x.start < place; });
        if (next < after) end = std::min(end, next->start);
        if (next > first && next[-1].end > piece.b) end = piece.b;
        piece.length = std::max<int64_t>(0, end - piece.b);
        return piece;
    }
};

#endif
