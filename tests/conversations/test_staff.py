"""Who is here, what each serves and has; and whom a case that waits is given to, where that happens by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concierge.conversations import Advisors, staff
from concierge.conversations.base import now
from concierge.conversations.case_moves import QueueChoice
from concierge.conversations.schema import advisors
from concierge.conversations.staff import Staff
from concierge.desk.assigning import assign
from concierge.storage.database import write


@pytest.fixture
def team(engine):
    return Staff(engine)


@pytest.fixture
def people(engine):
    book = Advisors(engine)
    return [book.create(login, login.title(), "a long password").id for login in ("antoine", "benoit", "camille")]


def seen(engine, advisor_id, ago):
    with write(engine) as connection:
        connection.execute(advisors.update().where(advisors.c.id == advisor_id).values(seen_at=now() - ago))


def waiting(log, cases, queue="returns", language="en", **more):
    return cases.start(log.open("website", language=language).id, "customer_asked", queue=queue, **more)


def holder(cases, case):
    return cases.get(case.id).advisor


def test_presence_is_what_was_chosen_while_a_page_is_open(engine, team, people):
    antoine, benoit, camille = people
    assert [each.presence for each in team.all()] == ["off"] * 3, "nobody has opened the desk yet"
    for advisor_id, chosen in zip(people, ("here", "away", "off"), strict=True):
        team.choose(advisor_id, chosen)
    assert [each.presence for each in team.all()] == ["here", "away", "off"]
    for advisor_id in people:
        seen(engine, advisor_id, staff.AWAY_AFTER + timedelta(seconds=1))
    assert [each.presence for each in team.all()] == ["away", "away", "off"]
    for advisor_id in people:
        seen(engine, advisor_id, staff.OFF_AFTER + timedelta(seconds=1))
    assert [each.presence for each in team.all()] == ["off"] * 3
    team.seen([antoine, benoit])
    assert [each.presence for each in team.all()] == ["here", "away", "off"], "who comes back is as they chose"
    with pytest.raises(ValueError, match="here, away, off"):
        team.choose(camille, "asleep")


def test_cases_that_are_put_aside_take_no_room(log, cases, team, people):
    antoine = people[0]
    team.set_skills(antoine, languages=["it"], queues=["vip"], capacity=1)
    case = cases.claim(waiting(log, cases).id, antoine)
    assert (team.all()[0].cases, team.all()[0].has_room) == (1, False)
    cases.snooze(case.id, antoine, now() + timedelta(hours=1))
    assert (team.all()[0].cases, team.all()[0].has_room) == (0, True)
    log.append(case.conversation_id, "customer", "One more thing")
    assert team.all()[0].cases == 1, "the customer has written: it is in front again"
    with pytest.raises(ValueError, match="from 1 to 99"):
        team.set_skills(antoine, languages=[], queues=[], capacity=0)
    with pytest.raises(LookupError):
        team.set_skills("nobody", languages=[], queues=[], capacity=None)


def test_a_case_is_given_to_who_is_here_serves_it_and_has_room(log, cases, team, people):
    antoine, benoit, camille = people
    team.set_skills(antoine, languages=["it"], queues=[], capacity=2)
    team.set_skills(benoit, languages=[], queues=["repairs"], capacity=None)
    assign(cases, team)  # nobody is here
    italian, repair = waiting(log, cases, language="it"), waiting(log, cases, "repairs")
    more = [waiting(log, cases, language="it") for _ in range(2)]
    english = waiting(log, cases)
    assign(cases, team)
    assert {cases.get(each.id).status for each in (italian, repair, *more, english)} == {"queued"}
    for advisor_id in (antoine, benoit):
        team.choose(advisor_id, "here")
    assign(cases, team)
    assert (holder(cases, italian), holder(cases, repair), holder(cases, more[0])) == ("Antoine", "Benoit", "Antoine")
    assert [cases.get(each.id).status for each in (more[1], english)] == ["queued", "queued"], "it waits"
    team.choose(camille, "here")
    assign(cases, team)
    assert (holder(cases, more[1]), holder(cases, english)) == ("Camille", "Camille")
    assert log.get(english.conversation_id).owner == "advisor"
    told = [row.payload["event"] for row in log.messages(english.conversation_id) if row.kind == "event"]
    assert told[-1] == "advisor_joined"


def test_nobody_is_given_what_they_put_back_and_everybody_what_they_had(log, cases, team, people):
    antoine, benoit, _ = people
    for advisor_id in (antoine, benoit):
        team.choose(advisor_id, "here")
    case = waiting(log, cases)
    assign(cases, team)
    assert holder(cases, case) == "Antoine"
    cases.release(case.id, antoine)
    assign(cases, team)
    assert holder(cases, case) == "Benoit"
    cases.pass_to_queue(case.id, benoit, QueueChoice("vip", "VIP"))
    assign(cases, team)
    assert cases.get(case.id).status == "queued", "neither wanted it: a person has to choose"
    cases.claim(case.id, benoit)
    cases.resolve(case.id, benoit)
    again = cases.start(case.conversation_id, "customer_asked", queue="vip")
    cases.claim(waiting(log, cases).id, benoit)
    assign(cases, team)
    assert holder(cases, again) == "Benoit", "who knows the customer, though another one has less to do"


def test_no_more_are_given_than_there_is_room_for(log, cases, team, people):
    antoine = people[0]
    team.choose(antoine, "here")
    team.set_skills(antoine, languages=[], queues=[], capacity=1)
    first, second = waiting(log, cases), waiting(log, cases)
    assert cases.give(first.id, antoine)
    assert not cases.give(second.id, antoine), "as another process would that looked before"
    assert cases.claim(second.id, antoine).advisor == "Antoine", "who takes one knows what they do"
    third = waiting(log, cases)
    team.set_skills(antoine, languages=[], queues=[], capacity=None)
    cases.claim(third.id, people[1])
    assert not cases.give(third.id, antoine), "somebody has it"
