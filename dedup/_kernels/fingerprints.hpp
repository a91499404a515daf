/* Kept texts as wholes, and which runs of tokens stand in them already: what `reference_fingerprints.py` says. */
#ifndef DEDUP_FINGERPRINTS_HPP
#define DEDUP_FINGERPRINTS_HPP

#include <deque>
#include <unordered_map>

#include "band_table.hpp"
#include "excerpts.hpp"
#include "kept_text.hpp"
#include "winnowing.hpp"

/* Equal tokens in a text, from `a` on, and in the kept text of a number, from `b` on. */
struct TokenRun {
    int64_t a, text, b, length;
};
static const int64_t ITSELF = -1; /* the text that is looked through */

class Fingerprints {
public:
    int64_t capped = 0;
    Array<TokenRun> runs;

    Fingerprints(StoredTexts &stored, int64_t min_span, int64_t limit, int64_t max_edit, Memory &memory)
        : min_span_(min_span), limit_(limit), stored_(stored), memory_(memory) {
        texts_.attach(memory);
        pieces_.attach(memory);
        marks_.attach(memory);
        table_.attach(memory);
        clauses_.attach(memory);
        for (int64_t most = 1; most <= max_edit; most++) /* the smallest gaps first */
            for (int64_t both = most; both <= 2 * most; both++)
                for (int64_t a = 0; a <= most; a++)
                    if (both - a >= 0 && both - a <= most && std::max(a, both - a) == most) gaps_.push({a, both - a});
    }

    int64_t size() const { return texts_.size; }
    int64_t document(int64_t number) const { return texts_[number].document; }
    Text text(int64_t number) { return stored_.text(texts_[number].stored); }

    /* The pieces of its document that a text was put together from; none if it is the whole. */
    void find_pieces(int64_t number, Pieces &found) const {
        found.clear();
        for (int64_t i = number ? texts_[number - 1].pieces_end : 0; i < texts_[number].pieces_end; i++)
            found.push(pieces_[i]);
    }

    void prefetch(const TextMarks &marks) const {
        for (int64_t i = 0; i < marks.clause_count; i++) clauses_.prefetch(marks.clauses[i].hash);
        for (int64_t i = 0; i < marks.selected_count; i++) table_.prefetch(marks.selected[i].key());
    }

    /* From now on runs stand in kept texts only. */
    void freeze() { looks_in_itself_ = false; }

    /* Keeps a text that has been stored; `pieces` of its document make it up, or the whole if there are none. */
    void keep(const StoredText &text, const TextMarks &marks, int64_t document, const Array<Span> &pieces) {
        const int64_t number = texts_.size;
        pieces_.append(pieces.data, pieces.size);
        marks_.append({nullptr, 0, marks.pages, marks.page_count, marks.edges, marks.edge_count, nullptr, nullptr, 0, 0, false});
        texts_.push({document, pieces_.size, text});
        for (int64_t i = 0; i < marks.clause_count; i++)
            capped += clauses_.add(marks.clauses[i].hash, number << 31 | marks.clauses[i].token, limit_) != Table::ADDED;
        for (int64_t i = 0; i < marks.selected_count; i++)
            capped += table_.add(marks.selected[i].key(), number << 31 | marks.selected[i].token, limit_) !=
                      Table::ADDED;
    }

    void keep(const Text &text, const TextMarks &marks, int64_t document, const Array<Span> &pieces) {
        keep(stored_.keep(text, 0, text.length), marks, document, pieces);
    }

    /* Whether runs of at least `min_span` tokens of a text stand in kept texts, or in the text itself before them, or
     * shorter blocks as a whole. Shorter runs beside them, behind few different tokens, are found as well. */
    bool find(TokenizedText &text, const TextMarks &marks) {
        text_ = &text;
        found_.clear();
        left_.clear();
        maximal_.clear();
        memory_.probed(marks.selected_count + marks.clause_count + marks.block_count);
        find_blocks(marks);
        for (int64_t i = 0; i < marks.selected_count; i++) {
            places_.clear();
            table_.find(marks.selected[i].key(), places_, Selected::can_go_on);
            for (int64_t k = 0; k < places_.size; k++)
                compare({marks.selected[i].token, places_[k] >> 31, places_[k] & ((1LL << 31) - 1), 0}, 0);
        }
        if (marks.repeats && looks_in_itself_) compare_with_itself(marks);
        return !maximal_.empty();
    }

