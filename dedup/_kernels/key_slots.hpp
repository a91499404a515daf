/* Keys and their entries in one open-addressing table with linear probing, 16 bytes a slot. */
#ifndef DEDUP_KEY_SLOTS_HPP
#define DEDUP_KEY_SLOTS_HPP

#include "memory.hpp"
#include "minhash.hpp"

/* What `KeyTable` says, of one table. Slots lie in the order of what keys hash to: tables of other sizes are gone through
 * together from their beginnings to their ends. */
template <uint64_t SAME>
class KeySlots {
public:
    enum Outcome { ADDED, FULL, FULL_ALREADY };

    void attach(Memory &memory) {
        memory_ = &memory;
        slots_.attach(memory);
    }

    int64_t used() const { return used_; }
    int64_t capacity() const { return slots_.size; }
    int64_t bytes() const { return slots_.bytes(); }

    void prefetch(uint64_t key) const {
        if (capacity()) __builtin_prefetch(slots_.data + home(key));
    }

    template <class Test>
    void find(uint64_t key, Array<int64_t> &entries, Test test) const {
        if (!capacity()) return;
        for (int64_t at = home(key); slots_[at].entry != EMPTY; at = next(at))
            if (is_same(slots_[at].key, key) && test(slots_[at].key, key)) entries.push(entry_of(slots_[at]));
    }

    int64_t first(uint64_t key) const {
        const int64_t at = slot_of(key);
        return at < 0 ? -1 : entry_of(slots_[at]);
    }

    /* How many entries a key has, and whether more came. */
    int64_t count(uint64_t key, bool &is_marked) const {
        int64_t same = 0;
        if (!capacity()) return 0;
        for (int64_t at = home(key); slots_[at].entry != EMPTY; at = next(at)) {
            if (!is_same(slots_[at].key, key)) continue;
            is_marked |= (slots_[at].entry & OVERSIZED) != 0;
            same++;
        }
        return same;
    }

    Outcome add(uint64_t key, int64_t entry, int64_t limit) {
        make_room();
        int64_t at = home(key), same = 0;
        bool is_marked = false;
        for (; slots_[at].entry != EMPTY; at = next(at)) {
            if (!is_same(slots_[at].key, key)) continue;
            is_marked |= (slots_[at].entry & OVERSIZED) != 0;
            if (++same < limit) continue;
            if (is_marked || is_marked_from(at, key)) return FULL_ALREADY;
            return mark(key);
        }
        slots_[at] = {key, static_cast<uint64_t>(entry) + 1};
        used_++;
        return ADDED;
    }

    /* More came of a key than it holds. */
    Outcome mark(uint64_t key) {
        slots_[slot_of(key)].entry |= OVERSIZED;
        return FULL;
    }

    /* Takes that back; whether it was so. */
    bool unmark(uint64_t key) {
        if (!capacity()) return false;
        for (int64_t at = home(key); slots_[at].entry != EMPTY; at = next(at)) {
            if (!is_same(slots_[at].key, key) || !(slots_[at].entry & OVERSIZED)) continue;
            slots_[at].entry &= ~OVERSIZED;
            return true;
        }
        return false;
    }

    /* Takes back what `add` did with this outcome. */
    void undo(uint64_t key, int64_t entry, Outcome outcome) {
        if (outcome == FULL) unmark(key);
        if (outcome != ADDED) return;
        int64_t at = home(key);
        while (!is_same(slots_[at].key, key) || entry_of(slots_[at]) != entry) at = next(at);
        remove(at);
    }

    /* Gives all slots to `take`, those of one key in the order they came. */
    template <class Take>
    void each(Take take) const {
        const int64_t begin = after_empty(), size = capacity();
        for (int64_t i = 0; i < size; i++) {
            if (memory_ && i % SLOTS_BETWEEN == 0) memory_->check();
            const Slot &slot = slots_[(begin + i) & (size - 1)];
            if (slot.entry != EMPTY) take(slot.key, slot.entry);
        }
    }

    /* Takes a slot that `each` of another table gave. */
    void move_in(uint64_t key, uint64_t entry) {
        make_room();
        if (memory_) memory_->probed(1);
        place(key, entry);
        used_++;
    }

    void clear() {
        if (capacity()) std::memset(slots_.data, 0, static_cast<size_t>(bytes()));
        used_ = 0;
    }

    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        snapshot.pass(slots_);
        snapshot.pass(used_);
        set_shift();
    }

private:
    static const uint64_t EMPTY = 0, OVERSIZED = 1ULL << 62;
    static const int64_t SLOTS_BETWEEN = 1 << 18; /* that are gone through until memory is looked at again */
    struct Slot {
        uint64_t key, entry; /* one more than the entry's number, and whether there came more than fit in */
    };
    KeptArray<Slot> slots_;
    int64_t used_ = 0;
    int shift_ = 63;
    Memory *memory_ = nullptr;

    static bool is_same(uint64_t a, uint64_t b) { return !((a ^ b) & SAME); }
    static int64_t entry_of(const Slot &slot) { return static_cast<int64_t>(slot.entry & ~OVERSIZED) - 1; }
    int64_t home(uint64_t key) const { return static_cast<int64_t>(((key & SAME) * SHINGLE_MULTIPLIER) >> shift_); }
    int64_t next(int64_t at) const { return (at + 1) & (capacity() - 1); }
    void set_shift() {
        if (capacity()) shift_ = 64 - __builtin_ctzll(static_cast<uint64_t>(capacity()));
    }

    /* The first slot of a key, or -1. */
    int64_t slot_of(uint64_t key) const {
        if (!capacity()) return -1;
        for (int64_t at = home(key); slots_[at].entry != EMPTY; at = next(at))
            if (is_same(slots_[at].key, key)) return at;
        return -1;
    }

    bool is_marked_from(int64_t at, uint64_t key) const {
        for (; slots_[at].entry != EMPTY; at = next(at))
            if (is_same(slots_[at].key, key) && (slots_[at].entry & OVERSIZED)) return true;
        return false;
    }

    /* A slot behind an empty one: no row of slots in use goes on from before it. */
    int64_t after_empty() const {
        int64_t at = 0;
        while (at < capacity() && slots_[at].entry != EMPTY) at++;
        return at;
    }

    void place(uint64_t key, uint64_t entry) {
        int64_t at = home(key);
        while (slots_[at].entry != EMPTY) at = next(at);
        slots_[at] = {key, entry};
    }

    void make_room() {
        if ((used_ + 1) * 10 <= capacity() * 7) return;
        KeySlots old;
        if (memory_) old.attach(*memory_);
        old.slots_.swap(slots_);
        slots_.zeros(old.capacity() ? old.capacity() * 2 : 64);
        set_shift();
        old.each([this](uint64_t key, uint64_t entry) { place(key, entry); });
    }

    /* Empties a slot and moves up those that a search would no longer reach (Knuth, TAOCP 3, 6.4, algorithm R). */
    void remove(int64_t hole) {
        used_--;
        for (int64_t at = next(hole); slots_[at].entry != EMPTY; at = next(at)) {
            const int64_t reach = (at - home(slots_[at].key)) & (capacity() - 1);
            if (reach < ((at - hole) & (capacity() - 1))) continue;
            slots_[hole] = slots_[at];
            hole = at;
        }
        slots_[hole].entry = EMPTY;
    }
};

#endif
