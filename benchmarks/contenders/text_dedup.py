"""text-dedup: `python -m text_dedup.minhash` with the settings of its README (5-grams, false positives checked).

Candidates are verified by their exact Jaccard similarity, all pairs of a cluster; a cluster is what is connected by
shared bands, and its first document is kept. The bands are those it derives from the threshold itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from contenders.common import NGRAM, NUM_PERM, THRESHOLD, Clock, run

CONFIG = """
[input]
input_type = "local_files"
file_type = "json"

[input.read_arguments]
path = "json"
data_files = ["{corpus}"]
split = "train"

[algorithm]
algorithm_name = "minhash"
text_column = "text"
num_perm = {num_perm}
ngram_size = {ngram}
threshold = {threshold}
check_false_positive = true
num_proc = {jobs}

[output]
output_dir = "{folder}/output"

[debug]
"""


def documents(corpus: Path, jobs: int, clock: Clock) -> list[str]:
    """The ids of the documents in the output."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"num_perm": NUM_PERM, "ngram": NGRAM, "threshold": THRESHOLD, "jobs": jobs}
        config = CONFIG.format(corpus=corpus.resolve(), folder=folder, **settings)
        Path(folder, "config.toml").write_text(config, encoding="utf-8")
        # Its data sets are cached on disk; a cache of an earlier run would answer in no time.
        environment = os.environ | {"HF_HOME": f"{folder}/cache", "HF_HUB_OFFLINE": "1"}
        with clock.phase("all stages"):
            command = [sys.executable, "-m", "text_dedup.minhash"]
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=sys.stderr)
        with clock.phase("read the output"):
            from datasets import load_from_disk  # noqa: PLC0415  # its import belongs to the time of reading

            return list(load_from_disk(f"{folder}/output")["id"])


if __name__ == "__main__":
    run("text-dedup", documents=documents)
