/* One document, cleaned in one go: what `rounds.py` and `working.py` do, as long as no merge is refused or taken back.
 *
 * Whatever is not simple ends the attempt. The index is as it was before the document then, and the long way is gone. */
#ifndef DEDUP_DOCUMENTS_HPP
#define DEDUP_DOCUMENTS_HPP

#include "cutting.hpp"
#include "embedded.hpp"
#include "index.hpp"

enum FoundBy { BY_DIGEST, BY_BANDS, BY_FINGERPRINTS };

/* A merge with the document of a number, and what is cut for it. */
struct SimpleMerge {
    Draft draft;
    Span cut;
    int64_t document;
    FoundBy found_by;
};

class SimpleDocument : private MergeTaker {
public:
    Array<SimpleMerge> merges; /* in order */
    Array<Edit> edits;
    Array<Piece> pieces;
    Cutter cutter;
    bool has_failed = false; /* the sentence finder did */

    SimpleDocument(Index &index, const Recipe &recipe, SentenceFinder finder, void *context)
        : index_(index), recipe_(recipe), find_sentences_(finder), context_(context) {
        if (index.fingerprints) embedded_.reset(new Embedded(*index.fingerprints, recipe.rules, finder, context));
    }

    /* Cleans text i of a batch, at which the index stopped, without committing it; false if not simple. */
    bool clean(const Batch &batch, int64_t i, int64_t document, int unit) {
        unit_ = unit;
        text_ = batch.texts[i];
        document_ = document;
        depth_ = 0;
        merges.clear();
        edits.clear();
        pieces.clear();
        cores_.clear();
        has_failed = false;
        now_.clear();
        before_ = 0;
        if (unit < 0 || !go_through(batch, i, index_.stopped_at, 0) || !go_on(batch, i)) return false;
        std::sort(merges.data, merges.data + merges.size, comes_before);
        for (int64_t k = 0; k < merges.size; k++) merges[k].cut = cutter.cuts[k];
        if (!is_kept()) return false;
        if (embedded_) index_.keep_rest(rest_text(), rest_marks_[0], document, rest_pieces_);
        return true;
    }

private:
    static const int MOST_DEPTH = 32, MOST_TOUCHING = 64;
    static const int MOST_ROUNDS = 8; /* in more, copies that something was merged into may have to stay */
    Index &index_;
    const Recipe &recipe_;
    SentenceFinder find_sentences_;
    void *context_;
    Text text_ = {nullptr, 0, 1};
    int64_t document_ = 0;
    int depth_ = 0, unit_ = 0;
    Array<Span> cores_, blocks_, whole_blocks_, none_, taken_[MOST_DEPTH + 1];
    Batch parts_[MOST_DEPTH + 1];
    Scratch scratch_;
    Array<uint8_t> rest_; /* the characters that are left */
    Pieces now_, rest_pieces_, all_, copy_pieces_; /* of the text gone through, of what is left, none, and of a copy */
    TokenizedText rest_text_;
    Marks rest_marks_;
    Drafts drafts_;
    std::unique_ptr<Embedded> embedded_;
    int64_t before_ = 0; /* merges there were when the round, or the search for runs, began */

    static bool comes_before(const SimpleMerge &x, const SimpleMerge &y) { return x.draft.core.start < y.draft.core.start; }

    /* Round after round, until nothing more of the document goes. */
    bool go_on(const Batch &batch, int64_t i) {
        for (int round = 1; round < MOST_ROUNDS; round++) {
            leave_out();
            if (is_settled()) {
                const int64_t merged = merges.size;
                if (embedded_ && !merge_runs(batch, i)) return false;
                if (merges.size == merged) return true;
                leave_out();
            }
            if (!go_through_rest()) return false;
        }
        return false;
    }

    /* What is left of the document goes round again. */
    bool go_through_rest() {
        now_.set(rest_pieces_.spans);
        before_ = merges.size;
        index_.roll_back(now_.spans);
        if (embedded_) index_.begin_text(rest_text());
        Batch &rest = parts_[depth_++];
        rest.clear();
        prepare_text(recipe_, rest_text(), unit_, rest, scratch_);
        const bool is_simple = go_through(rest, 0, index_.pass_through(rest, 0, 0, document_, 0), 0);
        depth_--;
        return is_simple;
    }

    /* Merge or keep the blocks of a text from `number` on, which something stands for. */
    bool go_through(const Batch &batch, int64_t i, int64_t number, int64_t shift) {
        const int64_t count = batch.offsets[i + 1] - batch.offsets[i];
        while (number < count) {
            Array<Span> &taken = taken_[depth_];
            taken.clear();
            if (!merge(batch, i, number, shift, taken)) return false;
            if (taken.empty()) {
                index_.keep(batch, i, number, document_, shift);
            } else {
                const Block block = batch.blocks[batch.offsets[i] + number];
                int64_t start = block.start;
                for (int64_t k = 0; k <= taken.size; k++) {
                    const int64_t end = k < taken.size ? taken[k].start - shift : block.end;
                    if (start < end && !go_through_part(batch.texts[i], start, end, shift)) return false;
                    if (k < taken.size) start = taken[k].end - shift;
                }
            }
            number = index_.pass_through(batch, i, number + 1, document_, shift);
        }
        return true;
    }

