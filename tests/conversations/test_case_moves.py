"""Whose an open case is, over its life."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.conversations import Advisors, CustomerGone, NotYours, schema
from concierge.conversations.base import now
from concierge.conversations.case_moves import NoSuchAdvisor, NotReopened, NotTheSame
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


def test_a_missed_target_is_escalated_once_and_the_customer_told_once(log, cases, people):
    began = now()
    case, other = (
        cases.start(log.open("website", language=language).id, "customer_asked", due_at=began - timedelta(minutes=1))
        for language in ("fr", "en")
    )
    later = cases.start(log.open("website").id, "customer_asked", due_at=began + timedelta(minutes=5))
    cases.claim(other.id, people[0])
    assert set(cases.overdue()) == {case.id, other.id}, "whether somebody has taken it or not"
    cases.say(other.id, people[0], "Good day")
    assert cases.overdue() == [case.id]
    assert cases.escalate(case.id, lambda language: f"sorry in {language}")
    for each in (case, other, later):
        assert not cases.escalate(each.id, lambda language: "again")
    assert cases.get(case.id).priority == "high"
    assert cases.get(case.id).escalated_at is not None
    assert (cases.position(case.id), cases.position(later.id)) == (1, 2)
    (event,) = [row.payload for row in log.messages(case.conversation_id) if row.payload.get("event") == "case_overdue"]
    assert (event["audience"], event["priority"]) == ("desk", "high")
    assert [row.text for row in log.messages(case.conversation_id) if row.role == "assistant"] == ["sorry in fr"]


def test_who_reads_no_longer_is_not_told_that_it_takes_long(log, cases, case):
    with write(log.engine) as connection:
        connection.execute(schema.cases.update().values(due_at=now() - timedelta(minutes=1)))
    log.append(case.conversation_id, "customer", "hello")
    cases.end(case.conversation_id)
    assert cases.escalate(case.id, lambda language: "sorry")
    assert [row.text for row in log.messages(case.conversation_id) if row.role == "assistant"] == []


def of(log, cases, email="", orders=(), **more):
    conversation = log.open("website", language="it")
    log.update(conversation.id, email=email, attributes={"proved_orders": {each: {"by": "code"} for each in orders}})
    log.append(conversation.id, "customer", "Where is it?")
    return cases.start(conversation.id, "customer_asked", **more)


def test_two_cases_of_a_customer_are_merged(log, cases, people):
    at = now()
    kept = cases.claim(of(log, cases, "claire@example.com", due_at=at + timedelta(hours=2)).id, people[0])
    other = of(log, cases, "Claire@example.com", priority="high", due_at=at + timedelta(hours=1))
    for _ in range(2):  # the answer to the first was lost on its way
        kept = cases.merge(kept.id, other.id, people[0], lambda language: f"together, in {language}")
    closed = cases.get(other.id)
    assert (closed.status, closed.merged_into, closed.closed_at is None) == ("merged", kept.id, False)
    assert (kept.status, kept.priority, kept.due_at) == ("accepted", "high", other.due_at)
    assert log.get(other.conversation_id).owner == "assistant"
    told = log.messages(other.conversation_id)
    assert [each.payload.get("event") or each.text for each in told] == [
        *("Where is it?", "handoff_queued", "case_merged", "handed_back", "together, in it")
    ]
    assert not [each for each in told if each.payload.get("event") == "handed_back" and each.state == "new"]
    noted = [each.payload["other"] for each in log.messages(kept.conversation_id) if "other" in each.payload]
    assert noted == [other.id]
    with pytest.raises(NotReopened):
        cases.reopen(other.id, people[0])
    third = cases.claim(of(log, cases, "claire@example.com").id, people[0])
    cases.merge(third.id, kept.id, people[0], str)
    assert cases.get(other.id).merged_into == third.id, "what was part of the one is part of the other"


def test_only_what_is_proved_to_be_of_one_customer_is_merged(log, cases, people):
    kept = cases.claim(of(log, cases, "claire@example.com", ["BA1"]).id, people[0])
    strangers = [of(log, cases), of(log, cases, orders=["BA10"]), of(log, cases, "anna@example.com", ["BA1"]), kept]
    for stranger in strangers:
        with pytest.raises(NotTheSame):
            cases.merge(kept.id, stranger.id, people[0], str)
    by_order = of(log, cases, orders=["BA1"])
    with pytest.raises(NotYours):
        cases.merge(by_order.id, kept.id, people[0], str)
    cases.claim(by_order.id, people[1])
    with pytest.raises(NotYours, match="Antoine"):
        cases.merge(kept.id, by_order.id, people[0], str)
    assert cases.merge(kept.id, by_order.id, people[1], str, leads=True).advisor == "Camille"
    with pytest.raises(NotYours):
        cases.merge(by_order.id, kept.id, people[0], str)
