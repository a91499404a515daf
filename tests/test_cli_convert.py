"""`dedup clean --output-format`: records come out in another format, with the same merges, and are restored in it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from contextlib import nullcontext, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Settings
from dedup.errors import InputError
from dedup.formats import converted_name
from dedup.formats.targets import TARGETS
from dedup.options import OUTPUT_FORMATS
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.archives import by_record, record, text_record, warcinfo
from tests.command import BEAR, FOX, OWL, Nobody, lines_of, make, run, succeed, tree
from tests.compressed import COMPRESS, DECOMPRESS

_needs_pyarrow = pytest.mark.skipif(find_spec("pyarrow") is None, reason="the extra `parquet` is not installed")
_TABLE = pytest.param("parquet", marks=_needs_pyarrow)
_TEXTS = [
    f"{FOX}\n\n{OWL}",
    FOX,
    f'"{BEAR}",\r\n\t\r\n{FOX}',
    "ä 北 👩, and what is not said twice",
    BEAR,
    "",
    f"{OWL} ü",
]
_ROWS = [{"id": f"d{i}", "url": f"http://x/{i},{i}", "text": text} for i, text in enumerate(_TEXTS)]
_NOTHING = ("--min-tokens", "9999", "--min-span", "0")
"""Settings under which no block is compared, so that a run only converts."""


def _separated(rows: list[dict[str, str]], separator: str) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows), sink, row_group_size=3)
    return sink.getvalue()


def _files_of(kind: str) -> dict[str, str | bytes]:
    """The same texts as files of a format; with records between them that hold no text, where there may be such."""
    lines = [json.dumps(row, ensure_ascii=i % 2 == 0).encode() + b"\n" for i, row in enumerate(_ROWS)]
    if kind == "text":
        return {f"in/{i}.txt": text for i, text in enumerate(_TEXTS)} | {"in/9.txt": b"\xff"}
    if kind == "jsonl":
        no_id = b'{"text":"%s","n":1e5,"x":{"y":[1,null]}}\n' % FOX.encode()
        return {"in/a.jsonl": b"".join([*lines[:3], b"bad\n", b"\n", no_id, *lines[3:]]), "in/sub/b.jsonl": b""}
    if kind == "parquet":
        return {"in/a.parquet": _parquet([*_ROWS[:2], {**_ROWS[2], "text": None}, *_ROWS[2:]])}
    if kind == "warc":
        records = [text_record(row["url"], row["text"], "X-Own: ä") for row in _ROWS]
        other = record("request", "GET / HTTP/1.1\r\n\r\n", "http://x/")
        bad = text_record("http://bad", b"\xff")
        return {"in/a.warc.gz": by_record([warcinfo(), *records[:2], other, bad, *records[2:]])}
    data = _separated(_ROWS, "," if kind == "csv" else "\t")
    head, _, rest = data.partition(b"\r\n")
    return {f"in/a.{kind}": head + b"\r\n\r\nragged\r\n" + rest, f"in/b.{kind}": head}


def _rows_in(path: Path, data: bytes) -> list[dict[str, Any]]:
    """What stands in a file, decompressed by its name."""
    if path.suffix in COMPRESS:
        path, data = path.with_suffix(""), DECOMPRESS[path.suffix](data)
    if path.suffix == ".parquet":
        from pyarrow import parquet

        rows: list[dict[str, Any]] = parquet.read_table(io.BytesIO(data)).to_pylist()
        return rows
    text = data.decode("utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.split("\n") if line.startswith("{")]
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter="," if path.suffix == ".csv" else "\t"))


def _rows_below(folder: Path) -> dict[str, list[dict[str, Any]]]:
    return {name: _rows_in(Path(name), data) for name, data in tree(folder).items() if not name.endswith("/")}


_KINDS = ["text", "jsonl", "csv", "tsv", "warc", _TABLE]
_ANY_TABLE = "parquet" if find_spec("pyarrow") else "csv"
_OUTPUTS = ["jsonl", "csv", "tsv", _TABLE]


@pytest.mark.parametrize("output", _OUTPUTS)
@pytest.mark.parametrize("kind", _KINDS)
def test_a_converted_input_is_cleaned_and_comes_back(tmp_path: Path, kind: str, output: str) -> None:
    """For every pair of formats: the merges are those of a run that does not convert, and what is restored is the
    input converted, with nothing merged in it.
    """
    make(tmp_path, _files_of(kind))
    convert = ("clean", "-q", "in", "--output-format", output)
    succeed(*convert, "-o", "out", "--report", "r", folder=tmp_path)
    succeed(*convert, "-o", "wanted", *_NOTHING, folder=tmp_path)
    succeed("clean", "-q", "in", "-o", "same", "--report", "plain", folder=tmp_path)
    merges = lines_of(tmp_path / "r", "merge")
    assert len(merges) >= 4
    assert merges == lines_of(tmp_path / "plain", "merge")
    assert lines_of(tmp_path / "r")[-1] == lines_of(tmp_path / "plain")[-1]
    succeed("restore", "out", "--report", "r", "-o", "back", folder=tmp_path)
    wanted = _rows_below(tmp_path / "wanted")
    assert {row["text"] for rows in wanted.values() for row in rows} >= set(_TEXTS)
    assert _rows_below(tmp_path / "back") == wanted
    if output != "parquet":
        assert tree(tmp_path / "back") == tree(tmp_path / "wanted")
    if kind == output:
        assert tree(tmp_path / "out") == tree(tmp_path / "same")


@pytest.mark.parametrize("output", ["jsonl", "csv", _TABLE])
def test_threads_change_nothing(tmp_path: Path, output: str) -> None:
    """Converted bytes and the report are the same for any number of threads."""
    make(tmp_path, {**_files_of("text"), **_files_of("warc"), **_files_of("tsv")})
    make(tmp_path, {"in/big.tsv": _separated(_ROWS * 900, "\t")})
    (tmp_path / "in/a.tsv").unlink()
    for jobs in ("1", "3"):
        options = ("-o", f"{jobs}/out", "--report", f"{jobs}/r", "--jobs", jobs)
        succeed("clean", "-q", "in", "--output-format", output, *options, folder=tmp_path)
    assert tree(tmp_path / "1") == tree(tmp_path / "3")


def _converted(
    folder: Path, files: dict[str, str | bytes], output: str, *options: str
) -> dict[str, list[dict[str, Any]]]:
    make(folder, files)
    succeed("clean", "-q", "in", "-o", "out", "--output-format", output, *_NOTHING, *options, folder=folder)
    return _rows_below(folder / "out")


@pytest.mark.parametrize("output", _OUTPUTS[1:])
def test_what_becomes_of_fields_in_tables(tmp_path: Path, output: str) -> None:
    """Tables keep their columns, with an id where there was none; other fields go into one column as they are written;
    texts have none.
    """
    line = '{"url":"x","text":"a","n":1.0e5,"f":{"b":[null,-0.0]},"big":%s}\n' % ("9" * 40)
    strange = '{"id":{"a":1},"text":"b","s":"\\ud800","\\ud801":NaN}\n'
    found = _converted(
        tmp_path,
        {"in/a.jsonl": line + strange, "in/b.csv" if output != "csv" else "in/b.tsv": _separated(
            [{"n": "007", "text": "x", "e": ""}], "," if output != "csv" else "\t"), "in/c.txt": "t"},
        output,
    )  # fmt: skip
    assert found[f"a.{output}"] == [
        {"id": "a.jsonl:1", "text": "a", "fields": '{"url":"x","n":1.0e5,"f":{"b":[null,-0.0]},"big":%s}' % ("9" * 40)},
        {"id": "a.jsonl:2", "text": "b", "fields": '{"id":{"a":1},"s":"\\ud800","\\ud801":NaN}'},
    ]
    named = "b.csv:2" if output != "csv" else "b.tsv:2"
    assert found[f"b.{output}"] == [{"id": named, "n": "007", "text": "x", "e": ""}]
    assert found[f"c.{output}"] == [{"id": "c.txt", "text": "t"}]


def test_fields_of_archives(tmp_path: Path) -> None:
    """A record of an archive keeps its header but for what is true in an archive only; its URL is its id."""
    found = _converted(tmp_path, {"in/a.wet.gz": by_record([warcinfo(), text_record("http://a", FOX)])}, "jsonl")
    (row,) = found["a.jsonl.gz"]
    assert row.pop("warc-record-id").startswith("<urn:uuid:")
    assert row == {
        "id": "http://a",
        "text": FOX,
        "warc-type": "conversion",
        "warc-date": "2024-05-18T01:58:10Z",
        "content-type": "text/plain",
    }


@_needs_pyarrow
def test_values_of_tables(tmp_path: Path) -> None:
    """Values of Parquet stay numbers, lists and objects in JSON lines; times and decimals are strings, bytes base64,
    and nothing is lost of any of them; in cells strings stand as they are, nothing for null, and else the same JSON.
    """
    from decimal import Decimal

    import pyarrow
    from pyarrow import parquet

    ns = pyarrow.timestamp("ns", "UTC")
    table = pyarrow.table(
        {
            "text": ["a", "b"],
            "id": [7, None],
            "time": pyarrow.array([1, None], ns),
            "times": pyarrow.array([[1], []], pyarrow.list_(ns)),
            "money": [Decimal("1.50"), None],
            "bytes": [b"\xff", None],
            "deep": [{"a": {"b": b"\0"}, "c": [1.5, None]}, None],
            "kind": pyarrow.array(["x", None]).dictionary_encode(),
            "odd": [float("nan"), float("-inf")],
            "yes": [True, None],
        }
    )
    (tmp_path / "in").mkdir()
    parquet.write_table(table, tmp_path / "in/a.parquet")
    wanted = {
        "text": "a",
        "id": 7,
        "time": "1970-01-01 00:00:00.000000001Z",
        "times": ["1970-01-01 00:00:00.000000001Z"],
        "money": "1.50",
        "bytes": "/w==",
        "deep": {"a": {"b": "AA=="}, "c": [1.5, None]},
        "kind": "x",
        "odd": "NaN",
        "yes": True,
    }
    empty = dict.fromkeys(wanted) | {"text": "b", "id": "a.parquet:2", "times": [], "odd": "-Infinity"}
    assert _converted(tmp_path, {}, "jsonl")["a.jsonl"] == [wanted, empty]
    cells = [
        {name: "" if value is None else value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
         for name, value in row.items()} for row in (wanted, empty)
    ]  # fmt: skip
    assert _converted(tmp_path, {}, "csv", "--force")["a.csv"] == cells


@pytest.mark.parametrize(
    ("output", "left"), [("jsonl", []), ("csv", [2]), ("tsv", [2]), pytest.param("parquet", [2], marks=_needs_pyarrow)]
)
def test_what_cannot_be_converted(tmp_path: Path, output: str, left: list[int]) -> None:
    """Records that cannot be read, or not be written in the other format, are left out, named and counted."""
    lines = ['{"text":"a"}', '{"text":"half \\ud800 a character"}', "bad", '{"text":"b"}']
    make(tmp_path, {"in/a.jsonl": "\n".join(lines), "in/b.csv": "text,id\nx,1\ny\n", "in/c.txt": b"\xff"})
    ended = succeed("clean", "in", "-o", "out", "--report", "r", "--output-format", output, folder=tmp_path)
    found = _rows_below(tmp_path / "out")
    if output != "jsonl":
        assert [row["text"] for row in found[f"a.{output}"]] == ["a", "b"]
    if output != "csv":
        assert [row["text"] for row in found[f"b.{output}"]] == ["x"]
    assert found[f"c.{output}"] == []
    skipped = [(line["file"], line.get("line")) for line in lines_of(tmp_path / "r", "skipped")]
    assert skipped == [*(("a.jsonl", line) for line in [*left, 3]), ("b.csv", 3), ("c.txt", None)]
    assert sum(lines_of(tmp_path / "r")[-1]["documents"]["skipped"].values()) == len(skipped)
    assert ("1 lone-surrogate" in ended.err) == bool(left)


@_needs_pyarrow
def test_a_field_that_is_not_utf8(tmp_path: Path) -> None:
    """A row of Parquet of which another column is not UTF-8 is left out and counted."""
    import pyarrow
    from pyarrow import parquet

    other = pyarrow.array([b"x", b"\xff", b"y"]).view(pyarrow.string())
    (tmp_path / "in").mkdir()
    parquet.write_table(pyarrow.table({"text": ["a", "b", "c"], "other": other}), tmp_path / "in/a.parquet")
    rows = _converted(tmp_path, {}, "jsonl", "--report", "r")["a.jsonl"]
    assert [row["text"] for row in rows] == ["a", "c"]
    assert [line["line"] for line in lines_of(tmp_path / "r", "skipped")] == [2]


@pytest.mark.parametrize("keep", ["last", "longest", "max:score", "prefer:kind=b,a"])
def test_keep_rules_look_at_the_input(tmp_path: Path, keep: str) -> None:
    """Which copy stays depends on the fields of the input, whatever these become."""
    rows = [
        {"score": str(score), "kind": kind, "text": f"{FOX}\n\n{score} {OWL}"} for score, kind in ((9, "a"), (10, "b"))
    ]
    make(tmp_path, {"in/a.csv": _separated(rows, ","), "in/b.jsonl": json.dumps({"score": 8, "text": FOX})})
    merges = []
    for output in ([], ["--output-format", "tsv"], ["--output-format", "jsonl"]):
        succeed("clean", "-q", "in", "--dry-run", "--report", "r", "--force", "--keep", keep, *output, folder=tmp_path)
        merges.append(lines_of(tmp_path / "r", "merge"))
    assert merges[0] == merges[1] == merges[2] != []


@pytest.mark.parametrize("output", _OUTPUTS)
def test_nothing_to_convert(tmp_path: Path, output: str) -> None:
    """An empty input becomes a file without records that can be read again."""
    make(tmp_path, {"in/a.txt": b"\xff", "in/b.jsonl": "", "in/c.csv": "", "in/d.csv": "\n", "in/f.txt": FOX})
    make(tmp_path, {"in/e.tsv": "id,text\ttext\n"})
    found = _converted(tmp_path, {}, output)
    rows = {name: len(rows) for name, rows in found.items()}
    assert rows == {f"{name}.{output}": int(name == "f") for name in "abcdef"}
    succeed("clean", "-q", "out", "-o", "again", folder=tmp_path)
    assert _rows_below(tmp_path / "again") == found


@pytest.mark.parametrize("suffix", COMPRESS)
def test_one_file(tmp_path: Path, suffix: str) -> None:
    """The name of a single output tells how it is compressed, and it is restored by its report; so it is in a pipe."""
    make(tmp_path, {"a.csv.xz": COMPRESS[".xz"](_separated(_ROWS, ","))})
    packed = f"out.jsonl{suffix}"
    succeed("clean", "a.csv.xz", "-o", packed, "--report", "r", "--output-format", "jsonl", folder=tmp_path)
    piped = succeed("clean", "-", "-o", "-", "--input-format", "csv", "--output-format", "jsonl",
                    stdin=_separated(_ROWS, ",")).out  # fmt: skip
    assert DECOMPRESS[suffix]((tmp_path / packed).read_bytes()) == piped
    succeed("restore", packed, "--report", "r", "-o", "back.jsonl", folder=tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "back.jsonl").read_bytes().splitlines()]
    assert rows == [{name: row[name] for name in ("id", "url", "text")} for row in _ROWS]


def test_input_format_and_restore(tmp_path: Path) -> None:
    """A file whose name tells nothing is converted with --input-format, and restored without."""
    make(tmp_path, {"in/crawl.txt": text_record("http://a", FOX) + text_record("http://b", FOX)})
    options = ("--input-format", "warc", "--output-format", "jsonl")
    succeed("clean", "in", "-o", "out", "--report", "r", *options, folder=tmp_path)
    succeed("restore", "out", "--report", "r", "-o", "back", "--input-format", "warc", folder=tmp_path)
    assert [row["text"] for row in _rows_below(tmp_path / "back")["crawl.jsonl"]] == [FOX, FOX]
    make(tmp_path, {"lines/a.txt": _LINE})
    options = ("--input-format", "jsonl", "--output-format", "jsonl")  # the same: nothing is converted
    succeed("clean", "lines", "-o", "same", *options, folder=tmp_path)
    assert tree(tmp_path / "same") == tree(tmp_path / "lines")


@pytest.mark.parametrize(
    ("name", "kind", "converted"),
    [
        ("a.txt", "jsonl", "a.jsonl"),
        ("sub/a.warc.gz", "jsonl", "sub/a.jsonl.gz"),
        ("a.b.WET.GZ", "csv", "a.b.csv.GZ"),
        ("a.csv.zst", "parquet", "a.parquet"),
        ("a.parquet", "tsv", "a.tsv"),
        ("a.jsonl.xz", "jsonl", "a.jsonl.xz"),
        ("a.wacz", "jsonl", "a.jsonl"),
        ("a.data", "jsonl", "a.data.jsonl"),
        ("stdin", "jsonl", "stdin.jsonl"),
        ("v1.0/.txt", "csv", "v1.0/.txt.csv"),
    ],
)
def test_names(name: str, kind: str, converted: str) -> None:
    """The suffix of the format is replaced; that of the compression stays, unless the new format has its own."""
    assert converted_name(name, kind) == converted


_LINE = json.dumps({"text": FOX}) + "\n"
_FAULTS: dict[str, tuple[dict[str, str | bytes], tuple[str, ...], str]] = {
    # what is wrong: (inputs, arguments, what the line says)
    "one name for two": ({"in/a.txt": FOX, "in/a.jsonl": _LINE}, (), "both a.jsonl and a.txt would be written there"),
    "one name for two, compressed": (
        {"in/a.csv.gz": gzip.compress(b"text\nx\n"), "in/a.jsonl.gz": gzip.compress(_LINE.encode())},
        (), "both a.csv.gz and a.jsonl.gz",
    ),
    "one field for both": ({"in/a.txt": FOX}, ("--id-field", "text"), "id_field='text'"),
    "a column twice": ({"in/a.csv": "text,a,a\nx,1,2\n"}, (), "column 'a' would stand there twice"),
    "unknown format": ({"in/a.txt": FOX}, ("--output-format", "warc"), "jsonl"),
}  # fmt: skip


@pytest.mark.parametrize("fault", _FAULTS)
def test_faults(tmp_path: Path, fault: str) -> None:
    """What cannot be converted at all ends in status 2 and one line, and nothing is written."""
    files, options, said = _FAULTS[fault]
    make(tmp_path, files)
    before = tree(tmp_path)
    ended = run(
        "clean", "-q", "in", "-o", "out", "--report", "r", "--output-format", "jsonl", *options, folder=tmp_path
    )
    assert ended.status == 2
    assert said in ended.err.splitlines()[-1]
    assert len(ended.err.splitlines()) == (4 if "Usage" in ended.err else 1)
    assert tree(tmp_path) == before


def test_the_column_of_other_fields(tmp_path: Path) -> None:
    """A text or an id cannot stand in the column that all other fields go to."""
    make(tmp_path, {"a.jsonl": '{"fields":"x"}\n'})
    options = ("--text-field", "fields", "--output-format", "csv")
    ended = run("clean", "a.jsonl", "-o", "out.csv", *options, folder=tmp_path)
    assert (ended.status, "column 'fields' would stand there twice" in ended.err) == (2, True)


def test_a_name_that_says_something_else(tmp_path: Path) -> None:
    """An output is not given the name of another format than the one that was asked for."""
    make(tmp_path, {"a.csv": "text\nx\n"})
    ended = run("clean", "a.csv", "-o", "out.csv.gz", "--output-format", "jsonl", folder=tmp_path)
    assert (ended.status, "its name says that it is csv" in ended.err) == (2, True)


@_needs_pyarrow
@pytest.mark.parametrize(("values", "said"), [([1.5], "column 'id' holds double, no ids"), ([[1, 2]], "no ids")])
def test_ids_that_are_none(tmp_path: Path, values: list[Any], said: str) -> None:
    """A column of ids that holds something else is not overwritten with made ones."""
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"text": ["a"], "id": values}), tmp_path / "a.parquet")
    ended = run("clean", "a.parquet", "-o", "out.csv", "--output-format", "csv", folder=tmp_path)
    assert (ended.status, said in ended.err) == (2, True)
    succeed("clean", "a.parquet", "-o", "o.csv", "--output-format", "csv", "--id-field", "key", folder=tmp_path)


@_needs_pyarrow
def test_types_that_nobody_else_has(tmp_path: Path) -> None:
    """A column of a type that other formats cannot hold is refused by name."""
    import pyarrow
    from pyarrow import parquet

    twice = pyarrow.StructArray.from_arrays([pyarrow.array([1]), pyarrow.array([2])], ["x", "x"])
    parquet.write_table(pyarrow.table({"text": ["a"], "odd": twice}), tmp_path / "a.parquet")
    ended = run("clean", "a.parquet", "-o", "out.csv", "--output-format", "csv", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert "a.parquet: column 'odd' holds struct" in ended.err


def test_the_options_name_all_formats() -> None:
    """What the command line offers is what the library does."""
    assert TARGETS == OUTPUT_FORMATS


_PIECES = st.sampled_from(
    (FOX, BEAR, OWL, "Yes", "", " \t", 'a "b", c', "\r", "\ufeff", "\x01\u2028", "\ud800", "=1\n")
)
_DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(({}, {"id": 1}, {"id": "a,b"}, {"id": ""}, {"id": None}, {"id": [2]}, {"id": 'q"\n'})),
        st.lists(_PIECES, max_size=4).map("\n\n".join),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(_DOCUMENTS, st.sampled_from(("csv", "tsv", _ANY_TABLE)), st.booleans())
def test_every_small_corpus_is_converted(
    documents: list[tuple[dict[str, object], str]], output: str, keep_empty: bool
) -> None:
    """Any texts under any ids are in a table what they were in JSON lines, and come back so from a cleaned one."""
    whole = [(key, text) for key, text in documents if "\ud800" not in text]
    lines = [json.dumps({**key, "text": text}) + "\n" for key, text in documents]
    with tempfile.TemporaryDirectory() as name:
        folder = make(Path(name), {"in.jsonl": "".join(lines)})
        for chosen, out in ((Settings(), "cut"), (Settings(min_tokens=9999, min_span=0), "plain")):
            writing = Writing(
                output=str(folder / f"{out}.{output}"),
                report=str(folder / f"{out}.r"),
                keep_empty=keep_empty,
                output_format=output,
            )
            with suppress(InputError) if not whole else nullcontext():
                clean_files([str(folder / "in.jsonl")], chosen, Reading(), writing, Nobody())
        if not whole:
            assert set(tree(folder)) == {"in.jsonl"}
            return
        plain, back = (folder / f"{name}.{output}" for name in ("plain", "back"))
        restore_files(str(folder / f"cut.{output}"), str(folder / "cut.r"), str(back), Reading(), force=False)
        rows = _rows_in(plain, plain.read_bytes())
        assert _rows_in(back, back.read_bytes()) == rows
        if output != "parquet":
            assert back.read_bytes() == plain.read_bytes()
        assert [row["text"] for row in rows] == [text for _, text in whole]
        for row, (key, _) in zip(rows, whole, strict=True):
            own_id = key.get("id")
            assert row["id"] == str(own_id) if own_id in (1, "a,b", 'q"\n') else row["id"].startswith("in.jsonl:")
