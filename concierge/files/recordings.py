"""Sound and videos as messengers and telephones make them: which kind it is, and a video without where it was taken.

ISO/IEC 14496-12 (MP4, and Apple's and 3GPP's like it): a file of boxes, each with its size and four letters in front.
"""

from __future__ import annotations

from collections.abc import Iterator

_SOUNDS = (
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"#!AMR", "audio/amr"),
    (b"caff", "audio/x-caf"),
)
_WITHIN = {b"moov", b"trak", b"mdia"}  # boxes of boxes, on the way to what each track is
# What telephones and programs write beside the pictures: place, device, name.
_TOLD = {b"udta", b"meta", b"uuid"}
_MOST = 2000  # boxes that are looked at


def recording(content: bytes) -> tuple[bytes, str] | None:
    """As it may be kept, and its media type; ``None`` for what is neither sound nor a video."""
    for sign, media_type in _SOUNDS:
        if content.startswith(sign):
            return content, media_type
    if content[4:8] != b"ftyp":
        return None
    brand, kept, tracks = content[8:12], bytearray(content), set()
    for number, (kind, at, start, end) in enumerate(_boxes(content, 0, len(content))):
        if number == _MOST:
            return None
        if kind == b"hdlr":
            tracks.add(content[start + 8 : start + 12])
        elif kind in _TOLD:  # an empty one of the same size: what the others say of where the pictures are stays true
            kept[at + 4 : at + 8], kept[start:end] = b"free", bytes(end - start)
    if b"vide" in tracks:
        return bytes(kept), {b"qt  ": "video/quicktime"}.get(brand, "video/3gpp" if brand[:2] == b"3g" else "video/mp4")
    return (bytes(kept), "audio/mp4") if b"soun" in tracks or brand == b"M4A " else None


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Each with where it, and its content, begins and ends; up to one that does not fit."""
    while start + 8 <= end:
        size, kind, head = int.from_bytes(content[start : start + 4], "big"), content[start + 4 : start + 8], 8
        if size == 1:
            size, head = int.from_bytes(content[start + 8 : start + 16], "big"), 16
        elif size == 0:  # to the end
            size = end - start
        if size < head or start + size > end:
            return
        yield kind, start, start + head, start + size
        if kind in _WITHIN:
            yield from _boxes(content, start + head, start + size)
        start += size
