/* Segments > merges in characters of the two texts: `drafts.py` once more, for texts in one piece. */
#ifndef DEDUP_DRAFTS_HPP
#define DEDUP_DRAFTS_HPP

#include "segments.hpp"

/* Where two texts differ: characters [a, a_end) of the block and [b, b_end) of the copy. */
struct Edit {
    int64_t a, a_end, b, b_end;
};

/* A piece of what was cut: characters [start, end) of the copy, or of the block itself, to be written out. */
struct Piece {
    int64_t start, end;
    bool is_literal;
};

struct Draft {
    Span core, canonical;
    bool is_exact;
    double similarity, containment;
    int64_t novel;
    int64_t edits, edits_end, pieces, pieces_end;
};

class Drafts {
public:
    Array<Draft> drafts;
    Array<Edit> edits;
    Array<Piece> pieces;

    /* Fills the arrays; returns whether sentence starts are needed and were not given. */
    bool make(const Text &text_a, const Text &text_b, const MergeRules &rules, const int64_t *sentences,
              int64_t count) {
        text_a_ = text_a, text_b_ = text_b;
        drafts.clear();
        edits.clear();
        pieces.clear();
        segments_.find(text_a, text_b, rules, sentences, count);
        for (int64_t k = 0; k < segments_.found.size; k++) add(segments_.found[k]);
        return segments_.places.were_missed;
    }

    /* A text that stands elsewhere with the same characters. */
    void make_equal(int64_t length) {
        drafts.clear();
        edits.clear();
        pieces.clear();
        drafts.push({{0, length}, {0, length}, true, 1.0, 1.0, 0, 0, 0, 0, 1});
        pieces.push({0, length, false});
    }

private:
    static const int64_t LEAST_REFERENCE = 16; /* see drafts.py */
    Text text_a_, text_b_;
    Segments segments_;
    Array<Run> inside_;

    void add(Segment part) {
        const TokenList &a = segments_.a, &b = segments_.b;
        Draft draft;
        draft.is_exact = segments_.is_equal(part);
        inside_.clear();
        if (draft.is_exact) {
            inside_.push({part.a, part.b, part.a_end - part.a});
        } else if (part.b >= part.b_end) { /* nothing stands opposite: the token beside it does */
            part.b = part.b > 0 ? part.b - 1 : 0;
            part.b_end = part.b + 1;
            part.overlap = segments_.overlap(part);
        } else {
            clip_runs(part);
        }
        draft.similarity = part.overlap.jaccard();
        draft.containment =
            static_cast<double>(part.overlap.common) / static_cast<double>(part.overlap.a > 1 ? part.overlap.a : 1);
        draft.novel = part.a_end - part.a;
        for (int64_t k = 0; k < inside_.size; k++) draft.novel -= inside_[k].length;
        const Span outer = {segments_.places.begin(part.a), segments_.places.end(part.a_end)};
        draft.core = stripped(text_a_, outer, extent(a, part.a, part.a_end));
        draft.canonical = canonical(part, extent(a, part.a, part.a_end), extent(b, part.b, part.b_end));
        draft.edits = edits.size;
        add_edits(part);
        draft.edits_end = edits.size;
        draft.pieces = pieces.size;
        add_pieces(draft);
        draft.pieces_end = pieces.size;
        drafts.push(draft);
    }

    void clip_runs(const Segment &part) {
        for (int64_t k = part.first; k <= part.last; k++) {
            const Run &run = segments_.runs[k];
            const int64_t first = std::max(run.a, part.a), last = std::min(run.a_end(), part.a_end);
            if (first < last) inside_.push({first, run.b + first - run.a, last - first});
        }
    }

    /* The characters of tokens [first, last); where there are none, the empty place before the next token. */
    static Span extent(const TokenList &tokens, int64_t first, int64_t last) {
        if (first < last) return {tokens.starts[first], tokens.ends[last - 1]};
        const int64_t count = tokens.count();
        const int64_t place = first < count ? tokens.starts[first] : count ? tokens.ends[count - 1] : 0;
        return {place, place};
    }

