"""Pages in WARC archives > records of their text, as Common Crawl makes its WET archives.

A page cannot be cut by places in its text, so what is cleaned and written, and what the report counts in, is the text.
Every response becomes one record: a `conversion` that refers to it or, where there is no text to be had, a `metadata`
record that refers to it and says why.
"""

from __future__ import annotations

import codecs
import importlib.util
import os
import subprocess
import sys
import uuid
from threading import Timer
from typing import BinaryIO

from dedup.formats.html_worker import WANTED
from dedup.formats.http_bodies import read_answer
from dedup.formats.skipping import SkippedError
from dedup.formats.warc_framing import Head
from dedup.formats.warc_rewriting import new_record

SKIPPED = b"x-dedup-skipped"
_TYPES = ("text/html", "application/xhtml+xml", "")
_SECONDS = 5.0
_NEEDED = {"html": ("resiliparse",), "trafilatura": ("resiliparse", "trafilatura", "lxml_html_clean")}  # by extra
_WORKER = "dedup.formats.html_worker"


class MissingLibraryError(OSError):
    """What reads pages is not installed. An `OSError`, so that who opens an input says which one it is."""


class Pages:
    """Turns responses into records of their text.

    Args:
        html: Which text of a page is wanted; see `html_worker.WANTED`.
        seconds: How long a page may take.
    """

    def __init__(self, html: str, *, seconds: float = _SECONDS) -> None:
        self._html = html
        self._seconds = seconds
        self._worker: subprocess.Popen[bytes] | None = None

    def converted(self, head: Head, payload: bytes) -> bytes:
        """The record that takes the place of a response."""
        fields = _fields(head)
        try:
            text, charsets = self._text(payload)
        except SkippedError as skipped:
            fields |= {"WARC-Type": "metadata", "X-Dedup-Skipped": f"{skipped.reason} {skipped.detail}"}
            return new_record(fields, b"")
        fields |= {"WARC-Type": "conversion", **charsets, "Content-Type": "text/plain"}
        return new_record(fields, text)

    def close(self) -> None:
        """End the process that reads pages."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.communicate()
            self._worker = None

    def _text(self, payload: bytes) -> tuple[bytes, dict[str, str]]:
        """The text of a page, and fields that say in which charset it was read, and which wrong one it named."""
        answer = read_answer(payload)
        if not answer.status.startswith("2"):
            raise SkippedError(f"status-{answer.status}", f"the server answered with status {answer.status}")
        if answer.media_type not in _TYPES:
            media_type = answer.media_type[:60]
            raise SkippedError(media_type.replace(" ", "-"), f"not a page but {media_type}")
        text, used = self._extracted(answer.body(), answer.charset)
        is_wrong = answer.charset and _python_name(answer.charset) != used
        return text, {"X-Dedup-Charset": used, "X-Dedup-Charset-Declared": answer.charset if is_wrong else ""}

    def _extracted(self, page: bytes, charset: str) -> tuple[bytes, str]:
        worker = self._started()
        timer = Timer(self._seconds, worker.kill)
        timer.start()
        try:
            asked, answered = _pipes(worker)
            asked.write(WANTED[self._html])
            name = charset.encode("ascii", "replace")
            asked.write(bytes([len(name)]) + name + len(page).to_bytes(4, "big") + page)
            asked.flush()
            used = _read(answered, _read(answered, 1)[0]).decode("ascii")
            return _read(answered, int.from_bytes(_read(answered, 4), "big")), used
        except (OSError, EOFError) as error:
            is_late = not timer.is_alive()
            self.close()
            if is_late:
                raise SkippedError("html-time", f"the page takes longer than {self._seconds:g} seconds") from error
            raise SkippedError("html-failed", "the page makes the library fail that reads it") from error
        finally:
            timer.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is None:
            extra = "trafilatura" if self._html == "trafilatura" else "html"
            if not all(map(importlib.util.find_spec, _NEEDED[extra])):
                raise MissingLibraryError(f"it holds web pages; to read these: pip install 'dedup-text[{extra}]'")
            self._worker = subprocess.Popen(  # noqa: S603  # this interpreter and a module of this package
                [sys.executable, "-m", _WORKER],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )  # fmt: skip
        return self._worker


def _fields(head: Head) -> dict[str, str]:
    """What a record says about the response that it is made from; its own id is made from that one's."""
    refers_to = head.get(b"warc-record-id").decode("latin-1")
    uri = head.get(b"warc-target-uri").decode("latin-1")
    own_id = uuid.uuid5(uuid.NAMESPACE_URL, f"dedup {refers_to} {uri}")
    return {
        "WARC-Type": "",
        "WARC-Target-URI": uri,
        "WARC-Date": head.get(b"warc-date").decode("latin-1"),
        "WARC-Record-ID": f"<urn:uuid:{own_id}>",
        "WARC-Refers-To": refers_to,
    }


def _python_name(charset: str) -> str:
    """How Python calls a charset; as it is if it knows none of that name."""
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return charset


def _pipes(worker: subprocess.Popen[bytes]) -> tuple[BinaryIO, BinaryIO]:
    if worker.stdin is None or worker.stdout is None:
        raise EOFError
    return worker.stdin, worker.stdout  # type: ignore[return-value]  # IO[bytes] in the stubs


def _read(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
