"""Whose case it is: put back, passed on, taken over, and what was begun to be written meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import httpx

from concierge.queues.wording import sentence
from tests.desk.conftest import Desk, Stream
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


def test_a_case_is_passed_to_a_queue(desk: Desk) -> None:
    mine = desk.client("camille")
    case_id = claimed(desk, mine)
    queues = {each["code"]: each for each in mine.get("/api/queues").json()}
    assert queues["repairs"]["title"] == "Repairs"
    assert all(each["open"] for each in queues.values())
    path = f"/api/cases/{case_id}/pass-on"
    assert told(mine.post(path, json={"queue": "lost_and_found"})) == (409, "no_such_queue")
    assert told(mine.post(path, json={"queue": "repairs", "to": "somebody"})) == (400, "empty")
    row = mine.post(path, json={"queue": "vip", "note": "A bag of 4,000 euros"}).json()["case"]
    assert (row["status"], row["queue_title"], row["priority"], row["advisor"]) == ("queued", "VIP", "high", None)
    due, began = (datetime.fromisoformat(row[name]) for name in ("due_at", "waiting_since"))
    assert due - began == timedelta(minutes=10)
    assert mine.get(f"/api/cases/{case_id}").json()["trail"][-1]["to"] == "VIP"
    mine.post(f"/api/cases/{case_id}/claim", json={})
    mine.post(f"/api/cases/{case_id}/messages", json={"text": "Good morning", "client_key": key()})
    row = mine.post(path, json={"queue": "repairs"}).json()["case"]
    assert row["replied_at"] is not None
    assert row["due_at"] is None, "the first answer has been given"


def test_two_cases_of_one_customer_become_one(desk: Desk) -> None:
    mine, other = desk.client("camille"), desk.client("benoit")
    kept, mailed, stranger = claimed(desk, mine), desk.case("And my bag?", channel="email").id, desk.case().id
    for case_id, address in ((kept, "merged@example.com"), (mailed, "merged@example.com"), (stranger, "anna@x.org")):
        desk.log.update(desk.cases.get(case_id).conversation_id, email=address)
    desk.log.record_decision(desk.cases.get(mailed).conversation_id, "return", "yes", {"deadline": "2026-12-01"}, "BA1")
    mine.post(f"/api/cases/{mailed}/notes", json={"text": "Called at noon", "client_key": key()})
    assert [each["id"] for each in mine.get(f"/api/cases/{kept}").json()["same_customer"]] == [mailed]
    path = f"/api/cases/{kept}/merge"
    assert told(mine.post(path, json={})) == (400, "empty")
    assert told(mine.post(path, json={"other": stranger})) == (409, "not_same_customer")
    assert told(other.post(path, json={"other": mailed})) == (403, "not_yours")
    assert mine.post(path, json={"other": mailed}).json()["case"]["id"] == kept
    assert told(mine.post(f"/api/cases/{mailed}/merge", json={"other": kept})) == (409, "changed")
    found = mine.get(f"/api/cases/{kept}").json()
    (part,) = found["merged"]
    assert part["case"]["id"] == mailed
    assert {"And my bag?", sentence("merged", "en")} <= {each["text"] for each in part["messages"]}
    assert "Called at noon" in [each["payload"].get("note") for each in part["messages"]]
    assert [each["order_number"] for each in found["decisions"]] == ["BA1"]
    assert found["commitments"][0]["due"] == "2026-12-01"
    assert (found["same_customer"], mailed in [each["id"] for each in found["earlier"]]) == ([], False)
    assert found["trail"][-1]["what"] == "merged"
    assert "merged@example.com" not in str(found)
    closed = mine.get(f"/api/cases/{mailed}").json()["case"]
    assert (closed["status"], closed["merged_into"]) == ("merged", kept)


def test_views_are_kept_for_each_advisor(desk: Desk) -> None:
    mine, other = desk.client("camille"), desk.client("benoit")
    view = {"name": "Italy", "state": "waiting", "queue": "", "language": "it", "channel": ""}
    view |= {"topic": "Return", "priority": "high", "holder": "", "due": "late"}
    assert mine.post("/api/views", json=view).json() == [view]
    assert mine.post("/api/views", json={**view, "queue": "returns"}).json() == [{**view, "queue": "returns"}]
    assert told(mine.post("/api/views", json={**view, "name": " "})) == (400, "empty")
    assert told(mine.post("/api/views", json={**view, "state": "odd"})) == (400, "bad_request")
    assert other.get("/api/views").json() == []
    for number in range(19):
        mine.post("/api/views", json={**view, "name": f"View {number}"})
    assert told(mine.post("/api/views", json={**view, "name": "One more"})) == (409, "too_many_views")
    assert "Italy" not in {each["name"] for each in mine.post("/api/views/forget", json={"name": "Italy"}).json()}


def test_who_is_at_the_desk_is_seen(desk: Desk) -> None:
    client = desk.client("camille")
    desk.person("absent")
    desk.person("odile", "lead")
    lead = desk.client("odile")
    with desk.stream(client) as stream:
        stream.next("ready")
        here = {each["login"]: each["presence"] for each in lead.get("/api/advisors").json()}
        assert (here["camille"], here["absent"]) == ("here", "off")
        assert client.post("/api/presence", json={"presence": "away"}).status_code == 204
        while team(stream)["camille"]["presence"] != "away":
            pass
        skills = {"languages": ["it"], "queues": ["vip", "returns"], "capacity": 3}
        path = f"/api/advisors/{desk.person('camille').id}"
        assert told(client.post(path, json=skills)) == (403, "leads_only")
        assert lead.post(path, json=skills).status_code == 200
        row = team(stream)["camille"]
        assert (row["capacity"], row["languages"], row["queues"]) == (3, ["it"], ["returns", "vip"])
        numbers = {"queues": [1]}, {"queues": ["1", 1]}
        for wrong in ({"capacity": 0}, {"capacity": True}, {"languages": ["xx"]}, {"queues": "vip"}, *numbers):
            assert told(lead.post(path, json={**skills, **wrong})) == (400, "bad_request")
        assert told(lead.post("/api/advisors/nobody", json=skills)) == (404, "not_found")
        assert told(client.post("/api/presence", json={"presence": "asleep"})) == (400, "bad_request")
    client.post("/api/presence", json={"presence": "here"})
    lead.post(path, json={"languages": [], "queues": [], "capacity": None})


def team(stream: Stream) -> dict[str, Any]:
    return {each["login"]: each for each in stream.next("advisors").data}


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


def test_a_missed_target_is_told_to_every_page_and_to_the_customer(desk: Desk) -> None:
    lead = desk.client("odile") if "odile" in desk.people else (desk.person("odile", "lead"), desk.client("odile"))[1]
    with desk.stream(lead) as stream:
        stream.next("ready")
        case = desk.case()
        stream.case(case.id)
        desk.cases.update(case.id, due_at=datetime.now(timezone.utc) - timedelta(seconds=1))
        while (told := stream.next("message", 20).data)["message"]["payload"].get("event") != "case_overdue":
            pass
        assert (told["case"], told["message"]["payload"]["priority"]) == (case.id, "high")
    row = lead.get(f"/api/cases/{case.id}").json()["case"]
    assert (row["priority"], bool(row["escalated_at"])) == ("high", True)
    assert desk.log.last_messages(case.conversation_id, 1, "assistant")[0].text == sentence("late", "en")
