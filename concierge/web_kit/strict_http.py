"""Reads HTTP/1.1 strictly, and for a limited time: what a server lets through may be read otherwise by a proxy.

What is here is what Sanic 25.12, which serves the front, does not do: it lets pass a chunk of ``0x23`` bytes, and one
whose data go on; a name with a space, a folded line, two hosts, control characters; ``chunked`` over HTTP/1.0 (RFC
9112, 5 to 7: ``tests/security/test_sanic_alone.py`` has the list). Lengths and codings that are there twice it refuses
itself. The check of a head has them all the same, for ``rasa run``: its 21.12 reads them in one of the two ways.
Each is refused with 400, before the body is read, and the connection is closed: first our half of it, since a socket
that is closed on bytes that nobody read is reset, and a reset throws away the answer on its way (RFC 9112, 9.6).

Two ways in, both Sanic's own: :class:`StrictRequest` as an application's ``request_class`` checks the head, and is
there under plain ``rasa run``, too; :class:`StrictProtocol` as the ``protocol`` of ``Sanic.run`` adds what a request
class cannot see: chunks, a deadline, and the number of connections. Sanic recompiles some methods of ``Http`` when it
starts, which is why they are overridden in a subclass, not wrapped.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
from collections import Counter
from typing import Any

from sanic.exceptions import InvalidUsage, PayloadTooLarge, RequestTimeout, ServiceUnavailable
from sanic.http import Http, Stage
from sanic.request import Request
from sanic.server import HttpProtocol

logger = logging.getLogger(__name__)

_LENGTH = re.compile(r"[0-9]{1,15}")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # a token of RFC 9110
_METHOD = re.compile(r"[A-Z]{1,20}")
_NOT_IN_A_HEAD = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r(?!\n)|\r\n[ \t]")
_MOST_HEADERS = 100
_CHUNK = re.compile(rb"\r\n[0-9A-Fa-f]{1,8}[ \t]*(?:;[^\r\n]*)?\r\n")
_LONGEST_CHUNK_HEAD = 64
REQUEST_SECONDS = 30.0
_SAY_SECONDS = 60.0
_LINGER_SECONDS = 2.0
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class StrictRequest(Request):
    """Raises ``InvalidUsage`` (400) for a head that could be read in two ways."""

    def __init__(self, url_bytes: bytes, headers: Any, version: str, method: str, *args: Any, **kwargs: Any) -> None:
        head: bytes = kwargs.get("head") or b""
        if head:  # Sanic makes an empty request to answer one that it could not read
            _check(head, headers, version, method)
            if not head.isascii():
                headers = type(headers)([(name, _readable(value)) for name, value in headers.items()])
        super().__init__(url_bytes, headers, version, method, *args, **kwargs)

    @property
    def cookies(self) -> dict[str, str]:
        """In time that grows with the header; Sanic takes its square, as Python's own once did (CVE-2024-7592)."""
        pairs = [pair.partition("=") for pair in self.headers.get("cookie", "").split(";")]
        return {name.strip(): value.strip().strip('"') for name, equals, value in pairs if equals}


def _check(head: bytes, headers: Any, version: str, method: str) -> None:
    lengths, codings = headers.getall("content-length", []), headers.getall("transfer-encoding", [])
    if not _METHOD.fullmatch(method):
        raise InvalidUsage("The method is not one.")
    if _NOT_IN_A_HEAD.search(head):
        raise InvalidUsage("The head holds a control character, or a line that goes on.")
    if len(headers) > _MOST_HEADERS or not all(_NAME.fullmatch(name) for name in headers):
        raise InvalidUsage("A header's name is none, or there are too many headers.")
    if len(headers.getall("host", [])) > 1:
        raise InvalidUsage("More than one Host.")
    if len(lengths) > 1 or not all(_LENGTH.fullmatch(length.strip(" \t")) for length in lengths):
        raise InvalidUsage("Content-Length must be one number of digits.")
    if codings and (lengths or len(codings) > 1 or codings[0] != "chunked" or version != "1.1"):
        raise InvalidUsage("Transfer-Encoding must be chunked, and alone.")


