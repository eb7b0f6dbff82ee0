"""The desk's page, as built into ``concierge/static/desk``. Hashed files are kept for good, the page never."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from concierge.desk.refusals import Refusal, not_found
from concierge.web_kit.files import StaticFiles, answer

pages = Blueprint("desk_pages")

STATIC = Path(__file__).resolve().parent.parent / "static" / "desk"
_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.(?!html$)\w+$")


def built(folder: Path) -> StaticFiles:
    return StaticFiles(folder, never_changes=lambda path: bool(_HASHED.search(path)))


async def file(request: Request, path: str = "") -> HTTPResponse:
    """A path without a file behind it is a place inside the page, unless it looks like a file or belongs to the API."""
    if path.partition("/")[0] == "api":
        raise not_found()
    files: StaticFiles = request.app.ctx.files
    found = await asyncio.to_thread(files.find, path)
    if found is None and "." not in path.rsplit("/", 1)[-1]:
        found = await asyncio.to_thread(files.find, "index.html")
        if found is None:
            raise Refusal(503, "not_built", "The desk's page is not built yet: run `make run`, or `npm run build`.")
    if found is None:
        raise not_found()
    return answer(request, found, {})


pages.add_route(file, "/", name="home")
pages.add_route(file, "/<path:path>", name="file")
