"""An agent hub of the Bot Framework: the event ``handoff.initiate`` by Direct Line 3.0.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-direct-line-3-0-api-reference,
https://learn.microsoft.com/azure/bot-service/bot-service-design-pattern-handoff-human
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from concierge.handoff.destination import Progress, call, document

NAME = "handoff.initiate"
MOST_BYTES = 256_000  # of one activity
_ROLES = {"user": "user", "bot": "bot", "agent": "user"}
_TITLE = "Bot Framework"


@dataclass(frozen=True)
class BotFramework:
    """``url`` without a path: the global Direct Line, or that of a region; ``secret``: of the hub's bot's channel."""

    url: str
    secret: str
    name: str = _TITLE

    def deliver(self, package: Mapping[str, Any], progress: Progress) -> None:
        room = progress.noted.get("conversation")
        if room and progress.again and self._has(room, package):
            return
        if not room or (progress.again and self._is_gone(room)):
            room = self._open(progress)
        event = initiation(package, room)
        self._call("POST", f"/{quote(room)}/activities", json=event)

    def _open(self, progress: Progress) -> str:
        room = str(document(_TITLE, self._call("POST", "")).get("conversationId") or "")
        progress.note(conversation=room)
        return room

    def _has(self, room: str, package: Mapping[str, Any]) -> bool:
        """Whether the hub's bot has been sent this package before: an answer may get lost."""
        answer = self._call("GET", f"/{quote(room)}/activities", accept=(404,))
        if answer.status_code == 404:
            return False
        known = document(_TITLE, answer).get("activities") or []
        key = package["idempotency_key"]
        return any(each.get("name") == NAME and _value(each).get("idempotency_key") == key for each in known)

    def _is_gone(self, room: str) -> bool:
        return self._call("GET", f"/{quote(room)}", accept=(404,)).status_code == 404

    def _call(self, method: str, path: str, **request: Any) -> Any:
        address = f"{self.url.rstrip('/')}/v3/directline/conversations{path}"
        return call(_TITLE, method, address, headers={"Authorization": f"Bearer {self.secret}"}, **request)


def initiation(package: Mapping[str, Any], room: str) -> dict[str, Any]:
    """The event, with as much of the transcript's end as one activity may hold."""
    customer = package["customer"]
    said = package["attachments"][0]["content"]["activities"]
    activities = [_activity(each, room) for each in said]
    while True:
        event = {
            "type": "event",
            "name": NAME,
            "id": package["idempotency_key"],
            "channelId": "directline",
            "locale": customer["language"],
            "from": {"id": f"concierge:{package['conversation']['id']}", "name": customer["name"], "role": "user"},
            "conversation": {"id": room},
            "value": _context(package),
            "attachments": [
                {"name": "Transcript", "contentType": "application/json", "content": {"activities": activities}}
            ],
        }
        excess = len(json.dumps(event, ensure_ascii=True).encode()) - MOST_BYTES
        if excess <= 0 or not activities:
            return event
        activities = activities[max(1, len(activities) // 8) :]


def _context(package: Mapping[str, Any]) -> dict[str, Any]:
    """What a hub routes by."""
    own = ("schema_version", "idempotency_key", "case_id", "reason", "priority", "queue", "summary", "customer")
    return {**{name: package[name] for name in own}, "metadata": package["metadata"]}


def _activity(said: Mapping[str, Any], room: str) -> dict[str, Any]:
    who = said["from"]
    return {
        "type": "message",
        "id": said["id"],
        "timestamp": said["timestamp"],
        "from": {"id": who["role"], "name": who["name"], "role": _ROLES.get(who["role"], "bot")},
        "conversation": {"id": room},
        "text": said["text"],
        "channelData": said["channel_data"],
    }


def _value(activity: Mapping[str, Any]) -> Mapping[str, Any]:
    value = activity.get("value")
    return value if isinstance(value, Mapping) else {}
