/* What is kept so far: the text of every kept block, its exact digest, and the LSH band tables.
 *
 * Entries are numbered in the order they were added. Those added since the last commit can be taken back. */
#ifndef DEDUP_INDEX_HPP
#define DEDUP_INDEX_HPP

#include <algorithm>
#include <memory>

#include "band_table.hpp"
#include "batch.hpp"
#include "drafts.hpp"
#include "excerpts.hpp"
#include "fingerprints.hpp"
#include "kept_text.hpp"
#include "registry.hpp"

/* A kept block: characters [start, end) of a document, and its text. */
struct Entry {
    int64_t document, start, end;
    uint64_t digest;
    StoredText text;
    bool has_keys;
};

/* An entry that exact comparison finds similar enough. */
struct Match {
    int64_t entry;
    double similarity;
};

/* A text of a batch that an entry stands for. */
struct TextMatch {
    int64_t text;
    Match match;
    bool is_by_digest;
};

class Index {
public:
    int64_t oversized_buckets = 0;

    std::unique_ptr<Fingerprints> fingerprints; /* null if no runs of tokens are looked for */

    Registry documents;

    Index(const Recipe &recipe, Memory &memory)
        : documents(memory), recipe_(recipe), memory_(memory),
          tables_(new BandTable[static_cast<size_t>(recipe.bands)]) {
        for (int64_t band = 0; band < recipe.bands; band++) tables_[band].attach(memory);
        digests_.attach(memory);
        entries_.attach(memory);
        texts_.arena.attach(memory);
        in_pieces_.attach(memory);
        pieces_.attach(memory);
        if (recipe.min_span)
            fingerprints.reset(new Fingerprints(texts_, recipe.min_span, recipe.bucket_limit, recipe.rules.max_edit, memory));
    }

    int64_t size() const { return entries_.size; }

    /* From now on blocks are compared with what is committed, with nothing else, and nothing is added. */
    void freeze() {
        is_frozen_ = true;
        documents.freeze();
        if (fingerprints) fingerprints->freeze();
    }

