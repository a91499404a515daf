"""Everything that can go wrong, as types.

    DedupError
    ├── SettingsError      a setting, option or environment variable has a value it cannot have
    ├── InputError         an input is missing, unreadable, or not what it was said to be
    ├── OutputError        an output exists already, is the input, or cannot be written
    ├── RestoreError       a report and the texts given with it do not belong together
    └── InternalError      a rule the library promises to keep was about to be broken; nothing was written

Facts are attributes; the message names the place and a remedy.
"""

from __future__ import annotations


class DedupError(Exception):
    """Base of all errors that the library raises on purpose."""


class SettingsError(DedupError, ValueError):
    """A setting has a value it cannot have.

    Attributes:
        name: The setting.
        value: What it was given.
        remedy: What it may be.
    """

    def __init__(self, name: str, value: object, remedy: str) -> None:
        super().__init__(f"{name}={value!r}: {remedy}")
        self.name = name
        self.value = value
        self.remedy = remedy


class _FileError(DedupError):
    """An error about a file.

    Attributes:
        path: The file, as it was given.
        reason: What is wrong with it, and what to do.
        line: The line, from 1, where that is known.
        byte: How many bytes of the file, as it lies there, come before, where that is known.
    """

    def __init__(self, path: object, reason: str, *, line: int | None = None, byte: int | None = None) -> None:
        place = f"{path}" if line is None else f"{path}:{line}"
        if byte is not None:
            place += f": after byte {byte:,}"
        super().__init__(f"{place}: {reason}")
        self.path = str(path)
        self.reason = reason
        self.line = line
        self.byte = byte


class InputError(_FileError):
    """An input is missing, unreadable, or not what it was said to be."""


class OutputError(_FileError):
    """An output exists already, is the input, or cannot be written."""


class RestoreError(DedupError):
    """A report and the texts given with it do not belong together.

    Attributes:
        document: The id of the document that cannot be restored.
        reason: Why not.
    """

    def __init__(self, document: str, reason: str) -> None:
        super().__init__(f"document {document!r} cannot be restored: {reason}")
        self.document = document
        self.reason = reason


class InternalError(DedupError):
    """A rule the library promises to keep was about to be broken: please report it.

    Attributes:
        rule: The rule, as numbered in the manual (R1 to R10).
        document: The id of the document at hand.
    """

    def __init__(self, rule: str, document: str, what: str) -> None:
        super().__init__(f"internal error, rule {rule}, document {document!r}: {what}; please report this")
        self.rule = rule
        self.document = document
