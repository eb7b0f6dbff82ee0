"""What a customer's page is shown of a conversation: never a payload, a confidence, a note or an advisor's login."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from concierge.conversations import Cases, Conversation, ConversationLog, Message
from concierge.conversations.model import DESK
from concierge.conversations.shown import shown
from concierge.handoff.waiting import Waits, reply_address

PAGE_KEY = "page."  # a page's keys can never be mistaken for those of the assistant's replies


@dataclass(frozen=True)
class Status:
    owner: str
    advisor: str
    position: int | None
    typing: str | None  # "assistant", "advisor" or None
    portrait: str = ""  # the name of the advisor's
    read: int = 0  # the last message that the advisor has read
    wait: tuple[int, int] | None = None  # minutes that first answers took lately, at least and at most
    writes_to: str = ""  # while waiting, where answers can be mailed: "wanted" or "known"

    def as_dict(self) -> dict[str, Any]:
        return {
            "owner": self.owner,
            "advisor": self.advisor or None,
            "position": self.position,
            "typing": self.typing,
            "portrait": self.portrait or None,
            "read": self.read,
            "wait": {"least": self.wait[0], "most": self.wait[1]} if self.wait else None,
            "address": self.writes_to or None,
        }


class View:
    """Blocks. ``mails``: whether customers of the website are written to."""

    def __init__(self, log: ConversationLog, cases: Cases, *, mails: bool) -> None:
        self._log = log
        self._cases = cases
        self._waits = Waits(cases)
        self._mails = mails

    def look(self, conversation_id: str, after: int) -> tuple[list[Message], Status]:
        """The customer's messages after a sequence number, and how things stand. Raises ``ConversationNotFound``."""
        changes = self._log.changes(conversation_id, after)
        owner, case_id = changes.conversation.owner, changes.conversation.case_id
        typing = "advisor" if "advisor" in changes.typing and owner == "advisor" else None
        if changes.working and owner != "advisor":
            typing = "assistant"
        status = Status(owner, "", None, typing)
        if case_id and owner == "queue":
            status = self._waiting(status, case_id, changes.conversation)
        elif case_id and owner == "advisor":
            advisor, portrait, read = self._cases.at_the_desk(case_id)
            status = replace(status, advisor=advisor, portrait=portrait, read=read)
        seen = [message for message in changes.messages if message.payload.get("audience") != DESK]
        return self._log.with_files(seen), status

    def _waiting(self, status: Status, case_id: str, conversation: Conversation) -> Status:
        case = self._cases.get(case_id)
        known = self._waits.of(case)
        wait = None if known.least is None or known.most is None else (known.least, known.most)
        writes_to = ("known" if reply_address(case, conversation) else "wanted") if self._mails else ""
        return replace(status, position=self._cases.position(case_id) or None, wait=wait, writes_to=writes_to)


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
