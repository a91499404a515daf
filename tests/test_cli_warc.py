"""Archives of texts: what comes out is valid, says the truth about itself, and comes back."""

from __future__ import annotations

import gzip
import io
import json
import random
import zlib
from pathlib import Path
from typing import Any

import pytest

from dedup import Settings
from dedup.formats.warc import Warc
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.archives import by_record, record, text_record, warcinfo
from tests.command import BEAR, FOX, OWL, Nobody, lines_of, make, run, succeed

_MORE = "Nine grey geese flew slowly over the frozen lake before the long winter night began."
_CORPUS = [
    warcinfo(),
    text_record("http://a.example/", f"{FOX}\n{OWL}\n"),
    record("metadata", '{"a": 1}', "http://a.example/", "Content-Type: application/json"),
    text_record("http://b.example/", f"{FOX}\n{BEAR}\n", "WARC-Identified-Content-Language: deu"),
    text_record("http://c.example/", f"{OWL}\n{FOX}"),
    text_record("http://d.example/", b"caf\xe9 " + FOX.encode()),
    text_record("", f"{BEAR}\n{_MORE}"),
    record("revisit", "", "http://a.example/", "WARC-Profile: http://netpreserve.org/warc/1.0/revisit"),
    text_record("http://e.example/", _MORE),
]
_NAMES = ("a.warc", "a.wet", "a.warc.wet", "a.WARC.gz", "a.wet.gz", "a.warc.wet.gz")


def _archive(name: str, records: list[bytes]) -> bytes:
    return by_record(records) if name.endswith(".gz") else b"".join(records)


def _clean(folder: Path, name: str, data: bytes, *, keep: str = "first", empty: str = "drop", jobs: int = 2) -> bytes:
    """Clean an archive in this process; returns what was written."""
    make(folder, {name: data})
    writing = Writing(
        output=str(folder / "out" / name), report=str(folder / "r.jsonl"), force=True, keep_empty=empty == "keep"
    )
    clean_files([str(folder / name)], Settings(keep=keep), Reading(), writing, Nobody(), jobs=jobs)
    return (folder / "out" / name).read_bytes()


def _restored(folder: Path, name: str) -> bytes:
    """What is restored from it, likewise."""
    cleaned, report, back = (str(folder / each) for each in (f"out/{name}", "r.jsonl", f"back/{name}"))
    restore_files(cleaned, report, back, Reading(), force=True)
    return (folder / "back" / name).read_bytes()


def _members(packed: bytes) -> list[bytes]:
    """What every member of a packed archive holds."""
    found = []
    while packed:
        inflater = zlib.decompressobj(31)
        found.append(inflater.decompress(packed))
        packed = inflater.unused_data
    return found


def _read_by_warcio(data: bytes) -> list[Any]:
    """(type, URL, text) of every record, as another library reads them; it checks their digests."""
    pytest.importorskip("warcio", reason="needs warcio to read archives back")
    from warcio.archiveiterator import ArchiveIterator

    found = []
    for each in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        if each.rec_type is None:  # line ends that are too many, in a member of their own
            continue
        payload = each.content_stream().read()
        found.append(
            (each.rec_type, each.rec_headers.get_header("WARC-Target-URI"), payload.decode("utf-8", "replace"))
        )
        assert each.digest_checker.passed is not False
    return found


@pytest.mark.parametrize("name", _NAMES)
def test_archive_of_texts(tmp_path: Path, name: str) -> None:
    """Texts are cleaned in archives of every name, all other bytes stay, and another library reads what comes out."""
    out = _clean(tmp_path, name, _archive(name, _CORPUS))
    expected = [
        *_CORPUS[:3],
        text_record("http://b.example/", f"{BEAR}\n", "WARC-Identified-Content-Language: deu"),
        _CORPUS[5],
        text_record("", _MORE),
        _CORPUS[7],
    ]
    records = _members(out) if name.endswith(".gz") else None
    assert (b"".join(records) if records is not None else out) == b"".join(expected)
    assert records is None or records == expected
    assert [kind for kind, _, _ in _read_by_warcio(out)] == [
        "warcinfo", "conversion", "metadata", "conversion", "conversion", "conversion", "revisit"
    ]  # fmt: skip


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize(("keep", "empty"), [("first", "drop"), ("first", "keep"), ("last", "drop")])
def test_archive_comes_back(tmp_path: Path, name: str, keep: str, empty: str) -> None:
    """An archive comes back: byte for byte, or in a packed one what its members hold, a record each."""
    data = _archive(name, _CORPUS)
    out = _clean(tmp_path, name, data, keep=keep, empty=empty)
    assert out != data
    back = _restored(tmp_path, name)
    assert _members(back) == _CORPUS if name.endswith(".gz") else back == data


