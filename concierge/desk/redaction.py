"""Contact details and gifts are hidden until the advisor who has the case asks to see them, and asking is on record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from concierge.conversations import Advisor, ConversationLog, Message
from concierge.conversations.model import DESK
from concierge.masking.contacts import contacts
from concierge.serialisation import texts

REVEALED = "details_revealed"
LOOKED_UP = "details_looked_up"

# Of an order: personal, and of no use before somebody works on it.
_ORDER_PRIVATE = ("extra", "invoice_url", "phone", "postcode")


def record(log: ConversationLog, event: str, conversation_id: str, case_id: str, advisor: Advisor) -> Message:
    """Blocks. Puts on record that this advisor saw the details (``REVEALED``) or searched by them (``LOOKED_UP``).

    The row is the desk's: no channel sends it.
    """
    payload = {"event": event, "case": case_id, "advisor": advisor.name, "advisor_id": advisor.id, "audience": DESK}
    return log.append(conversation_id, "system", "", kind="event", payload=payload)


def revealed_to(messages: Iterable[Message], case_id: str) -> set[str]:
    """The ids of the advisors who have asked, for this case."""
    return {
        str(message.payload.get("advisor_id"))
        for message in messages
        if message.kind == "event"
        and message.payload.get("event") == REVEALED
        and message.payload.get("case") == case_id
    }


def row(case: dict[str, Any]) -> dict[str, Any]:
    """A case as lists show it: always masked."""
    said = case["last_message"]
    return {
        **case,
        "customer": {each: contacts(case["customer"][each]) for each in ("name", "email")},
        "summary": contacts(case["summary"]),
        "note": contacts(case["note"]),
        "last_message": said and {**said, "text": contacts(said["text"])},
    }


def hide(value: Any) -> Any:
    """Messages, packages, decisions: JSON in which contact details may stand anywhere."""
    masked = texts(value, contacts)
    if isinstance(masked, dict) and isinstance(masked.get("metadata"), dict) and "gift" in masked["metadata"]:
        masked["metadata"] = {key: each for key, each in masked["metadata"].items() if key != "gift"}
    return masked


def order(document: dict[str, Any]) -> dict[str, Any]:
    """An order's JSON without e-mail, gift flags, invoice and free fields; ``hidden`` names what is left out."""
    hidden = ["email", *(key for key in _ORDER_PRIVATE if document.get(key)), "gift"]
    kept = {key: value for key, value in document.items() if key not in _ORDER_PRIVATE}
    lines = [{**line, "flags": [flag for flag in line["flags"] if flag != "gift"]} for line in document["lines"]]
    return {**kept, "email": contacts(str(document["email"])), "lines": lines, "hidden": hidden}
