from __future__ import annotations

import time
from datetime import datetime, timezone

import jwt
import pytest

from concierge.channels import presence
from concierge.conversations import Advisors
from concierge.privacy.stores import Selection
from concierge.privacy.stores.log import LogStore
from concierge.queues.reader import FILE, read
from tests.channels.conftest import Page, Stream, until
from tests.openapi import CHANNELS


def test_a_message_is_taken_numbered_and_answered(page):
    sent = page.send("hello", key="mine")
    assert (sent.status_code, sent.json()) == (202, {"seq": 1})
    until(lambda: page.said(1))
    asked, answered = page.events()["messages"]
    assert asked == {
        "seq": 1, "role": "customer", "kind": "text", "text": "hello", "payload": {}, "author": "",
        "client_key": "mine", "created_at": asked["created_at"], "lang": "en",
    }  # fmt: skip
    assert (answered["seq"], answered["role"], answered["text"]) == (2, "assistant", "Hello")
    assert answered["client_key"] is None


def test_a_repeated_key_is_absorbed(page):
    assert {page.send("hello", key="again").json()["seq"] for _ in range(3)} == {1}
    until(lambda: page.said(1))
    assert len(page.events()["messages"]) == 2


def test_a_conversation_is_resumed_with_its_token(site, page):
    page.ask("hello")
    again = Page(site.urls[0], token=page.opened["token"])
    assert again.id == page.id
    assert again.opened["last_seq"] == 2
    assert again.said() == ["Hello"]
    stranger = Page(site.urls[0], token=page.opened["token"][:-2] + "xx")
    assert stranger.id != page.id


def test_the_page_tells_language_and_region(site):
    page = Page(site.urls[0], locale="fr-FR", region="uk", page="https://shop.example/bags?email=claire@example.com#x")
    assert page.ask("hello") == "Bonjour"
    found = site.log.get(page.id)
    assert (found.channel, found.language, found.region) == ("website", "fr", "UK")
    assert found.attributes["page"] == "/bags"
    assert "127.0.0.1" not in str(found.attributes)
    odd = Page(site.urls[0], locale=None, region="<b>", page="http://[")
    assert site.log.get(odd.id).region == "ROW"


def test_the_page_tells_what_the_customer_looks_at(site, page):
    looks = {
        "page": "https://shop.example/p/1?from=mail",
        "product": " Hourglass\u200b Small ",
        "bag": ["Track, 38", ""],
    }
    assert page.http.post("/page", json=looks).status_code == 204
    kept = site.log.get(page.id)
    shown = {"page": "/p/1", "product": "Hourglass Small", "bag": ["Track, 38"]}
    assert shown.items() <= kept.attributes.items()
    assert page.http.post("/page", json=looks).status_code == 204
    assert site.log.get(page.id).updated_at == kept.updated_at, "nothing has changed"
    assert page.http.post("/page", json={"bag": ["x" * 900] * 99}).status_code == 204
    bag = site.log.get(page.id).attributes["bag"]
    assert (len(bag), len(bag[0])) == (20, 200)
    for wrong in ({"bag": "Track"}, {"bag": [1]}, {"product": None}, []):
        assert page.http.post("/page", json=wrong).status_code == 400
    assert Page(site.urls[0]).http.post("/page", json=looks, headers={"Authorization": ""}).status_code == 401


