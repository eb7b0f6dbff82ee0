"""What is kept of a customer's file: told by its content, without metadata, and gone with the conversation."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from concierge.files import FileStore, NotKept, clean, content
from tests.files.movies import box, movie

GPS = {1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 3.0)}


def photo(kind: str, **options: object) -> bytes:
    """Red above, blue below, taken in Paris by a telephone that was held sideways."""
    image = Image.new("RGB", (40, 60), "red")
    image.paste("blue", (0, 30, 40, 60))
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Telephone", 6
    exif.get_ifd(0x8825).update(GPS)
    drawn = io.BytesIO()
    image.save(drawn, kind, exif=exif.tobytes(), **options)
    return drawn.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/jpeg")],
)
def test_a_photo_tells_nothing_but_what_is_seen(kind: str, media_type: str) -> None:
    pillow_heif.register_heif_opener()
    sent = photo(kind)
    assert b"Telephone" in sent
    kept = clean(sent)
    assert kept.media_type == media_type
    assert not any(word in kept.content for word in (b"Telephone", b"Exif", b"http://ns.adobe.com"))
    with Image.open(io.BytesIO(kept.content)) as image:
        assert dict(image.getexif()) == {}
        assert Image.MIME[image.format or ""] == media_type
        turned = kind != "HEIF"  # HEIF says it in its own way, which the library follows
        assert image.size == ((60, 40) if turned else image.size)


def test_what_is_clear_in_a_picture_stays_clear() -> None:
    drawn = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).convert("P").save(drawn, "PNG", transparency=0)
    with Image.open(io.BytesIO(clean(drawn.getvalue()).content)) as image:
        assert image.convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(
    ("sent", "media_type"),
    [
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"\x00\x00\x00\x20ftypM4A \x00", "audio/mp4"),
        (b"#!AMR\n", "audio/amr"),
        (b"caff\x00\x01", "audio/x-caf"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
    ],
)
def test_papers_and_recordings_are_kept_as_they_are(sent: bytes, media_type: str) -> None:
    assert clean(sent) == content.Cleaned(sent, media_type)


@pytest.mark.parametrize(
    ("brand", "track", "media_type", "kind"),
    [
        (b"isom", b"vide", "video/mp4", "video"),
        (b"qt  ", b"vide", "video/quicktime", "video"),
        (b"3gp4", b"vide", "video/3gpp", "video"),
        (b"mp42", b"soun", "audio/mp4", "voice message"),  # as Messenger has voice messages
    ],
)
def test_a_video_tells_nothing_but_what_is_seen_and_heard(
    brand: bytes, track: bytes, media_type: str, kind: str
) -> None:
    sent = movie(brand, track)
    kept = clean(sent)
    assert (kept.media_type, kept.kind, kept.small) == (media_type, kind, b"")
    assert len(kept.content) == len(sent), "where the pictures are is told by numbers of bytes"
    assert b"+48.8566" in sent
    assert b"Telephone" in sent
    assert not any(each in kept.content for each in (b"+48.8566", b"Telephone", b"udta", b"meta"))
    assert b"the pictures" in kept.content


@pytest.mark.parametrize("wrong", [box(b"ftyp", b"isom"), box(b"ftyp", b"isom") + box(b"moov", b"x" * 9)])
def test_what_only_begins_as_a_video_is_none(wrong: bytes) -> None:
    with pytest.raises(NotKept):
        clean(wrong)


def test_a_video_of_boxes_without_end_is_none() -> None:
    with pytest.raises(NotKept):
        clean(box(b"ftyp", b"isom") + box(b"moov", box(b"free", b"") * 3000 + movie(b"isom", b"vide")))


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-" + b"x" * content.LARGEST, "too_large"),
        (b"<html><script>alert(1)</script>", "unknown_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unknown_kind"),
        (b"MZ\x90\x00", "unknown_kind"),
        (photo("JPEG")[:300], "broken"),
        (b"GIF89a" + b"\x00" * 40, "unknown_kind"),
    ],
)
def test_what_is_not_kept(sent: bytes, reason: str) -> None:
    with pytest.raises(NotKept) as caught:
        clean(sent)
    assert caught.value.reason == reason


def test_a_picture_that_unpacks_to_a_wall_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_MOST_PIXELS", 2000)
    with pytest.raises(NotKept, match="too_large"):
        clean(photo("PNG"))


def test_files_have_names_that_tell_nothing_and_go_with_their_conversation(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    mine, theirs = store.write("mine", b"one"), store.write("theirs", b"two")
    paths = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert {path.name for path in paths} == {mine, theirs}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in paths)
    assert store.read("mine", mine) == b"one"
    for conversation_id, name in (("mine", theirs), ("theirs", f"../{mine}"), ("mine", f".{mine}"), ("nobody", mine)):
        with pytest.raises(FileNotFoundError):
            store.read(conversation_id, name)
    assert (store.forget("mine"), store.forget("mine"), store.names("mine")) == (1, 0, [])
    assert store.read("theirs", theirs) == b"two"
