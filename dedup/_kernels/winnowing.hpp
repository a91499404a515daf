/* A text as a whole > its marks: by what runs of its tokens are recognised, and where its tokens are found again.
 *
 * Fingerprints are selected as `reference_fingerprints.py` says (Schleimer, Wilkerson, Aiken: Winnowing, 2003). */
#ifndef DEDUP_WINNOWING_HPP
#define DEDUP_WINNOWING_HPP

#include <algorithm>

#include "graphemes.hpp"
#include "memory.hpp"
#include "minhash.hpp"

/* Tokens in a fingerprint, and fingerprints in a window, so that no run of `min_span` tokens goes unseen. Around its
 * fingerprint a run has `min_span - ngram` more tokens: `far` of them on one side, or `near` on either. */
struct Winnowing {
    int64_t min_span, least; /* tokens of a run, and of a block that is looked for as a whole; 0: none is */
    int64_t ngram, window, near, far;
    Winnowing(int64_t min_span, int64_t least)
        : min_span(min_span), least(least), ngram((min_span + 1) / 2), window(min_span - ngram + 1),
          near((min_span - ngram + 2) / 3), far((2 * (min_span - ngram) + 2) / 3) {}
};

/* The hash of some tokens in a row, and the first of them. `beside` tells what stands around them: a byte each for the
 * tokens up to `far` and `near` on the left and on the right, 0 where the text has too few. */
struct Selected {
    uint32_t fingerprint, token, beside;

    uint64_t key() const { return fingerprint | static_cast<uint64_t>(beside) << 32; }
    static const uint64_t SAME = 0xffffffff; /* the bits of a key that are the fingerprint */

    /* Whether runs around two equal fingerprints can be long enough. */
    static bool can_go_on(uint64_t a, uint64_t b) {
        return are_equal(a, b, 32) || are_equal(a, b, 48) || (are_equal(a, b, 40) && are_equal(a, b, 56));
    }

private:
    static bool are_equal(uint64_t a, uint64_t b, int at) { return !((a ^ b) >> at & 0xff) && (a >> at & 0xff); }
};

/* The least of every window, the last of equal ones, each place once. */
static void select_least(const uint32_t *fingerprints, int64_t count, int64_t window, Array<Selected> &selected) {
    int64_t least = -1, last_selected = -1;
    for (int64_t end = window; end <= count; end++) {
        if (least < end - window) { /* it has left the window */
            least = end - window;
            for (int64_t i = least + 1; i < end; i++)
                if (fingerprints[i] <= fingerprints[least]) least = i;
        } else if (fingerprints[end - 1] <= fingerprints[least]) {
            least = end - 1;
        }
        if (least == last_selected) continue;
        last_selected = least;
        selected.push({fingerprints[least], static_cast<uint32_t>(least), 0});
    }
}

/* Where every PAGE-th token begins, so that tokens can be read from there on. So many tokens before it begin or go on in
 * the same character. */
static const int64_t PAGE = 32;
struct Page {
    int64_t start, before;
};

/* The hash of the first tokens of a clause, or of a block too short for `min_span`, which goes on up to `end`. */
struct Opening {
    uint32_t hash, token, end;
};

/* What is known of one text. `edges`: its first block begins at the token edges[0], which is 0, the next one where that
 * ends, and so on. */
struct TextMarks {
    const Selected *selected;
    int64_t selected_count;
    const Page *pages;
    int64_t page_count;
    const int64_t *edges;
    int64_t edge_count;
    const Opening *clauses, *blocks; /* the clauses of the text, and those of its blocks that are short */
    int64_t clause_count, block_count;
    bool repeats; /* a fingerprint comes twice */
};

