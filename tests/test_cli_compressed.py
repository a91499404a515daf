"""Compressed inputs and outputs of the command: the same as of the data itself, or one clear line."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Settings, Summary
from dedup.compression import Opening
from dedup.reading import Reading
from dedup.restoring import restore_files
from dedup.runs import clean_files
from dedup.sources import Source
from dedup.writing import Writing
from tests.command import BEAR, FOX, OWL, Nobody, environment, lines_of, make, most_memory, run, succeed, tree
from tests.compressed import COMPRESS, DECOMPRESS, wide_zstd

_OUT = ("-o", "out", "--report", "r")
_ROWS = [json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate((FOX, f"{OWL}\n\n{FOX}", BEAR, FOX))]
_DATA = "".join(_ROWS).encode()


def _rows(count: int) -> bytes:
    """Lines that do not compress well, and repeat nothing."""
    random_ = random.Random(1)
    return b"".join(b'{"id":%d,"text":"%s"}\n' % (i, random_.randbytes(40).hex().encode()) for i in range(count))


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("form", ["jsonl", "txt"])
def test_compressed_as_the_input_was(tmp_path: Path, suffix: str, form: str) -> None:
    """The same texts and the same report as for the data itself, but for the name; the output's name decides."""
    data = _DATA if form == "jsonl" else f"{FOX}\n\n{OWL}\n\n{FOX}".encode()
    packed = f"a.{form}{suffix}"
    make(tmp_path, {f"plain/a.{form}": data, f"packed/{packed}": COMPRESS[suffix](data)})
    for folder in ("plain", "packed"):
        succeed("clean", folder, "-o", f"{folder}-out", "--report", f"{folder}-r", folder=tmp_path)
        succeed("restore", f"{folder}-out", "--report", f"{folder}-r", "-o", f"{folder}-back", folder=tmp_path)
    succeed("clean", f"packed/{packed}", "-o", f"plain.{form}", folder=tmp_path)
    cleaned = (tmp_path / "plain-out" / f"a.{form}").read_bytes()
    assert cleaned != data
    assert DECOMPRESS[suffix]((tmp_path / "packed-out" / packed).read_bytes()) == cleaned
    assert (tmp_path / f"plain.{form}").read_bytes() == cleaned
    report = (tmp_path / "packed-r").read_bytes()
    assert packed.encode() in report
    assert report.replace(packed.encode(), f"a.{form}".encode()) == (tmp_path / "plain-r").read_bytes()
    assert DECOMPRESS[suffix]((tmp_path / "packed-back" / packed).read_bytes()) == data


def test_mixed_folder(tmp_path: Path) -> None:
    """A folder of files of every compression is one corpus, and comes back whole from compressed report and texts."""
    files: dict[str, str | bytes] = {"a.txt": OWL, "no.gz": b"x", "no.log.gz": b"x"}
    for suffix, pack in COMPRESS.items():
        files |= {f"{suffix[1]}.jsonl{suffix}": pack(_DATA), f"deep/a.TXT{suffix.upper()}": pack(FOX.encode())}
    make(tmp_path / "in", files)
    succeed("clean", "in", "-o", "out", "--report", "r.jsonl.zst", folder=tmp_path)
    succeed("restore", "out", "--report", "r.jsonl.zst", "-o", "back", folder=tmp_path)
    expected = {name: data for name, data in tree(tmp_path / "in").items() if not name.startswith("no.")}
    back = tree(tmp_path / "back")
    assert set(back) == set(expected)
    for name, data in expected.items():
        unpack = DECOMPRESS.get(Path(name).suffix.lower(), DECOMPRESS[""])
        assert unpack(back[name]) == unpack(data)


@pytest.mark.parametrize("suffix", COMPRESS)
def test_standard_input(tmp_path: Path, suffix: str) -> None:
    """Standard input is decompressed if its first bytes say so; standard output is not compressed."""
    plain = succeed("clean", "-", "-o", "-", stdin=_DATA, folder=tmp_path).out
    assert plain not in (b"", _DATA)
    assert succeed("clean", "-", "-o", "-", stdin=COMPRESS[suffix](_DATA), folder=tmp_path).out == plain


