/* Segments > merges in characters of the two documents: `drafts.py` once more. */
#ifndef DEDUP_DRAFTS_HPP
#define DEDUP_DRAFTS_HPP

#include "excerpts.hpp"
#include "parts.hpp"

/* Where two texts differ: characters [a, a_end) of the block and [b, b_end) of the copy. */
struct Edit {
    int64_t a, a_end, b, b_end;
};

/* A piece of what was cut: characters [start, end) of the copy, or of the block itself, to be written out. */
struct Piece {
    int64_t start, end;
    bool is_literal;
};

/* Those of one group go together or not at all. */
struct Draft {
    int64_t group;
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
    bool is_complete = true; /* there is none that stands in several pieces of its document */

    /* Fills the arrays; returns whether sentence starts are needed and were not given. */
    bool make(const Passage &own, const Passage &copy, const MergeRules &rules, const int64_t *sentences,
              int64_t count) {
        begin(own, copy);
        segments_.find(own.text, copy.text, rules, sentences, count);
        for (int64_t k = 0; k < segments_.found.size; k++) {
            const Segment &segment = segments_.found[k];
            parts_.find(segment, seams_a_, seams_b_, rules);
            for (int64_t i = 0; i < parts_.found.size; i++) {
                add(parts_.found[i], segment, k);
                is_complete &= place(drafts.back(), own, copy);
            }
        }
        return segments_.places.were_missed;
    }

    /* The same with a finder of sentences, which is asked where they are needed; false if it failed. */
    bool make_asking(const Passage &own, const Passage &copy, const MergeRules &rules, SentenceFinder finder,
                     void *context) {
        if (!make(own, copy, rules, nullptr, 0)) return true;
        sentences_.clear();
        if (!finder(context, own.text, sentences_)) return false;
        sentences_.push(0); /* there is an address even where there is no sentence */
        make(own, copy, rules, sentences_.data, sentences_.size - 1);
        return true;
    }

    /* A text that stands elsewhere with the same characters, both in one piece. */
    void make_equal(const Passage &own, const Passage &copy) {
        begin(own, copy);
        const int64_t length = own.text.length;
        drafts.push({0, {0, length}, {0, length}, true, 1.0, 1.0, 0, 0, 0, 0, 1});
        pieces.push({0, length, false});
        is_complete = place(drafts.back(), own, copy);
    }

    int64_t end_of_group(int64_t first) const {
        int64_t last = first + 1;
        while (last < drafts.size && drafts[last].group == drafts[first].group) last++;
        return last;
    }

private:
    static const int64_t LEAST_REFERENCE = 16; /* see drafts.py */
    Text text_a_, text_b_;
    Segments segments_;
    Parts parts_{segments_};
    Array<int64_t> seams_a_, seams_b_, sentences_;

    void begin(const Passage &own, const Passage &copy) {
        text_a_ = own.text, text_b_ = copy.text;
        drafts.clear();
        edits.clear();
        pieces.clear();
        seams_a_.clear();
        seams_b_.clear();
        own.append_seams(seams_a_);
        copy.append_seams(seams_b_);
        is_complete = true;
    }

    void add(const Part &part, const Segment &segment, int64_t group) {
        const Overlap overlap = overlap_of(part, segment);
        const Span inner_a = extent(segments_.a, part.a, part.a_end), inner_b = extent(segments_.b, part.b, part.b_end);
        const Span outer = {segments_.places.begin(part.a), segments_.places.end(part.a_end)};
        Draft draft;
        draft.group = group;
        draft.is_exact = part.is_exact;
        draft.similarity = overlap.jaccard();
        draft.containment = static_cast<double>(overlap.common) / static_cast<double>(overlap.a > 1 ? overlap.a : 1);
        draft.novel = part.a_end - part.a;
        for (int64_t k = part.runs; k < part.runs_end; k++) draft.novel -= parts_.runs[k].length;
        draft.core = within_seams(text_a_, seams_a_, outer, inner_a);
        draft.canonical = canonical(part, inner_a, inner_b);
        draft.edits = edits.size;
        for (int64_t k = part.gaps; k < part.gaps_end; k++) add_edit(parts_.gaps[k], draft);
        draft.edits_end = edits.size;
        draft.pieces = pieces.size;
        add_pieces(draft, part);
        draft.pieces_end = pieces.size;
        drafts.push(draft);
    }

