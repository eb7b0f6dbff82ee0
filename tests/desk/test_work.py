"""What advisors do: take a case, write, hand back, resolve; and what they are told when they cannot."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from concierge.channels.view import View
from concierge.conversations import Case
from concierge.conversations.outbox import Outbox
from concierge.conversations.satisfaction import ANSWERED, answer
from concierge.intents import alarms
from tests.desk.conftest import Desk


def key() -> str:
    return uuid.uuid4().hex


def claimed(desk: Desk, client: httpx.Client, **fields: Any) -> str:
    case = desk.case(**fields)
    assert client.post(f"/api/cases/{case.id}/claim").status_code == 200
    return case.id


def test_two_advisors_race_and_exactly_one_wins(desk: Desk) -> None:
    clients = [desk.client("camille"), desk.client("antoine")]
    case = desk.case()

    def take(number: int) -> httpx.Response:
        return clients[number % 2].post(f"/api/cases/{case.id}/claim")

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(take, range(50)))
    won = {answer.json()["case"]["advisor"]["name"] for answer in answers if answer.status_code == 200}
    lost = [answer for answer in answers if answer.status_code == 409]
    assert len(won) == 1
    assert len(lost) == 25
    assert all(answer.json()["error"] == "already_claimed" for answer in lost)
    assert {answer.json()["by"] for answer in lost} == won
    joined = [row for row in desk.log.messages(case.conversation_id) if row.payload.get("event") == "advisor_joined"]
    assert len(joined) == 1


def test_the_list_shows_what_is_needed_to_choose(desk: Desk) -> None:
    client = desk.client("camille")
    normal, urgent = desk.case(), desk.case(priority="urgent", text="Stop my order!")
    rows = client.get("/api/cases").json()
    order = [row["id"] for row in rows]
    assert order.index(urgent.id) < order.index(normal.id)
    row = rows[order.index(urgent.id)]
    assert row["status"] == "queued"
    assert row["customer"]["name"] == "Claire Fontaine"
    assert row["last_message"]["text"] == "Stop my order!"
    assert row["advisor"] is None
    assert {"channel", "reason", "priority", "summary", "waiting_since", "language", "conversation_id"} <= set(row)


def test_closed_cases_are_listed_on_request(desk: Desk) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    client.post(f"/api/cases/{case_id}/resolve", json={"note": ""})
    assert case_id not in [row["id"] for row in client.get("/api/cases").json()]
    closed = {row["id"]: row for row in client.get("/api/cases", params={"closed": "1"}).json()}
    assert closed[case_id]["status"] == "resolved"


def test_an_advisor_writes_under_their_name(desk: Desk) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    answer = client.post(f"/api/cases/{case_id}/messages", json={"client_key": "first", "text": "Bonjour Claire"})
    assert answer.status_code == 201
    row = desk.log.messages(desk.cases.get(case_id).conversation_id)[-1]
    assert (row.role, row.author, row.text) == ("advisor", "Camille", "Bonjour Claire")
    assert answer.json()["message"]["seq"] == row.seq
    assert answer.json()["message"]["client_key"] == "first"


def test_a_repeated_message_is_said_once(desk: Desk) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    sent = {"client_key": key(), "text": "One moment please"}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: client.post(f"/api/cases/{case_id}/messages", json=sent), range(10)))
    assert {answer.status_code for answer in answers} == {200, 201}
    assert len({answer.json()["message"]["seq"] for answer in answers}) == 1


def test_a_customers_key_does_not_swallow_an_advisors_message(desk: Desk) -> None:
    client = desk.client("camille")
    case = desk.case()
    desk.log.append(case.conversation_id, "customer", "mine", client_key="same")
    client.post(f"/api/cases/{case.id}/claim")
    answer = client.post(f"/api/cases/{case.id}/messages", json={"client_key": "same", "text": "yours"})
    assert answer.json()["message"]["text"] == "yours"


@pytest.mark.parametrize("action", ["messages", "hand-back", "resolve", "typing", "reveal"])
def test_only_in_an_own_case(desk: Desk, action: str) -> None:
    mine, other = desk.client("camille"), desk.client("antoine")
    body = {"client_key": key(), "text": "hello", "note": ""}
    waiting = desk.case()
    answer = other.post(f"/api/cases/{waiting.id}/{action}", json=body)
    assert (answer.status_code, answer.json()["error"]) == (409, "not_claimed")
    mine.post(f"/api/cases/{waiting.id}/claim")
    before = len(desk.log.messages(waiting.conversation_id))
    answer = other.post(f"/api/cases/{waiting.id}/{action}", json=body)
    assert (answer.status_code, answer.json()["error"], answer.json()["by"]) == (403, "not_yours", "Camille")
    assert "Camille" in answer.json()["message"]
    assert len(desk.log.messages(waiting.conversation_id)) == before
    mine.post(f"/api/cases/{waiting.id}/resolve", json={"note": ""})
    answer = other.post(f"/api/cases/{waiting.id}/{action}", json=body)
    assert (answer.status_code, answer.json()["error"]) == (409, "case_closed")


def test_handing_back_gives_the_assistant_the_note(desk: Desk) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    note = "Return agreed until 30 November."
    answer = client.post(f"/api/cases/{case_id}/hand-back", json={"note": note})
    assert answer.json()["case"]["status"] == "returned"
    conversation = desk.log.get(desk.cases.get(case_id).conversation_id)
    assert conversation.owner == "assistant"
    row = desk.log.messages(conversation.id)[-1]
    assert (row.state, row.payload["event"], row.payload["note"]) == ("new", "handed_back", note)


def test_resolving_is_put_in_the_assistants_inbox_once(desk: Desk) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    answers = [client.post(f"/api/cases/{case_id}/resolve", json={"note": "Done"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    case = desk.cases.get(case_id)
    assert (case.status, case.note) == ("resolved", "Done")
    rows = [row for row in desk.log.messages(case.conversation_id) if row.payload.get("event") == "case_resolved"]
    assert [row.state for row in rows] == ["new"]
    answer = client.post(f"/api/cases/{case_id}/claim")
    assert (answer.status_code, answer.json()["error"]) == (409, "case_closed")


def test_typing_reaches_the_customers_side(desk: Desk) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    assert client.post(f"/api/cases/{case_id}/typing").status_code == 204
    assert "advisor" in desk.log.who_types(desk.cases.get(case_id).conversation_id)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"client_key": "k", "text": "   "}, 400, "empty"),
        ({"client_key": "k"}, 400, "empty"),
        ({"client_key": "k", "text": 7}, 400, "empty"),
        ({"text": "hello"}, 400, "bad_client_key"),
        ({"client_key": "x" * 200, "text": "hello"}, 400, "bad_client_key"),
        ({"client_key": "k", "text": "x" * 5000}, 413, "too_long"),
        ({"client_key": "k", "text": "x" * 500_000}, 413, "too_large"),
        ([], 400, "bad_request"),
    ],
)
def test_messages_that_cannot_be_sent(desk: Desk, body: Any, status: int, error: str) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    answer = client.post(f"/api/cases/{case_id}/messages", json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["message"].endswith(".")


def test_a_body_that_is_not_json(desk: Desk) -> None:
    client = desk.client("camille")
    answer = client.post(f"/api/cases/{claimed(desk, client)}/messages", content=b'{"text": "unfinished')
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


def test_a_huge_note_is_refused_and_the_case_stays(desk: Desk) -> None:
    client = desk.client("camille")
    case_id = claimed(desk, client)
    answer = client.post(f"/api/cases/{case_id}/hand-back", json={"note": "x" * 20_000})
    assert (answer.status_code, answer.json()["error"]) == (413, "too_long")
    assert desk.cases.get(case_id).status == "accepted"


def test_html_stays_text_and_odd_characters_do_no_harm(desk: Desk) -> None:
    client = desk.client("camille")
    html = "<script>alert(1)</script> <b>&amp;</b> 😀 \u202e"
    case_id = claimed(desk, client, text=html)
    said = "<img src=x onerror=alert(1)> a\x00b\x07 👩‍👩‍👧"
    client.post(f"/api/cases/{case_id}/messages", json={"client_key": key(), "text": said})
    client.post(f"/api/cases/{case_id}/messages", content=b'{"client_key":"half","text":"half \\ud83d done"}')
    opened = client.get(f"/api/cases/{case_id}")
    assert opened.headers["content-type"] == "application/json"
    texts = [row["text"] for row in opened.json()["messages"] if row["kind"] == "text"]
    assert texts == [html, "<img src=x onerror=alert(1)> ab 👩‍👩‍👧", "half \ufffd done"]


def test_no_such_case(desk: Desk) -> None:
    client = desk.client("camille")
    for method, path in (
        ("GET", ""),
        ("POST", "/claim"),
        ("POST", "/resolve"),
        ("POST", "/reveal"),
        ("POST", "/typing"),
    ):
        answer = client.request(method, f"/api/cases/nobody{path}")
        assert (answer.status_code, answer.json()["error"]) == (404, "no_such_case"), path


def found(client: httpx.Client, words: str) -> list[str]:
    answer = client.post("/api/search", json={"words": words})
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()]


def test_a_case_is_found_by_name_order_and_whole_address(desk: Desk) -> None:
    client = desk.client("camille")
    wanted, other = desk.case(summary="Céline asks about order BA20260001."), desk.case()
    desk.log.update(wanted.conversation_id, name="Céline 50%_off", email="celine@example.com")
    desk.log.record_decision(other.conversation_id, "return", "no", {}, "BA20260002")
    desk.cases.claim(wanted.id, desk.person("camille").id)
    desk.cases.resolve(wanted.id, desk.person("camille").id)
    for words in ("céline", " line 50%_", "BA20260001", "ba20260001", "20260001", "CELINE@example.com"):
        assert wanted.id in found(client, words), words
        assert other.id not in found(client, words), words
    assert found(client, "ba20260002") == [other.id]
    for words in ("celine@", "@example.com", "elin@e", "c", "%", "__", "nobody at all", "\x00"):
        assert found(client, words) == [], words
    (row,) = client.post("/api/search", json={"words": "celine@example.com"}).json()
    assert row["customer"]["email"] == "c••••@example.com"


def test_words_that_were_said_or_noted_are_found_as_they_are_shown(desk: Desk) -> None:
    client = desk.client("camille")
    said, noted, closed = desk.case("The zipper of my pochette is torn"), desk.case(), desk.case()
    desk.log.append(said.conversation_id, "customer", "Write to ophelia.pochette@example.com")
    desk.log.append(said.conversation_id, "system", "", kind="event", payload={"event": "zipper"})
    note = {"client_key": key(), "text": "Préfère la boutique de Montréal"}
    assert client.post(f"/api/cases/{noted.id}/notes", json=note).status_code == 201
    desk.cases.claim(closed.id, desk.person("camille").id)
    desk.cases.resolve(closed.id, desk.person("camille").id, "Velvet ribbon sent to the atelier")
    assert found(client, "pochette zipper") == [said.id]
    assert found(client, "montréal préfère") == [noted.id]
    assert found(client, "velvet RIBBON") == [closed.id]
    (row,) = client.post("/api/search", json={"words": "zipper"}).json()
    assert row["excerpt"] == "The zipper of my pochette is torn"
    for words in ("ophelia", "zipper montréal", "zi", "50% of_it"):
        assert found(client, words) == [], words


def test_a_note_is_for_colleagues_alone(desk: Desk) -> None:
    mine, other = desk.client("camille"), desk.client("antoine")
    case_id = claimed(desk, mine)
    conversation_id = desk.cases.get(case_id).conversation_id
    sent = {"client_key": key(), "text": "Prefers to be called after six."}
    with desk.stream(other) as stream:
        stream.next("ready")
        for _ in range(2):
            answer = mine.post(f"/api/cases/{case_id}/notes", json=sent)
            assert answer.status_code == 201
        # What came before the stream was opened (the claim) may still be told to it first.
        while (told := stream.next("message").data["message"])["payload"].get("event") != "noted":
            pass
        assert told["payload"]["note"] == sent["text"]
    rows = [row for row in desk.log.messages(conversation_id) if row.payload.get("event") == "noted"]
    assert len(rows) == 1, "a repeat adds nothing"
    messages, _ = View(desk.log, desk.cases, mails=False).look(conversation_id, 0)
    assert not [message for message in messages if message.payload.get("event") == "noted"]
    assert "noted" in [deed["what"] for deed in answer.json()["trail"]]
    mine.post(f"/api/cases/{case_id}/resolve", json={"note": ""})
    assert other.post(f"/api/cases/{case_id}/notes", json={"client_key": key(), "text": "Called."}).status_code == 201
    assert other.post(f"/api/cases/{case_id}/notes", json={"client_key": key(), "text": " "}).status_code == 400


def test_a_customer_is_told_what_the_advisor_who_has_the_case_has_read(desk: Desk) -> None:
    mine, other = desk.client("camille"), desk.client("antoine")
    case_id = claimed(desk, mine)
    conversation_id = desk.cases.get(case_id).conversation_id
    view = View(desk.log, desk.cases, mails=False)
    assert other.post(f"/api/cases/{case_id}/seen", json={"seq": 1}).status_code == 204
    assert view.look(conversation_id, 0)[1].read == 0
    for seq in (1, 0):
        assert mine.post(f"/api/cases/{case_id}/seen", json={"seq": seq}).status_code == 204
        assert view.look(conversation_id, 0)[1].read == 1
    assert mine.post(f"/api/cases/{case_id}/seen", json={"seq": "last"}).status_code == 400


def written(desk: Desk, channel: str, ago: timedelta = timedelta(), reason: str = "customer_asked", **way: Any) -> Case:
    """A case of somebody who wrote so long ago on a messaging channel."""
    case = desk.case(channel=channel, reason=reason)
    Outbox(desk.log).hear(case.conversation_id, channel, datetime.now(timezone.utc) - ago, way)
    return case


def test_who_is_asked_how_it_was(desk: Desk) -> None:
    """Once in a conversation, where they can be reached, and not where it would hurt."""
    client = desk.client("camille")

    def asks(case: Case) -> bool:
        client.post(f"/api/cases/{case.id}/claim")
        client.post(f"/api/cases/{case.id}/resolve", json={"note": ""})
        ends = [
            each for each in desk.log.messages(case.conversation_id) if each.payload.get("event") == "case_resolved"
        ]
        return bool(ends[-1].payload.get("ask"))

    first = desk.case()
    assert asks(first)
    assert not asks(desk.cases.start(first.conversation_id, "customer_asked")), "it was asked already"
    assert not asks(desk.case(channel="rest")), "nothing is brought there that nobody asks for"
    assert asks(written(desk, "whatsapp"))
    assert not asks(written(desk, "whatsapp", ago=timedelta(hours=25))), "an advisor's words would not get there either"
    assert asks(written(desk, "email", ago=timedelta(days=30))), "a mail is never too late"
    assert not asks(written(desk, "messenger", ago=timedelta(hours=25))), "a person's words get there, ours do not"
    assert not asks(written(desk, "telegram", stopped={"reason": "blocked_by_customer", "refused": True}))
    assert not asks(written(desk, "wechat", left=2)), "one tells that the case is closed, the last is an advisor's"
    assert asks(written(desk, "wechat", left=3))
    assert not asks(written(desk, "line", reason=next(each.reason for each in alarms().values())))
    assert not asks(desk.case(reason=next(each.reason for each in alarms().values())))
    mourns = desk.case()
    desk.log.append(mourns.conversation_id, "customer", "It was for my mother, who passed away last week")
    assert not asks(mourns)
    assert answer(desk.log, first.conversation_id, 4, "Kind, and quick")
    assert answer(desk.log, first.conversation_id, 1, "Again"), "the page may not know that it was heard"
    assert not answer(desk.log, mourns.conversation_id, 5, "")
    shown = client.get(f"/api/cases/{first.id}").json()
    told = [each for each in shown["messages"] if each["payload"].get("event") == ANSWERED]
    assert [(each["payload"]["score"], each["text"]) for each in told] == [(4, "Kind, and quick")]
    assert "rated" in [each["what"] for each in shown["trail"]]
