"""Serves what the web parts were built to: the widget's script, and a shop page to try it on."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from pathlib import Path

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw, redirect

# The page allows nothing but itself; the widget must work under such a policy on the real shop, too.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types concierge lit-html 'allow-duplicates'"
)
_COMPRESSIBLE = {".js", ".css", ".html", ".svg", ".json", ".map"}
_YEAR = 31_536_000


class Files:
    """Files under one folder, kept in memory until they change. Nothing outside it is ever read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._kept: dict[Path, tuple[int, bytes, bytes | None, str]] = {}

    def answer(self, request: Request, path: str) -> HTTPResponse:
        try:
            file = self._find(path)
        except (OSError, ValueError):  # too long a name, a character that no name has
            file = None
        if file is None:
            return raw(b"There is nothing at this address.", status=404, content_type="text/plain; charset=utf-8")
        body, zipped, tag = self._read(file)
        headers = {
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Vary": "Accept-Encoding",
            "ETag": tag,
            # Built files with a hash in their name never change; the others are asked for again, and rarely sent.
            "Cache-Control": f"public, max-age={_YEAR}, immutable" if "/assets/" in f"/{path}" else "no-cache",
        }
        if file.name == "widget.js":
            headers["Access-Control-Allow-Origin"] = "*"  # a public script, for module and integrity attributes
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if request.headers.get("if-none-match") == tag:
            return raw(b"", status=304, headers=headers)
        if zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = zipped, "gzip"
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if kind.startswith("text/") or kind == "application/javascript":
            kind += "; charset=utf-8"
        return raw(body, headers=headers, content_type=kind)

    def _find(self, path: str) -> Path | None:
        file = (self._folder / path.lstrip("/")).resolve()
        if file.is_dir():
            file /= "index.html"
        return file if file.is_relative_to(self._folder) and file.is_file() else None

    def _read(self, file: Path) -> tuple[bytes, bytes | None, str]:
        changed = file.stat().st_mtime_ns
        kept = self._kept.get(file)
        if kept is None or kept[0] != changed:
            body = file.read_bytes()
            zipped = gzip.compress(body, 6) if file.suffix in _COMPRESSIBLE else None
            tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            kept = self._kept[file] = (changed, body, zipped, tag)
        return kept[1], kept[2], kept[3]


def mount(app: Sanic, folder: Path) -> None:
    files = Files(folder)

    async def shop(request: Request, path: str = "") -> HTTPResponse:
        return files.answer(request, f"shop/{path}")

    async def widget(request: Request) -> HTTPResponse:
        return files.answer(request, "widget.js")

    async def to_shop(request: Request) -> HTTPResponse:
        return redirect("/shop/")

    app.add_route(widget, "/widget.js", methods=["GET"], name="concierge_widget")
    app.add_route(to_shop, "/shop", methods=["GET"], name="concierge_to_shop", strict_slashes=True)
    app.add_route(shop, "/shop/", methods=["GET"], name="concierge_shop", strict_slashes=True)
    app.add_route(shop, "/shop/<path:path>", methods=["GET"], name="concierge_shop_files")
