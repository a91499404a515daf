"""Runs that are stopped in the middle, and a corpus in many formats for them."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.archives import by_record, text_record, warcinfo
from tests.command import arguments, environment, make, tree
from tests.compressed import COMPRESS

STATE = ("--state", "state", "--checkpoint-seconds", "0")
OUTPUTS = ("-o", "out", "--report", "report.jsonl", "--jobs", "2")


def corpus(folder: Path, size: int = 60) -> Path:
    """Files in many formats, with texts that repeat one another; with a size of 60, some have several chunks."""
    texts = _texts(random.Random(7))
    rows = [json.dumps({"id": f"r{i}", "text": next(texts)}).encode() + b"\n" for i in range(60 * size)]
    cut = len(rows) // 4
    table = [f'{i},"{next(texts)}"\n' for i in range(3 * size)]
    records = [warcinfo(), *(text_record(f"https://a.example/{i}", next(texts)) for i in range(3 * size))]
    make(
        folder,
        {
            "a.jsonl": b"".join(rows[:cut]),
            "b.jsonl.gz": COMPRESS[".gz"](b"".join(rows[cut : 2 * cut])),
            "c.csv": "id,text\n" + "".join(table),
            "d.warc.gz": by_record(records),
            **{f"e/{i}.txt": next(texts) for i in range(8)},
            "f/1.txt.xz": COMPRESS[".xz"](next(texts).encode()),
            "h.jsonl.zst": COMPRESS[".zst"](b"".join(rows[2 * cut : 3 * cut])),
            "h.txt.gz": COMPRESS[".gz"](next(texts).encode())[:-9],  # cut off
            "i.jsonl": b"not json\n" + b"".join(rows[3 * cut :]),
        },
    )
    if find_spec("pyarrow"):
        (folder / "g.parquet").write_bytes(_parquet([next(texts) for _ in range(3 * size)]))
    return folder


def _texts(chance: random.Random) -> Iterator[str]:
    words = [f"word{i}" for i in range(2000)]
    kept: list[str] = []
    while True:
        if len(kept) < 2000 or chance.random() < 0.2:
            kept.append(" ".join(chance.choices(words, k=25)) + ".")
        some = chance.sample(kept, min(len(kept), 2))
        yield "\n\n".join([kept[-1], *(text.replace("7 ", chance.choice(("7 ", "8 ")), 1) for text in some)])


def _parquet(texts: list[str]) -> bytes:
    import pyarrow  # an optional package
    from pyarrow import parquet

    stream = BytesIO()
    parquet.write_table(pyarrow.table({"id": list(map(str, range(len(texts)))), "text": texts}), stream, 70)
    return stream.getvalue()


def written(folder: Path) -> dict[str, bytes]:
    """All that a run wrote: texts, the report, and what is beside them."""
    return {name: data for name, data in tree(folder).items() if not name.startswith(("in/", "state/"))}


def status_unless_killed(folder: Path, seconds: float, *given: object) -> int | None:
    """Run the command, and kill it after so many seconds; None if it was still there."""
    process = subprocess.Popen(
        arguments(*given), cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def stopped_after(asked: int) -> Callable[[], bool]:
    """Says yes from this time on that it is asked."""
    times = iter(range(asked))
    return lambda: next(times, None) is None


def manifest(folder: Path) -> dict[str, Any]:
    """What the state of a run says in the folder `state`."""
    found: dict[str, Any] = json.loads((folder / "state/manifest.json").read_bytes().splitlines()[1])
    return found
