"""`dedup clean --action`: merges go into a field and all text stays, or only into the report."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

import pytest

from dedup.options import ACTIONS
from dedup.reports.jsonl import Action
from tests.archives import text_record
from tests.command import BEAR, FOX, OWL, lines_of, make, run, succeed, tree
from tests.compressed import COMPRESS, DECOMPRESS
from tests.tables import bytes_in

_NEAR = OWL.replace("old", "aged")
_needs_pyarrow = pytest.mark.skipif(find_spec("pyarrow") is None, reason="the extra `parquet` is not installed")
_FORMATS = ["jsonl", "csv", "tsv", pytest.param("parquet", marks=_needs_pyarrow)]
_ROWS = [
    {"id": "a", "n": "1", "text": f"{FOX}\n\n{OWL}"},
    {"id": "b", "n": "3", "text": FOX},
    {"id": "c", "n": "2", "text": f'"{BEAR}",\r\n\r\n{FOX}\n\n{_NEAR}'},
    {"id": "b", "n": "3", "text": FOX},
    {"id": "a", "n": "9", "text": f"{BEAR}\n\n{BEAR}"},
    {"id": "d", "n": "4", "text": "nothing that is said twice here"},
]


def _rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, with their merges as objects; without those where there are none."""
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_bytes().splitlines()]
    rows: list[dict[str, Any]]
    if path.suffix == ".parquet":
        from pyarrow import parquet

        rows = parquet.read_table(path).to_pylist()
    else:
        text = path.read_bytes().decode("utf-8")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter="," if path.suffix == ".csv" else "\t"))
    return [{name: json.loads(value) if name == "dedup" else value for name, value in row.items() if name != "dedup"
             or value} for row in rows]  # fmt: skip


def _merges_by_record(report: Path) -> list[list[dict[str, Any]]]:
    """The merges of every document, as a record holds them: a report names documents by id, and record if need be."""
    found: dict[tuple[str, int | None], list[dict[str, Any]]] = {}
    for line in lines_of(report, "merge"):
        key = line["document"], line.get("record")
        found.setdefault(key, []).append(
            {name: line[name] for name in line if name not in ("type", "document", "record")}
        )
    seen: set[str] = set()
    merges = []
    for number, row in enumerate(_ROWS):
        merges.append(found.get((row["id"], number if row["id"] in seen else None), []))
        seen.add(row["id"])
    return merges


@pytest.mark.parametrize("suffix", _FORMATS)
@pytest.mark.parametrize("keep", ["first", "longest", "max:n"])
def test_every_record_stays_and_gets_its_merges(tmp_path: Path, suffix: str, keep: str) -> None:
    """All rows come out with all their fields; those with merges get them as the report has them, revisits too; the
    report differs from that of a run that removes them in the action alone; threads change nothing.
    """
    make(tmp_path, {f"in.{suffix}": bytes_in(suffix, _ROWS)})
    common = ("clean", "-q", f"in.{suffix}", "--keep", keep)
    for jobs in ("1", "3"):
        succeed(*common, "-o", f"out{jobs}.{suffix}", "--report", f"r{jobs}", "--action", "annotate", "--jobs", jobs,
                folder=tmp_path)  # fmt: skip
    succeed(*common, "-o", f"cut.{suffix}", "--report", "removed", "--empty", "keep", folder=tmp_path)
    merges = _merges_by_record(tmp_path / "r1")
    assert sum(map(len, merges)) >= 4
    assert merges[1] == merges[3] or keep != "first"
    assert [not found for found in merges].count(True) >= 2
    wanted = [row | ({"dedup": found} if found else {}) for row, found in zip(_ROWS, merges, strict=True)]
    assert _rows_of(tmp_path / f"out1.{suffix}") == wanted
    assert (tmp_path / f"out1.{suffix}").read_bytes() == (tmp_path / f"out3.{suffix}").read_bytes()
    assert (tmp_path / "r1").read_bytes() == (tmp_path / "r3").read_bytes()
    removed = (tmp_path / "removed").read_bytes()
    assert removed.replace(b'"action":"remove"', b'"action":"annotate"', 1) == (tmp_path / "r1").read_bytes()