def test_report_and_summary(tmp_path: Path) -> None:
    """A document's id is its URL, or else the record's place; only records of text count as documents."""
    make(tmp_path, {"a.warc": b"".join(_CORPUS)})
    ended = succeed("clean", "a.warc", "-o", "out.warc", "--report", "r.jsonl", folder=tmp_path)
    assert "6 in, 3 written, 2 emptied" in ended.err
    assert "skipped a.warc:6: not UTF-8 at byte 3 of the text" in ended.err
    assert {merge["document"] for merge in lines_of(tmp_path / "r.jsonl", "merge")} == {
        "http://b.example/", "http://c.example/", "a.warc:7", "http://e.example/"
    }  # fmt: skip
    assert [(each["document"], each["line"]) for each in lines_of(tmp_path / "r.jsonl", "emptied")] == [
        ("http://c.example/", 5), ("http://e.example/", 9)
    ]  # fmt: skip


def test_untouched_members_stay_as_they_are(tmp_path: Path) -> None:
    """In a packed archive the members of records that do not change are not packed anew."""
    packed = [gzip.compress(each, 1, mtime=1_700_000_000) for each in (_CORPUS[0], _CORPUS[1], text_record("b", FOX))]
    out = _clean(tmp_path, "a.wet.gz", b"".join(packed))
    assert out == packed[0] + packed[1]
    assert _clean(tmp_path, "a.wet.gz", b"".join(packed[:2]) + bytes(700)) == packed[0] + packed[1]


@pytest.mark.parametrize("pieces", [1, 2, 7])
def test_archive_packed_as_a_whole(tmp_path: Path, pieces: int) -> None:
    """An archive whose members are not its records is read, and comes out with a member for every record."""
    plain = b"".join(_CORPUS)
    step = len(plain) // pieces + 1
    data = b"".join(gzip.compress(plain[i : i + step]) for i in range(0, len(plain), step))
    by_records = _clean(tmp_path / "b", "a.wet.gz", by_record(_CORPUS))
    assert _members(_clean(tmp_path / "a", "a.wet.gz", data)) == _members(by_records)
    assert _members(_restored(tmp_path / "a", "a.wet.gz")) == _CORPUS


@pytest.mark.parametrize("name", ["a.wet", "a.wet.gz"])
def test_from_a_pipe(tmp_path: Path, name: str) -> None:
    """An archive is read from a pipe, packed or not, and written to one as it is."""
    data = _archive(name, _CORPUS)
    ended = succeed("clean", "-q", "-", "-o", "-", "--input-format", "warc", folder=tmp_path, stdin=data)
    plain = data if name == "a.wet" else gzip.decompress(data)
    assert ended.out == _clean(tmp_path, "a.wet", plain).replace(b"a.wet", b"stdin")


@pytest.mark.parametrize("name", ["a.wet", "a.wet.gz"])
def test_any_number_of_jobs(tmp_path: Path, name: str) -> None:
    """Any number of threads write the same bytes."""
    chosen = random.Random(1)
    sentences = [f"{_MORE} It was the year {number}." for number in range(300)]
    texts = ["\n".join(chosen.choices(sentences, k=8)) for _ in range(2500)]
    records = [text_record(f"http://{i}.example/", text) for i, text in enumerate(texts)]
    data = _archive(name, records)
    outputs = []
    for jobs in (1, 3):
        out = _clean(tmp_path, name, data, jobs=jobs)
        outputs.append((out, (tmp_path / "r.jsonl").read_bytes()))
    assert outputs[0] == outputs[1]
    back = _restored(tmp_path, name)
    assert (gzip.decompress(back) if name.endswith(".gz") else back) == b"".join(records)


