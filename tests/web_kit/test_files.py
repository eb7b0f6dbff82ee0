from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from concierge.web_kit.files import StaticFiles, encodings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "assets" / "page-1a2b.js").write_text("export {};" * 100)
    (folder / "assets" / "font.woff2").write_bytes(b"wOF2")
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "static-secret.txt").write_text("secret")
    return folder


def of(folder: Path, **more: bool) -> StaticFiles:
    return StaticFiles(folder, never_changes=lambda path: path.startswith("assets/"), **more)


@pytest.mark.parametrize(
    "path", ["../secret.txt", "assets/../../secret.txt", "../static-secret.txt", "/etc/passwd", "\0", "x" * 5000,
             "assets", "assets/", "missing.js"],
)  # fmt: skip
def test_nothing_but_the_folders_files(folder: Path, path: str) -> None:
    assert of(folder).find(path) is None


def test_links_out_of_the_folder_are_not_followed(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "page").mkdir()
    (folder / "page" / "index.html").symlink_to(folder.parent / "secret.txt")
    assert of(folder).find("link.txt") is None
    assert of(folder).find("page") is None


def test_a_folder_is_its_page_and_a_missing_one_has_nothing(folder: Path) -> None:
    found = of(folder).find("")
    assert found is not None
    assert (found.name, found.content_type) == ("index.html", "text/html; charset=utf-8")
    assert of(folder / "nowhere").find("") is None


def test_how_long_browsers_keep_it(folder: Path) -> None:
    files = of(folder)
    page, script = files.find("index.html"), files.find("assets/page-1a2b.js")
    assert page is not None
    assert script is not None
    assert page.cache_control == "no-cache"
    assert "immutable" in script.cache_control


def test_text_is_compressed_where_that_is_wanted(folder: Path) -> None:
    script, font = of(folder).find("assets/page-1a2b.js"), of(folder).find("assets/font.woff2")
    plain = of(folder, compress=False).find("assets/page-1a2b.js")
    assert script is not None
    assert font is not None
    assert plain is not None
    assert gzip.decompress(script.zipped["gzip"]) == script.body
    assert (font.zipped, plain.zipped) == ({}, {})
    assert plain.etag == script.etag


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip, deflate, br", {"gzip", "deflate", "br"}),
        ("GZIP;q=0.5, br;q=1.0", {"gzip", "br"}),
        ("gzip;q=0, br", {"br"}),
        ("br ; q=0.000,gzip; Q=0.", set()),
        ("gzip;q=0.001", {"gzip"}),
        ("identity", {"identity"}),
    ],
)
def test_an_encoding_that_is_refused_is_not_taken(accepted: str, taken: set[str]) -> None:
    assert encodings(accepted) == taken


def test_what_the_build_has_compressed_is_sent_while_it_is_of_this_file(folder: Path) -> None:
    place = folder / "assets" / "page-1a2b.js"
    beside = folder / "assets" / "page-1a2b.js.br"
    beside.write_bytes(b"brotli")
    assert list(of(folder).find("assets/page-1a2b.js").zipped) == ["br", "gzip"]  # type: ignore[union-attr]
    os.utime(place, ns=(beside.stat().st_mtime_ns + 10**9,) * 2)
    assert list(of(folder).find("assets/page-1a2b.js").zipped) == ["gzip"]  # type: ignore[union-attr]
    beside.unlink()
    beside.symlink_to(folder.parent / "secret.txt")
    os.utime(place, ns=(0, 0))
    assert list(of(folder).find("assets/page-1a2b.js").zipped) == ["gzip"]  # type: ignore[union-attr]


def test_a_changed_file_is_read_again(folder: Path) -> None:
    files = of(folder)
    first = files.find("index.html")
    assert files.find("index.html") is first
    (folder / "index.html").write_text("<!doctype html><title>New</title>")
    os.utime(folder / "index.html", (1, 1))
    again = files.find("index.html")
    assert first is not None
    assert again is not None
    assert b"New" in again.body
    assert again.etag != first.etag
