/* Which documents came before, and what was remembered of them.
 *
 * Ids and texts are recognised by 128 bits hashed with a secret of the run: nobody who does not know it can prepare two
 * that are taken for one another. */
#ifndef DEDUP_VISITS_HPP
#define DEDUP_VISITS_HPP

#include "memory.hpp"
#include "tokenize.hpp"
#include "xxh3.h"

struct VisitKey {
    uint64_t low, high;

    bool operator==(const VisitKey &other) const { return low == other.low && high == other.high; }
};

/* Keys > the place of what is remembered with each, or none: open addressing with linear probing, 24 bytes a slot. */
class VisitTable {
public:
    static const int64_t NOTHING = -1;

    void attach(Memory &memory) {
        memory_ = &memory;
        slots_.attach(memory);
    }

    /* Whether the key is new; it is there from now on. */
    bool add(const VisitKey &key) {
        if ((used_ + 1) * 10 > slots_.size * 7) grow();
        int64_t *const place = find(key, true);
        if (*place) return false;
        *place = 1;
        used_++;
        return true;
    }

    void remember(const VisitKey &key, int64_t place) {
        add(key);
        *find(key, true) = place + 2;
    }

    int64_t remembered(const VisitKey &key) {
        const int64_t *const place = slots_.size ? find(key, false) : nullptr;
        return place ? *place - 2 : NOTHING;
    }

    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        snapshot.pass(slots_);
        snapshot.pass(used_);
    }

private:
    struct Slot {
        VisitKey key;
        int64_t state; /* 0: empty; 1: nothing remembered; else its place and 2 */
    };
    static const int64_t SLOTS_BETWEEN = 1 << 19;
    KeptArray<Slot> slots_;
    int64_t used_ = 0;
    Memory *memory_ = nullptr;

    int64_t home(const VisitKey &key) const {
        return static_cast<int64_t>(key.low >> (64 - __builtin_ctzll(static_cast<uint64_t>(slots_.size))));
    }

    int64_t *find(const VisitKey &key, bool takes_empty) {
        int64_t at = home(key);
        for (; slots_[at].state; at = (at + 1) & (slots_.size - 1))
            if (slots_[at].key == key) return &slots_[at].state;
        if (!takes_empty) return nullptr;
        slots_[at].key = key;
        return &slots_[at].state;
    }

    void grow() {
        KeptArray<Slot> old;
        old.attach(*memory_);
        old.swap(slots_);
        slots_.zeros(old.size ? old.size * 2 : 64);
        for (int64_t i = 0; i < old.size; i++) {
            if (i % SLOTS_BETWEEN == 0) memory_->check();
            if (old[i].state) *find(old[i].key, true) = old[i].state;
        }
    }
};

class Visits {
public:
    static const int64_t SECRET_SIZE = 384;
    enum { REPEATS_ID = 1, IS_REVISIT = 2 };

    explicit Visits(Memory &memory) : memory_(memory) {
        table_.attach(memory);
        bytes_.attach(memory);
    }

    uint8_t secret[SECRET_SIZE];

    VisitKey key_of(const Text &text) const {
        VisitKey key = hashed(static_cast<const uint8_t *>(text.data), static_cast<size_t>(text.length * text.width));
        key.low += static_cast<uint64_t>(text.width);
        return key;
    }

    /* What a document with this id and a text with this key is recognised by. */
    VisitKey key_of(const Text &id, const VisitKey &text) const {
        const VisitKey both[2] = {key_of(id), text};
        return hashed(reinterpret_cast<const uint8_t *>(both), sizeof both);
    }

    /* A document comes; what of it came before. */
    int enter(const Text &id, const VisitKey &text) {
        memory_.probed(4);
        const bool is_new = table_.add(key_of(id)), has_new_text = table_.add(key_of(id, text));
        return is_new ? 0 : has_new_text ? REPEATS_ID : REPEATS_ID | IS_REVISIT;
    }

    void remember(const VisitKey &visit, const uint8_t *data, int64_t size) {
        const uint8_t *const length = reinterpret_cast<const uint8_t *>(&size);
        table_.remember(visit, bytes_.size);
        bytes_.append(length, sizeof size);
        bytes_.append(data, size);
    }

    /* What was remembered, and its length; null if nothing was. */
    const uint8_t *remembered(const VisitKey &visit, int64_t &size) {
        const int64_t place = table_.remembered(visit);
        if (place < 0) return nullptr;
        std::memcpy(&size, bytes_.data + place, sizeof size);
        return bytes_.data + place + sizeof size;
    }

    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        snapshot.pass(secret);
        table_.pass(snapshot);
        snapshot.pass(bytes_);
    }

private:
    Memory &memory_;
    VisitTable table_;
    KeptArray<uint8_t> bytes_;

    VisitKey hashed(const uint8_t *data, size_t size) const {
        return {xxh3(data, size, secret), xxh3(data, size, secret + SECRET_SIZE / 2)};
    }
};

#endif
