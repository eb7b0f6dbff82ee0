"""Zendesk: a ticket with an internal note and the whole package attached.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/. A key is remembered for two hours, so that after
a failure it is also looked whether the ticket is there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from concierge.handoff import words
from concierge.handoff.destination import NotDelivered, Progress, Refused, call, document

MOST_CHARS = 60_000  # of a comment: 64 KB with some room
_SOLVED = ("resolved", "returned")
_TITLE = "Zendesk"


@dataclass(frozen=True)
class Zendesk:
    """``url``: https://house.zendesk.com; ``user``: the e-mail of the agent whom the API token is used for."""

    url: str
    user: str
    token: str
    name: str = _TITLE

    def deliver(self, package: Mapping[str, Any], progress: Progress) -> None:
        if progress.again and self._known(package):
            return
        body = json.dumps(package, ensure_ascii=False).encode()
        upload = self._call(
            "POST",
            "/uploads.json",
            params={"filename": f"handoff-{package['case_id']}.json"},
            headers={"Content-Type": "application/json"},
            content=body,
        )
        token = (document(_TITLE, upload).get("upload") or {}).get("token")
        if not isinstance(token, str):
            raise NotDelivered(f"{_TITLE} answered with something that is not theirs")
        key = {"Idempotency-Key": f"{package['case_id']}-{progress.noted.get('keys', 0)}"}
        answer = self._call(
            "POST", "/tickets.json", headers=key, json={"ticket": ticket(package, token)}, accept=(400,)
        )
        if answer.status_code == 400:
            # The key is bound to what it was first sent with, and the attachment is a new one at each try. No ticket
            # has it, as is looked before: under another key it is taken, unless it is the ticket that is wrong.
            if progress.noted.get("keys"):
                raise Refused(f"{_TITLE} answered 400")
            progress.note(keys=1)
            raise NotDelivered(f"{_TITLE} answered 400", alone=True)

    def _known(self, package: Mapping[str, Any]) -> bool:
        found = document(_TITLE, self._call("GET", "/tickets.json", params={"external_id": package["case_id"]}))
        return any(each.get("external_id") == package["case_id"] for each in found.get("tickets") or [])

    def _call(self, method: str, path: str, **request: Any) -> Any:
        address = f"{self.url.rstrip('/')}/api/v2{path}"
        return call(_TITLE, method, address, auth=(f"{self.user}/token", self.token), **request)


def ticket(package: Mapping[str, Any], upload: str) -> dict[str, Any]:
    """The requester is the customer only where they have proved who they are: an address that was only typed must
    neither open somebody's history nor be written to."""
    customer = package["customer"]
    facts = words.facts(package)
    said = words.conversation(package, MOST_CHARS - len(facts))
    found: dict[str, Any] = {
        "subject": words.subject(package),
        "comment": {"body": f"{facts}\n\n{said}", "public": False, "uploads": [upload]},
        "priority": package["priority"],
        "external_id": package["case_id"],
        "tags": ["concierge", *(_tag(str(package[name])) for name in ("reason", "queue") if package[name])],
    }
    if customer["verified"] and customer["email"]:
        found["requester"] = {"name": customer["name"] or customer["email"], "email": customer["email"]}
    if package["metadata"].get("case_status") in _SOLVED:
        found["status"] = "solved"
    return found


def _tag(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "_", name.lower())
