"""Assistant, advisor, assistant: in one conversation, over the widget's transport."""

from __future__ import annotations

import contextlib

import pytest

from concierge.channels.sentences import sentence
from concierge.channels.view import View
from concierge.conversations import CustomerGone
from concierge.conversations.portraits import Portraits
from concierge.queues.outlook import LEAST_ANSWERS
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
    site.log.read_by_advisor(page.id, 2**20)
    assert page.events()["read"] == site.log.get(page.id).last_seq
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


def test_who_opens_again_what_they_had_put_away_is_back_without_a_word(site, page):
    page.ask("person")
    case = site.cases.live(page.id)
    site.cases.claim(case.id, site.advisor())
    page.http.post("/end")
    with pytest.raises(CustomerGone):
        site.cases.say(case.id, site.advisor(), "Are you there?")
    with contextlib.closing(Stream(page)):
        until(lambda: any(row.payload.get("event") == "customer_back" for row in site.log.messages(page.id)))
        assert site.cases.say(case.id, site.advisor(), "Good.").text == "Good."
    with contextlib.closing(Stream(page)) as again:
        again.next("status")
    told = [row.payload["event"] for row in site.log.messages(page.id) if row.payload.get("audience") == "desk"]
    assert told.count("customer_back") == 1
    assert "customer_back" not in str(page.events())


def test_a_page_that_was_closed_has_everything_when_it_comes_back(site, page):
    page.ask("person")
    case = site.cases.live(page.id)
    site.cases.claim(case.id, site.advisor())
    site.cases.say(case.id, site.advisor(), "Are you there?")
    again = Page(site.urls[0], token=page.opened["token"])
    assert "Are you there?" in again.said(role="advisor")
    assert again.events()["owner"] == "advisor"


def test_the_customer_is_told_how_long_others_waited_and_whether_they_are_written_to(site, page):
    page.ask("person")
    case, log = site.cases.live(page.id), site.log
    view = View(log, site.cases, mails=True)
    assert view.look(page.id, 0)[1].writes_to == "wanted"
    for _ in range(LEAST_ANSWERS):
        other = site.cases.start(log.open("website").id, "customer_asked", queue=case.queue)
        site.cases.claim(other.id, site.advisor())
        site.cases.say(other.id, site.advisor(), "Good morning")
    site.cases.update(case.id, package={"metadata": {"reply_to": "claire@example.com"}})
    status = View(log, site.cases, mails=True).look(page.id, 0)[1]
    assert (status.wait, status.writes_to) == ((0, 5), "known")
    told = page.events()
    assert (told["wait"], told["address"]) == (None, None), (
        "nobody is written to here; the wait is looked up now and then"
    )


def test_an_advisors_portrait_is_shown_to_whoever_they_are_with(site, page):
    page.ask("person")
    portraits = Portraits(site.log.engine)
    camille = site.advisor()
    portraits.keep(camille, b"a picture")
    assert page.events()["portrait"] is None
    site.cases.claim(site.cases.live(page.id).id, camille)
    name = page.events()["portrait"]
    shown = page.http.get(f"/portraits/{name}", headers={"Authorization": ""})
    assert (shown.content, shown.headers["content-type"]) == (b"a picture", "image/jpeg")
    assert "immutable" in shown.headers["cache-control"]
    portraits.keep(camille, b"")
    assert page.events()["portrait"] is None
    assert page.http.get(f"/portraits/{name}").status_code == 404


def test_moving_up_in_the_queue_is_told(site, page):
    first = Page(site.urls[0])
    first.ask("person")
    page.ask("person")
    stream = Stream(page)
    before = stream.next("status")["position"]
    site.cases.claim(site.cases.live(first.id).id, site.advisor())
    assert stream.next("status")["position"] == before - 1
    stream.close()
