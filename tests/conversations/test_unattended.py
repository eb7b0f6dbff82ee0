"""A customer who waits for an advisor who is off waits for everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.conversations import Advisors
from concierge.conversations.base import now
from concierge.conversations.schema import advisors, messages
from concierge.conversations.staff import OFF_AFTER, Staff
from concierge.desk.assigning import fittest
from concierge.storage.database import write

LONG = OFF_AFTER + timedelta(seconds=1)


@pytest.fixture
def people(engine):
    book, staff = Advisors(engine), Staff(engine)
    made = [book.create(login, login.title(), "a long password").id for login in ("camille", "antoine")]
    for each in made:
        staff.choose(each, "here")
    return made


@pytest.fixture
def case(log, cases, people):
    conversation = log.open("website", language="fr")
    log.append(conversation.id, "customer", "Bonjour")
    return cases.claim(cases.start(conversation.id, "customer_asked").id, people[0])


def told(advisor, language):
    return f"{advisor} is off, in {language}"


def since(engine, case, ago, advisor_id=None):
    """Everything in the case, and the page of who has it, was so long ago."""
    with write(engine) as connection:
        of_it = messages.c.conversation_id == case.conversation_id
        connection.execute(messages.update().where(of_it).values(created_at=now() - ago))
        this = advisors.c.id == (advisor_id or case.advisor_id)
        connection.execute(advisors.update().where(this).values(seen_at=now() - ago))


def test_who_writes_to_an_advisor_who_is_off_is_in_the_queue_again_and_told_so(engine, log, cases, people, case):
    camille, antoine = people
    later = cases.start(log.open("website").id, "customer_asked")
    cases.say(case.id, camille, "Je m'en occupe.")
    Staff(engine).choose(camille, "off")
    assert cases.unattended() == [], "nobody waits for anything"
    log.append(case.conversation_id, "customer", "Et maintenant ?")
    assert cases.unattended() == [case.id]
    assert cases.recover(case.id, told)
    assert not cases.recover(case.id, told), "another desk has done so"
    back = cases.get(case.id)
    assert (back.status, back.advisor_id, log.get(case.conversation_id).owner) == ("queued", None, "queue")
    assert (cases.position(case.id), cases.position(later.id)) == (1, 2), "in the place that its age gives it"
    assert [row.text for row in log.messages(case.conversation_id) if row.role == "assistant"] == [
        "Camille is off, in fr"
    ]
    events = [row.payload for row in log.messages(case.conversation_id) if row.kind == "event"]
    (event,) = [each for each in events if each["event"] == "case_unattended"]
    assert (event["advisor"], event["audience"]) == ("Camille", "desk")
    Staff(engine).choose(camille, "here")
    assert fittest(back, "fr", Staff(engine).all()).login == "camille", "who comes back is given it before others"
    cases.claim(case.id, antoine)
    Staff(engine).choose(antoine, "off")
    log.append(case.conversation_id, "customer", "Bonsoir")
    assert cases.recover(case.id, told), "the next one, too"
    assert log.last_messages(case.conversation_id, 1, "assistant")[0].text == "Antoine is off, in fr"


def test_a_page_that_is_closed_for_long_is_as_good_as_off(engine, log, cases, people, case):
    assert cases.unattended() == [], "their page is open"
    since(engine, case, OFF_AFTER - timedelta(minutes=1))
    assert cases.unattended() == [], "it may be a tunnel"
    since(engine, case, LONG)
    assert cases.unattended() == [case.id]
    cases.say(case.id, people[0], "Bonjour")
    assert not cases.recover(case.id, told), "they have answered meanwhile"


def test_who_is_given_a_case_while_they_are_off_has_time_to_come(engine, log, cases, people, case):
    camille, antoine = people
    Staff(engine).choose(antoine, "off")
    cases.pass_on(case.id, camille, antoine, "For tomorrow.")
    assert cases.unattended() == []
    log.append(case.conversation_id, "customer", "Et maintenant ?")
    assert cases.unattended() == [case.id]
    other = cases.claim(cases.start(log.open("website").id, "customer_asked").id, antoine)
    since(engine, cases.get(other.id), LONG, antoine)
    assert cases.unattended() == [case.id], "its customer has said nothing"


def test_what_is_put_aside_stays_until_the_customer_writes(engine, log, cases, people, case):
    cases.snooze(case.id, people[0], now() + timedelta(hours=12))
    since(engine, case, LONG)
    Staff(engine).choose(people[0], "off")
    assert cases.unattended() == []
    log.append(case.conversation_id, "customer", "Et maintenant ?")
    assert cases.unattended() == [case.id]


def test_nobody_has_to_come_back_who_cannot_sign_in(engine, log, cases, people, case):
    cases.say(case.id, people[0], "Bonjour")
    Advisors(engine).deactivate("camille")
    assert cases.unattended() == [case.id]
    assert cases.recover(case.id, told)
    assert cases.claim(case.id, people[1]).advisor == "Antoine"


def test_who_reads_no_longer_is_not_written_to(engine, log, cases, people, case):
    log.append(case.conversation_id, "customer", "Et maintenant ?")
    cases.end(case.conversation_id)
    Staff(engine).choose(people[0], "off")
    assert not cases.recover(case.id, told), "nobody waits"
    Advisors(engine).deactivate("camille")
    assert cases.recover(case.id, told), "somebody has to resolve it"
    assert [row for row in log.messages(case.conversation_id) if row.role == "assistant"] == []