    /* The outer span around the inner one, without white space at its ends. */
    static Span stripped(const Text &text, Span outer, Span inner) {
        while (outer.start < inner.start && is_space(text[outer.start])) outer.start++;
        while (outer.end > inner.end && is_space(text[outer.end - 1])) outer.end--;
        if (outer.start > inner.start) outer.start = inner.start;
        if (outer.end < inner.end) outer.end = inner.end;
        return outer;
    }

    /* The characters that stand for a segment: the tokens, with the punctuation around them that is the same. */
    Span canonical(const Segment &part, Span inner_a, Span inner_b) const {
        Span outer = {0, text_b_.length};
        if (part.b > 0) {
            const int64_t most = std::min(inner_b.start - segments_.b.ends[part.b - 1], inner_a.start);
            int64_t alike = 0;
            while (alike < most && text_b_[inner_b.start - alike - 1] == text_a_[inner_a.start - alike - 1]) alike++;
            outer.start = inner_b.start - alike;
        }
        if (part.b_end < segments_.b.count()) {
            const int64_t most =
                std::min(segments_.b.starts[part.b_end] - inner_b.end, text_a_.length - inner_a.end);
            int64_t alike = 0;
            while (alike < most && text_b_[inner_b.end + alike] == text_a_[inner_a.end + alike]) alike++;
            outer.end = inner_b.end + alike;
        }
        return stripped(text_b_, outer, inner_b);
    }

    void add_edits(const Segment &part) {
        int64_t at_a = part.a, at_b = part.b;
        for (int64_t k = 0; k <= inside_.size; k++) {
            const bool is_end = k == inside_.size;
            const int64_t to_a = is_end ? part.a_end : inside_[k].a, to_b = is_end ? part.b_end : inside_[k].b;
            if (at_a < to_a || at_b < to_b) {
                const Span edited = extent(segments_.a, at_a, to_a), instead = extent(segments_.b, at_b, to_b);
                edits.push({edited.start, edited.end, instead.start, instead.end});
            }
            if (is_end) break;
            at_a = inside_[k].a_end();
            at_b = inside_[k].b_end();
        }
    }

    bool are_same(Span a, Span b) const {
        if (a.end - a.start != b.end - b.start) return false;
        for (int64_t i = 0; i < a.end - a.start; i++)
            if (text_a_[a.start + i] != text_b_[b.start + i]) return false;
        return true;
    }

    /* The characters of the core, as spans of the copy and literal text. */
    void add_pieces(const Draft &draft) {
        if (are_same(draft.core, draft.canonical)) {
            pieces.push({draft.canonical.start, draft.canonical.end, false});
            return;
        }
        position_ = draft.core.start;
        for (int64_t k = 0; k < inside_.size; k++) {
            const Run &run = inside_[k];
            const Span whole_a = extent(segments_.a, run.a, run.a_end()), whole_b = extent(segments_.b, run.b, run.b_end());
            if (are_same(whole_a, whole_b))
                add_stretch(whole_a, whole_b.start);
            else
                add_equal_tokens(run);
        }
        if (position_ < draft.core.end) pieces.push({position_, draft.core.end, true});
    }

    int64_t position_ = 0;

    void add_stretch(Span stretch, int64_t opposite) {
        const int64_t length = stretch.end - stretch.start;
        if (length < LEAST_REFERENCE) return;
        if (position_ < stretch.start) pieces.push({position_, stretch.start, true});
        pieces.push({opposite, opposite + length, false});
        position_ = stretch.end;
    }

    /* Inside a run of which not all characters are equal, token by token. */
    void add_equal_tokens(const Run &run) {
        Span stretch = {0, 0};
        int64_t opposite = 0;
        for (int64_t i = 0; i < run.length; i++) {
            const Span token_a = extent(segments_.a, run.a + i, run.a + i + 1);
            const Span token_b = extent(segments_.b, run.b + i, run.b + i + 1);
            const int64_t length = stretch.end - stretch.start;
            if (length && are_same({stretch.end, token_a.end}, {opposite + length, token_b.end})) {
                stretch.end = token_a.end;
                continue;
            }
            add_stretch(stretch, opposite);
            if (are_same(token_a, token_b)) {
                stretch = token_a;
                opposite = token_b.start;
            } else {
                stretch = {0, 0};
                opposite = 0;
            }
        }
        add_stretch(stretch, opposite);
    }
};

#endif
