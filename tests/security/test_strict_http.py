"""A request that could be read in two ways, or never ends, is refused at once and harms nobody else."""

from __future__ import annotations

import contextlib
import json
import socket
import time
import urllib.request

import pytest

from tests.security.servers import Server, status_of

pytestmark = pytest.mark.e2e

BODY = b'{"sender": "x", "message": "hello"}'


def framed(path: str, *headers: bytes, body: bytes = BODY, version: bytes = b"1.1") -> bytes:
    head = [b"POST " + path.encode() + b" HTTP/" + version, b"Host: shop", b"Content-Type: application/json", *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


FRAMINGS = {
    "negative length": [b"Content-Length: -1"],
    "length with a sign": [b"Content-Length: +35"],
    "length with an underscore": [b"Content-Length: 3_5"],
    "length in hexadecimal": [b"Content-Length: 0x23"],
    "length of other digits": ["Content-Length: ٣٥".encode()],
    "length with words": [b"Content-Length: 35 x"],
    "empty length": [b"Content-Length:"],
    "endless length": [b"Content-Length: " + b"9" * 40],
    "two lengths": [b"Content-Length: 35", b"Content-Length: 35"],
    "two different lengths": [b"Content-Length: 35", b"Content-Length: 5"],
    "a list of lengths": [b"Content-Length: 35, 35"],
    "length beside chunked": [b"Content-Length: 35", b"Transfer-Encoding: chunked"],
    "coding twice": [b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"],
    "gzip, chunked": [b"Transfer-Encoding: gzip, chunked"],
    "identity": [b"Transfer-Encoding: identity"],
    "xchunked": [b"Transfer-Encoding: xchunked"],
    "name with a space": [b"Content-Length : 35"],
    "name with a tab": [b"Content\tLength: 35"],
    "folded line": [b"Content-Length: 35", b" Transfer-Encoding: chunked"],
    "line feed alone": [b"Content-Length: 35\nTransfer-Encoding: chunked"],
    "nul": [b"Content-Length: 35", b"X: a\x00b"],
    "control character in a cookie": [b"Content-Length: 35", b"Cookie: concierge_desk=\x01"],
    "two hosts": [b"Content-Length: 35", b"Host: elsewhere"],
    "many headers": [b"Content-Length: 35", *[b"X-%d: 1" % number for number in range(150)]],
}


@pytest.mark.parametrize("headers", FRAMINGS.values(), ids=FRAMINGS.keys())
def test_refused_before_the_body_and_closed(server: Server, headers: list[bytes]) -> None:
    answer = server.raw(framed(server.post, *headers))
    assert status_of(answer) == 400
    assert b"connection: close" in answer.lower()
    assert answer.count(b"HTTP/1.1 ") == 1, "the body was not taken for another request"
    assert server.status(seconds=1) == 200, "others are answered at once"


def test_chunked_over_http_1_0_is_refused(server: Server) -> None:
    request = framed(server.post, b"Transfer-Encoding: chunked", version=b"1.0")
    assert status_of(server.raw(request)) == 400


SIZES = [b"-23", b"+23", b"0x23", b"2_3", b" 23", b"", b"23 23"]
CHUNKS = {
    **{f"of {size.decode()!r}": size + b"\r\n" + BODY + b"\r\n0\r\n\r\n" for size in SIZES},
    "endless": b"F" * 20 + b"\r\n" + BODY,
    "with a line feed alone": b"23\n" + BODY + b"\r\n0\r\n\r\n",
    "whose data go on": b"23\r\n" + BODY + b"XX0\r\n\r\n",
    "with another request behind it": b"23\r\n" + BODY + b"\r\n0\r\nGET /health/live HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("body", CHUNKS.values(), ids=CHUNKS.keys())
def test_chunks_are_read_strictly(server: Server, body: bytes) -> None:
    answer = server.raw(framed(server.post, b"Transfer-Encoding: chunked", body=body))
    assert status_of(answer) in (400, 403)  # the desk asks first whether its own page has sent it
    assert answer.count(b"HTTP/1.1 ") == 1
    assert server.status(seconds=1) == 200


def test_what_is_left_of_a_body_after_its_answer_is_no_error_of_ours(server: Server) -> None:
    """The answer is out when the chunks turn out to be none; found by fuzzing, as a traceback in the log."""
    path = "/nowhere" if server.name == "front" else "/api/me"
    bad = b"%x\r\n" % len(BODY) + BODY + b"\r\n-5\r\nxxxxx\r\n0\r\n\r\n"
    answer = server.raw(framed(path, b"Transfer-Encoding: chunked", body=bad))
    assert 400 <= status_of(answer) < 500
    assert answer.count(b"HTTP/1.1 ") == 1
    assert server.status(seconds=1) == 200
    assert "Traceback" not in server.said()


def test_who_leaves_in_the_middle_of_a_request_is_no_error_of_ours(server: Server) -> None:
    """Sanic answers nobody with 503 and logs an error: anybody could fill the log."""
    said = server.said()
    for request in (
        b"GET /health/live HTT",
        framed(server.post, b"Content-Length: 3500"),
        framed(server.post, b"Transfer-Encoding: chunked", body=b"10\r\nabc"),
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=3) as connection:
            connection.sendall(request)
            time.sleep(0.1)
    time.sleep(0.3)
    assert server.status(seconds=1) == 200
    assert "ERROR" not in server.said()[len(said) :]


def test_an_odd_cookie_takes_no_time(server: Server) -> None:
    """Eight kilobytes took half a second in which nobody else was answered (CVE-2024-7592)."""
    path = b"/api/me" if server.name == "desk" else b"/"
    head = b"GET " + path + b' HTTP/1.1\r\nHost: x\r\nCookie: concierge_desk="' + b"\\\\" * 3900 + b'"\r\n'
    request = head + b"Connection: close\r\n\r\n"
    server.raw(request)
    before = time.monotonic()
    for _ in range(5):
        assert status_of(server.raw(request)) in (200, 401)
    assert time.monotonic() - before < 1


def test_another_method_and_nowhere_are_refused_in_json(server: Server) -> None:
    for method, path in (
        (b"PUT", b"/webhooks/website/sessions"),
        (b"PATCH", b"/webhooks/rest/webhook"),
        (b"PUT", b"/x"),
    ):
        answer = server.raw(method + b" " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head, _, body = answer.partition(b"\r\n\r\n")
        assert status_of(answer) in (403, 404, 405)
        assert b"content-type: application/json" in head.lower()
        assert set(json.loads(body)) == {"error", "message"}


def test_a_good_chunked_body_is_read(server: Server) -> None:
    halves = b"%x\r\n" % 10 + BODY[:10] + b"\r\n%x;note=1\r\n" % (len(BODY) - 10) + BODY[10:] + b"\r\n0\r\n\r\n"
    answer = server.raw(
        framed(server.post, b"Transfer-Encoding: chunked", b"X-Concierge: desk", b"Connection: close", body=halves),
        20,
    )
    assert status_of(answer) == (200 if server.name == "front" else 400)  # no login in it
    assert b"Bad chunked" not in answer


HEADS = [
    b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
]


@pytest.mark.parametrize("head", HEADS)
def test_an_unreadable_head_is_a_bad_request(server: Server, head: bytes) -> None:
    assert status_of(server.raw(head)) == 400
    assert "Traceback" not in server.said()


def test_odd_headers_and_long_paths_are_no_errors_of_ours(server: Server) -> None:
    path = b"/webhooks/website/events" if server.name == "front" else b"/api/me"
    head = b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    odd = [b"Authorization: Bearer \xe9t\xe9", b"Cookie: concierge_desk=\xe9", b"X-Forwarded-For: \xff"]
    for header in odd:
        assert status_of(server.raw(head + header + b"\r\n\r\n")) == 401
    for path in (b"/shop/" + b"a" * 400, b"/shop/%00", b"/" + b"%ff" * 100):
        answer = server.raw(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert status_of(answer) in (200, 400, 404), answer  # to the desk a path without a file is a place in its page
    assert "Traceback" not in server.said()


def test_every_answer_has_its_headers_and_none_tells_a_version(server: Server) -> None:
    answer = server.raw(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").lower()
    assert b"x-content-type-options: nosniff" in answer
    assert b"rasa" not in answer
    assert b"sanic" not in answer


def test_one_address_cannot_take_all_connections(server: Server) -> None:
    held = []
    try:
        for _ in range(60):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=3)
            held.append(connection)
        time.sleep(0.3)
        refused = 0
        for connection in held:
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                refused += status_of(connection.recv(200)) == 503
        assert 20 <= refused <= 21
    finally:
        for connection in held:
            connection.close()
    time.sleep(0.3)
    assert server.status() == 200
    assert server.said().count("more of it are refused") == 1


def test_health_names_what_is_not_well_and_warns_of_an_untrusted_proxy(server: Server) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/health/ready", headers={"X-Forwarded-For": "198.51.100.7"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        first = json.load(answer)
    assert first["ready"] is True
    assert first["parts"]["database"] == "ok"
    assert any("CONCIERGE_PROXIES" in warning for warning in first["warnings"])
    server.status("/health/ready")
    assert server.said().count("CONCIERGE_PROXIES is 0") == 1
