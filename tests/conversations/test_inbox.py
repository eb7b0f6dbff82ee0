from __future__ import annotations

import pytest

from concierge.conversations import Advisors, Cases, ClaimLost, Reply


def received(log, conversation, text="hello"):
    return log.receive(conversation.id, text, lease_seconds=30).message


def test_a_turn_is_stored_whole(log):
    conversation = log.open("website")
    message = received(log, conversation)
    stored, following = log.complete(message, [Reply("one"), Reply("two")], meta={"intent": "greet"}, lease_seconds=30)
    assert [reply.seq for reply in stored] == [2, 3]
    assert following is None
    rows = log.messages(conversation.id)
    assert rows[1:] == stored
    assert rows[0].state == "done"
    assert rows[0].meta["intent"] == "greet"
    assert log.get(conversation.id).last_seq == 3
    assert log.replies_to(conversation.id, 1) == stored


def test_completing_gives_the_next_message(log):
    conversation = log.open("website")
    first = received(log, conversation)
    received(log, conversation, "and")
    _, following = log.complete(first, [], lease_seconds=30)
    assert (following.text, following.attempts) == ("and", 1)


def test_a_worker_that_lost_its_claim_says_nothing(log):
    conversation = log.open("website")
    message = received(log, conversation)
    log.renew([message], -1)
    again = log.claim_next(conversation.id, 30)
    for act in (log.complete, log.reply):
        with pytest.raises(ClaimLost):
            act(message, [Reply("late")])
    assert [row.role for row in log.messages(conversation.id)] == ["customer"]
    log.renew([message], -1)  # no longer its own: changes nothing
    assert log.claim_next(conversation.id, 30) is None
    log.complete(again, [Reply("in time")])
    assert [row.text for row in log.messages(conversation.id)] == ["hello", "in time"]


def test_replies_may_come_before_the_end_of_the_turn(log):
    conversation = log.open("website")
    message = received(log, conversation)
    log.reply(message, [Reply("one moment")])
    log.complete(message, [Reply("here")], first=1)
    assert [reply.text for reply in log.replies_to(conversation.id, 1)] == ["one moment", "here"]


def test_nothing_is_said_over_an_advisor_who_came_meanwhile(log):
    conversation = log.open("website")
    cases, advisors = Cases(log), Advisors(log.engine)
    case = cases.start(conversation.id, "asked")
    message = received(log, conversation, "how long?")
    cases.claim(case.id, advisors.create("camille", "Camille", "a long password").id)
    stored, _ = log.complete(message, [Reply("a while")], meta={"intent": "follow_up"}, unless_advisor=True)
    assert stored == []
    assert [row.role for row in log.messages(conversation.id)] == ["system", "customer", "system"]
    assert log.messages(conversation.id)[1].state == "done"
