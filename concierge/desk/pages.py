"""The desk's page, as built into ``concierge/static/desk``. Hashed files are kept for good, the page never."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, raw

from concierge.desk.errors import Refusal

pages = Blueprint("desk_pages")

STATIC = Path(__file__).resolve().parent.parent / "static" / "desk"
_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.\w+$")
_TYPES = {".js": "text/javascript; charset=utf-8", ".html": "text/html; charset=utf-8", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class File:
    body: bytes
    content_type: str
    etag: str
    cache: str


async def file(request: Request, path: str = "") -> HTTPResponse:
    """A path without a file behind it is a place inside the page, unless it looks like a file or belongs to the API."""
    if path.partition("/")[0] == "api":
        raise Refusal(404, "not_found", "There is nothing at this address.")
    found = await asyncio.to_thread(read, request.app.ctx.static, path)
    if found is None and "." not in path.rsplit("/", 1)[-1]:
        found = await asyncio.to_thread(read, request.app.ctx.static, "index.html")
        if found is None:
            raise Refusal(503, "not_built", "The desk's page is not built yet: run `make run`, or `npm run build`.")
    if found is None:
        raise Refusal(404, "not_found", "There is nothing at this address.")
    headers = {"Cache-Control": found.cache, "ETag": found.etag}
    if found.etag in request.headers.get("if-none-match", ""):
        return empty(304, headers=headers)
    return raw(found.body, content_type=found.content_type, headers=headers)


pages.add_route(file, "/", name="home")
pages.add_route(file, "/<path:path>", name="file")


def read(root: Path, path: str) -> File | None:
    """None for what is not a file under ``root``."""
    try:
        place = (root / path).resolve()
        if root.resolve() not in place.parents or not place.is_file():
            return None
        return _read(place, place.stat().st_mtime_ns)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None


@lru_cache(maxsize=64)
def _read(place: Path, changed: int) -> File:
    body = place.read_bytes()
    guessed = mimetypes.guess_type(place.name)[0] or "application/octet-stream"
    kept = bool(_HASHED.search(place.name)) and place.suffix != ".html"
    return File(
        body=body,
        content_type=_TYPES.get(place.suffix, guessed),
        etag=f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        cache="public, max-age=31536000, immutable" if kept else "no-cache",
    )
