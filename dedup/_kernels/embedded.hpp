/* Runs of tokens that stand in kept text > merges: `embedded.py` once more. */
#ifndef DEDUP_EMBEDDED_HPP
#define DEDUP_EMBEDDED_HPP

#include "drafts.hpp"
#include "excerpts.hpp"
#include "fingerprints.hpp"

/* Who merges drafts [first, last), a group, with a document; false ends the search. */
class MergeTaker {
public:
    virtual ~MergeTaker() = default;
    virtual bool take(const Drafts &drafts, int64_t first, int64_t last, int64_t document) = 0;
};

/* A text of a document: its blocks, its pieces, and what of it goes anyway, in order. */
struct Excerpt {
    TokenizedText &text;
    const Array<Span> &blocks;
    const Pieces &pieces;
    const Array<Span> &cuts;
    int64_t document;
};

class Embedded {
public:
    Embedded(Fingerprints &kept, const MergeRules &rules, SentenceFinder finder, void *context)
        : kept_(kept), rules_(rules), finder_(finder), context_(context) {}

    bool has_failed = false; /* the finder of sentences did */

    /* Hands what of a text may go to the taker; false if that is not simple, or the taker had enough. */
    bool find(const Excerpt &own, const TextMarks &marks, MergeTaker &taker) {
        kept_.prefetch(marks);
        if (!kept_.find(own.text, marks)) return true;
        own_ = &own;
        gone_.clear();
        for (int64_t i = 0; i < own.cuts.size; i++)
            gone_.push({first_from(own.cuts[i].start), first_from(own.cuts[i].end)});
        kept_.cover(gone_);
        taker_ = &taker;
        cores_.clear();
        places_.set(own.text.text, own.text.tokens(), rules_.cuts_at_words, own.blocks, finder_, context_);
        find_edges();
        const bool is_simple = take_all();
        has_failed |= places_.has_failed;
        return is_simple && !has_failed;
    }

private:
    /* Tokens [a, a_end) of the text that tokens [b, b_end) of a kept one stand for: runs [first, last) with small edits
     * between them. */
    struct Stretch {
        int64_t text, a, a_end, b, b_end, first, last;
    };

    Fingerprints &kept_;
    const MergeRules &rules_;
    SentenceFinder finder_;
    void *context_;
    const Excerpt *own_ = nullptr;
    MergeTaker *taker_ = nullptr;
    Array<Span> gone_, going_, cores_, block_tokens_;
    Array<int64_t> edges_;
    Array<TokenRun> runs_;
    Array<Stretch> stretches_, parts_;
    Places places_;
    Drafts drafts_;
    Pieces copy_pieces_;

    const TokenList &tokens() const { return own_->text.tokens(); }

    int64_t first_from(int64_t character) const {
        const int64_t *const first = tokens().starts.data;
        return std::lower_bound(first, first + tokens().count(), character) - first;
    }

    void find_edges() {
        edges_.clear();
        edges_.push(0);
        for (int64_t i = 0; i < gone_.size; i++) {
            edges_.push(gone_[i].start);
            edges_.push(gone_[i].end);
        }
        edges_.push(tokens().count());
        block_tokens_.clear();
        for (int64_t i = 0; i < own_->blocks.size; i++) {
            const Span block = {first_from(own_->blocks[i].start), first_from(own_->blocks[i].end)};
            if (block.start < block.end) block_tokens_.push(block);
        }
    }

    static bool contains(const Array<int64_t> &sorted, int64_t value) {
        return std::binary_search(sorted.data, sorted.data + sorted.size, value);
    }

    bool take_all() {
        join();
        for (int64_t first = 0; first < stretches_.size;) {
            int64_t last = first + 1;
            while (last < stretches_.size && touch(stretches_[last - 1], stretches_[last])) last++;
            parts_.clear();
            cut_back(stretches_.data + first, last - first);
            for (int64_t i = 0; i < parts_.size; i++)
                if (!take(Stretch(parts_[i]))) return false;
            first = last;
        }
        return true;
    }

    /* Runs joined where few tokens, and no whole sentence, differ between them. */
    void join() {
        runs_.clear();
        stretches_.clear();
        going_.clear();
        going_.append(gone_.data, gone_.size);
        for (int64_t i = 0; i < kept_.runs.size; i++)
            going_.push({kept_.runs[i].a, kept_.runs[i].a + kept_.runs[i].length});
        std::sort(going_.data, going_.data + going_.size, comes_before);
        for (int64_t i = 0; i < kept_.runs.size; i++) {
            const TokenRun &run = kept_.runs[i];
            runs_.push(run);
            const Stretch own = {run.text, run.a, run.a + run.length, run.b, run.b + run.length, i, i + 1};
            if (!stretches_.empty()) {
                Stretch &left = stretches_.back();
                if (left.text == own.text && is_edit(left, own) && !(own.text == ITSELF && goes(left, own))) {
                    left = {left.text, left.a, own.a_end, left.b, own.b_end, left.first, i + 1};
                    continue;
                }
            }
            stretches_.push(own);
        }
    }