@pytest.mark.parametrize("suffix", COMPRESS)
def test_match_and_compare(tmp_path: Path, suffix: str) -> None:
    """`match` and `compare` take compressed files, and `match` writes them."""
    packed = {f"a.jsonl{suffix}": COMPRESS[suffix](_DATA), f"b.txt{suffix}": COMPRESS[suffix](FOX.encode())}
    make(tmp_path, {"a.jsonl": _DATA, "b.txt": FOX, **packed})
    found = succeed("match", "a.jsonl", folder=tmp_path).out
    assert found
    succeed("match", f"a.jsonl{suffix}", "-o", f"found.jsonl{suffix}", folder=tmp_path)
    assert DECOMPRESS[suffix]((tmp_path / f"found.jsonl{suffix}").read_bytes()) == found
    assert succeed("compare", "b.txt", f"b.txt{suffix}", folder=tmp_path).out.startswith(b"similarity   1.0000")


@pytest.mark.parametrize("suffix", COMPRESS)
def test_same_bytes_whatever_the_jobs(tmp_path: Path, suffix: str) -> None:
    """Compressed outputs are the same bytes for any number of threads, under any name and at any time."""
    make(tmp_path, {"in.jsonl": _rows(20_000)})
    outputs = []
    for jobs in ("1", "3"):
        name = f"{jobs}.jsonl{suffix}"
        succeed("clean", "-q", "in.jsonl", "-o", name, "--jobs", jobs, "--unit", "document", folder=tmp_path)
        outputs.append((tmp_path / name).read_bytes())
    assert outputs[0] == outputs[1]
    assert DECOMPRESS[suffix](outputs[0]) == (tmp_path / "in.jsonl").read_bytes()
    if suffix == ".gz":
        assert outputs[0][3:8] == bytes(5)  # no name, no time


class _Counting(Nobody):
    """Adds up the progress."""

    def __init__(self) -> None:
        self.total = self.done = self.most = 0

    def reading(self, size: int) -> None:
        self.total = size

    def progressed(self, size: int, summary: Summary) -> None:
        assert size >= 0
        self.done += size
        self.most = max(self.most, self.done)


@pytest.mark.parametrize("keep", ["first", "last"])
@pytest.mark.parametrize("suffix", ["", *COMPRESS])
def test_progress_counts_the_bytes_of_the_file(tmp_path: Path, suffix: str, keep: str) -> None:
    """Progress is made in bytes of the file as it lies there, comes to all of them and never beyond."""
    data = _rows(30_000)
    packed = COMPRESS[suffix](data) + bytes(70_000) if suffix else data
    empty = COMPRESS[suffix](b"") if suffix else b""
    make(tmp_path, {f"a.jsonl{suffix}": packed, f"b.jsonl{suffix}": empty, f"c.txt{suffix}": empty})
    counting = _Counting()
    chosen = Settings(unit="document", keep=keep)
    paths = [str(tmp_path / f"{name}{suffix}") for name in ("a.jsonl", "b.jsonl", "c.txt")]
    result = clean_files(paths, chosen, Reading(), Writing(output=None), counting)
    assert counting.total == counting.done == counting.most == result.size == len(packed) + 2 * len(empty)