def _readable(value: str) -> str:
    """Sanic keeps bytes that are not UTF-8 as halves of characters, which nothing can encode again: Latin-1 then."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


class StrictHttp(Http):
    protocol: StrictProtocol
    __slots__ = ()

    def init_for_request(self) -> None:
        super().init_for_request()
        self.protocol.await_request()

    def create_empty_request(self) -> None:
        self.url = None  # it may be what could not be read
        super().create_empty_request()

    async def error_response(self, exception: Exception) -> None:
        await super().error_response(exception)
        if isinstance(exception, (RequestTimeout, ServiceUnavailable)):  # else the rest of the body would be waited for
            self.request_body = None
        if not self.keep_alive:
            self.protocol.lingers = True

    async def read(self) -> bytes | None:
        try:
            if self.request_bytes_left == 0 and self.request_body == "chunked":
                await self._check_chunk()
            data: bytes | None = await super().read()
        except (InvalidUsage, PayloadTooLarge):
            self.protocol.lingers = True
            raise
        return data

    async def _check_chunk(self) -> None:
        """Sanic's ``int(…, 16)`` takes ``0x5`` and `` 5``, and it does not look at what the chunk before ends with."""
        buffer = self.recv_buffer
        while buffer.find(b"\r\n", 2) < 0 and len(buffer) <= _LONGEST_CHUNK_HEAD:
            await self._receive_more()
        if not _CHUNK.match(buffer):
            self.keep_alive = False
            self.request_body = None
            raise InvalidUsage("Bad chunked encoding")


class Connections:
    """How many connections each network address has open: at most ``most``; nought is any number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()
        self._said = -math.inf

    def enter(self, address: str) -> bool:
        """False for one too many, which is not counted."""
        if self._most and self._open[address] >= self._most:
            now = time.monotonic()
            if now - self._said > _SAY_SECONDS:
                self._said = now
                logger.warning("A network address has %d connections open: more of it are refused", self._most)
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]


class StrictProtocol(HttpProtocol):
    """A deadline for each request, from its first byte to its last, and ``app.ctx.connections``, where they are set.

    ``app.ctx.protocols`` are those that are open. One that ``lingers`` is closed as its client closes it, or soon.
    """

    __slots__ = ("_address", "_timer", "lingers")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._address = ""
        self._timer: asyncio.TimerHandle | None = None
        self.lingers = False

    def _setup_connection(self) -> None:
        super()._setup_connection()
        self._http = StrictHttp(self)

    def connection_made(self, transport: Any) -> None:
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if isinstance(peer, tuple) else ""
        connections: Connections | None = getattr(self.app.ctx, "connections", None)
        if connections is not None and address:
            if not connections.enter(address):
                transport.write(_FULL)
                transport.close()
                return
            self._address = address
        self.app.ctx.__dict__.setdefault("protocols", set()).add(self)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self.app.ctx.__dict__.setdefault("protocols", set()).discard(self)
        if self._address:
            self.app.ctx.connections.leave(self._address)
            self._address = ""
        super().connection_lost(exc)

    def close(self, timeout: float | None = None) -> None:
        transport = self.transport
        if not self.lingers or transport is None or transport.is_closing() or not transport.can_write_eof():
            super().close(timeout)
            return
        self.lingers = False
        transport.write_eof()
        transport.resume_reading()
        self.loop.call_later(_LINGER_SECONDS, self.close)

    @property
    def is_stream(self) -> bool:
        """Whether an answer without end is being sent."""
        response = self._http.response if self._http is not None and self._http.stage is Stage.RESPONSE else None
        return response is not None and str(response.content_type).startswith("text/event-stream")

    def end_after_this(self) -> None:
        """Closes the connection once what is in flight has been answered."""
        if self._http is not None:
            self._http.keep_alive = False

    def data_received(self, data: bytes) -> None:
        if self.transport is None or self._task is None:  # refused, or answered for good
            return
        if self._timer is None:
            self._timer = self.loop.call_later(REQUEST_SECONDS, self._too_late)
        super().data_received(data)

    def await_request(self) -> None:
        """The next request's time begins with its first byte, which may be here already."""
        self._stop_timer()
        if self._http is not None and self._http.recv_buffer:
            self._timer = self.loop.call_later(REQUEST_SECONDS, self._too_late)

    def give(self, seconds: float) -> None:
        """Time for the rest of this request, from now, in place of what was left."""
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._too_late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        http = self._http
        if http is None or self._task is None:
            return
        if http.stage is Stage.REQUEST or http.request_body:
            http.exception = RequestTimeout("The request took too long to arrive.")
            self._task.cancel()
