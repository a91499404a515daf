/* What has to be known of a line of JSON before it may be read in the quick way: see `reference_lines.py`. */
#ifndef DEDUP_LINES_HPP
#define DEDUP_LINES_HPP

#include <cstdint>
#include <cstring>
#include <string_view>

/* Whether bytes are UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
static bool is_utf8(const uint8_t *p, int64_t size) {
    const uint8_t *const end = p + size;
    while (p < end) {
        uint64_t eight;
        if (end - p >= 8 && (std::memcpy(&eight, p, 8), !(eight & 0x8080808080808080ULL))) {
            p += 8;
            continue;
        }
        if (p[0] < 0x80) {
            p++;
            continue;
        }
        const int more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : 1;
        if (p[0] < 0xc2 || p[0] > 0xf4 || end - p <= more) return false;
        for (int i = 1; i <= more; i++)
            if ((p[i] & 0xc0) != 0x80) return false;
        if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)) return false;
        if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)) return false;
        p += more + 1;
    }
    return true;
}

/* Whether `part` stands in a line exactly once. */
static bool stands_once(std::string_view line, std::string_view part) {
    const size_t first = line.find(part);
    return first != line.npos && line.find(part, first + 1) == line.npos;
}

static bool is_plain_line(const char *line, int64_t size, const char *name, int64_t name_size) {
    const std::string_view whole(line, static_cast<size_t>(size));
    return stands_once(whole, std::string_view(name, static_cast<size_t>(name_size))) &&
           whole.find("\\u") == whole.npos && is_utf8(reinterpret_cast<const uint8_t *>(line), size);
}

#endif