    /* That of the segment is known. */
    Overlap overlap_of(const Part &part, const Segment &segment) {
        if (part.is_exact) return {1, 1, 1};
        const bool is_all_a = part.a == segment.a && part.a_end == segment.a_end;
        if (is_all_a && part.b == segment.b && part.b_end == segment.b_end) return segment.overlap;
        return segments_.overlap({part.a, part.a_end, part.b, part.b_end, 0, -1, {0, 0, 0}});
    }

    /* From characters of what was compared to those of the documents; false if that takes several spans. */
    bool place(Draft &draft, const Passage &own, const Passage &copy) {
        int64_t shift, kept;
        if (!own.find_shift(draft.core, shift) || !copy.find_shift(draft.canonical, kept)) return false;
        move(draft.core, shift);
        move(draft.canonical, kept);
        for (int64_t k = draft.edits; k < draft.edits_end; k++) {
            Edit &edit = edits[k];
            edit = {edit.a + shift, edit.a_end + shift, edit.b + kept, edit.b_end + kept};
        }
        for (int64_t k = draft.pieces; k < draft.pieces_end; k++) {
            Piece &piece = pieces[k];
            const int64_t by = piece.is_literal ? shift : kept;
            piece = {piece.start + by, piece.end + by, piece.is_literal};
        }
        return true;
    }

    static void move(Span &span, int64_t by) { span = {span.start + by, span.end + by}; }

    /* The characters of tokens [first, last); where there are none, the empty place before the next token. */
    static Span extent(const TokenList &tokens, int64_t first, int64_t last) {
        if (first < last) return {tokens.starts[first], tokens.ends[last - 1]};
        const int64_t count = tokens.count();
        const int64_t place = first < count ? tokens.starts[first] : count ? tokens.ends[count - 1] : 0;
        return {place, place};
    }

    /* The outer span as far as it goes around the inner one without crossing a seam, and without white space. */
    static Span within_seams(const Text &text, const Array<int64_t> &seams, Span outer, Span inner) {
        for (int64_t k = 0; k < seams.size; k++) {
            if (seams[k] <= inner.start) outer.start = std::max(outer.start, seams[k]);
            if (seams[k] >= inner.end) outer.end = std::min(outer.end, seams[k]);
        }
        while (outer.start < inner.start && is_space(text[outer.start])) outer.start++;
        while (outer.end > inner.end && is_space(text[outer.end - 1])) outer.end--;
        if (outer.start > inner.start) outer.start = inner.start;
        if (outer.end < inner.end) outer.end = inner.end;
        return outer;
    }

    /* The characters that stand for a segment: the tokens, with the punctuation around them that is the same. */
    Span canonical(const Part &part, Span inner_a, Span inner_b) const {
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
        return within_seams(text_b_, seams_b_, outer, inner_b);
    }

    void add_edit(const Gap &gap, const Draft &draft) {
        Span edited = extent(segments_.a, gap.a, gap.a_end), instead = extent(segments_.b, gap.b, gap.b_end);
        if (!seams_a_.empty() || !seams_b_.empty()) {
            edited = within(edited, draft.core);
            instead = within(instead, draft.canonical);
        }
        edits.push({edited.start, edited.end, instead.start, instead.end});
    }

    /* The span; an empty one on this side of a seam. */
    static Span within(Span span, Span bounds) {
        if (span.start < span.end) return span;
        const int64_t place = std::min(std::max(span.start, bounds.start), bounds.end);
        return {place, place};
    }

    bool are_same(Span a, Span b) const {
        if (a.end - a.start != b.end - b.start) return false;
        for (int64_t i = 0; i < a.end - a.start; i++)
            if (text_a_[a.start + i] != text_b_[b.start + i]) return false;
        return true;
    }

    /* The characters of the core, as spans of the copy and literal text. */
    void add_pieces(const Draft &draft, const Part &part) {
        if (are_same(draft.core, draft.canonical)) {
            pieces.push({draft.canonical.start, draft.canonical.end, false});
            return;
        }
        position_ = draft.core.start;
        for (int64_t k = part.runs; k < part.runs_end; k++) {
            const Run &run = parts_.runs[k];
            const Span whole_a = extent(segments_.a, run.a, run.a_end());
            const Span whole_b = extent(segments_.b, run.b, run.b_end());
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
