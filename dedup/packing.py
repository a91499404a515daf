"""Records > bytes, and back: what is not looked at for long takes a tenth of the memory that way."""

from __future__ import annotations

import json
import os
from typing import TypeVar

import msgspec
from msgspec import Struct
from xxhash import xxh3_64_digest

_Record = TypeVar("_Record", bound=Struct)

_ENCODER = msgspec.msgpack.Encoder()
_JSON_BEGINS = b"{"  # no MessagePack of a record begins so


def pack(record: Struct) -> bytes:
    """A record as bytes."""
    try:
        return _ENCODER.encode(record)
    except UnicodeEncodeError:  # lone surrogates can only be written as escapes
        return json.dumps(msgspec.to_builtins(record)).encode("ascii")


def unpack(packed: bytes, kind: type[_Record]) -> _Record:
    """A record of this kind that was packed."""
    if packed.startswith(_JSON_BEGINS):
        return msgspec.convert(json.loads(packed), kind)
    return msgspec.msgpack.decode(packed, type=kind)


def save(file: int, record: Struct) -> None:
    """Write a record to an open file, from where it stands."""
    with os.fdopen(os.dup(file), "wb") as stream:
        packed = pack(record)
        stream.write(xxh3_64_digest(packed) + packed)


def load(file: int, kind: type[_Record]) -> _Record:
    """Read what `save` wrote, up to the end of the file.

    Raises:
        ValueError: If that is damaged, or no record of this kind.
    """
    with os.fdopen(os.dup(file), "rb") as stream:
        digest, packed = stream.read(8), stream.read()
    if digest != xxh3_64_digest(packed):
        raise ValueError("damaged")
    return unpack(packed, kind)
