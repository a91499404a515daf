"""Kept texts and their winnowed fingerprints: what `reference_fingerprints.py` says."""


cdef class Fingerprints:
    cdef Memory memory
    cdef StoredTexts own_texts
    cdef unique_ptr[CppFingerprints] own
    cdef CppFingerprints *found
    cdef object index  # whose fingerprints these are, if not their own: it must live as long
    cdef int64_t min_span, min_tokens

    def __cinit__(self, int64_t min_span, int64_t limit, int64_t max_edit=0, int64_t min_tokens=0, index=None):
        self.min_span = min_span
        self.min_tokens = min_tokens
        self.index = index
        if index is None:
            self.memory = Memory("", 0)
            self.own.reset(new CppFingerprints(self.own_texts, min_span, limit, max_edit, self.memory.memory[0]))
            self.found = self.own.get()
        else:
            self.found = (<Index>index).index.fingerprints.get()

    def __len__(self):
        return self.found.size()

    @property
    def capped(self):
        return self.found.capped

    def kept(self, int64_t number):
        cdef Pieces pieces
        self.found.find_pieces(number, pieces)
        return self.found.document(number), _str(self.found.text(number)), _tuples(pieces.spans)

    def keep(self, str text not None, int64_t document=0, blocks=(), pieces=()):
        cdef Array[Span] spans
        cdef Marks marks
        cdef TokenizedText own
        own.set(_text_of(text))
        self.mark(own, blocks, marks)
        _find_spans(pieces, spans)
        self.found.keep(_text_of(text), marks[0], document, spans)
        return self.found.size() - 1

    def find(self, str text not None, gone=(), blocks=()):
        cdef int64_t i
        cdef TokenRun *run
        cdef Marks marks
        cdef Array[Span] spans
        cdef TokenizedText own
        cdef list result = []
        own.set(_text_of(text))
        self.mark(own, blocks, marks)
        if not self.found.find(own, marks[0]):
            return result
        _find_spans(gone, spans)
        self.found.cover(spans)
        for i in range(self.found.runs.size):
            run = &self.found.runs[i]
            result.append(Run_(run.a, run.text, run.b, run.length))
        return result

    cdef int mark(self, TokenizedText &text, blocks, Marks &marks) except -1:
        cdef Array[Span] spans
        cdef Marker marker
        _find_spans(blocks, spans)
        mark_text(text, spans, Winnowing(self.min_span, self.min_tokens), marker, marks)
        return 0


cdef int _find_spans(object given, Array[Span] &spans) except -1:
    cdef Span span
    for span.start, span.end in given:
        spans.push(span)
    return 0


cdef list _tuples(const Array[Span] &spans):
    cdef int64_t i
    return [(spans[i].start, spans[i].end) for i in range(spans.size)]
