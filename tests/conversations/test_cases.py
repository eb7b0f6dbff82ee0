from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from concierge.conversations import Advisors, AlreadyClaimed, CaseNotFound, NotYours
from concierge.storage.database import write


@pytest.fixture
def people(engine):
    book = Advisors(engine)
    return [book.create(login, login.title(), "a long password").id for login in ("camille", "antoine")]


def events(log, conversation_id):
    return [message.payload["event"] for message in log.messages(conversation_id) if message.kind == "event"]


def test_a_case_silences_the_assistant_until_it_is_handed_back(log, cases, people):
    conversation = log.open("website")
    case = cases.start(conversation.id, "asked", priority="high", queue="care", summary="Lost label")
    assert log.get(conversation.id).owner == "queue"
    claimed = cases.claim(case.id, people[0])
    assert (claimed.status, claimed.advisor, claimed.version) == ("accepted", "Camille", 2)
    assert log.get(conversation.id).owner == "advisor"
    assert not log.receive(conversation.id, "are you there?", lease_seconds=30).claimed
    assert cases.say(case.id, people[0], "Good morning").author == "Camille"
    assert log.claim_next(conversation.id, 30) is None
    cases.hand_back(case.id, people[0], "label sent")
    found = log.get(conversation.id)
    assert (found.owner, found.case_id) == ("assistant", None)
    control = log.claim_next(conversation.id, 30)
    assert (control.role, control.kind) == ("system", "event")
    assert control.payload["event"] == "handed_back"
    assert control.payload["note"] == "label sent"
    assert events(log, conversation.id) == ["handoff_queued", "advisor_joined", "handed_back"]
    assert cases.get(case.id).note == "label sent"


def test_until_an_advisor_has_the_case_the_assistant_still_answers(log, cases):
    conversation = log.open("website")
    cases.start(conversation.id, "asked")
    receipt = log.receive(conversation.id, "how long?", lease_seconds=30)
    assert (receipt.owner, receipt.claimed) == ("queue", True)


def test_what_waits_when_an_advisor_takes_the_case_is_the_advisors(log, cases, people):
    conversation = log.open("website")
    log.receive(conversation.id, "a person please", lease_seconds=30)
    log.receive(conversation.id, "hello?", lease_seconds=30)
    cases.claim(cases.start(conversation.id, "asked").id, people[0])
    log.finish(conversation.id, 1)
    assert log.claim_next(conversation.id, 30) is None
    assert {message.state for message in log.messages(conversation.id)} == {"done"}


def test_one_live_case_per_conversation(log, cases, people):
    conversation = log.open("website")
    case = cases.start(conversation.id, "asked")
    assert cases.start(conversation.id, "asked again").id == case.id
    cases.claim(case.id, people[0])
    assert cases.start(conversation.id, "and again").id == case.id
    cases.resolve(case.id, people[0], "done")
    assert cases.start(conversation.id, "another day").id != case.id
    assert [found.status for found in cases.of(conversation.id)] == ["resolved", "queued"]
    assert events(log, conversation.id) == ["handoff_queued", "advisor_joined", "case_resolved", "handoff_queued"]


def test_two_advisors_never_both_claim(log, cases, people):
    for _ in range(10):
        case = cases.start(log.open("website").id, "asked")

        def claim(advisor, case=case):
            try:
                return cases.claim(case.id, advisor).advisor
            except AlreadyClaimed as problem:
                return f"not: {problem.by}"

        with ThreadPoolExecutor(2) as pool:
            said = sorted(pool.map(claim, people))
        assert said in (["Antoine", "not: Antoine"], ["Camille", "not: Camille"])


def test_only_the_claiming_advisor_acts(log, cases, people):
    case = cases.start(log.open("website").id, "asked")
    with pytest.raises(NotYours):
        cases.say(case.id, people[0], "too early")
    cases.claim(case.id, people[0])
    assert cases.claim(case.id, people[0]).advisor_id == people[0]
    for act in (cases.hand_back, cases.resolve):
        with pytest.raises(NotYours) as problem:
            act(case.id, people[1], "")
        assert problem.value.by == "Camille"
    cases.resolve(case.id, people[0])
    for act in (cases.say, cases.resolve, cases.hand_back):
        with pytest.raises(NotYours):
            act(case.id, people[0], "late")
    with pytest.raises(NotYours):
        cases.claim(case.id, people[0])
    with pytest.raises(NotYours):
        cases.leave(case.id)
    with pytest.raises(CaseNotFound):
        cases.claim("none", people[0])


