"""datatrove: its four MinHash stages on the local executor, with words split at white space after its normalisation.

Its own word tokenizers are spaCy's rules and take about 11 ms a document; it accepts another in their place, and text
that went through its normalisation has no punctuation left to split off.

Candidates are not verified: all documents connected by shared bands are one cluster, of which one is kept, not always
the first. The bands are the 9 of 13 that datasketch derives from threshold 0.8; datatrove leaves them to the user. The
file is split into one part a job, since a part is what a worker reads; that is counted.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupBuckets
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.word_tokenizers import WordTokenizer

from contenders.common import BANDS, NGRAM, ROWS, Clock, run, split_corpus


class Words(WordTokenizer):
    """Words between white space; sentences are never asked for."""

    def word_tokenize(self, text: str) -> list[str]:
        """The words of a text."""
        return text.split()

    def sent_tokenize(self, text: str) -> list[str]:
        """The text is one sentence."""
        return [text]

    def span_tokenize(self, text: str) -> list[tuple[int, int]]:
        """The text is one sentence."""
        return [(0, len(text))]


def pipelines(folder: Path, jobs: int) -> dict[str, LocalPipelineExecutor]:
    """The four stages, by name."""
    config = MinhashConfig(n_grams=NGRAM, num_buckets=BANDS, hashes_per_bucket=ROWS)
    reader = JsonlReader(str(folder / "input"))
    sketch = MinhashDedupSignature(str(folder / "signatures"), config=config, language=Words())
    buckets = MinhashDedupBuckets(str(folder / "signatures"), str(folder / "buckets"), config=config)
    cluster = MinhashDedupCluster(str(folder / "buckets"), str(folder / "remove"), config=config)
    write = [MinhashDedupFilter(str(folder / "remove")), JsonlWriter(str(folder / "output"), compression=None)]

    stages: dict[str, tuple[list[object], int]] = {
        "words and sketch": ([reader, sketch], jobs),
        "buckets": ([buckets], BANDS),
        "cluster": ([cluster], 1),
        "filter": ([reader, *write], jobs),
    }
    return {
        name: LocalPipelineExecutor(
            stage, tasks=tasks, workers=min(tasks, jobs), logging_dir=str(folder / "logs" / name), skip_completed=False
        )
        for name, (stage, tasks) in stages.items()
    }


def documents(corpus: Path, jobs: int, clock: Clock) -> list[str]:
    """The ids of the documents in the output."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with clock.phase("split the file"):
            split_corpus(corpus, folder / "input", jobs)
        for stage, executor in pipelines(folder, jobs).items():
            with clock.phase(stage):
                executor.run()
        with clock.phase("read the output"):
            outputs = sorted((folder / "output").glob("*.jsonl"))
            return [json.loads(line)["id"] for path in outputs for line in path.open(encoding="utf-8")]


if __name__ == "__main__":
    run("datatrove", documents=documents)