    bool is_edit(const Stretch &left, const Stretch &right) {
        const int64_t gap = right.a - left.a_end, gap_b = right.b - left.b_end;
        const int64_t most = std::max(gap, gap_b);
        if (std::min(gap, gap_b) < 0 || most == 0 || most > rules_.max_edit) return false;
        if (reaches_over(gone_, right.a, left.a_end)) return false; /* nothing goes twice */
        const bool is_last = right.a == tokens().count();
        return !(gap && places_.begins_sentence(left.a_end) && (is_last || places_.begins_sentence(right.a)));
    }

    /* Whether something of the kept side between two stretches goes itself, where both sides are one text. */
    bool goes(const Stretch &left, const Stretch &right) const {
        return right.b_end > left.a || reaches_over(going_, right.b, left.b_end);
    }

    /* Whether the last of some spans in order that begins before `end` ends behind `start`. */
    static bool reaches_over(const Array<Span> &spans, int64_t end, int64_t start) {
        const Span *const place = first_span_from(spans, end);
        return place > spans.data && place[-1].end > start;
    }

    /* The first of some spans in order that is not before the empty span at a place. */
    static const Span *first_span_from(const Array<Span> &spans, int64_t place) {
        const Span *const first = spans.data;
        return std::lower_bound(first, first + spans.size, Span{place, place}, comes_before);
    }

    static bool comes_before(const Span &x, const Span &y) { return x.start != y.start ? x.start < y.start : x.end < y.end; }

    /* Whether a stretch begins where the one before it ends, and the text can be cut there. */
    bool touch(const Stretch &left, const Stretch &right) { return left.a_end == right.a && places_.is_clean(right.a); }

    /* Appends to `parts_` the stretches as far as they lie between two places where a cut may fall. */
    void cut_back(const Stretch *touching, int64_t count) {
        const int64_t start = beginning(touching, count), end = ending(touching, count);
        if (start < 0 || end <= start) return;
        if (end - start < rules_.min_tokens && !(is_gone_edge(start) && is_gone_edge(end))) return; /* a heading, say */
        for (int64_t i = 0; i < count; i++) {
            const int64_t first = std::max(touching[i].a, start), last = std::min(touching[i].a_end, end);
            if (first < last) parts_.push(between(touching[i], first, last));
        }
    }

    /* The part of a stretch that tokens [first, last) of the text make up, from its first run there to its last. */
    Stretch between(const Stretch &of, int64_t first, int64_t last) {
        const int64_t begin = runs_.size;
        for (int64_t k = of.first; k < of.last; k++) {
            const TokenRun run = runs_[k];
            const int64_t from = std::max(run.a, first), to = std::min(run.a + run.length, last);
            if (from < to) runs_.push({from, run.text, run.b + from - run.a, to - from});
        }
        const TokenRun &left = runs_[begin], &right = runs_.back();
        return {of.text, left.a, right.a + right.length, left.b, right.b + right.length, begin, runs_.size};
    }

    bool is_gone_edge(int64_t place) const { return contains(edges_, place); }
    bool is_edge(int64_t place) { return is_gone_edge(place) || places_.is_boundary(place); }

    /* Where a cut may begin: the first place; -1 if there is none. */
    int64_t beginning(const Stretch *touching, int64_t count) {
        for (int64_t i = 0; i < count; i++)
            for (int64_t k = touching[i].first; k < touching[i].last; k++) {
                const TokenRun run = runs_[k];
                for (int64_t place = run.a; place < run.a + run.length; place++)
                    if ((is_edge(place) || begins_block(touching[i], place - run.a + run.b)) && places_.is_clean(place))
                        return place;
            }
        return -1;
    }

    int64_t ending(const Stretch *touching, int64_t count) {
        for (int64_t i = count; i-- > 0;)
            for (int64_t k = touching[i].last; k-- > touching[i].first;) {
                const TokenRun run = runs_[k];
                for (int64_t place = run.a + run.length; place > run.a; place--)
                    if ((is_edge(place) || ends_block(touching[i], place - run.a + run.b)) && places_.is_clean(place))
                        return place;
            }
        return -1;
    }

    /* Whether a block of the kept text begins there of which the stretch has everything. */
    bool begins_block(const Stretch &stretch, int64_t token) const {
        if (stretch.text != ITSELF) {
            const int64_t end = kept_.block_end(stretch.text, token);
            return end >= 0 && end <= stretch.b_end;
        }
        const Span *const block = block_with(token, true);
        if (!block) return false;
        const Span *const next = std::upper_bound(going_.data, going_.data + going_.size, token,
                                                  [](int64_t at, const Span &going) { return at < going.start; });
        const bool is_cut = next < going_.data + going_.size;
        return (is_cut ? std::min(block->end, next->start) : block->end) <= stretch.b_end;
    }

