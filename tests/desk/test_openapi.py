"""The description of the desk's interface, held against the desk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from concierge.desk import app, errors
from concierge.settings import Settings
from tests.desk.conftest import PASSWORD, Desk

DESK = Path(app.__file__).parent
DESCRIBED: dict[str, Any] = yaml.safe_load((DESK / "openapi.yml").read_text("utf-8"))
SCHEMAS = DESCRIBED["components"]["schemas"]


def conforms(value: Any, part: dict[str, Any]) -> None:
    """Raises ``jsonschema.ValidationError``."""
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    document = {**part, "components": DESCRIBED["components"]}
    jsonschema.Draft202012Validator(document, format_checker=checker).validate(value)


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = DESCRIBED
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def answered(path: str, answer: httpx.Response) -> Any:
    """The answer's JSON, as described for its status; nothing where nothing is described."""
    responses = DESCRIBED["paths"][path][answer.request.method.lower()]["responses"]
    response = resolved(responses.get(str(answer.status_code), responses["default"]))
    if "content" not in response:
        assert not answer.content
        return None
    assert answer.headers["content-type"] == "application/json"
    conforms(answer.json(), response["content"]["application/json"]["schema"])
    return answer.json()


def asked(path: str, body: Any) -> Any:
    wanted = resolved(DESCRIBED["paths"][path]["post"]["requestBody"])
    conforms(body, wanted["content"]["application/json"]["schema"])
    return body


def test_all_its_parts_are_there() -> None:
    text = (DESK / "openapi.yml").read_text("utf-8")
    for reference in re.findall(r'\$ref: "(#/[\w/]+)"', text):
        resolved({"$ref": reference})
    for named in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(named)


def test_every_path_is_described_and_no_other(tmp_path: Path) -> None:
    served = set()
    made = app.create_app(Settings(var=tmp_path), name="described")
    for route in made.router.routes:
        path = re.sub(r"<(\w+?)(?:_id)?:\w+>", r"{\1}", f"/{route.path.strip('/')}").replace("{token}", "{pass}")
        served |= {(path, method.lower()) for method in route.methods}
    served -= {(path, method) for path, method in served if path in ("/", "/{path}")}  # the page's own files
    methods = {"get", "post"}
    described = {(path, each) for path, item in DESCRIBED["paths"].items() for each in item if each in methods}
    assert described == served
    for path, item in DESCRIBED["paths"].items():
        if "post" in item:
            named = [
                resolved(each)["name"] for each in (*item.get("parameters", []), *item["post"].get("parameters", []))
            ]
            assert "X-Concierge" in named, path


def test_every_refusal_is_described() -> None:
    source = "".join(each.read_text("utf-8") for each in DESK.glob("*.py"))
    raised = {*re.findall(r'Refusal\(\s*\d+,\s*"(\w+)"', source), *(code for code, _ in errors._HTTP.values())}
    assert set(SCHEMAS["Refusal"]["properties"]["error"]["enum"]) == {*raised, "busy", "refused"}


def test_a_case_from_end_to_end(desk: Desk) -> None:
    desk.person("described"), desk.person("other")
    client, other = desk.anonymous(), desk.client("other")
    body = asked("/api/login", {"login": "described", "password": PASSWORD})
    answered("/api/login", client.post("/api/login", json=body))
    answered("/api/me", client.get("/api/me"))
    answered("/health", client.get("/health"))
    made = desk.case(package={"event": "handoff.initiate"})
    desk.log.record_decision(made.conversation_id, "return", "no", {"deadline": "2026-12-01"}, "BA20269999")
    assert answered("/api/cases", client.get("/api/cases", params={"closed": "1"}))
    assert answered("/api/search", client.post("/api/search", json=asked("/api/search", {"words": "BA20269999"})))
    case, path = f"/api/cases/{made.id}", "/api/cases/{case}"
    answered(path, client.get(case))
    said = asked(f"{path}/messages", {"client_key": "k", "text": "Good morning"})
    answered(f"{path}/messages", client.post(f"{case}/messages", json=said))
    answered(f"{path}/claim", client.post(f"{case}/claim"))
    assert answered(f"{path}/claim", other.post(f"{case}/claim"))["by"] == "Described"
    assert answered(f"{path}/messages", other.post(f"{case}/messages", json=said))["error"] == "not_yours"
    for _ in range(2):
        answered(f"{path}/messages", client.post(f"{case}/messages", json=said))
    noted = asked(f"{path}/notes", {"client_key": "n", "text": "Prefers to be called"})
    answered(f"{path}/notes", client.post(f"{case}/notes", json=noted))
    answered(f"{path}/typing", client.post(f"{case}/typing"))
    assert answered(f"{path}/reveal", client.post(f"{case}/reveal"))["revealed"]
    answered(f"{path}/resolve", client.post(f"{case}/resolve", json=asked(f"{path}/resolve", {"note": "Done"})))
    assert answered(f"{path}/claim", client.post(f"{case}/claim"))["error"] == "case_closed"
    answered(path, client.get(case))
    again = desk.case()
    client.post(f"/api/cases/{again.id}/claim")
    answered(f"{path}/hand-back", client.post(f"/api/cases/{again.id}/hand-back", json={}))
    answered(path, client.get("/api/cases/nobody"))
    answered("/known/{pass}", client.get("/known/nonsense"))
    answered("/api/logout", client.post("/api/logout"))
    assert answered("/api/me", client.get("/api/me"))["error"] == "signed_out"
    assert answered("/api/logout", httpx.post(f"{desk.url}/api/logout"))["error"] == "not_from_here"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/login", {"login": " ", "password": "x"}),
        ("/api/login", {"login": "\x00", "password": "x"}),
        ("/api/login", {"login": "described", "password": ""}),
        ("/api/login", {"login": 1, "password": "x"}),
        ("/api/login", []),
        ("/api/search", {}),
        ("/api/search", {"words": None}),
        ("/api/cases/{case}/messages", {"client_key": "a b", "text": "x"}),
        ("/api/cases/{case}/messages", {"client_key": "k" * 81, "text": "x"}),
        ("/api/cases/{case}/messages", {"client_key": "k\n", "text": "x"}),
        ("/api/cases/{case}/messages", {"client_key": "k", "text": " \n"}),
        ("/api/cases/{case}/messages", {"client_key": "k", "text": "x" * 4001}),
        ("/api/cases/{case}/notes", {"client_key": "k", "text": "\x00\x01"}),
        ("/api/cases/{case}/notes", {"text": "x"}),
        ("/api/cases/{case}/resolve", {"note": None}),
        ("/api/cases/{case}/hand-back", {"note": "x" * 4001}),
    ],
)
def test_what_is_not_described_is_refused(desk: Desk, path: str, body: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        asked(path, body)
    client = desk.client("camille")
    case = desk.case()
    client.post(f"/api/cases/{case.id}/claim")
    answer = client.post(path.format(case=case.id), json=body)
    assert answer.status_code in (400, 413)
    answered(path, answer)
