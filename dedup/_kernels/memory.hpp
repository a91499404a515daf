/* The memory of what is kept: arrays that grow as long as a run goes on, and wait in files once they are too large.
 *
 * As long as the process stays below a limit, they are plain memory. When it has reached it, each array of some size is
 * moved to a file without a name that is mapped to where it was, and whenever the limit is reached again all of these
 * are let go: the system keeps what it has room for, and brings back page by page what is looked at. */
#ifndef DEDUP_MEMORY_HPP
#define DEDUP_MEMORY_HPP

#include <algorithm>
#include <cstdio>
#include <ios>
#include <string>
#include <system_error>

#include "array.hpp"

#ifdef __linux__
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cerrno>
#endif

class Memory;

/* Some bytes that can grow; where they are changes only then. */
class Region {
public:
    Region() = default;
    Region(const Region &) = delete;
    Region &operator=(const Region &) = delete;
    ~Region();

    void *data() const { return data_; }
    int64_t capacity() const { return capacity_; }
    bool is_mapped() const { return is_mapped_; } /* then it began with zeros */

    /* Belong to this memory, which outlives the region. To be said before anything is in it. */
    void attach(Memory &memory);
    void grow(int64_t needed);
    void swap(Region &other);

private:
    friend class Memory;
    void *data_ = nullptr;
    int64_t capacity_ = 0;
    bool is_mapped_ = false;
    int file_ = -1;
    Memory *memory_ = nullptr;
    Region *next_ = nullptr, *previous_ = nullptr; /* of the same memory */

    static const int64_t PAGE_SIZE = 4096;

    void map(int64_t capacity);
    void move_to_file();
    void enter();
    void leave();
};

class Memory {
public:
    /* `limit`: bytes that the process may take before arrays are moved to files in `folder`; 0 for no limit. */
    Memory(const char *folder, int64_t limit) : folder_(folder), limit_(limit) {}
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;
    ~Memory() { /* Python's collector of garbage may take it first: regions go by themselves then */
        for (Region *region = first_; region; region = region->next_) region->memory_ = nullptr;
    }

    static const int64_t LEAST_MAPPED = 1 << 18; /* bytes of an array that is worth a file */
    bool uses_files = false;

    /* So many places of arrays will be looked at. Now and then, see whether too much is in memory. */
    void probed(int64_t count) {
        if ((left_ -= count) >= 0) return;
        left_ = PROBES;
        if (limit_ && (faults() - faults_) * MOST_OF_FAULT > limit_ / 16) check();
    }

    /* Bytes that one of several tables may take beside those that wait in files. */
    int64_t share() const { return limit_ / 64; }

    void check() {
        faults_ = faults();
        if (!limit_ || resident() < limit_ / 4 * 3) return; /* the rest is for what comes back until the next look */
        uses_files = true;
        for (Region *region = first_; region; region = region->next_) let_go(*region);
    }

private:
    friend class Region;
    static const int64_t PROBES = 16;             /* after which the faults are counted */
    static const int64_t MOST_OF_FAULT = 1 << 20; /* bytes that the system may bring back for one fault */
    const std::string folder_;
    const int64_t limit_;
    int64_t left_ = 0, faults_ = 0;
    Region *first_ = nullptr;

    static void fail(int number) { /* Python sees an OSError */
        throw std::ios_base::failure("temporary file", std::error_code(number, std::generic_category()));
    }

#ifdef __linux__
    /* Page faults of the process so far. */
    static int64_t faults() {
        struct rusage usage;
        return getrusage(RUSAGE_SELF, &usage) ? 0 : usage.ru_minflt + usage.ru_majflt;
    }
    static int64_t resident() {
        long long size = 0, pages = 0;
        std::FILE *const file = std::fopen("/proc/self/statm", "r");
        if (!file) return 0;
        const bool is_read = std::fscanf(file, "%lld %lld", &size, &pages) == 2;
        std::fclose(file);
        return is_read ? pages * sysconf(_SC_PAGESIZE) : 0;
    }
    static void let_go(Region &region) {
        if (!region.is_mapped_) return;
        if (region.file_ < 0) region.move_to_file();
        madvise(region.data_, static_cast<size_t>(region.capacity_), MADV_DONTNEED); /* the file keeps what was written */
    }
    int open_file() const {
        int file = open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (file < 0) { /* not every file system has files without a name */
            std::string name = folder_ + "/dedup-XXXXXX";
            file = mkostemp(&name[0], O_CLOEXEC);
            if (file >= 0) unlink(name.c_str());
        }
        if (file < 0) fail(errno);
        return file;
    }
#else
    static int64_t faults() { return 0; }
    static int64_t resident() { return 0; } /* no limit can be kept */
    static void let_go(Region &) {}
#endif
};

inline Region::~Region() {
    leave();
#ifdef __linux__
    if (is_mapped_) munmap(data_, static_cast<size_t>(capacity_));
    if (file_ >= 0) close(file_);
    if (is_mapped_) return;
#endif
    std::free(data_);
}

