/* Where in a text a cut may begin and end: `places.py` once more. Place i lies before token i, the last after all. */
#ifndef DEDUP_PLACES_HPP
#define DEDUP_PLACES_HPP

#include <algorithm>

#include "graphemes.hpp"

/* Finds where the sentences of a text begin; false if that failed. */
typedef int (*SentenceFinder)(void *context, const Text &text, Array<int64_t> &starts);

/* Sentences are found by Python, and most cuts can do without: where nothing but spaces stands before a token no sentence
 * begins. What is asked for beyond that is looked up in starts that were given, or asked of a finder, block by block. */
class Places {
public:
    bool were_missed = false; /* sentence starts were asked for that nobody gave */
    bool has_failed = false;  /* the finder did */

    /* A text of one block. `starts`: where its sentences begin, or null. */
    void set(const Text &text, const TokenList &tokens, bool cuts_at_words, const int64_t *starts, int64_t count) {
        begin(text, tokens, cuts_at_words);
        blocks_.push({0, text.length});
        finder_ = nullptr;
        if (!starts) return;
        starts_.append(starts, count);
        read_.push({0, count});
    }

    /* A text of several blocks; each begins and ends a sentence. */
    void set(const Text &text, const TokenList &tokens, bool cuts_at_words, const Array<Span> &blocks,
             SentenceFinder finder, void *context) {
        begin(text, tokens, cuts_at_words);
        blocks_.append(blocks.data, blocks.size);
        finder_ = finder, context_ = context;
    }

    bool begins_sentence(int64_t place) { return sentence(place) >= 0; }
    bool is_boundary(int64_t place) {
        return place == 0 || place == tokens_->count() || cuts_at_words_ || begins_sentence(place);
    }

    /* Whether a cut there breaks no word and no character. */
    bool is_clean(int64_t place) {
        if (share_character(*tokens_, place)) return false;
        return is_cut_point(text_, begin(place)) && is_cut_point(text_, end(place));
    }

    /* The character where a cut that begins there begins: what stands before it stays. */
    int64_t begin(int64_t place) {
        if (place == 0) return 0;
        const int64_t start = sentence(place);
        return start >= 0 ? start : separator(place).end;
    }

    /* The character where a cut that ends there ends: what follows stays. */
    int64_t end(int64_t place) {
        if (place == tokens_->count()) return text_.length;
        const int64_t start = sentence(place);
        if (start < 0) return separator(place).start;
        const int64_t last = place ? tokens_->ends[place - 1] : 0;
        int64_t at = start;
        while (at > last && is_space(text_[at - 1])) at--;
        return at;
    }

    /* Whether token i begins in the character in which the one before it ends: nothing can be cut there. */
    static bool share_character(const TokenList &tokens, int64_t i) {
        return i > 0 && i < tokens.count() && tokens.ends[i - 1] > tokens.starts[i];
    }

private:
    Text text_ = {nullptr, 0, 1};
    const TokenList *tokens_ = nullptr;
    bool cuts_at_words_ = false;
    SentenceFinder finder_ = nullptr;
    void *context_ = nullptr;
    Array<Span> blocks_;
    Array<int64_t> starts_;
    Array<Span> read_; /* which of `starts_` are those of a block; {0, -1} if nobody looked */
    Array<int64_t> found_;

    void begin(const Text &text, const TokenList &tokens, bool cuts_at_words) {
        text_ = text, tokens_ = &tokens, cuts_at_words_ = cuts_at_words;
        were_missed = has_failed = false;
        blocks_.clear();
        starts_.clear();
        read_.clear();
    }

    /* Where the sentence begins that the token at a place begins; -1 if it begins none. */
    int64_t sentence(int64_t place) {
        if (place >= tokens_->count() || blocks_.empty()) return -1;
        const int64_t start = tokens_->starts[place], before = place ? tokens_->starts[place - 1] : -1;
        const int64_t block = block_of(start);
        if (block < 0) return -1;
        if (before < blocks_[block].start) return blocks_[block].start;
        if (are_spaces(tokens_->ends[place - 1], start) || !find_starts(block)) return -1;
        const int64_t *const first = starts_.data + read_[block].start, *const last = starts_.data + read_[block].end;
        const int64_t *const after = std::upper_bound(first, last, start);
        return after > first && after[-1] > before ? after[-1] : -1;
    }

    int64_t block_of(int64_t character) const {
        if (blocks_.size == 1) return 0;
        const Span *const after = std::upper_bound(blocks_.data, blocks_.data + blocks_.size, character,
                                                   [](int64_t at, const Span &block) { return at < block.start; });
        return std::max<int64_t>(0, after - blocks_.data - 1);
    }

    bool find_starts(int64_t block) {
        while (read_.size < blocks_.size) read_.push({0, -1});
        if (read_[block].end >= 0) return true;
        if (!finder_) {
            were_missed = true;
            return false;
        }
        const Span &span = blocks_[block];
        found_.clear();
        if (!finder_(context_, Text{text_.at(span.start), span.end - span.start, text_.width}, found_)) {
            has_failed = true;
            return false;
        }
        read_[block] = {starts_.size, starts_.size + found_.size};
        for (int64_t i = 0; i < found_.size; i++) starts_.push(found_[i] + span.start);
        return true;
    }

    /* Where the white space at a place begins and ends; without any, the edges of both tokens. */
    Span separator(int64_t place) const {
        if (place == 0) return {0, 0};
        const int64_t last = tokens_->ends[place - 1];
        const int64_t first = place < tokens_->count() ? tokens_->starts[place] : text_.length;
        Span space = {first, last};
        for (int64_t i = last; i < first; i++) {
            if (!is_space(text_[i])) continue;
            space.start = std::min(space.start, i);
            space.end = i + 1;
        }
        return space.start < space.end ? space : Span{last, first};
    }

    bool are_spaces(int64_t start, int64_t end) const {
        for (; start < end; start++)
            if (text_[start] != ' ') return false;
        return true;
    }
};

#endif
