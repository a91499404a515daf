"""Parquet: the table that comes out is the one that went in but for its texts, and `restore` gives it back."""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import DedupError, Settings
from dedup.formats.base import UnreadableError
from dedup.formats.parquet import Parquet
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.command import BEAR, FOX, OWL, Nobody, make, tree

pyarrow = pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")

_TEXTS = [f"{FOX}\n\n{i} {OWL}" if i % 3 else FOX for i in range(40)]


def _table(kind: Any = None, texts: Sequence[str | None] = _TEXTS) -> Any:
    """A table of all that has to be carried through."""
    count = len(texts)
    plain = pyarrow.array(texts, pyarrow.string())
    text = plain.dictionary_encode().cast(kind) if pyarrow.types.is_dictionary(kind or plain.type) else plain.cast(
        kind or pyarrow.string()
    )  # fmt: skip
    fields = {
        "id": pyarrow.array([f"d{i}" for i in range(count)]),
        "n": pyarrow.array(range(count), pyarrow.int16()),
        "text": text,
        "tags": pyarrow.array([["a", None], [], None, ["ä"]] * (count // 4 + 1))[:count],
        "score": pyarrow.array([i / 7 if i % 5 else None for i in range(count)]),
        "time": pyarrow.array(range(count), pyarrow.timestamp("ns", "UTC")),
        "deep": pyarrow.array([{"a": {"b": b"\xff"}}] * count),
        "kind": pyarrow.array(["x", "y"] * (count // 2 + 1))[:count].dictionary_encode(),
        "large": pyarrow.array(["z"] * count, pyarrow.large_string()),
    }
    table = pyarrow.table(fields)
    schema = table.schema.with_metadata({"pandas": "{}", "huggingface": '{"info": 1}'})
    return table.cast(schema.set(1, schema.field("n").with_nullable(nullable=False)))


def _write(path: Path, table: Any, **options: Any) -> Path:
    parquet.write_table(table, path, **{"row_group_size": 7, "compression": "zstd", **options})
    return path


def _clean(source: Path, output: str = "out.parquet", jobs: int = 1, chosen: Settings | None = None) -> Path:
    folder = source.parent
    writing = Writing(output=str(folder / output), report=str(folder / f"{output}.report"))
    clean_files([str(source)], chosen or Settings(), Reading(), writing, Nobody(), jobs=jobs)
    return folder / output


def _restored(source: Path, output: Path) -> Any:
    back = source.parent / "back.parquet"
    restore_files(str(output), f"{output}.report", str(back), Reading(), force=True)
    return parquet.read_table(back)


def _assert_equal(table: Any, other: Any) -> None:
    """Schema, metadata and values are equal; in what order a dictionary has its values is nobody's business."""
    assert table.schema.equals(other.schema, check_metadata=True)
    for name in table.column_names:
        column, same = (_plain(found.column(name)) for found in (table, other))
        assert column.equals(same), name


def _plain(column: Any) -> Any:
    return column.cast(column.type.value_type) if pyarrow.types.is_dictionary(column.type) else column


_KINDS: dict[str, Callable[[], Any]] = {
    "string": pyarrow.string,
    "large": pyarrow.large_string,
    "view": pyarrow.string_view,
    "dictionary": lambda: pyarrow.dictionary(pyarrow.int32(), pyarrow.string()),
    "small dictionary": lambda: pyarrow.dictionary(pyarrow.int8(), pyarrow.large_string()),
}


@pytest.mark.parametrize("kind", _KINDS)
def test_tables_there_and_back(tmp_path: Path, kind: str) -> None:
    """Only texts change, whatever type of string they are; columns, schema and metadata are carried through."""
    table = _table(_KINDS[kind]())
    source = _write(tmp_path / "in.parquet", table)
    output = _clean(source)
    cleaned = parquet.read_table(output)
    kept = [0, *(i for i in range(40) if i % 3)]
    assert cleaned.schema.equals(parquet.read_schema(source), check_metadata=True)
    assert cleaned.drop_columns("text").equals(table.drop_columns("text").take(kept))
    assert cleaned.column("text").to_pylist() == [FOX, *(f"{i} {OWL}" for i in kept[1:])]
    _assert_equal(_restored(source, output), parquet.read_table(source))


def test_how_the_file_is_written(tmp_path: Path) -> None:
    """Codecs, dictionaries and row groups are those of the input, less the rows that went."""
    codecs = {"text": "GZIP", "id": "NONE", "n": "SNAPPY", "tags.list.element": "BROTLI"}
    source = _write(tmp_path / "in.parquet", _table(), compression=codecs, use_dictionary=["id", "kind"])
    before, after = (parquet.ParquetFile(path).metadata for path in (source, _clean(source)))
    assert [after.row_group(i).num_rows for i in range(after.num_row_groups)] == [5, 5, 5, 4, 5, 3]
    for i in range(before.num_columns):
        old, new = before.row_group(0).column(i), after.row_group(0).column(i)
        assert (old.path_in_schema, old.compression) == (new.path_in_schema, new.compression)
        assert old.has_dictionary_page == new.has_dictionary_page


def test_jobs_and_keep_rules(tmp_path: Path) -> None:
    """Any number of threads writes the same bytes; a keep rule looks at columns."""
    texts: list[str | None] = [f"{i} {BEAR}\n\n{FOX}" for i in range(3000)]
    source = _write(tmp_path / "in.parquet", _table(texts=texts), row_group_size=1000)
    outputs = [_clean(source, f"{jobs}.parquet", jobs) for jobs in (1, 2, 3)]
    assert len({path.read_bytes() for path in outputs}) == 1
    assert len({Path(f"{path}.report").read_bytes() for path in outputs}) == 1
    best = parquet.read_table(_clean(source, "best.parquet", chosen=Settings(keep="max:n"))).column("text").to_pylist()
    assert [FOX in text for text in best].index(True) == 2999


def test_nulls_and_missing_ids(tmp_path: Path) -> None:
    """A null is skipped, counted and passed through; rows without an id are named by their number."""
    table = _table(texts=[FOX, None, FOX, f"{OWL}\n\n{FOX}\n"]).drop_columns("id")
    source = _write(tmp_path / "in.parquet", table)
    output = _clean(source)
    assert parquet.read_table(output).column("text").to_pylist() == [FOX, None, f"{OWL}\n"]
    report = Path(f"{output}.report").read_text()
    assert '{"type":"skipped","file":"in.parquet","line":2,"reason":"text-null"' in report
    assert '"document":"in.parquet:3"' in report
    assert _restored(source, output).equals(parquet.read_table(source))


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    """A string that is none is skipped and passed through as it is."""
    ends = pyarrow.array([0, len(FOX), len(FOX) + 1], pyarrow.int32())
    text = pyarrow.StringArray.from_buffers(2, ends.buffers()[1], pyarrow.py_buffer(FOX.encode() + b"\xff"))
    source = _write(tmp_path / "in.parquet", pyarrow.table({"text": text}))
    output = _clean(source)
    assert '"reason":"invalid-utf8"' in Path(f"{output}.report").read_text()
    assert parquet.read_table(output).column("text").cast("binary").to_pylist() == [FOX.encode(), b"\xff"]


@pytest.mark.parametrize("count", [0, 1])
def test_small_tables(tmp_path: Path, count: int) -> None:
    """A table without rows, and one of which nothing is left to change, come out as they are."""
    source = _write(tmp_path / "in.parquet", _table(texts=[FOX][:count]))
    assert parquet.read_table(_clean(source)).equals(parquet.read_table(source), check_metadata=True)


_COLUMN = st.lists(st.none() | st.sampled_from((FOX, f"{FOX}\n\n{OWL}", f"{BEAR}\n{FOX}", "", "ä\x00", "x" * 5000)))


@settings(max_examples=60, deadline=None)
@given(_COLUMN.filter(lambda texts: not texts or any(texts)), st.integers(1, 5), st.sampled_from(sorted(_KINDS)))
def test_every_small_table_comes_back(texts: list[str | None], group: int, kind: str) -> None:
    """Any few rows come back as the same table."""
    with tempfile.TemporaryDirectory() as name:
        source = _write(Path(name) / "in.parquet", _table(_KINDS[kind](), texts), row_group_size=group)
        table = parquet.read_table(source)
        _assert_equal(_restored(source, _clean(source)), table)


def _refusal(data: bytes, **names: str) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        list(Parquet(**names).chunks(io.BytesIO(data), 1000))
    return caught.value


def _bytes_of(table: Any) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(table, stream)
    return stream.getvalue()


def test_columns_that_are_refused() -> None:
    """No column of that name, one that holds no strings, and extension types wherever they are: refused by name."""
    data = _bytes_of(pyarrow.table({"text": [1], "Texts": ["a"]}))
    assert "column 'text' holds int64" in _refusal(data).reason
    assert "did you mean 'Texts'?" in _refusal(data, text_field="texts").reason
    tensor = pyarrow.ExtensionArray.from_storage(
        pyarrow.fixed_shape_tensor(pyarrow.int32(), [2]), pyarrow.array([[1, 2]], pyarrow.list_(pyarrow.int32(), 2))
    )
    marked = pyarrow.field("x", pyarrow.string(), metadata={"ARROW:extension:name": "somebody.else"})
    for column in (
        pyarrow.table({"text": ["a"], "x": tensor}),
        pyarrow.table({"text": ["a"], "x": pyarrow.array(["a"])}).cast(pyarrow.schema([("text", "string"), marked])),
        pyarrow.table({"text": ["a"], "x": pyarrow.StructArray.from_arrays([tensor], ["inner"])}),
    ):
        assert "column 'x' is of an extension type" in _refusal(_bytes_of(column)).reason


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files(tmp_path: Path, seed: int) -> None:
    """A file with some bytes changed, or cut off, is refused in one error, or read; nothing else is left behind."""
    chance = random.Random(seed)
    data = bytearray(_write(tmp_path / "good.parquet", _table()).read_bytes())
    (tmp_path / "good.parquet").unlink()
    for _ in range(3):
        data[chance.randrange(len(data))] = chance.randrange(256)
    make(tmp_path, {"in.parquet": bytes(data if seed % 2 else data[: chance.randrange(len(data))])})
    said = ""
    try:
        _clean(tmp_path / "in.parquet")
    except DedupError as error:
        said = str(error)
    assert (set(tree(tmp_path)) == {"in.parquet"}) == ("in.parquet" in said)
    assert said or seed % 2, "a file that is cut off is never read"


def test_where_pyarrow_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow the error says what to install."""
    monkeypatch.setattr("dedup.formats.parquet.find_spec", lambda name: None)
    assert "pip install 'dedup-text[parquet]'" in _refusal(b"").reason


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """What cannot be read at any place is copied first."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    data = _write(tmp_path / "in.parquet", _table()).read_bytes()
    (chunk,) = list(Parquet().chunks(Pipe(data), 1 << 20))[:1]
    assert chunk == next(iter(Parquet().chunks(io.BytesIO(data), 1 << 20)))


def test_row_groups_are_read_in_parts(tmp_path: Path) -> None:
    """A row group is read in batches of about the size that is asked for."""
    texts: list[str | None] = [f"{i} {OWL} {BEAR}" for i in range(2000)]
    path = _write(tmp_path / "in.parquet", _table(texts=texts), row_group_size=2000)
    with path.open("rb") as stream:
        sizes = [len(chunk.data) for chunk in Parquet().chunks(stream, 20_000)]
    assert len(sizes) > 10
    assert max(sizes) < 60_000
