/* Lines of JSON > texts and ids, without decoding anything else: what `reference_lines.py` says, in one pass.
 *
 * A text without escapes and beyond-ASCII characters is not even copied: it stays where it was read. The grammar is
 * that of RFC 8259, and UTF-8 that of RFC 3629. */
#ifndef DEDUP_LINES_HPP
#define DEDUP_LINES_HPP

#include <algorithm>
#include <string_view>

#include "lanes.hpp"
#include "tokenize.hpp"

static int64_t lines_ended(const uint8_t *bytes, int64_t size) {
    int64_t count = 0;
    for (int64_t i = 0; i < size; i++) count += bytes[i] == '\n';
    return count;
}

/* A string or number as it was written, and decoded. */
struct Value {
    int64_t start = 0, end = 0; /* in the bytes; of a string, what stands between its quotes */
    Text text = {nullptr, 0, 1};
    int64_t decoded_at = -1; /* in the bytes decoded; -1 if it was not copied */
    bool is_there = false;
    /* Whether it is spelt as writers do that leave characters beyond ASCII as they are, and as those that escape them.
     * Either escapes quotes, backslashes and the five controls that have a letter, and nothing it need not. */
    bool is_unescaped = true, is_escaped = true;
};

struct Line {
    int64_t start, end;
    Value text, id;
};

class Lines {
public:
    Array<Line> lines;

    /* Reads lines; false as soon as one is not plain. */
    bool read(const uint8_t *bytes, int64_t size, std::string_view text_name, std::string_view id_name) {
        bytes_ = bytes;
        text_name_ = text_name;
        id_name_ = id_name;
        for (int64_t start = 0; start < size;) {
            const void *const newline = std::memchr(bytes + start, '\n', static_cast<size_t>(size - start));
            const int64_t end = newline ? static_cast<const uint8_t *>(newline) - bytes + 1 : size;
            Line line = {start, end, Value(), Value()};
            if (!read_line(line)) return false;
            lines.push(line);
            start = end;
        }
        for (int64_t i = 0; i < lines.size; i++) {
            settle(lines[i].text);
            settle(lines[i].id);
        }
        return true;
    }

    bool is_escaped(int64_t i) const {
        const Value &text = lines[i].text; /* DEL is escaped by those writers that escape what is beyond ASCII */
        return text.is_escaped && !std::memchr(bytes_ + text.start, 0x7f, static_cast<size_t>(text.end - text.start));
    }

    /* Appends line i without some spans of the characters of its text. */
    void cut(int64_t i, const Span *spans, int64_t count, Array<uint8_t> &out) const {
        const Line &line = lines[i];
        int64_t place = line.text.start, written = line.start, passed = 0;
        for (int64_t s = 0; s < count; s++) {
            place = after(line.text, place, spans[s].start - passed);
            out.append(bytes_ + written, place - written);
            place = written = after(line.text, place, spans[s].end - spans[s].start);
            passed = spans[s].end;
        }
        out.append(bytes_ + written, line.end - written);
    }

private:
    static const int MOST_DEPTH = 64;
    const uint8_t *bytes_ = nullptr;
    std::string_view text_name_, id_name_;
    Array<uint8_t> decoded_;
    int64_t at_ = 0, end_ = 0;
    bool has_id_ = false; /* the line read so far does, whatever it is */

    void settle(Value &value) { /* the array of what was decoded has come to rest */
        if (value.decoded_at >= 0) value.text.data = decoded_.data + value.decoded_at;
    }

    /* Where a string is after so many more of its characters. */
    int64_t after(const Value &value, int64_t place, int64_t characters) const {
        if (value.decoded_at < 0) return place + characters;
        while (characters > 0) {
            const int64_t run = instructions->plain_run(bytes_ + place, std::min(value.end - place, characters));
            place += run;
            characters -= run;
            if (characters == 0) break;
            place += size_of_character(bytes_ + place);
            characters--;
        }
        return place;
    }

    static int64_t size_of_character(const uint8_t *c) {
        if (*c != '\\') return *c >= 0xf0 ? 4 : *c >= 0xe0 ? 3 : 2;
        if (c[1] != 'u') return 2;
        return (c[2] == 'd' || c[2] == 'D') && (c[3] == '8' || c[3] == '9' || (c[3] | 32) == 'a' || (c[3] | 32) == 'b') ? 12 : 6;
    }

