"""Reports: a line of every type, read back as it was written; nothing from an input reaches a terminal raw."""

from __future__ import annotations

import io
import json
import re
from importlib.metadata import version
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Cleaned, Duplicate, Edit, InputError, Merge, Place, Settings, Span, Summary
from dedup._kernels.unicode import TABLE
from dedup.banding import choose_banding
from dedup.reports import jsonl
from dedup.reports.jsonl_reader import Report, read_report
from dedup.reports.terminal import excerpt, printable, summary_text
from dedup.version import __version__

_EXACT = Merge("b.txt", None, 5, 9, Place("a.txt", None, 0, 4), "exact", 1.0, 1.0, "digest", 0, (), (Span(0, 4),))
_NEAR = Merge(
    document="größer \u2028",
    record=7,
    start=5,
    end=30,
    canonical=Place("\ud800", 3, 10, 30),
    kind="near",
    similarity=0.875,
    containment=1 / 3,
    found_by="bands",
    novel=2,
    edits=(Edit(Span(6, 7), Span(11, 11), "x"), Edit(Span(9, 9), Span(12, 15), "")),
    restore=(Span(10, 12), "né\n", Span(14, 30)),
    kept_because="max:score",
)
_SUMMARY = Summary(
    documents=5, revisits=1, emptied=1, blocks=9, exact=2, near=1, characters=1_234_567, kept=1_234_000, removed=567,
    oversized_buckets=2,
    capped_fingerprints=7,
)  # fmt: skip
_HEADER = jsonl.header_line(Settings(), choose_banding(Settings()))
_END = jsonl.summary_line(_SUMMARY, 4, {"invalid-json": 1}, {"special-file": 2})


def _read(*lines: bytes) -> Report:
    return read_report(io.BytesIO(b"".join(lines)), "r.jsonl")


@pytest.mark.parametrize(
    ("line", "golden"),
    [
        (
            _HEADER,
            f'{{"type":"header","format":1,"version":"{__version__}",'
            f'"libraries":{{"sentencex":"{version("sentencex")}",'
            f'"unicode":"{TABLE.version}"}},'
            '"action":"remove","settings":{"unit":"paragraph","scope":"corpus","threshold":0.8,"near":true,'
            '"ngram":2,"num_perm":60,"bands":12,"rows":5,"miss_probability":0.01,"bucket_limit":64,"min_tokens":6,'
            '"min_span":40,"max_edit":3,"keep":"first","novel":"keep","protect":["numbers"],"cut":"sentence","language":"en","seed":1}}',
        ),
        (jsonl.input_line("ä/b.txt"), '{"type":"input","file":"ä/b.txt"}'),
        (
            jsonl.merge_line(_EXACT),
            '{"type":"merge","document":"b.txt","start":5,"end":9,"canonical":{"document":"a.txt","start":0,"end":4},'
            '"kind":"exact","similarity":1.0,"containment":1.0,"found_by":"digest"}',
        ),
        (
            jsonl.merge_line(_NEAR),
            '{"type":"merge","document":"gr\\u00f6\\u00dfer \\u2028","record":7,"start":5,"end":30,'
            '"canonical":{"document":"\\ud800","record":3,"start":10,"end":30},'
            '"kind":"near","similarity":0.875,"containment":0.3333333333333333,"found_by":"bands","novel":2,'
            '"edits":[{"start":6,"end":7,"text":"x","canonical":{"start":11,"end":11}},'
            '{"start":9,"end":9,"text":"","canonical":{"start":12,"end":15}}],'
            '"restore":[[10,12],"n\\u00e9\\n",[14,30]],"kept_because":"max:score"}',
        ),
        (
            jsonl.duplicate_line(Duplicate("b", 1, "a", 0, "exact", 1.0, "digest")),
            '{"document":"b","record":1,"canonical":"a","canonical_record":0,"kind":"exact","similarity":1.0,'
            '"found_by":"digest"}',
        ),
        (
            jsonl.duplicate_line(Duplicate("b", 1, "c", 2, "near", 0.9, "bands", "longest")),
            '{"document":"b","record":1,"canonical":"c","canonical_record":2,"kind":"near","similarity":0.9,'
            '"found_by":"bands","kept_because":"longest"}',
        ),
        (
            jsonl.emptied_line(jsonl.Emptied("1", 4, "a.jsonl", 5, '{"text":""}\n')),
            '{"type":"emptied","document":"1","record":4,"file":"a.jsonl","line":5,"raw":"{\\"text\\":\\"\\"}\\n"}',
        ),
        (
            jsonl.emptied_line(jsonl.Emptied("a.txt", 4, "a.txt", None, "")),
            '{"type":"emptied","document":"a.txt","record":4,"file":"a.txt","raw":""}',
        ),
        (
            jsonl.document_line(Cleaned("1", 4, "", (), digest="00ff"), ""),
            '{"type":"document","document":"1","blake2b":"00ff"}',
        ),
        (
            jsonl.document_line(Cleaned("1", 4, "", (), digest="00ff", repeats_id=True), "escaped"),
            '{"type":"document","document":"1","blake2b":"00ff","record":4,"spelling":"escaped"}',
        ),
        (
            jsonl.skipped_line("a.jsonl", 3, "invalid-json", "x"),
            '{"type":"skipped","file":"a.jsonl","line":3,"reason":"invalid-json","detail":"x"}',
        ),
        (
            jsonl.skipped_line("a.txt", None, "invalid-utf8", "x"),
            '{"type":"skipped","file":"a.txt","reason":"invalid-utf8","detail":"x"}',
        ),
        (
            _END,
            '{"type":"summary","documents":{"in":6,"written":4,"emptied":1,"revisits":1,"skipped":{"invalid-json":1}},"left_out":{"special-file":2},'
            '"blocks":9,"merges":{"exact":2,"near":1},"characters":{"in":1234567,"kept":1234000,"removed":567},'
            '"oversized_buckets":2,"capped_fingerprints":7}',
        ),
    ],
)  # fmt: skip
def test_lines(line: bytes, golden: str) -> None:
    """A line of every type has exactly these bytes."""
    assert line.decode("utf-8") == golden + "\n"


