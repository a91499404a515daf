/* The cores of a document > its cuts, with the white space that goes: `cleaning.py` once more. */
#ifndef DEDUP_CUTTING_HPP
#define DEDUP_CUTTING_HPP

#include "graphemes.hpp"

/* White space [start, end) of a text: how many line ends are in it, and where the first and the last of them end. */
struct Separator {
    int64_t start, end;
    int64_t line_ends, first_line, last_line;

    Separator(const Text &text, int64_t from, int64_t to) : start(from), end(to), line_ends(0), first_line(-1), last_line(from) {
        for (int64_t i = from; i < to; i++) {
            if (!is_line_end(text[i])) continue;
            if (text[i] == '\r' && i + 1 < to && text[i + 1] == '\n') i++;
            line_ends++;
            last_line = i + 1;
            if (first_line < 0) first_line = i + 1;
        }
    }
    /* Line ends, then any white space at all, keep texts apart. */
    bool is_stronger(const Separator &other) const {
        return line_ends != other.line_ends ? line_ends > other.line_ends : (end > start) > (other.end > other.start);
    }
    int64_t indent() const { return end - last_line; }
};

class Cutter {
public:
    Array<Span> cuts; /* the answer: one for each core */

    void cut(const Text &text, const Array<Span> &cores) {
        cuts.clear();
        int64_t first = 0;
        for (int64_t i = 0; i < cores.size; i++) {
            const int64_t following = i + 1 < cores.size ? cores[i + 1].start : text.length;
            if (i + 1 < cores.size && is_blank(text, cores[i].end, following)) continue;
            cut_chain(text, cores.data + first, i + 1 - first, first ? cores[first - 1].end : 0, following);
            first = i + 1;
        }
    }

private:
    static bool is_blank(const Text &text, int64_t start, int64_t end) {
        for (; start < end; start++)
            if (!is_space(text[start])) return false;
        return true;
    }

    /* Cores with nothing but white space between them: of all their separators the strongest stays. */
    void cut_chain(const Text &text, const Span *chain, int64_t count, int64_t before, int64_t following) {
        int64_t kept_gap = -1;
        const Span outer = outer_cut(text, chain, count, before, following, kept_gap);
        int64_t start = cut_point(text, outer.start, before);
        for (int64_t i = 0; i + 1 < count; i++) {
            const int64_t next = cut_point(text, chain[i + 1].start, chain[i].end);
            cuts.push({start, i == kept_gap ? chain[i].end : next});
            start = next;
        }
        cuts.push({start, cut_point(text, outer.end, chain[count - 1].end)});
    }

    /* The place, or one before it: white space that a mark stands on is not cut from it. */
    static int64_t cut_point(const Text &text, int64_t place, int64_t least) {
        while (place > least && !is_cut_point(text, place)) place--;
        return place;
    }

    static Span outer_cut(const Text &text, const Span *chain, int64_t count, int64_t before, int64_t following,
                          int64_t &kept_gap) {
        const int64_t start = chain[0].start, end = chain[count - 1].end;
        int64_t outer_start = start, outer_end = end;
        while (outer_start > before && is_space(text[outer_start - 1])) outer_start--;
        while (outer_end < following && is_space(text[outer_end])) outer_end++;
        const Separator left(text, outer_start, start), right(text, end, outer_end);
        const Span outer = {outer_start, outer_end};
        if (outer.end == text.length) return cut_at_end(outer, left, end, right.line_ends > 0);
        int64_t strongest = 0;
        if (outer.start > 0) {
            Separator most = left;
            for (int64_t i = 1; i <= count; i++) {
                const Separator other = i < count ? Separator(text, chain[i - 1].end, chain[i].start) : right;
                if (!other.is_stronger(most)) continue;
                most = other;
                strongest = i;
            }
        }
        if (strongest == count) return {outer.start, end};
        if (strongest > 0) {
            kept_gap = strongest - 1;
            return outer;
        }
        if (right.line_ends && (left.line_ends || outer.start == 0)) /* whole lines: their own indentation goes */
            return {start - left.indent(), outer.end - right.indent()};
        return {start, outer.end};
    }

    /* At the end of a text: all of it goes, or so much that one line end stays, if there was any. */
    static Span cut_at_end(Span outer, const Separator &left, int64_t end, bool right_ends_line) {
        if (outer.start == 0 || (!left.line_ends && !right_ends_line)) return outer;
        return left.line_ends ? Span{left.first_line, outer.end} : Span{outer.start, end};
    }
};

#endif