    bool read_line(Line &line) {
        at_ = line.start;
        end_ = line.end;
        has_id_ = false;
        skip_space();
        if (!take('{')) return false;
        skip_space();
        if (!take('}')) {
            do {
                skip_space();
                if (!read_field(line)) return false;
                skip_space();
            } while (take(','));
            if (!take('}')) return false;
        }
        skip_space();
        return at_ == end_ && line.text.is_there;
    }

    bool read_field(Line &line) {
        Value name;
        if (!take('"') || !skip_string(name)) return false;
        const std::string_view found(reinterpret_cast<const char *>(bytes_) + name.start,
                                     static_cast<size_t>(name.end - name.start));
        if (found.find('\\') != found.npos) return false;
        skip_space();
        if (!take(':')) return false;
        skip_space();
        if (found == text_name_) return !line.text.is_there && take('"') && read_string(line.text);
        if (found != id_name_) return skip_value(0);
        if (has_id_) return false;
        has_id_ = true;
        if (take('"')) return read_string(line.id);
        return is_number() ? read_number(line.id) : skip_value(0);
    }

    void skip_space() {
        while (at_ < end_ && (bytes_[at_] == ' ' || bytes_[at_] == '\n' || bytes_[at_] == '\r' || bytes_[at_] == '\t')) at_++;
    }
    bool take(char expected) {
        if (at_ == end_ || bytes_[at_] != static_cast<uint8_t>(expected)) return false;
        at_++;
        return true;
    }
    bool take_word(std::string_view word) {
        if (static_cast<size_t>(end_ - at_) < word.size() || std::memcmp(bytes_ + at_, word.data(), word.size())) return false;
        at_ += static_cast<int64_t>(word.size());
        return true;
    }

    bool skip_value(int depth) {
        if (at_ == end_) return false;
        Value ignored;
        switch (bytes_[at_]) {
        case '"': at_++; return skip_string(ignored);
        case '{': at_++; return skip_items('}', true, depth + 1);
        case '[': at_++; return skip_items(']', false, depth + 1);
        case 't': return take_word("true");
        case 'f': return take_word("false");
        case 'n': return take_word("null");
        default: return read_number(ignored);
        }
    }

    bool skip_items(char last, bool have_names, int depth) {
        if (depth > MOST_DEPTH) return false;
        skip_space();
        if (take(last)) return true;
        do {
            skip_space();
            Value ignored;
            if (have_names) {
                if (!take('"') || !skip_string(ignored)) return false;
                skip_space();
                if (!take(':')) return false;
                skip_space();
            }
            if (!skip_value(depth)) return false;
            skip_space();
        } while (take(','));
        return take(last);
    }

