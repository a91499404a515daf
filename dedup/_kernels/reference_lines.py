"""What has to be known of lines of JSON before they may be read in the quick way, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence


def are_plain_lines(lines: Sequence[bytes], name: bytes) -> bool:
    """Whether `name`, a field's name in its quotes, stands once in every line, nothing in any is escaped as a code unit
    (a name might be, too), and all of them are UTF-8.
    """
    return all(_is_plain(line, name) for line in lines)


def _is_plain(line: bytes, name: bytes) -> bool:
    if line.count(name) != 1 or b"\\u" in line:
        return False
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
