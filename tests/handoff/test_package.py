"""The handoff package: its shape, what is in it, and what never is."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from concierge.conversations import Cases, Conversation, ConversationLog, ConversationNotFound, upgrade
from concierge.handoff import package as handoff
from concierge.handoff.package import MAX_ACTIVITIES, METADATA_BYTES, build, schema, with_case
from concierge.orders.model import Category, Flag, Line, Order, SalesChannel, Status
from concierge.storage.database import open_engine

CARD = "4111 1111 1111 1111"
AT = datetime(2026, 11, 20, 9, 0, tzinfo=timezone.utc)


@pytest.fixture
def log(tmp_path: Path) -> ConversationLog:
    engine = open_engine(f"sqlite:///{tmp_path / 'log.db'}")
    upgrade(engine)
    return ConversationLog(engine)


@pytest.fixture
def conversation(log: ConversationLog) -> Conversation:
    made = log.open("website", "a page", "fr", "EU", {"page": "/shop/bags"})
    log.append(made.id, "customer", "Bonjour", meta={"intent": "greet", "confidence": 0.99, "entities": []})
    log.append(
        made.id,
        "assistant",
        "Bonjour !",
        kind="quick_replies",
        payload={"buttons": [{"title": "Ma commande", "payload": "/track_order"}]},
        meta={"utter": "utter_greet", "language": "fr", "figures": [], "action": "utter_greet"},
    )
    log.append(
        made.id,
        "customer",
        f"Annulez BA10000001, carte {CARD}",
        meta={"intent": "cancel_order", "confidence": 0.97, "entities": [{"entity": "card", "value": CARD}]},
    )
    log.append(
        made.id, "assistant", "Une conseillère s’en occupe.", meta={"decision_id": "d1", "utter": "utter_handoff"}
    )
    log.append(made.id, "system", "", kind="event", payload={"event": "handoff_queued"})
    return log.get(made.id)


def order(**changes: Any) -> Order:
    known: dict[str, Any] = {
        "number": "BA10000001",
        "email": "claire@example.com",
        "name": "Claire Fontaine",
        "country": "FR",
        "region": "EU",
        "channel": SalesChannel.ONLINE,
        "status": Status.CONFIRMED,
        "currency": "EUR",
        "placed_at": AT,
        "lines": (
            Line("1", "Hourglass bag", "Hourglass", Category.BAG, Decimal("1990"), "S", flags=frozenset({Flag.GIFT})),
            Line("2", "Belt", "", Category.ACCESSORY, Decimal("395")),
        ),
    }
    return Order(**{**known, **changes})


DECISION = {
    "kind": "cancel",
    "outcome": "advisor",
    "reasons": [{"code": "not_prepared", "rule": "cancel.not_prepared", "says": "The warehouse has not begun."}],
    "rules": ["cancel.not_prepared", "cancel.paid"],
    "deadline": None,
}


def built(log: ConversationLog, conversation: Conversation, **changes: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "reason": "cancel_urgent",
        "priority": "urgent",
        "queue": "EU",
        "slots": {
            "language": "fr",
            "verified_order": "BA10000001",
            "note": f"card {CARD}",
            "empty": None,
            "decision": {},
            "memory": {"turn": 2, "told": [{"what": "fault", "value": f"the zip, {CARD}", "turn": 1, "of": "bag"}]},
        },
        "latest_intent": {"name": "cancel_order", "confidence": 0.97},
        "order": order(),
        "decisions": [DECISION],
    }
    document = build(log, conversation.id, **{**wanted, **changes})
    jsonschema.validate(document, schema(), cls=jsonschema.Draft202012Validator)
    assert len(json.dumps(document["metadata"], ensure_ascii=False).encode()) <= METADATA_BYTES
    assert document == json.loads(json.dumps(document))
    return document


@pytest.mark.parametrize("kind", ["name_postcode", "number_email", "code"])
def test_it_says_by_what_the_customer_is_proved(log: ConversationLog, conversation: Conversation, kind: str) -> None:
    address = kind != "name_postcode"
    log.prove(conversation.id, "claire@example.com", "Claire", 1, kind=kind, number="BA10000001", address=address)
    document = built(log, conversation)
    assert (document["customer"]["proof"], document["metadata"]["proof"]) == (kind, kind)
    stronger = {"kind": "code", "number": "BA10000001"}
    log.prove(conversation.id, "claire@example.com", "Claire", 1, **stronger)
    assert built(log, conversation)["customer"]["proof"] == "code"


def test_it_has_the_shape_that_other_systems_map(log: ConversationLog, conversation: Conversation) -> None:
    document = built(log, conversation)
    assert list(document) == [
        "schema_version",
        "event",
        "idempotency_key",
        "case_id",
        "conversation",
        "customer",
        "reason",
        "priority",
        "queue",
        "summary",
        "metadata",
        "context",
        "attachments",
    ]
    assert document["event"] == "handoff.initiate"
    assert document["conversation"] == {"id": conversation.id, "channel": "website"}
    assert document["customer"] == {
        "name": "Claire Fontaine",
        "email": "claire@example.com",
        "language": "fr",
        "region": "EU",
        "verified": True,
        "proof": None,
    }
    assert document["metadata"]["order_number"] == "BA10000001"
    assert document["metadata"]["page"] == "/shop/bags"
    assert document["metadata"]["gift"] is True
    assert document["context"]["latest_intent"] == "cancel_order"
    assert document["context"]["confidence"] == 0.97
    assert document["context"]["decisions"] == [DECISION]
    assert document["context"]["told"] == [{"what": "fault", "value": "the zip, •••• 1111", "turn": 1, "of": "bag"}]
    assert "Told by the customer: fault the zip, •••• 1111." in document["summary"]
    assert with_case(document, "c1")["case_id"] == "c1"


def test_the_schema_is_a_schema_and_refuses_what_is_not_a_package(
    log: ConversationLog, conversation: Conversation
) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    document = built(log, conversation)
    for change in ({"event": "handoff"}, {"priority": "soon"}, {"extra": 1}, {"metadata": {"nested": {}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**document, **change}, schema(), cls=jsonschema.Draft202012Validator)


def test_the_transcript_is_the_conversation_with_what_was_understood(
    log: ConversationLog, conversation: Conversation
) -> None:
    transcript = built(log, conversation)["attachments"][0]
    assert (transcript["name"], transcript["content_type"]) == ("Transcript", "application/json")
    activities = transcript["content"]["activities"]
    assert [each["from"]["role"] for each in activities] == ["user", "bot", "user", "bot"]
    assert activities[0]["id"] == f"{conversation.id}:1"
    assert activities[0]["channel_data"] == {"intent": "greet", "confidence": 0.99, "entities": [], "policy": None}
    assert activities[1]["attachments"] == [
        {
            "content_type": "application/vnd.concierge.quick_replies+json",
            "content": {"buttons": [{"title": "Ma commande"}]},
        }
    ]
    assert activities[3]["channel_data"]["policy"] == {"utter": "utter_handoff", "decision_id": "d1"}
    assert datetime.fromisoformat(activities[0]["timestamp"]).tzinfo is not None


def test_no_secret_is_in_it_anywhere(log: ConversationLog, conversation: Conversation) -> None:
    text = json.dumps(built(log, conversation, order=None, decisions=[]), ensure_ascii=False)
    assert CARD not in text
    assert "•••• 1111" in text
    assert '"/track_order"' not in text, "payloads are ours to issue"


def test_one_handoff_has_one_key(log: ConversationLog, conversation: Conversation) -> None:
    first = built(log, conversation)["idempotency_key"]
    log.append(conversation.id, "assistant", "Un instant.")
    assert built(log, conversation)["idempotency_key"] == first
    log.append(conversation.id, "customer", "Encore moi")
    assert built(log, conversation)["idempotency_key"] != first


def test_without_order_intent_or_words(log: ConversationLog) -> None:
    empty = log.open("rest", "somebody", "en", "ROW")
    document = built(log, empty, order=None, decisions=[], slots={}, latest_intent=None, reason="customer_asked")
    assert (
        document["summary"]
        == "A customer asks to speak with an advisor (in English, by another program of the house, region ROW)."
    )
    assert document["customer"]["verified"] is False
    assert document["idempotency_key"] == f"{empty.id}:0"
    assert (document["context"]["latest_intent"], document["context"]["confidence"]) == (None, None)


def test_an_e_mail_that_was_only_typed_does_not_verify(log: ConversationLog, conversation: Conversation) -> None:
    document = built(log, conversation, order=None, slots={"order_email": "other@example.com"})
    assert document["customer"]["email"] == "other@example.com"
    assert document["customer"]["verified"] is False
    assert "order_number" not in document["metadata"]


def test_recorded_decisions_keep_their_id(log: ConversationLog, conversation: Conversation) -> None:
    recorded = log.record_decision(conversation.id, "cancel", "advisor", DECISION, "BA10000001")
    document = built(log, conversation, decisions=log.decisions(conversation.id))
    assert document["context"]["decisions"] == [{**DECISION, "decision_id": recorded}]


def test_metadata_stays_under_its_limit(log: ConversationLog, conversation: Conversation) -> None:
    log.update(conversation.id, attributes={"page": "ü" * 10_000})
    document = built(log, conversation, reason="r" * 90, latest_intent="x" * 3500)
    assert "page" not in document["metadata"]
    assert document["metadata"]["latest_intent"] == "x" * 3500
    assert document["metadata"]["conversation_id"] == conversation.id


def test_slots_of_any_kind_do_no_harm(log: ConversationLog, conversation: Conversation) -> None:
    odd = {
        "when": AT,
        "money": Decimal("1.50"),
        "set": {Flag.GIFT},
        "object": object(),
        "order": order(),
        "deep": [[{}]],
    }
    slots = built(log, conversation, slots=odd)["context"]["slots"]
    assert (slots["when"], slots["money"], slots["set"]) == (AT.isoformat(), "1.50", ["gift"])


def test_a_very_long_conversation_keeps_its_newest_part(
    log: ConversationLog, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handoff, "MAX_ACTIVITIES", 3)
    content = built(log, conversation)["attachments"][0]["content"]
    assert content["omitted"] == 1
    assert content["activities"][-1]["text"] == "Une conseillère s’en occupe."
    assert MAX_ACTIVITIES == 1000


def test_it_goes_into_a_case_and_comes_out_the_same(log: ConversationLog, conversation: Conversation) -> None:
    document = built(log, conversation)
    cases = Cases(log)
    case = cases.start(conversation.id, "cancel_urgent", priority="urgent", package=document)
    assert cases.get(case.id).package == document


def test_an_unknown_conversation(log: ConversationLog) -> None:
    with pytest.raises(ConversationNotFound):
        build(
            log,
            "nobody",
            reason="",
            priority="normal",
            queue="",
            slots={},
            latest_intent=None,
            order=None,
            decisions=[],
        )