    /* What is left of a block goes round again as a text of its own. */
    bool go_through_part(const Text &text, int64_t start, int64_t end, int64_t shift) {
        if (depth_ == MOST_DEPTH) return false;
        Batch &part = parts_[depth_++];
        part.clear();
        prepare_text(recipe_, part_of(text, start, end), unit_, part, scratch_);
        const int64_t number = index_.pass_through(part, 0, 0, document_, shift + start);
        const bool is_simple = go_through(part, 0, number, shift + start);
        depth_--;
        return is_simple;
    }

    bool merge(const Batch &batch, int64_t i, int64_t number, int64_t shift, Array<Span> &taken) {
        const bool is_by_digest = index_.is_by_digest;
        if (!merge_with_one(batch, i, number, shift, taken)) return false;
        if (!taken.empty() || !is_by_digest) return true;
        index_.find_similar(batch, i, number);
        return merge_with_one(batch, i, number, shift, taken);
    }

    /* Merge what of a block stands in the first of the matches that has anything of it. */
    bool merge_with_one(const Batch &batch, int64_t i, int64_t number, int64_t shift, Array<Span> &taken) {
        const Block block = batch.blocks[batch.offsets[i] + number];
        for (int64_t m = 0; m < index_.matches.size && taken.empty(); m++) {
            const int64_t entry = index_.matches[m].entry;
            index_.find_pieces(entry, copy_pieces_);
            const Passage own = {part_of(batch.texts[i], block.start, block.end), now_, block.start + shift};
            const Passage copy = {index_.text(entry), copy_pieces_, 0};
            has_failed = !drafts_.make_asking(own, copy, recipe_.rules, find_sentences_, context_);
            if (has_failed || !add_all(index_[entry].document)) return false;
            for (int64_t k = 0; k < drafts_.drafts.size; k++) {
                const Span core = drafts_.drafts[k].core;
                const int64_t start = now_.offset(core.start);
                taken.push({start, start + core.end - core.start});
            }
        }
        return true;
    }

    /* Adds what was drafted of a block; false if that is not simple. */
    bool add_all(int64_t document) {
        const FoundBy found_by = index_.is_by_digest ? BY_DIGEST : BY_BANDS;
        for (int64_t first = 0, last; first < drafts_.drafts.size; first = last) {
            last = drafts_.end_of_group(first);
            if (!add(drafts_, first, last, document, found_by)) return false;
        }
        return drafts_.is_complete;
    }

    /* Merges runs of tokens of what is left; if there are none, of the whole document. */
    bool merge_runs(const Batch &batch, int64_t i) {
        rest_marks_.clear();
        rest_text_.set(rest_text());
        mark_text(rest_text_, blocks_, recipe_.winnowing(), scratch_.marker, rest_marks_);
        if (blocks_.empty()) return true; /* nothing is left */
        before_ = merges.size;
        if (!find_runs({rest_text_, blocks_, rest_pieces_, none_, document_}, rest_marks_[0])) return false;
        if (merges.size > before_ || cutter.cuts.empty()) return true;
        find_blocks(batch, i, whole_blocks_);
        return find_runs({index_.whole, whole_blocks_, all_, cutter.cuts, document_}, batch.marks[i]);
    }

    bool find_runs(const Excerpt &own, const TextMarks &marks) {
        const bool is_simple = embedded_->find(own, marks, *this);
        has_failed |= embedded_->has_failed;
        embedded_->has_failed = false;
        return is_simple;
    }

    bool take(const Drafts &drafts, int64_t first, int64_t last, int64_t document) override {
        return add(drafts, first, last, document, BY_FINGERPRINTS);
    }

    static void find_blocks(const Batch &batch, int64_t i, Array<Span> &blocks) {
        blocks.clear();
        for (int64_t k = batch.offsets[i]; k < batch.offsets[i + 1]; k++)
            blocks.push({batch.blocks[k].start, batch.blocks[k].end});
    }

    Text rest_text() const { return {rest_.data, rest_.size / text_.width, text_.width}; }

