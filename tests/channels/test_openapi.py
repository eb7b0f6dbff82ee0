"""The description of the interface, held against the interface."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from concierge.channels import identity, refusals, rest, website
from concierge.channels.sentences import sentence
from concierge.conversations import schema
from concierge.languages.registry import complete
from tests.openapi import CHANNELS


def asked(path: str, body: Any) -> Any:
    return CHANNELS.asked(f"/webhooks{path}", body)


def test_it_is_a_description_and_all_its_parts_are_there():
    CHANNELS.holds_together()


def test_every_path_is_described_and_no_other():
    source = Path(website.__file__).read_text("utf-8")
    served = {
        (f"/webhooks/website{path}", method.lower())
        for path, method in re.findall(r'\("(/[\w/]+)", self\.\w+, "(\w+)"\)', source)
    }
    others = {("/webhooks/website/files/{seq}", "get"), ("/webhooks/website/portraits/{name}", "get")}
    others |= {("/webhooks/rest/", "get"), ("/webhooks/rest/webhook", "post")}
    assert CHANNELS.operations == {*served, *others}


def test_every_refusal_is_described_and_has_its_sentences():
    codes = set(CHANNELS.schemas["Refusal"]["properties"]["error"]["enum"])
    assert codes == set(refusals._STATUS)
    for code in codes:
        assert len({sentence(code, language) for language in complete()}) == len(complete())
    reasons = set(CHANNELS.schemas["Session"]["properties"]["reason"]["enum"])
    source = Path(identity.__file__).read_text("utf-8")
    assert reasons == {
        *re.findall(r'NotIdentified\("(\w+)"\)', source),
        *identity._REASONS.values(),
        "malformed",
    }


def test_the_limits_are_those_of_the_code():
    schemas = CHANNELS.schemas
    assert schemas["Name"]["maxLength"] == rest._MAX_NAME
    assert (schemas["ClientKey"]["maxLength"], schemas["Token"]["maxLength"]) == (website._MAX_KEY, website._MAX_TOKEN)
    assert schema.conversations.c.address.type.length >= rest._MAX_NAME
    assert schema.messages.c.client_key.type.length > rest._MAX_NAME + len("rest.")


def test_what_the_website_answers(site, page):
    """Each answer is held against the description by the page itself."""
    post, get = page.http.post, page.http.get
    post("/sessions", json=asked("/website/sessions", {"token": None, "locale": 5}))
    post("/sessions", json=asked("/website/sessions", {"customer_token": "x"}))
    post("/identify", json=asked("/website/identify", {"customer_token": "x"}))
    page.ask("choose")
    post("/messages", json=asked("/website/messages", {"client_key": "c", "choice": {"seq": 2, "index": 1}}))
    post("/messages", json=asked("/website/messages", {"client_key": "d", "text": "person"}))
    assert get("/events").json()["messages"]
    ways = post("/ways").json()
    assert (ways["ways"], "#concierge-link=" in ways["device"]) == ([], True)
    post("/leave")
    post("/end")
    refused = [
        post("/messages", json={}),
        post("/messages", content=b"{}"),
        page.send("x" * 2001),
        post("/leave", headers={"Authorization": ""}),
        get("/events", params={"after": "x"}),
    ]
    assert [answer.status_code for answer in refused] == [400, 415, 413, 401, 400]


@pytest.mark.parametrize(
    "body",
    [
        {"client_key": "a", "text": " "},
        {"client_key": "", "text": "a"},
        {"client_key": "a\n", "text": "a"},
        {"client_key": "a", "choice": {"seq": 2**31, "index": 0}},
        {"text": "a"},
    ],
)
def test_what_is_refused_is_not_described(page, body):
    with pytest.raises(jsonschema.ValidationError):
        asked("/website/messages", body)
    assert page.http.post("/messages", json=body).status_code == 400


def test_what_rest_answers(rest):
    """Each answer is held against the description by the caller itself."""
    for text in ("hello", "choose", "parts", "person", "hello"):
        asked("/rest/webhook", {"sender": rest.sender, "message": text, "message_id": 7})
        assert rest.post(text).status_code == 200
    assert rest.post("hello", headers={"Authorization": "Bearer x"}).status_code == 401
    assert rest.post(5).status_code == 400


@pytest.mark.parametrize(
    ("path", "method", "status", "content"),
    [
        ("/webhooks/website/leave", "POST", 200, {"owner": "queue"}),
        ("/webhooks/website/leave", "POST", 404, {"error": "unheard_of", "message": "x"}),
        ("/webhooks/website/typing", "POST", 204, {}),
        ("/webhooks/rest/webhook", "POST", 200, [{"text": "no recipient"}]),
    ],
)
def test_an_answer_that_is_not_described_is_found(path, method, status, content):
    answer = httpx.Response(status, json=content, request=httpx.Request(method, f"http://assistant{path}"))
    with pytest.raises((jsonschema.ValidationError, AssertionError)):
        CHANNELS.check(answer)
