"""A program of the house's that takes answers by callback, and checks who has signed them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from tests.channels.messaging.provider import Call, Fake, Sent


class FakeCallback(Fake):
    name = webhook = family = "callback"
    secret = "callback-secret"
    sends = frozenset()

    def environment(self, url: str) -> dict[str, str]:
        return {"CONCIERGE_CALLBACK_URL": f"{url}/answers", "CONCIERGE_CALLBACK_SECRET": self.secret}

    def signature(self, body: bytes) -> str:
        return f"sha256={hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()}"

    def signed(self, body: Any) -> dict[str, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return {"content": data, "headers": {"X-Concierge-Signature": self.signature(data)}}

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.signed({"sender": customer, "message": text, "message_id": str(number), "at": at or time.time()})

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        raise NotImplementedError  # it sends words alone

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        return self.signed({"sender": customer, "message": title, "message_id": str(number), "choice": data})

    def expires(self) -> None:
        self.secret = f"{self.secret}-new"

    def answer(self, call: Call) -> tuple[int, Any]:
        self.demand(call.headers.get("x-concierge-signature") == self.signature(call.body), "not signed", 403)
        body = call.json
        if "check" in body:
            return 200, {}
        self.demand(call.headers.get("idempotency-key") == f'"{body["id"]}"', "another id in the header")
        for earlier in self.taken.get(body["recipient_id"], []):
            if earlier.id == body["id"]:
                self.demand(earlier.raw == body, "another answer under the same id", 422)
                return 200, {}
        choices = [(each["title"], each["payload"]) for each in body.get("buttons", [])]
        choices += [(each["title"], each["payload"]) for card in body.get("cards", []) for each in card["buttons"]]
        self.take(body["recipient_id"], Sent(body["text"], choices, body.get("advisor", ""), body["id"], raw=body))
        return 200, {}
