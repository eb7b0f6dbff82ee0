"""What goes to an advisor, or to another system, when the assistant hands over.

One document that maps onto Bot Framework (``handoff.initiate`` with a Transcript attachment), Chatwoot (priority,
queue) and Zendesk's switchboard (flat ``metadata`` of at most 4 KB). ``schema.json`` beside this file is its contract.
It is built from the conversation log; Rasa's tracker gives only slots and the latest intent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from concierge.conversations import TurnId, proof
from concierge.handoff.names import topic
from concierge.handoff.summary import summarise
from concierge.masking.texts import everywhere, secrets
from concierge.orders.identity import exact_email
from concierge.orders.model import Flag, Order
from concierge.policy.proofs import KINDS
from concierge.serialisation import as_json

SCHEMA_VERSION = "1.0"
_IN_THEIR_OWN_PLACE = {"order_number", "order_numbers", "email"}
METADATA_BYTES = 4096
MAX_ACTIVITIES = 1000  # the newest; the log has the rest

_SPEAKERS = {"customer": "user", "assistant": "bot", "advisor": "agent"}
# Slots that repeat what has its own place in the package, or that are Rasa's own.
_SLOTS_LEFT_OUT = {"decision", "requested_slot", "session_started_metadata", "memory"}


class Log(Protocol):
    """The part of the conversation log that is read here."""

    def get(self, conversation_id: str) -> Any: ...

    def messages(self, conversation_id: str) -> Iterable[Any]: ...


def build(
    log: Log,
    conversation_id: str,
    *,
    reason: str,
    priority: str,
    queue: str = "",
    slots: Mapping[str, Any],
    latest_intent: Mapping[str, Any] | str | None,
    order: Order | None,
    decisions: Iterable[Any],
    about: str | None = None,
) -> dict[str, Any]:
    """The package, JSON-safe, secrets masked; ``case_id`` is None until ``with_case`` fills it in.

    ``latest_intent`` is a name or Rasa's ``{"name", "confidence"}``; ``order`` only one that the customer has proved
    to be theirs; ``decisions`` oldest first, anything with ``to_dict`` or a mapping; ``about`` the topic beside a wish
    for a person. Handing over twice for the same customer message gives the same ``idempotency_key``.
    """
    conversation = log.get(conversation_id)
    rows = [row for row in log.messages(conversation_id) if row.role in _SPEAKERS]
    spoken = [row for row in rows if row.role == "customer"]
    intent = {"name": latest_intent} if isinstance(latest_intent, str) else dict(latest_intent or {})
    confidence = intent.get("confidence")
    decided = everywhere([_document(each) for each in decisions])
    kept = {key: as_json(value) for key, value in slots.items() if value is not None and key not in _SLOTS_LEFT_OUT}
    customer = _customer(conversation, kept, order)
    told = _told(slots.get("memory"))
    summary = summarise(
        name=customer["name"],
        language=conversation.language,
        region=conversation.region,
        channel=conversation.channel,
        reason=reason,
        order=order,
        decisions=decided,
        told=told,
        last_words=next((row.text for row in reversed(spoken) if row.text), ""),
        about=about,
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "event": "handoff.initiate",
        "idempotency_key": str(TurnId(conversation_id, spoken[-1].seq if spoken else 0)),
        "case_id": None,
        "conversation": {"id": conversation_id, "channel": conversation.channel},
        "customer": customer,
        "reason": reason,
        "priority": priority,
        "queue": queue,
        "summary": summary,
        "metadata": _flat(
            conversation_id=conversation_id,
            channel=conversation.channel,
            reason=reason,
            priority=priority,
            queue=queue,
            language=conversation.language,
            region=conversation.region,
            **_order_facts(order),
            decision_kind=decided[-1].get("kind") if decided else None,
            decision_outcome=decided[-1].get("outcome") if decided else None,
            latest_intent=intent.get("name"),
            about=about,
            confidence=confidence,
            customer_name=customer["name"] or None,
            customer_email=customer["email"] or None,
            proof=customer["proof"],
            page=_text(conversation.attributes, "page"),
        ),
        "context": {
            "slots": everywhere(kept),
            "told": everywhere(told),
            "latest_intent": intent.get("name"),
            "confidence": float(confidence) if isinstance(confidence, (int, float)) else None,
            "decisions": decided,
        },
        "attachments": [
            {"name": "Transcript", "content_type": "application/json", "content": _transcript(conversation_id, rows)}
        ],
    }


def brief(package: Mapping[str, Any], order: Order | None) -> dict[str, Any]:
    """What a list of cases names: what it is about, the piece and its price (see ``Case.brief``)."""
    metadata, said = package["metadata"], package["attachments"][0]["content"]["activities"]
    understood = [each["channel_data"]["intent"] for each in said if each["from"]["role"] == "user"]
    decided = package["context"]["decisions"]
    found: dict[str, Any] = {"topic": topic(package["reason"], metadata.get("about"), decided, understood)}
    if order is None or not order.lines:
        return found
    line = decided[-1].get("line") if decided else None
    first = next((each for each in order.lines if each.id == line), order.lines[0])
    alone = [first] if line else list(order.lines)
    value = sum(each.price for each in alone)
    return {
        **found,
        "pieces": first.product,
        "more": len(alone) - 1,
        "value": str(value),
        "currency": order.currency,
    }


def routed(package: Mapping[str, Any], *, queue: str, priority: str) -> dict[str, Any]:
    """The package once it is known where it goes."""
    chosen = {"queue": queue, "priority": priority}
    return {**package, **chosen, "metadata": _flat(**{**package["metadata"], **chosen})}


def closed(package: Mapping[str, Any], status: str) -> dict[str, Any]:
    """The package of a case that was closed at the desk before another system took it: so that nobody begins anew."""
    return {**package, "metadata": _flat(case_status=status, **package["metadata"])}


def with_case(package: Mapping[str, Any], case_id: str) -> dict[str, Any]:
    """The package with the case's number in it, which is known only once it is stored."""
    return {**package, "case_id": case_id}


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every package follows."""
    document: dict[str, Any] = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
    return document


def _document(decision: Any) -> dict[str, Any]:
    """A decision of the policy, or one recorded in the log, which keeps the policy's own document inside."""
    document = as_json(getattr(decision, "document", decision))
    if not isinstance(document, dict):
        return {"kind": str(document)}
    recorded = getattr(decision, "id", None)
    return {**document, "decision_id": recorded} if isinstance(recorded, str) else document


