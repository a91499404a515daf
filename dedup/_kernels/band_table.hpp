/* The table of a band: what shares a band's rows. */
#ifndef DEDUP_BAND_TABLE_HPP
#define DEDUP_BAND_TABLE_HPP

#include "key_slots.hpp"

/* Key > entries. A key holds at most `limit` entries; whether more came is marked on one of its slots. Of a key only the
 * bits in SAME tell keys apart.
 *
 * Once memory is short, the slots wait in a file: what is new is held beside them, and written into them from time to
 * time, from their beginning to their end. A filter knows which keys they do not hold, so that few looks bring back a
 * page (Bloom, Space/time trade-offs in hash coding, 1970; one word of it for every key). */
template <uint64_t SAME>
class KeyTable {
public:
    typedef typename KeySlots<SAME>::Outcome Outcome;
    static const Outcome ADDED = KeySlots<SAME>::ADDED, FULL = KeySlots<SAME>::FULL;

    void attach(Memory &memory) {
        memory_ = &memory;
        settled_.attach(memory);
    }

    void prefetch(uint64_t key) const {
        if (!is_split_) return settled_.prefetch(key);
        fresh_.prefetch(key);
        __builtin_prefetch(filter_.data + word_of(key));
    }

    /* Appends the entries with this key, in the order they came. */
    void find(uint64_t key, Array<int64_t> &entries) const {
        find(key, entries, [](uint64_t, uint64_t) { return true; });
    }

    /* Those whose key passes a test, which is given their key and this one. */
    template <class Test>
    void find(uint64_t key, Array<int64_t> &entries, Test test) const {
        if (may_be_settled(key)) settled_.find(key, entries, test);
        if (is_split_) fresh_.find(key, entries, test);
    }

    int64_t first(uint64_t key) const {
        const int64_t settled = may_be_settled(key) ? settled_.first(key) : -1;
        return settled >= 0 || !is_split_ ? settled : fresh_.first(key);
    }

    Outcome add(uint64_t key, int64_t entry, int64_t limit) {
        if (!is_split_) return settled_.add(key, entry, limit);
        bool is_marked = false;
        const int64_t settled = may_be_settled(key) ? settled_.count(key, is_marked) : 0;
        if (settled >= limit) return is_marked ? KeySlots<SAME>::FULL_ALREADY : settled_.mark(key);
        return fresh_.add(key, entry, limit - settled);
    }

    /* Takes back what `add` did with this outcome, as long as nothing was settled. */
    void undo(uint64_t key, int64_t entry, Outcome outcome) {
        if (!is_split_) return settled_.undo(key, entry, outcome);
        if (outcome == FULL && may_be_settled(key) && settled_.unmark(key)) return;
        fresh_.undo(key, entry, outcome);
    }

    /* Nothing that was added so far will be taken back. */
    void settle() {
        if (!is_split_ && memory_ && memory_->uses_files && settled_.bytes() >= Memory::LEAST_MAPPED) split();
        if (is_split_ && fresh_.used() > memory_->share() / FRESH_BYTES) settle_fresh();
    }

    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        if (is_split_) settle_fresh();
        settled_.pass(snapshot);
    }

private:
    static const int64_t FRESH_BYTES = 64;      /* at most, for a new slot, as long as its table is filling up */
    KeySlots<SAME> settled_, fresh_;
    Array<uint64_t> filter_;
    bool is_split_ = false;
    Memory *memory_ = nullptr;

    bool may_be_settled(uint64_t key) const {
        if (!is_split_) return true;
        const uint64_t bits = bits_of(key);
        return (filter_[word_of(key)] & bits) == bits;
    }

    static uint64_t mixed(uint64_t key) { return ((key & SAME) ^ (key & SAME) >> 29) * 0xbf58476d1ce4e5b9ULL; }
    static uint64_t bits_of(uint64_t key) {
        const uint64_t hash = mixed(key);
        return 1ULL << (hash & 63) | 1ULL << (hash >> 6 & 63) | 1ULL << (hash >> 12 & 63) | 1ULL << (hash >> 18 & 63);
    }
    int64_t word_of(uint64_t key) const { return static_cast<int64_t>(mixed(key) >> 24) & (filter_.size - 1); }

    void split() {
        is_split_ = true;
        fill_filter();
    }

    void fill_filter() {
        filter_.fill(settled_.capacity() / 8, 0); /* at least eleven bits for a key */
        settled_.each([this](uint64_t key, uint64_t) { filter_[word_of(key)] |= bits_of(key); });
    }

    void settle_fresh() {
        const int64_t capacity = settled_.capacity();
        fresh_.each([this](uint64_t key, uint64_t entry) {
            settled_.move_in(key, entry);
            filter_[word_of(key)] |= bits_of(key);
        });
        fresh_.clear();
        if (settled_.capacity() != capacity) fill_filter();
    }
};

typedef KeyTable<~0ULL> BandTable;

#endif
