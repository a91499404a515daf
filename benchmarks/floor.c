/* The least that finding near-duplicate documents can cost on one core: what a comparison with Python code starts from.

   Reads JSON lines, finds the text, splits it into words (letters and digits of ASCII, any byte above), hashes word
   5-grams to 32 bits, takes 128 permutations a*h + b modulo 2^32, keeps the least of each, and looks up 9 bands of 13 in
   a hash table; a document none of whose bands was seen is kept, and its bands are stored. No Unicode, no verification,
   no report, no second thread.

   cc -O3 -march=native floor.c -o floor;  ./floor CORPUS.jsonl ANSWER */

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NGRAM = 5, BANDS = 9, ROWS = 13, NUM_PERM = 128, LANES = 64 };

enum phase { READ, JSON, WORDS, PERMUTATIONS, LSH, PHASES };
static const char *const phase_names[PHASES] = {"read", "JSON", "words and hashes", "permutations", "LSH"};

static uint32_t multipliers[NUM_PERM], increments[NUM_PERM];
static uint8_t in_word[256];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 32)) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 29)) * 0xBF58476D1CE4E5B9u;
    return x ^ (x >> 32);
}

static void prepare(void)
{
    uint64_t state = 1;
    for (int p = 0; p < NUM_PERM; p++) {
        multipliers[p] = (uint32_t)mix(state++) | 1;
        increments[p] = (uint32_t)mix(state++);
    }
    for (int c = 0; c < 256; c++)
        in_word[c] = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 128;
}

/* The value of a string field, unescaped in place; \u escapes become '?', which ends a word. NULL if there is none. */
static char *string_field(char *line, const char *key, size_t *length)
{
    char *from = strstr(line, key);
    if (!from) return NULL;
    from += strlen(key);
    char *value = from, *to = from;
    for (;;) {
        size_t plain = strcspn(from, "\"\\");
        if (to != from) memmove(to, from, plain);
        to += plain;
        from += plain;
        if (*from != '\\') break;
        switch (from[1]) {
        case 'n': case 't': case 'r': case 'b': case 'f': *to++ = ' '; from += 2; break;
        case 'u': *to++ = '?'; from += 6; break;
        default: *to++ = from[1]; from += 2;
        }
    }
    *to = 0;
    *length = (size_t)(to - value);
    return value;
}

/* A word in lower case, eight bytes at a time; up to seven bytes behind it are read and masked away. */
static uint64_t hash_word(const uint8_t *word, size_t length)
{
    uint64_t hash = length;
    for (size_t i = 0; i < length; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, word + i, 8);
        bytes |= 0x2020202020202020u;
        if (length - i < 8) bytes &= ~(uint64_t)0 >> (64 - 8 * (length - i));
        hash = (hash ^ bytes) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 32;
    }
    return hash;
}

/* 32-bit hashes of all word 5-grams of a text that ends with a zero; returns how many. */
static size_t shingle(const char *text, size_t length, uint32_t *shingles)
{
    uint64_t last[NGRAM] = {0};
    size_t words = 0, count = 0;
    const uint8_t *at = (const uint8_t *)text, *end = at + length;
    while (at < end) {
        const uint8_t *start = at;
        while (in_word[*at]) at++;
        if (at == start) { at++; continue; }
        for (int k = 0; k < NGRAM - 1; k++) last[k] = last[k + 1];
        last[NGRAM - 1] = hash_word(start, (size_t)(at - start));
        if (++words < NGRAM) continue;
        uint64_t all = last[0] * 0x9E3779B97F4A7C15u + last[1] * 0xBF58476D1CE4E5B9u + last[2] * 0x94D049BB133111EBu
                     + last[3] * 0xD6E8FEB86659FD93u + last[4];
        shingles[count++] = (uint32_t)(mix(all) >> 32);
    }
    return count;
}