    /* Fills `runs` with runs that cover what `find` found, from left to right, each time the one that reaches furthest: in
     * order and apart, none in the text itself the copy of which goes.
     *
     * `gone`: tokens of the text that go anyway, in order, apart; what is found lies between them. */
    void cover(const Array<Span> &gone) {
        std::sort(maximal_.data, maximal_.data + maximal_.size, [](const TokenRun &x, const TokenRun &y) {
            return x.a != y.a ? x.a < y.a : x.text != y.text ? x.text < y.text : x.b < y.b;
        });
        runs.clear();
        open_.clear();
        covered_.clear();
        const int64_t count = text_->tokens().count();
        int64_t at = 0, begun = 0;
        for (int64_t passed = 0; passed <= gone.size;) {
            const Span next = passed < gone.size ? gone[passed] : Span{count, count};
            if (at >= next.start) {
                covered_.push(next);
                at = std::max(at, next.end);
                passed++;
                continue;
            }
            while (begun < maximal_.size && maximal_[begun].a <= at) open_.push(maximal_[begun++]);
            const TokenRun best = best_at(at, next.start);
            if (best.length > 0) {
                runs.push(best);
                covered_.push({best.a, best.a + best.length});
                at += best.length;
            } else {
                at = begun < maximal_.size ? maximal_[begun].a : next.start;
            }
        }
    }

    /* The characters of tokens [first, last) of a kept text, of at least one. */
    Span extent(int64_t number, int64_t first, int64_t last) {
        int64_t at;
        const TokenList &begin = page_of(number, first, at);
        const int64_t start = begin.starts[at];
        const TokenList &end = page_of(number, last - 1, at);
        return {start, end.ends[at]};
    }

    /* Where the block of a kept text ends that begins at a token, and begins that ends before it; -1 if none does. */
    int64_t block_end(int64_t number, int64_t token) const {
        const TextMarks marks = marks_[number];
        const int64_t *const last = marks.edges + marks.edge_count, *const next = std::upper_bound(marks.edges, last, token);
        return next > marks.edges && next < last && next[-1] == token ? *next : -1;
    }
    int64_t block_begin(int64_t number, int64_t token) const {
        const TextMarks marks = marks_[number];
        const int64_t *const last = marks.edges + marks.edge_count, *const found = std::lower_bound(marks.edges, last, token);
        return found > marks.edges && found < last && *found == token ? found[-1] : -1;
    }

    /* What was kept so far stays. */
    void settle() {
        table_.settle();
        clauses_.settle();
    }

    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        snapshot.pass(texts_);
        snapshot.pass(pieces_);
        marks_.pass(snapshot);
        table_.pass(snapshot);
        clauses_.pass(snapshot);
        snapshot.pass(capped);
    }

