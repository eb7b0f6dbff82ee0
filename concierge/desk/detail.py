"""Everything about one case on one page: who, why, what was said, what was decided, the order, who did what."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from concierge.conversations import Message, RecordedDecision
from concierge.conversations.case_moves import CUSTOMER_ENDED, PASSED_ON, RELEASED, REOPENED, SNOOZED, TAKEN_OVER
from concierge.desk import notes, promises, redaction
from concierge.desk.services import Services
from concierge.handoff.dispatcher import SENT
from concierge.serialisation import as_json

EARLIER_AT_MOST = 20

# The log's event rows, as the desk's trail names them.
_DEEDS = {
    "handoff_queued": "queued",
    "advisor_joined": "claimed",
    RELEASED: "released",
    PASSED_ON: "passed_on",
    TAKEN_OVER: "taken_over",
    CUSTOMER_ENDED: "customer_gone",
    SNOOZED: "snoozed",
    REOPENED: "reopened",
    "handed_back": "handed_back",
    "case_resolved": "resolved",
    "customer_left": "left",
    redaction.REVEALED: "revealed",
    redaction.LOOKED_UP: "looked_up",
    SENT: "sent_on",
    notes.NOTED: "noted",
}


async def detail(services: Services, case_id: str, advisor_id: str) -> dict[str, Any]:
    """JSON-safe. Raises ``CaseNotFound``. Contact details only for the advisor who has the case and asked for them."""
    row, package, messages, decisions, position, drafts, earlier = await asyncio.to_thread(
        _read, services, case_id, advisor_id
    )
    number = order_number(package.document, decisions)
    order, problem = await services.orders.find(number)
    holder = (row["advisor"] or {}).get("id") if row["status"] == "accepted" else None
    revealed = holder == advisor_id and advisor_id in redaction.revealed_to(messages, case_id)
    document = as_json(package.document) if package.document else None
    case = as_json(row)
    if document and not case["customer"]["name"]:
        known = document["customer"] if isinstance(document["customer"], dict) else {}
        case["customer"] = {"name": str(known.get("name") or ""), "email": str(known.get("email") or "")}
    found = as_json(order) if order else None
    shown = {
        "case": case,
        "package": document,
        "messages": as_json(messages),
        "decisions": as_json(decisions),
        "commitments": promises.commitments(messages, decisions),
    }
    return {
        **(shown if revealed else redaction.hide(shown)),
        "case": {**(case if revealed else redaction.row(case)), "position": position},
        "package": document if revealed or document is None else redaction.hide(document),
        "package_problem": package.problem or None,
        "order": found if revealed or found is None else redaction.order(found),
        "order_problem": problem,
        "trail": trail(messages, case_id),
        "drafts": drafts,
        "earlier": [_earlier(each if revealed else redaction.row(each)) for each in as_json(earlier)],
        "revealed": revealed,
        "may_reveal": holder == advisor_id,
    }


def order_number(package: dict[str, Any] | None, decisions: Iterable[RecordedDecision]) -> str | None:
    """The order this is about: the one handed over, else the one decided on last. Never one that was only typed."""
    metadata = (package or {}).get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("order_number"), str):
        return str(metadata["order_number"])
    return next((each.order_number for each in reversed(list(decisions)) if each.order_number), None)


def trail(messages: Iterable[Message], case_id: str) -> list[dict[str, Any]]:
    """Who queued, claimed, wrote, looked and closed, where the case was sent, and when."""
    found = []
    for message in messages:
        payload = message.payload
        deed = _DEEDS.get(str(payload.get("event"))) if message.kind == "event" else None
        if deed and payload.get("case") == case_id and not payload.get("by"):  # passed on: told in a row of its own
            who = payload.get("advisor") or payload.get("destination") or ""
            to = {"to": payload["to"]} if payload.get("to") else {}
            found.append({"at": message.created_at, "what": deed, "advisor": who, **to})
        elif message.role == "advisor" and message.meta.get("case") == case_id:
            found.append({"at": message.created_at, "what": "wrote", "advisor": message.author, "seq": message.seq})
    return list(as_json(found))


def _earlier(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "topic", "status", "advisor", "note", "summary", "waiting_since", "closed_at")
    return {key: row[key] for key in kept}


def _read(services: Services, case_id: str, advisor_id: str) -> Any:
    row = services.board.case(case_id)
    conversation_id = row["conversation_id"]
    return (
        row,
        services.board.package(case_id),
        services.board.messages(conversation_id),
        services.log.decisions(conversation_id),
        services.board.position(case_id) if row["status"] == "queued" else 0,
        services.drafts.of(case_id, advisor_id),
        services.board.earlier(row, EARLIER_AT_MOST),
    )