_PIECES = st.sampled_from((FOX, BEAR, OWL, "", "Yes", "a/b\u2028"))


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.lists(_PIECES, max_size=4).map("\n\n".join), min_size=1, max_size=5),
    form=st.sampled_from(("jsonl", "txt")),
    suffix=st.sampled_from(list(COMPRESS)),
    members=st.integers(1, 3),
    keep=st.sampled_from(("first", "longest")),
)
def test_every_small_corpus_comes_back(texts: list[str], form: str, suffix: str, members: int, keep: str) -> None:
    """Any few texts, in one or more members, come back; the texts and the report are those of the data itself."""
    if form == "jsonl":
        data = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    else:
        data = "\n\n".join(texts).encode()
    step = -(-len(data) // members) or 1
    packed = b"".join(COMPRESS[suffix](data[i : i + step]) for i in range(0, max(len(data), 1), step))
    with tempfile.TemporaryDirectory() as name:
        ended = []
        for content, end in ((data, ""), (packed, suffix)):
            folder = make(Path(name, end or "plain"), {f"in/a.{form}{end}": content})
            given_, out, report, back = (str(folder / part) for part in ("in", "out", "r", "back"))
            chosen = Settings(keep=keep)
            clean_files([given_], chosen, Reading(), Writing(output=out, report=report), Nobody())
            restore_files(out, report, back, Reading(), force=False)
            assert DECOMPRESS[end]((folder / "back" / f"a.{form}{end}").read_bytes()) == data
            cleaned = {found: DECOMPRESS[end](text) for found, text in tree(folder / "out").items()}
            lines = (folder / "r").read_bytes().replace(f"a.{form}{end}".encode(), f"a.{form}".encode())
            ended.append((lines, list(cleaned.values())))
        assert ended[0] == ended[1]


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


_BIG = _rows(3000)
_FAULTS: dict[str, tuple[str, bytes, str]] = {
    # what is wrong: (name of the input, what it holds, what the line says)
    **{f"truncated{end}": (f"a.jsonl{end}", pack(_BIG)[:100_000], "after byte 100,000: the file ends here")
       for end, pack in COMPRESS.items()},
    **{f"truncated in the sum{end}": (f"a.jsonl{end}", pack(_BIG)[:-1], "the file ends here")
       for end, pack in COMPRESS.items()},
    **{f"corrupt{end}": (f"a.jsonl{end}", _flip(pack(_BIG), 50_000), "data (") for end, pack in COMPRESS.items()},
    **{f"empty file{end}": (f"a.jsonl{end}", b"", "it is empty") for end in COMPRESS},
    **{f"junk behind the end{end}": (f"a.jsonl{end}", pack(_DATA) + b"junk, a lot of it",
                                     f"after byte {len(pack(_DATA))}: what follows there is no")
       for end, pack in COMPRESS.items()},
    **{f"junk behind zeros{end}": (f"a.jsonl{end}", pack(_DATA) + bytes(200_000) + b"junk", "what follows there is no")
       for end, pack in COMPRESS.items()},
    **{f"not compressed{end}": (f"a.jsonl{end}", _DATA, f"so that it does not end in {end}") for end in COMPRESS},
    **{f"compressed without a suffix, as{end}": ("a.jsonl", pack(_DATA), f"so that it ends in {end}")
       for end, pack in COMPRESS.items()},
    "another compression": ("a.jsonl.gz", COMPRESS[".xz"](_DATA), "holds xz data: rename it so that it ends in .xz"),
    "wrong checksum": ("a.jsonl.gz", _flip(COMPRESS[".gz"](_DATA), -7 + len(COMPRESS[".gz"](_DATA))), "incorrect data"),
    "wrong length": ("a.jsonl.gz", _flip(COMPRESS[".gz"](_DATA), -2 + len(COMPRESS[".gz"](_DATA))), "incorrect length"),
    "large window": ("a.jsonl.zst", wide_zstd(_DATA), "--zstd-long"),
    "unknown format in it": ("a.log.gz", COMPRESS[".gz"](_DATA), "--input-format"),
    **{f"bomb{end}": (f"a.jsonl{end}", pack(bytes(80 << 20)), "--max-ratio") for end, pack in COMPRESS.items()},
}  # fmt: skip


@pytest.mark.parametrize("fault", _FAULTS)
def test_faults(tmp_path: Path, fault: str) -> None:
    """A compressed file that is not whole ends in status 2, one line with its name and the place, and no output."""
    name, data, reason = _FAULTS[fault]
    make(tmp_path, {name: data})
    ended = run("clean", "-q", name, *_OUT, folder=tmp_path)
    assert (ended.status, ended.out) == (2, b""), ended.err
    assert ended.err.startswith(f"dedup: error: {name}: ")
    assert reason in ended.err
    assert ended.err.count("\n") == 1
    assert set(tree(tmp_path)) == {name}


@pytest.mark.parametrize("suffix", COMPRESS)
def test_faults_on_standard_input(tmp_path: Path, suffix: str) -> None:
    """Standard input that is cut off is refused too."""
    ended = run("clean", "-q", "-", "-o", "out", stdin=COMPRESS[suffix](_BIG)[:50_000], folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith("dedup: error: stdin: after byte 50,000: the file ends here")
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("fault", ["truncated", "truncated in the sum", "corrupt", "junk behind the end"])
@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("keep", ["first", "last"])
def test_salvage(tmp_path: Path, suffix: str, fault: str, keep: str) -> None:
    """--salvage keeps the whole lines before damage, says what is lost, ends in 2, and what it kept can be restored."""
    name, data, _ = _FAULTS[fault + suffix]
    whole = _DATA if fault.startswith("junk") else _BIG
    make(tmp_path, {name: data})
    ended = run("clean", name, "-o", f"out{suffix}", "--report", "r", "--salvage", "--keep", keep, folder=tmp_path)
    assert ended.status == 2
    last = ended.err.splitlines()[-1]
    if (tmp_path / "r").exists():
        assert last.startswith(f"dedup: error: {name}: after byte ")
        assert "lost: the last " in last
        assert "of an unfinished record; only what comes before was read" in last
        *others, skipped = lines_of(tmp_path / "r", "skipped")
        assert (skipped["file"], skipped["reason"]) == (name, "damaged")
        assert skipped["detail"] in last
        succeed("restore", f"out{suffix}", "--report", "r", "-o", "back", folder=tmp_path)
        back = (tmp_path / "back").read_bytes()
        # only at its end a sum tells that something was wrong in between: then lines before it may be damaged
        good = len(whole) // 8 if fault == "corrupt" else len(back)
        assert whole.startswith(back[:good])
        assert fault == "corrupt" or not others
        assert ("may be damaged too" in last) == (fault == "corrupt")
        assert back.endswith(b"\n")
        assert len(back) > (len(whole) // 3 if suffix == ".gz" else 0)
        if fault.startswith("junk"):
            assert back == whole
    else:  # nothing at all comes out of the only block
        assert suffix in (".bz2", ".xz", ".zst")
        assert "not one of 1 records could be read" in last
        assert set(tree(tmp_path)) == {name}


def test_salvage_in_a_folder(tmp_path: Path) -> None:
    """Of damaged texts nothing is written, the other files are; all but those can be restored."""
    text = FOX.encode()
    files: dict[str, str | bytes] = {
        "a.txt.gz": COMPRESS[".gz"](text)[:-4],
        "b.txt.gz": COMPRESS[".gz"](text),
        "c.txt": FOX,
    }
    make(tmp_path / "in", files)
    ended = run("clean", "-q", "in", "-o", "out", "--report", "r", "--salvage", "--empty", "keep", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert f"{len(text)} of an unfinished record" in ended.err
    assert set(tree(tmp_path / "out")) == {"b.txt.gz", "c.txt"}
    succeed("restore", "out", "--report", "r", "-o", "back", folder=tmp_path)
    back = tree(tmp_path / "back")
    assert (set(back), back["c.txt"]) == ({"b.txt.gz", "c.txt"}, text)
    assert gzip.decompress(back["b.txt.gz"]) == text
    matched = run("match", "in", "--salvage", folder=tmp_path)
    assert (matched.status, matched.out.count(b"\n")) == (2, 1)
    assert "a.txt.gz: after byte" in matched.err.splitlines()[-1]


@pytest.mark.parametrize("suffix", COMPRESS)
def test_what_is_no_fault(tmp_path: Path, suffix: str) -> None:
    """Several members, one of them empty, and zeros behind the last one are one input."""
    half = len(_BIG) // 2
    parts = (_BIG[:half], b"", _BIG[half:])
    make(tmp_path, {f"a.jsonl{suffix}": b"".join(map(COMPRESS[suffix], parts)) + bytes(300_000)})
    succeed("clean", f"a.jsonl{suffix}", "-o", "out", "--unit", "document", folder=tmp_path)
    assert (tmp_path / "out").read_bytes() == _BIG


def test_skippable_frames(tmp_path: Path) -> None:
    """Frames of Zstandard that say nothing are skipped, as `pzstd` and seekable files hold them."""
    frame = b"\x5a\x2a\x4d\x18\x04\0\0\0none"
    make(tmp_path, {"a.jsonl.zst": frame + COMPRESS[".zst"](_DATA) + frame})
    with Source(tmp_path / "a.jsonl.zst", "a").stream() as stream:
        assert stream.read() == _DATA


def test_limits_can_be_raised(tmp_path: Path) -> None:
    """--zstd-long takes large windows, --max-ratio what is packed very well."""
    make(tmp_path, {"w.jsonl.zst": wide_zstd(_DATA), "b.txt.gz": COMPRESS[".gz"](b"x" * (80 << 20))})
    succeed("clean", "w.jsonl.zst", "--dry-run", "--zstd-long", folder=tmp_path)
    with Source(tmp_path / "b.txt.gz", "b", Opening(max_ratio=2000)).stream() as stream:
        assert len(stream.read()) == 80 << 20


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux does")
@pytest.mark.parametrize("name", ["a.txt.zst", "a.jsonl.zst"])
def test_bombs_take_little_memory(tmp_path: Path, name: str) -> None:
    """A file of 30 KB that holds 1 GB without a line's end is refused without being held in memory."""
    make(tmp_path, {name: COMPRESS[".zst"](bytes(1 << 30))})
    status, memory, err = most_memory("clean", "-q", name, "--dry-run", folder=tmp_path)
    assert status == 2
    assert "--max-ratio" in err
    assert memory < 300_000  # KB; 64 MB are allowed to every file, and may be held twice


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux does")
def test_a_line_without_end_takes_little_memory(tmp_path: Path) -> None:
    """A line of 400 MB passes through without being held."""
    make(tmp_path, {"a.jsonl": _DATA + b'{"text":"'})
    with (tmp_path / "a.jsonl").open("r+b") as stream:
        stream.truncate(400 << 20)  # zeros that take no room
    status, memory, err = most_memory("clean", "a.jsonl", "--dry-run", "--max-record", "8", folder=tmp_path)
    assert (status, "1 too-large" in err) == (0, True), err
    assert memory < 150_000


def test_without_zstd(tmp_path: Path) -> None:
    """Where Zstandard is missing, one line says what to install, for inputs and outputs."""
    (tmp_path / "hidden").mkdir()
    make(tmp_path, {"hidden/backports/__init__.py": "", "hidden/compression/__init__.py": "", "a.jsonl": _DATA,
                    "b.jsonl.zst": COMPRESS[".zst"](_DATA)})  # fmt: skip
    path = f"{tmp_path / 'hidden'}:{environment()['PYTHONPATH']}"
    for given_ in (("b.jsonl.zst", "-o", "out"), ("a.jsonl", "-o", "out.jsonl.zst")):
        ended = run("clean", "-q", *given_, folder=tmp_path, PYTHONPATH=path)
        assert (ended.status, ended.err.count("\n")) == (2, 1), ended.err
        assert "pip install backports.zstd" in ended.err
    assert not [name for name in tree(tmp_path) if name.startswith("out")]


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_records_that_are_too_large(tmp_path: Path, suffix: str) -> None:
    """A line or a text beyond --max-record passes through as it is, is named and counted, and comes back."""
    lines = _DATA.splitlines(keepends=True)
    long_line = b'{"id":"long","text":"%s"}\n' % random.Random(1).randbytes(1_600_000).hex().encode()
    exact = b'{"id":"exact","text":"%s"}\n' % (b"x" * ((1 << 20) - 25))
    assert len(exact) == 1 << 20
    data = b"".join([long_line, lines[0], exact, long_line, *lines[1:], long_line.rstrip(b"\n")])
    pack = COMPRESS[suffix] if suffix else bytes
    make(tmp_path / "in", {f"a.jsonl{suffix}": pack(data), f"b.txt{suffix}": pack(long_line), "c.txt": FOX})
    report = ("--report", "r", "--max-record", "1")
    ended = succeed("clean", "in", "-o", "out", *report, folder=tmp_path)
    skipped = lines_of(tmp_path / "r", "skipped")
    assert [(found["file"], found.get("line"), found["reason"]) for found in skipped] == [
        (f"a.jsonl{suffix}", 1, "too-large"),
        (f"a.jsonl{suffix}", 4, "too-large"),
        (f"a.jsonl{suffix}", 8, "too-large"),
        (f"b.txt{suffix}", None, "too-large"),
    ]
    assert "--max-record" in ended.err
    out = DECOMPRESS[suffix]((tmp_path / "out" / f"a.jsonl{suffix}").read_bytes())
    assert out.count(long_line.rstrip()) == 3
    assert len(out) < len(data)
    succeed("restore", "out", *report, "-o", "back", folder=tmp_path)
    for name in (f"a.jsonl{suffix}", f"b.txt{suffix}"):
        there, back = (DECOMPRESS[suffix]((tmp_path / part / name).read_bytes()) for part in ("in", "back"))
        assert back == there


_NUMBERED = [
    b'{"id":"%d","text":"%d %s"}\n' % (i, i, random.Random(i).randbytes(30).hex().encode()) for i in range(900)
]


@pytest.mark.parametrize("damaged", [0, 1, 2], ids=["first", "middle", "last"])
@pytest.mark.parametrize("seam", ["lines", "anywhere"])
@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_salvage_behind_damage(tmp_path: Path, suffix: str, seam: str, damaged: int) -> None:
    """--salvage goes on with the next member; lines that are cut are dropped, and what is written comes back."""
    data = b"".join(_NUMBERED)
    cuts = [0, *(len(b"".join(_NUMBERED[:n])) + (20 if seam == "anywhere" else 0) for n in (300, 600)), len(data)]
    parts = [data[start:end] for start, end in itertools.pairwise(cuts)]
    members = [COMPRESS[suffix](part) for part in parts]
    members[damaged] = _flip(members[damaged], len(members[damaged]) // 2)
    make(tmp_path, {f"a.jsonl{suffix}": b"".join(members)})
    options = ("--salvage", "--no-near", "--min-span", "0")
    ended = run("clean", f"a.jsonl{suffix}", "-o", "out.jsonl", "--report", "r", *options, folder=tmp_path)
    assert (ended.status, ended.err.splitlines()[-1].startswith(f"dedup: error: a.jsonl{suffix}: after byte ")) == (
        2,
        True,
    )
    assert ("read on from byte" in ended.err.splitlines()[-1]) == (damaged < 2)
    out = (tmp_path / "out.jsonl").read_bytes().splitlines(keepends=True)
    whole = [line for i, part in enumerate(parts) if i != damaged for line in part.splitlines(keepends=True)]
    assert {line for line in whole if line in _NUMBERED} <= set(out)
    good = [line for line in out if line in _NUMBERED]
    assert [line for line in _NUMBERED if line in good] == good  # in order, each once
    assert suffix == ".gz" or out == good  # gzip knows only at its end that something in it was wrong
    succeed("restore", "out.jsonl", "--report", "r", "-o", "back", "--input-format", "jsonl", folder=tmp_path)
    assert (tmp_path / "back").read_bytes() == b"".join(out)


@pytest.mark.parametrize("keep", ["first", "last"])
def test_salvage_of_many_small_members(tmp_path: Path, keep: str) -> None:
    """Of members of a few bytes only the damaged ones are lost, be it the first; the numbers of lines stay right."""
    members = [
        gzip.compress(b'{"text":"%s"}\n' % text) for text in (OWL.encode(), FOX.encode(), FOX.encode(), b"x") * 20
    ]
    for i in (0, 7, 8, 79):
        members[i] = _flip(members[i], 15)
    members[40] += b"junk"
    make(tmp_path, {"a.jsonl.gz": b"".join(members)})
    options = ("--report", "r", "--salvage", "--keep", keep)
    ended = run("clean", "-q", "a.jsonl.gz", "-o", "out.jsonl", *options, folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert "(and 4 more such places)" in ended.err
    whole = b"".join(gzip.decompress(m.removesuffix(b"junk")) for i, m in enumerate(members) if i not in (0, 7, 8, 79))
    # lines without an id are called by their number: restored, they have to be found under it again
    succeed("restore", "out.jsonl", "--report", "r", "-o", "back.jsonl", folder=tmp_path)
    assert (tmp_path / "back.jsonl").read_bytes() == whole


@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_formats_that_begin_nowhere_else(tmp_path: Path, name: str) -> None:
    """Texts, and tables with a header, are not read behind damage."""
    members = [gzip.compress(b"id,text\n" + b"".join(b"%d,x %d\n" % (i, i) for i in range(9))) for _ in range(3)]
    make(tmp_path, {f"{name}.gz": members[0] + _flip(members[1], 15) + members[2], "b.jsonl": _DATA})
    ended = run("clean", "-q", f"{name}.gz", "b.jsonl", "-o", "out", "--salvage", folder=tmp_path)
    assert (ended.status, "only what comes before was read" in ended.err) == (2, True)
    out = tree(tmp_path / "out")
    assert out.pop("b.jsonl")
    assert [gzip.decompress(data) for data in out.values()] == [gzip.decompress(members[0])] * (name == "a.csv")
