"""Requests that are broken, or made to break: each gets a clear answer in JSON, and none a 5xx."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

JSON = {"Content-Type": "application/json"}
HALF = "\\ud800"  # in JSON: half a character


def post(http: httpx.Client, path: str, body: str, **headers: str) -> httpx.Response:
    return http.post(f"/webhooks/{path}", content=body.encode(), headers={**JSON, **headers})


def refused(answer: httpx.Response, status: int, error: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["message"]


@pytest.mark.parametrize("seq", [2**31, 2**63, 2**63 - 1, -(2**63), 10**30])
def test_a_choice_that_no_column_holds(page, seq):
    refused(
        page.http.post("/messages", json={"client_key": "a", "choice": {"seq": seq, "index": 0}}), 400, "bad_request"
    )


def test_a_choice_whose_index_is_beyond_everything(page):
    page.ask("choose")
    body = {"client_key": "a", "choice": {"seq": 2, "index": 10**30}}
    refused(page.http.post("/messages", json=body), 400, "invalid_choice")


@pytest.mark.parametrize("after", [2**31, 2**63, 10**30, -1])
def test_events_after_what_nobody_has_said(page, after):
    page.ask("hello")
    answer = page.http.get("/events", params={"after": after})
    assert answer.status_code == 200
    assert len(answer.json()["messages"]) == (2 if after < 0 else 0)


@pytest.mark.parametrize("value", [f'"{HALF}"', f'"a{HALF}b"', '"\\u0000"', '"a\\nb"', "5", "[]", "{}", "true"])
def test_a_name_that_no_database_keeps(http, page, value):
    for path, body in (
        ("rest/webhook", f'{{"sender": {value}, "message": "hello"}}'),
        ("website/sessions", f'{{"token": {value}}}'),
        ("website/messages", f'{{"client_key": {value}, "text": "hello"}}'),
    ):
        headers = {"Authorization": page.http.headers["authorization"]} if path == "website/messages" else {}
        refused(post(http, path, body, **headers), 400, "bad_request")
    if value != "5":
        refused(
            post(http, "rest/webhook", f'{{"sender": "a", "message": "b", "message_id": {value}}}'), 400, "bad_request"
        )


@pytest.mark.parametrize("field", ["sender", "message_id"])
def test_a_name_that_is_too_long_is_not_shortened_to_anothers(http, field):
    body: dict[str, Any] = {"sender": "a", "message": "hello", field: "x" * 181}
    refused(post(http, "rest/webhook", json.dumps(body)), 400, "bad_request")


def test_half_characters_elsewhere_are_replaced(site, http, rest):
    hints = f'{{"region": "{HALF}", "language": "{HALF}"}}'
    body = f'{{"sender": "{rest.sender}", "message": "hello {HALF}", "metadata": {hints}}}'
    assert post(http, "rest/webhook", body).json()[0]["text"] == "Hello"
    found = site.log.open("rest", rest.sender)
    assert (found.region, found.language) == ("ROW", "en")
    opened = post(http, "website/sessions", f'{{"page": "/{HALF}", "locale": "{HALF}", "region": "{HALF}"}}')
    assert opened.status_code == 201
    assert site.log.get(opened.json()["conversation"]).attributes["page"] == "/\ufffd"
    assert post(http, "website/sessions", f'{{"customer_token": "{HALF}"}}').json()["reason"] == "not_configured"


@pytest.mark.parametrize("shown", [b"Bearer \xe9\xe8", b"Bearer \xff", b"Bearer a.\xe9.c", b"B\xe9arer a"])
def test_letters_that_no_token_has(http, shown):
    answer = http.get("/webhooks/website/events", headers=[(b"Authorization", shown)])
    refused(answer, 401, "not_signed_in")


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "text/plain; charset=utf-8", "application/x-www-form-urlencoded", "multipart/form-data", "", None],
)
@pytest.mark.parametrize("path", ["rest/webhook", "website/sessions", "website/messages", "website/identify"])
def test_what_a_page_of_another_site_can_send_unasked_is_not_read(http, page, path, kind):
    headers = {"Authorization": page.http.headers["authorization"]} if "me" in path or "ident" in path else {}
    body = b'{"sender": "a", "message": "hello", "client_key": "a", "text": "hello", "customer_token": "a"}'
    kinds = {} if kind is None else {"Content-Type": kind}
    refused(http.post(f"/webhooks/{path}", content=body, headers={**headers, **kinds}), 415, "not_json")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/x+json"]
)
def test_json_is_read_however_it_is_named(http, rest, kind):
    body = json.dumps({"sender": f"{rest.sender}-{kind}", "message": "hello"}).encode()
    assert http.post("/webhooks/rest/webhook", content=body, headers={"Content-Type": kind}).status_code == 200
