"""Rows as the bytes of a file of each format that has rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence


def bytes_in(suffix: str, rows: Sequence[dict[str, str]], row_group_size: int = 4) -> bytes:
    """A file that ends in this suffix."""
    if suffix == "parquet":
        import pyarrow
        from pyarrow import parquet

        sink = io.BytesIO()
        parquet.write_table(pyarrow.Table.from_pylist(rows), sink, row_group_size=row_group_size)
        return sink.getvalue()
    if suffix == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter="," if suffix == "csv" else "\t")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()
