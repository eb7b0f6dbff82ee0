"""Static files: what a build has left in a folder, kept in memory until it changes. Nothing outside is ever read."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sanic.request import Request
from sanic.response import HTTPResponse, raw

_COMPRESSIBLE = {".js", ".css", ".html", ".svg", ".json", ".map"}
_YEAR = 31_536_000
_REFUSED = re.compile(r"q=0(\.0{0,3})?")


@dataclass(frozen=True)
class File:
    name: str
    body: bytes
    zipped: Mapping[str, bytes]
    """By the encoding's name, the smallest first."""
    content_type: str
    etag: str
    cache_control: str


class StaticFiles:
    """``never_changes`` tells, by its path in the folder, a file whose name changes with what is in it: browsers keep
    it for a year. They ask for the others again, and rarely get them sent.
    """

    def __init__(self, folder: Path, never_changes: Callable[[str], bool], compress: bool = True) -> None:
        self._folder = folder.resolve()
        self._never_changes = never_changes
        self._compress = compress
        self._kept: dict[Path, tuple[int, File]] = {}

    def find(self, path: str) -> File | None:
        """Blocks, for as long as the disk takes. A folder is its ``index.html``; None for what is no file of ours."""
        try:
            place = (self._folder / path.lstrip("/")).resolve()
            if place.is_dir():
                place = (place / "index.html").resolve()
            if not place.is_relative_to(self._folder) or not place.is_file():
                return None
            changed = place.stat().st_mtime_ns
            kept = self._kept.get(place)
            if kept is None or kept[0] != changed:
                kept = self._kept[place] = (changed, self._read(place))
        except (OSError, ValueError):  # too long a name, a character that no name has
            return None
        return kept[1]

    def _read(self, place: Path) -> File:
        body = place.read_bytes()
        kept_for_good = self._never_changes(place.relative_to(self._folder).as_posix())
        return File(
            name=place.name,
            body=body,
            zipped=_zipped(place, body) if self._compress and place.suffix in _COMPRESSIBLE else {},
            content_type=_content_type(place.name),
            etag=f'"{hashlib.sha256(body).hexdigest()[:20]}"',
            cache_control=f"public, max-age={_YEAR}, immutable" if kept_for_good else "no-cache",
        )


def answer(request: Request, file: File, headers: Mapping[str, str]) -> HTTPResponse:
    """The file, or that the browser has it already, with these ``headers``."""
    sent = {**headers, "ETag": file.etag, "Cache-Control": file.cache_control}
    if file.zipped:
        sent["Vary"] = "Accept-Encoding"
    if file.etag in request.headers.get("if-none-match", ""):  # there may be several, each with W/ before it
        return raw(b"", status=304, headers=sent)
    body = file.body
    taken = encodings(request.headers.get("accept-encoding", ""))
    for encoding, zipped in file.zipped.items():
        if encoding in taken:
            body, sent["Content-Encoding"] = zipped, encoding
            break
    return raw(body, headers=sent, content_type=file.content_type)


def encodings(accepted: str) -> set[str]:
    """Those that an ``Accept-Encoding`` names, and does not refuse (``gzip;q=0``)."""
    named = (each.replace(" ", "").lower().partition(";") for each in accepted.split(","))
    return {encoding for encoding, _, weight in named if not _REFUSED.fullmatch(weight)}


def _zipped(place: Path, body: bytes) -> dict[str, bytes]:
    """Brotli is the build's, which has left it beside the file; one that is older than the file is of another build."""
    found = {}
    brotli = place.with_name(f"{place.name}.br")
    if brotli.is_file() and not brotli.is_symlink() and brotli.stat().st_mtime_ns >= place.stat().st_mtime_ns:
        found["br"] = brotli.read_bytes()
    return {**found, "gzip": gzip.compress(body, 6)}


def _content_type(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind == "application/javascript" else kind
