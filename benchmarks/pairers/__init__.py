"""Other libraries that say which pairs of documents are candidates, one file each, run in their own environments."""
