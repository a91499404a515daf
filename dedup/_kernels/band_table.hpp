/* The table of a band: what shares a band's rows. */
#ifndef DEDUP_BAND_TABLE_HPP
#define DEDUP_BAND_TABLE_HPP

#include "memory.hpp"
#include "minhash.hpp"

/* Key > entries, in one open-addressing table with linear probing, 16 bytes a slot. A key holds at most `limit`
 * entries; whether more came is marked on one of its slots. Of a key only the bits in SAME tell keys apart. */
template <uint64_t SAME>
class KeyTable {
public:
    void attach(Memory &memory) {
        memory_ = &memory;
        slots_.attach(memory);
    }

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
                entries.push(entry_of(slots_[at]));
    }

    int64_t first(uint64_t key) const {
        if (!capacity_) return -1;
        for (int64_t at = home(key); slots_[at].entry != EMPTY; at = (at + 1) & (capacity_ - 1))
            if (is_same(slots_[at].key, key)) return entry_of(slots_[at]);
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
        slots_[at] = {key, static_cast<uint64_t>(entry) + 1};
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
            if (outcome == ADDED && entry_of(slots_[at]) == entry) {
                remove(at);
                return;
            }
        }
    }

    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        snapshot.pass(slots_);
        snapshot.pass(used_);
        if (slots_.size) set_capacity(slots_.size);
    }

private:
    static const uint64_t EMPTY = 0, OVERSIZED = 1ULL << 62;
    struct Slot {
        uint64_t key, entry; /* one more than the entry's number, and whether there came more than fit in */
    };
    KeptArray<Slot> slots_;
    int64_t capacity_ = 0, used_ = 0;
    Memory *memory_ = nullptr;

    static int64_t entry_of(const Slot &slot) { return static_cast<int64_t>(slot.entry & ~OVERSIZED) - 1; }

    static bool is_same(uint64_t a, uint64_t b) { return !((a ^ b) & SAME); }
    int64_t home(uint64_t key) const { return static_cast<int64_t>(((key & SAME) * SHINGLE_MULTIPLIER) >> shift_); }
    int shift_ = 63;

    static const int64_t SLOTS_BETWEEN = 1 << 20; /* that are moved until memory is looked at again */

    void set_capacity(int64_t capacity) {
        capacity_ = capacity;
        shift_ = 64 - __builtin_ctzll(static_cast<uint64_t>(capacity));
    }

    bool is_marked_from(int64_t at, uint64_t key) const {
        for (; slots_[at].entry != EMPTY; at = (at + 1) & (capacity_ - 1))
            if (is_same(slots_[at].key, key) && (slots_[at].entry & OVERSIZED)) return true;
        return false;
    }

    void grow() {
        KeptArray<Slot> old;
        if (memory_) old.attach(*memory_);
        old.swap(slots_);
        const int64_t old_capacity = capacity_;
        set_capacity(capacity_ ? capacity_ * 2 : 64);
        slots_.zeros(capacity_);
        for (int64_t i = 0; i < old_capacity; i++) { /* in both tables from their beginnings to their ends */
            if (memory_ && i % SLOTS_BETWEEN == 0) memory_->check();
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
