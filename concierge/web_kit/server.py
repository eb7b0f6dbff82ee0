"""How every server of ours is set up and run."""

from __future__ import annotations

from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from concierge.settings import Settings
from concierge.web_kit.health import Health
from concierge.web_kit.strict_http import Connections, StrictProtocol, StrictRequest

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
NO_PROXY_TRUSTED = (
    "X-Forwarded-For arrives, but CONCIERGE_PROXIES is 0: all customers behind the proxy count as one network address. "
    "Set it to the number of proxies that you run in front."
)


def prepare(app: Sanic, settings: Settings) -> None:
    """Strict requests, headers of every answer, and the cap on connections. Before the application runs."""
    app.request_class = StrictRequest
    # A proxy's connections are everybody's.
    app.ctx.connections = Connections(0 if settings.proxies else settings.connections_per_address)
    app.register_middleware(_headers, "response")


def watch_proxies(app: Sanic, settings: Settings, health: Health) -> None:
    """Warns once a request has come by a proxy that nobody has told us of."""
    if settings.proxies:
        return

    async def look(request: Request) -> None:
        if "x-forwarded-for" in request.headers:
            health.warn(NO_PROXY_TRUSTED)

    app.register_middleware(look, "request")


def run(app: Sanic, **how: Any) -> None:
    """``Sanic.run`` with the protocol that reads strictly. Blocks until the process is told to stop."""
    app.run(protocol=StrictProtocol, access_log=False, motd=False, **how)


async def _headers(request: Request, response: BaseHTTPResponse) -> None:
    if response is not None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
