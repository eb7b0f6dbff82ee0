"""What a customer's document says, from the rows that are kept.

Everything that was said by or to the customer, decided for them, promised or handed over is told. Left out is what is
no data of theirs: keys, leases and versions; how sure the assistant was; advisors' logins and who of them looked at
contact details; and the copy of the transcript that each case holds. Advisors' notes for each other are told only where
somebody has read them for what concerns other people, and asks for them with ``notes``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from concierge.conversations.model import DESK
from concierge.conversations.shown import shown
from concierge.serialisation import as_json

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]

LEFT_OUT = [
    "technical keys, and how sure the assistant was of what it understood",
    "advisors' logins, and records of which advisor has looked at contact details",
    "copies of the transcript that were made for advisors",
    "notes that advisors wrote for each other, unless they are listed under notes",
    "what advisors have begun to write and sent to nobody",
    "the orders themselves: they are told by the system that holds the house's orders",
]
_SPEAKERS = {"customer": "you", "assistant": "assistant", "advisor": "advisor", "system": "system"}
# Who writes just now; providers' ids of what is told as a message; what advisors have begun to write and not sent,
# whom of them a note names, and what they marked as understood wrongly.
# What is proved stands among the details.
_NOT_TOLD = {"typing", "proved", "outbox_parts", "drafts", "mentions", "marked_wrong"}


def conversation(row: Row, tables: Mapping[str, Rows], notes: bool) -> dict[str, Any]:
    """One conversation, JSON-safe. A table that nobody has found words for is told row by row."""
    told: dict[str, Any] = {
        "id": row["id"],
        "channel": row["channel"],
        "address": row["address"],
        "opened_at": row["created_at"],
        "last_at": row["updated_at"],
        "language": row["language"],
        "region": row["region"],
        "name": row["name"],
        "email": row["email"],
        "details": row["attributes"],
    }
    for name, rows in tables.items():
        if name not in _NOT_TOLD:
            told[name] = [each for each in map(_TELL.get(name, _as_it_is), rows) if each]
    if notes:
        told["notes"] = _notes(tables)
    return dict(as_json(told))


def _message(row: Row) -> dict[str, Any] | None:
    payload = row["payload"] or {}
    if payload.get("audience") == DESK:
        return None
    told = {"at": row["created_at"], "from": _SPEAKERS.get(row["role"], row["role"])}
    if row["role"] == "advisor" and row["author"]:
        told["name"] = row["author"]
    if row["kind"] == "event":
        return {**told, "happened": payload.get("event")}
    beside = shown(row["kind"], payload)
    understood = (row["meta"] or {}).get("intent")
    return {
        **told,
        "text": row["text"],
        **({"shown": beside} if beside else {}),
        **({"understood_as": understood} if understood else {}),
    }


def _case(row: Row) -> dict[str, Any]:
    package = row["package"] or {}
    metadata = {key: value for key, value in (package.get("metadata") or {}).items() if key != "confidence"}
    return {
        "opened_at": row["created_at"],
        "taken_at": row["claimed_at"],
        "closed_at": row["closed_at"],
        "state": row["status"],
        "reason": row["reason"],
        "priority": row["priority"],
        "summary": row["summary"],
        "handed_over": {"customer": package.get("customer") or {}, "facts": metadata},
    }


def _decision(row: Row) -> dict[str, Any]:
    return {
        "at": row["created_at"],
        "about": row["kind"],
        "order_number": row["order_number"],
        "outcome": row["outcome"],
        "how": row["document"],
    }


def _look_up(row: Row) -> dict[str, Any]:
    return {"at": row["created_at"], "found": row["ok"], "network_digest": row["network"]}


def _mailed_code(row: Row) -> dict[str, Any]:
    return {"at": row["created_at"], "order_number": row["order_number"], "to": row["recipient"], "state": row["state"]}


def _promise(row: Row) -> dict[str, Any]:
    return {"at": row["created_at"], "until": row["give_up_at"], "asked": row["request"], "state": row["state"]}


def _outlet(row: Row) -> dict[str, Any]:
    return {"channel": row["channel"], "last_heard_at": row["heard_at"]}


def _letter(row: Row) -> dict[str, Any]:
    return {"at": row["created_at"], "channel": row["channel"], "state": row["state"]}


def _sent_file(row: Row) -> dict[str, Any]:
    about = {"at": row["created_at"], "what": row["kind"], "media_type": row["media_type"], "state": row["state"]}
    return {**about, "name": row["name"]}


def _handoff(row: Row) -> dict[str, Any]:
    about = {"at": row["created_at"], "to": row["destination"], "state": row["state"]}
    return {**about, "sent_at": row["sent_at"]}


def _mail_thread(row: Row) -> dict[str, Any]:
    return {"at": row["created_at"], "written_to": row["recipient"]} if row["recipient"] else {}


def _as_it_is(row: Row) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "conversation_id" and not isinstance(value, bytes)}


_TELL: dict[str, Callable[[Row], Any]] = {
    "messages": _message,
    "cases": _case,
    "decisions": _decision,
    "lookups": _look_up,
    "promised_answers": _promise,
    "outlets": _outlet,
    "outbox": _letter,
    "handoffs": _handoff,
    "mailed_codes": _mailed_code,
    "sent_files": _sent_file,
    "mail_threads": _mail_thread,
}


def _notes(tables: Mapping[str, Rows]) -> Rows:
    events = (row for row in tables.get("messages", []) if row["kind"] == "event")
    noted = [(row["created_at"], (row["payload"] or {}).get("note")) for row in events]
    return [{"at": at, "note": note} for at, note in noted if note]
