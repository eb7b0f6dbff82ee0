"""Small videos and recordings, as telephones make them."""

from __future__ import annotations


def box(kind: bytes, *within: bytes) -> bytes:
    content = b"".join(within)
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def movie(brand: bytes, track: bytes) -> bytes:
    """Made in Paris: a box of boxes each; the last one's size is written long. ``track``: ``vide`` or ``soun``."""
    handler = box(b"hdlr", bytes(8), track, bytes(12))
    told = box(b"udta", box(b"\xa9xyz", b"+48.8566+002.3522/")), box(b"meta", b"com.apple.make Telephone")
    data = b"\x00\x00\x00\x01mdat" + (16 + 12).to_bytes(8, "big") + b"the pictures"
    return box(b"ftyp", brand) + box(b"moov", box(b"trak", box(b"mdia", handler), told[0]), *told) + data