def test_a_choice_is_what_the_assistant_offered(site, page):
    page.ask("choose")
    shown = page.events()["messages"][1]
    assert shown["payload"] == {"buttons": [{"title": "The first"}, {"title": "The second"}]}
    assert page.choose(shown["seq"], 1).status_code == 202
    until(lambda: page.said(3))
    assert [message["text"] for message in page.events()["messages"]][2:] == ["The second", "Nothing then"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"client_key": "a", "choice": {"seq": 1, "index": 0}}, "invalid_choice"),
        ({"client_key": "a", "choice": {"seq": 99, "index": 0}}, "invalid_choice"),
        ({"client_key": "a", "choice": {"seq": "1", "index": 0}}, "bad_request"),
        ({"client_key": "a", "choice": {"seq": True, "index": 0}}, "bad_request"),
        ({"client_key": "a", "choice": "/greet"}, "bad_request"),
        ({"client_key": "a", "choice": {"seq": 1, "index": -1}}, "bad_request"),
        ({"client_key": "a", "text": "  "}, "empty_message"),
        ({"client_key": "a", "text": None}, "bad_request"),
        ({"client_key": "a"}, "bad_request"),
        ({"text": "no key"}, "bad_request"),
        ({"client_key": "", "text": "a"}, "bad_request"),
        ({"client_key": "k" * 101, "text": "a"}, "bad_request"),
        ([], "bad_request"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(page, body, error):
    answer = page.http.post("/messages", json=body, headers={"Accept-Language": "fr"})
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert (
        "votre" in answer.json()["message"].lower()
        or "merci" in answer.json()["message"].lower()
        or "choix" in (answer.json()["message"])
    )


def test_a_text_that_is_too_long_is_refused(page):
    answer = page.send("x" * 2001)
    assert (answer.status_code, answer.json()["error"]) == (413, "message_too_long")
    assert page.send("x" * 2000).status_code == 202


def test_emoji_and_html_are_taken(page):
    assert "words" in page.ask("👜👜")
    assert page.ask("<img src=x onerror=alert(1)>") == "Pardon"
    assert "<img src=x onerror=alert(1)>" in page.said(role="customer")


@pytest.mark.parametrize("path", ["/messages", "/leave", "/end", "/typing", "/events", "/stream"])
@pytest.mark.parametrize("authorization", ["", "Bearer nonsense", "Basic abc", "Bearer a.b.c"])
def test_without_a_token_there_is_nothing(http, path, authorization):
    method = "GET" if path in ("/events", "/stream") else "POST"
    headers = {"Authorization": authorization} if authorization else {}
    answer = http.request(method, f"/webhooks/website{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"] == "not_signed_in"


def test_a_token_that_is_not_ours_or_has_run_out_opens_nothing(site, page):
    key = (site.var / "secret").read_text()
    claims = {"sub": page.id, "aud": "concierge-widget", "exp": time.time() + 60}
    for token in (
        jwt.encode(claims, "another key of the same length as ours", algorithm="HS256"),
        jwt.encode({**claims, "exp": time.time() - 1}, key, algorithm="HS256"),
        jwt.encode({**claims, "aud": "desk"}, key, algorithm="HS256"),
        jwt.encode({"sub": page.id, "aud": "concierge-widget"}, key, algorithm="HS256"),
        jwt.encode(claims, None, algorithm="none"),
    ):
        answer = page.http.get("/events", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    good = jwt.encode(claims, key, algorithm="HS256")
    assert page.http.get("/events", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_an_erased_conversation_is_over(site, page):
    page.ask("hello")
    LogStore(site.environment["CONCIERGE_DATABASE_URL"]).erase(Selection((page.id,)))
    assert page.send("hello").status_code == 401
    assert page.http.get("/events").status_code == 401
    assert Page(site.urls[0], token=page.opened["token"]).id != page.id


def test_only_the_shops_pages_may_call(http, page):
    for origin, allowed in (("https://shop.example", True), ("https://evil.example", False)):
        for method, path in (
            ("OPTIONS", "/messages"),
            ("GET", "/events"),
            ("GET", "/events?after=x"),
            ("POST", "/leave"),
        ):
            headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            answer = page.http.request(method, path, headers=headers)
            assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None), (method, path)
    with http.stream(
        "GET",
        "/webhooks/website/stream",
        headers={"Origin": "https://shop.example", "Authorization": page.http.headers["authorization"]},
    ) as answer:
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"


def test_nowhere_is_a_404(http):
    for method in ("GET", "POST"):
        answer = http.request(method, "/webhooks/website/nothing/here")
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    answer = http.get("/webhooks/website/messages")
    assert answer.status_code == 404


def test_the_stream_brings_everything_once_and_in_order(site, page):
    stream = Stream(page)
    assert stream.next("status")["owner"] == "assistant"
    page.send("hello")
    seen = [stream.next() for _ in range(2)]
    assert [(each["seq"], each["id"]) for each in seen] == [(1, "1"), (2, "2")]
    stream.close()
    page.ask("choose")
    page.ask("hello")
    stream = Stream(page, last=2)
    seen += [stream.next() for _ in range(4)]
    site.log.append(page.id, "advisor", "from another process", author="Camille")
    seen.append(stream.next())
    stream.close()
    assert [each["seq"] for each in seen] == [1, 2, 3, 4, 5, 6, 7]
    assert seen[-1]["author"] == "Camille"
    stream = Stream(page, last=6)
    assert stream.next()["seq"] == 7
    stream.close()


def test_cut_streams_lose_nothing(site, page):
    """Two hundred rows written by another process, while the page reconnects after every few."""
    seen: list[int] = []
    written = 0
    while len(seen) < 200:
        for _ in range(min(17, 200 - written)):
            site.log.append(page.id, "advisor", "x")
            written += 1
        stream = Stream(page, last=seen[-1] if seen else None)
        for _ in range(min(11, written - len(seen))):
            seen.append(stream.next()["seq"])
        stream.close()
    assert seen == list(range(1, 201))


def test_a_row_of_another_process_arrives_at_once(site, page):
    stream = Stream(page)
    stream.next("status")
    waits = []
    for _ in range(10):
        began = time.perf_counter()
        site.log.append(page.id, "advisor", "x")
        stream.next()
        waits.append(time.perf_counter() - began)
    stream.close()
    assert sorted(waits)[5] < 0.15


def test_the_assistant_is_seen_to_think(page):
    stream = Stream(page)
    assert stream.next("status")["typing"] is None
    page.send("slowly")
    assert stream.next("status")["typing"] == "assistant"
    assert stream.next("status")["typing"] is None
    stream.close()


def test_what_is_said_before_a_slow_action_is_shown_before_it(site, page):
    site.slow(2.5)
    try:
        page.send("slowly")
        until(lambda: page.said(1))
        assert page.said(1) == ["Hello"]
        until(lambda: len(page.said(1)) == 3)
        assert page.said(1) == ["Hello", "at last", "Nothing then"]
    finally:
        site.slow(0.3)


def test_a_page_is_told_when_client_service_is_there(http):
    always_open = {"open": True, "place": "", "zone": "UTC", "until": None, "opens": None}
    assert http.get("/webhooks/website/hours").json() == always_open  # as all tests have it
    hours = read(FILE).all[-1].hours
    sunday, monday = (datetime(2026, 12, day, 12, tzinfo=timezone.utc) for day in (6, 7))
    milan = {"zone": "Europe/Rome", "place": "Mailand"}
    opens, closes = "2026-12-07T09:00:00+01:00", "2026-12-07T19:00:00+01:00"
    assert presence.told(hours, sunday, "de") == {**milan, "open": False, "until": None, "opens": opens}
    assert presence.told(hours, monday, "de") == {**milan, "open": True, "until": closes, "opens": None}


def test_typing_reaches_the_desk(site, page):
    assert page.http.post("/typing", json={}).status_code == 204
    assert site.log.who_types(page.id) == {"customer"}


def test_too_many_messages_are_asked_to_wait(new_site):
    site = new_site(CONCIERGE_MESSAGES_PER_MINUTE="5", CONCIERGE_SESSIONS_PER_HOUR="2")
    page = Page(site.start_assistant())
    sent = [page.send("hello") for _ in range(6)]
    assert [answer.status_code for answer in sent] == [202] * 5 + [429]
    assert sent[-1].json()["error"] == "too_many_messages"
    assert 1 <= int(sent[-1].headers["retry-after"]) <= 12
    Page(site.urls[0])
    refused = page.http.post("/sessions", json={})
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many_sessions")
    assert page.http.post("/sessions", json={"token": page.opened["token"]}).status_code == 201
    site.stop()


def test_what_is_for_advisors_never_reaches_the_page(site, page):
    page.ask("hello")
    payload = {"event": "details_revealed", "advisor": "Camille", "audience": "desk"}
    live = Stream(page, last=2)
    hidden = site.log.append(page.id, "system", "", kind="event", payload=payload)
    site.log.append(page.id, "advisor", "between us", payload={"audience": "desk"})
    assert [message["seq"] for message in page.events()["messages"]] == [1, 2]
    assert page.events(hidden.seq - 1)["messages"] == []
    shown = site.log.append(page.id, "assistant", "for everybody")
    assert live.next()["seq"] == shown.seq
    live.close()
    late = Stream(page, last=1)
    assert [late.next()["seq"], late.next()["seq"]] == [2, shown.seq]
    late.close()
    assert page.ask("hello") == "Hello"


def test_how_it_was_is_asked_by_the_end_of_a_case_and_answered_once(site, page):
    page.ask("hello")
    assert page.http.post("/satisfaction", json={"score": 5}).status_code == 404, "nobody has asked"
    advisor = Advisors(site.log.engine).create("rated", "Camille", "a long password")
    case = site.cases.start(page.id, "customer_asked")
    site.cases.claim(case.id, advisor.id)
    site.cases.resolve(case.id, advisor.id, "Between us", ask=True)
    for score, comment in ((0, ""), (6, ""), (True, ""), ("5", ""), (5, None), (5, "x" * 1001)):
        refused = page.http.post("/satisfaction", json={"score": score, "comment": comment})
        assert refused.status_code in (400, 413), (score, comment)
    for score in (4, 1):
        told = {"score": score, "comment": "Kind. My card is 4111 1111 1111 1111"}
        assert page.http.post("/satisfaction", json=told).status_code == 204
    shown = [each for each in page.http.get("/events").json()["messages"] if each["kind"] == "event"]
    payloads = [each["payload"] for each in shown if each["payload"]["event"] in ("case_resolved", "satisfaction")]
    assert payloads == [
        {"event": "case_resolved", "advisor": "Camille", "ask": True},
        {"event": "satisfaction", "score": 4},
    ]
    assert "4111" not in shown[-1]["text"]


def test_the_customer_saves_the_conversation_as_pdf(site, page):
    page.ask("hello")
    site.log.append(page.id, "system", "for the desk", kind="event", payload={"event": "noted", "audience": "desk"})
    paper = page.http.get("/transcript")
    assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
    assert paper.headers["content-disposition"] == 'attachment; filename="conversation.pdf"'
    assert paper.headers["cache-control"] == "no-store"
    assert paper.content.startswith(b"%PDF-")
    del page.http.headers["authorization"]
    assert page.http.get("/transcript").status_code == 401


def test_the_customer_saves_the_conversation_for_programs(site, page):
    page.ask("hello")
    site.log.append(page.id, "system", "for the desk", kind="event", payload={"event": "noted", "audience": "desk"})
    site.log.append(page.id, "advisor", "Good morning", author="Camille")
    kept = page.http.get("/transcript?format=json")
    assert kept.headers["content-disposition"] == 'attachment; filename="conversation.json"'
    assert kept.headers["cache-control"] == "no-store"
    document = kept.json()
    CHANNELS.conforms(document, CHANNELS.schemas["Transcript"])
    assert (document["conversation"], document["language"]) == (page.id, "en")
    said = [(each["from"], each["name"], each["text"]) for each in document["messages"]]
    assert said[0] == ("customer", "", "hello")
    assert said[-1] == ("advisor", "Camille", "Good morning")
    assert "for the desk" not in kept.text
    assert page.http.get("/transcript?format=doc").status_code == 400
