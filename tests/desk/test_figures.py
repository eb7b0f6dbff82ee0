"""What leads read: counted from cases that were lived, each time with the hours they took."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from concierge.conversations import Advisors, Cases, ConversationLog, schema, upgrade
from concierge.conversations.base import now
from concierge.conversations.satisfaction import answer
from concierge.desk.figures import Figures
from concierge.storage.database import open_engine, write
from tests.desk.conftest import Desk


@pytest.fixture
def log(tmp_path: Path) -> ConversationLog:
    engine = open_engine(f"sqlite:///{tmp_path / 'log.db'}")
    upgrade(engine)
    return ConversationLog(engine)


def lived(log: ConversationLog, advisor: str, minutes: int | None, hours: int | None, **more: Any) -> str:
    """A case that waited so long for a reply, and was resolved so long after it began; None: not yet."""
    cases = Cases(log)
    conversation = log.open("website", language=more.pop("language", "en"))
    log.append(conversation.id, "customer", "Hello")
    case = cases.claim(cases.start(conversation.id, "customer_asked", **more).id, advisor)
    began = now() - timedelta(days=1)
    changed: dict[str, Any] = {"created_at": began}
    if minutes is not None:
        said = cases.say(case.id, advisor, "Good morning").seq
        this = (schema.messages.c.conversation_id == conversation.id) & (schema.messages.c.seq == said)
        with write(log.engine) as connection:
            at = began + timedelta(minutes=minutes)
            connection.execute(schema.messages.update().where(this).values(created_at=at))
        changed["replied_at"] = at
    if hours is not None:
        cases.resolve(case.id, advisor)
        changed["closed_at"] = began + timedelta(hours=hours)
    with write(log.engine) as connection:
        connection.execute(schema.cases.update().where(schema.cases.c.id == case.id).values(**changed))
    return case.id


def test_cases_are_counted_with_the_times_they_took(log: ConversationLog) -> None:
    advisor = Advisors(log.engine).create("camille", "Camille", "a long password").id
    for minutes in range(1, 11):
        lived(log, advisor, minutes, minutes, brief={"topic": "return_item"})
    lived(log, advisor, None, None, language="it", brief={"topic": "refund_status"})
    waiting = log.open("website")
    log.append(waiting.id, "customer", "A person, please")
    Cases(log).start(waiting.id, "customer_asked")
    for _ in range(4):
        log.append(log.open("website").id, "customer", "When do you open?")
    log.open("website")  # opened, and nobody said anything
    long_ago = lived(log, advisor, 1, 1)
    with write(log.engine) as connection:
        for table, key in ((schema.cases, long_ago), (schema.conversations, Cases(log).get(long_ago).conversation_id)):
            change = table.update().where(table.c.id == key).values(created_at=now() - timedelta(days=30))
            connection.execute(change)
    found = Figures(log.engine).of(7)
    assert (found["conversations"], found["cases"], found["open"], found["waiting"]) == (16, 12, 2, 1)
    assert found["contained"] == pytest.approx(4 / 16)
    assert found["ended"] == {"resolved": 10}
    assert found["first_reply"] == {"count": 10, "median": 300, "ninety": 540}
    assert found["resolution"] == {"count": 10, "median": 5 * 3600, "ninety": 9 * 3600}
    assert [(each["what"], each["cases"]) for each in found["by"]["topic"]] == [
        ("Return an item", 10),
        ("About my refund", 1),
        ("Wishes to speak with an advisor", 1),
    ]
    assert {each["what"]: each["cases"] for each in found["by"]["language"]} == {"en": 11, "it": 1}
    assert Figures(log.engine).of(60)["cases"] == 13
    assert "topic,Return an item,10,300,18000" in Figures(log.engine).csv(7)


def test_what_customers_say_of_it_is_counted(log: ConversationLog) -> None:
    advisor = Advisors(log.engine).create("camille", "Camille", "a long password").id
    for score, language in ((5, "fr"), (2, "fr"), (4, "it")):
        case = Cases(log).get(lived(log, advisor, 1, None, language=language))
        Cases(log).resolve(case.id, advisor, ask=True)
        assert answer(log, case.conversation_id, score, "")
    lived(log, advisor, 1, 1, language="it")
    found = Figures(log.engine).of(7)
    assert (found["cases"], found["rated"], found["satisfaction"]) == (4, 3, 3.67)
    assert {each["what"]: each["satisfaction"] for each in found["by"]["language"]} == {"fr": 3.5, "it": 4.0}
    lines = Figures(log.engine).csv(7).splitlines()
    assert lines[0].endswith(",rated,satisfaction")
    assert next(each for each in lines if each.startswith("language,fr,")).endswith(",2,3.5")


def test_whether_first_replies_came_in_time_is_counted(log: ConversationLog) -> None:
    advisor = Advisors(log.engine).create("camille", "Camille", "a long password").id
    yesterday = now() - timedelta(days=1)
    for minutes in (5, 20, 40):
        lived(log, advisor, minutes, None, queue="returns", due_at=yesterday + timedelta(minutes=30))
    lived(log, advisor, None, None, queue="returns", due_at=yesterday + timedelta(minutes=30))
    lived(log, advisor, None, None, queue="repairs", due_at=now() + timedelta(hours=1))
    lived(log, advisor, None, 1, queue="repairs", due_at=yesterday + timedelta(hours=2))
    lived(log, advisor, 1, None)
    found = Figures(log.engine).of(7)
    assert (found["due"], found["in_time"]) == (4, 0.5)
    by_queue = {each["what"]: (each["cases"], each["due"], each["in_time"]) for each in found["by"]["queue"]}
    assert by_queue == {
        "Returns and exchanges": (4, 4, 0.5),
        "Repairs": (2, 0, None),
        "Client service": (1, 0, None),
    }


def test_nothing_has_happened_yet(log: ConversationLog) -> None:
    found = Figures(log.engine).of(7)
    assert (found["contained"], found["first_reply"]["median"], found["by"]["topic"]) == (None, None, [])


def test_leads_read_them_and_nobody_else(desk: Desk) -> None:
    desk.case()
    desk.person("odile", "lead")
    lead = desk.client("odile")
    assert lead.get("/api/figures").json()["cases"] >= 1
    assert lead.get("/api/figures", params={"format": "csv", "days": "92"}).text.startswith("by,what,cases")
    for days in ("0", "93", "x", "-1", "²"):
        assert lead.get("/api/figures", params={"days": days}).status_code == 400
    assert desk.client("camille").get("/api/figures").json()["error"] == "leads_only"