def test_only_a_field_is_added_to_a_line(tmp_path: Path) -> None:
    """A line gets one field at the end of its object, and every other byte of it stays; other lines stay whole."""
    again = json.dumps(FOX)[1:-1].encode()
    lines = [
        b'\xef\xbb\xbf{"id":"bom","text":"%s"}\n' % again,
        b'  { "b" : 1.0e5,\t"a":[1 , {"z":null}],  "text" :"%s", "id": "odd"  }  \r\n' % again,
        b'{"text":"%s","n":1E400,"m":[NaN,-0.0],"s":"\\udc00","s":1}\n' % again,
        b'{"text":"says \\"dedup\\" and no more","x":{"dedup":1}}\n',
        b"\n",
        b'no JSON, "dedup": 1\n',
        b'{"text":"%s"}' % again,
    ]
    make(tmp_path, {"in.jsonl": b"".join(lines)})
    succeed("clean", "-q", "in.jsonl", "-o", "out.jsonl", "--action", "annotate", folder=tmp_path)
    out = (tmp_path / "out.jsonl").read_bytes().splitlines(keepends=True)
    assert len(out) == len(lines)
    for i, (before, after) in enumerate(zip(lines, out, strict=True)):
        if i not in (1, 2, 6):
            assert after == before
            continue
        end = before.rindex(b"}")
        assert (after[:end], after[-len(before[end:]) :]) == (before[:end], before[end:])
        added = after[end : len(after) - len(before[end:])]
        assert added.startswith(b',"dedup":[{"start":0,"end":64,"canonical":{"document":"bom"')
        assert json.loads(after)["dedup"][0]["kind"] == "exact"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_row_gets_a_cell(tmp_path: Path, end: str) -> None:
    """The header and every row get one more cell, whatever their line ends; a row with too few cells keeps too few,
    and blank lines and a quotation mark that is never closed stay as they are.
    """
    rows = ["\ufefftext,id", f'"{FOX}",1', "", f'{FOX},"2"', "too few", "a,3,too many", f"{FOX},4", f'{BEAR},"open']
    make(tmp_path, {"in.csv": end.join(rows)})
    succeed(
        "clean", "-q", "in.csv", "-o", "out.csv", "--action", "annotate", "--annotate-field", "a,b", folder=tmp_path
    )
    out = (tmp_path / "out.csv").read_bytes().decode("utf-8").split(end)
    assert [line for i, line in enumerate(out) if i not in (3, 6)] == [
        '\ufefftext,id,"a,b"', f'"{FOX}",1,', "", "too few,", "a,3,too many,", f'{BEAR},"open'
    ]  # fmt: skip
    for i in (3, 6):
        assert out[i].startswith(rows[i] + ',"[{""start"":0,')
        (cells,) = csv.reader([out[i]])
        assert json.loads(cells[2])[0]["canonical"] == {"document": "1", "start": 0, "end": 64}


@_needs_pyarrow
def test_a_table_gets_a_column(tmp_path: Path) -> None:
    """Of a Parquet file only a last column of strings is new: types, metadata, codecs and row groups stay."""
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "text": pyarrow.array([FOX, None, FOX, f"{FOX}\n\n{OWL}"]).dictionary_encode(),
            "id": [1.5, 2.5, 3.5, 4.5],  # no ids
            "tags": [["a"], None, [], ["b"]],
            "time": pyarrow.array([1, None, 3, 4], pyarrow.timestamp("ns", "UTC")),
        }
    ).replace_schema_metadata({"own": "kept"})
    parquet.write_table(table, tmp_path / "in.parquet", row_group_size=3, compression="zstd")
    succeed("clean", "-q", "in.parquet", "-o", "out.parquet", "--action", "annotate", folder=tmp_path)
    file = parquet.ParquetFile(tmp_path / "out.parquet")
    found = file.read()
    assert found.drop_columns(["dedup"]).equals(parquet.read_table(tmp_path / "in.parquet"), check_metadata=True)
    assert found.schema.names[-1] == "dedup"
    assert found.schema.field("dedup").type == pyarrow.string()
    values = found.column("dedup").to_pylist()
    assert values[:2] == [None, None]
    assert [len(json.loads(value)) for value in values[2:]] == [1, 1]
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [3, 1]
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


_FEATURES = {"text": {"dtype": "string", "_type": "Value"}, "größe": {"feature": {"dtype": "int8", "_type": "Value"}}}
_PANDAS = {"index_columns": ["text"], "columns": [{"name": "text", "pandas_type": "unicode"}]}


