"""One file a contender: each answers the same question about the same corpus, in an environment of its own."""
