"""Archives that are damaged, packed otherwise, or hold records that are too large: what can be read is cleaned."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

from dedup import Settings
from dedup.compression import Opening
from dedup.formats import warc_framing
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.writing import Writing
from tests.archives import by_record, record, text_record, warcinfo
from tests.command import BEAR, FOX, OWL, Nobody, lines_of, make, most_memory, run, succeed
from tests.compressed import COMPRESS, DECOMPRESS, frames_of, quick_zstd, wide_zstd

_RECORDS = [
    warcinfo(),
    text_record("http://a.example/", f"{FOX}\n{OWL}\n"),
    text_record("http://b.example/", f"{FOX}\n{BEAR}\n"),
    text_record("http://c.example/", f"{BEAR}\n{OWL}\n{FOX}\nx"),
]
_CLEANED = [*_RECORDS[:2], text_record("http://b.example/", f"{BEAR}\n"), text_record("http://c.example/", "x")]
_SUFFIXES = [".gz", ".zst"]


def _packed(records: list[bytes], suffix: str) -> bytes:
    return b"".join(COMPRESS[suffix](each) if suffix else each for each in records)


def _clean(folder: Path, name: str, data: bytes, opening: Opening | None = None) -> bytes:
    """Clean an archive in this process, and check that what comes out comes back; returns what was written."""
    make(folder, {name: data})
    out, report, back = (str(folder / each) for each in (f"out/{name}", "r", f"back/{name}"))
    reading = Reading(opening=opening or Opening())
    clean_files([str(folder / name)], Settings(), reading, Writing(output=out, report=report), Nobody())
    restore_files(out, report, back, Reading(), force=False)
    return Path(out).read_bytes()


def test_zstandard(tmp_path: Path) -> None:
    """A .warc.zst comes out with a frame for every record, those that do not change as they were, and comes back."""
    frames = [quick_zstd(each) for each in _RECORDS]
    out = _clean(tmp_path, "a.warc.zst", b"".join(frames))
    assert frames_of(out) == _CLEANED
    assert out.startswith(frames[0] + frames[1])
    assert frames_of((tmp_path / "back/a.warc.zst").read_bytes()) == _RECORDS


@pytest.mark.parametrize("pieces", [1, 3, 50])
def test_zstandard_as_a_whole(tmp_path: Path, pieces: int) -> None:
    """An archive whose frames are not its records, some of which say nothing, comes out with one for each."""
    plain = b"".join(_RECORDS)
    step = len(plain) // pieces + 1
    nothing = b"\x5a\x2a\x4d\x18\x04\0\0\0none"
    data = b"".join(nothing + COMPRESS[".zst"](plain[i : i + step]) for i in range(0, len(plain), step)) + nothing
    assert frames_of(_clean(tmp_path, "a.wet.zst", data)) == _CLEANED


def test_zstandard_from_a_pipe(tmp_path: Path) -> None:
    """What comes from a pipe is unpacked and packed alike."""
    given = ("clean", "-q", "-", "-o", "-", "--input-format", "warc")
    ended = succeed(*given, folder=tmp_path, stdin=_packed(_RECORDS, ".zst"))
    assert ended.out == succeed(*given, folder=tmp_path, stdin=b"".join(_RECORDS)).out != b""


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.warc.zst", _packed(_RECORDS, ".zst")[:-5], "inside of a Zstandard member"),
        ("a.warc.zst", b"\x5d\x2a\x4d\x18\x04\0\0\0dict" + _packed(_RECORDS, ".zst"), "packed with a dictionary"),
        ("a.warc.zst", _packed(_RECORDS, ".zst") + b"something else", "is not Zstandard"),
        ("a.warc.zst", wide_zstd(b"".join(_RECORDS)), "--zstd-long"),
        ("a.warc.zst", COMPRESS[".zst"](FOX.encode()), "no record begins there"),
    ],
)
def test_zstandard_that_is_refused(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    """A packed archive that cannot be read is refused in one line, and nothing is written."""
    make(tmp_path, {name: data})
    ended = run("clean", "-q", name, "-o", "out", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    assert ended.err.startswith(f"dedup: error: {name}: ")
    assert said in ended.err
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_large_windows_are_allowed(tmp_path: Path) -> None:
    """--zstd-long takes an archive with large windows."""
    data = wide_zstd(b"".join(_RECORDS))
    assert frames_of(_clean(tmp_path, "a.warc.zst", data, Opening(zstd_long=True))) == _CLEANED


@pytest.mark.parametrize(
    ("given", "out"), [("a.warc", "b.warc.gz"), ("a.warc", "b.warc.zst"), ("a.warc.gz", "b.wet.zst")]
)
def test_a_name_that_is_not_true(tmp_path: Path, given: str, out: str) -> None:
    """An archive is not written under a name that says that it is packed otherwise."""
    make(tmp_path, {given: _packed(_RECORDS, ".gz" if given.endswith(".gz") else "")})
    ended = run("clean", "-q", given, "-o", out, folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    assert f"{out}: its records are not packed with" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == [given]


def _damaged(members: list[bytes], damaged: int, how: str) -> bytes:
    member = members[damaged]
    middle = len(member) // 2
    broken = {
        "wrong bytes": member[:middle] + b"\xff" * 9 + member[middle + 9 :],
        "cut off": member[:middle],
        "junk before it": b"something else " * 2000 + member,
    }[how]
    return b"".join([*members[:damaged], broken, *members[damaged + 1 :]])


@pytest.mark.parametrize(
    ("how", "damaged"),
    [(how, i) for how in ("wrong bytes", "cut off", "junk before it") for i in range(how == "junk before it", 4)],
)
@pytest.mark.parametrize("suffix", _SUFFIXES)
def test_salvage(tmp_path: Path, suffix: str, how: str, damaged: int) -> None:
    """--salvage reads an archive around damage, says how many bytes are lost, and what is written comes back."""
    records = [warcinfo(), *(text_record(f"http://{i}.example/", f"{FOX} {i * 7}\n{OWL}\n") for i in range(3))]
    members = [COMPRESS[suffix](each) for each in records]
    name = f"a.warc{suffix}"
    make(tmp_path, {name: _damaged(members, damaged, how)})
    given = ("clean", "-q", name, "-o", f"out.warc{suffix}", "--report", "r", "--no-near", "--min-tokens", "99")
    ended = run(*given, "--salvage", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
    is_last = damaged == 3 and how != "junk before it"
    assert ("read on from byte" in ended.err) != is_last
    out = DECOMPRESS[suffix]((tmp_path / f"out.warc{suffix}").read_bytes())
    # a member that is cut off takes the beginning of the next one for its own end, so that this one may be lost too
    lost = set() if how == "junk before it" else {damaged} | ({damaged + 1} if how == "cut off" else set())
    for i, each in enumerate(records):
        assert (each in out) or i in lost
        assert damaged != i or how == "junk before it" or each not in out
    assert [line["reason"] for line in lines_of(tmp_path / "r", "skipped")] == ["damaged"]
    succeed("restore", f"out.warc{suffix}", "--report", "r", "-o", f"back.warc{suffix}", folder=tmp_path)
    assert (tmp_path / f"back.warc{suffix}").read_bytes() == (tmp_path / f"out.warc{suffix}").read_bytes()
    refused = run(*given, "--force", folder=tmp_path)
    assert refused.status == 2
    assert "lost" not in refused.err


def test_salvage_of_a_plain_archive(tmp_path: Path) -> None:
    """Of an archive that is not packed what comes before damage is kept: a text may look like the next record."""
    make(tmp_path, {"a.warc": b"".join(_RECORDS[:2]) + b"?" + b"".join(_RECORDS[2:])})
    ended = run("clean", "-q", "a.warc", "-o", "out", "--salvage", folder=tmp_path)
    assert (ended.status, (tmp_path / "out").read_bytes()) == (2, b"".join(_RECORDS[:2]))
    assert f"lost: {1 + sum(map(len, _RECORDS[2:])):,} bytes of the file; only what comes before" in ended.err


@pytest.mark.parametrize("suffix", ["", *_SUFFIXES])
@pytest.mark.parametrize("packing", ["records", "whole"])
def test_records_that_are_too_large(tmp_path: Path, suffix: str, packing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record beyond the limit passes as it is, is named and counted, and the records around it are cleaned."""
    monkeypatch.setattr(warc_framing, "RECORD_LIMIT", 5000)
    large = [
        text_record("http://l.example/", f"{FOX}\n" * 100),
        record("response", bytes(900_000), "http://m/", "X: y"),
    ]
    records = [
        *_RECORDS[:2],
        large[0],
        _RECORDS[2],
        large[1],
        large[1].rstrip(b"\r\n") + b"\r\n",
        _RECORDS[3],
        large[0],
    ]
    data = _packed(records if packing == "records" else [b"".join(records)], suffix)
    out = _clean(tmp_path, f"a.warc{suffix}", data)
    expected = [*_CLEANED[:2], large[0], _CLEANED[2], *records[4:6], _CLEANED[3], large[0]]
    assert DECOMPRESS[suffix](out) == b"".join(expected)
    if suffix == ".zst":
        assert frames_of(out) == expected
    assert DECOMPRESS[suffix]((tmp_path / f"back/a.warc{suffix}").read_bytes()) == b"".join(records)
    found = [(line["line"], line["reason"]) for line in lines_of(tmp_path / "r", "skipped")]
    assert found == [(number, "too-large") for number in (3, 5, 6, 8)]


