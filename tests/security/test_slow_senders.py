"""A request has its time from its first byte to its last: a byte now and then does not renew it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import Iterator

import pytest

from concierge.settings import ROOT
from tests.front import PYTHON
from tests.security.servers import status_of

SECONDS = 0.6
SERVED = f"""
import asyncio, socket, sys
from sanic import Sanic
from sanic.response import text
from concierge.settings import get_settings
from concierge.web_kit import server, strict_http, uploads
strict_http.REQUEST_SECONDS, uploads.SECONDS = {SECONDS}, {5 * SECONDS}
app = Sanic("slow", configure_logging=False)
server.prepare(app, get_settings())

@app.post("/")
async def heard(request):
    return text("heard")

@app.post("/file", stream=True)
async def file(request):
    await uploads.body_of(request, 100)
    return text("heard")

@app.get("/long")
async def long(request):
    await asyncio.sleep(3 * {SECONDS})
    return text("after all")

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
server.run(app, listening)
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server like ours, with little patience, in a process of its own."""
    with subprocess.Popen([PYTHON, "-W", "ignore", "-c", SERVED], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


async def _drip(port: int, beginning: bytes, drops: bytes) -> tuple[bytes, float]:
    """Sends a beginning, then a byte every tenth of the time; returns what is answered, and after how long."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    loop = asyncio.get_running_loop()
    began = loop.time()
    writer.write(beginning)

    async def drip() -> None:
        for drop in drops:
            await asyncio.sleep(SECONDS / 10)
            writer.write(bytes([drop]))

    dripping = asyncio.ensure_future(drip())
    answer = await asyncio.wait_for(reader.read(), 10 * SECONDS)
    dripping.cancel()
    writer.close()
    return answer, loop.time() - began


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "beginning",
    [HEAD, HEAD + b"Content-Length: 500\r\n\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"],
    ids=["head", "body", "chunks"],
)
async def test_a_drip_ends_in_time(port: int, beginning: bytes) -> None:
    answer, took = await _drip(port, beginning, b"1" * 60)
    assert took < 2 * SECONDS
    assert status_of(answer) in (400, 408)  # the chunk's endless head is refused by its length, too


async def test_a_second_request_has_its_own_time_and_a_long_answer_none(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(HEAD + b"Content-Length: 2\r\n\r\nab")
        assert b"200 OK" in await reader.readuntil(b"heard")
        await asyncio.sleep(SECONDS / 2)
    writer.write(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"after all"), 10 * SECONDS)
    writer.close()


async def test_a_file_has_more_time_and_not_for_ever(port: int) -> None:
    head = b"POST /file HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\nConnection: close\r\n\r\n"
    answer, took = await _drip(port, head, b"1" * 20)
    assert (status_of(answer), took > SECONDS) == (200, True)
    answer, took = await _drip(port, head.replace(b"20", b"90"), b"1" * 90)
    assert (status_of(answer), took < 7 * SECONDS) == (408, True)
    answer, _ = await _drip(port, head.replace(b"20", b"101"), b"")
    assert status_of(answer) == 413


def test_an_answer_reaches_whoever_sends_all_before_they_read(port: int) -> None:
    """A socket closed on bytes that nobody read is reset, and a reset takes the answer along."""
    with socket.create_connection(("127.0.0.1", port), timeout=10 * SECONDS) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: x y\r\nHost: z\r\nContent-Length: 9000000\r\n\r\n" + b"1" * 9_000_000
        )
        assert status_of(connection.recv(65536)) == 400


async def test_who_goes_on_sending_is_left_soon(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x y\r\nHost: z\r\n\r\n")
    assert status_of(await asyncio.wait_for(reader.read(), 10 * SECONDS)) == 400

    async def go_on() -> None:
        for _ in range(100):
            writer.write(b"1" * 1000)
            await writer.drain()
            await asyncio.sleep(SECONDS / 10)

    with pytest.raises(ConnectionError):
        await go_on()
