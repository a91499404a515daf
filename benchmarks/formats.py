"""What a format costs: the same texts as JSON lines, compressed, as Parquet and in archives, through `dedup clean`.

    python benchmarks/corpora.py CORPORA --source licences.jsonl.gz statutes.jsonl.gz --shares 0.9 0.1 \
        --corpus paragraphs-400k
    python benchmarks/formats.py CORPORA -o benchmarks/results/formats.json [--megabytes 1000] [-- OPTIONS]

Options after -- go to `dedup clean`. The first documents of the corpus, 1 GB of them, are written in every format, ids
as URLs; every run is a process of its own and writes its own format, with the report. The results count only if the
merges and the summaries of all are the same, byte for byte.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow
from machine import describe, write_result
from processes import measure
from pyarrow import parquet

from dedup import __version__

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PARQUET_ROWS = 10_000  # in a row group
GZIP_LEVEL = 6
URL, TEXT = "url", "text"

Page = dict[str, str]


def pages(corpus: Path, size: float) -> Iterator[Page]:
    """The documents of a corpus as pages of a site: the first ones, of so many bytes together."""
    with corpus.open("rb") as lines:
        for line in lines:
            document = json.loads(line)
            yield {URL: f"http://corpus.example/{document['id']}", TEXT: document["text"]}
            size -= len(line)
            if size <= 0:
                return


def json_lines(given: Iterable[Page]) -> Iterator[bytes]:
    """A line a page."""
    return (json.dumps(page, ensure_ascii=False).encode() + b"\n" for page in given)


def write_json_lines(given: Iterable[Page], path: Path) -> None:
    """As they are."""
    with path.open("wb") as out:
        out.writelines(json_lines(given))


def write_zstd(given: Iterable[Page], path: Path) -> None:
    """JSON lines in one frame of Zstandard, level 3."""
    with zstd.open(path, "wb", level=3) as out:
        out.writelines(json_lines(given))


def write_parquet(given: Iterable[Page], path: Path) -> None:
    """A table of two columns, compressed with Zstandard."""
    schema = pyarrow.schema([(URL, pyarrow.string()), (TEXT, pyarrow.string())])
    rows = iter(given)
    with parquet.ParquetWriter(path, schema, compression="zstd") as out:
        while group := list(islice(rows, PARQUET_ROWS)):
            out.write_table(pyarrow.Table.from_pylist(group, schema), row_group_size=PARQUET_ROWS)


def record(kind: str, page: Page) -> bytes:
    """A record of an archive, as a gzip member."""
    payload = page[TEXT].encode()
    number = hashlib.sha256(page[URL].encode()).hexdigest()
    digest = hashlib.sha256(payload).hexdigest()
    header = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {page[URL]}\r\nWARC-Date: 2025-01-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:32]}>\r\n"
        f"WARC-Block-Digest: sha256:{digest}\r\nContent-Type: text/plain\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return gzip.compress(header.encode() + payload + b"\r\n\r\n", GZIP_LEVEL, mtime=0)


def write_wet(given: Iterable[Page], path: Path) -> None:
    """A `conversion` record a page, as in the WET archives of Common Crawl."""
    with path.open("wb") as out:
        out.writelines(record("conversion", page) for page in given)


def write_warc(given: Iterable[Page], path: Path) -> None:
    """A `resource` record of plain text a page."""
    with path.open("wb") as out:
        out.writelines(record("resource", page) for page in given)


FORMATS: dict[str, Callable[[Iterable[Page], Path], None]] = {
    "jsonl": write_json_lines,
    "jsonl.zst": write_zstd,
    "parquet": write_parquet,
    "wet.gz": write_wet,
    "warc.gz": write_warc,
}


def answer_of(report: Path) -> dict[str, Any]:
    """What a report says: how many documents and merges, and a digest of the merges with their ids and places."""
    digest, merges, summary = hashlib.blake2b(), 0, b""
    with report.open("rb") as lines:
        for line in lines:
            if line.startswith(b'{"type":"merge"'):
                digest.update(line)
                merges += 1
            summary = line
    digest.update(summary)
    return {"documents": json.loads(summary)["documents"]["in"], "merges": merges, "digest": digest.hexdigest()}


def run_once(path: Path, jobs: int, passed_on: list[str], timeout: float) -> dict[str, Any]:
    """Clean one file, and look at the report."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        command = [sys.executable, "-m", "dedup", "clean", str(path), "-o", path.name, "--report", "report.jsonl"]
        command += ["--id-field", URL, "--text-field", TEXT, "--jobs", str(jobs), "--quiet", *passed_on]
        measured = measure(command, folder=Path(folder), jobs=jobs, variables={"TMPDIR": folder}, timeout=timeout)
        if measured.status:
            sys.exit(f"{path.name}: status {measured.status}: {measured.stderr[-500:]}")
        answer = answer_of(Path(folder, "report.jsonl"))
    return {
        "megabytes": round(path.stat().st_size / 1e6, 1),
        "wall_seconds": round(measured.wall_seconds, 2),
        "cpu_seconds": round(measured.cpu_seconds, 2),
        "peak_megabytes": round(measured.peak_bytes / 1e6, 1),
        "answer": answer,
    }


def parse_arguments() -> tuple[argparse.Namespace, list[str]]:
    """The command line, and what goes to `dedup clean`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--corpus", default="paragraphs-400k")
    parser.add_argument("--megabytes", type=float, default=1000, help="of the corpus; %(default)s")
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=list(FORMATS))
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--timeout", type=float, default=3600, help="seconds a run may take")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = sys.argv[1:]
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    return parser.parse_args(arguments[:cut]), arguments[cut + 1 :]


def main() -> None:
    """Write and run one format after another, so that only one file of a gigabyte is there at a time."""
    options, passed_on = parse_arguments()
    corpus = (options.corpora / f"{options.corpus}.jsonl").resolve()
    facts = json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8"))
    size = sum(len(line) for line in json_lines(pages(corpus, options.megabytes * 1e6)))
    runs: dict[str, dict[str, Any]] = {}
    for name in options.formats:
        with tempfile.TemporaryDirectory(dir=corpus.parent) as folder:
            path = Path(folder, f"corpus.{name}")
            FORMATS[name](pages(corpus, options.megabytes * 1e6), path)
            runs[name] = run_once(path, options.jobs, passed_on, options.timeout)
        print(name, json.dumps(runs[name]), file=sys.stderr, flush=True)
    first, *others = (run.pop("answer") for run in runs.values())
    if any(other != first for other in others):
        sys.exit("the formats do not give the same merges")
    result = {
        "kind": "formats",
        "command": ["dedup", "clean", "CORPUS", "-o", "OUT", "--report", "REPORT", *passed_on],
        "version": __version__,
        "corpus": facts | {"documents": first["documents"], "bytes": size},
        "merges": first["merges"],
        "jobs": options.jobs,
        "machine": describe(),
        "formats": runs,
    }
    write_result(options.output, result)


if __name__ == "__main__":
    main()
