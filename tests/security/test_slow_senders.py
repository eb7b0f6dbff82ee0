"""A request has its time from its first byte to its last: a byte now and then does not renew it."""

from __future__ import annotations

import asyncio
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
from concierge.web_kit import server, strict_http
strict_http.REQUEST_SECONDS = {SECONDS}
app = Sanic("slow", configure_logging=False)
server.prepare(app, get_settings())

@app.post("/")
async def heard(request):
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
