"""Rows of any kind become documents: mappings, tables and batches of Arrow, rows of data frames and data sets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import dedup
from dedup import Document, InputError
from dedup.rows import documents_of
from tests.command import FOX, OWL

_ROWS: list[dict[str, Any]] = [
    {"id": "a", "text": FOX, "score": 1, "tags": ["x"]},
    {"id": 7, "text": f"{OWL}\n\n{FOX}", "score": 5, "tags": []},
    {"id": None, "text": OWL, "score": 3, "tags": None},
]


def _lazily() -> Iterator[dict[str, Any]]:
    yield from _ROWS


def _cleaned(rows: Any, **options: Any) -> list[tuple[str, str, dict[str, object]]]:
    return [(row.id, row.text, dict(row.fields)) for row in dedup.clean_corpus(rows, **options)]


def _expected() -> list[tuple[str, str, dict[str, object]]]:
    fields = [{name: value for name, value in row.items() if name != "text"} for row in _ROWS]
    return [("a", FOX, fields[0]), ("7", f"{OWL}\n", fields[1]), ("row:2", "", fields[2])]


@pytest.mark.parametrize("rows", [_ROWS, tuple(_ROWS), _lazily()], ids=["list", "tuple", "generator"])
def test_mappings(rows: Any) -> None:
    """Ids and texts are found by their fields; everything but the text comes through."""
    assert _cleaned(rows) == _expected()


def test_names_and_rules() -> None:
    """Fields may be called otherwise; a keep rule looks at them, and matching takes rows as well."""
    rows = [{"key": row["id"], "body": row["text"], "score": row["score"]} for row in _ROWS]
    found = _cleaned(rows, text_field="body", id_field="key", keep="max:score")
    assert [text for _, text, _ in found] == ["", f"{OWL}\n\n{FOX}", ""]
    matched = list(dedup.match_corpus([*rows, *rows], text_field="body", id_field="key"))
    assert [found and found.canonical for found in matched[3:]] == ["a", "7", "row:2"]


def test_rows_and_documents_together() -> None:
    """Documents among rows stay as they are; ids that are no strings or numbers count as missing."""
    rows = [Document("x", FOX), {"text": "a", "id": True}, {"text": "b", "id": float("nan")}, {"text": "c", "id": 1.5}]
    assert [document.id for document in documents_of(rows, "text", "id")] == ["x", "row:1", "row:2", "1.5"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"text": "a"}, {"body": "b", "id": 1}], "documents:2: no field 'text'; there are body, id"),
        ([{"text": None}], "documents:1: field 'text' is NoneType, not a string"),
        (["a text"], "documents:1: str is neither a Document nor a mapping; of a data frame give"),
        ([3], "documents:1: int is neither a Document nor a mapping"),
    ],
)
def test_what_is_no_row(rows: Any, said: str) -> None:
    """Something else is an error that says which row it is."""
    with pytest.raises(InputError) as caught:
        list(dedup.clean_corpus(rows))
    assert str(caught.value).startswith(said)


def test_arrow() -> None:
    """Tables, batches and readers of batches are rows."""
    pyarrow = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    rows = [{**row, "id": None if row["id"] is None else str(row["id"])} for row in _ROWS]
    table = pyarrow.Table.from_pylist(rows)
    given_ids = [row["id"] for row in rows]
    expected = [(*row[:2], row[2] | {"id": own}) for row, own in zip(_expected(), given_ids, strict=True)]
    for given in (table, table.to_batches(2), table.to_reader(), table.to_batches()[0]):
        assert _cleaned(given) == expected


def test_pandas() -> None:
    """Rows of a data frame of pandas."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    rows = pandas.DataFrame([{"id": row["id"], "text": row["text"]} for row in _ROWS[:2]]).to_dict("records")
    assert [found[:2] for found in _cleaned(rows)] == [found[:2] for found in _expected()[:2]]


def test_polars() -> None:
    """Rows of a data frame of Polars."""
    polars = pytest.importorskip("polars", reason="Polars is not installed")
    frame = polars.DataFrame([{"id": str(row["id"]), "text": row["text"]} for row in _ROWS[:2]])
    assert [found[:2] for found in _cleaned(frame.iter_rows(named=True))] == [found[:2] for found in _expected()[:2]]


def test_data_sets() -> None:
    """A data set of Hugging Face."""
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    rows = datasets.Dataset.from_list([{"id": str(row["id"]), "text": row["text"]} for row in _ROWS[:2]])
    assert [found[:2] for found in _cleaned(rows)] == [found[:2] for found in _expected()[:2]]
