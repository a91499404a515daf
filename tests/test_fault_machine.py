"""Whatever the machine is like: killed workers, other clocks, locales and hash seeds, very large numbers."""

from __future__ import annotations

import importlib.util
import io
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

from dedup import Merge, Place, Settings, Span
from dedup._kernels.recipe import LINE
from dedup.banding import choose_banding
from dedup.formats.base import Chunk
from dedup.formats.jsonl import JsonLines
from dedup.formats.warc import Warc
from dedup.records import Summary
from dedup.reports import jsonl
from dedup.reports.jsonl_reader import read_report
from dedup.reports.terminal import summary_text
from tests.archives import text_record
from tests.command import FOX, arguments, environment, lines_of, make, succeed, tree
from tests.every_format import files, response
from tests.kernels import IMPLEMENTATIONS
from tests.test_index import recipe

_PAGES = 300


def _children(pid: int) -> list[int]:
    listed = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for found in listed for child in found.split()]


@pytest.mark.skipif(importlib.util.find_spec("resiliparse") is None, reason="needs resiliparse to read pages")
@pytest.mark.skipif(sys.platform != "linux", reason="finds the worker in /proc")
def test_workers_that_are_killed(tmp_path: Path) -> None:
    """Row 52: where the process that reads pages is killed, a page is skipped and counted; all others are read."""
    make(tmp_path, {"a.warc": b"".join(response(f"http://{i}.example/", f"{FOX} {i}") for i in range(_PAGES))})
    command = arguments("clean", "a.warc", "-o", "out", "--report", "r", "--no-near", "--min-span", "0")
    kills = 0
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE) as process:
        while process.poll() is None:
            for worker in _children(process.pid) if kills < 20 else ():
                time.sleep(0.02)  # so that it is at work
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                    kills += 1
            time.sleep(0.01)
        assert process.stderr is not None
        err = process.stderr.read()
    assert process.returncode == 0, err
    assert b"Traceback" not in err
    documents = lines_of(tmp_path / "r", "summary")[0]["documents"]
    assert documents["written"] + documents["skipped"]["html-failed"] == documents["in"] == _PAGES
    assert 1 <= documents["skipped"]["html-failed"] <= kills


