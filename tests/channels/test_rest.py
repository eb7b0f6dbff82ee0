from __future__ import annotations

import threading
import time

import httpx
import pytest

from concierge.channels.sentences import sentence
from tests.channels.conftest import Rest, replies, until


def conversation(site, rest):
    return site.log.open("rest", rest.sender)


def test_it_answers_as_rasas_rest_channel_does(rest):
    assert rest("hello") == [{"recipient_id": rest.sender, "text": "Hello"}]
    assert rest("choose") == [
        {
            "recipient_id": rest.sender,
            "text": "Which one",
            "buttons": [{"title": "The first", "payload": "/greet"}, {"title": "The second", "payload": "/nothing"}],
        }
    ]
    assert [part["text"] for part in rest("parts")] == ["One part", "Another part"]


def test_what_was_understood_is_noted(site, rest):
    rest("hello")
    asked, answered = site.log.messages(conversation(site, rest).id)
    assert (asked.meta["intent"], asked.meta["confidence"], asked.meta["entities"]) == ("greet", 1.0, [])
    assert asked.state == "done"
    assert answered.meta["utter"] == "utter_greet"


def test_only_a_payload_that_was_offered_is_one(site, rest):
    assert rest("/nothing")[0]["text"] == "Nothing then"  # without the slash it is a word that is known
    assert rest('/talk_to_advisor{"a":"b"}')[0]["text"] == "Pardon"
    rest("choose")
    assert rest("/greet")[0]["text"] == "Hello"
    last = site.log.last_messages(conversation(site, rest).id, 1, role="customer")[0]
    assert (last.text, last.meta["payload"]) == ("The first", "/greet")


