"""What a file is, by its content and not by its name; and photos without what they tell of where they were taken.

The house's contact form takes JPG, PNG and PDF of 5 to 10 MB (guide#contact); telephones send HEIC and WebP, too.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

LARGEST = 10_000_000  # bytes
_MOST_PIXELS = 50_000_000  # as much as a telephone takes; what unpacks to more is a trap
_LONGEST = 4096  # pixels of the longer side that are kept
_QUALITY = 92
_PHOTOS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/jpeg"}
_SAVED_AS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
# Recordings as messengers have them: these are kept as they are.
_SOUNDS = (
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (4, b"ftypM4A", "audio/mp4"),
)
_MPEG = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/amr": "amr",
    "audio/mp4": "m4a",
}


class NotKept(ValueError):
    """``reason``: empty, too_large, unknown_kind or broken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Cleaned:
    content: bytes
    media_type: str


def clean(content: bytes) -> Cleaned:
    """The file as it may be kept and shown. Photos are drawn anew, upright, at a size that shows every stitch,
    and without metadata; HEIC becomes JPEG, which every browser shows. Raises ``NotKept``."""
    if not content:
        raise NotKept("empty")
    if len(content) > LARGEST:
        raise NotKept("too_large")
    if content.startswith(b"%PDF-"):
        return Cleaned(content, "application/pdf")
    for at, sign, media_type in _SOUNDS:
        if content[at:].startswith(sign):
            return Cleaned(content, media_type)
    if content.startswith(_MPEG):
        return Cleaned(content, "audio/mpeg")
    return _photo(content)


def _photo(content: bytes) -> Cleaned:
    import pillow_heif  # with Pillow nine megabytes, which a process that is sent no photo need not have
    from PIL import Image, ImageOps, UnidentifiedImageError

    pillow_heif.register_heif_opener()
    try:
        with Image.open(io.BytesIO(content), formats=tuple(_PHOTOS)) as image:
            media_type = _PHOTOS[image.format or ""]
            if image.width * image.height > _MOST_PIXELS:
                raise NotKept("too_large")
            colours = {"icc_profile": image.info["icc_profile"]} if image.info.get("icc_profile") else {}
            image.draft("RGB", (_LONGEST, _LONGEST))  # a JPEG is not even unpacked larger
            image.thumbnail((_LONGEST, _LONGEST))
            upright = ImageOps.exif_transpose(image)
            clear = media_type != "image/jpeg" and upright.has_transparency_data
            plain = upright.convert("RGBA" if clear else "RGB")
            plain.info = {}
            drawn = io.BytesIO()
            plain.save(drawn, _SAVED_AS[media_type], quality=_QUALITY, **colours)
            return Cleaned(drawn.getvalue(), media_type)
    except UnidentifiedImageError:
        raise NotKept("unknown_kind") from None
    except Image.DecompressionBombError:
        raise NotKept("too_large") from None
    except NotKept:
        raise
    except Exception:  # Pillow's decoders raise many kinds for files that are cut or made to harm
        raise NotKept("broken") from None