inline void Region::attach(Memory &memory) {
    memory_ = &memory;
    enter();
}

inline void Region::enter() {
    if (!memory_) return;
    previous_ = nullptr;
    next_ = memory_->first_;
    if (next_) next_->previous_ = this;
    memory_->first_ = this;
}

inline void Region::leave() {
    if (!memory_) return;
    if (next_) next_->previous_ = previous_;
    if (previous_) previous_->next_ = next_;
    else memory_->first_ = next_;
}

inline void Region::swap(Region &other) {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    std::swap(is_mapped_, other.is_mapped_);
    std::swap(file_, other.file_);
}

inline void Region::grow(int64_t needed) {
    int64_t capacity = capacity_ + capacity_ / 2 + 256;
    if (file_ >= 0) capacity = capacity_ + capacity_ / 8; /* it is on a disk, and never copied */
    if (capacity < needed) capacity = needed;
#ifdef __linux__
    if (memory_ && memory_->limit_ && capacity >= Memory::LEAST_MAPPED) return map((capacity + 65535) / 65536 * 65536);
#endif
    void *const grown = std::realloc(data_, static_cast<size_t>(capacity));
    if (!grown) throw std::bad_alloc();
    data_ = grown;
    capacity_ = capacity;
}

#ifdef __linux__
inline void Region::map(int64_t capacity) {
    const size_t size = static_cast<size_t>(capacity), old_size = static_cast<size_t>(capacity_);
    if (file_ < 0 && !is_mapped_ && memory_->uses_files) file_ = memory_->open_file();
    if (file_ >= 0) { /* space is taken now: a full disk is an error here, and not a signal when a page is written */
        const int64_t held = is_mapped_ ? capacity_ : 0;
        const int failure = posix_fallocate(file_, held, capacity - held);
        if (failure) Memory::fail(failure);
    }
    void *const grown = is_mapped_   ? mremap(data_, old_size, size, MREMAP_MAYMOVE)
                        : file_ >= 0 ? mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0)
                                     : mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (grown == MAP_FAILED) Memory::fail(errno);
    if (!is_mapped_) {
        if (capacity_) std::memcpy(grown, data_, old_size);
        std::free(data_);
    }
    is_mapped_ = true;
    data_ = grown;
    capacity_ = capacity;
}

/* Page by page: what was written at once may come back at once. */
inline void Region::move_to_file() {
    const int file = memory_->open_file();
    int failure = posix_fallocate(file, 0, capacity_);
    for (int64_t done = 0; !failure && done < capacity_;) {
        const ssize_t written = pwrite(file, static_cast<char *>(data_) + done, static_cast<size_t>(std::min<int64_t>(PAGE_SIZE, capacity_ - done)), done);
        if (written < 0 && errno != EINTR) failure = errno;
        if (written > 0) done += written;
    }
    if (!failure && mmap(data_, static_cast<size_t>(capacity_), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED)
        failure = errno;
    if (failure) {
        close(file);
        Memory::fail(failure);
    }
    madvise(data_, static_cast<size_t>(capacity_), MADV_RANDOM);
    file_ = file;
}
#else
inline void Region::map(int64_t) {}
inline void Region::move_to_file() {}
#endif

/* An `Array` in a region. What it holds first is undefined, like there. */
template <class T>
class KeptArray {
public:
    T *data = nullptr;
    int64_t size = 0;

    void attach(Memory &memory) { region_.attach(memory); }

    T &operator[](int64_t i) { return data[i]; }
    const T &operator[](int64_t i) const { return data[i]; }
    T &back() { return data[size - 1]; }
    bool empty() const { return size == 0; }
    void clear() { size = 0; }

    T *reserve(int64_t more) {
        if ((size + more) * static_cast<int64_t>(sizeof(T)) > region_.capacity()) grow(size + more);
        return data + size;
    }
    void push(T value) {
        reserve(1);
        data[size++] = value;
    }
    void append(const T *values, int64_t count) {
        if (count == 0) return;
        std::memcpy(reserve(count), values, static_cast<size_t>(count) * sizeof(T));
        size += count;
    }
    void resize(int64_t count) {
        if (count > size) reserve(count - size);
        size = count;
    }
    void swap(KeptArray &other) {
        region_.swap(other.region_);
        std::swap(data, other.data);
        std::swap(size, other.size);
    }
    /* Make an array without anything in it so long, of zeros; it will be read here and there. */
    void zeros(int64_t count) {
        reserve(count);
        ask_for_large_pages(data, count * static_cast<int64_t>(sizeof(T)));
        if (!region_.is_mapped()) std::memset(data, 0, static_cast<size_t>(count) * sizeof(T));
        size = count;
    }
    int64_t bytes() const { return size * static_cast<int64_t>(sizeof(T)); }

private:
    Region region_;

    void grow(int64_t needed) {
        region_.grow(needed * static_cast<int64_t>(sizeof(T)));
        data = static_cast<T *>(region_.data());
    }
};

#endif
