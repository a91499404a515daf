"""Which documents came before: what `reference_visits.py` says."""


cdef class Memory:
    cdef CppMemory *memory

    def __cinit__(self, str folder not None, int64_t limit):
        self.memory = new CppMemory(os.fsencode(folder), limit)

    def __dealloc__(self):
        del self.memory


cdef class Visits:
    cdef Memory memory
    cdef CppVisits *visits

    def __cinit__(self, bytes secret not None, Memory memory not None):
        if len(secret) != SECRET_SIZE:
            raise ValueError(f"a secret has {SECRET_SIZE} bytes, not {len(secret)}")
        self.memory = memory
        self.visits = new CppVisits(memory.memory[0])
        memcpy(self.visits.secret, <const char *>secret, SECRET_SIZE)

    def __dealloc__(self):
        del self.visits

    def keys(self, texts not None):
        cdef Array[Text] sources
        cdef Array[VisitKey] found
        cdef const char *first
        cdef int64_t i
        _find_texts(texts, sources)
        with nogil:
            for i in range(sources.size):
                found.push(self.visits.key_of(sources[i]))
        first = <const char *>found.data
        return [first[16 * i : 16 * i + 16] for i in range(sources.size)]

    def enter(self, str id not None, bytes key not None):
        cdef int found = self.visits.enter(_text_of(id), _visit_key(key))
        return (found & REPEATS_ID) != 0, (found & IS_REVISIT) != 0

    def enter_id(self, str id not None):
        return self.visits.enter_id(_text_of(id))

    def remember(self, str id not None, bytes key not None, bytes data not None):
        cdef VisitKey visit = self.visits.key_of(_text_of(id), _visit_key(key))
        self.visits.remember(visit, <const uint8_t *><const char *>data, len(data))

    def remembered(self, str id not None, bytes key not None):
        cdef int64_t size = 0
        cdef const uint8_t *found = self.visits.remembered(self.visits.key_of(_text_of(id), _visit_key(key)), size)
        return None if found == NULL else (<const char *>found)[:size]

    def save(self, int file):
        cdef unique_ptr[SnapshotWriter] writer
        writer.reset(new SnapshotWriter(file, self.memory.memory[0]))
        self.visits.write_to(writer.get()[0])

    def load(self, int file):
        cdef unique_ptr[SnapshotReader] reader
        reader.reset(new SnapshotReader(file, self.memory.memory[0]))
        self.visits.read_from(reader.get()[0])


cdef VisitKey _visit_key(bytes key):
    cdef VisitKey result
    memcpy(&result, <const char *>key, sizeof(VisitKey))
    return result
