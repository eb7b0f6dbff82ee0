"""What a customer's page is shown of a conversation: never a payload, a confidence, a note or an advisor's login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from concierge.conversations import Cases, ConversationLog, Message
from concierge.conversations.model import DESK

PAGE_KEY = "page."  # a page's keys can never be mistaken for those of the assistant's replies
_EVENT_PARTS = ("event", "advisor", "position")


@dataclass(frozen=True)
class Status:
    owner: str
    advisor: str
    position: int | None
    typing: str | None  # "assistant", "advisor" or None

    def as_dict(self) -> dict[str, Any]:
        return {
            "owner": self.owner,
            "advisor": self.advisor or None,
            "position": self.position,
            "typing": self.typing,
        }


def look(log: ConversationLog, cases: Cases, conversation_id: str, after: int) -> tuple[list[Message], Status]:
    """The customer's messages after a sequence number, and how things stand. Blocks.

    Raises ``ConversationNotFound``.
    """
    changes = log.changes(conversation_id, after)
    owner, case_id = changes.conversation.owner, changes.conversation.case_id
    position, advisor = None, ""
    if case_id and owner == "queue":
        position = cases.position(case_id) or None
    elif case_id and owner == "advisor":
        advisor = cases.get(case_id).advisor
    typing = "advisor" if "advisor" in changes.typing and owner == "advisor" else None
    if changes.working and owner != "advisor":
        typing = "assistant"
    seen = [message for message in changes.messages if message.payload.get("audience") != DESK]
    return seen, Status(owner, advisor, position, typing)


def public(message: Message, language: str = "") -> dict[str, Any]:
    return {
        "seq": message.seq,
        "role": message.role,
        "kind": message.kind,
        "text": message.text,
        "payload": shown(message.kind, message.payload),
        "author": message.author,
        "client_key": _page_key(message),
        "created_at": message.created_at.isoformat(),
        "lang": message.meta.get("language") or language,
    }


def _page_key(message: Message) -> str | None:
    """The page's own key, as it sent it; keys of other origin are nobody's business."""
    key = message.client_key or ""
    return key.removeprefix(PAGE_KEY) if message.role == "customer" and key.startswith(PAGE_KEY) else None


def shown(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    """A message's payload as the customer sees it."""
    if kind == "event":
        return {key: payload[key] for key in _EVENT_PARTS if key in payload}
    found = dict(payload)
    if "buttons" in found:
        found["buttons"] = _titles(found["buttons"])
    if "cards" in found:
        found["cards"] = [{**card, "buttons": _titles(card.get("buttons", []))} for card in found["cards"]]
    return found


def _titles(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"title": button.get("title", "")} for button in buttons]
