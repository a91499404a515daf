/* Where the characters of a text stand that was put together from pieces of a document: `excerpts.py` once more. */
#ifndef DEDUP_EXCERPTS_HPP
#define DEDUP_EXCERPTS_HPP

#include <algorithm>

#include "blocks.hpp"

/* Pieces of a document, in order, apart, none empty. None at all: the text is the whole document. */
class Pieces {
public:
    Array<Span> spans;

    void clear() {
        spans.clear();
        offsets_.clear();
    }
    void set(const Array<Span> &pieces) {
        clear();
        for (int64_t i = 0; i < pieces.size; i++) push(pieces[i]);
    }
    void push(Span piece) {
        if (piece.start == piece.end) return;
        offsets_.push(spans.empty() ? 0 : offsets_.back() + spans.back().end - spans.back().start);
        spans.push(piece);
    }

    /* Where characters [start, end) of the text stand in the document, if in one piece; else false. */
    bool find(int64_t start, int64_t end, Span &found) const {
        found = {start, end};
        if (spans.empty()) return true;
        const int64_t place = piece_at(start), shift = spans[place].start - offsets_[place];
        found = {start + shift, end + shift};
        return found.end <= spans[place].end;
    }

    /* From the first to the last character of a span of the text, in the document. */
    Span outer(Span span) const {
        if (spans.empty()) return span;
        return {position(span.start), position(span.end - 1) + 1};
    }

    /* Where a character of the document stands in the text. */
    int64_t offset(int64_t character) const {
        if (spans.empty()) return character;
        const Span *const after = std::upper_bound(spans.data, spans.data + spans.size, character,
                                                   [](int64_t at, const Span &piece) { return at < piece.start; });
        const int64_t place = std::max<int64_t>(0, after - spans.data - 1);
        return offsets_[place] + character - spans[place].start;
    }

    /* Appends where in characters [start, end) of the text, counted from `start`, a piece ends and the next begins. */
    void append_seams(Array<int64_t> &found, int64_t start, int64_t end) const {
        for (int64_t place = piece_at(start) + 1; place < offsets_.size && offsets_[place] < end; place++)
            found.push(offsets_[place] - start);
    }

    /* Appends where they stand, in any number of pieces. */
    template <class Spans>
    void append_to(Spans &found, int64_t start, int64_t end) const {
        for (int64_t place = piece_at(start); start < end; place++) {
            const Span &piece = spans[place];
            const int64_t first = piece.start + start - offsets_[place];
            const int64_t last = std::min(first + end - start, piece.end);
            found.push({first, last});
            start += last - first;
        }
    }

private:
    Array<int64_t> offsets_; /* where each piece begins in the text */

    int64_t position(int64_t at) const {
        const int64_t place = piece_at(at);
        return spans[place].start + at - offsets_[place];
    }

    int64_t piece_at(int64_t start) const {
        const int64_t *const first = offsets_.data;
        return std::max<int64_t>(0, std::upper_bound(first, first + offsets_.size, start) - first - 1);
    }
};

/* Characters of a text that is made up of pieces, from its character `start` on. */
struct Passage {
    Text text;
    const Pieces &pieces;
    int64_t start;

    void append_seams(Array<int64_t> &found) const { pieces.append_seams(found, start, start + text.length); }
    bool has_seams() const {
        Span place;
        return !pieces.find(start, start + text.length, place);
    }

    /* By how much places in a span of it differ from those in the document; false if that stands in several pieces. */
    bool find_shift(Span span, int64_t &shift) const {
        Span place;
        const bool is_found = pieces.find(span.start + start, span.end + start, place);
        shift = place.start - span.start;
        return is_found;
    }
};

#endif