private:
    static const int64_t LEAST_BESIDE = 5;  /* tokens of a run that goes on behind different tokens */
    static const int64_t MOST_PAGES = 1024; /* whose tokens are held at a time */
    struct KeptText {
        int64_t document, pieces_end;
        StoredText stored;
    };
    const int64_t min_span_, limit_;
    StoredTexts &stored_;
    Memory &memory_;
    KeptArray<KeptText> texts_;
    KeptArray<Span> pieces_;
    Marks marks_;
    typedef KeyTable<Selected::SAME> Table;
    Table table_, clauses_; /* where runs, and where clauses begin */
    Array<Opening> own_clauses_;
    TokenizedText *text_ = nullptr;
    Array<int64_t> places_, earlier_;
    Array<Span> gaps_; /* different tokens there may be between runs, on both sides */
    Array<TokenRun> maximal_, open_;
    Array<Span> covered_;
    std::unordered_map<uint32_t, std::pair<int64_t, int64_t>> own_places_; /* fingerprint > its last place, how many */
    std::unordered_map<uint64_t, Span> found_;      /* the last run found on a diagonal: its tokens of this text */
    std::unordered_map<uint64_t, int64_t> left_;    /* the last run on a diagonal that was found before another */
    std::unordered_map<uint64_t, int64_t> page_numbers_;
    std::deque<TokenList> page_tokens_; /* those in use come first */
    int64_t pages_held_ = 0;
    uint64_t last_page_ = ~0ULL;
    int64_t last_page_number_ = 0;
    bool looks_in_itself_ = true;

    /* The same fingerprint at places of the text before this one; `earlier_` leads from each to the one before. */
    void compare_with_itself(const TextMarks &marks) {
        own_places_.clear();
        earlier_.clear();
        for (int64_t i = 0; i < marks.selected_count; i++) {
            const Selected &selected = marks.selected[i];
            std::pair<int64_t, int64_t> &same = own_places_.try_emplace(selected.fingerprint, -1, 0).first->second;
            for (int64_t k = same.first; k >= 0; k = earlier_[k])
                if (selected.token - marks.selected[k].token >= min_span_ &&
                    Selected::can_go_on(selected.key(), marks.selected[k].key()))
                    compare({selected.token, ITSELF, marks.selected[k].token, 0}, 0);
            earlier_.push(same.first);
            if (same.second < limit_) same = {i, same.second + 1};
        }
    }

    /* Short blocks that stand as a whole in a kept text, or in this text before them, from where a clause begins. */
    void find_blocks(const TextMarks &marks) {
        for (int64_t i = 0; i < marks.block_count; i++) {
            const Opening &block = marks.blocks[i];
            places_.clear();
            clauses_.find(block.hash, places_);
            for (int64_t k = 0; k < places_.size; k++)
                compare({block.token, places_[k] >> 31, places_[k] & ((1LL << 31) - 1), 0}, block.end - block.token);
        }
        if (marks.block_count && looks_in_itself_) find_blocks_in_itself(marks);
    }

    void find_blocks_in_itself(const TextMarks &marks) {
        own_clauses_.clear();
        own_clauses_.append(marks.clauses, marks.clause_count);
        const auto comes_before = [](const Opening &x, const Opening &y) {
            return x.hash != y.hash ? x.hash < y.hash : x.token < y.token;
        };
        const Opening *const first = own_clauses_.data, *const last = first + own_clauses_.size;
        std::sort(own_clauses_.data, own_clauses_.data + own_clauses_.size, comes_before);
        for (int64_t i = 0; i < marks.block_count; i++) {
            const Opening &block = marks.blocks[i];
            const Opening *clause = std::lower_bound(first, last, Opening{block.hash, 0, 0}, comes_before);
            for (int64_t k = 0; k < limit_ && clause < last && clause->hash == block.hash; k++, clause++)
                if (clause->token + block.end - block.token <= block.token)
                    compare({block.token, ITSELF, clause->token, 0}, block.end - block.token);
        }
    }

    /* Extends a place of both texts to the longest run through it, unless that was the last one found on its diagonal. It
     * has to have `min_span` tokens, or so many from that place on. */
    void compare(TokenRun run, int64_t ahead_needed) {
        Span &known = found_.try_emplace(diagonal_of(run.text, run.a, run.b), Span{0, 0}).first->second;
        if (known.start <= run.a && run.a < known.end) return;
        const TokenList &own = text_->tokens();
        const TokenRun found = extended(own, run);
        const int64_t end = found.a + found.length;
        if (found.length < min_span_ && (!ahead_needed || end - run.a < ahead_needed)) return;
        known = {found.a, end};
        maximal_.push(found);
        go_on_after(own, found);
        go_on_before(own, found);
    }

    /* The longest run of equal tokens through the first ones of a seed; of length 0 if those differ. */
    TokenRun extended(const TokenList &own, const TokenRun &seed) {
        int64_t back = 0, ahead = 0;
        while (seed.a + ahead < own.count() && is_same(own, seed.a + ahead, seed.text, seed.b + ahead)) ahead++;
        while (ahead && back < seed.a && back < seed.b && is_same(own, seed.a - back - 1, seed.text, seed.b - back - 1))
            back++;
        return {seed.a - back, seed.text, seed.b - back, back + ahead};
    }

    /* Runs that go on behind a run, few different tokens between each and the next. */
    void go_on_after(const TokenList &own, TokenRun run) {
        for (int64_t g = 0; g < gaps_.size; g++) {
            const int64_t a = run.a + run.length + gaps_[g].start, b = run.b + run.length + gaps_[g].end;
            if (!are_same(own, a, run.text, b)) continue;
            Span &known = found_.try_emplace(diagonal_of(run.text, a, b), Span{0, 0}).first->second;
            if (known.start <= a && a < known.end) return;
            run = extended(own, {a, run.text, b, 0});
            known = {run.a, run.a + run.length};
            maximal_.push(run);
            g = -1;
        }
    }

    /* Likewise those before it. */
    void go_on_before(const TokenList &own, TokenRun run) {
        for (int64_t g = 0; g < gaps_.size; g++) {
            const int64_t a = run.a - gaps_[g].start - LEAST_BESIDE, b = run.b - gaps_[g].end - LEAST_BESIDE;
            if (a < 0 || b < 0 || !are_same(own, a, run.text, b)) continue;
            int64_t &known = left_.try_emplace(diagonal_of(run.text, a, b), -1).first->second;
            if (known == a) return;
            known = a;
            run = extended(own, {a, run.text, b, 0});
            maximal_.push(run);
            g = -1;
        }
    }

    bool are_same(const TokenList &own, int64_t a, int64_t text, int64_t b) {
        if (a + LEAST_BESIDE > own.count()) return false;
        for (int64_t i = 0; i < LEAST_BESIDE; i++)
            if (!is_same(own, a + i, text, b + i)) return false;
        return true;
    }

    static uint64_t diagonal_of(int64_t text, int64_t a, int64_t b) {
        return static_cast<uint64_t>(text + 1) << 32 ^ static_cast<uint64_t>(b - a + (1LL << 31));
    }

    bool is_same(const TokenList &own, int64_t a, int64_t text, int64_t b) {
        if (text == ITSELF) return b < own.count() && own.equal(a, own, b);
        int64_t at;
        const TokenList &page = page_of(text, b, at);
        return at < page.count() && own.equal(a, page, at);
    }

    /* The tokens around one of a kept text, and where among them it is: behind the last if there is no such token. */
    const TokenList &page_of(int64_t number, int64_t token, int64_t &at) {
        const TextMarks marks = marks_[number];
        const int64_t page = std::min(token / PAGE, marks.page_count - 1);
        at = page < 0 ? 0 : token - page * PAGE + marks.pages[page].before;
        const uint64_t key = static_cast<uint64_t>(number) << 26 ^ static_cast<uint64_t>(page + 1);
        if (key == last_page_) return page_tokens_[static_cast<size_t>(last_page_number_)];
        if (pages_held_ >= MOST_PAGES) forget_pages();
        const auto found = page_numbers_.try_emplace(key, pages_held_);
        last_page_ = key;
        last_page_number_ = found.first->second;
        if (found.second) {
            if (static_cast<int64_t>(page_tokens_.size()) == pages_held_) page_tokens_.emplace_back();
            TokenList &tokens = page_tokens_[static_cast<size_t>(pages_held_++)];
            tokens.clear();
            memory_.probed(2);
            if (page >= 0) read(text(number), marks, page, tokens);
        }
        return page_tokens_[static_cast<size_t>(last_page_number_)];
    }

    /* A page, up to the next one, with the whole of the character that both may share. */
    static void read(const Text &text, const TextMarks &marks, int64_t page, TokenList &tokens) {
        const bool is_last = page + 1 == marks.page_count;
        const int64_t end = is_last ? text.length : marks.pages[page + 1].start + (marks.pages[page + 1].before > 0);
        tokenize(tokens, text, marks.pages[page].start, end);
    }

    void forget_pages() {
        page_numbers_.clear();
        pages_held_ = 0;
        last_page_ = ~0ULL;
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