_SPANS = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda ends: Span(min(ends), max(ends)))
_IDS = st.text(st.characters(), max_size=4) | st.just("\udfff")
_PLACES = st.builds(lambda name, record, span: Place(name, record, *span), _IDS, st.none() | st.integers(0, 9), _SPANS)
_RATIOS = st.floats(0, 1)
_MERGES = st.builds(
    Merge, _IDS, st.none() | st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), _PLACES,
    st.sampled_from(("exact", "near")), _RATIOS, _RATIOS, st.sampled_from(("digest", "bands")), st.integers(0, 9),
    st.lists(st.builds(Edit, _SPANS, _SPANS, _IDS), max_size=2).map(tuple),
    st.lists(_SPANS | _IDS, max_size=3).map(tuple), st.sampled_from(("", "first", "prefer:größe=ä")),
)  # fmt: skip


_FILES = st.text(st.characters(exclude_characters="\0/\\:."), min_size=1, max_size=4)


@given(st.lists(_MERGES, max_size=4), st.lists(_FILES, max_size=3))
def test_read_back_is_what_was_written(merges: list[Merge], files: list[str]) -> None:
    """Merges, inputs and emptied documents come back equal and in order, whatever their ids and texts hold."""
    emptied = [jsonl.Emptied(name, i, name, i or None, name + "\n") for i, name in enumerate(files)]
    lines = [*map(jsonl.input_line, files), *map(jsonl.merge_line, merges), *map(jsonl.emptied_line, emptied)]
    assert all(line.count(b"\n") == 1 for line in lines)
    report = _read(_HEADER, *lines, _END)
    assert report.inputs == files
    assert [found for group in report.merges.values() for found in group] == sorted(
        merges, key=lambda merge: list(report.merges).index((merge.document, merge.record))
    )
    for name in files:
        assert report.emptied[name] == [found for found in emptied if found.file == name]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "cut off"),
        ([_HEADER], "cut off"),
        ([_END], r"r\.jsonl:1: .*header"),
        ([_HEADER, _HEADER, _END], r"r\.jsonl:2: .*header"),
        ([_HEADER, b"[]\n", _END], r"r\.jsonl:2: "),
        ([_HEADER, b"{}\n", _END], r"r\.jsonl:2: "),
        ([_HEADER, b'{"type":1}\n', _END], r"r\.jsonl:2: "),
        ([_HEADER, b'{"type":"merge"}\n', _END], r"r\.jsonl:2: .*merge"),
        ([_HEADER, b'{"type":"emptied"}\n', _END], r"r\.jsonl:2: .*emptied"),
        ([_HEADER, b'{"type":"input"}\n', _END], r"r\.jsonl:2: .*input"),
        ([_HEADER, b'{"type":"input","file":3}\n', _END], r"r\.jsonl:2: "),
        *(
            ([_HEADER, jsonl.input_line(outside), _END], r"r\.jsonl:2: .*relative")
            for outside in ("../x", "/x", "a/../../x", "", "x\0y")
        ),
        ([_HEADER, jsonl.merge_line(_EXACT).replace(b"5", b'"x"'), _END], r"r\.jsonl:2: .*merge"),
        ([_HEADER, jsonl.merge_line(_NEAR).replace(b"[10,12]", b"[10]"), _END], r"r\.jsonl:2: .*merge"),
        ([_HEADER, jsonl.merge_line(_NEAR).replace(b"[10,12]", b'["a",12]'), _END], r"r\.jsonl:2: .*merge"),
        ([_HEADER, b"\x00\xff\n", _END], r"r\.jsonl:2: not JSON"),
        ([_HEADER, b"[" * 100_000 + b"\n", _END], r"r\.jsonl:2: "),
        ([_HEADER, b"9" * 5000 + b"\n", _END], r"r\.jsonl:2: "),
        ([_HEADER.replace(b'"format":1', b'"format":9'), _END], "format 9; .* 1"),
        ([_HEADER, _END, _END], r"r\.jsonl:3: "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_not_a_report(lines: list[bytes], said: str) -> None:
    """What is no report, cut off, damaged or of another version is an input error that names the line."""
    with pytest.raises(InputError, match=said):
        _read(*lines)


@given(st.text(st.characters()) | st.text("\x1b\r\n\u2028\u202e\ud800\x9b\u200f\uffff##[x"))
def test_printable_is_one_harmless_line(text: str) -> None:
    """What is printed is one line that can be encoded and moves nothing; harmless text stays as it is."""
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert not re.search(r"##\w*\[", shown)
    shown.encode("utf-8")
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u061c\u200e\u200f" for c in shown)
    assert not any("\u2028" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in shown)
    assert printable(shown) == shown


def test_printable_escapes() -> None:
    """Escapes are Python's; letters of all scripts, emoji and joiners stay."""
    assert printable("\x1b[0m\n\t\x9b\u202e\ud800") == r"\x1b[0m\n\t\x9b\u202e\ud800"
    assert printable("Größe 北京 👩\u200d👧 ::error::") == "Größe 北京 👩\u200d👧 ::error::"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a ##[error]b", r"a \x23#[error]b"),
        ("###[group]", r"#\x23#[group]"),
        ("##vso[task.setvariable variable=x]y", r"\x23#vso[task.setvariable variable=x]y"),
        ("##teamcity[blockOpened]##[x]", r"\x23#teamcity[blockOpened]\x23#[x]"),
        ("## heading [link] #[x] # #[x] ##", "## heading [link] #[x] # #[x] ##"),
    ],
)  # fmt: skip
def test_printable_is_no_command(text: str, shown: str) -> None:
    """What runners of CI take for a command wherever in a line it stands is broken; other signs stay."""
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [("", 9, ""), ("a \n\n b", 9, "a b"), ("123456789", 9, "123456789"), ("1234567890", 9, "123456...")],
)  # fmt: skip
def test_excerpt(text: str, most: int, shown: str) -> None:
    """An excerpt is the beginning of a text on one line, with dots where it was shortened."""
    assert excerpt(text, most) == shown


def test_summary() -> None:
    """The summary shows the books in aligned lines, thousands apart, and leaves out what is not."""
    assert summary_text(_SUMMARY, 4, {"b": 1, "a": 2000}, {"c": 1, "b": 3}, 5_000_000, 2.0).splitlines() == [
        "documents   2,006 in, 4 written, 1 emptied, 1 of them revisits",
        "skipped     2,000 a, 1 b",
        "left out    3 b, 1 c",
        "blocks      9",
        "merges      2 exact, 1 near",
        "characters  1,234,567 in, 1,234,000 kept, 567 removed (0.0%)",
        "oversized   2 buckets",
        "capped      7 places of fingerprints",
        "time        2.00 s, 2.5 MB/s",
    ]
    names = [line.split()[0] for line in summary_text(Summary(), 0, {}, {}, 0, 0.0).splitlines()]
    assert names == ["documents", "blocks", "merges", "characters", "time"]


def test_lines_are_strict_json() -> None:
    """No line holds what only Python reads: not a number, infinity, or bytes beyond UTF-8."""

    def refuse(name: str) -> Any:
        raise AssertionError(name)

    for line in (_HEADER, jsonl.merge_line(_NEAR), _END):
        json.loads(line.decode("utf-8"), parse_constant=refuse)
