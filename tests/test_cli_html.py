"""Archives of web pages: their texts come out, as records that refer to the pages, or a record that says why not."""

from __future__ import annotations

import gzip
import importlib.util
import io
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from dedup import InputError, Settings
from dedup.formats.base import Record
from dedup.formats.html import Pages
from dedup.formats.warc import Warc
from dedup.formats.warc_framing import head_of
from dedup.formats.windows import FramingError
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.archives import record, sha1, text_record, warcinfo
from tests.command import BEAR, FOX, OWL, Nobody, lines_of, make, run, succeed
from tests.test_formats import records_of

_NEEDED = pytest.mark.skipif(importlib.util.find_spec("resiliparse") is None, reason="needs resiliparse to read pages")

_TRAFILATURA = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("resiliparse", "trafilatura", "lxml_html_clean"))),
    reason="needs trafilatura",
)


def _page(*paragraphs: str) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><head><title>t</title></head><body>{body}<script>bad()</script></body></html>".encode()


def _response(body: bytes, uri: str, *fields: str, status: str = "200 OK", kind: str = "text/html") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {kind}", *fields, "", ""])
    return record("response", head.encode() + body, uri, "Content-Type: application/http; msgtype=response")


def _chunked(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 50]), body[i : i + 50]) for i in range(0, len(body), 50))


def _read(data: bytes) -> list[Record]:
    return records_of(Warc(), data, "a.warc")


@_NEEDED
@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_pages_become_texts(tmp_path: Path, name: str) -> None:
    """Pages come out as records of their text that refer to them, cleaned; these texts are what comes back."""
    records = [
        warcinfo(),
        record("request", "GET / HTTP/1.1\r\n\r\n", "http://a.example/"),
        _response(_page(FOX, OWL), "http://a.example/"),
        _response(_page(FOX, BEAR), "http://b.example/"),
        _response(b"\x89PNG", "http://b.example/i.png", kind="image/png"),
        _response(_page(FOX), "http://b.example/gone", status="404 Not Found"),
        record("response", "not HTTP", "http://c.example/"),
        text_record("http://d.example/", FOX),
    ]
    make(tmp_path, {name: b"".join(gzip.compress(each) if name.endswith(".gz") else each for each in records)})
    ended = succeed("clean", name, "-o", f"out/{name}", "--report", "r.jsonl", folder=tmp_path)
    assert "skipped     1 image/png, 1 not-http, 1 status-404\n" in ended.err
    packed = (tmp_path / "out" / name).read_bytes()
    out = _read(packed)
    assert (gzip.decompress(packed) if name.endswith(".gz") else packed).startswith(records[0] + records[1])
    texts = {each.document.id: each.document.text for each in out if each.document}
    assert texts == {"http://a.example/": f"{FOX}\n\n{OWL}", "http://b.example/": BEAR}
    plain = gzip.decompress(packed) if name.endswith(".gz") else packed
    page = head_of(records[2])
    assert b"WARC-Refers-To: " + page.get(b"warc-record-id") in plain
    assert b"WARC-Block-Digest: " + sha1(BEAR.encode()) in plain
    restore_files(str(tmp_path / "out" / name), str(tmp_path / "r.jsonl"), str(tmp_path / "b"), Reading(), force=False)
    back = _read((tmp_path / "b").read_bytes())
    assert [each.document.text for each in back if each.document] == [f"{FOX}\n\n{OWL}", f"{FOX}\n\n{BEAR}", FOX]
    assert [line["line"] for line in lines_of(tmp_path / "r.jsonl", "skipped")] == [5, 6, 7]


