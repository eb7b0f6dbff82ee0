"""Whose an open case is, over its life."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.conversations import Advisors, CustomerGone, NotYours, schema
from concierge.conversations.base import now
from concierge.conversations.case_moves import NoSuchAdvisor, NotReopened
from concierge.conversations.drafts import Drafts
from concierge.storage.database import write


@pytest.fixture
def people(engine):
    book = Advisors(engine)
    return [book.create(login, login.title(), "a long password").id for login in ("camille", "antoine")]


@pytest.fixture
def case(log, cases, people):
    return cases.claim(cases.start(log.open("website").id, "customer_asked").id, people[0])


def test_a_case_that_is_put_back_keeps_its_place(log, cases, people, case):
    later = cases.start(log.open("website").id, "customer_asked")
    assert cases.position(later.id) == 1
    with pytest.raises(NotYours):
        cases.release(case.id, people[1])
    released = cases.release(case.id, people[0], "Speaks Italian only")
    assert (released.status, released.advisor_id, released.claimed_at) == ("queued", None, None)
    assert (cases.position(case.id), cases.position(later.id)) == (1, 2)
    assert log.get(case.conversation_id).owner == "queue"
    assert cases.claim(case.id, people[1]).advisor == "Antoine"


def test_a_case_is_passed_on_with_a_note(log, cases, people, case):
    passed = cases.pass_on(case.id, people[0], people[1], "Knows the client")
    assert (passed.advisor, passed.status) == ("Antoine", "accepted")
    with pytest.raises(NotYours):
        cases.say(case.id, people[0], "one more thing")
    assert cases.say(case.id, people[1], "Good morning").author == "Antoine"
    rows = {row.payload["event"]: row.payload for row in log.messages(case.conversation_id) if row.kind == "event"}
    assert rows["case_passed_on"]["note"] == "Knows the client"
    assert rows["case_passed_on"]["audience"] == "desk"
    assert rows["advisor_joined"]["advisor"] == "Antoine", "the customer is told who answers now"
    with pytest.raises(NoSuchAdvisor):
        cases.pass_on(case.id, people[1], "nobody")


def test_only_who_leads_passes_on_what_is_not_theirs(log, cases, people, case):
    with pytest.raises(NotYours):
        cases.pass_on(case.id, people[1], people[1])
    waiting = cases.start(log.open("website").id, "customer_asked")
    assert cases.pass_on(waiting.id, people[1], people[0], leads=True).advisor == "Camille"
    assert log.get(waiting.conversation_id).owner == "advisor"
    cases.resolve(waiting.id, people[0])
    with pytest.raises(NotYours):
        cases.pass_on(waiting.id, people[1], people[0], leads=True)


def test_a_case_is_taken_over_from_whoever_has_it(log, cases, people, case):
    assert cases.take_over(case.id, people[1], "Camille is ill").advisor == "Antoine"
    assert cases.take_over(case.id, people[1]).version == cases.get(case.id).version, "it is theirs already"
    waiting = cases.start(log.open("website").id, "customer_asked")
    with pytest.raises(NotYours):
        cases.take_over(waiting.id, people[1])


def test_nobody_writes_to_a_customer_who_has_gone(log, cases, people, case):
    log.append(case.conversation_id, "customer", "Hello")
    cases.end(case.conversation_id)
    with pytest.raises(CustomerGone):
        cases.say(case.id, people[0], "Hello?")
    log.append(case.conversation_id, "customer", "I am back")
    assert cases.say(case.id, people[0], "Good")
    assert cases.say(case.id, people[0], "And another")
    cases.end(log.open("website").id)


def test_drafts_are_kept_for_each_case_and_advisor(engine, log, cases, people, case):
    drafts = Drafts(engine)
    drafts.keep(case.id, people[0], "reply", "Dear Cl")
    drafts.keep(case.id, people[0], "reply", "Dear Claire")
    drafts.keep(case.id, people[0], "note", "ask Milan")
    drafts.keep(case.id, people[1], "note", "mine")
    assert drafts.of(case.id, people[0]) == {"reply": "Dear Claire", "note": "ask Milan"}
    drafts.keep(case.id, people[0], "reply", " ")
    assert drafts.of(case.id, people[0]) == {"note": "ask Milan"}


def test_a_case_is_put_aside_until_it_is_taken_up_or_passed_on(log, cases, people, case):
    until = now() + timedelta(hours=1)
    assert cases.snooze(case.id, people[0], until).snoozed_until == until
    with pytest.raises(NotYours):
        cases.snooze(case.id, people[1], None)
    assert cases.snooze(case.id, people[0], None).snoozed_until is None
    cases.snooze(case.id, people[0], until)
    assert cases.pass_on(case.id, people[0], people[1]).snoozed_until is None
    cases.snooze(case.id, people[1], until)
    assert cases.release(case.id, people[1]).snoozed_until is None


def test_a_case_is_reopened_within_a_week(engine, log, cases, people, case):
    with pytest.raises(NotReopened):
        cases.reopen(case.id, people[0])
    cases.resolve(case.id, people[0], "Done")
    reopened = cases.reopen(case.id, people[1])
    assert (reopened.status, reopened.advisor, reopened.closed_at) == ("accepted", "Antoine", None)
    assert log.get(case.conversation_id).owner == "advisor"
    assert cases.say(case.id, people[1], "One more thing").author == "Antoine"
    cases.resolve(case.id, people[1])
    again = cases.start(case.conversation_id, "customer_asked")
    assert again.brief["before"]["advisor"] == "Antoine", "whoever had it last"
    with pytest.raises(NotReopened):
        cases.reopen(case.id, people[0])
    cases.leave(again.id)
    with write(engine) as connection:
        connection.execute(schema.cases.update().values(closed_at=now() - timedelta(days=8)))
    with pytest.raises(NotReopened):
        cases.reopen(case.id, people[0])
    assert "before" not in cases.start(case.conversation_id, "customer_asked").brief
