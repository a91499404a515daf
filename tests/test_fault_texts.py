"""Texts that others stumble over: control characters, texts too short to compare, other scripts, chains, markup."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.command import BEAR, FOX, OWL, lines_of, make, run, succeed, tree

_CONTROLS = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0)])) + "\u202e\u2066\u2028"


def _lines(*texts: str, escaped: bool = True) -> str:
    return "".join(json.dumps({"id": f"d{i}", "text": t}, ensure_ascii=escaped) + "\n" for i, t in enumerate(texts))


def _merges(folder: Path, *texts: str, options: tuple[str, ...] = ()) -> list[dict[str, object]]:
    """What is merged in a file of these texts."""
    make(folder, {"in.jsonl": _lines(*texts, escaped=False)})
    arguments = ("--dry-run", "--report", "r", "--force", *options)
    succeed("clean", "-q", "in.jsonl", *arguments, folder=folder)
    return lines_of(folder / "r", "merge")


@pytest.mark.parametrize("place", ["before", "inside", "after", "alone"])
@pytest.mark.parametrize("name", ["in.txt", "in.jsonl"])
def test_control_characters_are_text(tmp_path: Path, name: str, place: str) -> None:
    """Row 7: behind a NUL as before it copies are found, nothing else is lost, and reports and messages escape it."""
    texts = {
        "before": f"{_CONTROLS}\n\n{FOX}\n\n{OWL}\n\n{FOX}",
        "inside": f"{FOX}\n\n{OWL}\0{OWL}{_CONTROLS}x\n\n{FOX}",
        "after": f"{FOX}\n\n{OWL}\n\n{FOX}\n\n{_CONTROLS}",
        "alone": f"{FOX}\n\n\0\n\n{FOX}\n\n\0",
    }
    text = texts[place]
    make(tmp_path, {name: text if name == "in.txt" else _lines(text)})
    ended = succeed("clean", name, "-o", f"out.{name}", "--report", "r", folder=tmp_path)
    (merge,) = lines_of(tmp_path / "r", "merge")
    assert text[merge["canonical"]["start"] : merge["canonical"]["end"]] == FOX
    written = (tmp_path / f"out.{name}").read_bytes().decode()
    cleaned = written if name == "in.txt" else json.loads(written)["text"]
    assert [cleaned.count(c) for c in _CONTROLS] == [text.count(c) for c in _CONTROLS]
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", (tmp_path / "r").read_text() + ended.err)
    succeed("restore", f"out.{name}", "--report", "r", "-o", f"back.{name}", folder=tmp_path)
    assert (tmp_path / f"back.{name}").read_bytes() == (tmp_path / name).read_bytes()


@pytest.mark.parametrize("unit", ["document", "paragraph", "sentence", "line"])
def test_texts_too_short_for_a_shingle(tmp_path: Path, unit: str) -> None:
    """Row 12: they equal only their like, punctuation and nothing equal nothing; by default all stay."""
    short = [
        "cat",
        "dog",
        "cat",
        "",
        "",
        "...",
        "...",
        "!?",
        "-- --",
        " ",
        "\n\n",
        "a cat",
        "The Cat",
        "CAT!",
        "🦊",
        "🦊",
    ]
    assert _merges(tmp_path, *short, options=("--unit", unit)) == []
    found = _merges(tmp_path, *short, options=("--unit", unit, "--min-tokens", "1", "--ngram", "3"))
    assert [(m["document"], m["kind"], m["similarity"]) for m in found] == [("d2", "exact", 1.0), ("d13", "exact", 1.0)]


_SCRIPTS: dict[str, tuple[str, str, bool]] = {
    # what differs: (a text, another one, whether they are the same)
    "Chinese": ("我们今天去北京吃饭看电影。", "我们明天去上海喝茶听音乐。", False),
    "Chinese, wide and narrow": ("我们２０２４年去北京ＡＢＣ。", "我们2024年去北京abc。", True),
    "Japanese, half width": ("ガパをたべるひとたち。", "ｶﾞﾊﾟをたべるひとたち。", True),
    "Thai": ("ฉันกินข้าวที่บ้านกับแม่", "เขาไปโรงเรียนทุกวันเลย", False),
    "Thai, tone marks": ("ฉันกินข้าวที่บ้านกับแม่", "ฉันกินขาวที่บานกับแม", False),
    "Arabic": ("الكتاب على الطاولة في البيت الكبير", "القلم تحت الكرسي في المدرسة الصغيرة", False),
    "Arabic, presentation forms": ("لا بأس بهذا الكلام على الإطلاق", "ﻻ بأس بهذا الكلام على الإطلاق", True),
    "Hebrew points": ("שָׁלוֹם לכל האנשים הטובים כאן היום", "שלום לכל האנשים הטובים כאן היום", False),
    "emoji are no words": ("one two three four five six 🦊", "one two three four five six 🐻", True),
    "emoji alone": ("🦊 🐻 🦉 🦊 🐻 🦉 🦊", "🦊 🐻 🦉 🦊 🐻 🦉 🦊", False),
    "combining marks": ("Une e\u0301te\u0301 a\u0300 la plage de Nice hier", "Une été à la plage de Nice hier", True),
    "accents": ("Une été à la plage de Nice hier", "Une ete a la plage de Nice hier", False),
    "Turkish dotted I": (
        "İzmir ve İstanbul büyük şehirler gibi",
        "i\u0307zmir ve i\u0307stanbul büyük şehirler gibi",
        True,
    ),
    "Turkish dotless i": ("ısı ılık sınıf kısım bakır çalı", "isi ilik sinif kisim bakir çali", False),
    "German sharp s": ("Die Straße ist heute sehr lang gewesen", "DIE STRASSE IST HEUTE SEHR LANG GEWESEN", True),
    "Greek final sigma": ("ο οδυσσευς και ο τηλεμαχος εδω", "Ο ΟΔΥΣΣΕΥΣ ΚΑΙ Ο ΤΗΛΕΜΑΧΟΣ ΕΔΩ", True),
    "Cyrillic homoglyphs": ("one two three four five six", "оne two three four five siх", False),
}


@pytest.mark.parametrize("case", _SCRIPTS)
@pytest.mark.parametrize("astral", ["", "\U0001f98a "])
def test_scripts(tmp_path: Path, case: str, astral: str) -> None:
    """Row 13: texts in any script are copies only where they are, and places are places in the text as it was."""
    a, b, same = _SCRIPTS[case]
    before = f"{astral}A heading.\r\n\r\n"
    text = f"{before}{a}\r\n\r\n{b}"
    found = _merges(tmp_path, text, options=("--no-near", "--min-span", "0", "--min-tokens", "3"))
    assert bool(found) == same
    for merge in found:
        kept = merge["canonical"]
        assert isinstance(kept, dict)
        assert text[kept["start"] : kept["end"]].strip(" .。🦊") == a.strip(" .。🦊")
        assert text[int(str(merge["start"])) : int(str(merge["end"]))].strip(" .。🐻\r\n") == b.strip(" .。🐻")


@pytest.mark.parametrize("unit", ["document", "paragraph"])
def test_a_chain_is_no_cluster(tmp_path: Path, unit: str) -> None:
    """Row 29: where A is like B, B like C and so on, all that goes is like a text that stays; what is not stays."""
    words = [f"w{chr(97 + i // 26 % 26)}{chr(97 + i % 26)}{chr(97 + i // 676)}" for i in range(200)]
    texts = [" ".join(words[4 * i : 4 * i + 100]) for i in range(26)]  # 0.92 alike, the next but one 0.85, then 0.78
    found = _merges(tmp_path, *texts, options=("--unit", unit, "--novel", "drop", "--ngram", "5", "--min-span", "0"))
    sets = [{tuple(text.split()[i : i + 5]) for i in range(96)} for text in texts]
    kept = set(range(26)) - {int(str(merge["document"])[1:]) for merge in found}
    assert kept == set(range(0, 26, 3))
    for merge in found:
        assert isinstance(merge["canonical"], dict)
        a, b = (int(str(name)[1:]) for name in (merge["document"], merge["canonical"]["document"]))
        assert b in kept
        similarity = len(sets[a] & sets[b]) / len(sets[a] | sets[b])
        assert merge["similarity"] == similarity >= 0.8


_HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "javascript:alert(document.domain)",
    "::error file=a::forged",
    "::stop-commands::x",
    "[/b][link=http://evil.example]x",
    "\x1b]0;owned\x07\x1b[2J",
    "=cmd|' /C calc'!A0",
    "a\nskipped b.txt: nothing",
    "-rf",
    "\u202etxt.exe",
    "%0A::error::x",
)


def test_markup_and_commands_are_text(tmp_path: Path) -> None:
    """Rows 43 and 44: whatever texts, ids and URLs hold comes back, and is inert in the report and in messages."""
    rows = [{"id": bad, "url": bad, "text": f"{FOX}\n\n{bad} {BEAR}"} for bad in _HOSTILE]
    data = "".join(json.dumps(row) + "\n" for row in rows) + '{"<img>\\u001b[2J":1}\n'
    make(tmp_path, {"in.jsonl": data})
    ended = succeed("clean", "in.jsonl", "-o", "out", "--report", "r", folder=tmp_path)
    assert {line["document"] for line in lines_of(tmp_path / "r", "merge")} == set(_HOSTILE[1:])
    report = (tmp_path / "r").read_text("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]", report)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", ended.err)
    assert not [line for line in (report + ended.err).splitlines() if line.startswith(("::", "=", "[", "<"))]
    succeed("restore", "out", "--report", "r", "-o", "back", folder=tmp_path)
    assert (tmp_path / "back").read_text() == data


def test_names_of_every_kind(tmp_path: Path) -> None:
    """Row 44: files whose names are commands, markup, options or no text are cleaned, reported and come back."""
    names = [f"{bad.replace('/', '|')}.txt" for bad in _HOSTILE] + [os.fsdecode(b"caf\xe9.txt"), "a" * 230 + ".txt"]
    make(tmp_path / "in", {name: f"{FOX}\n\n{OWL} {i}\n" for i, name in enumerate(sorted(names))})
    ended = succeed("clean", "in", "-o", "out", "--report", "r", folder=tmp_path)
    assert len(lines_of(tmp_path / "r", "merge")) >= len(names) - 1
    assert all(map(str.isprintable, ended.err.splitlines()))
    succeed("restore", "out", "--report", "r", "-o", "back", folder=tmp_path)
    assert tree(tmp_path / "back") == tree(tmp_path / "in")
    succeed("clean", "--dry-run", "--", *names, folder=tmp_path / "in")
    for name in names[4::3]:
        missing = run("clean", "--dry-run", "--", f"no{name}", folder=tmp_path / "in")
        assert (missing.status, missing.err.count("\n")) == (2, 1)
        assert missing.err.rstrip("\n").isprintable()


_LONGEST_NAMES = ["a" * 251 + ".txt", "a" * 250 + "b.txt", "ß" * 125 + ".txt", os.fsdecode(b"\xe9" * 251 + b".txt")]


@pytest.mark.parametrize("options", [(), ("--state", "state")], ids=["", "state"])
def test_the_longest_names(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Row 44: files whose names are as long as names can be are cleaned like any others."""
    make(tmp_path / "in", {name: f"{FOX} {i}" for i, name in enumerate(_LONGEST_NAMES)})
    succeed("clean", "--no-near", "--min-span", "0", "in", "-o", "out", *options, folder=tmp_path)
    assert tree(tmp_path / "out") == tree(tmp_path / "in")


def test_a_name_that_is_too_long_for_an_output(tmp_path: Path) -> None:
    """Row 44: what cannot be written for the length of its name ends in one line."""
    make(tmp_path / "in", {"a" * 251 + ".txt": FOX})
    ended = run("clean", "-q", "in", "-o", "out", "--output-format", "jsonl", folder=tmp_path)
    assert (ended.status, ended.err.count("\n")) == (2, 1)
    assert "aaa.jsonl: cannot be written: File name too long" in ended.err
    assert set(tree(tmp_path)) == {"in/", "in/" + "a" * 251 + ".txt"}
