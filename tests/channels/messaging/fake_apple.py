"""A fake of Apple's gateway: tokens, packed bodies, encrypted attachments, as its tutorial has them."""

from __future__ import annotations

import base64
import gzip
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from concierge.channels.messaging.adapter import Adapter
from tests.channels.messaging.provider import Call, Fake, Refusal, Sent, delivery_of
from tests.files.movies import movie

KEY = bytes(range(32))
EVERYTHING = "list,time,QUICK,AUTH,AUTH2,FORM"  # of a telephone; not told apart by capitals


def encrypted(content: bytes) -> bytes:
    return Cipher(algorithms.AES(KEY), modes.CTR(bytes(16))).encryptor().update(content)


class FakeApple(Fake):
    name = webhook = family = "apple"
    msp, secret, business = "msp-1", base64.b64encode(b"s" * 32).decode(), "urn:biz:house"

    def __init__(self) -> None:
        super().__init__()
        self.able: dict[str, str] = {}  # by customer: what the device that they last wrote from can show

    def environment(self, url: str) -> dict[str, str]:
        self.url = url
        names = {"MSP_ID": self.msp, "SECRET": self.secret, "BUSINESS_ID": self.business, "API": url}
        return {f"CONCIERGE_APPLE_{name}": value for name, value in names.items()}

    def token(self, **claims: Any) -> str:
        return jwt.encode({"iat": int(time.time()), **claims}, base64.b64decode(self.secret), algorithm="HS256")

    def noted(self, adapter: Adapter, customer: str) -> dict[str, Any]:
        (incoming,) = adapter.parse(delivery_of(self.text(customer, "hello", 1)))
        return dict(incoming.details)

    def signed(self, body: Any, able: str = EVERYTHING, **claims: Any) -> dict[str, Any]:
        data = body if isinstance(body, bytes) else gzip.compress(json.dumps(body).encode())
        headers = {"Authorization": f"Bearer {self.token(**{'aud': self.msp, **claims})}", "Content-Encoding": "gzip"}
        return {"content": data, "headers": {**headers, "Capability-List": able}}

    def message(self, customer: str, number: int, able: str = EVERYTHING, **content: Any) -> dict[str, Any]:
        self.able[customer] = able
        ends = {"sourceId": customer, "destinationId": self.business, "locale": "en_US", "v": 1}
        return self.signed({"id": f"a-{number}", "type": "text", **ends, **content}, able)

    def text(self, customer: str, text: str, number: int, at: float | None = None) -> dict[str, Any]:
        return self.message(customer, number, body=text)

    def source(self, id: str) -> str:
        return json.dumps(self.attachment(id))

    def attachment(self, id: str, kind: str = "photo") -> dict[str, str]:
        media_type = self.sample(kind)[0]
        about = {"name": f"bag.{media_type.rpartition('/')[2]}", "mimeType": media_type}
        return {
            **about,
            "owner": "M1",
            "signature": "0a0b",
            "key": f"00{KEY.hex()}",
            "url": f"https://mmcs.example/{id}",
        }

    def enclosure(self, customer: str, number: int, kind: str) -> dict[str, Any]:
        self.holds(f"p{number}", kind)
        return self.message(customer, number, body="\ufffc", attachments=[self.attachment(f"p{number}", kind)])

    def sample(self, kind: str) -> tuple[str, bytes]:
        own = {
            "voice message": ("audio/x-caf", b"caff\x00\x01 a voice"),
            "video": ("video/quicktime", movie(b"qt  ", b"vide")),
        }
        return own.get(kind) or super().sample(kind)

    def tap(self, customer: str, choice: tuple[str, str], number: int) -> dict[str, Any]:
        title, data = choice
        items = [{"identifier": "other", "title": "Other"}, {"identifier": data, "title": title}]
        quick = {"quick-reply": {"items": items, "selectedIndex": 1, "selectedIdentifier": data}}
        return self.message(customer, number, type="interactive", interactiveData={"data": quick})

    def expires(self) -> None:
        self.secret = base64.b64encode(self.secret.encode()[:32]).decode()

    def is_send(self, call: Call) -> bool:
        return call.path == "/message" and call.json.get("type") in ("text", "interactive")

    def answer(self, call: Call) -> tuple[int, Any]:
        if call.path.startswith("/download/"):
            status, content = self.download(call.path.rpartition("/")[2])
            return status, encrypted(content) if status == 200 else content
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            assert jwt.decode(token, base64.b64decode(self.secret), algorithms=["HS256"])["iss"] == self.msp
        except (jwt.InvalidTokenError, AssertionError):
            raise Refusal(401, {}) from None
        if call.path == "/preDownload":
            known = {"mmcs-signature": base64.b64encode(b"\x0a\x0b").decode(), "mmcs-owner": "M1"}
            self.demand(all(call.headers.get(name) == value for name, value in known.items()), "MMCS headers")
            return 200, {"download-url": f"{self.url}/download/{call.headers['mmcs-url'].rpartition('/')[2]}"}
        body = call.json
        customer = body["destinationId"]
        same = (
            body["id"] == call.headers.get("id") and body["sourceId"] == call.headers.get("source-id") == self.business
        )
        self.demand(same and customer == call.headers.get("destination-id"), "headers and body differ")
        if customer == "closed":
            raise Refusal(410, {})
        if body["type"] == "typing_start":
            return 200, {}
        if body["type"] == "interactive":
            able = self.able.get(customer, EVERYTHING)
            self.taken[customer][-1].choices = self._choices(body["interactiveData"], able)
            return 200, {}
        self.demand(1 <= len(body["body"]) <= 3000, "body: 3000")
        self.take(customer, Sent(body["body"], raw={**body, "auto": call.headers.get("auto-reply", "")}))
        return 200, {}

    def _choices(self, shown: dict[str, Any], able: str = EVERYTHING) -> list[tuple[str, str]]:
        data = shown["data"]
        told = {each.strip() for each in able.upper().split(",")}
        self.demand(("QUICK" if "quick-reply" in data else "LIST") in told, "capability-list")
        if "quick-reply" in data:
            items = data["quick-reply"]["items"]
            self.demand(2 <= len(items) <= 5, "quick-reply: 2 to 5 items")
        else:
            items = [item for section in data["listPicker"]["sections"] for item in section["items"]]
            self.demand(all(len(each.get("subtitle", "")) <= 200 for each in items), "200 characters")
            self.demand(shown["receivedMessage"]["title"] and data["mspVersion"] == "1.0", "receivedMessage")
        self.demand(all(1 <= len(each["title"]) <= 200 for each in items), "200 characters")
        return [(each["title"], each["identifier"]) for each in items]
