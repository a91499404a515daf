"""The same few texts as a file of every format that can be read here."""

from __future__ import annotations

import csv
import io
import json
from importlib.util import find_spec

from tests.archives import by_record, record, text_record, warcinfo
from tests.command import BEAR, FOX, OWL
from tests.compressed import COMPRESS

TEXTS = (f"{FOX}\n\n{BEAR}", f"{FOX}\n\n{OWL} One. Two.", FOX, f"{OWL.replace('old', 'aged')} One. Two.")


def response(uri: str, text: str) -> bytes:
    """A record of a page, for archives of those."""
    page = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n\n"))
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body>{page}</body></html>"
    return record("response", answer, uri, "Content-Type: application/http; msgtype=response")


def files() -> dict[str, str | bytes]:
    """Files by name: text, JSON lines, CSV, archives; with the libraries for them Parquet and an archive of pages."""
    lines = "".join(json.dumps({"id": f"json {i}", "text": text}) + "\n" for i, text in enumerate(TEXTS))
    records = [warcinfo(), *(text_record(f"http://{i}.example/", text) for i, text in enumerate(TEXTS))]
    made: dict[str, str | bytes] = {
        "a.txt": TEXTS[0],
        "b.txt": TEXTS[1],
        "c.jsonl": lines,
        "d.jsonl.zst": COMPRESS[".zst"](lines.replace("json ", "packed ").encode()),
        "e.csv": _csv(),
        "f.wet": b"".join(records),
        "g.wet.gz": by_record(records),
    }
    if find_spec("pyarrow") is not None:
        made["h.parquet"] = _parquet()
    if find_spec("resiliparse") is not None:
        made["i.warc.gz"] = by_record([response(f"http://page{i}.example/", text) for i, text in enumerate(TEXTS)])
    return made


def _csv() -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["id", "text"])
    writer.writerows((f"cell {i}", text) for i, text in enumerate(TEXTS))
    return stream.getvalue()


def _parquet() -> bytes:
    import pyarrow
    from pyarrow import parquet

    sink = io.BytesIO()
    rows = [{"id": f"row {i}", "text": text} for i, text in enumerate(TEXTS)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), sink)
    return sink.getvalue()