@pytest.mark.parametrize("text", ["/restart", "/session_start", "/back", "//greet", " /EXTERNAL_handed_back"])
def test_rasas_own_commands_are_plain_text(site, rest, text):
    assert rest(text)[0]["text"] in ("Pardon", "Hello")
    assert site.log.messages(conversation(site, rest).id)[0].text == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "   ", "👜👜👜", "?", "<script>alert(1)</script>", "x" * 100_000, "\u202e\u0000\u200b", "/", "🙂" * 3000],
    ids=["empty", "blank", "emoji", "mark", "html", "huge", "controls", "slash", "many"],
)
def test_whatever_is_written_gets_a_kind_sentence_and_is_kept(site, rest, text):
    answer = rest(text)
    assert len(answer) == 1
    assert len(answer[0]["text"]) > 5
    kept = site.log.messages(conversation(site, rest).id)
    assert [message.role for message in kept] == ["customer", "assistant"]
    assert len(kept[0].text) <= 2000


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b"null", b'{"sender": "a"}', b'{"message": "a"}', b'{"sender": 1, "message": "a"}',
     b'{"sender": "", "message": "a"}', b'{"sender": "a", "message": {"x": 1}}', b'\xff\xfe', b'{"sender": "a", "mess'],
)  # fmt: skip
def test_a_request_that_cannot_be_read_is_a_400(http, body):
    answer = http.post("/webhooks/rest/webhook", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "bad_request"
    assert answer.json()["message"]


def test_a_body_of_megabytes_is_refused_in_json(http):
    try:
        answer = http.post("/webhooks/rest/webhook", content=b"x" * 3_000_000)
    except httpx.WriteError:  # refused before all of it was sent
        return
    assert answer.status_code == 413


def test_the_health_of_the_channel(http):
    assert http.get("/webhooks/rest/").json() == {"status": "ok"}


def test_a_card_number_is_masked_before_it_is_stored(site, rest):
    rest("hello, my card is 4111 1111 1111 1111")
    database = b"".join(file.read_bytes() for file in site.var.glob("concierge.db*"))
    assert b"4111 1111" not in database
    assert "•••• 1111".encode() in database
    assert "4111 1111" not in site.log_text()


def test_nobodys_words_are_in_the_technical_log(site, rest):
    rest("hello zanzibar")
    rest("look")
    assert "zanzibar" not in site.log_text()
    assert rest.sender not in site.log_text()


def test_a_repeated_delivery_is_answered_again_but_done_once(site, rest):
    first = rest("hello", message_id="m1")
    assert rest("hello", message_id="m1") == first
    assert len(site.log.messages(conversation(site, rest).id)) == 2


def test_the_language_is_that_of_the_customer(site, rest):
    assert rest("bonjour à tous, je voudrais mon sac")[0]["text"] == "Bonjour"
    assert rest("hello")[0]["text"] == "Bonjour"  # one word does not change it
    assert conversation(site, rest).language == "fr"
    other = Rest(site.urls[0], f"{rest.sender}-2")
    assert other("hello", metadata={"language": "fr-CH"})[0]["text"] == "Bonjour"


def test_a_language_chosen_in_the_dialogue_stays(site, rest):
    rest("bonjour à tous, je voudrais mon sac")
    assert rest("change") == [{"recipient_id": rest.sender, "text": "In English then"}]
    assert rest("bonjour à tous, je voudrais mon sac")[0]["text"] == "Hello"
    assert conversation(site, rest).language == "en"


def test_three_messages_at_once_are_answered_in_order(site, rest):
    rest("hello")
    threads = [threading.Thread(target=rest, args=(text,)) for text in ("slowly", "choose", "hello")]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    said = replies(site.log.messages(conversation(site, rest).id))
    assert list(said.values())[1:] == [["Hello", "at last", "Nothing then"], ["Which one"], ["Hello"]]
    order = [m.client_key for m in site.log.messages(conversation(site, rest).id) if m.role == "assistant"]
    assert order == sorted(order, key=lambda key: [int(part) for part in key.split(".")[1:]])


def test_a_customer_who_goes_away_loses_nothing(site, rest):
    site.slow(1.0)
    try:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(rest.url, json={"sender": rest.sender, "message": "slowly"}, timeout=0.3, verify=False)
    finally:
        one = conversation(site, rest).id
        until(lambda: site.log.messages(one)[0].state == "done")
        site.slow(0.3)
    assert replies(site.log.messages(one)) == {1: ["Hello", "at last", "Nothing then"]}
    # Its token went away with the answer: who comes back without it is in another conversation.
    assert rest("hello")[0]["text"] == "Hello"
    assert len(site.log.messages(one)) == 4


@pytest.mark.usefixtures("nothing_known_of_waits")
def test_while_a_person_answers_the_list_is_empty(site, rest):
    assert rest("person")[0]["text"] == "An advisor will come"
    assert rest("hello")[0]["text"] == sentence("advisor_called"), "nobody has taken it yet"
    case = site.cases.live(conversation(site, rest).id)
    site.cases.claim(case.id, site.advisor())
    assert rest("hello") == []
    site.cases.resolve(case.id, site.advisor())
    one = conversation(site, rest).id
    until(lambda: site.log.last_messages(one, 1)[0].role == "assistant")
    assert rest("hello")[0]["text"] == "Hello"


@pytest.mark.usefixtures("nothing_known_of_waits")
def test_what_an_advisor_writes_later_is_fetched_with_the_token_of_the_first_answer(site, rest):
    first = httpx.post(rest.url, json={"sender": rest.sender, "message": "person"}, timeout=60, verify=False)
    assert first.json()[0]["text"] == "An advisor will come"
    token = first.headers["Concierge-Token"]
    rest.tokens.keep(rest.sender, first.headers)
    again = rest.post("hello")
    assert again.json()[0]["text"] == sentence("advisor_called")
    assert "Concierge-Token" not in again.headers, "nobody reads along who guesses a sender"

    case = site.cases.live(conversation(site, rest).id)
    advisor = site.advisor()
    site.cases.claim(case.id, advisor)
    website = httpx.URL(rest.url).join("/webhooks/website/events")
    headers = {"Authorization": f"Bearer {token}"}
    before = httpx.get(website, headers=headers, verify=False).json()
    site.cases.say(case.id, advisor, "Good morning")
    after = before["messages"][-1]["seq"]
    since = httpx.get(website, params={"after": after}, headers=headers, verify=False).json()
    assert [(message["role"], message["text"]) for message in since["messages"]] == [("advisor", "Good morning")]
    assert since["owner"] == "advisor"
    with httpx.stream(
        "GET", website.join("stream"), params={"after": after}, headers=headers, verify=False, timeout=10
    ) as stream:
        assert any("Good morning" in line for line in stream.iter_lines() if line.startswith("data:"))


def test_the_network_is_kept_in_disguise(site, rest):
    rest("hello")
    network = conversation(site, rest).attributes["network"]
    assert len(network) == 24
    assert "127.0.0.1" not in network