@_NEEDED
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (_chunked(_page(FOX)), ("Transfer-Encoding: chunked",)),
        (_chunked(_page(FOX)) + b"0\r\n\r\n", ("transfer-encoding:chunked",)),
        (_page(FOX), ("Transfer-Encoding: chunked",)),
        (gzip.compress(_page(FOX)), ("Content-Encoding: gzip",)),
        (zlib.compress(_page(FOX)), ("Content-Encoding: deflate",)),
        (zlib.compress(_page(FOX))[2:], ("Content-Encoding: deflate",)),
        (_page(FOX), ("Content-Encoding: gzip",)),
        (_page(FOX), ("Content-Encoding: br",)),
        (_chunked(gzip.compress(_page(FOX))) + b"0\r\n\r\n", ("Transfer-Encoding: chunked", "Content-Encoding: gzip")),
    ],
)
def test_codings(body: bytes, fields: tuple[str, ...]) -> None:
    """A body is read in whatever coding it came, and also if the crawler took the coding off and left its field."""
    (found,) = _read(_response(body, "http://a.example/", *fields))
    assert found.document is not None, found.detail
    assert found.document.text == FOX


@_NEEDED
@pytest.mark.parametrize(
    ("kind", "body", "used", "wrong"),
    [
        ("text/html; charset=utf-8", _page(BEAR), b"utf-8", b""),
        ("text/html", _page(BEAR), b"utf-8", b""),
        ("text/html; charset=ISO-8859-1", _page(BEAR).decode().encode("latin-1"), b"iso8859-1", b""),
        ("text/html; charset=utf-8", _page(BEAR).decode().encode("cp1252"), b"1252", b"utf-8"),
        ("text/html; charset=no-such-thing", _page(BEAR), b"utf-8", b"no-such-thing"),
        ("text/html; charset=base64", _page(BEAR), b"utf-8", b"base64"),
    ],
)
def test_charsets(kind: str, body: bytes, used: bytes, wrong: bytes) -> None:
    """A page is read in the charset it names, or in the one it is found to be in; its record says so."""
    (found,) = _read(_response(body, "http://a.example/", kind=kind))
    assert found.document is not None, found.detail
    assert found.document.text == BEAR
    assert used in head_of(found.raw).get(b"x-dedup-charset").lower()
    assert head_of(found.raw).get(b"x-dedup-charset-declared") == wrong


_HOSTILE: dict[str, tuple[bytes, str]] = {
    # a page: (its HTML, why there is no text, or nothing)
    "100,000 nested tags": (b"<div>" * 100_000 + FOX.encode(), "html-time"),
    "a bomb": (gzip.compress(bytes(100_000_000)), "too-large"),
    "unknown coding": (b"\x01\x02", "content-encoding"),
}


@_NEEDED
@pytest.mark.parametrize("case", _HOSTILE)
def test_hostile_pages(case: str) -> None:
    """A page that takes too long or too much room is skipped, and the next one is read."""
    html, reason = _HOSTILE[case]
    coding = {"a bomb": "Content-Encoding: gzip", "unknown coding": "Content-Encoding: br"}.get(case, "X: y")
    pages = Pages("main", seconds=1)
    begun = time.monotonic()
    converted = []
    for each in (_response(html, "http://a.example/", coding), _response(_page(FOX), "http://b.example/")):
        head = head_of(each)
        converted.append(pages.converted(head, each[head.end : head.end + head.length]))
    pages.close()
    bad, good = _read(b"".join(converted))
    assert bad.skipped == reason
    assert good.document is not None, good.detail
    assert time.monotonic() - begun < 20


