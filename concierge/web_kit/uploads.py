"""A request whose body is a file: larger than others may be, and slower, once it is known who sends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from sanic.exceptions import PayloadTooLarge
from sanic.request import Request

from concierge.web_kit.strict_http import StrictProtocol

SECONDS = 80.0  # ten megabytes at a megabit a second; below the time that Sanic has for an answer
_LONGEST_NAME = 1000  # as it travels, percent-encoded


async def body_of(request: Request, most: int) -> bytes:
    """The body of a route that streams (``stream=True``). Raises Sanic's ``PayloadTooLarge`` for more bytes."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise PayloadTooLarge("The file is too large.")
    http: Any = request.stream
    if isinstance(http.protocol, StrictProtocol):
        http.protocol.give(SECONDS)
    with _allowed(http, most):
        await request.receive_body()
    return request.body


def name_of(request: Request) -> str:
    """What the sender calls the file: the header ``X-File-Name``, percent-encoded; empty where there is none."""
    given = request.headers.get("x-file-name", "")
    if len(given) > _LONGEST_NAME:
        return ""
    return unquote(given, errors="replace").replace("\\", "/").rsplit("/", 1)[-1]


@contextmanager
def _allowed(http: Any, most: int) -> Iterator[None]:
    """The connection's next request has the usual limit again."""
    usual = http.request_max_size
    http.request_max_size = most
    try:
        yield
    finally:
        http.request_max_size = usual
