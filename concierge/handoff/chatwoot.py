"""Chatwoot: a conversation in an inbox of kind API, with the customer's last words and private notes about the rest.

https://developers.chatwoot.com/api-reference/conversations/create-new-conversation
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from concierge.handoff import words
from concierge.handoff.destination import NotDelivered, Progress, call, document

MOST_CHARS = 150_000  # of a message
_MARK = "concierge_case"
_STATUS = {"resolved": "resolved", "returned": "resolved"}
_TITLE = "Chatwoot"


@dataclass(frozen=True)
class Chatwoot:
    """``token``: of a user or an agent bot that may see the inbox."""

    url: str
    account: int
    inbox: int
    token: str
    name: str = _TITLE

    def deliver(self, package: Mapping[str, Any], progress: Progress) -> None:
        contact = progress.noted.get("contact") or self._contact(package, progress)
        conversation = progress.noted.get("conversation")
        if conversation is None:
            conversation = (self._known(contact, package) if progress.again else None) or self._open(contact, package)
            progress.note(conversation=conversation)
        for step, message in enumerate(_messages(package)):
            if step < progress.noted.get("messages", 0):
                continue
            if not (progress.again and self._has(conversation, message)):
                self._call("POST", f"/conversations/{conversation}/messages", json=message)
            progress.note(messages=step + 1)
        if not progress.noted.get("priority"):
            priority = {"priority": {"normal": "medium"}.get(str(package["priority"]), package["priority"])}
            self._call("POST", f"/conversations/{conversation}/toggle_priority", json=priority)
            progress.note(priority=True)
        status = {"status": _STATUS.get(str(package["metadata"].get("case_status")), "open")}
        self._call("POST", f"/conversations/{conversation}/toggle_status", json=status)

    def _contact(self, package: Mapping[str, Any], progress: Progress) -> int:
        """The customer's, where they have proved who they are; else one of this conversation: an address that was only
        typed must not open somebody's history."""
        customer = package["customer"]
        email = customer["email"] if customer["verified"] else ""
        identifier = email or f"concierge:{package['conversation']['id']}"
        found = self._search(identifier, email)
        if found is None:
            person = {"inbox_id": self.inbox, "name": customer["name"] or "Customer", "identifier": identifier}
            answer = self._call("POST", "/contacts", json={**person, **({"email": email} if email else {})})
            payload = document(_TITLE, answer).get("payload")
            made = payload.get("contact") if isinstance(payload, Mapping) else None
            found = _number(made)
        progress.note(contact=found)
        return found

    def _search(self, identifier: str, email: str) -> int | None:
        answer = self._call("GET", "/contacts/search", params={"q": identifier})
        for each in document(_TITLE, answer).get("payload") or []:
            if each.get("identifier") == identifier or (email and str(each.get("email")).lower() == email.lower()):
                return _number(each)
        return None

    def _known(self, contact: int, package: Mapping[str, Any]) -> int | None:
        """The conversation that an earlier try has opened, if its answer got lost."""
        answer = self._call("GET", f"/contacts/{contact}/conversations")
        for each in document(_TITLE, answer).get("payload") or []:
            if (each.get("custom_attributes") or {}).get(_MARK) == package["case_id"]:
                return _number(each)
        return None

    def _open(self, contact: int, package: Mapping[str, Any]) -> int:
        about = {
            "source_id": package["case_id"],
            "inbox_id": self.inbox,
            "contact_id": contact,
            "status": "pending",  # until everything is in it
            "custom_attributes": {**package["metadata"], _MARK: package["case_id"], "summary": package["summary"]},
        }
        return _number(document(_TITLE, self._call("POST", "/conversations", json=about)))

    def _has(self, conversation: int, message: Mapping[str, Any]) -> bool:
        answer = self._call("GET", f"/conversations/{conversation}/messages")
        known = document(_TITLE, answer).get("payload") or []
        return any(str(each.get("content")).strip() == message["content"].strip() for each in known)

    def _call(self, method: str, path: str, **request: Any) -> Any:
        address = f"{self.url.rstrip('/')}/api/v1/accounts/{self.account}{path}"
        return call(_TITLE, method, address, headers={"api_access_token": self.token}, **request)


def _messages(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    facts, said = words.facts(package), words.conversation(package, MOST_CHARS)
    notes = [{"content": each, "message_type": "outgoing", "private": True} for each in (facts, said) if each]
    last = words.last_words(package)[:MOST_CHARS]
    return [*notes, *([{"content": last, "message_type": "incoming", "private": False}] if last else [])]


def _number(found: Any) -> int:
    number = found.get("id") if isinstance(found, Mapping) else None
    if not isinstance(number, int):
        raise NotDelivered(f"{_TITLE} answered with something that is not theirs")
    return number
