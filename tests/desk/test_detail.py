"""One case with everything an advisor needs, whatever is missing; and what stays hidden until it is asked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from concierge.conversations import RecordedDecision, schema
from concierge.desk.audit import Audit
from concierge.desk.promises import commitments
from concierge.handoff.package import build
from concierge.orders.model import Category, Flag, Line, Order, SalesChannel, Status
from concierge.orders.sql import SqlOrderBook
from concierge.policy.decision import OUTCOMES
from concierge.privacy.stores import Selection
from concierge.privacy.stores.log import LogStore
from concierge.storage.database import write
from tests.desk.conftest import Desk, start, stop

NUMBER = "BA10000001"
GIFT = frozenset({Flag.GIFT})
PICTURES = "https://images.house.example"
DECISION = {
    "kind": "cancel",
    "outcome": "advisor",
    "rules": ["cancel.not_prepared"],
    "reasons": [{"code": "not_prepared", "rule": "cancel.not_prepared", "says": "Not yet in preparation"}],
    "sources": [{"document": "FAQ", "section": "Cancellation"}],
    "deadline": "2026-12-03",
}


def order() -> Order:
    return Order(
        number=NUMBER,
        email="claire@example.com",
        country="FR",
        region="EU",
        channel=SalesChannel.ONLINE,
        status=Status.CONFIRMED,
        currency="EUR",
        placed_at=datetime.now(timezone.utc) - timedelta(hours=1),
        name="Claire Fontaine",
        lines=(
            Line(
                *("1", "Hourglass bag", "Hourglass", Category.BAG, Decimal("1990.00")),
                flags=frozenset({Flag.GIFT}),
                picture=f"{PICTURES}/hourglass.jpg",
            ),
            Line("2", "Belt", "", Category.ACCESSORY, Decimal("350.00"), picture=f"{PICTURES}.elsewhere.example/b.jpg"),
        ),
        invoice_url="https://example.com/invoice",
        extra={"gift_message": "Happy birthday"},
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    var = tmp_path_factory.mktemp("desk")
    book = SqlOrderBook(f"sqlite:///{var / 'orders.db'}")
    book.put([order()])
    book.close()
    running = start(var, CONCIERGE_PICTURES=PICTURES)
    yield running
    stop(running)


def handed_over(desk: Desk) -> str:
    """A case as the assistant hands it over, with an order and a decision."""
    conversation = desk.log.open("website", uuid.uuid4().hex, "en", "EU")
    desk.log.update(conversation.id, name="Claire Fontaine", email="claire@example.com")
    desk.log.append(
        conversation.id,
        "customer",
        f"Cancel {NUMBER} please, I am claire@example.com, +33 6 12 34 56 78",
        meta={"intent": "cancel_order", "confidence": 0.97, "entities": []},
    )
    desk.log.append(
        conversation.id,
        "assistant",
        "A colleague will look at it.",
        meta={
            "utter": "utter_cancel_urgent",
            "figures": [
                {"key": "contact.reply_time", "value": 24, "unit": "hours", "source": "FAQ#Contact"},
                {"key": "lost_label.account", "value": "W95789", "unit": "text", "source": "FAQ#Lost label"},
            ],
        },
    )
    desk.log.record_decision(conversation.id, "cancel", "advisor", DECISION, NUMBER)
    package = build(
        desk.log,
        conversation.id,
        reason="cancel_urgent",
        priority="urgent",
        queue="EU",
        slots={"verified_order": NUMBER, "language": "en"},
        latest_intent={"name": "cancel_order", "confidence": 0.97},
        order=order(),
        decisions=desk.log.decisions(conversation.id),
    )
    return desk.cases.start(
        conversation.id,
        "cancel_urgent",
        priority="urgent",
        queue="EU",
        summary=package["summary"],
        package=package,
    ).id


def test_everything_is_in_front_of_the_advisor(desk: Desk) -> None:
    case_id = handed_over(desk)
    opened = desk.client("camille").get(f"/api/cases/{case_id}").json()
    assert opened["case"]["id"] == case_id
    assert opened["case"]["priority"] == "urgent"
    assert opened["case"]["position"] >= 1
    assert opened["package"]["event"] == "handoff.initiate"
    assert opened["package"]["case_id"] == case_id
    assert opened["package_problem"] is None
    said = [row for row in opened["messages"] if row["kind"] == "text"]
    assert [row["role"] for row in said] == ["customer", "assistant"]
    assert (said[0]["meta"]["intent"], said[0]["meta"]["confidence"]) == ("cancel_order", 0.97)
    assert opened["decisions"][0]["document"]["rules"] == ["cancel.not_prepared"]
    assert opened["decisions"][0]["document"]["sources"][0]["section"] == "Cancellation"
    assert opened["order"]["number"] == NUMBER
    assert opened["order"]["lines"][0]["price"] == "1990.00"
    assert [line["picture"] for line in opened["order"]["lines"]] == [f"{PICTURES}/hourglass.jpg", ""]
    policy = desk.anonymous().get("/").headers["content-security-policy"]
    assert f"img-src 'self' {PICTURES};" in policy, "no page shows what its policy refuses"
    assert opened["order_problem"] is None
    assert {each["about"] for each in opened["commitments"]} == {"cancel", "contact.reply_time"}


def test_who_did_what_and_when(desk: Desk) -> None:
    case_id = handed_over(desk)
    camille = desk.client("camille")
    camille.post(f"/api/cases/{case_id}/claim")
    camille.post(f"/api/cases/{case_id}/messages", json={"client_key": "one", "text": "Stopped."})
    camille.post(f"/api/cases/{case_id}/reveal")
    camille.post(f"/api/cases/{case_id}/resolve", json={"note": "Cancelled."})
    opened = desk.client("antoine").get(f"/api/cases/{case_id}").json()
    assert [(each["what"], each["advisor"]) for each in opened["trail"]] == [
        ("queued", ""),
        ("claimed", "Camille"),
        ("wrote", "Camille"),
        ("revealed", "Camille"),
        ("resolved", "Camille"),
    ]
    times = [datetime.fromisoformat(each["at"]) for each in opened["trail"]]
    assert times == sorted(times)
    assert opened["case"]["note"] == "Cancelled."


def private(answer: str) -> list[str]:
    known = ("claire@example.com", "6 12 34 56 78", "Happy birthday", "/invoice")
    return [each for each in known if each in answer]


def test_contact_details_and_gifts_are_hidden_from_everybody_at_first(desk: Desk) -> None:
    case_id = handed_over(desk)
    camille = desk.client("camille")
    camille.post(f"/api/cases/{case_id}/claim")
    for client in (camille, desk.client("antoine")):
        for path in ("/api/cases", f"/api/cases/{case_id}"):
            assert private(client.get(path).text) == [], path
            assert '["gift"]' not in client.get(path).text
    opened = camille.get(f"/api/cases/{case_id}").json()
    assert (opened["revealed"], opened["may_reveal"]) == (False, True)
    assert "gift" not in opened["package"]["metadata"]
    assert opened["order"]["lines"][0]["flags"] == []
    assert set(opened["order"]["hidden"]) == {"email", "gift", "extra", "invoice_url"}


def test_revealing_is_for_the_holder_and_on_record_each_time(desk: Desk) -> None:
    case_id = handed_over(desk)
    camille, antoine = desk.client("camille"), desk.client("antoine")
    camille.post(f"/api/cases/{case_id}/claim")
    for _ in range(2):
        shown = camille.post(f"/api/cases/{case_id}/reveal")
        assert shown.json()["revealed"] is True
        assert shown.json()["case"]["customer"]["email"] == "claire@example.com"
        assert shown.json()["order"]["lines"][0]["flags"] == ["gift"]
        assert shown.json()["order"]["extra"] == {"gift_message": "Happy birthday"}
        assert "+33 6 12 34 56 78" in shown.json()["messages"][0]["text"]
    assert [each["what"] for each in shown.json()["trail"]].count("revealed") == 2
    assert camille.get(f"/api/cases/{case_id}").json()["revealed"] is True, "it stays, while the case is hers"
    assert private(camille.get("/api/cases").text) == [], "lists stay masked"
    assert private(antoine.get(f"/api/cases/{case_id}").text) == []
    camille.post(f"/api/cases/{case_id}/hand-back", json={"note": ""})
    assert private(camille.get(f"/api/cases/{case_id}").text) == [], "and ends with it"


@pytest.mark.parametrize("package", [None, {}, {"event": "handoff.initiate"}, [], ["odd"], "text", 7])
def test_a_case_opens_without_a_whole_package(desk: Desk, package: Any) -> None:
    case = desk.case()
    with write(desk.log.engine) as connection:
        change = schema.cases.update().where(schema.cases.c.id == case.id)
        connection.execute(change.values(package=package))
    client = desk.client("camille")
    opened = client.get(f"/api/cases/{case.id}")
    assert opened.status_code == 200
    assert opened.json()["package"] is None
    assert "conversation" in opened.json()["package_problem"]
    assert opened.json()["messages"][0]["text"] == "I would like to speak to somebody"
    assert opened.json()["case"]["customer"]["name"] == "Claire Fontaine"
    assert client.post(f"/api/cases/{case.id}/claim").status_code == 200


def test_a_transcript_shows_what_the_page_shows(desk: Desk) -> None:
    case = desk.case("Write to claire@example.com, please. \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d")
    client = desk.client("camille")
    client.post(f"/api/cases/{case.id}/claim")
    client.post(f"/api/cases/{case.id}/messages", json={"client_key": "k1", "text": "Avec plaisir."})
    client.post(f"/api/cases/{case.id}/notes", json={"client_key": "k2", "text": "For colleagues alone"})
    path = f"/api/cases/{case.id}/transcript"
    found = client.get(path).json()
    assert [(each["from"], each["name"]) for each in found["messages"]] == [("customer", ""), ("advisor", "Camille")]
    assert found["masked"] is True
    text = client.get(path, params={"format": "text", "language": "fr"})
    assert text.headers["content-disposition"].endswith('.txt"')
    assert text.text.startswith("Transcription : ")
    assert "Client\n" in text.text
    french = "Transcription : Souhaite parler à un conseiller\n\nClaire Fontaine · Site · avec Camille"
    assert text.text.startswith(french)
    english = client.get(path, params={"format": "text"}).text
    assert english.startswith("Transcript: Wishes to speak with an advisor\n\nClaire Fontaine · Website · with Camille")
    assert "Avec plaisir." in text.text
    for hidden in ("claire@example.com", "colleagues"):
        assert hidden not in text.text + str(found)
    paper = client.get(path, params={"format": "pdf", "language": "it"})
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert client.get(path, params={"format": "docx"}).status_code == 400

    client.post(f"/api/cases/{case.id}/reveal")
    assert "claire@example.com" in client.get(path, params={"format": "text"}).text
    assert "claire@example.com" not in desk.client("antoine").get(path, params={"format": "text"}).text
    saved = [each["details"] for each in Audit(desk.log.engine).find("transcript_saved")]
    assert f"{case.id} pdf" in saved
    assert f"{case.id} text, with contact details" in saved


def test_a_case_opens_whose_package_is_not_even_json(desk: Desk) -> None:
    case, other = desk.case(), desk.case()
    with write(desk.log.engine) as connection:
        connection.execute(sa.text("UPDATE cases SET package = '{\"event\": ' WHERE id = :id"), {"id": case.id})
    client = desk.client("camille")
    opened = client.get(f"/api/cases/{case.id}")
    assert (opened.status_code, opened.json()["package"]) == (200, None)
    assert {case.id, other.id} <= {row["id"] for row in client.get("/api/cases").json()}
    LogStore(str(desk.log.engine.url)).erase(Selection((case.conversation_id,)))
    assert client.get(f"/api/cases/{case.id}").status_code == 404


def test_hostile_shapes_inside_a_package_are_no_obstacle(desk: Desk) -> None:
    case_id = handed_over(desk)
    document = desk.cases.get(case_id).package
    for change in ({"metadata": []}, {"customer": "x"}, {"context": None}, {"metadata": {"order_number": 7}}):
        desk.cases.update(case_id, package={**document, **change})
        assert desk.client("camille").get(f"/api/cases/{case_id}").status_code == 200, change


def test_orders_that_are_down_are_said_and_no_error(tmp_path_factory: pytest.TempPathFactory) -> None:
    var = tmp_path_factory.mktemp("down")
    broken = start(var, CONCIERGE_ORDERS_URL="postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")
    try:
        case_id = handed_over(broken)
        opened = broken.client("camille").get(f"/api/cases/{case_id}")
        assert opened.status_code == 200
        assert opened.json()["order"] is None
        assert opened.json()["order_problem"].startswith("The order system does not answer")
        assert opened.json()["package"]["metadata"]["order_number"] == NUMBER, "what was known then is still there"
    finally:
        stop(broken)


def test_an_order_that_is_gone(desk: Desk) -> None:
    case_id = handed_over(desk)
    document = desk.cases.get(case_id).package
    desk.cases.update(case_id, package={**document, "metadata": {"order_number": "BA99999999"}})
    opened = desk.client("camille").get(f"/api/cases/{case_id}").json()
    assert opened["order"] is None
    assert opened["order_problem"] == "The order system does not know order BA99999999 any longer."


def test_a_day_that_a_refusal_names_is_no_promise() -> None:
    def decided(outcome: str) -> RecordedDecision:
        at = datetime.now(timezone.utc)
        return RecordedDecision("d", "c", NUMBER, "return", outcome, {"deadline": "2026-11-25"}, at)

    known = {outcome: commitments([], [decided(outcome)]) for outcome in OUTCOMES}
    assert {outcome for outcome, found in known.items() if found} == {"yes", "advisor"}