@pytest.mark.parametrize("suffix", _SUFFIXES)
def test_records_of_a_forged_report(tmp_path: Path, suffix: str) -> None:
    """A report that gives a damaged member for a record that was emptied is refused in one line."""
    name = f"a.warc{suffix}"
    twice = [text_record(f"http://{i}.example/", FOX) for i in range(2)]
    make(tmp_path, {name: _packed(twice, suffix)})
    succeed("clean", name, "-o", f"out.warc{suffix}", "--report", "r", folder=tmp_path)
    (emptied,) = lines_of(tmp_path / "r", "emptied")
    raw = emptied["raw"]
    for forged in (raw[:-4], raw[:12] + "x" * 9 + raw[21:], raw[:12], ""):
        line = json.dumps({**emptied, "raw": forged}).encode()
        lines = [line if b'"emptied"' in each else each for each in (tmp_path / "r").read_bytes().splitlines()]
        make(tmp_path, {"forged": b"\n".join(lines) + b"\n"})
        ended = run("restore", f"out.warc{suffix}", "--report", "forged", "-o", "back", folder=tmp_path)
        assert (ended.status, ended.err.count("\n")) == (2, 1), (forged, ended.err)
        assert not (tmp_path / "back").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux does")
def test_large_records_take_little_memory(tmp_path: Path) -> None:
    """A record of 400 MB, packed in 400 KB, passes in little memory; one that is cut off is refused."""
    large = record("resource", bytes(400 << 20), "http://l.example/", "Content-Type: text/plain")
    packed = gzip.compress(large, 1)
    make(tmp_path, {"a.warc.gz": by_record(_RECORDS[:2]) + packed + by_record(_RECORDS[2:]), "b.warc.gz": packed[:-20]})
    status, memory, said = most_memory("clean", "a.warc.gz", "-o", "out.warc.gz", folder=tmp_path)
    assert (status, "1 too-large" in said, "a record of more than 268,435,456 bytes" in said) == (0, True, True), said
    assert memory < 200_000
    ended = run("clean", "-q", "b.warc.gz", "-o", "b", folder=tmp_path)
    assert (ended.status, "cut off" in ended.err) == (2, True)


def test_large_records_of_a_wacz_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record beyond the limit in an archive that is not packed, in a WACZ file, is packed like all others."""
    monkeypatch.setattr(warc_framing, "RECORD_LIMIT", 5000)
    records = [
        _RECORDS[1],
        record("resource", FOX * 9999, "http://l.example/", "Content-Type: text/plain"),
        _RECORDS[2],
    ]
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as wacz:
        wacz.writestr("archive/a.warc", b"".join(records))
    make(tmp_path, {"a.wacz": zipped.getvalue()})
    out, report = str(tmp_path / "out.warc.gz"), str(tmp_path / "r")
    writing = Writing(output=out, report=report)
    clean_files([str(tmp_path / "a.wacz")], Settings(), Reading(), writing, Nobody())
    assert gzip.decompress(Path(out).read_bytes()) == b"".join([*records[:2], _CLEANED[2]])
    restore_files(out, report, str(tmp_path / "b.warc.gz"), Reading(input_format="warc"), force=False)
    assert gzip.decompress((tmp_path / "b.warc.gz").read_bytes()) == b"".join(records)