@_needs_pyarrow
@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (
            {"info": {"features": _FEATURES, "x": None}, "fingerprint": "f"},
            {"info": {"features": {**_FEATURES, "dedup": _FEATURES["text"]}, "x": None}, "fingerprint": "f"},
        ),
        ({"info": {"features": None}}, {"info": {"features": None}}),
        ({"info": [1]}, {"info": [1]}),
        ([], []),
        ("no JSON", "no JSON"),
        ("[" * 100_000, "[" * 100_000),
        (None, None),
    ],
)
def test_a_column_is_listed_where_columns_are(tmp_path: Path, listed: Any, expected: Any) -> None:
    """Where the metadata of a table list its columns for Hugging Face Datasets, the new one is among them; the list for
    pandas, which needs not hold all, and what is no such list stay.
    """
    import pyarrow
    from pyarrow import parquet

    def written(value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value)

    metadata = {"pandas": json.dumps(_PANDAS), "own": "kept"}
    table = pyarrow.table({"text": [FOX, FOX], "größe": [[1], [2]]})
    table = table.replace_schema_metadata(metadata | ({} if listed is None else {"huggingface": written(listed)}))
    parquet.write_table(table, tmp_path / "in.parquet", row_group_size=1)
    succeed("clean", "-q", "in.parquet", "-o", "out.parquet", "--action", "annotate", folder=tmp_path)
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found.schema.names == ["text", "größe", "dedup"]
    kept = {key.decode(): value.decode() for key, value in found.schema.metadata.items()}
    assert kept == metadata | ({} if expected is None else {"huggingface": written(expected)})


@pytest.mark.parametrize("suffix", COMPRESS)
def test_compressed(tmp_path: Path, suffix: str) -> None:
    """Compressed files come out compressed, with the same bytes in them."""
    make(tmp_path, {"in/a.jsonl": bytes_in("jsonl", _ROWS)})
    succeed("clean", "-q", "in", "-o", "plain", "--action", "annotate", folder=tmp_path)
    make(tmp_path, {f"packed/a.jsonl{suffix}": COMPRESS[suffix](bytes_in("jsonl", _ROWS))})
    succeed("clean", "-q", "packed", "-o", "out", "--action", "annotate", folder=tmp_path)
    packed = (tmp_path / "out" / f"a.jsonl{suffix}").read_bytes()
    assert DECOMPRESS[suffix](packed) == (tmp_path / "plain/a.jsonl").read_bytes()


def test_texts_get_fields_by_conversion(tmp_path: Path) -> None:
    """Text files, which have no fields, are annotated as what they are converted to."""
    make(tmp_path, {"in/a.txt": FOX, "in/b.txt": f"{OWL}\n\n{FOX}"})
    for kind in ("jsonl", "csv"):
        succeed("clean", "-q", "in", "-o", kind, "--action", "annotate", "--output-format", kind, folder=tmp_path)
        a, b = (_rows_of(tmp_path / kind / f"{name}.{kind}") for name in "ab")
        assert a == [{"id": "a.txt", "text": FOX}]
        assert {"id": b[0]["id"], "text": b[0]["text"]} == {"id": "b.txt", "text": f"{OWL}\n\n{FOX}"}
        assert b[0]["dedup"][0]["canonical"]["document"] == "a.txt"


def _table_with_the_column() -> bytes:
    return bytes_in("parquet", [{"text": FOX, "dedup": "x"}])