@_NEEDED
def test_a_library_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the process that reads pages ends by itself, as by a panic, the page is skipped."""
    monkeypatch.setattr("dedup.formats.html._WORKER", "no.such.module")
    (found,) = _read(_response(_page(FOX), "http://a.example/"))
    assert (found.skipped, found.detail) == ("html-failed", "the page makes the library fail that reads it")


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library is not installed that reads pages, an archive of pages is refused with what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    make(tmp_path, {"a.warc": _response(_page(FOX), "http://a.example/"), "b.warc": text_record("http://b/", FOX)})
    writing = Writing(output=None)
    with pytest.raises(InputError, match=r"a\.warc: .*pip install 'dedup-text\[html\]'"):
        clean_files([str(tmp_path / "a.warc")], Settings(), Reading(), writing, Nobody())
    with pytest.raises(InputError, match=r"a\.warc: .*pip install 'dedup-text\[trafilatura\]'"):
        clean_files([str(tmp_path / "a.warc")], Settings(), Reading(html="trafilatura"), writing, Nobody())
    assert clean_files([str(tmp_path / "b.warc")], Settings(), Reading(), writing, Nobody()).written == 1


@_NEEDED
def test_main_content() -> None:
    """Main content leaves out what stands around it."""
    page = f"<html><body><nav><a href='/'>Home</a></nav><main><article><p>{FOX}</p></article></main></body></html>"
    data = _response(page.encode(), "http://a.example/")
    texts = []
    for main in (False, True):
        (found,) = records_of(Warc(html="main" if main else "all"), data, "a.warc")
        assert found.document is not None
        texts.append(found.document.text)
    assert "Home" in texts[0]
    assert texts[1].strip() == FOX
    assert next(Warc().chunks(io.BytesIO(data), 1)).first == 1


_ARTICLE = f"""<html><head><title>A title</title></head><body>
<nav><a href="/">Home</a> <a href="/b">Other pages</a></nav>
<article><h1>Of foxes and owls</h1><p>{FOX} {OWL}</p><p>{OWL} {BEAR}</p></article>
<footer>All rights reserved</footer></body></html>"""


@_TRAFILATURA
def test_trafilatura(tmp_path: Path) -> None:
    """--html trafilatura writes what that library takes for the main content of a page."""
    pages = [_response(_ARTICLE.encode("cp1252"), "http://a/", kind="text/html; charset=cp1252")]
    pages += [_response(b"<p>", "http://b/"), _response(_page(FOX), "http://c/", status="404 Gone")]
    make(tmp_path, {"a.warc.gz": b"".join(map(gzip.compress, pages))})
    ended = succeed("clean", "a.warc.gz", "-o", "out.warc.gz", "--html", "trafilatura", folder=tmp_path)
    assert "1 status-404" in ended.err
    first, *_ = _read((tmp_path / "out.warc.gz").read_bytes())
    assert first.document is not None
    assert [line for line in first.document.text.splitlines() if line] == [
        "Of foxes and owls", f"{FOX} {OWL}", f"{OWL} {BEAR}"
    ]  # fmt: skip


@_TRAFILATURA
def test_a_page_that_keeps_trafilatura_busy() -> None:
    """A page that takes it too long, or makes it fail, is skipped, and the next one is read."""
    pages = Pages("trafilatura", seconds=3)
    attributes = b" ".join(b"a%d=1" % i for i in range(200_000))
    converted = []
    for body in (b"<p %s>" % attributes + FOX.encode(), _ARTICLE.encode()):
        each = _response(body, "http://a/")
        head = head_of(each)
        converted.append(pages.converted(head, each[head.end : head.end + head.length]))
    pages.close()
    bad, good = _read(b"".join(converted))
    assert bad.skipped == "html-time"
    assert good.document is not None, good.detail


def _zipped(members: dict[str, bytes], **options: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", **options) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def test_wacz(tmp_path: Path) -> None:
    """Only the archives in a WACZ file are read, whatever else it holds, and nothing is written by a name in it."""
    other = text_record("http://evil.example/", OWL)
    members = {
        "../../evil.warc": other,
        "/archive/evil.warc": other,
        "archive/../../evil.warc": other,
        "archive/deep/evil.warc.gz": gzip.compress(other),
        "archive/evil.zip": _zipped({"archive/evil.warc": other}),
        "archive/a.warc.gz": gzip.compress(warcinfo()) + gzip.compress(text_record("http://a.example/", FOX)),
        "archive/b.warc": text_record("http://b.example/", f"{FOX}\n{BEAR}"),
    }
    make(tmp_path / "in", {"a.wacz": _zipped(members, compression=zipfile.ZIP_DEFLATED)})
    succeed("clean", "-q", "in/a.wacz", "-o", "out.warc.gz", folder=tmp_path)
    out = gzip.decompress((tmp_path / "out.warc.gz").read_bytes())
    assert out == warcinfo() + text_record("http://a.example/", FOX) + text_record("http://b.example/", BEAR)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.warc.gz"]
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["a.wacz"]


_GOOD = _zipped({"archive/a.warc": text_record("http://a.example/", FOX)})
_BAD_ZIPS: dict[str, tuple[bytes, str]] = {
    # what is wrong: (the file, what the line says)
    "cut off": (_GOOD[:-40], "damaged"),
    "wrong bytes": (_GOOD.replace(b"fox", b"fix"), "damaged"),
    "no archive": (_zipped({"pages/a.warc": b""}), "without archive/"),
    "archive cut off": (_zipped({"archive/a.warc": text_record("http://a.example/", FOX)[:-9]}), "is cut off there"),
}


@pytest.mark.parametrize("case", _BAD_ZIPS)
def test_bad_wacz(tmp_path: Path, case: str) -> None:
    """A WACZ file that is damaged or holds no archive is refused in one line, and nothing is written."""
    data, said = _BAD_ZIPS[case]
    make(tmp_path, {"a.wacz": data})
    ended = run("clean", "-q", "a.wacz", "-o", "out", "--report", "r", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.startswith("dedup: error: a.wacz: ")
    assert said in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.wacz"]


_ABOUT = b"filedesc://a.arc 0.0.0.0 20240131235959 text/plain 9\n1 0 Me\n\n\n"


def _arc_record(uri: str, body: bytes, *, length: int | None = None) -> bytes:
    answer = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    size = len(answer) if length is None else length
    return f"{uri} 127.0.0.1 20240131235959 text/html {size}\n".encode() + answer + b"\n"


@_NEEDED
@pytest.mark.parametrize("name", ["a.arc", "a.arc.gz"])
def test_arc(tmp_path: Path, name: str) -> None:
    """The pages of an ARC archive come out as their texts in a WARC archive."""
    records = [_ABOUT, _arc_record("http://a.example/", _page(FOX)), _arc_record("http://b/", _page(FOX, OWL))]
    make(tmp_path, {name: b"".join(gzip.compress(each) if name.endswith(".gz") else each for each in records)})
    succeed("clean", "-q", name, "-o", "out", "--report", "r.jsonl", folder=tmp_path)
    found = _read((tmp_path / "out").read_bytes())
    assert [each.document and each.document.text for each in found] == [None, FOX, OWL]
    plain = (tmp_path / "out").read_bytes()
    plain = gzip.decompress(plain) if name.endswith(".gz") else plain
    assert plain.startswith(b"WARC/1.0\r\nWARC-Type: warcinfo\r\n")
    assert plain.count(b"WARC-Date: 2024-01-31T23:59:59Z\r\n") == 2


@pytest.mark.parametrize(
    "data",
    [
        _ABOUT + _arc_record("http://a/", _page(FOX), length=99_999),
        _ABOUT + _arc_record("http://a/", _page(FOX), length=9),
        _ABOUT + b"x" * 100_000,
        _ABOUT + b"http://a/ 127.0.0.1 20240131235959 text/html -7\n",
        _ABOUT + b"http://a/ 127.0.0.1 20240131235959 text/html " + b"9" * 26 + b"\n",
    ],
)
def test_broken_arc(data: bytes) -> None:
    """Where nobody can tell where a record ends, an ARC archive is refused with the place."""
    with pytest.raises(FramingError, match=r"record [23] at byte"):
        list(Warc().chunks(io.BytesIO(data), 1 << 19))
