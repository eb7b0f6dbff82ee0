"""Assistant, advisor, assistant: in one conversation, over the widget's transport."""

from __future__ import annotations

import pytest

from concierge.channels.sentences import sentence
from concierge.conversations import CustomerGone
from tests.channels.conftest import Page, Stream, until


def events(page: Page) -> list[dict]:
    return [each["payload"] for each in page.events()["messages"] if each["kind"] == "event"]


def test_from_the_assistant_to_a_person_and_back(site, page):
    stream = Stream(page)
    stream.next("status")
    assert page.ask("person") == "An advisor will come"
    status = until(lambda: (found := page.events())["owner"] == "queue" and found)
    assert status["queue"] == {"position": status["position"]}
    assert page.ask("hello?") == sentence("advisor_called")
    case = site.cases.live(page.id)
    camille = site.advisor()
    site.cases.claim(case.id, camille)
    assert page.events()["advisor"] == "Camille"
    site.cases.say(case.id, camille, "Good morning")
    page.send("hello")
    site.log.typing(page.id, "advisor")
    assert page.events()["typing"] == "advisor"
    rows = [stream.next() for _ in range(8)]
    assert [(row["role"], row["text"]) for row in rows] == [
        ("customer", "person"),
        ("system", ""),
        ("assistant", "An advisor will come"),
        ("customer", "hello?"),
        ("assistant", sentence("advisor_called")),
        ("system", ""),
        ("advisor", "Good morning"),
        ("customer", "hello"),
    ]
    assert rows[6]["author"] == "Camille"
    site.cases.hand_back(case.id, camille, "knows about the label")
    back = [stream.next() for _ in range(2)]
    stream.close()
    assert back[1]["text"] == "Here I am again"
    assert page.events()["owner"] == "assistant"
    assert page.ask("hello") == "Hello"
    assert [event["event"] for event in events(page)] == ["handoff_queued", "advisor_joined", "handed_back"]
    assert "label" not in str(events(page))


def test_a_resolved_case_is_told_and_the_assistant_goes_on(site, page):
    page.ask("person")
    case = site.cases.live(page.id)
    site.cases.claim(case.id, site.advisor())
    after = site.cases.resolve(case.id, site.advisor()) and site.log.get(page.id).last_seq
    assert "closed" in until(lambda: page.said(after - 1))[0]
    assert page.ask("hello") == "Hello"
    assert page.ask("person") == "An advisor will come"


def test_leaving_the_queue(site, page):
    page.ask("person")
    assert page.http.post("/leave", json={"client_key": "l"}).json() == {"owner": "assistant"}
    assert page.http.post("/leave", json={"client_key": "l"}).status_code == 200
    until(lambda: "no longer waiting" in page.said()[-1])
    assert page.ask("hello") == "Hello"
    assert site.cases.of(page.id)[-1].status == "left"


def test_an_advisor_who_is_there_is_not_left(site, page):
    page.ask("person")
    site.cases.claim(site.cases.live(page.id).id, site.advisor())
    answer = page.http.post("/leave", json={})
    assert (answer.status_code, answer.json()["error"]) == (409, "with_advisor")


def test_a_conversation_that_was_put_away_leaves_nobody_waiting_for_it(site, page):
    page.ask("person")
    waiting = site.cases.live(page.id)
    assert page.http.post("/end").status_code == 204
    assert site.cases.get(waiting.id).status == "left"
    page.ask("person")
    case = site.cases.live(page.id)
    site.cases.claim(case.id, site.advisor())
    for _ in range(2):
        assert page.http.post("/end").status_code == 204
    with pytest.raises(CustomerGone):
        site.cases.say(case.id, site.advisor(), "Are you there?")
    told = [row for row in site.log.messages(page.id) if row.payload.get("event") == "customer_ended"]
    assert len(told) == 1
    assert "customer_ended" not in str(page.events())
    page.send("I am back")
    assert site.cases.say(case.id, site.advisor(), "Good.").text == "Good."


def test_a_page_that_was_closed_has_everything_when_it_comes_back(site, page):
    page.ask("person")
    case = site.cases.live(page.id)
    site.cases.claim(case.id, site.advisor())
    site.cases.say(case.id, site.advisor(), "Are you there?")
    again = Page(site.urls[0], token=page.opened["token"])
    assert "Are you there?" in again.said(role="advisor")
    assert again.events()["owner"] == "advisor"


def test_moving_up_in_the_queue_is_told(site, page):
    first = Page(site.urls[0])
    first.ask("person")
    page.ask("person")
    stream = Stream(page)
    before = stream.next("status")["position"]
    site.cases.claim(site.cases.live(first.id).id, site.advisor())
    assert stream.next("status")["position"] == before - 1
    stream.close()