_CLOCK = "import time\ntime.time = lambda: 4e9\ntime.time_ns = lambda: 4 * 10**18\n"
_MACHINES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    # what is different: (the environment, the options)
    "hash seed": ({"PYTHONHASHSEED": "1"}, ()),
    "locale C": ({"LC_ALL": "C", "LANG": "C"}, ()),
    "locale C, without UTF-8": ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, ()),
    "Turkish": ({"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "LANGUAGE": "tr"}, ()),
    "time zone": ({"TZ": "Pacific/Kiritimati"}, ()),
    "clock": ({"PYTHONPATH": "clock"}, ()),
    "one job": ({}, ("--jobs", "1")),
    "seven jobs": ({}, ("--jobs", "7")),
    "little memory": ({}, ("--memory", "1")),
    "optimised": ({"PYTHONOPTIMIZE": "2"}, ()),
}  # fmt: skip


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What comes of files of every format here and now."""
    folder = tmp_path_factory.mktemp("expected")
    return _run(folder, {}, ())


def _run(folder: Path, variables: dict[str, str], options: tuple[str, ...]) -> dict[str, bytes]:
    """Clean a folder; the report and the cleaned files."""
    make(folder / "in", {**files(), "größe.txt": FOX})
    make(folder, {"clock/sitecustomize.py": _CLOCK})
    path = os.pathsep.join((str(folder / variables.get("PYTHONPATH", "")), environment()["PYTHONPATH"]))
    given = ("clean", "-q", "in", "-o", "new/out", "--report", "new/r", *options)
    succeed(*given, stdin=b"", folder=folder, **{**variables, "PYTHONPATH": path})
    return tree(folder / "new")


@pytest.mark.parametrize("machine", _MACHINES)
def test_equal_bytes_on_every_machine(tmp_path: Path, expected: dict[str, bytes], machine: str) -> None:
    """Row 53: clock, locale, hash seed and number of threads change no byte of texts and report."""
    assert _run(tmp_path, *_MACHINES[machine]) == expected


_NAMES = ["größe.txt", "가.txt", os.fsdecode(b"\xe9.txt"), "日本/€.jsonl", "日本/grün.txt"]


@pytest.mark.parametrize("inputs", [["."], ["gr??e.txt", "[가-각].*", "日?/*"], _NAMES])
def test_names_in_every_locale(tmp_path: Path, inputs: list[str]) -> None:
    """Row 53: names that are no ASCII are reported, found, sorted, written and restored alike in every locale."""
    make(tmp_path / "in", {name: f'{{"text":"{FOX}"}}\n' if "json" in name else FOX for name in _NAMES})
    found = []
    for machine in ("hash seed", "locale C, without UTF-8"):
        new, (variables, _) = tmp_path / machine, _MACHINES[machine]
        outputs = ("-o", new / "out", "--report", new / "r", "--")
        cleaned = succeed("clean", *outputs, *inputs, stdin=b"", folder=tmp_path / "in", **variables)
        given = ("-o", new / "back", "--report", new / "r", new / "out")
        succeed("restore", *given, stdin=b"", folder=tmp_path, **variables)
        found.append((tree(new), cleaned.err.partition("time")[0]))
    assert found[0] == found[1]


@pytest.mark.parametrize("kernels", IMPLEMENTATIONS)
@pytest.mark.parametrize("large", [2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 7, 2**40])
def test_numbers_beyond_32_bits_in_the_index(kernels: ModuleType, large: int) -> None:
    """Row 54: documents and places beyond 2^31 and 2^32 come out of the index as they went in, and are found."""
    index = kernels.Index(recipe(4, 2))
    batch = index.prepare([f"{FOX}\n{FOX} again and again", FOX], LINE)
    for number in range(2):
        assert index.pass_through(batch, 0, number, large, large + 5) >= number
        index.keep(batch, 0, number, large, large + 5)
    index.commit()
    assert index.entry(0) == (large, [(large + 5, large + 5 + len(FOX))])
    assert index.pass_through(batch, 1, 0, large + 1, 0) == 0
    assert index.matches()[0][0] == 0


def test_numbers_beyond_32_bits_in_places_and_reports() -> None:
    """Row 54: lines, records, offsets and counts beyond 2^32 are written and read back as they are."""
    large = 2**32 + 7
    (line,) = (JsonLines().records(Chunk(large, b'{"text":"x"}\n'), "in")[i] for i in range(1))
    assert (line.line, line.document and line.document.id) == (large, f"in:{large}")
    record = Warc().records(Chunk(large, text_record("", FOX)), "in")[0]
    assert (record.line, record.document and record.document.id) == (large, f"in:{large}")
    spans = Span(2 * large, 2 * large + 9), Span(large, large + 9)
    place = Place("a", large, *spans[1])
    merge = Merge("b", large + 1, *spans[0], place, "exact", 1.0, 1.0, "digest", large, (), (spans[1],))
    summary = Summary(documents=large, characters=3 * large, kept=2 * large, removed=large, exact=large)
    lines = jsonl.header_line(Settings(), choose_banding(Settings())), jsonl.merge_line(merge)
    end = jsonl.summary_line(summary, large, {"x": large}, {})
    report = read_report(io.BytesIO(b"".join((*lines, end))), "r")
    assert report.merges == {("b", large + 1): [merge]}
    assert f'"removed":{large}'.encode() in end
    assert f"{large:,} removed" in summary_text(summary, large, {"x": large}, {}, large, 1.0)


def test_many_findings_are_capped_on_the_terminal(tmp_path: Path) -> None:
    """Row 47: of a hundred thousand skipped records twenty are named, all are counted, and all are in the report."""
    make(tmp_path, {"in.jsonl": f'{{"text":"{FOX}"}}\n' + "nothing\n" * 100_000})
    ended = succeed("clean", "in.jsonl", "-o", "out", "--report", "r", folder=tmp_path)
    told = [line for line in ended.err.splitlines() if line.startswith("skipped in.jsonl:")]
    assert len(told) == 20
    assert "further skipped records are counted" in ended.err
    assert "100,000 invalid-json" in ended.err
    assert len(ended.err) < 5_000
    *found, summary = lines_of(tmp_path / "r")
    assert sum(line["type"] == "skipped" for line in found) == 100_000
    assert summary["documents"]["skipped"] == {"invalid-json": 100_000}
