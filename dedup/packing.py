"""Records of results > bytes, and back; what is not looked at for long takes a tenth of the memory that way."""

from __future__ import annotations

import json
from typing import TypeVar

import msgspec
from msgspec import Struct

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
