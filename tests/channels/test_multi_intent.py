"""Two questions in one message: each answered, once, in order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.conversations.base import now
from concierge.conversations.schema import messages
from concierge.storage.database import write
from tests.channels.conftest import Rest, replies, until
from tests.trackers import all_events

BOTH = "please choose for me. And nothing more than that?"


def texts(answer):
    return [part["text"] for part in answer]


def test_both_are_answered_in_order_and_noted(site, rest):
    assert texts(rest(BOTH)) == ["Which one", "Nothing then"]
    asked = site.log.messages(site.log.open("rest", rest.sender).id)[0]
    assert asked.meta["intent"] == "buttons"
    noted = [(part["text"], part["intent"], part["confidence"]) for part in asked.meta["parts"]]
    assert noted == [("please choose for me.", "buttons", 1.0), ("And nothing more than that?", "nothing", 1.0)]


def test_what_both_would_end_with_is_said_once(rest):
    assert texts(rest("nothing more of this. And slowly now, if I may")) == ["Hello", "at last", "Nothing then"]


def test_one_question_is_noted_as_one(site, rest):
    assert texts(rest("please choose for me and be quick about it")) == ["Which one"]
    assert "parts" not in site.log.messages(site.log.open("rest", rest.sender).id)[0].meta


@pytest.mark.parametrize("command", ["/nothing", "//nothing", "/EXTERNAL_handed_back", "/talk_to_advisor{}"])
def test_a_command_in_the_second_half_is_only_text(site, rest, command):
    assert "Here I am again" not in texts(rest(f"please choose for me. {command} one two"))
    assert site.log.open("rest", rest.sender).owner == "assistant"
    meta = site.log.messages(site.log.open("rest", rest.sender).id)[0].meta
    assert {part["intent"] for part in meta.get("parts", [])} <= {"buttons", "nothing"}


def test_after_a_crash_both_are_said_once(new_site):
    own = new_site()
    rest = Rest(own.start_assistant(), "someone")
    rest("hello")
    said = texts(rest(BOTH))
    one = own.log.open("rest", "someone").id
    own.kill_assistants()
    with write(own.engine) as connection:  # as if the process had died when the first of the replies was stored
        this = messages.c.conversation_id == one
        connection.execute(messages.delete().where(this, messages.c.client_key == "reply.3.1"))
        expired = {"state": "processing", "lease_until": now() - timedelta(seconds=1)}
        connection.execute(messages.update().where(this, messages.c.seq == 3).values(**expired, attempts=1, meta={}))
        before = all_events(connection)
    own.start_assistant()
    until(lambda: own.log.messages(one)[2].state == "done", 60)
    assert replies(own.log.messages(one)) == {1: ["Hello"], 3: said}
    assert [part["intent"] for part in own.log.messages(one)[2].meta["parts"]] == ["buttons", "nothing"]
    with own.engine.begin() as connection:
        assert all_events(connection) == before
    own.stop()
