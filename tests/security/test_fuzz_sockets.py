"""Good requests with something broken in them, over a raw socket: a few thousand, from a seed, to both servers.

``CONCIERGE_FUZZ=20`` sends twenty times as many, from another seed each time, which is printed when one fails.
"""

from __future__ import annotations

import random
import re
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.security.fuzzing import MORE, House, is_well, resident
from tests.security.servers import Server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180 * MORE)]

CASES = 1500 * MORE  # to each server
WARM = 300
AT_ONCE = 8
SEED = 10 if MORE == 1 else random.SystemRandom().getrandbits(32)
SILENCE_SECONDS = 0.25  # an unfinished request is waited for by the server, not by us
ANSWER_SECONDS = 20.0  # what is whole is answered, however busy the machine
GROWTH = 8_000  # kilobytes; 1,000 to 3,500 were seen
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) [^\r\n]*\r\n")
ODD_LINES = [
    b"Content-Length: -1",
    b"Content-Length: 5",
    b"Content-Length: 99999999999999999999",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip",
    b"Transfer-Encoding : chunked",
    b"Expect: 100-continue",
    b"Expect: nonsense",
    b"Upgrade: websocket",
    b"Connection: Upgrade, HTTP2-Settings",
    b"Connection: close, keep-alive",
    b"Content-Type: application/json; charset=utf-99",
    b"Content-Type: multipart/form-data",
    b"Content-Type: application/x-www-form-urlencoded",
    b"Content-Encoding: br",
    b"Authorization: Basic \xff",
    b"Authorization: Bearer a.b.c",
    b"Cookie: a=b; =; ;;concierge_desk=\xe9; $Version=1",
    b"X-Forwarded-For: ::1, unknown, %00",
    b'Forwarded: for=;;;=,"',
    b"Host: [::1",
    b"Host: a:b:c",
    b"Range: bytes=-1",
    b'If-None-Match: "',
    b"If-Modified-Since: yesterday",
    b"Last-Event-ID: \xc2\xb2",
    b"Accept-Language: " + b"fr;q=" * 200,
    b"Accept: */*;q=;;",
    b"Origin: null",
    b": empty",
    b"no colon",
    b"X: " + b"y" * 9000,
]

Mutation = Callable[[random.Random, bytes], bytes]


def _good(server: Server, house: House) -> list[bytes]:
    """Requests that the server takes."""
    if server.name == "desk":
        shown = [b"Cookie: " + house.cookies[0].encode(), b"X-Concierge: desk"]
        case = house.cases[0].encode()
        gets = [
            b"/",
            b"/health",
            b"/health/ready",
            b"/api/me",
            b"/api/cases?closed=1",
            b"/api/cases/" + case,
            b"/known/x",
        ]
        posts = [
            (b"/api/login", b'{"login": "nobody", "password": ""}'),
            (b"/api/search", b'{"words": "Claire"}'),
            (b"/api/cases/" + case + b"/notes", b'{"client_key": "k", "text": "a note"}'),
            (b"/api/cases/" + case + b"/typing", b""),
        ]
    else:
        shown = [b"Authorization: Bearer " + house.conversations[0].token.encode()]
        site = b"/webhooks/website"
        gets = [b"/", b"/health/ready", b"/widget.js", b"/shop/", site + b"/events?after=0", b"/webhooks/rest/"]
        posts = [
            (site + b"/sessions", b'{"locale": "fr", "region": "EU", "page": "https://shop.example/bags"}'),
            (site + b"/messages", b'{"client_key": "k", "text": "hello"}'),
            (site + b"/messages", b'{"client_key": "c", "choice": {"seq": 2, "index": 0}}'),
            (site + b"/typing", b""),
            (b"/webhooks/rest/webhook", b'{"sender": "x", "message": 5}'),
        ]
    requests = [_request(b"GET", path, shown) for path in gets]
    for path, body in posts:
        plain = [*shown, b"Content-Type: application/json"]
        chunks = b"%x\r\n%s\r\n" % (len(body), body) if body else b""
        requests.append(_request(b"POST", path, [*plain, b"Content-Length: %d" % len(body)], body))
        requests.append(_request(b"POST", path, [*plain, b"Transfer-Encoding: chunked"], chunks + b"0\r\n\r\n"))
    return requests


def _request(method: bytes, path: bytes, headers: list[bytes], body: bytes = b"") -> bytes:
    return b"\r\n".join([method + b" " + path + b" HTTP/1.1", b"Host: shop", *headers]) + b"\r\n\r\n" + body


def _cut(pick: random.Random, request: bytes) -> bytes:
    return request[: pick.randrange(len(request))]


def _flip(pick: random.Random, request: bytes) -> bytes:
    flipped = bytearray(request)
    for _ in range(pick.choice([1, 1, 2, 8])):
        flipped[pick.randrange(len(flipped))] = pick.choice(
            [0, 9, 10, 13, 32, 34, 37, 58, 127, 255, pick.randrange(256)]
        )
    return bytes(flipped)


