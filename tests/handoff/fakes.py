"""Systems that handed-over cases go to, outside of ours: each refuses what the real one would."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from typing import Any
from urllib.parse import unquote

from concierge.handoff.destinations import SIGNATURE, TIMESTAMP, sign
from tests.loopback import Answer, Asked, Server


class Fake:
    """``ahead``: what the next requests meet instead of an answer: a status, ``"lost"`` for one that is done and whose
    answer never comes, ``("wait", 30)`` for a limit. ``down``: every connection ends at once."""

    def __init__(self) -> None:
        self.ahead: list[Any] = []
        self.asked: list[Asked] = []
        self.down = False
        self._one_at_a_time = threading.Lock()
        self.server = Server(self._take)
        self.url = self.server.url

    def _take(self, asked: Asked) -> Answer | None:
        with self._one_at_a_time:
            self.asked.append(asked)
            if self.down:
                return None
            ahead = self.ahead.pop(0) if self.ahead else None
            if isinstance(ahead, int):
                return Answer(status=ahead, body={"error": "later"})
            if isinstance(ahead, tuple):
                return Answer(status=429, headers={"Retry-After": str(ahead[1])}, body={"error": "rate limit"})
            answer = self.answer(asked)
            return None if ahead == "lost" else answer

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError


class Hook(Fake):
    """The house's own webhook, which takes each key once, as the package's contract says."""

    SECRET = "hush"

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Asked] = []
        self.url = f"{self.server.url}/hook"

    def answer(self, asked: Asked) -> Answer:
        signed = sign(self.SECRET, asked.headers[TIMESTAMP.lower()], asked.body)
        if not hmac.compare_digest(asked.headers.get(SIGNATURE.lower(), ""), signed):
            return Answer(status=401)
        if all(each.headers["idempotency-key"] != asked.headers["idempotency-key"] for each in self.got):
            self.got.append(asked)
        return Answer()

    @property
    def cases(self) -> list[str]:
        return [each.json["case_id"] for each in self.got]


class DirectLine(Fake):
    """https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-direct-line-3-0-api-reference"""

    SECRET = "directline-secret"

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, list[dict[str, Any]]] = {}

    def answer(self, asked: Asked) -> Answer:
        given = asked.headers.get("authorization", "")
        if not given.startswith("Bearer "):
            return Answer(status=401, body=_problem("MissingProperty"))
        if given != f"Bearer {self.SECRET}":
            return Answer(status=403, body=_problem("BadArgument"))
        parts = asked.path.strip("/").split("/")
        if parts[:3] != ["v3", "directline", "conversations"]:
            return Answer(status=404, body=_problem("NotFound"))
        if len(parts) == 3 and asked.method == "POST":
            room = f"room{len(self.rooms)}"
            self.rooms[room] = []
            return Answer(status=201, body={"conversationId": room, "token": "t", "expires_in": 1800})
        room = unquote(parts[3])
        if room not in self.rooms:
            return Answer(status=404, body=_problem("NotFound"))
        if asked.method == "GET":
            found = {"activities": self.rooms[room], "watermark": str(len(self.rooms[room]))}
            return Answer(body=found if parts[4:] == ["activities"] else {"conversationId": room})
        return self._activity(room, asked)

    def _activity(self, room: str, asked: Asked) -> Answer:
        if len(asked.body) > 256_000:
            return Answer(status=413, body=_problem("MessageSizeTooBig"))
        activity = asked.json
        if not activity.get("type") or not (activity.get("from") or {}).get("id"):
            return Answer(status=400, body=_problem("MissingProperty"))
        if activity["type"] == "event" and not activity.get("name"):
            return Answer(status=400, body=_problem("MissingProperty"))
        self.rooms[room].append(activity)
        return Answer(body={"id": f"{room}|{len(self.rooms[room]):07d}"})

    @property
    def cases(self) -> list[str]:
        events = [each for said in self.rooms.values() for each in said if each.get("name") == "handoff.initiate"]
        return [each["value"]["case_id"] for each in events]


class ChatwootServer(Fake):
    """https://developers.chatwoot.com/api-reference"""

    TOKEN, ACCOUNT, INBOX = "chatwoot-token", 3, 7

    def __init__(self) -> None:
        super().__init__()
        self.contacts: list[dict[str, Any]] = []
        self.conversations: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("api_access_token") != self.TOKEN:
            return Answer(status=401, body={"errors": ["Invalid Access Token"]})
        prefix = f"/api/v1/accounts/{self.ACCOUNT}/"
        if not asked.path.startswith(prefix):
            return Answer(status=404, body={"error": "Resource could not be found"})
        parts = asked.path.removeprefix(prefix).split("/")
        if parts == ["contacts", "search"]:
            wanted = asked.query["q"].lower()
            found = [each for each in self.contacts if wanted in json.dumps(each).lower()]
            return Answer(body={"meta": {"count": len(found)}, "payload": found})
        if parts == ["contacts"]:
            return self._contact(asked.json)
        if parts[0] == "contacts" and parts[2:] == ["conversations"]:
            mine = [each for each in self.conversations if each["contact_id"] == int(parts[1])]
            return Answer(body={"payload": mine})
        if parts == ["conversations"]:
            return self._open(asked.json)
        if parts[0] == "conversations" and int(parts[1]) <= len(self.conversations):
            return self._change(self.conversations[int(parts[1]) - 1], parts[2], asked)
        return Answer(status=404, body={"error": "Resource could not be found"})

    def _contact(self, given: dict[str, Any]) -> Answer:
        for name in ("identifier", "email"):
            if given.get(name) and any(each.get(name) == given[name] for each in self.contacts):
                told = {"message": f"{name.title()} has already been taken", "attributes": [name]}
                return Answer(status=422, body=told)
        made = {key: given.get(key) for key in ("name", "identifier", "email")}
        self.contacts.append({**made, "id": len(self.contacts) + 1})
        return Answer(body={"payload": {"contact": self.contacts[-1], "contact_inbox": {"source_id": "s"}}})

    def _open(self, given: dict[str, Any]) -> Answer:
        contact = given.get("contact_id")
        if given.get("inbox_id") != self.INBOX or not any(each["id"] == contact for each in self.contacts):
            return Answer(status=404, body={"error": "Resource could not be found"})
        if given.get("status") not in ("open", "resolved", "pending"):
            return Answer(status=422, body={"message": "status is not included in the list"})
        kept = {name: given[name] for name in ("contact_id", "custom_attributes", "status", "source_id")}
        self.conversations.append({**kept, "id": len(self.conversations) + 1, "messages": [], "priority": None})
        return Answer(body={"id": len(self.conversations)})

    def _change(self, conversation: dict[str, Any], what: str, asked: Asked) -> Answer:
        if what == "messages" and asked.method == "GET":
            return Answer(body={"meta": {}, "payload": conversation["messages"][-20:]})
        given = asked.json
        if what == "messages":
            if len(given["content"]) > 150_000 or given.get("message_type") not in ("incoming", "outgoing"):
                return Answer(status=422, body={"message": "Content is too long (maximum is 150000 characters)"})
            conversation["messages"].append(given)
            return Answer(body={"id": len(conversation["messages"])})
        if what == "toggle_priority" and given["priority"] in ("low", "medium", "high", "urgent", None):
            conversation["priority"] = given["priority"]
            return Answer(body={})
        if what == "toggle_status" and given["status"] in ("open", "resolved", "pending", "snoozed"):
            conversation["status"] = given["status"]
            return Answer(body={"payload": {"success": True}})
        return Answer(status=422, body={"error": "not valid"})

    @property
    def cases(self) -> list[str]:
        return [each["custom_attributes"]["concierge_case"] for each in self.conversations]


