/* One block to tokens, straight on Python's string storage. Included once for each width of a character, with
 * CHARACTER (uint8_t, uint16_t or uint32_t) and TOKENIZE (the function's name) defined. */
static void TOKENIZE(token_sink *sink, const CHARACTER *text, int64_t start, int64_t end) {
    for (int64_t i = start; i < end && !sink->failed; i++) {
        uint32_t code = text[i];
        if (code >= 128) {
            token_feed_any(sink, unicode_entry(code), code, i);
            continue;
        }
        uint8_t byte = ascii_folded[code];
        if (!byte) {
            token_close(sink);
            continue;
        }
        if (sink->open != WORD) {
            token_close(sink);
            token_open(sink, WORD, i);
        }
        int64_t run = i;
        while (run < end && text[run] < 128 && ascii_folded[text[run]]) run++;
        if (sink_reserve(sink, 0, run - i)) return;
        uint8_t *out = sink->folded + sink->folded_size;
        sink->folded_size += run - i;
        for (; i < run; i++) *out++ = ascii_folded[text[i]];
        sink->combining = 0;
        sink->end = i--;
    }
    token_close(sink);
}
#undef CHARACTER
#undef TOKENIZE