def _odd_line(pick: random.Random, request: bytes) -> bytes:
    lines = request.split(b"\r\n")
    lines.insert(pick.randint(min(1, len(lines) - 1), len(lines) - 1), pick.choice(ODD_LINES))
    return b"\r\n".join(lines)


def _twice(pick: random.Random, request: bytes) -> bytes:
    lines = request.split(b"\r\n")
    line = pick.randrange(len(lines))
    return b"\r\n".join([*lines[:line], *[lines[line]] * pick.choice([2, 2, 3, 120]), *lines[line + 1 :]])


def _without(pick: random.Random, request: bytes) -> bytes:
    lines = request.split(b"\r\n")
    del lines[pick.randrange(len(lines))]
    return b"\r\n".join(lines)


def _ends(pick: random.Random, request: bytes) -> bytes:
    return request.replace(
        b"\r\n", pick.choice([b"\n", b"\r", b"\r\n ", b"\r\n\t", b"\n\r", b"\x0b\r\n"]), pick.randint(1, 6)
    )


def _number(pick: random.Random, request: bytes) -> bytes:
    """Lengths, sizes of chunks, versions, numbers in a body."""
    found = list(re.finditer(rb"[0-9a-f]*\d[0-9a-f]*", request))
    if not found:
        return request
    spot = pick.choice(found)
    other = pick.choice(
        [b"-1", b"+1", b"0", b"00", b"1_0", b"0x5", b"1e9", b"9" * 30, b"", b" 5 ", b"f" * 8, b"5;a=" + b"b" * 300]
    )
    return request[: spot.start()] + other + request[spot.end() :]


def _path(pick: random.Random, request: bytes) -> bytes:
    method, path, rest = [*request.split(b" ", 2), b"/", b"HTTP/1.1"][:3]
    other = [
        path
        + pick.choice([b"%00", b"%ff", b"%", b"?after=%ff&after=", b"?" + b"a" * 9000, b"//", b"/../..", b"#x", b"\\"]),
        b"http://elsewhere" + path,
        b"*",
        b"//" + path,
        path.upper(),
        bytes(pick.randrange(33, 256) for _ in range(12)),
    ]
    return (
        pick.choice([method, b"HEAD", b"OPTIONS", b"TRACE", b"CONNECT", b"PRI", b"get"])
        + b" "
        + pick.choice(other)
        + b" "
        + rest
    )


def _noise(pick: random.Random, request: bytes) -> bytes:
    at = pick.randrange(len(request))
    return request[:at] + pick.randbytes(pick.choice([1, 4, 60, 3000])) + request[at:]


def _more(pick: random.Random, request: bytes) -> bytes:
    """Something behind it, which must be taken for a request of its own or for none."""
    return request + pick.choice(
        [b"0\r\n\r\n", b"\r\n\r\n", request, request[:40], b"\x16\x03\x01" + pick.randbytes(60)]
    )


MUTATIONS: list[Mutation] = [_cut, _flip, _odd_line, _twice, _without, _ends, _number, _path, _noise, _more]


def _answers(server: Server, request: bytes, first: float = SILENCE_SECONDS) -> list[int]:
    """The status of each answer to these bytes, until the server closes or waits; ``first``: seconds for the first."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        heard = b""
        try:
            connection.sendall(request)
            connection.settimeout(first)
            while part := connection.recv(65536):
                heard += part
                connection.settimeout(SILENCE_SECONDS)
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            pass
    return [int(status) for status in _STATUS.findall(heard)]


def _broken(good: list[bytes], pick: random.Random) -> bytes:
    request = pick.choice(good)
    if pick.random() < 0.8:  # the connection's end tells that all has been answered
        request = request.replace(b"Host: shop\r\n", b"Host: shop\r\nConnection: close\r\n")
    for _ in range(pick.choice([1, 1, 1, 2, 3])):
        request = pick.choice(MUTATIONS)(pick, request) or request
    return request


def _send(server: Server, requests: list[bytes]) -> Counter[int]:
    """How many answers of each status there were; nought for requests that nothing was answered to."""
    seen: Counter[int] = Counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for request, statuses in zip(requests, threads.map(partial(_answers, server), requests), strict=True):
            assert all(status < 500 for status in statuses), (SEED, statuses, request)
            seen.update(statuses or [0])
    return seen


@pytest.mark.parametrize("name", ["front", "desk"])
def test_broken_requests_break_nothing(house: House, name: str) -> None:
    server: Server = getattr(house, name)
    good, pick = _good(server, house), random.Random(SEED)
    broken = [_broken(good, pick) for _ in range(WARM + CASES)]
    for request in good:
        assert _answers(server, request, ANSWER_SECONDS)[0] < 500
    _send(server, broken[:WARM])
    before = resident(server)
    seen = _send(server, broken[WARM:])
    grown = resident(server) - before
    is_well(server)
    assert grown < GROWTH, f"{name} has grown by {grown} kB"
    assert sum(seen[status] for status in (200, 201, 202, 204)) > CASES / 50, "some got through to what lies behind"
    assert seen[400] > CASES / 10