class ZendeskServer(Fake):
    """https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/"""

    USER, TOKEN = "agent@example.com", "zendesk-token"

    def __init__(self) -> None:
        super().__init__()
        self.tickets: list[dict[str, Any]] = []
        self.uploads: dict[str, bytes] = {}
        self._keys: dict[str, tuple[bytes, int]] = {}

    def answer(self, asked: Asked) -> Answer:
        login = base64.b64encode(f"{self.USER}/token:{self.TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {login}":
            return Answer(status=401, body={"error": "Couldn't authenticate you"})
        if asked.path == "/api/v2/uploads.json" and asked.query.get("filename"):
            token = f"upload{len(self.uploads)}"
            self.uploads[token] = asked.body
            return Answer(status=201, body={"upload": {"token": token}})
        if asked.path != "/api/v2/tickets.json":
            return Answer(status=404, body={"error": "InvalidEndpoint"})
        if asked.method == "GET":
            mine = [each for each in self.tickets if each.get("external_id") == asked.query["external_id"]]
            return Answer(body={"tickets": mine, "count": len(mine)})
        return self._create(asked)

    def _create(self, asked: Asked) -> Answer:
        key = asked.headers.get("idempotency-key", "")
        if key in self._keys:
            body, number = self._keys[key]
            if body != asked.body:
                return Answer(status=400, body={"error": "IdempotentRequestError"})
            return Answer(status=201, body={"ticket": self.tickets[number]})
        given = asked.json.get("ticket") or {}
        comment = given.get("comment") or {}
        wrong = (
            not comment.get("body")
            or len(comment["body"].encode()) > 65_535
            or given.get("priority") not in (None, "low", "normal", "high", "urgent")
            or any(each not in self.uploads for each in comment.get("uploads", []))
            or any(" " in tag for tag in given.get("tags", []))
        )
        if wrong:
            return Answer(status=422, body={"error": "RecordInvalid", "description": "Record validation errors"})
        self.tickets.append({**given, "id": len(self.tickets) + 1})
        self._keys[key] = (asked.body, len(self.tickets) - 1)
        return Answer(status=201, body={"ticket": self.tickets[-1]})

    @property
    def cases(self) -> list[str]:
        return [each["external_id"] for each in self.tickets]


def _problem(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": code}}
