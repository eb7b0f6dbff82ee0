"""The search tells no more than a list does; whoever knows a whole address leaves a trace."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from concierge.channels.view import View
from tests.desk.conftest import Desk, own_desk, start, stop

__all__ = ["own_desk"]  # a fixture

PHONE = "0612345678"
SPOKEN = "+33 6 12 34 56 78"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    running = start(
        tmp_path_factory.mktemp("desk"), before="import concierge.desk.app as a; a.SEARCHES = (10_000, 60.0)"
    )
    yield running
    stop(running)


def found(client: httpx.Client, words: str) -> list[str]:
    answer = client.post("/api/search", json={"words": words})
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()]


def test_masked_digits_are_not_told_step_by_step(desk: Desk) -> None:
    client = desk.client("camille")
    case = desk.case(summary=f"Call {PHONE} about order BA20264242, or {SPOKEN}; 555-123-4567.")
    shown = client.get(f"/api/cases/{case.id}").json()["case"]["summary"]
    assert PHONE not in shown
    assert "555-123-4567" not in shown
    for length in range(2, len(PHONE) + 1):
        for start_at in range(len(PHONE) - length + 1):
            assert found(client, PHONE[start_at : start_at + length]) == []
        if length > 8:
            break
    for part in (SPOKEN, "5551234567", "123-4567", "4567", "1234"):
        assert case.id not in found(client, part), part
    for part in ("BA20264242", "20264242", "4242"):
        assert case.id in found(client, part), part


def test_a_name_that_holds_an_address_is_shown_and_found_as_masked(desk: Desk) -> None:
    client = desk.client("camille")
    case = desk.case()
    desk.log.update(case.conversation_id, name=f"Zoé zoe.martin@example.com {PHONE}")
    assert case.id in found(client, "zoé")
    for words in ("zoe.m", "zoe.martin", PHONE, PHONE[:6]):
        assert case.id not in found(client, words), words
    listed = next(row for row in client.get("/api/cases").json() if row["id"] == case.id)
    assert "martin" not in listed["customer"]["name"]
    assert PHONE not in listed["customer"]["name"]


def test_only_a_whole_address_finds_and_that_is_on_record(desk: Desk) -> None:
    client = desk.client("camille")
    case, other = desk.case(), desk.case()
    desk.log.update(case.conversation_id, email="whole.address@example.com")
    address = "whole.address@example.com"
    for length in range(1, len(address)):
        assert found(client, address[:length]) == []
    for words in ("%@example.com", "whole_address@example.com", "*@example.com", f"{address} OR 1=1"):
        assert found(client, words) == []
    assert not looked_up(desk, case.conversation_id)

    assert found(client, address.upper()) == [case.id]
    (record,) = looked_up(desk, case.conversation_id)
    camille = desk.person("camille")
    assert (record["advisor"], record["advisor_id"], record["case"]) == (camille.name, camille.id, case.id)
    assert not looked_up(desk, other.conversation_id)
    assert "looked_up" in [deed["what"] for deed in client.get(f"/api/cases/{case.id}").json()["trail"]]
    shown, _ = View(desk.log, desk.cases, mails=False).look(case.conversation_id, 0)
    assert not [message for message in shown if message.kind == "event" and "looked_up" in str(message.payload)]
    opened = client.get(f"/api/cases/{case.id}").json()
    assert opened["revealed"] is False, "to find a case is not to see its details"


def looked_up(desk: Desk, conversation_id: str) -> list[dict[str, Any]]:
    messages = desk.log.messages(conversation_id)
    return [each.payload for each in messages if each.payload.get("event") == "details_looked_up"]


def test_an_address_is_never_part_of_a_url(desk: Desk) -> None:
    client = desk.client("camille")
    case = desk.case()
    desk.log.update(case.conversation_id, email="url@example.com")
    rows = client.get("/api/cases", params={"q": "url@example.com"}).json()
    assert len(rows) > 1, "it is not a search any longer"
    bare = httpx.post(f"{desk.url}/api/search", json={"words": "url@example.com"}, cookies=dict(client.cookies))
    assert bare.status_code == 403, "and no other page can make one"


def test_searching_very_often_has_an_end(own_desk: Desk) -> None:
    client, other = own_desk.client("busy"), own_desk.client("patient")
    answers = [client.post("/api/search", json={"words": f"name {n}"}) for n in range(90)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["error"] == "too_many_searches"
    assert int(refused[0].headers["retry-after"]) >= 1
    assert other.post("/api/search", json={"words": "name"}).status_code == 200
