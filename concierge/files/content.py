"""What a file is, by its content and not by its name; and photos without what they tell of where they were taken.

The house's contact form takes JPG, PNG and PDF of 5 to 10 MB (guide#contact); telephones send HEIC and WebP, too.
"""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from concierge.files.recordings import recording

if TYPE_CHECKING:
    from PIL import Image

LARGEST = 10_000_000  # bytes
_MOST_PIXELS = 50_000_000  # as much as a telephone takes; what unpacks to more is a trap
_LONGEST = 4096  # pixels of the longer side that are kept
_QUALITY = 92
_SMALL, _SMALL_QUALITY = 480, 82  # pixels of a thumbnail's longer side
_PORTRAIT = 160  # pixels of its side: it is shown at forty, on screens of up to four to one
_PHOTOS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/jpeg"}
_SAVED_AS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/amr": "amr",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/x-caf": "caf",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
}


# What a website's page and an advisor may send: what the house's contact form takes, and what telephones make of it.
PHOTOS_AND_PAPERS = frozenset({*_SAVED_AS, "application/pdf"})
_drawing = threading.Lock()  # a photo takes up to 200 MB while it is drawn: one at a time


class NotKept(ValueError):
    """``reason``: empty, too_large, unknown_kind, broken or infected."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Cleaned:
    """``small``: a photo as a thumbnail, a JPEG; empty for anything else."""

    content: bytes
    media_type: str
    small: bytes = b""

    @property
    def kind(self) -> str:
        """As advisors read it: photo, voice message, video or file."""
        if self.media_type in _SAVED_AS:
            return "photo"
        return {"audio": "voice message", "video": "video"}.get(self.media_type.partition("/")[0], "file")


def clean(content: bytes) -> Cleaned:
    """The file as it may be kept and shown. Photos are drawn anew, upright, at a size that shows every stitch,
    and without metadata; HEIC becomes JPEG, which every browser shows. Blocks. Raises ``NotKept``."""
    if not content:
        raise NotKept("empty")
    if len(content) > LARGEST:
        raise NotKept("too_large")
    if content.startswith(b"%PDF-"):
        return Cleaned(content, "application/pdf")
    if found := recording(content):
        return Cleaned(*found)
    with _drawing:
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
            return Cleaned(drawn.getvalue(), media_type, _thumbnail(plain, colours))
    except UnidentifiedImageError:
        raise NotKept("unknown_kind") from None
    except Image.DecompressionBombError:
        raise NotKept("too_large") from None
    except NotKept:
        raise
    except Exception:  # Pillow's decoders raise many kinds for files that are cut or made to harm
        raise NotKept("broken") from None


def portrait_of(content: bytes) -> bytes:
    """A photo's middle, square and small, as a JPEG. Blocks. Raises ``NotKept``."""
    from PIL import Image, ImageOps

    cleaned = clean(content)
    if not cleaned.small:
        raise NotKept("unknown_kind")
    with Image.open(io.BytesIO(cleaned.small)) as image:
        drawn = io.BytesIO()
        ImageOps.fit(image, (_PORTRAIT, _PORTRAIT)).save(drawn, "JPEG", quality=_SMALL_QUALITY)
        return drawn.getvalue()


def _thumbnail(image: Image.Image, colours: dict[str, bytes]) -> bytes:
    from PIL import Image

    image.thumbnail((_SMALL, _SMALL))
    if image.mode == "RGBA":  # what can be seen through is white, as the pages are
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    drawn = io.BytesIO()
    image.convert("RGB").save(drawn, "JPEG", quality=_SMALL_QUALITY, **colours)
    return drawn.getvalue()
