/* Chooses the widest instructions that this processor has, once, when the module is loaded. */
#ifndef DEDUP_LANES_HPP
#define DEDUP_LANES_HPP

#include "chunks.hpp"
#include "folding.hpp"

namespace portable {
#define CHUNKS PortableChunks
#define TARGET
#define LANES 4
#include "lanes.inc"
#undef CHUNKS
#undef TARGET
#undef LANES
}

#ifdef DEDUP_X86
namespace avx2 {
#define CHUNKS Avx2Chunks
#define TARGET DEDUP_AVX2
#define LANES 8
#include "lanes.inc"
#undef CHUNKS
#undef TARGET
#undef LANES
}

namespace avx512 {
#define CHUNKS Avx512Chunks
#define TARGET DEDUP_AVX512
#define LANES 16
#include "lanes.inc"
#undef CHUNKS
#undef TARGET
#undef LANES
}
#endif

struct InstructionSet {
    const char *name;
    int64_t (*ascii_tokens_1)(TokenList &, const uint8_t *, int64_t, int64_t);
    int64_t (*ascii_tokens_2)(TokenList &, const uint16_t *, int64_t, int64_t);
    int64_t (*ascii_tokens_4)(TokenList &, const uint32_t *, int64_t, int64_t);
    void (*least_values)(const uint32_t *, int64_t, const uint32_t *, const uint32_t *, uint32_t *);
    int64_t (*plain_run)(const uint8_t *, int64_t);
};

#define INSTRUCTION_SET(name) \
    { #name, name::ascii_tokens_1, name::ascii_tokens_2, name::ascii_tokens_4, name::least_values, name::plain_run }

static const InstructionSet instruction_sets[] = {
#ifdef DEDUP_X86
    INSTRUCTION_SET(avx512),
    INSTRUCTION_SET(avx2),
#endif
    INSTRUCTION_SET(portable),
};
static const int instruction_set_count = sizeof instruction_sets / sizeof *instruction_sets;

static bool instructions_are_there(int which) {
#ifdef DEDUP_X86
    __builtin_cpu_init();
    if (which == 0)
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("bmi2");
    if (which == 1) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
#endif
    return which == instruction_set_count - 1;
}

static const InstructionSet *find_instructions() {
    int which = 0;
    while (!instructions_are_there(which)) which++;
    return &instruction_sets[which];
}

static const InstructionSet *instructions = find_instructions();

#endif
