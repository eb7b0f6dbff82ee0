"""A turn's events as they are kept: their JSON, made small against turns that it resembles.

Most of a turn's 5,000 characters are names of fields and of intents. ``typical_turns_1.jsonl`` has those, and nothing
that anybody said. Blocks cannot be read without it, so it never changes: better ones have a file of their own, and a
number, with which a block begins. Imports no Rasa.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

_TURNS = 1
_ERRORS = "surrogatepass"  # half a character may be in what a customer sends


def pack(events: Sequence[dict[str, Any]]) -> bytes:
    return _pack(json.dumps(events, separators=(",", ":"), ensure_ascii=False))


def unpack(block: bytes) -> list[dict[str, Any]]:
    """Raises ``ValueError`` for what is no block, and for one of a newer program."""
    events: list[dict[str, Any]] = json.loads(_unpack(block))
    return events


def merged(parts: Iterable[bytes | str]) -> bytes:
    """One block of several, in their order; a text is a single event's JSON."""
    texts = (part if isinstance(part, str) else _unpack(part)[1:-1] for part in parts)
    return _pack(f"[{','.join(text for text in texts if text)}]")


def _pack(text: str) -> bytes:
    packing = _packing(_TURNS).copy()
    return bytes([_TURNS]) + packing.compress(text.encode("utf-8", _ERRORS)) + packing.flush()


def _unpack(block: bytes) -> str:
    try:
        unpacking = zlib.decompressobj(zdict=_turns(block[0]))
        text = unpacking.decompress(block[1:]).decode("utf-8", _ERRORS)
        if not unpacking.eof:
            raise ValueError("the events of a block end too early")
        return text
    except (IndexError, OSError, zlib.error) as problem:
        raise ValueError(f"events cannot be unpacked: {problem}") from problem


@cache
def _packing(number: int) -> Any:
    return zlib.compressobj(zdict=_turns(number))  # to be copied: to read the turns takes longer than to pack one


@cache
def _turns(number: int) -> bytes:
    return Path(__file__).with_name(f"typical_turns_{number}.jsonl").read_bytes()
