"""Serves what the web parts were built to: the widget's script, and a shop page to try it on."""

from __future__ import annotations

from pathlib import Path

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, raw, redirect

from concierge.web_kit import server
from concierge.web_kit.files import StaticFiles, answer

# The page allows nothing but itself; the widget must work under such a policy on the real shop, too. Its own policy of
# Trusted Types is `concierge`; `lit-html` is the shop page's.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types concierge lit-html"
)
HEADERS = {"Content-Security-Policy": POLICY, **server.HEADERS}
# Public scripts, for module and integrity attributes; what widget.js imports is a module, which always needs them.
WIDGET_HEADERS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def mount(app: Sanic, folder: Path) -> None:
    files = StaticFiles(folder, never_changes=lambda path: "/assets/" in path)

    def answered(request: Request, path: str) -> HTTPResponse:
        file = files.find(path)
        if file is None:
            return raw(b"There is nothing at this address.", status=404, content_type="text/plain; charset=utf-8")
        return answer(request, file, {**HEADERS, **WIDGET_HEADERS} if path.startswith("widget") else HEADERS)

    async def shop(request: Request, path: str = "") -> HTTPResponse:
        return answered(request, f"shop/{path}")

    async def widget(request: Request) -> HTTPResponse:
        return answered(request, "widget.js")

    async def widget_files(request: Request, path: str) -> HTTPResponse:
        return answered(request, f"widget/{path}")

    async def to_shop(request: Request) -> HTTPResponse:
        return redirect("/shop/")

    app.add_route(widget, "/widget.js", methods=["GET"], name="concierge_widget")
    app.add_route(widget_files, "/widget/<path:path>", methods=["GET"], name="concierge_widget_files")
    app.add_route(to_shop, "/shop", methods=["GET"], name="concierge_to_shop", strict_slashes=True)
    app.add_route(shop, "/shop/", methods=["GET"], name="concierge_shop", strict_slashes=True)
    app.add_route(shop, "/shop/<path:path>", methods=["GET"], name="concierge_shop_files")
