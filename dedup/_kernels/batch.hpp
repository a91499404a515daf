/* Texts > blocks, digests and band keys: all of the work on a text that needs no other text. */
#ifndef DEDUP_BATCH_HPP
#define DEDUP_BATCH_HPP

#include "segments.hpp"
#include "winnowing.hpp"

/* How blocks are compared. */
struct Recipe {
    MergeRules rules;
    int64_t bands, rows, bucket_limit;
    int64_t min_span; /* 0 if no runs of tokens are looked for */
    Permutations permutations;

    Winnowing winnowing() const { return {min_span, rules.min_tokens}; }
};

/* A block of a prepared text: its characters, its tokens (how many), and what equal blocks share. */
struct Block {
    int64_t start, end, tokens;
    uint64_t digest;
};

/* Texts whose blocks have been found, and their band keys: `bands` a block, for those with shingles. */
struct Batch {
    Array<Text> texts;
    Array<int64_t> offsets; /* blocks of text i: [offsets[i], offsets[i + 1]) */
    Array<Block> blocks;
    Array<uint64_t> keys;
    Marks marks; /* of the texts as wholes, where runs of tokens are looked for */

    void clear() {
        texts.clear();
        offsets.clear();
        blocks.clear();
        keys.clear();
        marks.clear();
    }
};

/* Room that preparing a text needs, used again for the next. */
struct Scratch {
    TokenList tokens;
    Array<Span> spans;
    Array<uint32_t> shingles, mixed, signature;
    Marker marker;
};

static uint64_t digest_of(const TokenList &tokens) {
    return xxh3(reinterpret_cast<const uint8_t *>(tokens.hashes.data), static_cast<size_t>(tokens.count()) * 8);
}

static void prepare_block(const Recipe &recipe, const Text &text, Span span, Batch &batch, Scratch &scratch) {
    TokenList &tokens = scratch.tokens;
    tokens.clear();
    tokenize(tokens, text, span.start, span.end);
    const int64_t count = tokens.count(), bands = recipe.bands;
    Block block = {span.start, span.end, count, 0};
    uint64_t *const keys = batch.keys.reserve(bands);
    batch.keys.size += bands;
    if (count >= recipe.rules.min_tokens) {
        block.digest = digest_of(tokens);
        if (count >= recipe.rules.ngram && bands > 0) {
            scratch.shingles.resize(count);
            scratch.mixed.resize(count);
            scratch.signature.resize(recipe.permutations.padded());
            const int64_t shingles = shingle_block(tokens.hashes.data, count, recipe.rules.ngram, scratch.shingles.data);
            minhash_block(scratch.shingles.data, shingles, recipe.permutations, scratch.mixed.data,
                          scratch.signature.data);
            for (int64_t band = 0; band < bands; band++)
                keys[band] = band_key(scratch.signature.data, band, recipe.rows);
        }
    }
    batch.blocks.push(block);
}

/* Adds a text whose blocks were found elsewhere. */
static void prepare_spans(const Recipe &recipe, const Text &text, const Span *spans, int64_t count, Batch &batch,
                          Scratch &scratch) {
    if (batch.offsets.empty()) batch.offsets.push(0);
    if (recipe.min_span) scratch.marker.begin();
    for (int64_t i = 0; i < count; i++) {
        prepare_block(recipe, text, spans[i], batch, scratch);
        if (!recipe.min_span) continue;
        scratch.marker.add(text, scratch.tokens);
        scratch.marker.add_edge();
    }
    if (recipe.min_span) scratch.marker.finish(recipe.winnowing(), batch.marks);
    batch.texts.push(text);
    batch.offsets.push(batch.blocks.size);
}

/* Adds a text, split by the rules of a unit. */
static void prepare_text(const Recipe &recipe, const Text &text, int unit, Batch &batch, Scratch &scratch) {
    scratch.spans.clear();
    split(text, unit, scratch.spans);
    prepare_spans(recipe, text, scratch.spans.data, scratch.spans.size, batch, scratch);
}

#endif
