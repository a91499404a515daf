"""Lines of JSON: what `reference_lines.py` says."""


cdef class Lines:
    cdef CppLines lines
    cdef bytes data  # whose characters the lines point at

    def __len__(self):
        return self.lines.lines.size

    def id(self, int64_t i):
        cdef const CppLine *line = &self.lines.lines[i]
        return _str(line.id.text) if line.id.is_there else None

    def ids(self, str prefix not None, int64_t first):
        cdef int64_t i
        cdef const CppLine *line
        cdef list found = []
        for i in range(self.lines.lines.size):
            line = &self.lines.lines[i]
            found.append(_str(line.id.text) if line.id.is_there else f"{prefix}{first + i}")
        return found

    def __getitem__(self, int64_t i):
        if not 0 <= i < self.lines.lines.size:
            raise IndexError(i)
        return _str(self.lines.lines[i].text.text)

    def raw(self, int64_t first, int64_t last):
        if first >= last:
            return b""
        return self.data[self.lines.lines[first].start : self.lines.lines[last - 1].end]

    def styles(self, int64_t i):
        return bool(self.lines.lines[i].text.is_unescaped), bool(self.lines.is_escaped(i))

    def cut(self, int64_t i, spans not None):
        cdef Array[Span] cuts
        cdef Array[uint8_t] out
        cdef Span span
        for span.start, span.end in spans:
            cuts.push(span)
        self.lines.cut(i, cuts.data, cuts.size, out)
        return (<const char *>out.data)[:out.size]


def count_lines(bytes data not None):
    cdef const uint8_t *first = <const uint8_t *><const char *>data
    cdef int64_t size = len(data)
    return lines_ended(first, size)


def read_lines(bytes data not None, bytes text_name not None, bytes id_name not None):
    cdef Lines found = Lines()
    cdef const uint8_t *first = <const uint8_t *><const char *>data
    cdef int64_t size = len(data)
    cdef string_view text = string_view(<const char *>text_name, len(text_name))
    cdef string_view id = string_view(<const char *>id_name, len(id_name))
    cdef bint are_plain
    found.data = data
    with nogil:
        are_plain = found.lines.read(first, size, text, id)
    return found if are_plain else None
