"""One file a kernel: texts in memory to signatures, each in the environment of its library."""
