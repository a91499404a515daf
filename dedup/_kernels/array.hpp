/* A growing array of plain values: no initialisation, no exceptions but std::bad_alloc, no copies. */
#ifndef DEDUP_ARRAY_HPP
#define DEDUP_ARRAY_HPP

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#ifdef __linux__
#include <sys/mman.h>
#endif

/* A large array that is read here and there is quicker in large pages: fewer walks through the page tables. */
static inline void ask_for_large_pages(void *data, int64_t bytes) {
#ifdef __linux__
    const uintptr_t page = 4096, start = (reinterpret_cast<uintptr_t>(data) + page - 1) / page * page;
    const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + static_cast<uintptr_t>(bytes)) / page * page;
    if (bytes >= 4 << 20) madvise(reinterpret_cast<void *>(start), end - start, MADV_HUGEPAGE);
#else
    (void)data, (void)bytes;
#endif
}

template <class T>
class Array {
public:
    T *data = nullptr;
    int64_t size = 0;

    Array() = default;
    Array(const Array &) = delete;
    Array &operator=(const Array &) = delete;
    ~Array() { std::free(data); }

    T &operator[](int64_t i) { return data[i]; }
    const T &operator[](int64_t i) const { return data[i]; }
    T &back() { return data[size - 1]; }
    bool empty() const { return size == 0; }
    void clear() { size = 0; }

    /* Room for this many more; what is written there counts once `size` says so. */
    T *reserve(int64_t more) {
        if (size + more > capacity_) grow(size + more);
        return data + size;
    }
    void push(T value) {
        if (size == capacity_) grow(size + 1);
        data[size++] = value;
    }
    void append(const T *values, int64_t count) {
        if (count == 0) return;
        std::memcpy(reserve(count), values, static_cast<size_t>(count) * sizeof(T));
        size += count;
    }
    void resize(int64_t count) {
        if (count > capacity_) grow(count);
        size = count;
    }
    void fill(int64_t count, int byte) {
        resize(count);
        if (count) std::memset(data, byte, static_cast<size_t>(count) * sizeof(T));
    }
    void swap(Array &other) {
        T *const kept = data;
        data = other.data;
        other.data = kept;
        std::swap(size, other.size);
        std::swap(capacity_, other.capacity_);
    }
    int64_t bytes() const { return capacity_ * static_cast<int64_t>(sizeof(T)); }

private:
    int64_t capacity_ = 0;

    void grow(int64_t needed) {
        int64_t capacity = capacity_ + capacity_ / 2 + 16;
        if (capacity < needed) capacity = needed;
        void *const grown = std::realloc(data, static_cast<size_t>(capacity) * sizeof(T));
        if (!grown) throw std::bad_alloc();
        data = static_cast<T *>(grown);
        capacity_ = capacity;
    }
};

#endif
