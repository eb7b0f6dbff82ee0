"""The description of the interface, held against the interface."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from concierge.channels import identity, refusals, rest, website
from concierge.channels.sentences import sentence
from concierge.conversations import schema
from concierge.languages.registry import complete

CHANNELS = Path(rest.__file__).parent
DESCRIBED: dict[str, Any] = yaml.safe_load((CHANNELS / "openapi.yml").read_text("utf-8"))


def conforms(value: Any, part: dict[str, Any]) -> None:
    """Raises ``jsonschema.ValidationError``."""
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator({**part, "components": DESCRIBED["components"]}, format_checker=checker).validate(
        value
    )


def answered(path: str, method: str, answer: Any) -> Any:
    """The answer's JSON, as described for its status."""
    responses = DESCRIBED["paths"][f"/webhooks{path}"][method]["responses"]
    response = responses.get(str(answer.status_code), responses["default"])
    if "$ref" in response:
        response = DESCRIBED["components"]["responses"][response["$ref"].rpartition("/")[2]]
    conforms(answer.json(), response["content"]["application/json"]["schema"])
    return answer.json()


def asked(path: str, body: Any) -> dict[str, Any]:
    content = DESCRIBED["paths"][f"/webhooks{path}"]["post"]["requestBody"]["content"]
    conforms(body, content["application/json"]["schema"])
    return body


def test_it_is_a_description_and_all_its_parts_are_there():
    text = (CHANNELS / "openapi.yml").read_text("utf-8")
    for reference in re.findall(r"\$ref: \"#/([\w/]+)\"", text):
        part: Any = DESCRIBED
        for name in reference.split("/"):
            part = part[name]
    for named in DESCRIBED["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(named)


def test_every_path_is_described_and_no_other():
    described = {(path, method) for path, methods in DESCRIBED["paths"].items() for method in methods}
    source = Path(website.__file__).read_text("utf-8")
    served = {
        (f"/webhooks/website{path}", method.lower())
        for path, method in re.findall(r'\("(/\w+)", self\.\w+, "(\w+)"\)', source)
    }
    assert described == {*served, ("/webhooks/rest/", "get"), ("/webhooks/rest/webhook", "post")}


def test_every_refusal_is_described_and_has_its_sentences():
    codes = set(DESCRIBED["components"]["schemas"]["Refusal"]["properties"]["error"]["enum"])
    assert codes == set(refusals._STATUS)
    for code in codes:
        assert len({sentence(code, language) for language in complete()}) == len(complete())
    reasons = set(DESCRIBED["components"]["schemas"]["Session"]["properties"]["reason"]["enum"])
    source = Path(identity.__file__).read_text("utf-8")
    assert reasons == {
        *re.findall(r'NotIdentified\("(\w+)"\)', source),
        *(code for _, code in identity._REASONS),
        "malformed",
    }


def test_the_limits_are_those_of_the_code():
    schemas = DESCRIBED["components"]["schemas"]
    assert schemas["Name"]["maxLength"] == rest._MAX_NAME
    assert (schemas["ClientKey"]["maxLength"], schemas["Token"]["maxLength"]) == (website._MAX_KEY, website._MAX_TOKEN)
    assert schema.conversations.c.address.type.length >= rest._MAX_NAME
    assert schema.messages.c.client_key.type.length > rest._MAX_NAME + len("rest.")


def test_what_the_website_answers(site, page):
    post, get = page.http.post, page.http.get
    answered(
        "/website/sessions", "post", post("/sessions", json=asked("/website/sessions", {"token": None, "locale": 5}))
    )
    answered("/website/sessions", "post", post("/sessions", json=asked("/website/sessions", {"customer_token": "x"})))
    answered("/website/identify", "post", post("/identify", json=asked("/website/identify", {"customer_token": "x"})))
    page.ask("choose")
    choice = asked("/website/messages", {"client_key": "c", "choice": {"seq": 2, "index": 1}})
    answered("/website/messages", "post", post("/messages", json=choice))
    answered(
        "/website/messages",
        "post",
        post("/messages", json=asked("/website/messages", {"client_key": "d", "text": "person"})),
    )
    assert answered("/website/events", "get", get("/events"))["messages"]
    answered("/website/leave", "post", post("/leave"))
    for path, method, answer in (
        ("messages", "post", post("/messages", json={})),
        ("messages", "post", post("/messages", content=b"{}")),
        ("messages", "post", page.send("x" * 2001)),
        ("leave", "post", post("/leave", headers={"Authorization": ""})),
        ("events", "get", get("/events", params={"after": "x"})),
    ):
        answered(f"/website/{path}", method, answer)


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
    for text in ("hello", "choose", "parts", "person", "hello"):
        asked("/rest/webhook", {"sender": rest.sender, "message": text, "message_id": 7})
        answered("/rest/webhook", "post", rest.post(text))
    answered("/rest/webhook", "post", rest.post("hello", headers={"Authorization": "Bearer x"}))
    answered("/rest/webhook", "post", rest.post(5))
