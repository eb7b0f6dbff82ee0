"""WhatsApp, by Meta's Cloud API.

developers.facebook.com/documentation/business-messaging/whatsapp: webhooks/reference/messages and …/status,
messages/send-messages, messages/interactive-reply-buttons-messages, messages/interactive-list-messages,
business-scoped-user-ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

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
    Refused,
    Unclear,
    Variable,
)
from concierge.files.content import LARGEST

_TOKEN, _PHONE = "CONCIERGE_WHATSAPP_TOKEN", "CONCIERGE_WHATSAPP_PHONE_ID"
_KINDS = {
    "image": "photo",
    "audio": "voice message",
    "video": "video",
    "document": "file",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contact",
    "order": "attachment",
    "unsupported": "attachment",
    "unknown": "attachment",
}
_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
_SCOPED = re.compile(r"[A-Z]{2}\.[0-9A-Za-z]+")  # a business-scoped user id


class WhatsApp(MetaAdapter):
    name = "whatsapp"
    title = "WhatsApp"
    variables = (
        Variable(_TOKEN, "a system user's access token", secret=True),
        Variable(_PHONE, "the phone number's id (not the number)"),
        APP_SECRET,
        VERIFY_TOKEN,
        GRAPH,
    )
    limits = Limits(
        text=4096,
        buttons=3,
        text_with_buttons=1024,
        title=20,
        rows=10,
        row=24,
        rate=40,
        window=timedelta(hours=24),
    )
    receipts = "sent, delivered, read"
    fetches = True
    once = "once: a status tells of a message whose answer was lost"
    cannot = ("answers after the window: templates are not sent yet", "an advisor's name beside each message")

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        if delivery.json.get("object") != "whatsapp_business_account":
            return
        for entry in objects_at(delivery.json, "entry"):
            for change in objects_at(entry, "changes"):
                value = dig(change, "value")
                # "standby" and "messaging_handovers" are of conversations that another application answers.
                ours = text_at(value, "metadata", "phone_number_id") == self.values[_PHONE]
                if dig(change, "field") == "messages" and ours:
                    yield from (event for each in objects_at(value, "messages") for event in self._message(each))
                    yield from (event for each in objects_at(value, "statuses") for event in self._status(each))

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        # A scoped id in "to" is silently lost.
        address = {"recipient" if _SCOPED.fullmatch(to.address) else "to": to.address}
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **address,
            **_content(part),
            "biz_opaque_callback_data": part.reference,
        }
        sent = await self._post(api, body)
        if not (told := text_at(sent, "messages", 0, "id")):
            raise Unclear("no_id")
        return [told]

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": incoming.key}
        await self._post(api, {**body, "typing_indicator": {"type": "text"}} if answering else body)

    async def fetch(self, api: Api, source: str) -> bytes:
        """The address holds for five minutes, and wants the token, too."""
        found = await self.graph(api, self.values[GRAPH.name], source, self.values[_TOKEN])
        if not (address := text_at(found, "url")):
            raise Refused("no_url")
        return await api.download(address, LARGEST, headers={"Authorization": f"Bearer {self.values[_TOKEN]}"})

    async def check(self, api: Api) -> list[str]:
        path = f"{self.values[_PHONE]}?fields=display_phone_number,quality_rating"
        found = await self.graph(api, self.values[GRAPH.name], path, self.values[_TOKEN])
        number, rating = text_at(found, "display_phone_number"), text_at(found, "quality_rating")
        if not number:
            return [f"{_PHONE} is not the id of a phone number that this token may use."]
        return [f"Meta rates {number} RED: it limits how many customers you may write to."] if rating == "RED" else []

    async def _post(self, api: Api, body: dict[str, Any]) -> Any:
        path = f"{self.values[_PHONE]}/messages"
        return await self.graph(api, self.values[GRAPH.name], path, self.values[_TOKEN], body)

    def _message(self, message: dict[str, Any]) -> Iterator[Event]:
        kind, phone = text_at(message, "type"), text_at(message, "from")
        about: dict[str, Any] = {
            "channel": self.name,
            "key": text_at(message, "id"),
            # Since 2026 customers may have no number for us: the scoped id is what stays.
            "address": text_at(message, "from_user_id") or phone,
            "also": (phone,) if phone and text_at(message, "from_user_id") else (),
            "at": moment(text_at(message, "timestamp")),
        }
        if kind == "text":
            yield Incoming(**about, text=text_at(message, "text", "body"))
        elif kind == "interactive":
            reply = dig(message, "interactive", text_at(message, "interactive", "type"))
            yield Incoming(**about, text=text_at(reply, "title"), choice=text_at(reply, "id"))
        elif kind == "button":  # of a template
            yield Incoming(**about, text=text_at(message, "button", "text"))
        elif kind in _KINDS:
            sent = dig(message, kind)
            attachment = Attachment(_KINDS[kind], text_at(sent, "id"), text_at(sent, "mime_type"))
            yield Incoming(**about, text=text_at(sent, "caption"), attachment=attachment)

    def _status(self, status: dict[str, Any]) -> Iterator[Event]:
        state = _STATES.get(text_at(status, "status"))
        if state:
            yield Receipt(
                self.name,
                state,
                text_at(status, "id"),
                text_at(status, "biz_opaque_callback_data"),
                error=f"meta_{text_at(status, 'errors', 0, 'code')}" if state == "failed" else "",
            )


def _content(part: Part) -> dict[str, Any]:
    if not part.choices:
        return {"type": "text", "text": {"body": part.text, "preview_url": False}}
    if part.as_list:
        rows = [{"id": each.reference, "title": each.title} for each in part.choices]
        shown: dict[str, Any] = {"type": "list", "action": {"button": part.menu, "sections": [{"rows": rows}]}}
    else:
        buttons = [{"type": "reply", "reply": {"id": each.reference, "title": each.title}} for each in part.choices]
        shown = {"type": "button", "action": {"buttons": buttons}}
    return {"type": "interactive", "interactive": {**shown, "body": {"text": part.text}}}
