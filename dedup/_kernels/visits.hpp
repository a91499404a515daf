/* Which documents came before, and what was remembered of them.
 *
 * Ids and texts are recognised by 128 bits hashed with a secret of the run: nobody who does not know it can prepare two
 * that are taken for one another. */
#ifndef DEDUP_VISITS_HPP
#define DEDUP_VISITS_HPP

#include "band_table.hpp"
#include "tokenize.hpp"
#include "xxh3.h"

struct VisitKey {
    uint64_t low, high;
};

/* Keys > the place of what is remembered with each, or none. */
class VisitTable {
public:
    static const int64_t NOTHING = -1;

    void attach(Memory &memory) {
        table_.attach(memory);
        visits_.attach(memory);
    }

    /* Whether the key is new; it is there from now on. */
    bool add(const VisitKey &key) {
        if (find(key) >= 0) return false;
        table_.add(key.low, visits_.size, INT64_MAX);
        table_.settle();
        visits_.push({key.high, NOTHING});
        return true;
    }

    void remember(const VisitKey &key, int64_t place) {
        add(key);
        visits_[find(key)].place = place;
    }

    int64_t remembered(const VisitKey &key) {
        const int64_t number = find(key);
        return number < 0 ? NOTHING : visits_[number].place;
    }

    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        table_.pass(snapshot);
        snapshot.pass(visits_);
    }

private:
    struct Visit {
        uint64_t high;
        int64_t place;
    };
    BandTable table_; /* by the lower halves of keys */
    KeptArray<Visit> visits_;
    Array<int64_t> found_;

    int64_t find(const VisitKey &key) {
        found_.clear();
        table_.find(key.low, found_);
        for (int64_t i = 0; i < found_.size; i++)
            if (visits_[found_[i]].high == key.high) return found_[i];
        return -1;
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

    /* A document with this id comes, the text of which nobody will ask for; whether one came before. */
    bool enter_id(const Text &id) {
        memory_.probed(2);
        return !table_.add(key_of(id));
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
