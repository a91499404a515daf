/* A segment > its parts: `Segment.split` and `Pair._parts` once more.
 *
 * A merge names one span a side, so a segment is cut where either text was put together from pieces. */
#ifndef DEDUP_PARTS_HPP
#define DEDUP_PARTS_HPP

#include "segments.hpp"

/* Tokens [a, a_end) of the block and [b, b_end) of the copy, where either side has no equal ones. */
struct Gap {
    int64_t a, a_end, b, b_end;
};

/* Tokens of the block that tokens of the copy stand for, and the numbers of their runs and of the gaps between these. */
struct Part {
    int64_t a, a_end, b, b_end;
    bool is_exact;
    int64_t runs, runs_end, gaps, gaps_end;
};

class Parts {
public:
    Array<Part> found;
    Array<Run> runs;
    Array<Gap> gaps;

    explicit Parts(const Segments &segments) : segments_(segments) {}

    /* Fills the arrays with the parts of a segment; none if some lost their equal tokens because they were cut.
     *
     * `seams_a`, `seams_b`: characters of both texts before which they may have to be cut. */
    void find(const Segment &segment, const Array<int64_t> &seams_a, const Array<int64_t> &seams_b,
              const MergeRules &rules) {
        found.clear();
        runs.clear();
        gaps.clear();
        find_runs(segment);
        points_.clear();
        points_.push({segment.a, segment.b});
        find_points(segment, seams_a, seams_b);
        points_.push({segment.a_end, segment.b_end});
        for (int64_t k = 0; k + 1 < points_.size; k++)
            if (points_[k].a < points_[k + 1].a) add(points_[k], points_[k + 1]);
        if (rules.keeps_novel && found.size > 1 && !are_mere_edits(rules.max_edit)) found.clear();
    }

private:
    /* A place to cut at: before token a of the block and token b of the copy. */
    struct Point {
        int64_t a, b;

        bool operator<(const Point &other) const { return a != other.a ? a < other.a : b < other.b; }
        bool operator==(const Point &other) const { return a == other.a && b == other.b; }
    };

    const Segments &segments_;
    Array<Run> own_runs_, swapped_runs_; /* of the segment; seen from the copy */
    Array<Point> points_;

    /* What of a run lies between two points; it may be empty. */
    static Run clipped(const Run &run, const Point &from, const Point &to) {
        const int64_t first = std::max<int64_t>(0, std::max(from.a - run.a, from.b - run.b));
        const int64_t last = std::min(run.length, std::min(to.a - run.a, to.b - run.b));
        return {run.a + first, run.b + first, std::max<int64_t>(0, last - first)};
    }

    void find_runs(const Segment &segment) {
        own_runs_.clear();
        for (int64_t k = segment.first; k <= segment.last; k++) {
            const Run run = clipped(segments_.runs[k], {segment.a, segment.b}, {segment.a_end, segment.b_end});
            if (run.length) own_runs_.push(run);
        }
    }

    void find_points(const Segment &segment, const Array<int64_t> &seams_a, const Array<int64_t> &seams_b) {
        if (seams_a.empty() && seams_b.empty()) return;
        swapped_runs_.clear();
        for (int64_t k = 0; k < own_runs_.size; k++)
            swapped_runs_.push({own_runs_[k].b, own_runs_[k].a, own_runs_[k].length});
        for (int64_t k = 0; k < seams_a.size; k++) {
            const int64_t a = first_from(segments_.a, seams_a[k]);
            if (segment.a < a && a < segment.a_end) add_point({a, opposite(own_runs_, segment.b, a)});
        }
        for (int64_t k = 0; k < seams_b.size; k++) {
            const int64_t b = first_from(segments_.b, seams_b[k]);
            if (segment.b < b && b < segment.b_end) add_point({opposite(swapped_runs_, segment.a, b), b});
        }
        std::sort(points_.data + 1, points_.data + points_.size);
        points_.size = std::unique(points_.data + 1, points_.data + points_.size) - points_.data;
    }

    static int64_t first_from(const TokenList &tokens, int64_t character) {
        const int64_t *const first = tokens.starts.data;
        return std::lower_bound(first, first + tokens.count(), character) - first;
    }

    /* The token of the other text, from `begin` on, that stands where this one does. */
    static int64_t opposite(const Array<Run> &runs, int64_t begin, int64_t token) {
        int64_t place = begin;
        for (int64_t k = 0; k < runs.size && token >= runs[k].a; k++)
            place = runs[k].b + std::min(token - runs[k].a, runs[k].length);
        return place;
    }

    /* Tokens of one character are not cut apart. */
    void add_point(Point point) {
        while (Places::share_character(segments_.a, point.a)) point.a++;
        while (Places::share_character(segments_.b, point.b)) point.b++;
        points_.push(point);
    }

    void add(const Point &from, const Point &to) {
        Part part = {from.a, to.a, from.b, to.b, false, runs.size, 0, gaps.size, 0};
        part.is_exact = segments_.is_equal({from.a, to.a, from.b, to.b, 0, -1, {0, 0, 0}});
        if (part.is_exact)
            runs.push({part.a, part.b, part.a_end - part.a});
        else if (part.b < part.b_end)
            add_runs(from, to);
        else
            put_beside_a_token(part);
        part.runs_end = runs.size;
        add_gaps(part);
        part.gaps_end = gaps.size;
        found.push(part);
    }

    void add_runs(const Point &from, const Point &to) {
        for (int64_t k = 0; k < own_runs_.size; k++) {
            const Run run = segments_.trimmed(clipped(own_runs_[k], from, to));
            if (run.length) runs.push(run);
        }
    }

    /* Nothing stands opposite: the characters of a token of the copy beside it do. */
    void put_beside_a_token(Part &part) const {
        part.b_end = std::max<int64_t>(1, part.b);
        part.b = std::max<int64_t>(0, part.b - 1);
        while (Places::share_character(segments_.b, part.b)) part.b--;
        while (Places::share_character(segments_.b, part.b_end)) part.b_end++;
    }

    void add_gaps(const Part &part) {
        int64_t a = part.a, b = part.b;
        for (int64_t k = part.runs; k <= part.runs_end; k++) {
            const bool is_end = k == part.runs_end;
            const Gap gap = {a, is_end ? part.a_end : runs[k].a, b, is_end ? part.b_end : runs[k].b};
            if (gap.a < gap.a_end || gap.b < gap.b_end) gaps.push(gap);
            if (is_end) break;
            a = runs[k].a_end();
            b = runs[k].b_end();
        }
    }

    bool are_mere_edits(int64_t max_edit) const {
        for (int64_t k = 0; k < gaps.size; k++)
            if (gaps[k].a_end - gaps[k].a > max_edit || gaps[k].b_end - gaps[k].b > max_edit) return false;
        return true;
    }
};

#endif
