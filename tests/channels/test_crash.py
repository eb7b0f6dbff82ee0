"""What must hold when processes die, are many, or cannot reach what they need."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from bench.rest_tokens import RestTokens
from concierge.conversations.base import now
from concierge.conversations.schema import conversations, messages
from concierge.storage.database import write
from tests.channels.conftest import Page, Rest, Site, replies, until
from tests.trackers import all_events

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def own(new_site: Callable[..., Site]):
    site = new_site()
    yield site
    site.stop()


def all_done(site: Site) -> bool:
    with site.engine.begin() as connection:
        waiting = sa.select(sa.func.count()).select_from(messages).where(messages.c.state.in_(("new", "processing")))
        return connection.execute(waiting).scalar_one() == 0


def test_killed_between_storing_and_answering_it_is_answered_once(own):
    url = own.start_assistant()
    pages = [Page(url) for _ in range(12)]
    for page in pages:
        for text in ("hello", "choose"):
            assert page.send(text).status_code == 202
    own.kill_assistants()
    for page in pages[:5]:  # and these came in as the process died: stored, never claimed
        own.log.append(page.id, "customer", "nothing", state="new")
    own.start_assistant()
    until(lambda: all_done(own), 60)
    for number, page in enumerate(pages):
        said = list(replies(own.log.messages(page.id)).values())
        assert said == [["Hello"], ["Which one"], *([["Nothing then"]] if number < 5 else [])]


def test_killed_in_the_middle_of_a_turn_it_is_answered_once(own):
    own.start_actions()
    own.slow(3)
    page = Page(own.start_assistant())
    page.send("slowly")
    until(lambda: page.said(1) == ["Hello"])  # said before the slow action, and already shown
    own.kill_assistants()
    own.slow(0.1)
    own.start_assistant()
    until(lambda: all_done(own), 60)
    assert replies(own.log.messages(page.id)) == {1: ["Hello", "at last", "Nothing then"]}


def test_a_turn_that_rasa_had_finished_is_not_taken_again(own):
    rest = Rest(own.start_assistant(), "someone")
    rest("choose")
    rest("hello")
    one = own.log.open("rest", "someone").id
    own.kill_assistants()
    with write(own.engine) as connection:  # as if the process had died before the reply was stored
        this = messages.c.conversation_id == one
        connection.execute(messages.delete().where(this, messages.c.client_key == "reply.3.0"))
        expired = {"state": "processing", "lease_until": now() - timedelta(seconds=1)}
        connection.execute(messages.update().where(this, messages.c.seq == 3).values(expired))
        before = all_events(connection)
    own.start_assistant()
    until(lambda: all_done(own))
    assert replies(own.log.messages(one)) == {1: ["Which one"], 3: ["Hello"]}
    with own.engine.begin() as connection:
        assert all_events(connection) == before


def test_a_message_that_kills_every_process_is_apologised_for(own):
    own.start_assistant()
    one = own.log.open("website").id
    with write(own.engine) as connection:
        own.log.append_in(connection, one, "customer", "hello", state="new")
        connection.execute(messages.update().where(messages.c.conversation_id == one).values(attempts=3))
    own.log.announce(one)
    until(lambda: own.log.last_messages(one, 1)[0].role == "assistant")
    asked, apology = own.log.messages(one)
    assert asked.state == "failed"
    assert "sorry" in apology.text
    assert apology.payload["buttons"][0]["payload"] == "/talk_to_advisor"


async def say(client: httpx.AsyncClient, url: str, sender: str, text: str, tokens: RestTokens) -> list[str]:
    body, headers = {"sender": sender, "message": text}, tokens.headers(sender)
    answer = await client.post(f"{url}/webhooks/rest/webhook", json=body, headers=headers)
    tokens.keep(sender, answer.headers)
    return [part["text"] for part in answer.json()]


async def test_two_replicas_never_answer_one_message_twice_and_two_hundred_conversations_keep_their_order(own):
    urls = [own.start_assistant(), own.start_assistant()]
    senders = [uuid.uuid4().hex for _ in range(200)]
    texts = ["hello", "choose", "nothing", "hello"]
    expected = [["Hello"], ["Which one"], ["Nothing then"], ["Hello"]]
    limits, tokens = httpx.Limits(max_connections=100), RestTokens()

    async def converse(client: httpx.AsyncClient, number: int) -> None:
        for turn, text in enumerate(texts):
            assert await say(client, urls[(number + turn) % 2], senders[number], text, tokens) == expected[turn]

    async with httpx.AsyncClient(timeout=120, limits=limits, verify=False) as client:
        await asyncio.gather(*(converse(client, number) for number in range(len(senders))))
        # And all at once, to both, without waiting for an answer.
        page = uuid.uuid4().hex
        await say(client, urls[0], page, "hello", tokens)
        await asyncio.gather(*(say(client, urls[n % 2], page, "hello", tokens) for n in range(40)))
    for sender in senders:
        rows = own.log.messages(own.log.open("rest", sender).id)
        assert list(replies(rows).values()) == expected
        assert [row.seq for row in rows] == list(range(1, 9))
    said = replies(own.log.messages(own.log.open("rest", page).id))
    assert list(said.values()) == [["Hello"]] * 41


def test_what_another_replica_left_is_taken_over_while_running(own):
    own.start_assistant()
    one = own.log.open("website").id
    own.log.receive(one, "hello", lease_seconds=1)  # claimed by a process that is no more
    until(lambda: own.log.last_messages(one, 1)[0].text == "Hello", 10)


def test_without_the_action_server_the_customer_is_told_and_offered_a_person(own):
    rest = Rest(own.start_assistant(), "someone")
    (answer,) = rest("look")
    assert "cannot reach our order system" in answer["text"]
    assert answer["buttons"] == [{"title": "Talk to an advisor", "payload": "/talk_to_advisor"}]
    # The offer holds although the action that hands over is out of reach, too.
    assert "advisors" in rest("/talk_to_advisor")[0]["text"]
    case = own.cases.live(own.log.open("rest", "someone").id)
    assert case.status == "queued"
    assert case.package["attachments"][0]["content"]["activities"]
    own.cases.claim(case.id, own.advisor())
    assert rest("hello") == []
    own.cases.hand_back(case.id, own.advisor(), "")
    until(lambda: own.log.last_messages(case.conversation_id, 1)[0].text == "Here I am again")
    own.start_actions()
    assert rest("look")[0]["text"] == "I looked"


def lock(path: str, seconds: float) -> threading.Thread:
    """Keeps SQLite's write lock, as a backup or an administrator's shell does."""
    held = threading.Event()

    def hold() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        held.set()
        time.sleep(seconds)
        connection.execute("ROLLBACK")
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    return thread


def test_a_locked_database_is_said_kindly_and_nothing_that_was_taken_is_lost(own):
    own.start_actions()
    page = Page(own.start_assistant())
    rest = Rest(own.urls[0], "someone")
    rest("hello")
    path = str(own.var / "concierge.db")

    holder = lock(path, 7)
    refused = page.send("hello", key="outbox")
    assert (refused.status_code, refused.json()["error"]) == (503, "busy")
    assert refused.headers["retry-after"] == "2"
    holder.join()
    assert page.send("hello", key="outbox").status_code == 202
    until(lambda: page.said(1))
    assert page.said() == ["Hello"]

    holder = lock(path, 4)  # for less than it takes: nobody notices
    assert rest("hello")[0]["text"] == "Hello"
    holder.join()

    holder = lock(path, 16)
    assert "send it again" in rest("choose")[0]["text"]
    holder.join()
    assert rest("choose")[0]["text"] == "Which one"

    own.slow(1)
    page.send("slowly")  # the turn runs while the database is locked, and is stored afterwards
    time.sleep(0.2)
    holder = lock(path, 8)
    holder.join()
    until(lambda: all_done(own), 60)
    rows = own.log.messages(page.id)
    assert [said for said in replies(rows).values() if "at last" in said]
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))


def test_without_a_model_messages_wait_and_are_answered_when_it_is_there(own):
    """The port is open before the model is loaded: what comes then is kept."""
    one = own.log.open("website").id
    receipt = own.log.receive(one, "hello")
    assert receipt.message.state == "new"
    own.start_assistant()
    until(lambda: own.log.last_messages(one, 1)[0].text == "Hello")


def test_an_orderly_stop_finishes_what_it_began(own):
    own.start_actions()
    own.slow(1)
    page = Page(own.start_assistant())
    page.send("slowly")
    time.sleep(0.3)
    process = own.assistants.pop()
    process.terminate()
    process.wait(15)
    assert replies(own.log.messages(page.id)) == {1: ["Hello", "at last", "Nothing then"]}
    with own.engine.begin() as connection:
        assert connection.execute(sa.select(conversations.c.last_seq)).scalar_one() == 4
