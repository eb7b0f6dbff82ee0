"""What the front's Sanic lets through without ``strict_http.py``: why that stays, and what SECURITY.md says of it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from concierge.settings import ROOT
from tests.front import PYTHON
from tests.security.test_strict_http import CHUNKS, FRAMINGS, HEADS, framed

SERVED = """
import socket
from sanic import Sanic
from sanic.response import text
app = Sanic("alone", configure_logging=False)

@app.route("/", methods=["GET", "POST"])
async def heard(request):
    return text("heard")

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
app.run(sock=listening, single_process=True, access_log=False, motd=False)
"""
TAKEN = "answered as if nothing were wrong"
SILENT = "neither answered nor refused"
LET_THROUGH = {
    "length of other digits": TAKEN,
    "name with a space": TAKEN,
    "name with a tab": TAKEN,
    "folded line": TAKEN,
    "nul": TAKEN,
    "control character in a cookie": TAKEN,
    "two hosts": TAKEN,
    "many headers": TAKEN,
    "chunked over HTTP/1.0": SILENT,
    "chunk of '0x23'": TAKEN,
    "chunk of ' 23'": TAKEN,
    "chunk whose data go on": TAKEN,
    "head GET http://[": SILENT,
}
REQUEST = b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n"
LENGTH = b"%d" % len(REQUEST)
READ_AS_TWO = {
    "name with a space": framed("/", b"Content-Length : " + LENGTH, body=REQUEST),
    "name with a tab": framed("/", b"Content\tLength: " + LENGTH, body=REQUEST),
    "folded line": framed("/", b"X: a", b" Content-Length: " + LENGTH, body=REQUEST),
    "chunk whose data go on": framed("/", b"Transfer-Encoding: chunked", body=b"1\r\naXX0\r\n\r\n" + REQUEST),
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with subprocess.Popen([PYTHON, "-W", "ignore", "-c", SERVED], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()


def _answered(port: int, sent: bytes, most: int = 1) -> bytes:
    """What is answered within three seconds, or until so many answers have begun."""
    answered = b""
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
        connection.sendall(sent)
        with contextlib.suppress(TimeoutError, socket.timeout, ConnectionError):
            while answered.count(b"HTTP/1.1 ") < most and (part := connection.recv(1000)):
                answered += part
    return answered


def test_what_is_let_through_is_what_is_written_down(port: int) -> None:
    """Once Sanic reads one of them strictly, or one more loosely: the list here, in SECURITY.md and in decision 9."""
    sent = {name: framed("/", *headers) for name, headers in FRAMINGS.items()}
    sent["chunked over HTTP/1.0"] = framed("/", b"Transfer-Encoding: chunked", version=b"1.0")
    sent |= {f"chunk {name}": framed("/", b"Transfer-Encoding: chunked", body=body) for name, body in CHUNKS.items()}
    sent |= {f"head {head.split(b' HTTP')[0].decode('latin-1')}": head for head in HEADS}
    with ThreadPoolExecutor(8) as threads:
        answers = dict(zip(sent, threads.map(partial(_answered, port), sent.values()), strict=True))
    found = {
        name: TAKEN if answer else SILENT for name, answer in answers.items() if not answer.startswith(b"HTTP/1.1 4")
    }
    assert found == LET_THROUGH


@pytest.mark.parametrize("sent", READ_AS_TWO.values(), ids=READ_AS_TWO.keys())
def test_of_some_it_makes_two_requests(port: int, sent: bytes) -> None:
    """As SECURITY.md has it: what a proxy takes for one body is answered as a request of its own."""
    assert _answered(port, sent, most=2).count(b"HTTP/1.1 200 ") == 2
