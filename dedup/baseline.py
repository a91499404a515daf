"""The baseline of a check: which repeated texts are known already, and how many copies of each.

JSON Lines, sorted, an entry a line, so that two branches that change it can be merged:

    {"type":"baseline","format":1,"settings":{"unit":"paragraph",...}}
    {"fingerprint":"0c1f...","copies":2,"cluster":"51aa...","documents":["a.md","b.md"]}

An entry is a text that has a copy, or is one: `fingerprint` is that of its tokens, `copies` how often it stands in the
corpus, `cluster` the fingerprint of the text that would stay for it (left out if that is itself), `documents` the ids
of those that hold it, if they are few. No place is in it, so that text may be moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from dedup.compression import codec_named
from dedup.errors import InputError, SettingsError
from dedup.reports.jsonl import json_line
from dedup.sources import STANDARD, input_errors

FORMAT_VERSION = 1
# 1: first version

_MOST_DOCUMENTS = 20  # of an entry; more would make lines that nobody can read


class Entry(Struct, frozen=True, gc=False, omit_defaults=True):
    """A text that has a copy, or is one.

    Attributes:
        fingerprint: Of its tokens.
        copies: How often it stands in the corpus.
        cluster: Fingerprint of the text that would stay for it; "" if that is itself.
        documents: Ids of the documents that hold it, sorted; none if they are too many.
    """

    fingerprint: str
    copies: int
    cluster: str = ""
    documents: tuple[str, ...] = ()

    @property
    def of_cluster(self) -> str:
        """Fingerprint of the text that would stay."""
        return self.cluster or self.fingerprint

    @classmethod
    def of(cls, fingerprint: str, copies: int, cluster: str, documents: Iterable[str]) -> Entry:
        """An entry as it is written."""
        listed = tuple(sorted(set(documents)))
        own = "" if cluster == fingerprint else cluster
        return cls(fingerprint, copies, own, listed if len(listed) <= _MOST_DOCUMENTS else ())


class _Header(Struct, frozen=True, tag_field="type", tag="baseline"):
    format: int
    settings: dict[str, object]


def baseline_lines(settings: Mapping[str, object], entries: Iterable[Entry]) -> Iterator[bytes]:
    """The lines of a baseline.

    Args:
        settings: Those that results depend on.
        entries: In any order.
    """
    yield json_line(_Header(FORMAT_VERSION, dict(settings)))
    for entry in sorted(entries, key=lambda entry: entry.fingerprint):
        yield json_line(entry)


def read_baseline(path: str, settings: Mapping[str, object]) -> dict[str, Entry]:
    """Read a baseline back: its entries by fingerprint.

    Raises:
        InputError: If it is missing, or no baseline of this format.
        SettingsError: If it was made with other settings.
    """
    lines = _lines(path)
    header = _header(path, lines)
    now = json.loads(json_line(dict(settings)))
    other = [
        f"{name} was {json.dumps(header.settings.get(name))} and is {json.dumps(now.get(name))}"
        for name in sorted({*header.settings, *now})
        if header.settings.get(name) != now.get(name)
    ]
    if other:
        remedy = f"it was made with other settings: {'; '.join(other)}; --update-baseline makes it anew"
        raise SettingsError("baseline", path, remedy)
    entries: dict[str, Entry] = {}
    for number, line in enumerate(lines[1:], 2):
        entry = _entry(path, number, line)
        if entry.copies < 1 or entry.fingerprint in entries:
            raise _damaged(path, number, "a text has no copies, or stands there twice")
        entries[entry.fingerprint] = entry
    return entries


def check_baseline(path: str) -> None:
    """Refuse to write a baseline over something else, or where it could not be read again.

    Raises:
        InputError: If there is a file that is no baseline.
        SettingsError: If it would be compressed, or go to standard output.
    """
    if path == STANDARD or codec_named(path) is not None:
        raise SettingsError("baseline", path, "give a file that is not compressed: its lines are to be merged")
    if Path(path).exists():
        _header(path, _lines(path), any_format=True)


def _lines(path: str) -> list[bytes]:
    with input_errors(path):
        try:
            return Path(path).read_bytes().splitlines()
        except FileNotFoundError as error:
            raise InputError(path, "there is no such baseline: --update-baseline makes it") from error


def _header(path: str, lines: list[bytes], *, any_format: bool = False) -> _Header:
    try:
        header = msgspec.json.decode(lines[0] if lines else b"", type=_Header)
    except msgspec.MsgspecError as error:
        raise InputError(path, f"it is no baseline: {error}", line=1) from error
    if header.format != FORMAT_VERSION and not any_format:
        reason = (
            f"baseline format {header.format}; this version reads {FORMAT_VERSION}: --update-baseline makes it anew"
        )
        raise InputError(path, reason)
    return header


def _entry(path: str, number: int, line: bytes) -> Entry:
    try:
        return msgspec.convert(json.loads(line), Entry)
    except (ValueError, RecursionError) as error:  # msgspec's errors are among them
        raise _damaged(path, number, str(error)) from error


def _damaged(path: str, number: int, what: str) -> InputError:
    return InputError(path, f"not an entry of a baseline ({what}): mend it, or --update-baseline", line=number)