    /* All that is committed, written or read. */
    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        documents.pass(snapshot);
        for (int64_t band = 0; band < recipe_.bands; band++) tables_[band].pass(snapshot);
        digests_.pass(snapshot);
        snapshot.pass(entries_);
        snapshot.pass(texts_.arena);
        snapshot.pass(in_pieces_);
        snapshot.pass(pieces_);
        snapshot.pass(oversized_buckets);
        if (fingerprints) fingerprints->pass(snapshot);
        commit();
    }

    const Entry &operator[](int64_t number) const { return entries_[number]; }
    Text text(int64_t number) { return texts_.text(entries_[number].text); }

    /* Goes through the blocks of a prepared text, from block `first` on: adds those that nothing stands for, and stops
     * at the first that something does. Returns its number, and fills `matches`; or the number of blocks. */
    int64_t pass_through(const Batch &batch, int64_t i, int64_t first, int64_t document, int64_t shift) {
        const Block *const blocks = batch.blocks.data + batch.offsets[i];
        const int64_t count = batch.offsets[i + 1] - batch.offsets[i];
        for (int64_t number = first; number < count; number++) {
            const Block &block = blocks[number];
            kept.push({block.start + shift, block.end + shift});
            if (block.tokens < recipe_.rules.min_tokens) continue;
            memory_.probed(recipe_.bands + 3);
            const uint64_t *const keys = keys_of(batch, i, number);
            if (number + 1 < count) prefetch(blocks[number + 1], keys + recipe_.bands);
            if (find_digest(batch.texts[i], block) || find_similar(batch.texts[i], block, keys)) {
                kept.size--;
                return number;
            }
            add(batch, i, number, document, shift);
        }
        return count;
    }

    Array<Span> kept; /* the blocks that were passed or added since the last commit, too short ones included */
    Array<Match> matches;
    bool is_by_digest = false, has_same_characters = false;

    /* The first entry with the same tokens as a block, if any, in `matches`. */
    bool find_digest(const Text &text, const Block &block) {
        matches.clear();
        has_same_characters = false;
        const int64_t entry = digests_.first(block.digest);
        if (entry < 0) return false;
        const Text kept = this->text(entry);
        has_same_characters = same_characters(part_of(text, block.start, block.end), kept);
        if (!has_same_characters) {
            a_.clear();
            tokenize(a_, text, block.start, block.end);
            b_.clear();
            tokenize(b_, kept, 0, kept.length);
            if (!same_tokens(a_, b_)) return false;
        }
        matches.push({entry, 1.0});
        is_by_digest = true;
        return true;
    }

    /* The entries that share a band with a block and are similar enough, most similar first, in `matches`. */
    bool find_similar(const Text &text, const Block &block, const uint64_t *keys) {
        matches.clear();
        is_by_digest = false;
        if (block.tokens < recipe_.rules.ngram || recipe_.bands == 0) return false;
        candidates_.clear();
        for (int64_t band = 0; band < recipe_.bands; band++) tables_[band].prefetch(keys[band]);
        for (int64_t band = 0; band < recipe_.bands; band++) tables_[band].find(keys[band], candidates_);
        if (candidates_.empty()) return false;
        memory_.probed(candidates_.size);
        std::sort(candidates_.data, candidates_.data + candidates_.size);
        a_.clear();
        tokenize(a_, text, block.start, block.end);
        counter_.set({&a_, 0, a_.count()}, recipe_.rules.ngram);
        int64_t last = -1;
        for (int64_t i = 0; i < candidates_.size; i++) {
            const int64_t entry = candidates_[i];
            if (entry == last) continue;
            last = entry;
            const Text kept = this->text(entry);
            b_.clear();
            tokenize(b_, kept, 0, kept.length);
            const double similarity = counter_.count({&b_, 0, b_.count()}, recipe_.rules.threshold).jaccard();
            if (similarity >= recipe_.rules.threshold) insert_match({entry, similarity});
        }
        return !matches.empty();
    }

    bool find_similar(const Batch &batch, int64_t i, int64_t number) {
        return find_similar(batch.texts[i], batch.blocks[batch.offsets[i] + number], keys_of(batch, i, number));
    }

    /* Adds a block although something stands for it. */
    void keep(const Batch &batch, int64_t i, int64_t number, int64_t document, int64_t shift) {
        const Block &block = batch.blocks[batch.offsets[i] + number];
        kept.push({block.start + shift, block.end + shift});
        add(batch, i, number, document, shift);
    }

private:
    void add(const Batch &batch, int64_t i, int64_t number, int64_t document, int64_t shift) {
        if (is_frozen_) return;
        const Block &block = batch.blocks[batch.offsets[i] + number];
        const bool has_keys = block.tokens >= recipe_.rules.ngram;
        const int64_t entry = entries_.size;
        const Text &text = batch.texts[i];
        Span place;
        if (!rest_.find(block.start + shift, block.end + shift, place)) {
            rest_.append_to(pieces_, block.start + shift, block.end + shift);
            in_pieces_.push({entry, pieces_.size});
        }
        entries_.push({document, place.start, place.end, block.digest, store(text, block, shift), has_keys});
        undo_digest_.push(digests_.add(block.digest, entry, 1));
        if (!has_keys) return;
        const uint64_t *const keys = keys_of(batch, i, number);
        for (int64_t band = 0; band < recipe_.bands; band++) {
            const BandTable::Outcome outcome = tables_[band].add(keys[band], entry, recipe_.bucket_limit);
            oversized_buckets += outcome == BandTable::FULL;
            undo_.push({keys[band], outcome});
        }
    }

    /* The text of a block; where documents are kept as wholes, a part of that. */
    StoredText store(const Text &text, const Block &block, int64_t shift) {
        if (shift || text.data != document_.data || text.length != document_.length)
            return texts_.keep(text, block.start, block.end);
        if (!is_stored_) document_text_ = texts_.keep(text, 0, text.length);
        is_stored_ = true;
        return document_text_.part(block.start, block.end);
    }

