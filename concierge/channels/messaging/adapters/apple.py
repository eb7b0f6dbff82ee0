"""Apple Messages for Business, as Apple's gateway and the providers that pass it through speak it.

Apple's own tutorial for service providers (register.apple.com/resources/messages/msp-rest-tutorial) and the reference
beside it: verifying, sending, quick replies, list pickers, attachments. Every delivery and every call carries a JSON
web token (HS256) that is signed with the provider's secret. PyJWT and cryptography are imported where they are needed:
every front reads this module, also where Apple's channel is off.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from concierge.channels.messaging.adapter import Adapter, dig, moment, objects_at, text_at
from concierge.channels.messaging.adapters.apple_interactive import (
    CAPABILITIES,
    capabilities_of,
    chosen,
    fitted,
    offer,
)
from concierge.channels.messaging.calling import Answer, Api
from concierge.channels.messaging.model import (
    Attachment,
    Delivery,
    Event,
    Incoming,
    Limits,
    Outlet,
    Part,
    Refused,
    Standing,
    Typing,
    Unreadable,
    Variable,
)
from concierge.files.content import LARGEST

_MSP, _SECRET = "CONCIERGE_APPLE_MSP_ID", "CONCIERGE_APPLE_SECRET"
_BUSINESS, _API = "CONCIERGE_APPLE_BUSINESS_ID", "CONCIERGE_APPLE_API"
_GONE = {404, 410}  # the customer has closed the conversation, or deleted it
_MOST = 5_000_000  # bytes that a delivery may unpack to
_OLDEST = 3600  # seconds of a token
_KINDS = {"image": "photo", "audio": "voice message", "video": "video"}


class Apple(Adapter):
    name = "apple"
    title = "Apple Messages for Business"
    webhook = "apple"
    variables = (
        Variable(_MSP, "the service provider's id (MSP id)"),
        Variable(_SECRET, "the service provider's secret, in base64 as Apple gives it", secret=True),
        Variable(_BUSINESS, "the house's account, urn:biz:…"),
        Variable(_API, "the gateway", default="https://mspgw.push.apple.com/v1"),
    )
    # Two to five quick replies; a list picker holds more. The lengths of titles are what is readable on a telephone:
    # the interface takes 200 characters.
    limits = Limits(text=3000, buttons=5, fewest=2, title=24, rows=10, row=60, row_detail=120, apart=True, rate=20)
    fetches = True
    typing_seconds = 30.0
    untold = "a second try has the same id, but Apple does not say that it drops one"
    cannot = (
        "quick replies and lists on a device that does not name them: choices are numbered there",
        "receipts",
        "an advisor's name beside each message",
        "words once the customer has closed the chat",
    )

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._base = values[_API].rstrip("/")
        try:
            self._key = base64.b64decode(values[_SECRET], validate=True)
        except ValueError:
            self._key = b""

    def verified(self, delivery: Delivery) -> bool:
        """The token says for whom it is and when it was made, and nothing of the body."""
        import jwt

        scheme, _, token = delivery.headers.get("authorization", "").partition(" ")
        try:
            claims = jwt.decode(token.strip(), self._key, algorithms=["HS256"], audience=self.values[_MSP], leeway=60)
            fresh = time.time() - float(claims["iat"]) <= _OLDEST
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            return False
        return scheme.lower() == "bearer" and fresh and bool(self._key)

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        message = _unpacked(delivery)
        kind, customer, key = (text_at(message, name) for name in ("type", "sourceId", "id"))
        if text_at(message, "destinationId") != self.values[_BUSINESS]:
            return
        about: dict[str, Any] = {"channel": self.name, "address": customer, "at": moment(None)}  # no time is told
        about["language"] = text_at(message, "locale").partition("_")[0]
        about["details"] = {CAPABILITIES: capabilities_of(delivery.headers.get("capability-list", ""))}
        if kind in ("typing_start", "typing_end"):
            yield Typing(self.name, customer, kind == "typing_start")
        elif kind == "close":
            yield Standing(self.name, customer, "closed_by_customer")
        elif kind == "interactive":
            title, choice = chosen(dig(message, "interactiveData"))
            attachment = None if choice else Attachment("attachment")
            yield Incoming(**about, key=key, text=title, choice=choice, attachment=attachment)
        elif kind == "text":
            for number, each in enumerate(objects_at(message, "attachments")):
                media_type = text_at(each, "mimeType")
                told = {name: text_at(each, name) for name in ("url", "owner", "signature", "key")}
                shown = _KINDS.get(media_type.partition("/")[0], "file")
                called = text_at(each, "name") if shown == "file" else ""
                attachment = Attachment(shown, json.dumps(told), media_type, about=called)
                yield Incoming(**about, key=f"{key}.{number}", attachment=attachment)
            # Where attachments stand among the words is marked by this.
            if text := text_at(message, "body").replace("\ufffc", "").strip():
                yield Incoming(**about, key=key, order=1, text=text)

    def limits_for(self, details: Mapping[str, Any]) -> Limits:
        return fitted(self.limits, details)

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        shown: dict[str, Any] = {"type": "text", "body": part.text}
        if part.choices:
            shown = {"type": "interactive", "interactiveData": offer(part)}
        return [await self._post(api, to.address, part.reference, shown, not part.author)]

    async def answers(self, api: Api, to: Outlet) -> None:
        await self._post(api, to.address, str(uuid.uuid4()), {"type": "typing_start"}, True)

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        if answering:
            await self._post(api, incoming.address, f"{incoming.key}.typing", {"type": "typing_start"}, True)

    async def fetch(self, api: Api, source: str) -> bytes:
        """Lies encrypted with Apple, under an address that has to be asked for."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        try:
            told = json.loads(source)
            signature = base64.b64encode(bytes.fromhex(told["signature"])).decode()
            # AES-256 in counter mode from nought, by the key behind a leading 00.
            cipher = Cipher(algorithms.AES(bytes.fromhex(told["key"][2:])), modes.CTR(bytes(16))).decryptor()
        except (ValueError, KeyError, TypeError):
            raise Refused("no_key") from None
        asked = {"MMCS-Url": told["url"], "MMCS-Signature": signature, "MMCS-Owner": told["owner"]}
        headers = {**self._headers(), **asked, "source-id": self.values[_BUSINESS]}
        answer = await api.get(f"{self._base}/preDownload", headers=headers)
        if not answer.good:
            raise Refused(f"apple_{answer.status}")
        content = await api.download(text_at(answer.body, "download-url"), LARGEST)
        return cipher.update(content) + cipher.finalize()

    async def check(self, api: Api) -> list[str]:
        """Nothing can be asked of the gateway without a customer."""
        if not self._key:
            return [f"{_SECRET} is not the secret: it is base64, as Apple's Business Register shows it."]
        known = self.values[_BUSINESS].startswith("urn:biz:")
        return [] if known else [f"{_BUSINESS} does not begin with urn:biz:, as the account's id does."]

    def _headers(self) -> dict[str, str]:
        import jwt

        token = jwt.encode({"iss": self.values[_MSP], "iat": int(time.time())}, self._key, algorithm="HS256")
        return {"Authorization": f"Bearer {token}"}

    async def _post(self, api: Api, customer: str, name: str, content: Mapping[str, Any], machine: bool) -> str:
        """The message's id: the same for the same ``name``."""
        id, ours = str(uuid.uuid5(uuid.NAMESPACE_OID, name)), self.values[_BUSINESS]
        ends = {"id": id, "Source-Id": ours, "Destination-Id": customer}
        headers = {**self._headers(), **ends, **({"auto-reply": "true"} if machine else {})}
        body = {"v": 1, "id": id, "sourceId": ours, "destinationId": customer, **content}
        answer: Answer = await api.post(f"{self._base}/message", json=body, headers=headers)
        if not answer.good:
            raise Refused("closed_by_customer" if answer.status in _GONE else f"apple_{answer.status}")
        return id


def _unpacked(delivery: Delivery) -> Any:
    """Raises ``Unreadable``."""
    body = delivery.body
    if body[:2] == b"\x1f\x8b":
        unpacking = zlib.decompressobj(wbits=31)
        try:
            body = unpacking.decompress(body, _MOST)
        except zlib.error:
            raise Unreadable("not packed as it says") from None
        if unpacking.unconsumed_tail:
            raise Unreadable("too large")
    return Delivery("POST", "", {}, body).json