/* The marks of texts, one after another. */
class Marks {
public:
    void clear() {
        selected_.clear();
        pages_.clear();
        edges_.clear();
        clauses_.clear();
        blocks_.clear();
        ends_.clear();
    }
    int64_t size() const { return ends_.size; }
    TextMarks operator[](int64_t i) const {
        const End &end = ends_[i], begin = i ? ends_[i - 1] : End{0, 0, 0, 0, 0, false};
        return {selected_.data + begin.selected, end.selected - begin.selected,
                pages_.data + begin.pages,       end.pages - begin.pages,
                edges_.data + begin.edges,       end.edges - begin.edges,
                clauses_.data + begin.clauses,   blocks_.data + begin.blocks,
                end.clauses - begin.clauses,     end.blocks - begin.blocks,  end.repeats};
    }
    void append(const TextMarks &text) {
        selected_.append(text.selected, text.selected_count);
        pages_.append(text.pages, text.page_count);
        edges_.append(text.edges, text.edge_count);
        clauses_.append(text.clauses, text.clause_count);
        blocks_.append(text.blocks, text.block_count);
        ends_.push({selected_.size, pages_.size, edges_.size, clauses_.size, blocks_.size, text.repeats});
    }

    void attach(Memory &memory) {
        selected_.attach(memory);
        pages_.attach(memory);
        edges_.attach(memory);
        clauses_.attach(memory);
        blocks_.attach(memory);
        ends_.attach(memory);
    }
    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        snapshot.pass(selected_);
        snapshot.pass(pages_);
        snapshot.pass(edges_);
        snapshot.pass(clauses_);
        snapshot.pass(blocks_);
        snapshot.pass(ends_);
    }

private:
    struct End {
        int64_t selected, pages, edges, clauses, blocks;
        bool repeats;
    };
    KeptArray<Selected> selected_;
    KeptArray<Page> pages_;
    KeptArray<int64_t> edges_;
    KeptArray<Opening> clauses_, blocks_;
    KeptArray<End> ends_;
};

/* Whether a clause ends between two tokens: at a mark that ends sentences, if space follows or none is written. */
static inline bool ends_clause(const Text &text, int64_t start, int64_t end) {
    bool has_mark = false, has_space = false;
    for (; start < end; start++) {
        const uint32_t code = text[start];
        has_mark |= code == '.' || code == '!' || code == '?' || code == 0x2026;
        has_space |= is_space(code);
        if (code == 0x3002 || code == 0xff01 || code == 0xff1f) return true;
    }
    return has_mark && has_space;
}

/* Finds the marks of a text, whose tokens come in parts. */
class Marker {
public:
    void begin() {
        hashes_.clear();
        pages_.clear();
        edges_.clear();
        edges_.push(0);
        clauses_.clear();
    }

    /* More tokens of the text. */
    void add(const Text &text, const TokenList &tokens) {
        const int64_t before = hashes_.size;
        for (int64_t i = 1; i < tokens.count(); i++)
            if (ends_clause(text, tokens.ends[i - 1], tokens.starts[i])) clauses_.push({0, static_cast<uint32_t>(before + i), 0});
        hashes_.append(tokens.hashes.data, tokens.count());
        for (int64_t i = (before + PAGE - 1) / PAGE * PAGE - before; i < tokens.count(); i += PAGE) {
            int64_t first = i;
            while (first > 0 && tokens.ends[first - 1] > tokens.starts[i]) first--;
            pages_.push({tokens.starts[i], i - first});
        }
    }

    /* A block ends before this token; by default after all tokens so far. */
    void add_edge(int64_t token) { edges_.push(token); }
    void add_edge() { add_edge(hashes_.size); }

    void finish(Winnowing shape, Marks &marks) {
        sum_hashes();
        const int64_t count = std::max<int64_t>(0, hashes_.size - shape.ngram + 1);
        const uint64_t multiplier = power(shape.ngram);
        shingles_.resize(count);
        for (int64_t i = 0; i < count; i++)
            shingles_[i] = hash(i, shape.ngram, multiplier);
        selected_.clear();
        select_least(shingles_.data, count, shape.window, selected_);
        const uint64_t near = power(shape.near), far = power(shape.far);
        for (int64_t i = 0; i < selected_.size; i++) {
            const int64_t first = selected_[i].token, last = first + shape.ngram;
            selected_[i].beside = byte(first - shape.far, shape.far, far) | byte(first - shape.near, shape.near, near) << 8 |
                                  byte(last, shape.far, far) << 16 | byte(last, shape.near, near) << 24;
        }
        find_openings(shape);
        marks.append({selected_.data, selected_.size, pages_.data, pages_.size, edges_.data, edges_.size, clauses_.data,
                      blocks_.data, clauses_.size, blocks_.size, repeats()});
    }

private:
    Array<Opening> clauses_, blocks_;
    Array<uint64_t> hashes_, sums_;
    Array<Page> pages_;
    Array<int64_t> edges_;
    Array<uint32_t> shingles_, sorted_;
    Array<Selected> selected_;

