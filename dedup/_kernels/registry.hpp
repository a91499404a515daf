/* The documents that kept blocks stand in, by number. */
#ifndef DEDUP_REGISTRY_HPP
#define DEDUP_REGISTRY_HPP

#include "kept_text.hpp"

class Registry {
public:
    /* `record`: its position in the input; `repeats`: whether an earlier one has the same id. */
    struct Registered {
        StoredText id;
        int64_t record;
        bool repeats;
    };

    explicit Registry(Memory &memory) {
        ids_.arena.attach(memory);
        documents_.attach(memory);
    }

    int64_t size() const { return documents_.size; }
    const Registered &operator[](int64_t number) const { return documents_[number]; }
    Text id(int64_t number) { return ids_.text(documents_[number].id); }

    /* From now on documents are known only until others come. */
    void freeze() {
        kept_ = documents_.size;
        kept_bytes_ = ids_.arena.size;
    }

    /* Others come. */
    void forget_passed() {
        if (kept_ < 0) return;
        documents_.size = kept_;
        ids_.arena.size = kept_bytes_;
    }

    void add(const Text &id, int64_t record, bool repeats) { documents_.push({ids_.keep(id, 0, id.length), record, repeats}); }

    template <class Snapshot>
    void pass(Snapshot &snapshot) {
        forget_passed();
        snapshot.pass(documents_);
        snapshot.pass(ids_.arena);
        if (kept_ >= 0) freeze();
    }

private:
    StoredTexts ids_;
    KeptArray<Registered> documents_;
    int64_t kept_ = -1, kept_bytes_ = 0; /* of those that came before it was frozen; -1 if it is not */
};

#endif