def test_same_merges_as_json_lines(tmp_path: Path) -> None:
    """The same texts in JSON lines give the same merges and the same books."""
    documents = [
        ("http://a.example/", f"{FOX}\n{OWL}\n"), ("http://b.example/", f"{FOX}\n{BEAR}\n"),
        ("http://c.example/", OWL.replace("old", "aged")), ("http://b.example/", f"{FOX}\n{BEAR}\n"),
    ]  # fmt: skip
    lines = "".join(json.dumps({"id": uri, "text": text}) + "\n" for uri, text in documents)
    _clean(tmp_path / "warc", "a.wet", b"".join(text_record(*each) for each in documents))
    _clean(tmp_path / "lines", "a.jsonl", lines.encode())
    for kind in ("merge", "document", "summary"):
        found = [lines_of(tmp_path / folder / "r.jsonl", kind) for folder in ("warc", "lines")]
        assert found[0] == found[1] != []


def test_the_same_page_again(tmp_path: Path) -> None:
    """The same URL with the same text is a revisit, which is no duplicate of itself and comes out the same."""
    page = text_record("http://a.example/", f"{FOX}\n{OWL}")
    shorter = text_record("http://b.example/", f"{FOX}\n{BEAR}")
    out = _clean(tmp_path, "a.wet", page + shorter + page + shorter)
    assert [text for _, _, text in _read_by_warcio(out)] == [f"{FOX}\n{OWL}", BEAR, f"{FOX}\n{OWL}", BEAR]
    assert lines_of(tmp_path / "r.jsonl", "summary")[0]["documents"]["revisits"] == 2
    assert _restored(tmp_path, "a.wet") == page + shorter + page + shorter


_DUPLICATE = text_record("http://b.example/", f"{FOX}\n{OWL}", "X: y").replace(b"\r\n\r\n", b"\n\n")
_ODD_HEADERS: dict[str, bytes] = {
    # a record of which something goes, in a form that a careless rewrite would change
    "wrong digest": _DUPLICATE.replace(b"sha1:", b"sha1:A"),
    "digest in hexadecimal digits": _DUPLICATE.replace(b"sha1:", b"sha-1:" + b"0f" * 20 + b"\r\nX-Was: "),
    "unknown digest": _DUPLICATE.replace(b"sha1:", b"xyz:"),
    "digest without an algorithm": _DUPLICATE.replace(b"sha1:", b""),
    "length with zeros": _DUPLICATE.replace(b"Content-Length: ", b"Content-Length: 000"),
    "small letters, no space": _DUPLICATE.replace(b"Content-Length: ", b"content-length:"),
    "folded line": _DUPLICATE.replace(b"X: y", b"X: y\n  and\n\tmore"),
    "bytes that are not UTF-8": _DUPLICATE.replace(b"X: y", b"X: \xff\xe9"),
    "a length in another field": _DUPLICATE.replace(b"X: y", b"X-Content-Length: 7"),
    "URL in angle brackets": _DUPLICATE.replace(b"http://b.example/", b"<http://b.example/>"),
    "too many line ends": _DUPLICATE + b"\r\n\r\n",
    "no line ends behind it": _DUPLICATE.rstrip(b"\n"),
    "an upper case type": _DUPLICATE.replace(b"conversion", b"Conversion"),
}


@pytest.mark.parametrize("case", _ODD_HEADERS)
@pytest.mark.parametrize("beside", [BEAR, ""], ids=["shortened", "emptied"])
@pytest.mark.parametrize("name", ["a.wet", "a.wet.gz"])
def test_oddly_written_records_come_back(tmp_path: Path, case: str, beside: str, name: str) -> None:
    """Whatever a header says and however it says it, it comes back, and what is written is true."""
    duplicate = _ODD_HEADERS[case]
    if beside:
        duplicate = duplicate.replace(OWL.encode(), beside.encode())
        duplicate = duplicate.replace(b"%d\n" % len(f"{FOX}\n{OWL}"), b"%d\n" % len(f"{FOX}\n{beside}".encode()))
    records = [text_record("http://a.example/", f"{FOX}\n{OWL}"), duplicate]
    out = _clean(tmp_path, name, _archive(name, records))
    assert lines_of(tmp_path / "r.jsonl", "document")[0]["document"] == "http://b.example/"
    texts = [text for kind, _, text in _read_by_warcio(out) if kind.lower() == "conversion"]
    assert texts == [f"{FOX}\n{OWL}", beside][: 2 if beside else 1]
    back = _restored(tmp_path, name)
    assert b"".join(_members(back) if name.endswith(".gz") else [back]) == b"".join(records)


