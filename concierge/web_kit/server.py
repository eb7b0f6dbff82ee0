"""How every server of ours is set up, run and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import select
import socket
from functools import partial
from inspect import signature
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from concierge.settings import Settings
from concierge.web_kit import leash, metrics
from concierge.web_kit.garbage import settle
from concierge.web_kit.health import Health
from concierge.web_kit.strict_http import Connections, StrictProtocol, StrictRequest

logger = logging.getLogger(__name__)

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
NO_PROXY_TRUSTED = (
    "X-Forwarded-For arrives, but CONCIERGE_PROXIES is 0: all customers behind the proxy count as one network address. "
    "Set it to the number of proxies that you run in front."
)
DRAIN_SECONDS = 20.0  # for what is in flight when the process is told to stop; an action may take as long
_ACCEPT_SECONDS = 5.0  # more may come meanwhile
_ARRIVAL_SECONDS = 0.2
_BACKLOG = 1024  # a page's reload opens many streams at once; the default of 100 refuses some


def prepare(app: Sanic, settings: Settings) -> None:
    """Strict requests, headers of every answer, and the cap on connections. Before the application runs."""
    app.request_class = StrictRequest
    # A proxy's connections are everybody's.
    app.ctx.connections = Connections(0 if settings.proxies else settings.connections_per_address)
    app.register_middleware(_headers, "response")
    metrics.mount(app)


def watch_proxies(app: Sanic, settings: Settings, health: Health) -> None:
    """Warns once a request has come by a proxy that nobody has told us of."""
    if settings.proxies:
        return

    async def look(request: Request) -> None:
        if "x-forwarded-for" in request.headers:
            health.warn(NO_PROXY_TRUSTED)

    app.register_middleware(look, "request")


def listen(host: str, port: int, setting: str) -> socket.socket:
    """Raises ``SystemExit`` with a sentence for a taken port; ``setting`` is the variable that names another one."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as problem:
        listening.close()
        if problem.errno != errno.EADDRINUSE:
            raise SystemExit(f"Port {port} of {host} cannot be listened on: {problem.strerror}.") from problem
        raise SystemExit(f"Port {port} is taken. Stop what uses it, or set {setting} to another port.") from problem
    return listening


def run(app: Sanic, listening: socket.socket) -> None:
    """Serves until the process is told to stop, or its supervisor is gone; what is in flight then is finished."""
    leash.follow()
    app.register_listener(_settle, "after_server_start")
    app.register_listener(partial(_drain, listening), "before_server_stop")  # the last one registered is the first
    # Later than the assistant's Sanic 21.12, it would start workers of its own otherwise.
    alone: dict[str, Any] = {"single_process": True} if "single_process" in signature(app.run).parameters else {}
    app.run(sock=listening, backlog=_BACKLOG, protocol=StrictProtocol, access_log=False, motd=False, **alone)


async def _settle(app: Sanic, loop: asyncio.AbstractEventLoop | None = None) -> None:
    settle(seldom=False)


async def _drain(listening: socket.socket, app: Sanic, _: asyncio.AbstractEventLoop | None = None) -> None:
    """No new connections; those that are idle are closed, as are streams, which come back; the others get answers."""
    loop = asyncio.get_running_loop()
    await _accept_waiting(listening, loop)
    with contextlib.suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)
    await asyncio.sleep(_ARRIVAL_SECONDS)  # who has just come says what is wanted
    protocols: set[StrictProtocol] = app.ctx.__dict__.setdefault("protocols", set())
    deadline = loop.time() + DRAIN_SECONDS
    while True:
        busy = 0
        for protocol in list(protocols):
            if protocol.is_stream or protocol.close_if_idle():
                protocol.close()
            else:
                protocol.end_after_this()
                busy += 1
        if not busy or loop.time() > deadline:
            if busy:
                logger.warning("%d requests were still in flight after %.0f s", busy, DRAIN_SECONDS)
            return
        await asyncio.sleep(0.05)


async def _accept_waiting(listening: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
    """The connections that the system has taken for us would be reset. The loop accepts one in each of its turns."""
    waiting = select.poll()
    waiting.register(listening, select.POLLIN)
    deadline = loop.time() + _ACCEPT_SECONDS
    await asyncio.sleep(_ARRIVAL_SECONDS)
    while waiting.poll(0) and loop.time() < deadline:  # noqa: ASYNC110 — no event tells of it
        await asyncio.sleep(0.001)


async def _headers(request: Request, response: BaseHTTPResponse) -> None:
    if response is not None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