/* The least of each permutation. As many at a time as stay in vector registers. */
static void sketch(const uint32_t *shingles, size_t count, uint32_t *signature)
{
    for (int first = 0; first < NUM_PERM; first += LANES) {
        uint32_t least[LANES], a[LANES], b[LANES];
        memcpy(a, multipliers + first, sizeof a);
        memcpy(b, increments + first, sizeof b);
        memset(least, 0xFF, sizeof least);
        for (size_t i = 0; i < count; i++)
            for (int lane = 0; lane < LANES; lane++) {
                uint32_t value = shingles[i] * a[lane] + b[lane];
                least[lane] = value < least[lane] ? value : least[lane];
            }
        memcpy(signature + first, least, sizeof least);
    }
}

struct table {
    uint64_t *keys; /* 0 where empty */
    size_t capacity, used;
};

static size_t place(const struct table *table, uint64_t key)
{
    size_t at = key & (table->capacity - 1);
    while (table->keys[at] && table->keys[at] != key) at = (at + 1) & (table->capacity - 1);
    return at;
}

static void reserve(struct table *table, size_t more)
{
    if (table->capacity && (table->used + more) * 2 <= table->capacity) return;
    struct table old = *table;
    table->capacity = old.capacity ? old.capacity * 2 : 1 << 20;
    table->keys = calloc(table->capacity, sizeof *table->keys);
    if (!table->keys) exit(2);
    for (size_t i = 0; i < old.capacity; i++)
        if (old.keys[i]) table->keys[place(table, old.keys[i])] = old.keys[i];
    free(old.keys);
}

/* Whether no band was seen; if so, all are stored. */
static int is_new(struct table *table, const uint32_t *signature)
{
    size_t places[BANDS];
    uint64_t keys[BANDS];
    reserve(table, BANDS);
    for (int band = 0; band < BANDS; band++) {
        uint64_t key = (uint64_t)band + 1;
        for (int row = 0; row < ROWS; row++) key = mix(key ^ signature[band * ROWS + row]) + key;
        keys[band] = key ? key : 1;
        places[band] = place(table, keys[band]);
        if (table->keys[places[band]]) return 0;
    }
    for (int band = 0; band < BANDS; band++) table->keys[place(table, keys[band])] = keys[band];
    table->used += BANDS;
    return 1;
}

int main(int argc, char **argv)
{
    FILE *corpus = argc == 3 ? fopen(argv[1], "r") : NULL, *answer = argc == 3 ? fopen(argv[2], "w") : NULL;
    if (!corpus || !answer) {
        fprintf(stderr, "usage: floor CORPUS.jsonl ANSWER\n");
        return 2;
    }
    prepare();
    double seconds[PHASES] = {0}, t[PHASES + 1];
    struct table table = {0};
    char *line = NULL;
    uint32_t *shingles = NULL;
    size_t room = 0, shingle_room = 0;
    for (;;) {
        t[READ] = now();
        ssize_t size = getline(&line, &room, corpus);
        if (size < 0) break;
        if (room < (size_t)size + 9) line = realloc(line, room = (size_t)size + 9); /* `hash_word` reads ahead */
        t[JSON] = now();
        /* The text first: it stands last, and what is unescaped in place before it must not move it. */
        size_t length = 0, id_length = 0;
        char *text = string_field(line, "\"text\": \"", &length), *id = string_field(line, "\"id\": \"", &id_length);
        if (!text || !id) return 2;
        t[WORDS] = now();
        if (shingle_room < length) shingles = realloc(shingles, (shingle_room = length) * sizeof *shingles);
        size_t count = shingle(text, length, shingles);
        t[PERMUTATIONS] = now();
        uint32_t signature[NUM_PERM];
        sketch(shingles, count, signature);
        t[LSH] = now();
        if (is_new(&table, signature)) fprintf(answer, "%.*s\n", (int)id_length, id);
        t[PHASES] = now();
        for (int phase = 0; phase < PHASES; phase++) seconds[phase] += t[phase + 1] - t[phase];
    }
    fclose(answer);
    printf("{");
    for (int phase = 0; phase < PHASES; phase++) printf("%s\"%s\": %.4f", phase ? ", " : "", phase_names[phase], seconds[phase]);
    printf("}\n");
    return 0;
}