def test_field_for_the_keep_rule(tmp_path: Path) -> None:
    """A keep rule takes a field of the record's header."""
    old, new = (text_record(f"http://{i}.example/", FOX, f"X-Rank: {i}") for i in (1, 2))
    assert _clean(tmp_path, "a.wet.gz", by_record([old, new]), keep="max:x-rank") == by_record([new])


_WHOLE = b"".join(_CORPUS[:3])
_PACKED = by_record(_CORPUS[:3])
_LAST = text_record("http://z.example/", OWL)
_BROKEN: dict[str, tuple[str, bytes, str]] = {
    # what is wrong: (name, archive, what the line says)
    "cut off inside of a text": ("a.wet", _WHOLE + _LAST[:-30], "record 4 at byte"),
    "cut off inside of a header": ("a.wet", _WHOLE + _LAST[:60], "inside of a header"),
    "cut off inside of a member": ("a.wet.gz", _PACKED[:-5], "inside of a gzip member"),
    "cut off in the first member": ("a.wet.gz", _PACKED[:50], "inside of a gzip member"),
    "damaged gzip": ("a.wet.gz", _PACKED[:-200] + b"\xff" * 40 + _PACKED[-160:], "damaged gzip"),
    "wrong checksum": ("a.wet.gz", _PACKED[:-8] + b"1234" + _PACKED[-4:], "damaged gzip"),
    "something behind the gzip": ("a.wet.gz", _PACKED + b"something", "not gzip"),
    "length too large": ("a.wet", _WHOLE + text_record("z", OWL, length=9_999), "it says that it has 9,999 bytes"),
    "length too large by a little": ("a.wet", text_record("z", OWL, length=90) + _WHOLE, "Content-Length before it"),
    "length too small": ("a.wet", text_record("z", OWL, length=9) + _WHOLE, "Content-Length before it"),
    "negative length": ("a.wet", text_record("z", OWL, length=-5) + _WHOLE, "Content-Length '-5'"),
    "length of 26 digits": ("a.wet", text_record("z", OWL, length="7" * 26), "Content-Length '777"),
    "length that is no number": ("a.wet", text_record("z", OWL, length="many"), "Content-Length 'many'"),
    "no length": ("a.wet", _WHOLE + text_record("z", OWL).replace(b"Content-Length", b"X"), "has no Content-Length"),
    "record of a petabyte": ("a.wet.gz", by_record([text_record("z", OWL, length=10**15)]), "cut off 9"),
    "not an archive": ("a.wet", FOX.encode(), "no record begins there"),
    "not an archive, packed": ("a.warc.gz", gzip.compress(FOX.encode()), "no record begins there"),
    "header of 40 MB": ("a.wet", b"WARC/1.0\r\nX: " + b"x" * 40_000_000, "does not end within 65,536 bytes"),
    "header of 40 MB, packed": ("a.wet.gz", gzip.compress(b"WARC/1.0\r\n" + b"X: y\r\n" * 7_000_000, 1), "65,536"),
}  # fmt: skip


@pytest.mark.parametrize("case", _BROKEN)
def test_broken_archives_are_refused(tmp_path: Path, case: str) -> None:
    """Where nobody can tell where the next record begins, one line says where that is, and nothing is written."""
    name, data, said = _BROKEN[case]
    make(tmp_path, {name: data})
    ended = run("clean", "-q", name, "-o", "out", "--report", "r", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.startswith(f"dedup: error: {name}: ")
    assert said in ended.err
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_broken_archive_from_a_pipe(tmp_path: Path) -> None:
    """What comes out of a pipe and is cut off is refused as well."""
    given = ("clean", "-q", "-", "-o", "out", "--input-format", "warc")
    ended = run(*given, folder=tmp_path, stdin=_PACKED[:-5])
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.startswith("dedup: error: stdin: ")
    assert list(tmp_path.iterdir()) == []


def test_a_header_without_an_end_is_refused_at_once() -> None:
    """Nobody reads 40 MB to find out that a header is too long."""
    stream = io.BytesIO(b"WARC/1.0\r\nX: " + b"x" * 40_000_000)
    with pytest.raises(OSError, match="65,536"):
        next(Warc().chunks(stream, 1 << 19))
    assert stream.tell() < 1_000_000
