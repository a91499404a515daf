/* The table of a band: what shares a band's rows. */
#ifndef DEDUP_BAND_TABLE_HPP
#define DEDUP_BAND_TABLE_HPP

#include "minhash.hpp"

/* Key > entries, in one open-addressing table with linear probing, 16 bytes a slot. A key holds at most `limit`
 * entries; whether more came is marked on one of its slots. Of a key only the bits in SAME tell keys apart. */
template <uint64_t SAME>
class KeyTable {
public:
    void prefetch(uint64_t key) const {
        if (capacity_) __builtin_prefetch(slots_.data + home(key));
    }

    /* Appends the entries with this key. */
    void find(uint64_t key, Array<int64_t> &entries) const {
        find(key, entries, [](uint64_t, uint64_t) { return true; });
    }

    /* Those whose key passes a test, which is given their key and this one. */
    template <class Test>
    void find(uint64_t key, Array<int64_t> &entries, Test test) const {
        if (!capacity_) return;
        for (int64_t at = home(key); slots_[at].entry != EMPTY; at = (at + 1) & (capacity_ - 1))
            if (is_same(slots_[at].key, key) && test(slots_[at].key, key))
                entries.push(static_cast<int64_t>(slots_[at].entry & ~OVERSIZED));
    }

    int64_t first(uint64_t key) const {
        if (!capacity_) return -1;
        for (int64_t at = home(key); slots_[at].entry != EMPTY; at = (at + 1) & (capacity_ - 1))
            if (is_same(slots_[at].key, key)) return static_cast<int64_t>(slots_[at].entry & ~OVERSIZED);
        return -1;
    }

    enum Outcome { ADDED, FULL, FULL_ALREADY };

    Outcome add(uint64_t key, int64_t entry, int64_t limit) {
        if ((used_ + 1) * 10 > capacity_ * 7) grow();
        int64_t at = home(key), same = 0, first = -1;
        bool is_marked = false;
        for (; slots_[at].entry != EMPTY; at = (at + 1) & (capacity_ - 1)) {
            if (!is_same(slots_[at].key, key)) continue;
            if (first < 0) first = at;
            is_marked |= (slots_[at].entry & OVERSIZED) != 0;
            if (++same < limit) continue;
            if (is_marked || is_marked_from(at, key)) return FULL_ALREADY;
            slots_[first].entry |= OVERSIZED;
            return FULL;
        }
        slots_[at] = {key, static_cast<uint64_t>(entry)};
        used_++;
        return ADDED;
    }

    /* Takes back what `add` did with this outcome. */
    void undo(uint64_t key, int64_t entry, Outcome outcome) {
        if (outcome == FULL_ALREADY) return;
        for (int64_t at = home(key);; at = (at + 1) & (capacity_ - 1)) {
            if (!is_same(slots_[at].key, key)) continue;
            if (outcome == FULL && (slots_[at].entry & OVERSIZED)) {
                slots_[at].entry &= ~OVERSIZED;
                return;
            }
            if (outcome == ADDED && (slots_[at].entry & ~OVERSIZED) == static_cast<uint64_t>(entry)) {
                remove(at);
                return;
            }
        }
    }

private:
    static const uint64_t EMPTY = ~0ULL, OVERSIZED = 1ULL << 62;
    struct Slot {
        uint64_t key, entry;
    };
    Array<Slot> slots_;
    int64_t capacity_ = 0, used_ = 0;

    static bool is_same(uint64_t a, uint64_t b) { return !((a ^ b) & SAME); }
    int64_t home(uint64_t key) const { return static_cast<int64_t>(((key & SAME) * SHINGLE_MULTIPLIER) >> shift_); }
    int shift_ = 63;

    bool is_marked_from(int64_t at, uint64_t key) const {
        for (; slots_[at].entry != EMPTY; at = (at + 1) & (capacity_ - 1))
            if (is_same(slots_[at].key, key) && (slots_[at].entry & OVERSIZED)) return true;
        return false;
    }

    void grow() {
        Array<Slot> old;
        old.swap(slots_);
        const int64_t old_capacity = capacity_;
        capacity_ = capacity_ ? capacity_ * 2 : 64;
        shift_ = 64 - __builtin_ctzll(static_cast<uint64_t>(capacity_));
        slots_.resize(capacity_);
        ask_for_large_pages(slots_.data, slots_.bytes());
        slots_.fill(capacity_, 0xff);
        for (int64_t i = 0; i < old_capacity; i++) {
            if (old[i].entry == EMPTY) continue;
            int64_t at = home(old[i].key);
            while (slots_[at].entry != EMPTY) at = (at + 1) & (capacity_ - 1);
            slots_[at] = old[i];
        }
    }

    /* Empties a slot and moves up those that a search would no longer reach (Knuth, TAOCP 3, 6.4, algorithm R). */
    void remove(int64_t hole) {
        used_--;
        for (int64_t at = (hole + 1) & (capacity_ - 1); slots_[at].entry != EMPTY; at = (at + 1) & (capacity_ - 1)) {
            const int64_t reach = (at - home(slots_[at].key)) & (capacity_ - 1);
            if (reach < ((at - hole) & (capacity_ - 1))) continue;
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole].entry = EMPTY;
    }
};

typedef KeyTable<~0ULL> BandTable;

#endif