public:
    /* Goes through texts [first, last), whose documents are numbered on from `document`, and commits each; stops at the
     * first with a block that something stands for, or, behind its last block, with a run of tokens that stands in kept
     * text: returns its number, with the block in `stopped_at`; or `last`. */
    int64_t pass_texts(const Batch &batch, int64_t first, int64_t last, int64_t document, bool with_runs = true) {
        const bool has_runs = with_runs && fingerprints;
        for (int64_t i = first; i < last; i++) {
            if (i + 1 < last && batch.offsets[i + 1] < batch.offsets[i + 2])
                prefetch(batch.blocks[batch.offsets[i + 1]], keys_of(batch, i + 1, 0));
            if (i + 1 < last && has_runs) fingerprints->prefetch(batch.marks[i + 1]);
            if (has_runs) whole.set(document_ = batch.texts[i]);
            stopped_at = pass_through(batch, i, 0, document + i - first, 0);
            if (stopped_at < batch.offsets[i + 1] - batch.offsets[i]) return i;
            if (has_runs) {
                if (fingerprints->find(whole, batch.marks[i])) return i;
                keep_rest(batch.texts[i], batch.marks[i], document + i - first, rest_);
            }
            commit();
        }
        return last;
    }

    /* Whether something stands for a block of a text, the first of which is `stopped_at`; nothing is committed. */
    bool pass_text(const Batch &batch, int64_t i, int64_t document) {
        stopped_at = pass_through(batch, i, 0, document, 0);
        return stopped_at < batch.offsets[i + 1] - batch.offsets[i];
    }

    int64_t stopped_at = 0;
    TokenizedText whole; /* the text stopped at, where runs of tokens are looked for */
    Array<TextMatch> text_matches;

    /* Goes through all texts, of one block each; fills `text_matches` with those that something stands for. */
    void match_texts(const Batch &batch, int64_t document) {
        text_matches.clear();
        const int64_t count = batch.texts.size;
        for (int64_t i = 0; (i = pass_texts(batch, i, count, document + i, false)) < count; i++) {
            text_matches.push({i, matches[0], is_by_digest});
            commit();
        }
    }

    Drafts drafts;

    /* What of a block may be merged with an entry, in `drafts`, in characters of these two texts; returns whether that
     * depends on sentence starts which were not given. */
    bool make_drafts(const Batch &batch, int64_t i, int64_t number, int64_t entry, const int64_t *sentences,
                     int64_t count) {
        const Block &block = batch.blocks[batch.offsets[i] + number];
        const Text &text = batch.texts[i];
        const Passage own = {part_of(text, block.start, block.end), all_, 0}, copy = {this->text(entry), all_, 0};
        return drafts.make(own, copy, recipe_.rules, sentences, count);
    }

    /* Where an entry stands in its document. */
    void find_pieces(int64_t entry, Pieces &found) const {
        found.clear();
        const InPieces *const own = in_pieces_from(entry);
        if (own == in_pieces_.data + in_pieces_.size || own->entry != entry) {
            found.push({entries_[entry].start, entries_[entry].end});
            return;
        }
        for (int64_t k = own > in_pieces_.data ? own[-1].end : 0; k < own->end; k++) found.push(pieces_[k]);
    }

    /* Keeps what is left of the document, these pieces of it, as a whole: the text of the blocks that were added, whether
     * they came from there or from the document before anything of it went. */
    void keep_rest(const Text &text, const TextMarks &marks, int64_t document, const Pieces &pieces) {
        if (is_frozen_) return;
        if (!is_stored_ || document_text_.length != text.length) {
            texts_.arena.size = committed_bytes_;
            document_text_ = texts_.keep(text, 0, text.length);
            for (int64_t i = committed_; i < entries_.size; i++) {
                const int64_t start = pieces.offset(entries_[i].start);
                entries_[i].text = document_text_.part(start, start + entries_[i].text.length);
            }
        }
        fingerprints->keep(document_text_, marks, document, pieces.spans);
    }

    /* The blocks that come are those of this text, which may be what is left of a document. */
    void begin_text(const Text &text) { document_ = text; }

    void commit() {
        for (int64_t band = 0; band < recipe_.bands; band++) tables_[band].settle();
        digests_.settle();
        if (fingerprints) fingerprints->settle();
        kept.clear();
        rest_.clear();
        forget_document();
        committed_ = entries_.size;
        committed_bytes_ = texts_.arena.size;
        undo_.clear();
        undo_digest_.clear();
    }

    /* Forgets what was added since the last commit; what comes now are blocks of what is left of the document, which are
     * these pieces, or none if all of it is. */
    void roll_back(const Array<Span> &pieces) {
        kept.clear();
        rest_.set(pieces);
        forget_document();
        texts_.arena.size = committed_bytes_;
        while (!in_pieces_.empty() && in_pieces_.back().entry >= committed_) in_pieces_.size--;
        pieces_.size = in_pieces_.empty() ? 0 : in_pieces_.back().end;
        while (entries_.size > committed_) {
            const Entry &entry = entries_.back();
            const int64_t number = entries_.size - 1;
            for (int64_t band = recipe_.bands; entry.has_keys && band-- > 0;) {
                const Undo &undo = undo_.back();
                tables_[band].undo(undo.key, number, undo.outcome);
                oversized_buckets -= undo.outcome == BandTable::FULL;
                undo_.size--;
            }
            digests_.undo(entry.digest, number, undo_digest_.back());
            undo_digest_.size--;
            entries_.size--;
        }
    }

