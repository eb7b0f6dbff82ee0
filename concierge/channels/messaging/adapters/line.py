"""LINE, by the Messaging API of an official account.

developers.line.biz/en/reference/messaging-api; line/line-openapi; …/docs/messaging-api/retrying-api-request.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar
from urllib.parse import quote

from concierge.channels.messaging.adapter import Adapter, dig, moment, objects_at, place_at, same, text_at, words_of
from concierge.channels.messaging.adapters.line_outbound import message_of
from concierge.channels.messaging.calling import Answer, Api
from concierge.channels.messaging.model import (
    Attachment,
    Delivery,
    Event,
    Gallery,
    Incoming,
    Limits,
    NotNow,
    Outlet,
    Part,
    Refused,
    Standing,
    Variable,
    Withdrawal,
)
from concierge.files.content import LARGEST

_TOKEN, _SECRET, _API = "CONCIERGE_LINE_TOKEN", "CONCIERGE_LINE_SECRET", "CONCIERGE_LINE_API"
_DATA, _ID = "CONCIERGE_LINE_DATA_API", "CONCIERGE_LINE_ID"
_KINDS = {
    "image": "photo",
    "audio": "voice message",
    "video": "video",
    "file": "file",
    "sticker": "sticker",
    "location": "location",
}
_FETCHED = {"image", "audio", "video", "file"}
_PREPARED = {"audio", "video"}  # by LINE, before it is whole
_REPLY = "reply_token"
_REPLY_SECONDS = timedelta(seconds=50)  # "about one minute": some of it is on the way
_LOADING_SECONDS = 20
_CONFLICT, _BAD = 409, 400


class Line(Adapter):
    name = "line"
    title = "LINE"
    webhook = "line"
    variables = (
        Variable(_TOKEN, "a channel access token", secret=True),
        Variable(_SECRET, "the channel's secret, which signs what LINE delivers", secret=True),
        Variable(_ID, "the account's id, @…, for customers who go on there from the website", default=""),
        Variable(_API, "the Messaging API's address", default="https://api.line.me"),
        Variable(_DATA, "where LINE has what customers send", default="https://api-data.line.me"),
    )
    # A carousel has twelve bubbles, of 50 KB in all.
    limits = Limits(text=5000, buttons=13, title=20, gallery=Gallery(cards=10, title=100, text=400), batch=5, rate=100)
    fetched: ClassVar[Mapping[str, int]] = {"image/jpeg": 10_000_000, "image/png": 10_000_000}
    fetches = True
    typing_seconds = float(_LOADING_SECONDS)
    once = "once: by the reply token, by a retry key where messages are pushed"
    cannot = ("receipts", "answers after a minute without the paid quota")

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._base = values[_API].rstrip("/")
        self._headers = {"Authorization": f"Bearer {values[_TOKEN]}"}

    def verified(self, delivery: Delivery) -> bool:
        digest = hmac.new(self.values[_SECRET].encode(), delivery.body, hashlib.sha256).digest()
        return same(base64.b64encode(digest).decode(), delivery.headers.get("x-line-signature", ""))

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        for event in objects_at(delivery.json, "events"):
            customer = text_at(event, "source", "userId")
            # Groups have a userId, too; "standby" is what another module of the account answers.
            if dig(event, "mode") != "active" or dig(event, "source", "type") != "user" or not customer:
                continue
            at = moment(dig(event, "timestamp"), 0.001)
            details = {"read_token": text_at(event, "message", "markAsReadToken")}
            if token := text_at(event, "replyToken"):
                details[_REPLY], details["reply_until"] = token, (at + _REPLY_SECONDS).isoformat()
            about: dict[str, Any] = {
                "channel": self.name,
                # By a message's own id it is named when its customer takes it back.
                "key": text_at(event, "message", "id") or text_at(event, "webhookEventId"),
                "address": customer,
                "at": at,
                "details": details,
            }
            kind, message = text_at(event, "type"), dig(event, "message")
            if kind == "unsend":
                yield Withdrawal(self.name, customer, text_at(event, "unsend", "messageId"))
            elif kind == "unfollow":  # of blocking the account; what is sent then is taken, and shown to nobody
                yield Standing(self.name, customer, "blocked_by_customer")
            elif kind == "follow":
                yield Incoming(**about, opens=True)
            elif kind == "postback":
                yield Incoming(**about, choice=text_at(event, "postback", "data"))
            elif kind == "message" and text_at(message, "type") == "text":
                yield Incoming(**about, text=text_at(message, "text"))
            elif kind == "message":
                kind = text_at(message, "type")
                source = text_at(message, "id") if kind in _FETCHED else ""
                source = f"{kind}/{source}" if kind in _PREPARED else source
                shown = (text_at(message, "title"), text_at(message, "address"), text_at(message, "fileName"))
                sent = Attachment(
                    _KINDS.get(kind, "attachment"),
                    source,
                    about=words_of(*shown, text_at(message, "keywords", 0)),
                    place=place_at(dig(message, "latitude"), dig(message, "longitude")),
                )
                yield Incoming(**about, attachment=sent)

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        messages = [message_of(part) for part in parts]
        if token := _usable(to):
            answer = await self._post(api, "message/reply", {"replyToken": token, "messages": messages})
            to.spent[_REPLY] = token
            if answer.good:
                return _ids(answer, len(parts))
            if answer.status != _BAD or "reply token" not in text_at(answer.body, "message").lower():
                to.spent.clear()
                raise Refused(f"line_{answer.status}")
            if to.again:  # still valid a moment ago: the try whose answer was lost has used it
                return [""] * len(parts)
        # The same for the same parts, so that LINE takes them once.
        key = str(uuid.uuid5(uuid.NAMESPACE_OID, " ".join(part.reference for part in parts)))
        body = {"to": to.address, "messages": messages}
        answer = await self._post(api, "message/push", body, {"X-Line-Retry-Key": key})
        if answer.good or answer.status == _CONFLICT:
            return _ids(answer, len(parts))
        raise Refused(f"line_{answer.status}")

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        if token := incoming.details.get("read_token"):
            await self._post(api, "chat/markAsRead", {"markAsReadToken": token})
        if answering:
            body = {"chatId": incoming.address, "loadingSeconds": _LOADING_SECONDS}
            await self._post(api, "chat/loading/start", body)

    def way_in(self, ticket: str, words: str) -> str:
        account = self.values[_ID]
        return f"https://line.me/R/oaMessage/{quote(account)}/?{quote(words)}" if account else ""

    async def fetch(self, api: Api, source: str) -> bytes:
        kind, _, id = source.rpartition("/")
        address = f"{self.values[_DATA].rstrip('/')}/v2/bot/message/{id}/content"
        if kind:  # fetched before, it is cut, or empty
            answer = await api.get(f"{address}/transcoding", headers=self._headers)
            if (state := text_at(answer.body, "status")) == "processing":
                raise NotNow(state)
            if state == "failed":
                raise Refused("not_prepared")
        return await api.download(address, LARGEST, headers=self._headers)

    async def check(self, api: Api) -> list[str]:
        answer = await api.get(f"{self._base}/v2/bot/channel/webhook/endpoint", headers=self._headers)
        address = text_at(answer.body, "endpoint")
        if not answer.good or not address:
            return ["LINE calls no webhook yet: enter its address in the console (docs/channels/line.md)."]
        problems = []
        if not address.endswith(f"/webhooks/messaging/{self.webhook}"):
            problems.append(f"LINE calls {address}, which does not end with /webhooks/messaging/{self.webhook}.")
        if dig(answer.body, "active") is not True:
            problems.append("The webhook is off: turn on “Use webhook” in LINE's console.")
        return problems

    async def _post(
        self, api: Api, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Answer:
        return await api.post(f"{self._base}/v2/bot/{path}", json=body, headers={**self._headers, **(headers or {})})


def _usable(to: Outlet) -> str:
    """The reply token, while it is worth anything: answering by it is free."""
    token, until = to.details.get(_REPLY), to.details.get("reply_until")
    if not token or not until or datetime.fromisoformat(until) < datetime.now(timezone.utc):
        return ""
    return str(token)


def _ids(answer: Answer, many: int) -> list[str]:
    sent = objects_at(answer.body, "sentMessages")
    return [text_at(sent, number, "id") for number in range(many)]