def _customer(conversation: Any, slots: Mapping[str, Any], order: Order | None) -> dict[str, Any]:
    return {
        "name": conversation.name or (order.name if order else ""),
        "email": conversation.email or (order.email if order else "") or str(slots.get("order_email") or ""),
        "language": conversation.language,
        "region": conversation.region,
        "verified": order is not None,
        "proof": _proof(conversation.attributes, order),
    }


def _proof(attributes: Mapping[str, Any], order: Order | None) -> str | None:
    """By what the customer is proved at this moment: the strongest of what proves the order, or anything at all."""
    at = datetime.now(timezone.utc)
    if order is not None:
        held = [each.kind for each in proof.of_order(attributes, order.number, exact_email(order.email), at)]
    else:
        held = proof.kinds(attributes, at)
    return max(held, key=KINDS.index, default=None)


def _told(memory: Any) -> list[dict[str, Any]]:
    """What the customer has told, in the order of their messages; a memory of another shape tells nothing."""
    told = memory.get("told") if isinstance(memory, Mapping) else None
    facts = [as_json(each) for each in told or () if isinstance(each, Mapping) and {"what", "value"} <= each.keys()]
    return [each for each in facts if each["what"] not in _IN_THEIR_OWN_PLACE]


def _order_facts(order: Order | None) -> dict[str, Any]:
    if order is None:
        return {}
    return {
        "order_number": order.number,
        "order_status": order.status.value,
        "order_lines": ", ".join(line.product for line in order.lines)[:500],
        "gift": any(Flag.GIFT in line.flags for line in order.lines),
    }


def _flat(**wanted: Any) -> dict[str, Any]:
    """Flat, most important first: what does not fit into 4 KB is left out, and so is what nobody knows."""
    kept: dict[str, Any] = {}
    for key, value in wanted.items():
        if value is None:
            continue
        told = as_json(value)
        flat = told if isinstance(told, (str, int, float, bool)) else json.dumps(told)
        tried = {**kept, key: secrets(flat) if isinstance(flat, str) else flat}
        if len(json.dumps(tried, ensure_ascii=False).encode()) <= METADATA_BYTES:
            kept = tried
    return kept


def _text(attributes: Any, key: str) -> str | None:
    value = attributes.get(key) if isinstance(attributes, Mapping) else None
    return value if isinstance(value, str) and value else None


def _transcript(conversation_id: str, rows: list[Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"activities": [_activity(conversation_id, row) for row in rows[-MAX_ACTIVITIES:]]}
    if len(rows) > MAX_ACTIVITIES:
        content["omitted"] = len(rows) - MAX_ACTIVITIES
    return content


def _activity(conversation_id: str, row: Any) -> dict[str, Any]:
    meta = as_json(row.meta or {})
    policy = {key: meta[key] for key in ("utter", "action", "decision_id", "figures") if meta.get(key)}
    intent = meta.get("intent")
    if isinstance(intent, dict):
        meta = {"confidence": intent.get("confidence"), **meta}
        intent = intent.get("name")
    return {
        "id": str(TurnId(conversation_id, row.seq)),
        "timestamp": row.created_at.isoformat(),
        "from": {"role": _SPEAKERS[row.role], "name": row.author or ""},
        "text": secrets(row.text or ""),
        "attachments": everywhere(_attachments(row)),
        "channel_data": {
            "intent": intent,
            "confidence": meta.get("confidence"),
            "entities": everywhere(meta.get("entities") or []),
            "policy": policy or None,
        },
    }


def _attachments(row: Any) -> list[dict[str, Any]]:
    """Buttons lose their payloads: they are ours to issue, and no other system may send them back."""
    payload = as_json(row.payload or {})
    if (row.kind == "text" and not payload) or not isinstance(payload, dict):
        return []
    if isinstance(payload.get("buttons"), list):
        titles = [{"title": str(each.get("title", ""))} for each in payload["buttons"] if isinstance(each, dict)]
        payload = {**payload, "buttons": titles}
    return [{"content_type": f"application/vnd.concierge.{row.kind}+json", "content": payload}]
