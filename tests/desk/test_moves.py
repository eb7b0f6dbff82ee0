"""Whose case it is: put back, passed on, taken over, and what was begun to be written meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

from tests.desk.conftest import Desk
from tests.desk.test_work import claimed, key


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


def test_a_case_is_put_back_passed_on_and_taken_over(desk: Desk) -> None:
    mine, other = desk.client("camille"), desk.client("benoit")
    desk.person("odile", "lead")
    lead = desk.client("odile")
    case_id = claimed(desk, mine)
    assert told(other.post(f"/api/cases/{case_id}/release", json={})) == (403, "not_yours")
    assert mine.post(f"/api/cases/{case_id}/release", json={"note": "A mistake"}).json()["case"]["status"] == "queued"
    assert told(mine.post(f"/api/cases/{case_id}/release", json={})) == (409, "not_claimed")
    to = {each["name"]: each for each in mine.get("/api/advisors").json()}
    assert told(other.post(f"/api/cases/{case_id}/pass-on", json={"to": to["Benoit"]["id"]})) == (409, "not_claimed")
    assigned = lead.post(f"/api/cases/{case_id}/pass-on", json={"to": to["Camille"]["id"], "note": "For you"})
    assert assigned.json()["case"]["advisor"]["name"] == "Camille"
    assert told(mine.post(f"/api/cases/{case_id}/pass-on", json={"to": "nobody"})) == (409, "no_such_advisor")
    assert told(mine.post(f"/api/cases/{case_id}/pass-on", json={})) == (400, "empty")
    passed = mine.post(f"/api/cases/{case_id}/pass-on", json={"to": to["Benoit"]["id"], "note": "Milan"})
    assert passed.json()["case"]["advisor"]["name"] == "Benoit"
    assert told(mine.post(f"/api/cases/{case_id}/take-over", json={})) == (403, "leads_only")
    assert (
        lead.post(f"/api/cases/{case_id}/take-over", json={"note": "Ill"}).json()["case"]["advisor"]["name"] == "Odile"
    )
    trail = lead.get(f"/api/cases/{case_id}").json()["trail"]
    assert [(each["what"], each["advisor"], each.get("to")) for each in trail] == [
        ("queued", "", None),
        ("claimed", "Camille", None),
        ("released", "Camille", None),
        ("passed_on", "Odile", "Camille"),
        ("passed_on", "Camille", "Benoit"),
        ("taken_over", "Odile", "Odile"),
    ]


def test_who_is_at_the_desk_is_seen(desk: Desk) -> None:
    client = desk.client("camille")
    desk.person("absent")
    with desk.stream(client) as stream:
        stream.next("ready")
        here = {each["name"]: each["present"] for each in client.get("/api/advisors").json()}
    assert (here["Camille"], here["Absent"]) == (True, False)


def test_a_draft_is_the_advisors_own(desk: Desk) -> None:
    mine, other = desk.client("camille"), desk.client("antoine")
    case_id = claimed(desk, mine)
    for kind, text in (("reply", "Dear Claire"), ("note", "Ask Milan"), ("closing", "")):
        assert mine.post(f"/api/cases/{case_id}/draft", json={"kind": kind, "text": text}).status_code == 204
    assert mine.get(f"/api/cases/{case_id}").json()["drafts"] == {"reply": "Dear Claire", "note": "Ask Milan"}
    assert other.get(f"/api/cases/{case_id}").json()["drafts"] == {}
    assert told(mine.post(f"/api/cases/{case_id}/draft", json={"kind": "song", "text": "x"})) == (400, "bad_request")
    assert told(mine.post(f"/api/cases/{case_id}/draft", json={"kind": "note", "text": "x" * 9000})) == (
        413,
        "too_long",
    )
    assert told(mine.post("/api/cases/nobody/draft", json={"kind": "note", "text": "x"})) == (404, "no_such_case")


def test_nobody_writes_to_a_customer_who_has_gone(desk: Desk) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    desk.cases.end(desk.cases.get(case_id).conversation_id)
    sent = {"client_key": key(), "text": "Are you there?"}
    assert told(client.post(f"/api/cases/{case_id}/messages", json=sent)) == (409, "customer_gone")
    rows = {row["id"]: row for row in client.get("/api/cases").json()}
    assert rows[case_id]["customer_gone"]
    desk.log.append(desk.cases.get(case_id).conversation_id, "customer", "I am back")
    assert client.post(f"/api/cases/{case_id}/messages", json=sent).status_code == 201


def test_what_is_long_is_compressed(desk: Desk) -> None:
    client = desk.client("camille")
    for _ in range(20):
        desk.case()
    cases = f"{desk.url}/api/cases"
    zipped = httpx.get(cases, cookies=dict(client.cookies), headers={"Accept-Encoding": "gzip"})
    whole = httpx.get(cases, cookies=dict(client.cookies), headers={"Accept-Encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == whole.content
    assert zipped.num_bytes_downloaded < len(whole.content) / 5
    assert "content-encoding" not in whole.headers


def test_a_case_is_put_aside_until_the_customer_writes(desk: Desk) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    until = (datetime.now(timezone.utc) + timedelta(hours=3)).isoformat()

    def row() -> dict[str, Any]:
        return {each["id"]: each for each in client.get("/api/cases").json()}[case_id]

    for bad in ("soon", "2020-01-01T00:00:00Z", "2099-01-01T00:00:00+00:00"):
        assert told(client.post(f"/api/cases/{case_id}/snooze", json={"until": bad})) == (400, "bad_moment")
    assert client.post(f"/api/cases/{case_id}/snooze", json={"until": until}).status_code == 200
    assert row()["snoozed_until"] == until
    desk.log.append(desk.cases.get(case_id).conversation_id, "customer", "Any news?")
    assert row()["snoozed_until"] is None


def test_a_case_is_reopened_by_whoever_takes_it_up(desk: Desk) -> None:
    mine, other = desk.client("camille"), desk.client("antoine")
    case_id = claimed(desk, mine)
    assert told(other.post(f"/api/cases/{case_id}/reopen")) == (409, "not_reopened")
    mine.post(f"/api/cases/{case_id}/resolve", json={"note": "Done"})
    assert other.post(f"/api/cases/{case_id}/reopen").json()["case"]["advisor"]["name"] == "Antoine"
    assert [each["what"] for each in other.get(f"/api/cases/{case_id}").json()["trail"]][-2:] == [
        "resolved",
        "reopened",
    ]


def test_a_note_reaches_the_colleague_that_it_names(desk: Desk) -> None:
    mine, other = desk.client("camille"), desk.client("antoine")
    case_id = claimed(desk, mine)
    text = "@Antoine could you look? mail@antoine.example and @nobody are none, nor is @camille to herself."
    with desk.stream(other) as stream:
        stream.next("ready")
        sent = {"client_key": key(), "text": text}
        for _ in range(2):
            assert mine.post(f"/api/cases/{case_id}/notes", json=sent).status_code == 201
        while (seen := stream.next("message").data["message"])["payload"].get("event") != "noted":
            pass
    assert seen["payload"]["mentions"] == [desk.people["antoine"].id]
    assert [row["id"] for row in other.get("/api/mentions").json()] == [case_id]
    assert mine.get("/api/mentions").json() == []
    assert other.post(f"/api/cases/{case_id}/seen").status_code == 204
    assert other.get("/api/mentions").json() == []