_LINE = json.dumps({"text": FOX}) + "\n"
_FAULTS: dict[str, tuple[str, str | Callable[[], bytes], tuple[str, ...], str]] = {
    # what is wrong: (the input's name, its content, arguments, what the line says)
    "text file": ("in/a.txt", FOX, (), "a.txt: its records have no fields"),
    "text file among others": ("in/z.txt", FOX, (), "z.txt: its records have no fields"),
    "archive": ("in/a.warc", lambda: text_record("http://a", FOX), (), "a.warc: its records have no fields"),
    "field in a line with merges": ("in/a.jsonl", _LINE + _LINE[:-2] + ',"dedup":[]}\n', (), "a.jsonl:2: there is"),
    "field in another line": ("in/a.jsonl", '{"dedup":1,"text":"x"}\n' + _LINE, (), "a.jsonl:1: there is a field"),
    "field spelt with escapes": (
        "in/a.jsonl",
        _LINE + '{"text":"x","d\\u0065dup":1}\n',
        (),
        "a.jsonl:2: there is a field",
    ),
    "field with a slash": (
        "in/a.jsonl",
        '{"text":"x","a\\/b":1}\n',
        ("--annotate-field", "a/b"),
        "a.jsonl:1: there is",
    ),
    "field with quotes": (
        "in/a.jsonl",
        '{"text":"x","\\u0022a\\"b":1}\n',
        ("--annotate-field", '"a"b'),
        "a.jsonl:1: there is a field",
    ),
    "field spelt with escapes in an odd line": (
        "in/a.jsonl",
        '{"text":"x","x":NaN,"\\u0064edup" : 1}\n',
        (),
        "a.jsonl:1: there is a field",
    ),
    "another field": ("in/a.jsonl", '{"größe":1,"text":"x"}\n', ("--annotate-field", "größe"), "--annotate-field"),
    "column": ("in/a.csv", "text,dedup\nx,y\n", (), "there is a column 'dedup' already"),
    "column of a table": ("in/a.parquet", _table_with_the_column, (), "there is a column 'dedup' already"),
    "converted column": ("in/a.csv", "text,dedup\nx,y\n", ("--output-format", "tsv"), "a column 'dedup' already"),
    "column of a converted table": (
        "in/a.csv",
        "text,dedup\nx,y\n",
        ("--output-format", "parquet"),
        "a column 'dedup' already",
    ),
    "converted field": ("in/a.csv", "text,dedup\nx,y\n", ("--output-format", "jsonl"), "a field 'dedup' already"),
    "field of the text": ("in/a.jsonl", _LINE, ("--annotate-field", "text"), "annotate_field='text'"),
    "two actions": ("in/a.jsonl", _LINE, ("--dry-run",), "give one action"),
}


@pytest.mark.parametrize("fault", _FAULTS)
def test_what_cannot_be_annotated(tmp_path: Path, fault: str) -> None:
    """What has no place for merges, or has something there, ends in status 2 and one line, and nothing is written."""
    name, content, options, said = _FAULTS[fault]
    if "parquet" in (name[-7:], *options):
        pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    make(tmp_path, {name: content() if callable(content) else content, "in/b.jsonl": _LINE * 3})
    before = tree(tmp_path)
    ended = run("clean", "-q", "in", "-o", "out", "--report", "r", "--action", "annotate", *options, folder=tmp_path)
    assert ended.status == 2
    assert said in ended.err.splitlines()[-1]
    assert len(ended.err.splitlines()) == (4 if "Usage" in ended.err else 1)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("action", "said"), [("annotate", "left all texts as they were"), ("report", "wrote no texts")]
)
def test_there_is_nothing_to_restore(tmp_path: Path, action: str, said: str) -> None:
    """`restore` says that a run that cut nothing left nothing to restore, and writes nothing."""
    make(tmp_path, {"in.jsonl": _LINE * 2})
    succeed("clean", "-q", "in.jsonl", "-o", "out.jsonl", "--report", "r", "--action", action, folder=tmp_path)
    before = tree(tmp_path)
    ended = run("restore", "in.jsonl", "--report", "r", "-o", "back.jsonl", folder=tmp_path)
    assert ended.status == 2
    assert ended.err == f"dedup: error: r: its run {said} (--action {action}): there is nothing to restore\n"
    assert tree(tmp_path) == before


def test_the_report_alone(tmp_path: Path) -> None:
    """--action report is --dry-run: no texts are written, and the report is that of a run that removes."""
    make(tmp_path, {"in.jsonl": _LINE * 2})
    said = [
        succeed("clean", "in.jsonl", "--report", report, *options, folder=tmp_path).err.split("time")[0]
        for report, options in (
            ("dry", ["--dry-run"]),
            ("report", ["--action", "report", "-o", "nowhere"]),
            ("remove", ["-o", "out.jsonl"]),
        )
    ]
    assert said[0] == said[1] == said[2]
    assert set(tree(tmp_path)) == {"in.jsonl", "dry", "report", "remove", "out.jsonl"}
    dry, report, remove = ((tmp_path / name).read_bytes() for name in ("dry", "report", "remove"))
    assert dry == report == remove.replace(b'"action":"remove"', b'"action":"report"', 1)


def test_the_options_name_all_actions() -> None:
    """What the command line offers is what the library does."""
    assert get_args(Action) == ACTIONS