def test_whom_an_advisor_has_cannot_leave(log, cases, people):
    case = cases.start(log.open("website").id, "asked")
    cases.claim(case.id, people[0])
    with pytest.raises(NotYours) as problem:
        cases.leave(case.id)
    assert problem.value.by == "Camille"
    assert cases.get(case.id).status == "accepted"


def test_who_is_told_at_once_that_they_left_is_not_told_again(log, cases):
    conversation = log.open("website")
    cases.leave(cases.start(conversation.id, "asked").id, told=True)
    assert log.get(conversation.id).owner == "assistant"
    assert log.claim_next(conversation.id, 30) is None
    assert events(log, conversation.id) == ["handoff_queued", "customer_left"]


def test_an_advisors_message_sent_twice_is_said_once(log, cases, people):
    conversation = log.open("website")
    case = cases.start(conversation.id, "asked")
    cases.claim(case.id, people[0])
    first = cases.say(case.id, people[0], "hello", client_key="k")
    again = cases.say(case.id, people[0], "hello", client_key="k")
    assert (again.seq, again.repeated) == (first.seq, True)


def test_the_queue_is_by_urgency_then_age(log, cases, people):
    made = [
        cases.start(log.open("website").id, "asked", priority=priority) for priority in ("normal", "urgent", "normal")
    ]
    high = cases.start(log.open("website").id, "asked", priority="high")
    assert [case.id for case in cases.queue()] == [made[1].id, high.id, made[0].id, made[2].id]
    assert [cases.position(case.id) for case in (*made, high)] == [3, 1, 4, 2]
    cases.claim(made[1].id, people[0])
    assert [cases.position(case.id) for case in (*made, high)] == [2, 0, 3, 1]
    with pytest.raises(ValueError, match="priority"):
        cases.start(log.open("website").id, "asked", priority="asap")


def test_leaving_the_queue_gives_the_conversation_back_to_the_assistant(log, cases):
    conversation = log.open("website")
    case = cases.start(conversation.id, "asked")
    assert cases.leave(case.id).status == "left"
    assert log.get(conversation.id).owner == "assistant"
    assert cases.queue() == []
    assert cases.live(conversation.id) is None
    assert [found.id for found in cases.closed_since(case.created_at)] == [case.id]


def test_a_case_is_completed_while_it_is_open(log, cases):
    case = cases.start(log.open("website").id, "asked")
    cases.update(case.id, priority="urgent", summary="Bag lost")
    found = cases.get(case.id)
    assert (found.priority, found.summary, found.version) == ("urgent", "Bag lost", 2)
    with pytest.raises(ValueError, match="status"):
        cases.update(case.id, status="resolved")


@pytest.mark.parametrize("broken", ["{not json", "", '"a text"', "[1]"])
def test_a_package_that_cannot_be_read_keeps_nobody_from_the_case(log, cases, people, broken):
    if log.engine.dialect.name == "postgresql" and broken in ("{not json", ""):
        pytest.skip("PostgreSQL takes no such value")
    conversation = log.open("website")
    case = cases.start(conversation.id, "asked", package={"order": "BA10000001"})
    assert cases.get(case.id).package == {"order": "BA10000001"}
    with write(log.engine) as connection:
        connection.execute(sa.text("UPDATE cases SET package = :it WHERE id = :id"), {"it": broken, "id": case.id})
    assert [each.package for each in cases.queue()] == [{}]
    assert cases.claim(case.id, people[0]).package == {}
    assert cases.resolve(case.id, people[0]).status == "resolved"


def test_an_advisor_who_has_written_no_longer_types(log, cases, people):
    conversation = log.open("website")
    case = cases.start(conversation.id, "customer_asked")
    cases.claim(case.id, people[0])
    log.typing(conversation.id, "advisor")
    log.typing(conversation.id, "customer")
    cases.say(case.id, people[0], "Good morning")
    assert log.who_types(conversation.id) == {"customer"}