    /* Sums from the first token on, the difference of two of which is the hash of what lies between (as in
     * `shingle_block`). */
    void sum_hashes() {
        sums_.resize(hashes_.size + 1);
        uint64_t sum = 0;
        for (int64_t i = 0; i < hashes_.size; i++) {
            sums_[i] = sum;
            sum = sum * SHINGLE_MULTIPLIER + hashes_[i];
        }
        sums_[hashes_.size] = sum;
    }

    /* Blocks begin clauses too. */
    void find_openings(Winnowing shape) {
        blocks_.clear();
        if (!shape.least) {
            clauses_.clear();
            return;
        }
        for (int64_t i = 0; i + 1 < edges_.size; i++) {
            const uint32_t begin = static_cast<uint32_t>(edges_[i]), end = static_cast<uint32_t>(edges_[i + 1]);
            if (begin == end) continue;
            clauses_.push({0, begin, 0});
            if (end - begin >= shape.least && end - begin < shape.min_span) blocks_.push({0, begin, end});
        }
        const uint64_t multiplier = power(shape.least);
        int64_t left = 0;
        for (int64_t i = 0; i < clauses_.size; i++) {
            const int64_t token = clauses_[i].token;
            if (token + shape.least > hashes_.size) continue;
            clauses_[left++] = {hash(token, shape.least, multiplier), clauses_[i].token, 0};
        }
        std::sort(clauses_.data, clauses_.data + left, [](const Opening &x, const Opening &y) { return x.token < y.token; });
        const auto is_same = [](const Opening &x, const Opening &y) { return x.token == y.token; };
        clauses_.size = std::unique(clauses_.data, clauses_.data + left, is_same) - clauses_.data;
        for (int64_t i = 0; i < blocks_.size; i++) blocks_[i].hash = hash(blocks_[i].token, shape.least, multiplier);
    }

    uint32_t hash(int64_t first, int64_t count, uint64_t multiplier) const {
        return static_cast<uint32_t>((sums_[first + count] - sums_[first] * multiplier) >> 32);
    }

    static uint64_t power(int64_t exponent) {
        uint64_t result = 1;
        for (int64_t i = 0; i < exponent; i++) result *= SHINGLE_MULTIPLIER;
        return result;
    }

    /* What tells `count` tokens from `first` on apart. Without any nothing does: all are equal. */
    uint32_t byte(int64_t first, int64_t count, uint64_t multiplier) const {
        if (first < 0 || first + count > hashes_.size) return 0;
        return static_cast<uint32_t>((sums_[first + count] - sums_[first] * multiplier) >> 56) | 1;
    }

    bool repeats() {
        sorted_.resize(selected_.size);
        for (int64_t i = 0; i < selected_.size; i++) sorted_[i] = selected_[i].fingerprint;
        std::sort(sorted_.data, sorted_.data + sorted_.size);
        return std::adjacent_find(sorted_.data, sorted_.data + sorted_.size) != sorted_.data + sorted_.size;
    }
};

/* A text whose tokens are found when somebody asks for them. */
class TokenizedText {
public:
    Text text = {nullptr, 0, 1};

    void set(const Text &other) {
        text = other;
        is_read_ = false;
    }
    const TokenList &tokens() {
        if (is_read_) return tokens_;
        tokens_.clear();
        tokenize(tokens_, text, 0, text.length);
        is_read_ = true;
        return tokens_;
    }

private:
    TokenList tokens_;
    bool is_read_ = false;
};

/* The marks of a text whose blocks are known, as the last of `marks`. */
static void mark_text(TokenizedText &text, const Array<Span> &blocks, Winnowing shape, Marker &marker, Marks &marks) {
    const TokenList &tokens = text.tokens();
    marker.begin();
    marker.add(text.text, tokens);
    const int64_t *const first = tokens.starts.data, *const after = first + tokens.count();
    for (int64_t i = 0; i < blocks.size; i++) marker.add_edge(std::lower_bound(first, after, blocks[i].end) - first);
    marker.finish(shape, marks);
}

#endif
