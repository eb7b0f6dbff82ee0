"""A desk at work, as the README shows it: real cases on a real desk, an hour of them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from concierge.conversations import Case, schema
from concierge.conversations.staff import Staff
from concierge.handoff.package import build
from concierge.orders.model import Category, Line, Order, SalesChannel, Shipment, Status
from concierge.orders.sql import SqlOrderBook
from concierge.policy import load_house
from concierge.storage.database import write
from tests.desk.conftest import PASSWORD, Desk, start, stop

NUMBER = "BA10000005"
NOW = datetime.now(timezone.utc)
# Name, language, words, intent, minutes ago, who has it, and its queue.
OTHERS: tuple[tuple[str, str, str, str, int, str, str], ...] = (
    ("Paul Meyer", "de", "Danke. Wann kommt der Kurier?", "track_order", 52, "camille", "client_service"),
    ("Henry Wu", "en", "This is the second time that the seam opens.", "repair_item", 41, "", "repairs"),
    ("Giulia Conti", "it", "Vorrei cambiare la taglia degli stivali", "exchange_item", 18, "", "italian"),
    ("Haruka Ito", "en", "I was charged twice for one order", "charged_twice", 7, "", "payments"),
    ("Ana Ruiz", "es", "¿Cuándo llega mi reembolso?", "refund_status", 33, "antoine", "payments"),
    ("Inès Bernard", "fr", "Le fermoir de mon sac ne tient plus", "repair_item", 64, "livia", "repairs"),
)


def order() -> Order:
    delivered = NOW - timedelta(days=34)
    trainers = Line("1", "Track Trainers", "Track", Category.SHOES, Decimal("895.00"), size="38", colour="Black")
    bag = Line("2", "Hourglass Small", "Hourglass", Category.BAG, Decimal("2390.00"), colour="Bone")
    return Order(
        number=NUMBER,
        email="claire@example.com",
        country="FR",
        region="EU",
        channel=SalesChannel.ONLINE,
        status=Status.DELIVERED,
        currency="EUR",
        placed_at=delivered - timedelta(days=4),
        name="Claire Fontaine",
        lines=(trainers, bag),
        shipments=(Shipment("UPS", "1Z999AA10123456784", delivered_at=delivered),),
    )


def at(desk: Desk, case: Case, *minutes: float) -> None:
    """The case's messages were written so many minutes ago, one after the other, and it was opened with the last but
    those of advisors."""
    log, table = desk.log, schema.messages
    rows = log.messages(case.conversation_id)
    with write(log.engine) as connection:
        for row, ago in zip(rows, minutes, strict=False):
            this = table.c.conversation_id == row.conversation_id, table.c.seq == row.seq
            connection.execute(table.update().where(*this).values(created_at=NOW - timedelta(minutes=ago)))
        opened = next(ago for row, ago in zip(rows, minutes, strict=False) if row.kind == "event")
        values = {"created_at": NOW - timedelta(minutes=opened)}
        connection.execute(schema.cases.update().where(schema.cases.c.id == case.id).values(**values))


def one(desk: Desk, name: str, language: str, words: str, intent: str, ago: int, holder: str, queue: str) -> None:
    conversation = desk.log.open("website", uuid.uuid4().hex, language, "EU")
    desk.log.update(conversation.id, name=name)
    desk.log.append(conversation.id, "customer", words, meta={"intent": intent, "confidence": 0.91})
    due = NOW + timedelta(minutes=60 - ago * 1.6)
    more: dict[str, Any] = {"priority": "high"} if ago == 41 else {}
    case = desk.cases.start(conversation.id, "customer_asked", queue=queue, brief={"topic": intent}, due_at=due, **more)
    if holder:
        desk.cases.claim(case.id, desk.people[holder].id)
        desk.cases.say(case.id, desk.people[holder].id, "…", uuid.uuid4().hex)
    if holder == "camille":
        desk.log.append(conversation.id, "customer", words)
    at(desk, case, ago, ago, ago - 1, ago - 2, ago - 3)


def claires(desk: Desk) -> Case:
    log, house = desk.log, load_house()
    conversation = log.open("website", uuid.uuid4().hex, "en", "EU")
    log.update(conversation.id, name="Claire Fontaine", email="claire@example.com")
    understood = {"intent": "return_item", "confidence": 0.96}
    log.append(
        conversation.id,
        "customer",
        "May I still return the trainers? I was travelling until yesterday.",
        meta=understood,
    )
    decision = house.decide("return", order(), line="1", on=NOW, facts={"original_condition": True})
    log.record_decision(conversation.id, decision.kind, decision.outcome, decision.to_dict(), NUMBER)
    refused = (
        "The 30 days for a return ended on "
        f"{(NOW - timedelta(days=4)):%-d %B}, so I cannot arrange it myself. An advisor can look at it with you."
    )
    log.append(conversation.id, "assistant", refused)
    log.append(conversation.id, "customer", "Yes, please.", meta={"intent": "talk_to_advisor", "confidence": 0.94})
    package = build(
        log,
        conversation.id,
        reason="exception",
        priority="normal",
        slots={"verified_order": NUMBER, "language": "en"},
        latest_intent={"name": "talk_to_advisor", "confidence": 0.94},
        order=order(),
        decisions=log.decisions(conversation.id),
    )
    brief = {"topic": "return_item", "pieces": "Track Trainers", "more": 1, "value": "3285.00", "currency": "EUR"}
    about = {"summary": package["summary"], "package": package, "brief": brief, "due_at": NOW + timedelta(minutes=22)}
    case = desk.cases.start(conversation.id, "exception", queue="returns", **about)
    desk.cases.claim(case.id, desk.people["camille"].id)
    said = "Dear Claire, my name is Camille. I have read your conversation and am with you now."
    desk.cases.say(case.id, desk.people["camille"].id, said, "k")
    log.append(conversation.id, "customer", "Thank you, Camille. They are in their box, with the tags.")
    at(desk, case, 12, 12, 11, 11, 6, 5, 3)
    return case


def draw(browser: Browser, var: Path, file: Path) -> None:
    book = SqlOrderBook(f"sqlite:///{var / 'orders.db'}")
    book.put([order()])
    book.close()
    desk = start(var)
    try:
        for login, role in (("camille", "lead"), ("antoine", "advisor"), ("livia", "advisor")):
            desk.person(login, role)
        Staff(desk.log.engine).seen(each.id for each in desk.people.values())
        for other in OTHERS:
            one(desk, *other)
        case = claires(desk)
        page = browser.new_page(viewport={"width": 1440, "height": 930}, locale="en-GB", timezone_id="Europe/Paris")
        page.goto(f"{desk.url}/#case/{case.id}")
        page.get_by_label("Login").fill("camille")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("They are in their box", exact=False).last).to_be_visible(timeout=30_000)
        page.get_by_label("Message to the customer").fill(
            "I have asked my colleague whether we may make an exception for you."
        )
        page.screenshot(path=file, animations="disabled")
    finally:
        stop(desk)
