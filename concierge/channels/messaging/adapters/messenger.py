"""Messenger, and Instagram's direct messages, which Meta delivers in the same shapes.

developers.facebook.com/documentation/business-messaging/messenger-platform: webhooks, send-messages, policy;
developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/messaging-api.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from concierge.channels.messaging.adapter import dig, moment, objects_at, text_at
from concierge.channels.messaging.adapters.meta import APP_SECRET, GRAPH, VERIFY_TOKEN, MetaAdapter
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import (
    Attachment,
    Delivery,
    Event,
    Incoming,
    Limits,
    Outlet,
    Part,
    Receipt,
    Unclear,
    Variable,
    utf8,
)

_MILLISECONDS = 0.001
_WINDOW, _HUMAN_WINDOW = timedelta(hours=24), timedelta(days=7)
_KINDS = {"image": "photo", "audio": "voice message", "video": "video", "file": "file", "sticker": "sticker"}
_HUMAN = "an approved HUMAN_AGENT permission: true where the app has it; advisors may then write for seven days"


class Messenger(MetaAdapter):
    name = "messenger"
    title = "Messenger"
    variables: ClassVar[tuple[Variable, ...]] = (
        Variable("CONCIERGE_MESSENGER_TOKEN", "the page's access token", secret=True),
        Variable("CONCIERGE_MESSENGER_PAGE_ID", "the page's id"),
        Variable("CONCIERGE_MESSENGER_HUMAN_AGENT", _HUMAN, default="false"),
        APP_SECRET,
        VERIFY_TOKEN,
        GRAPH,
    )
    # The text's length stands on no page of Meta's; clients of its API agree on it.
    limits = Limits(text=2000, buttons=13, title=20, rate=40, window=_WINDOW)
    receipts = "delivered, read"
    once = "once: an echo tells of a message whose answer was lost"
    cannot: ClassVar[tuple[str, ...]] = ("answers after the window", "an advisor's name beside each message")
    about: ClassVar[str] = "page"  # Meta's "object"
    metadata: ClassVar[bool] = True  # our reference comes back with the echo

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        token, account, human = (each.name for each in self.variables[:3])
        self._token, self._account = values[token], values[account]
        if values.get(human, "").lower() == "true":
            self.limits = replace(self.limits, human_window=_HUMAN_WINDOW)  # type: ignore[misc]
        self._base = values[GRAPH.name]

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        if delivery.json.get("object") != self.about:
            return
        for entry in objects_at(delivery.json, "entry"):
            # "standby" stands beside "messaging": what another application answers.
            for event in objects_at(entry, "messaging"):
                if self._account in (text_at(event, "recipient", "id"), text_at(event, "sender", "id")):
                    yield from self._event(event)

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        message: dict[str, Any] = {"text": part.text}
        if self.metadata:
            message["metadata"] = part.reference
        if part.choices:
            message["quick_replies"] = [
                {"content_type": "text", "title": each.title, "payload": each.reference} for each in part.choices
            ]
        # The tag is only for what a person has typed.
        late = bool(part.author) and datetime.now(timezone.utc) - to.heard_at >= _WINDOW
        kind = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if late else {"messaging_type": "RESPONSE"}
        sent = await self._post(api, {"recipient": {"id": to.address}, **kind, "message": message})
        if not (told := text_at(sent, "message_id")):
            raise Unclear("no_id")
        return [told]

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        action = "typing_on" if answering else "mark_seen"
        await self._post(api, {"recipient": {"id": incoming.address}, "sender_action": action})

    async def check(self, api: Api) -> list[str]:
        found = await self.graph(api, self._base, "me?fields=id", self._token)
        known = text_at(found, "id") == self._account
        return [] if known else [f"{self.variables[0].name} is not a token of {self.variables[1].name}."]

    async def _post(self, api: Api, body: dict[str, Any]) -> Any:
        return await self.graph(api, self._base, f"{self._account}/messages", self._token, body)

    def _event(self, event: dict[str, Any]) -> Iterator[Event]:
        customer, message = text_at(event, "sender", "id"), dig(event, "message")
        if dig(message, "is_echo"):
            yield Receipt(self.name, "sent", text_at(message, "mid"), text_at(message, "metadata"))
            return
        for state, name in (("delivered", "delivery"), ("read", "read")):
            if told := dig(event, name):
                if until := dig(told, "watermark"):
                    yield Receipt(self.name, state, address=customer, until=moment(until, _MILLISECONDS))
                elif text_at(told, "mid"):  # Instagram's
                    yield Receipt(self.name, state, text_at(told, "mid"))
        said = message or dig(event, "postback")
        if customer == self._account or not text_at(said, "mid") or dig(said, "is_deleted"):
            return
        about: dict[str, Any] = {
            "channel": self.name,
            "key": text_at(said, "mid"),
            "address": customer,
            "at": moment(dig(event, "timestamp"), _MILLISECONDS),
        }
        if message is None:
            payload = text_at(said, "payload")
            yield Incoming(**about, text=text_at(said, "title"), choice=payload, opens=payload == "GET_STARTED")
            return
        attached = objects_at(message, "attachments")
        unknown = not attached and not text_at(message, "text")
        for number, each in enumerate(attached or ([{}] if unknown else [])):
            # A caption is its own text; several pictures of one message are several rows.
            alone = {**about, "key": f"{about['key']}.{number}"}
            yield Incoming(**alone, attachment=Attachment(_KINDS.get(text_at(each, "type"), "attachment")))
        if text := text_at(message, "text"):
            yield Incoming(**about, text=text, order=1, choice=text_at(message, "quick_reply", "payload"))


class Instagram(Messenger):
    """With Instagram Login: the token is the professional account's, and its own secret may sign."""

    name = "instagram"
    title = "Instagram"
    variables = (
        Variable("CONCIERGE_INSTAGRAM_TOKEN", "the professional account's access token", secret=True),
        Variable("CONCIERGE_INSTAGRAM_ID", "the professional account's id"),
        Variable("CONCIERGE_INSTAGRAM_HUMAN_AGENT", _HUMAN, default="false"),
        Variable("CONCIERGE_INSTAGRAM_APP_SECRET", "the Instagram app's own secret", default="", secret=True),
        Variable("CONCIERGE_INSTAGRAM_API", "Instagram's API", default="https://graph.instagram.com/v25.0"),
        APP_SECRET,
        VERIFY_TOKEN,
        GRAPH,
    )
    limits = Limits(text=1000, unit=utf8, buttons=13, title=20, rate=40, window=_WINDOW)
    receipts = "read"
    once = "at least once: an answer that is lost may bring a message twice"
    cannot = ("answers after the window", "delivery receipts", "an advisor's name beside each message")
    about = "instagram"
    metadata = False
    secrets = (APP_SECRET.name, "CONCIERGE_INSTAGRAM_APP_SECRET")

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._base = values["CONCIERGE_INSTAGRAM_API"]

    async def check(self, api: Api) -> list[str]:
        found = await self.graph(api, self._base, "me?fields=user_id", self._token)
        known = text_at(found, "user_id") == self._account
        return [] if known else [f"{self.variables[0].name} is not a token of {self.variables[1].name}."]
