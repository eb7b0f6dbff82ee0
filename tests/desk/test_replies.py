"""Replies written once for everybody: those there are, what leads make of them, and how a case fills them."""

from __future__ import annotations

import pytest

from concierge.desk.canned import PLACEHOLDERS, Canned, unknown
from concierge.languages.registry import complete
from tests.desk.conftest import Desk


def test_the_first_ones_are_there_in_every_language(desk: Desk) -> None:
    found = Canned(desk.log.engine).all()
    names = {each.name for each in found}
    assert len(names) >= 5
    assert {(each.name, each.language) for each in found} == {(name, code) for name in names for code in complete()}
    for each in found:
        assert unknown(each.text) == []
        assert "!" not in each.text
        assert not any(letter.isdigit() for letter in each.text)


def test_a_case_fills_them_in_its_language(desk: Desk) -> None:
    client = desk.client("camille")
    case = desk.case(language="fr")
    desk.log.record_decision(case.conversation_id, "return", "yes", {"deadline": "2031-12-03"})
    found = {each["name"]: each for each in client.get(f"/api/cases/{case.id}/replies").json()}
    assert found["greeting"]["language"] == "fr"
    assert found["greeting"]["text"].startswith("Bonjour Claire Fontaine, je suis Camille.")
    assert "3 décembre 2031" in found["return"]["text"]
    assert f"[{PLACEHOLDERS['piece']}]" in found["return"]["text"], "what is not known is left to the advisor"
    assert client.get("/api/cases/nobody/replies").status_code == 404


def test_leads_write_them(desk: Desk) -> None:
    advisor = desk.client("camille")
    desk.person("odile", "lead")
    lead = desk.client("odile")
    mine = {"name": "greeting", "language": "fr", "title": "Greeting", "text": "Bonjour {first_name}."}
    answer = advisor.post("/api/replies", json=mine)
    assert (answer.status_code, answer.json()["error"]) == (403, "leads_only")
    assert mine in lead.post("/api/replies", json=mine).json()
    case = desk.case(language="fr")
    filled = {each["name"]: each["text"] for each in advisor.get(f"/api/cases/{case.id}/replies").json()}
    assert filled["greeting"] == "Bonjour Claire."
    gone = lead.post("/api/replies", json={**mine, "text": ""}).json()
    assert ("greeting", "fr") not in [(each["name"], each["language"]) for each in gone]
    filled = {each["name"]: each for each in advisor.get(f"/api/cases/{case.id}/replies").json()}
    assert filled["greeting"]["language"] == "en", "there is none in French any longer"


@pytest.mark.parametrize(
    "change", [{"name": "Two words"}, {"name": ""}, {"language": "tlh"}, {"text": "Dear {friend}"}, {"title": " "}]
)
def test_a_reply_that_cannot_be_used_is_refused(desk: Desk, change: dict[str, str]) -> None:
    desk.person("odile", "lead")
    good = {"name": "mine", "language": "en", "title": "Mine", "text": "Hello {customer}"}
    answer = desk.client("odile").post("/api/replies", json={**good, **change})
    assert answer.status_code == 400
    assert answer.json()["message"].endswith(".")
