"""Promised answers: kept once, worked on by one, and given through the inbox."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from concierge.conversations import Cases, PromisedAnswers, Reply, promised, schema
from concierge.conversations.base import now

DAY = timedelta(days=1)


@pytest.fixture
def promises(log, monkeypatch):
    monkeypatch.setattr(promised, "FIRST_PAUSE", 0.0)
    return PromisedAnswers(log)


@pytest.fixture
def conversation(log):
    return log.open("website").id


def answer_next(log, conversation, *texts):
    message = log.claim_next(conversation, 10)
    log.complete(message, [Reply(text) for text in texts])
    return message


def hurry(log):
    """A minute passes."""
    with log.engine.begin() as connection:
        connection.execute(sa.update(schema.promised_answers).values(next_at=now() - timedelta(seconds=1)))


def test_a_promise_made_twice_is_one(promises, conversation):
    first = promises.promise(conversation, "k", {"task": "track"}, within=DAY)
    assert promises.promise(conversation, "k", {"task": "track"}, within=DAY) == first
    assert len(promises.due(9)) == 1


def test_two_workers_never_take_the_same_one(promises, conversation):
    for number in range(20):
        promises.promise(conversation, f"k{number}", {}, within=DAY)
    with ThreadPoolExecutor(4) as pool:
        taken = [each.id for batch in pool.map(lambda _: promises.due(5), range(8)) for each in batch]
    assert len(taken) == len(set(taken)) == 20


def test_what_a_crashed_worker_had_is_taken_again(promises, conversation, log):
    made = promises.promise(conversation, "k", {}, within=DAY)
    assert promises.due(9)
    assert promises.due(9) == []
    hurry(log)
    assert [each.id for each in promises.due(9)] == [made.id]


def test_each_failed_try_waits_longer(promises, conversation, monkeypatch, log):
    monkeypatch.setattr(promised, "FIRST_PAUSE", 4.0)
    promises.promise(conversation, "k", {}, within=DAY)
    pauses = []
    for _ in range(9):
        hurry(log)
        at = now()
        promises.put_off(promises.due(1))
        pauses.append((next_at(log) - at).total_seconds())
    assert 4 <= pauses[0] <= 8.5
    assert pauses[-1] > 149
    assert max(pauses) <= promised.LONGEST_PAUSE + 1


def next_at(log):
    with log.engine.begin() as connection:
        return connection.execute(sa.select(schema.promised_answers.c.next_at)).scalar_one()


def test_the_inbox_answers_and_the_promise_is_done(promises, conversation, log):
    made = promises.promise(conversation, "k", {"words": "where is it"}, within=DAY)
    [due] = promises.due(9)
    promises.ask(due, "orders_back")
    message = answer_next(log, conversation, "with UPS")
    assert message.payload == {
        "event": "orders_back",
        "promise": made.id,
        "audience": "desk",
        "note": "where is it",
    }
    hurry(log)
    promises.settle()
    assert promises.get(made.id).state == "done"


def test_what_the_inbox_could_not_answer_waits_for_another_try(promises, conversation, log):
    made = promises.promise(conversation, "k", {}, within=DAY)
    promises.ask(*promises.due(9), "orders_back")
    answer_next(log, conversation)
    hurry(log)
    promises.settle()
    assert promises.get(made.id).state == "waiting"
    assert [each.id for each in promises.due(9)] == [made.id]


def test_an_unfinished_turn_is_left_to_the_inbox(promises, conversation, log):
    made = promises.promise(conversation, "k", {}, within=DAY)
    promises.ask(*promises.due(9), "orders_back")
    hurry(log)
    promises.settle()
    assert promises.get(made.id).state == "asked"
    assert promises.due(9) == []


def test_while_an_advisor_has_it_the_desk_is_told_and_the_assistant_stays_silent(promises, conversation, log):
    made = promises.promise(conversation, "k", {"words": "where is it"}, within=DAY)
    Cases(log).start(conversation, "customer_asked")
    promises.ask(*promises.due(9), "orders_back")
    assert log.claim_next(conversation, 10) is None
    assert log.messages(conversation)[-1].payload["note"] == "where is it"
    assert promises.get(made.id).state == "done"


def test_a_promise_that_was_kept_early_is_not_kept_again(promises, conversation, log):
    made = promises.promise(conversation, "k", {}, within=DAY)
    [due] = promises.due(9)
    promises.keep(made.id)
    promises.put_off([due])
    hurry(log)
    assert promises.due(9) == []


def test_asked_again_later_it_is_promised_again(promises, conversation, log):
    made = promises.promise(conversation, "k", {"words": "first"}, within=DAY)
    promises.keep(made.id)
    again = promises.promise(conversation, "k", {"words": "second"}, within=DAY)
    assert (again.id, again.state, again.request) == (made.id, "waiting", {"words": "second"})
