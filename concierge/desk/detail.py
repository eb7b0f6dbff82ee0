"""Everything about one case on one page: who, why, what was said, what was decided, the order, who did what."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from concierge.conversations import Message, RecordedDecision, satisfaction
from concierge.conversations.case_moves import (
    CUSTOMER_BACK,
    CUSTOMER_ENDED,
    MERGED,
    OVERDUE,
    PASSED_ON,
    RELEASED,
    REOPENED,
    SNOOZED,
    TAKEN_OVER,
)
from concierge.conversations.handoffs import SENT
from concierge.conversations.unattended import UNATTENDED
from concierge.desk import notes, promises, redaction
from concierge.desk.services import Services
from concierge.handoff.waiting import reply_address
from concierge.masking.contacts import contacts
from concierge.serialisation import as_json

EARLIER_AT_MOST = 20
MAILED = "transcript_mailed"  # the event, and the entry of the audit log

# The log's event rows, as the desk's trail names them.
_DEEDS = {
    "handoff_queued": "queued",
    "advisor_joined": "claimed",
    RELEASED: "released",
    PASSED_ON: "passed_on",
    TAKEN_OVER: "taken_over",
    CUSTOMER_ENDED: "customer_gone",
    CUSTOMER_BACK: "customer_back",
    SNOOZED: "snoozed",
    REOPENED: "reopened",
    OVERDUE: "overdue",
    UNATTENDED: "unattended",
    MERGED: "merged",
    "handed_back": "handed_back",
    "case_resolved": "resolved",
    satisfaction.ANSWERED: "rated",
    "customer_left": "left",
    redaction.REVEALED: "revealed",
    redaction.LOOKED_UP: "looked_up",
    SENT: "sent_on",
    notes.NOTED: "noted",
    MAILED: "mailed",
}


async def detail(services: Services, case_id: str, advisor_id: str) -> dict[str, Any]:
    """JSON-safe. Raises ``CaseNotFound``. Contact details only for the advisor who has the case and asked for them."""
    found = await asyncio.to_thread(_read, services, case_id, advisor_id)
    row, package, messages, decisions, position, drafts, earlier, deliveries, handoffs, reading, marks, others = found
    merged, same, mail_to = others
    decisions = sorted((*decisions, *(each for part in merged for each in part[2])), key=lambda each: each.created_at)
    spoken = [*messages, *(each for part in merged for each in part[1])]
    number = order_number(package.document, decisions)
    order, problem = await services.orders.find(number)
    holder = (row["advisor"] or {}).get("id") if row["status"] == "accepted" else None
    revealed = holder == advisor_id and advisor_id in redaction.revealed_to(messages, case_id)
    document = as_json(package.document) if package.document else None
    case = as_json(row)
    if document and not case["customer"]["name"]:
        known = document["customer"] if isinstance(document["customer"], dict) else {}
        case["customer"] = {"name": str(known.get("name") or ""), "email": str(known.get("email") or "")}
    found = _seen(as_json(order), services.settings.pictures.split()) if order else None
    shown = {
        "case": case,
        "package": document,
        "messages": as_json(messages),
        "decisions": as_json(decisions),
        "commitments": promises.commitments(spoken, decisions),
        "merged": [{"case": as_json(each), "messages": as_json(said)} for each, said, _ in merged],
    }
    return {
        **(shown if revealed else redaction.hide(shown)),
        "case": {**(case if revealed else redaction.row(case)), "position": position},
        "package": document if revealed or document is None else redaction.hide(document),
        "package_problem": package.problem or None,
        "order": found if revealed or found is None else redaction.order(found),
        "order_problem": problem,
        "trail": trail(messages, case_id),
        "handoffs": as_json(handoffs),
        "deliveries": {str(seq): each for seq, each in deliveries.items()},
        "drafts": drafts,
        "reading": as_json(reading),
        "marks": marks,
        "earlier": [_earlier(each if revealed else redaction.row(each)) for each in as_json(earlier)],
        "same_customer": [redaction.row(as_json(each)) for each in same],
        "revealed": revealed,
        "may_reveal": holder == advisor_id,
        "mail_to": (mail_to if revealed else contacts(mail_to)) or None,
    }


def mail_address(services: Services, case_id: str) -> str:
    """Where the customer wants to be written to, or has proved to be; empty without either, or where no mail is sent.
    Blocks."""
    if not services.settings.sends_mail:
        return ""
    case = services.cases.get(case_id)
    return reply_address(case, services.log.get(case.conversation_id))


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


def _seen(order: dict[str, Any], origins: Iterable[str]) -> dict[str, Any]:
    """With the pictures that the page may show, and no others."""
    begins = tuple(f"{origin}/" for origin in origins)
    lines = [
        {**each, "picture": each["picture"] if each["picture"].startswith(begins) else ""} for each in order["lines"]
    ]
    return {**order, "lines": lines}


def _earlier(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "topic", "status", "advisor", "note", "summary", "waiting_since", "closed_at")
    return {key: row[key] for key in kept}


def _read(services: Services, case_id: str, advisor_id: str) -> Any:
    row = services.board.case(case_id)
    conversation_id = row["conversation_id"]
    merged = [
        (each, services.board.messages(each["conversation_id"]), services.log.decisions(each["conversation_id"]))
        for each in services.board.merged(case_id)
    ]
    return (
        row,
        services.board.package(case_id),
        services.board.messages(conversation_id),
        services.log.decisions(conversation_id),
        services.board.position(case_id) if row["status"] == "queued" else 0,
        services.drafts.of(case_id, advisor_id),
        services.board.earlier(row, EARLIER_AT_MOST),
        services.deliveries.of(conversation_id),
        services.handoffs.of(case_id),
        services.board.reading([conversation_id]).get(conversation_id),
        services.marks.of(conversation_id),
        (
            merged,
            services.board.same_customer(row) if row["closed_at"] is None else [],
            mail_address(services, case_id),
        ),
    )