private:
    struct Undo {
        uint64_t key;
        BandTable::Outcome outcome;
    };
    const Recipe &recipe_;
    Memory &memory_;
    std::unique_ptr<BandTable[]> tables_;
    BandTable digests_;
    KeptArray<Entry> entries_;
    StoredTexts texts_;
    Array<Undo> undo_;
    Array<BandTable::Outcome> undo_digest_;
    int64_t committed_ = 0, committed_bytes_ = 0;
    Text document_ = {nullptr, 0, 1};      /* the document at hand, or what is left of it: to be stored as a whole */
    StoredText document_text_ = {0, 0, 1}; /* where it was stored */
    bool is_stored_ = false;
    bool is_frozen_ = false;

    void forget_document() {
        document_.data = nullptr;
        is_stored_ = false;
    }
    TokenList a_, b_;
    OverlapCounter counter_;
    Array<int64_t> candidates_;
    Pieces rest_; /* the pieces of the document whose blocks come, if something of it went before */
    const Pieces all_;
    struct InPieces {
        int64_t entry, end;
    };
    KeptArray<InPieces> in_pieces_; /* the entries that stand in several pieces, and where theirs end in `pieces_` */
    KeptArray<Span> pieces_;

    const InPieces *in_pieces_from(int64_t entry) const {
        return std::lower_bound(in_pieces_.data, in_pieces_.data + in_pieces_.size, entry,
                                [](const InPieces &x, int64_t number) { return x.entry < number; });
    }

    void prefetch(const Block &block, const uint64_t *keys) const {
        if (block.tokens < recipe_.rules.min_tokens) return;
        digests_.prefetch(block.digest);
        if (block.tokens < recipe_.rules.ngram) return;
        for (int64_t band = 0; band < recipe_.bands; band++) tables_[band].prefetch(keys[band]);
    }

    const uint64_t *keys_of(const Batch &batch, int64_t i, int64_t number) const {
        return batch.keys.data + (batch.offsets[i] + number) * recipe_.bands;
    }

    void insert_match(Match match) { /* behind those that are as similar */
        matches.push(match);
        int64_t j = matches.size - 1;
        for (; j > 0 && matches[j - 1].similarity < match.similarity; j--) matches[j] = matches[j - 1];
        matches[j] = match;
    }
};

#endif