    /* Likewise where it ends. */
    bool ends_block(const Stretch &stretch, int64_t token) const {
        if (stretch.text != ITSELF) return kept_.block_begin(stretch.text, token) >= stretch.b;
        const Span *const block = block_with(token, false);
        if (!block) return false;
        const Span *const next = first_span_from(going_, token);
        return (next > going_.data ? std::max(block->start, next[-1].end) : block->start) >= stretch.b;
    }

    /* The block of the text that begins, or ends, at a token; null if none does. */
    const Span *block_with(int64_t token, bool begin) const {
        const Span *const found = std::lower_bound(
            block_tokens_.data, block_tokens_.data + block_tokens_.size, token,
            [begin](const Span &block, int64_t at) { return (begin ? block.start : block.end) < at; });
        if (found == block_tokens_.data + block_tokens_.size) return nullptr;
        return (begin ? found->start : found->end) == token ? found : nullptr;
    }

    Text text_of(int64_t text) { return text == ITSELF ? own_->text.text : kept_.text(text); }

    /* The merges of a stretch: all of it if it is alike enough, else of its runs. */
    bool take(const Stretch &stretch) {
        const Span own = outside({places_.begin(stretch.a), places_.end(stretch.a_end)});
        const Span copy = with_same_edges(stretch, own);
        if (!make_drafts({part_of(own_->text.text, own.start, own.end), own_->pieces, own.start},
                         {part_of(text_of(stretch.text), copy.start, copy.end), pieces_of(stretch.text), copy.start}))
            return false;
        const bool has_any = !drafts_.drafts.empty();
        for (int64_t first = 0, last; first < drafts_.drafts.size; first = last) {
            last = drafts_.end_of_group(first);
            if (!take_group(first, last, stretch.text)) return false;
        }
        return has_any || stretch.last - stretch.first == 1 || take_runs(stretch);
    }

    bool take_runs(const Stretch &stretch) {
        for (int64_t k = stretch.first; k < stretch.last; k++) {
            const TokenRun run = runs_[k];
            const Stretch alone = {run.text, run.a, run.a + run.length, run.b, run.b + run.length, k, k + 1};
            const int64_t before = parts_.size;
            cut_back(&alone, 1);
            if (parts_.size > before && !take(Stretch(parts_[before]))) return false;
            parts_.size = before;
        }
        return true;
    }

    /* False if that is not simple. */
    bool make_drafts(const Passage &own, const Passage &copy) {
        if (!own.has_seams() && !copy.has_seams() && same_characters(own.text, copy.text))
            drafts_.make_equal(own, copy);
        else if (!drafts_.make_asking(own, copy, rules_, finder_, context_))
            has_failed = true;
        return !has_failed && drafts_.is_complete;
    }

    bool take_group(int64_t first, int64_t last, int64_t text) {
        for (int64_t k = first; k < last && text == ITSELF; k++)
            if (goes_already(drafts_.drafts[k].canonical))
                return true; /* an edit between two runs goes with them, and was not known to go */
        for (int64_t k = first; k < last; k++) cores_.push(drafts_.drafts[k].core);
        return taker_->take(drafts_, first, last, text == ITSELF ? own_->document : kept_.document(text));
    }

    bool goes_already(Span span) const {
        for (int64_t i = 0; i < cores_.size; i++)
            if (cores_[i].start < span.end && span.start < cores_[i].end) return true;
        return false;
    }

    /* Those of a kept text until the next is asked for. */
    const Pieces &pieces_of(int64_t text) {
        if (text == ITSELF) return own_->pieces;
        kept_.find_pieces(text, copy_pieces_);
        return copy_pieces_;
    }

    /* Characters without those at their edges that go anyway: marks, which are no tokens. */
    Span outside(Span span) const {
        const Span *const begin = own_->cuts.data, *const after = begin + own_->cuts.size;
        const Span *const next =
            std::upper_bound(begin, after, span.start, [](int64_t at, const Span &cut) { return at < cut.start; });
        if (next > begin) span.start = std::max(span.start, std::min(span.end, next[-1].end));
        const Span *const last =
            std::lower_bound(begin, after, span.end, [](const Span &cut, int64_t at) { return cut.start < at; });
        if (last > begin && last[-1].end > span.end) span.end = std::max(span.start, last[-1].start);
        return span;
    }

    /* The kept tokens, with the characters around them that are the same in the text. */
    Span with_same_edges(const Stretch &stretch, Span outer) {
        const Text own = own_->text.text, other = text_of(stretch.text);
        int64_t first = tokens().starts[stretch.a], last = tokens().ends[stretch.a_end - 1];
        Span copy = stretch.text == ITSELF ? Span{tokens().starts[stretch.b], tokens().ends[stretch.b_end - 1]}
                                           : kept_.extent(stretch.text, stretch.b, stretch.b_end);
        while (first > outer.start && copy.start > 0 && own[first - 1] == other[copy.start - 1] && !is_space(own[first - 1]))
            first--, copy.start--;
        while (last < outer.end && copy.end < other.length && own[last] == other[copy.end] && !is_space(own[last]))
            last++, copy.end++;
        return copy;
    }
};

#endif
