"""Kept texts and their winnowed fingerprints: what `reference_fingerprints.py` says."""


cdef class Fingerprints:
    cdef CppFingerprints *found

    def __cinit__(self, int64_t min_span, int64_t limit):
        self.found = new CppFingerprints(min_span, limit)

    def __dealloc__(self):
        del self.found

    def __len__(self):
        return self.found.size()

    @property
    def capped(self):
        return self.found.capped

    def text(self, int64_t number):
        return _str(self.found.text(number))

    def keep(self, str text not None):
        self.found.keep(_text_of(text))
        return self.found.size() - 1

    def find(self, str text not None, gone=()):
        cdef int64_t i
        cdef TokenRun *run
        cdef Span span
        self.found.gone.clear()
        for span.start, span.end in gone:
            self.found.gone.push(span)
        self.found.find(_text_of(text))
        result = []
        for i in range(self.found.runs.size):
            run = &self.found.runs[i]
            result.append(Run_(run.a, run.text, run.b, run.length))
        return result
