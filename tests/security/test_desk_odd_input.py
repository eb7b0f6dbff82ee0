"""Whatever a request holds, the desk answers with a refusal that says what was wrong: never with a 5xx."""

from __future__ import annotations

import contextlib
import json
import socket
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from concierge.desk.sessions import COOKIE
from tests.desk.conftest import PASSWORD, Desk, start, stop
from tests.postgres import postgres_schema

ODD_TEXTS = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "a\ud83d",
    "\u202e\u2066",
    "\ufffe\uffff",
    "\x1b[2J",
    "x" * 5000,
]
ODD_VALUES: list[Any] = [None, True, 0, -1, 2**63, 2**64, 10**400, 1e308, [], ["text"], {}, {"$ne": ""}, [[[[]]]]]
ODD_BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"1e999",
    b"NaN",
    b"\xff\xfe",
    b"\x00",
    b"[" * 60_000,
    b'{"text":' * 10_000,
    b"9" * 20_000,
]
FIELDS = {
    "login": ("login", "password"),
    "search": ("words",),
    "cases/{case}/messages": ("text", "client_key"),
    "cases/{case}/notes": ("text", "client_key"),
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    generous = (
        "import concierge.desk.app as a, concierge.desk.services as s; "
        "from concierge.desk.login_failures import Limit, Limits; "
        "a.SEARCHES = (100_000, 60.0); s.LOGIN_LIMITS = Limits(*[Limit(100_000, 60.0)] * 4)"
    )
    with postgres_schema("desk") if request.param == "postgresql" else contextlib.nullcontext() as schema:
        running = start(tmp_path_factory.mktemp("desk"), schema and schema.url(), generous)
        yield running
        stop(running)


@pytest.fixture
def client(desk: Desk) -> httpx.Client:
    return desk.client("camille")


def post(client: httpx.Client, path: str, body: bytes) -> httpx.Response:
    return client.post(f"/api/{path}", content=body, headers={"Content-Type": "application/json"})


def is_refused(answer: httpx.Response, what: object) -> None:
    assert 400 <= answer.status_code < 500, (answer.status_code, str(what)[:80])
    said = answer.json()
    assert said["error"], what
    assert said["message"], what


@pytest.fixture
def case(desk: Desk, client: httpx.Client) -> str:
    made = desk.case()
    assert client.post(f"/api/cases/{made.id}/claim").status_code == 200
    return made.id


@pytest.mark.parametrize(("path", "fields"), FIELDS.items())
def test_values_that_are_no_text(client: httpx.Client, case: str, path: str, fields: tuple[str, ...]) -> None:
    for odd in ODD_VALUES:
        for name in fields:
            sent = {**{each: f"k{uuid.uuid4().hex}" for each in fields}, name: odd}
            is_refused(post(client, path.format(case=case), json.dumps(sent).encode()), (name, odd))


@pytest.mark.parametrize(("path", "fields"), FIELDS.items())
def test_texts_that_no_database_takes(
    desk: Desk, client: httpx.Client, case: str, path: str, fields: tuple[str, ...]
) -> None:
    for odd in ODD_TEXTS:
        for name in fields:
            sent = {**{each: f"k{uuid.uuid4().hex}" for each in fields}, name: odd}
            answer = post(client, path.format(case=case), json.dumps(sent).encode())
            assert answer.status_code < 500, (name, odd)
            answer.json()
    stored = [*desk.log.messages(desk.cases.get(case).conversation_id)]
    for text in [str(each.payload.get("note", "")) + each.text for each in stored]:
        assert "\x00" not in text
        text.encode()


@pytest.mark.parametrize("action", ["hand-back", "resolve"])
def test_notes_at_the_end_of_a_case(desk: Desk, client: httpx.Client, case: str, action: str) -> None:
    for odd in ODD_VALUES:
        is_refused(post(client, f"cases/{case}/{action}", json.dumps({"note": odd}).encode()), odd)
    assert post(client, f"cases/{case}/{action}", json.dumps({"note": "a\x00\ud800b"}).encode()).status_code == 200
    assert desk.cases.get(case).note == "a\ufffdb"


@pytest.mark.parametrize("body", ODD_BODIES, ids=range(len(ODD_BODIES)))
def test_bodies_that_are_no_object(client: httpx.Client, case: str, body: bytes) -> None:
    for path in (*FIELDS, "cases/{case}/hand-back", "cases/{case}/resolve"):
        if body or path in FIELDS:  # a note at the end may be left out
            is_refused(post(client, path.format(case=case), body), (path, body))


@pytest.mark.parametrize("body", [b'{"\\ud800": 1}', b'{"client_key": "k", "client_key": [], "text": "x"}'])
def test_objects_that_are_odd(client: httpx.Client, case: str, body: bytes) -> None:
    for path in FIELDS:
        is_refused(post(client, path.format(case=case), body), (path, body))


@pytest.mark.parametrize(
    "odd", ["%00", "a%00b", "%ED%A0%80", "%FF", "%", "%2e%2e", "..%2f..", "x" * 5000, "%F0%9F%98%80", "'--", "9" * 400]
)
def test_cases_that_cannot_be(client: httpx.Client, odd: str) -> None:
    is_refused(client.get(f"/api/cases/{odd}"), odd)
    for action in ("claim", "typing", "reveal"):
        is_refused(client.post(f"/api/cases/{odd}/{action}"), (odd, action))
    is_refused(client.post(f"/api/cases/{odd}/notes", json={"client_key": "k", "text": "x"}), odd)
    is_refused(client.post(f"/api/cases/{odd}/messages", json={"client_key": "k", "text": "x"}), odd)
    is_refused(client.post(f"/api/cases/{odd}/resolve", json={"note": ""}), odd)


@pytest.mark.parametrize("odd", ["²", "9" * 6000, "-1", "x-²", "\xff", "--", "١"], ids=range(7))
def test_where_a_stream_goes_on_from(desk: Desk, client: httpx.Client, odd: str) -> None:
    with desk.stream(client) as first:
        known = first.next("ready").id.partition("-")[0]
        headers = {"Last-Event-ID": f"{known}-{odd}".encode()}
        with client.stream("GET", "/api/stream", headers=headers) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize("odd", [b"\xff\xfe", "é".encode(), b"[" * 4000, b"W1tb" * 1500 + b".e30.x", b"a" * 7000])
def test_cookies_that_are_none(desk: Desk, odd: bytes) -> None:
    answer = httpx.get(f"{desk.url}/api/me", headers={"Cookie": COOKIE.encode() + b"=" + odd})
    assert answer.status_code == 401
    body = {"login": "camille", "password": PASSWORD}
    headers = {"Cookie": COOKIE.encode() + b"=" + odd, "X-Concierge": "desk"}
    assert httpx.post(f"{desk.url}/api/login", json=body, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "lines",
    [
        b"GET /%ED%A0%80 HTTP/1.1",
        b"GET /known/%00 HTTP/1.1",
        b"GET /known/%ED%A0%80 HTTP/1.1",
        b"BREW /api/me HTTP/1.1",
        b"GET /api/me HTTP/1.1\r\nCookie: \xff=\xfe; concierge_desk=\xff",
        b"POST /api/login HTTP/1.1\r\nX-Concierge: \xff",
        b"POST /api/login HTTP/1.1\r\nX-Concierge: desk\r\nOrigin: http://[\xff",
        b"POST /api/login HTTP/1.1\r\nX-Concierge: desk\r\nOrigin: http://x:99999999999",
        b"POST /api/login HTTP/1.1\r\nX-Concierge: desk\r\nContent-Type: \xff\r\nContent-Length: 2\r\n\r\n{}",
        b"GET / HTTP/1.1\r\nIf-None-Match: \xff",
        b"GET /api/cases?closed=%ED%A0%80&closed=%FF%00 HTTP/1.1",
        b"GET //evil.example/%2e%2e HTTP/1.1",
    ],
)
def test_bytes_that_are_no_text(desk: Desk, lines: bytes) -> None:
    head = lines + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n" if b"\r\n\r\n" not in lines else lines
    port = httpx.URL(desk.url).port
    with socket.create_connection(("127.0.0.1", port), 5) as raw:
        raw.sendall(head)
        raw.settimeout(5)
        answer = raw.recv(200)
    assert answer[:9] == b"HTTP/1.1 ", answer
    assert int(answer[9:12]) < 500, answer
