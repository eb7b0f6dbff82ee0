"""The description of the desk's interface, held against the desk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from concierge.desk import app, refusals
from concierge.settings import Settings
from tests.desk.conftest import PASSWORD, Desk
from tests.openapi import DESK as DESCRIBED

SOURCES = Path(app.__file__).parent


def test_all_its_parts_are_there() -> None:
    DESCRIBED.holds_together()


def test_every_path_is_described_and_no_other(tmp_path: Path) -> None:
    served = set()
    made = app.create_app(Settings(var=tmp_path), name="described")
    for route in made.router.routes:
        path = re.sub(r"<(\w+?)(?:_id)?:\w+>", r"{\1}", f"/{route.path.strip('/')}").replace("{token}", "{pass}")
        served |= {(path, method.lower()) for method in route.methods}
    served -= {(path, method) for path, method in served if path in ("/", "/{path}")}  # the page's own files
    assert DESCRIBED.operations == served
    for path, item in DESCRIBED.document["paths"].items():
        if "post" in item:
            parameters = (*item.get("parameters", []), *item["post"].get("parameters", []))
            named = [DESCRIBED.resolved(each)["name"] for each in parameters]
            assert "X-Concierge" in named, path


def test_every_refusal_is_described() -> None:
    source = "".join(each.read_text("utf-8") for each in SOURCES.glob("*.py"))
    raised = {*re.findall(r'Refusal\(\s*\d+,\s*"(\w+)"', source), *(code for code, _ in refusals._HTTP.values())}
    assert set(DESCRIBED.schemas["Refusal"]["properties"]["error"]["enum"]) == {*raised, "busy", "refused"}


def test_a_case_from_end_to_end(desk: Desk) -> None:
    """Each answer is held against the description by the client itself."""
    asked = DESCRIBED.asked
    desk.person("described"), desk.person("other")
    client, other = desk.anonymous(), desk.client("other")
    client.post("/api/login", json=asked("/api/login", {"login": "described", "password": PASSWORD}))
    client.get("/api/me"), client.get("/health")
    made = desk.case(package={"event": "handoff.initiate"})
    desk.log.record_decision(made.conversation_id, "return", "no", {"deadline": "2026-12-01"}, "BA20269999")
    assert client.get("/api/cases", params={"closed": "1"}).json()
    assert client.post("/api/search", json=asked("/api/search", {"words": "BA20269999"})).json()
    case, path = f"/api/cases/{made.id}", "/api/cases/{case}"
    said = asked(f"{path}/messages", {"client_key": "k", "text": "Good morning"})
    noted = asked(f"{path}/notes", {"client_key": "n", "text": "Prefers to be called"})
    done = asked(f"{path}/resolve", {"note": "Done"})
    again = desk.case()
    client.post(f"/api/cases/{again.id}/claim")
    told = [
        client.get(case),
        client.post(f"{case}/messages", json=said),
        client.post(f"{case}/claim"),
        other.post(f"{case}/claim"),
        other.post(f"{case}/messages", json=said),
        client.post(f"{case}/messages", json=said),
        client.post(f"{case}/messages", json=said),
        client.post(f"{case}/notes", json=noted),
        client.post(f"{case}/typing"),
        client.post(f"{case}/reveal"),
        client.post(f"{case}/resolve", json=done),
        client.post(f"{case}/claim"),
        client.get(case),
        client.post(f"/api/cases/{again.id}/hand-back", json={}),
        client.get("/api/cases/nobody"),
        client.get("/known/nonsense"),
        client.post("/api/logout"),
        client.get("/api/me"),
        client.post("/api/logout", headers={"X-Concierge": ""}),
    ]
    assert [each.status_code for each in told] == [
        *(200, 409, 200, 409, 403, 201, 200, 201, 204, 200, 200, 409, 200, 200, 404, 404, 204, 401, 403)
    ]
    assert told[3].json()["by"] == "Described"
    assert told[9].json()["revealed"]
    errors = {each.json()["error"] for each in told if each.status_code >= 400}
    assert {"not_claimed", "not_yours", "case_closed", "signed_out", "not_from_here"} <= errors


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
        DESCRIBED.asked(path, body)
    client = desk.client("camille")
    case = desk.case()
    client.post(f"/api/cases/{case.id}/claim")
    answer = client.post(path.format(case=case.id), json=body)
    assert answer.status_code in (400, 413)