    bool is_digit() const { return at_ < end_ && bytes_[at_] >= '0' && bytes_[at_] <= '9'; }
    bool is_number() const { return is_digit() || (at_ < end_ && bytes_[at_] == '-'); }
    bool skip_digits() {
        const int64_t first = at_;
        while (is_digit()) at_++;
        return at_ > first;
    }
    bool read_number(Value &value) {
        value.start = at_;
        take('-');
        if (!take('0') && !skip_digits()) return false;
        if (take('.') && !skip_digits()) return false;
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            if (!skip_digits()) return false;
        }
        stands_as_written(value);
        return true;
    }
    void stands_as_written(Value &value) {
        value.end = at_;
        value.text = {bytes_ + value.start, value.end - value.start, 1};
        value.is_there = true;
    }

    /* Everything up to the closing quote, which is passed. */
    bool skip_string(Value &value) {
        value.start = at_;
        for (;;) {
            at_ += instructions->plain_run(bytes_ + at_, end_ - at_);
            if (at_ == end_ || bytes_[at_] < 0x20) return false;
            if (bytes_[at_] == '"') break;
            uint32_t code;
            if (!read_character(value, code)) return false;
        }
        value.end = at_++;
        return true;
    }

    bool read_string(Value &value) {
        value.start = at_;
        at_ += instructions->plain_run(bytes_ + at_, end_ - at_);
        if (at_ == end_ || bytes_[at_] < 0x20) return false;
        if (bytes_[at_] == '"') {
            stands_as_written(value);
            at_++;
            return true;
        }
        at_ = value.start;
        value.is_there = true;
        decoded_.size = (decoded_.size + 3) / 4 * 4;
        value.decoded_at = decoded_.size;
        decoded_.reserve(end_ - at_);
        return decode<uint8_t>(value);
    }

    /* Decodes what is left of a string, into as wide characters as there are so far. */
    template <class Char>
    bool decode(Value &value) {
        Char *const first = reinterpret_cast<Char *>(decoded_.data + value.decoded_at), *out = first + value.text.length;
        for (;;) {
            const int64_t run = instructions->plain_run(bytes_ + at_, end_ - at_);
            std::copy(bytes_ + at_, bytes_ + at_ + run, out);
            out += run;
            at_ += run;
            if (at_ == end_ || bytes_[at_] < 0x20) return false;
            if (bytes_[at_] == '"') break;
            do {
                uint32_t code;
                if (!read_character(value, code)) return false;
                if (code > static_cast<Char>(~Char(0))) {
                    value.text.length = out - first;
                    return code > 0xffff ? widen<Char, uint32_t>(value, code) : widen<Char, uint16_t>(value, code);
                }
                *out++ = static_cast<Char>(code);
            } while (at_ < end_ && bytes_[at_] >= 0x80);
        }
        value.text.length = out - first;
        value.text.width = sizeof(Char);
        value.end = at_++;
        decoded_.size = value.decoded_at + value.text.length * static_cast<int64_t>(sizeof(Char));
        return true;
    }

    /* Goes on with wider characters, the first of which is `code`. */
    template <class Char, class Wider>
    bool widen(Value &value, uint32_t code) {
        const int64_t length = value.text.length;
        decoded_.reserve((length + 1 + end_ - at_) * static_cast<int64_t>(sizeof(Wider)));
        uint8_t *const first = decoded_.data + value.decoded_at;
        Wider wide = static_cast<Wider>(code);
        for (int64_t i = length;; i--) { /* in place, from the end */
            std::memcpy(first + i * static_cast<int64_t>(sizeof wide), &wide, sizeof wide);
            if (i == 0) break;
            Char narrow;
            std::memcpy(&narrow, first + (i - 1) * static_cast<int64_t>(sizeof narrow), sizeof narrow);
            wide = narrow;
        }
        value.text.length++;
        return decode<Wider>(value);
    }

    /* A character that is no plain one: an escape, or several bytes of UTF-8. */
    bool read_character(Value &value, uint32_t &code) {
        const uint8_t c = bytes_[at_];
        if (c < 0x80) return read_escape(value, code);
        value.is_escaped = false;
        const int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        if (c < 0xc2 || c > 0xf4 || end_ - at_ <= more) return false;
        code = c & (0x3f >> more);
        for (int i = 1; i <= more; i++) {
            if ((bytes_[at_ + i] & 0xc0) != 0x80) return false;
            code = code << 6 | (bytes_[at_ + i] & 0x3f);
        }
        if ((more == 2 && (code < 0x800 || is_surrogate(code))) || (more == 3 && (code < 0x10000 || code > 0x10ffff)))
            return false;
        at_ += more + 1;
        return true;
    }

    bool read_escape(Value &value, uint32_t &code) {
        if (end_ - at_ < 2) return false;
        const uint8_t letter = bytes_[at_ + 1];
        at_ += 2;
        switch (letter) {
        case '"': case '\\': code = letter; return true;
        case 'n': code = '\n'; return true;
        case 't': code = '\t'; return true;
        case 'r': code = '\r'; return true;
        case 'b': code = '\b'; return true;
        case 'f': code = '\f'; return true;
        case '/':
            code = letter;
            value.is_unescaped = value.is_escaped = false;
            return true;
        case 'u': value.is_unescaped = false; return read_units(value, code);
        default: return false;
        }
    }

    bool read_units(Value &value, uint32_t &code) {
        if (!read_unit(value, code)) return false;
        if (is_surrogate(code)) {
            uint32_t low;
            if (code >= 0xdc00 || !take_word("\\u") || !read_unit(value, low) || low < 0xdc00 || low > 0xdfff) return false;
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        const bool has_letter = code >= '\b' && code <= '\r' && code != '\v';
        value.is_escaped &= (code < 0x20 && !has_letter) || code > 0x7e;
        return true;
    }

    static bool is_surrogate(uint32_t code) { return code >= 0xd800 && code <= 0xdfff; }

    bool read_unit(Value &value, uint32_t &unit) {
        if (end_ - at_ < 4) return false;
        unit = 0;
        for (int i = 0; i < 4; i++, at_++) {
            const uint32_t c = bytes_[at_], letter = (c | 32) - 'a';
            if (c - '0' >= 10 && letter >= 6) return false;
            value.is_escaped &= c < 'A' || c > 'F';
            unit = unit << 4 | (c - '0' < 10 ? c - '0' : letter + 10);
        }
        return true;
    }
};

#endif