    /* Merges a group, unless cutting it makes two words one (R1). */
    bool add(const Drafts &drafts, int64_t first, int64_t last, int64_t document, FoundBy found_by) {
        for (int64_t k = first; k < last; k++)
            if (misleads(drafts.drafts[k].core) || !add_core(drafts.drafts[k].core)) return false;
        for (int64_t k = first; k < last; k++)
            if (joins_words_around(drafts.drafts[k].core)) return false;
        const Span reach = {drafts.drafts[first].core.start, drafts.drafts[last - 1].core.end};
        if (last - first > 1 && joins_words_around(reach)) return false;
        for (int64_t k = first; k < last; k++) add_merge(drafts, k, document, found_by);
        return true;
    }

    void add_merge(const Drafts &drafts, int64_t number, int64_t document, FoundBy found_by) {
        Draft draft = drafts.drafts[number];
        const int64_t first_edit = edits.size, first_piece = pieces.size;
        edits.append(drafts.edits.data + draft.edits, draft.edits_end - draft.edits);
        pieces.append(drafts.pieces.data + draft.pieces, draft.pieces_end - draft.pieces);
        draft.edits = first_edit;
        draft.edits_end = edits.size;
        draft.pieces = first_piece;
        draft.pieces_end = pieces.size;
        merges.push({draft, {0, 0}, document, found_by});
    }

    /* Whether something was merged into it before, which would have to find another copy. */
    bool misleads(Span core) const {
        for (int64_t k = 0; k < before_; k++) {
            if (merges[k].document != document_) continue;
            const Span kept = merges[k].draft.canonical;
            if (kept.start < core.end && core.start < kept.end) return true;
        }
        return false;
    }

    int64_t first_core_from(int64_t character) const {
        int64_t at = cores_.size;
        while (at > 0 && cores_[at - 1].start >= character) at--;
        return at;
    }

    /* Adds a core, unless it overlaps another. */
    bool add_core(Span core) {
        const int64_t at = first_core_from(core.start);
        if ((at > 0 && cores_[at - 1].end > core.start) || (at < cores_.size && cores_[at].start < core.end)) return false;
        cores_.push(core);
        for (int64_t k = cores_.size - 1; k > at; k--) cores_[k] = cores_[k - 1];
        cores_[at] = core;
        return true;
    }

    /* Whether cutting what lies between the edges of two cores, with the cores they touch, makes two words one. Where too
     * many touch to be looked at time and again, it is taken for granted. */
    bool joins_words_around(Span reach) const {
        int64_t left = first_core_from(reach.start), right = first_core_from(reach.end);
        const int64_t least = left - MOST_TOUCHING, most = right + MOST_TOUCHING;
        while (left > 0 && cores_[left - 1].end == reach.start) reach.start = cores_[--left].start;
        while (right < cores_.size && cores_[right].start == reach.end) reach.end = cores_[right++].end;
        if (left < least || right > most) return true;
        return joins_words(text_, reach.start, reach.end, !recipe_.rules.cuts_at_words);
    }

    /* Whether every kept copy in this document stands in kept text (R4), and every cut can be restored (R6). */
    bool is_kept() const {
        for (int64_t k = 0; k < merges.size; k++) {
            const SimpleMerge &merge = merges[k];
            int64_t length = merge.draft.core.start - merge.cut.start + merge.cut.end - merge.draft.core.end;
            for (int64_t p = merge.draft.pieces; p < merge.draft.pieces_end; p++) length += pieces[p].end - pieces[p].start;
            if (length != merge.cut.end - merge.cut.start) return false;
            if (merge.document != document_) continue;
            const int64_t start = merge.draft.canonical.start, end = merge.draft.canonical.end;
            const Span *const cuts = cutter.cuts.data, *const after = cuts + cutter.cuts.size;
            const Span *const next =
                std::lower_bound(cuts, after, end, [](const Span &cut, int64_t place) { return cut.start < place; });
            if (next > cuts && next[-1].end > start) return false;
        }
        return true;
    }

    /* What is left of the document without what was merged. */
    void leave_out() {
        cutter.cut(text_, cores_);
        rest_.clear();
        rest_pieces_.clear();
        int64_t at = 0;
        for (int64_t c = 0; c <= cutter.cuts.size; c++) {
            const int64_t until = c < cutter.cuts.size ? cutter.cuts[c].start : text_.length;
            rest_.append(static_cast<const uint8_t *>(text_.at(at)), (until - at) * text_.width);
            if (!cutter.cuts.empty()) rest_pieces_.push({at, until});
            if (c < cutter.cuts.size) at = cutter.cuts[c].end;
        }
    }

    /* Whether what is left falls into just the blocks that were kept. */
    bool is_settled() {
        blocks_.clear();
        split(rest_text(), unit_, blocks_);
        if (blocks_.size != index_.kept.size) return false;
        for (int64_t k = 0; k < blocks_.size; k++) {
            const Span kept = now_.outer(index_.kept[k]), left = rest_pieces_.outer(blocks_[k]);
            if (kept.start != left.start || kept.end != left.end) return false;
        }
        return true;
    }
};

#endif
