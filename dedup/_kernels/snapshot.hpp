/* What is kept, written to a file and read again: array after array as it lies in memory, each with its size before it;
 * a sum of all that came follows each of these. Only the process's own kind can read it; who wrote it says so elsewhere. */
#ifndef DEDUP_SNAPSHOT_HPP
#define DEDUP_SNAPSHOT_HPP

#include <cerrno>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.hpp"
#include "xxh3.h"

class SnapshotFile {
public:
    /* `memory`: of the arrays; it is looked at between their parts. */
    SnapshotFile(int file, Memory &memory) : file_(file), memory_(memory) {}

protected:
    static const int64_t PART = 4 << 20; /* bytes that are summed up and written, or read, at a time */
    const int file_;
    Memory &memory_;
    uint64_t sum_ = 0;

    void add_to_sum(const uint8_t *data, int64_t size) {
        sum_ = (sum_ ^ xxh3(data, static_cast<size_t>(size))) * 0x9e3779b97f4a7c15ULL;
    }
    static void fail(int number) { /* Python sees an OSError */
        throw std::ios_base::failure("snapshot", std::error_code(number, std::generic_category()));
    }
};

class SnapshotWriter : public SnapshotFile {
public:
    using SnapshotFile::SnapshotFile;

    template <class T>
    void pass(KeptArray<T> &array) {
        pass(array.size);
        write(reinterpret_cast<const uint8_t *>(array.data), array.bytes());
    }
    template <class T>
    void pass(T &value) {
        write(reinterpret_cast<const uint8_t *>(&value), sizeof value);
    }

private:
    void write(const uint8_t *data, int64_t size) {
        write_in_parts(data, size);
        write_out(reinterpret_cast<const uint8_t *>(&sum_), sizeof sum_);
    }
    void write_in_parts(const uint8_t *data, int64_t size) {
        for (int64_t done = 0; done < size; done += PART) {
            const int64_t part = size - done < PART ? size - done : PART;
            add_to_sum(data + done, part);
            write_out(data + done, part);
            memory_.check();
        }
    }
    void write_out(const uint8_t *data, int64_t size) {
        while (size > 0) {
            const ssize_t written = ::write(file_, data, static_cast<size_t>(size));
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail(errno);
            data += written;
            size -= written;
        }
    }
};

class SnapshotReader : public SnapshotFile {
public:
    SnapshotReader(int file, Memory &memory) : SnapshotFile(file, memory) {
        struct stat status;
        if (fstat(file, &status)) fail(errno);
        left_ = status.st_size;
    }

    template <class T>
    void pass(KeptArray<T> &array) {
        int64_t size = 0;
        pass(size);
        if (size < 0 || size > left_ / static_cast<int64_t>(sizeof(T))) damaged();
        array.clear();
        array.resize(size);
        read(reinterpret_cast<uint8_t *>(array.data), array.bytes());
    }
    template <class T>
    void pass(T &value) {
        read(reinterpret_cast<uint8_t *>(&value), sizeof value);
    }

private:
    int64_t left_ = 0; /* bytes of the file */

    static void damaged() { throw std::invalid_argument("damaged"); } /* Python sees a ValueError */

    void read(uint8_t *data, int64_t size) {
        read_in_parts(data, size);
        uint64_t written = 0;
        read_in(reinterpret_cast<uint8_t *>(&written), sizeof written);
        if (written != sum_) damaged();
    }
    void read_in_parts(uint8_t *data, int64_t size) {
        for (int64_t done = 0; done < size; done += PART) {
            const int64_t part = size - done < PART ? size - done : PART;
            read_in(data + done, part);
            add_to_sum(data + done, part);
            memory_.check();
        }
    }
    void read_in(uint8_t *data, int64_t size) {
        left_ -= size;
        while (size > 0) {
            const ssize_t got = ::read(file_, data, static_cast<size_t>(size));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail(errno);
            if (got == 0) damaged();
            data += got;
            size -= got;
        }
    }
};

#endif
