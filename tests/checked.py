"""Checks made by hand, on which every format of report is shown: one with nasty names and texts, and large ones."""

from __future__ import annotations

from dedup import Settings
from dedup.findings import Checked, Finding, Level, Limits, Location, Rule, Totals

GUIDE = "docs/guide.md"
CORPUS = "data/corpus.jsonl"
TABLE = "data/corpus.parquet"
HELD_OUT = "../eval/held out.txt"
"""A file of the reference set: it is not among the files of the check."""

NASTY_NAMES = (
    "-rf",
    "::error file=a.py,line=1::forged.txt",
    "##[error]forged.txt",
    "=cmd|' /C calc'!A0.txt",
    "@user.txt",
    "[/b] 100%25.txt",
    "\x1b]0;title\x07\x1b[31mred.txt",
    "line\n::error::break\r\n.txt",
    "nul\x00.txt",
    "</script><img src=x onerror=alert(1)>.html",
    "a|b `code` \"quoted\" 'single' \\ & ]]> {{x}} ${{y}} #1 :tada: <!-- -->.md",
    "right\u202eot\u2066left\u200e.txt",
    "not utf-8 \udcff.txt",
    "astral 😀 separator \u2028 next\x85.txt",
    "http://example.com/?a=b,c;d.txt",
)
NASTY_TEXTS = (
    "::stop-commands::token",
    "##[error]forged in the text",
    '=HYPERLINK("http://example.com")',
    "</script><img src=x onerror=alert(1)>",
    "]]> <![CDATA[ &amp; &#x0; <b>bold</b>",
    "| a | b | [link](javascript:alert(1)) ![image](http://example.com/x.png) `code` *bold* _it_ ~~no~~",
    "@user @org/team #1 GH-1 user/repo#1 :tada: www.example.com user@example.com $x^2$",
    "\x00\x01\x1b[2J\x7f\x9b31m\ufffe\uffff",
    "\u202eright to left\u202c \u2028 \u2029 \ud800 \udcff 😀",
    "- [ ] item # heading > quote 1. one --- ===",
)

_LONG = "0123456789abcdef" * 2


def _finding(
    at: Location,
    other: Location,
    excerpt: str,
    *,
    number: int = 1,
    rule: Rule = "duplicate",
    level: Level = "error",
    is_new: bool | None = True,
    is_canonical: bool = False,
    similarity: float = 1.0,
    copies: int = 2,
) -> Finding:
    is_exact = similarity == 1
    return Finding(
        rule=rule,
        level=level,
        at=at,
        other=other,
        is_canonical=is_canonical,
        kind="exact" if is_exact else "near",
        similarity=similarity,
        containment=1.0 if is_exact else 0.96875,
        novel=0 if is_exact else 1,
        tokens=max(1, (at.end - at.start) // 5),
        fingerprint=f"{number:08x}" + _LONG[8:],
        copy=1 if is_canonical else 2,
        copies=copies,
        is_new=is_new,
        excerpt=excerpt,
    )


def _text(file: str, line: int, length: int) -> Location:
    """A place in a file that is one document."""
    start = 40 * (line - 1)
    end_line = line + length // 80
    return Location(file, file, start, start + length, None, line, 1, end_line, length % 80 + 1)


def _line(file: str, line: int, length: int, document: str = "") -> Location:
    """A place in a file whose records are lines."""
    return Location(file, document or f"{file}:{line}", 0, length, line, line, None, line)


def _row(file: str, record: int, length: int) -> Location:
    """A place in a file whose records are no lines."""
    return Location(file, f"{file}#{record}", 3, 3 + length, record)


def sample() -> Checked:
    """A check that failed in every way: findings of every rule and level, in files and with texts of every nastiness.

    Duplicates that are allowed to stand (`warning`) are near ones; known ones (`note`) are exact.
    """
    findings = [
        _finding(_line(CORPUS, 7, 120), _line(CORPUS, 2, 120), "All work and no play makes Jack a dull boy.", number=1),
        _finding(
            _line(CORPUS, 12, 90, "id \x1b[31m \"12\""), _row(TABLE, 3, 88), "A near copy of a row.",
            number=2, level="warning", is_new=None, similarity=0.8571428571428571,
        ),
        _finding(_row(TABLE, 9, 64), _row(TABLE, 3, 64), "A row as it was.", number=3, level="note", is_new=False),
        _finding(_text(GUIDE, 3, 200), _text(GUIDE, 1, 200), "A paragraph of the guide.", number=4, copies=3),
        _finding(
            _text(GUIDE, 9, 300), _text(HELD_OUT, 5, 300), "An item of the evaluation set.",
            number=5, rule="overlap", is_new=None, copies=1,
        ),
        _finding(
            _text(GUIDE, 20, 80), _text("README.md", 2, 80), "The copy that stays.",
            number=6, is_canonical=True, level="note", is_new=False,
        ),
    ]  # fmt: skip
    for number, name in enumerate(NASTY_NAMES):
        level: Level = ("error", "warning", "error", "note")[number % 4]
        other = NASTY_NAMES[number - 1]
        excerpt = NASTY_TEXTS[number % len(NASTY_TEXTS)]
        findings.append(
            _finding(
                _text(name, number + 1, 100 + number), _text(other, number + 2, 100), excerpt,
                number=100 + number, level=level, is_new=level != "note",
            )
        )  # fmt: skip
    files = (CORPUS, TABLE, GUIDE, "README.md", *NASTY_NAMES, "docs/without findings.md")
    return _checked(findings, files)


def many(count: int, per_file: int = 50) -> Checked:
    """A check with so many errors, each in at least one way unlike the others."""
    findings = []
    for number in range(count):
        file = f"part {number // per_file:06}.txt"
        line = 1 + 3 * (number % per_file)
        excerpt = f"{NASTY_TEXTS[number % len(NASTY_TEXTS)]} number {number}"[:100]
        findings.append(_finding(_text(file, line, 60 + number % 90), _text(GUIDE, 1, 60), excerpt, number=number))
    files = dict.fromkeys([GUIDE, *(finding.at.file for finding in findings)])
    return _checked(findings, tuple(files))


def nothing() -> Checked:
    """A check that found nothing, and passed."""
    totals = Totals(files=1, documents=1, characters=10, duplicates=0, duplicate_characters=0)
    limits = Limits(max_duplicates=0)
    return Checked(findings=(), totals=totals, limits=limits, failures=(), files=(GUIDE,), settings=Settings())


def _checked(findings: list[Finding], files: tuple[str, ...]) -> Checked:
    duplicates = [finding for finding in findings if finding.rule == "duplicate"]
    overlaps = len(findings) - len(duplicates)
    new = sum(finding.is_new is True for finding in duplicates)
    totals = Totals(
        files=len(files),
        documents=3 * len(files),
        characters=1000 * len(files) + 200 * len(findings),
        duplicates=len(duplicates),
        duplicate_characters=sum(finding.characters for finding in duplicates),
        new=new,
        overlaps=overlaps,
        allowed=2,
        unchanged=3,
        revisits=1,
        skipped={"invalid-json": 4, "invalid-utf-8": 1},
        left_out={"special-file": 2},
    )
    failures = [f"{len(duplicates):,} duplicates, and 0 are allowed", f"{new:,} duplicates are new"]
    if overlaps:
        failures.append(f"{overlaps:,} overlap with the reference")
    return Checked(
        findings=tuple(findings),
        totals=totals,
        limits=Limits(max_duplicates=0, fail_on_new=True),
        failures=tuple(failures),
        files=files,
        settings=Settings(),
        changed_since="origin/main",
    )
