/* The characters of all kept blocks, one after another: in memory, or in a file that is mapped into it.
 *
 * In a file, no more than `resident` bytes of it stay in memory: what was written longest ago is let go again and again,
 * and comes back page by page where it is read. */
#ifndef DEDUP_TEXT_ARENA_HPP
#define DEDUP_TEXT_ARENA_HPP

#include "array.hpp"

#include <ios>
#include <system_error>
#ifdef __linux__
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cerrno>
#endif

class TextArena {
public:
    int64_t size = 0;

    TextArena() = default;
    TextArena(const TextArena &) = delete;
    TextArena &operator=(const TextArena &) = delete;
    ~TextArena() {
#ifdef __linux__
        if (mapped_) munmap(mapped_, static_cast<size_t>(capacity_));
        if (file_ >= 0) close(file_);
#endif
    }

    /* Keep everything in this file, of which a copy of the descriptor is taken; false where that cannot be done. */
    bool use_file(int file, int64_t resident) {
#ifdef __linux__
        file_ = dup(file);
        resident_ = resident;
        return file_ >= 0;
#else
        (void)file, (void)resident;
        return false;
#endif
    }

    const uint8_t *at(int64_t place) {
        if (!mapped_) return memory_.data + place;
        if (place < size - resident_ && (brought_back_ += FAULT_AROUND) > resident_ + STEP) let_go();
        return mapped_ + place;
    }

    /* Room for so many more bytes, from `size` on.  */
    uint8_t *reserve(int64_t more) {
        if (file_ < 0) {
            memory_.size = size;
            return memory_.reserve(more);
        }
        if (size + more > capacity_) grow(size + more);
        if (size - let_go_ > resident_ + STEP) let_go();
        return mapped_ + size;
    }

private:
    static const int64_t STEP = 16 << 20; /* bytes by which a file grows, and by which it is let go */
    static const int64_t FAULT_AROUND = 64 << 10; /* what the system may bring back for one look at an old page */
    Array<uint8_t> memory_;
    uint8_t *mapped_ = nullptr;
    int file_ = -1;
    int64_t capacity_ = 0, resident_ = 0, let_go_ = 0, brought_back_ = 0;

    static void fail(int number) { /* Python sees an OSError */
        throw std::ios_base::failure("temporary file", std::error_code(number, std::generic_category()));
    }

#ifdef __linux__
    void grow(int64_t needed) {
        const int64_t capacity = (needed + STEP - 1) / STEP * STEP;
        /* space is taken now: a full disk is an error here, and not a signal when the page is written */
        const int failure = posix_fallocate(file_, capacity_, capacity - capacity_);
        if (failure) fail(failure);
        void *const mapped =
            mapped_ ? mremap(mapped_, static_cast<size_t>(capacity_), static_cast<size_t>(capacity), MREMAP_MAYMOVE)
                    : mmap(nullptr, static_cast<size_t>(capacity), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
        if (mapped == MAP_FAILED) fail(errno);
        mapped_ = static_cast<uint8_t *>(mapped);
        capacity_ = capacity;
    }
    void let_go() {
        const int64_t until = size > resident_ ? (size - resident_) / 4096 * 4096 : 0;
        madvise(mapped_, static_cast<size_t>(until), MADV_DONTNEED); /* it is shared: the file keeps what was written */
        let_go_ = until;
        brought_back_ = 0;
    }
#else
    void grow(int64_t) {}
    void let_go() {}
#endif
};

#endif
