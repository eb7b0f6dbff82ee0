"""WhatsApp, by Meta's Cloud API.

developers.facebook.com/documentation/business-messaging/whatsapp: messages/send-messages,
messages/interactive-reply-buttons-messages, messages/interactive-list-messages, business-phone-numbers/media,
business-scoped-user-ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from concierge.channels.messaging.adapter import TELLS_WITHIN, dig, objects_at, once_told, text_at, wa_me
from concierge.channels.messaging.adapters.meta import APP_SECRET, GRAPH, VERIFY_TOKEN, MetaAdapter
from concierge.channels.messaging.adapters.whatsapp_inbound import known_template, message_events, status_events
from concierge.channels.messaging.adapters.whatsapp_outbound import content_of
from concierge.channels.messaging.calling import Api, before_sending
from concierge.channels.messaging.model import (
    Delivery,
    Enclosure,
    Event,
    Gallery,
    Incoming,
    KnownTemplate,
    Limits,
    Outlet,
    Part,
    Refused,
    Unclear,
    Variable,
)
from concierge.files.content import LARGEST

_TOKEN, _PHONE = "CONCIERGE_WHATSAPP_TOKEN", "CONCIERGE_WHATSAPP_PHONE_ID"
_NUMBER, _BUSINESS = "CONCIERGE_WHATSAPP_NUMBER", "CONCIERGE_WHATSAPP_BUSINESS_ID"
_SCOPED = re.compile(r"[A-Z]{2}\.[0-9A-Za-z]+")  # a business-scoped user id


class WhatsApp(MetaAdapter):
    name = "whatsapp"
    title = "WhatsApp"
    variables = (
        Variable(_TOKEN, "a system user's access token", secret=True),
        Variable(_PHONE, "the phone number's id (not the number)"),
        Variable(_NUMBER, "the number, +…, for customers who go on there from the website", default=""),
        Variable(_BUSINESS, "the WhatsApp Business Account's id, to compare templates with", default=""),
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
        row_detail=72,
        # No gallery: a message with a picture above and buttons below it. A link stands alone.
        gallery=Gallery(cards=1, title=100, text=900, buttons=3, button=20, choices_below=False, link_alone=True),
        rate=40,
        window=timedelta(hours=24),
    )
    receipts = "sent, delivered, read"
    fetches = True
    uploads: ClassVar[Mapping[str, int]] = {
        "image/jpeg": 5_000_000,
        "image/png": 5_000_000,
        "application/pdf": 100_000_000,
    }
    once = once_told("a status")
    tells_within = TELLS_WITHIN
    templates = True
    typing_seconds = 25.0
    cannot = ("answers after the window but by approved templates", "an advisor's name beside each message")

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        if delivery.json.get("object") != "whatsapp_business_account":
            return
        for entry in objects_at(delivery.json, "entry"):
            for change in objects_at(entry, "changes"):
                value = dig(change, "value")
                # "standby" and "messaging_handovers" are of conversations that another application answers.
                ours = text_at(value, "metadata", "phone_number_id") == self.values[_PHONE]
                if dig(change, "field") == "messages" and ours:
                    yield from (
                        event for each in objects_at(value, "messages") for event in message_events(self.name, each)
                    )
                    yield from (
                        event for each in objects_at(value, "statuses") for event in status_events(self.name, each)
                    )

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        # A scoped id in "to" is silently lost.
        address = {"recipient" if _SCOPED.fullmatch(to.address) else "to": to.address}
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **address,
            **(await self._enclosed(api, part.file) if part.file else content_of(part)),
            "biz_opaque_callback_data": part.reference,
        }
        sent = await self._post(api, body)
        if not (told := text_at(sent, "messages", 0, "id")):
            raise Unclear("no_id")
        return [told]

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": incoming.key}
        await self._post(api, {**body, "typing_indicator": {"type": "text"}} if answering else body)

    def way_in(self, ticket: str, words: str) -> str:
        return wa_me(self.values[_NUMBER], words)

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

    async def known_templates(self, api: Api) -> Sequence[KnownTemplate] | None:
        if not self.values[_BUSINESS]:
            return None
        asked = {"fields": "name,language,status,components", "limit": "100"}
        found: list[KnownTemplate] = []
        while True:
            path = f"{self.values[_BUSINESS]}/message_templates?{urlencode(asked)}"
            page = await self.graph(api, self.values[GRAPH.name], path, self.values[_TOKEN])
            found += [known_template(each) for each in objects_at(page, "data")]
            after = text_at(page, "paging", "cursors", "after")
            # Without a new place to go on from it would be the same page for ever.
            if not dig(page, "paging", "next") or after in ("", asked.get("after")):
                return found
            asked["after"] = after

    async def _enclosed(self, api: Api, file: Enclosure) -> dict[str, Any]:
        form, path = {"messaging_product": "whatsapp", "type": file.media_type}, f"{self.values[_PHONE]}/media"
        with before_sending():
            kept = await self.graph(
                api, self.values[GRAPH.name], path, self.values[_TOKEN], form, files={"file": file.form}
            )
            if not (media := text_at(kept, "id")):
                raise Unclear("no_media_id")
        if file.is_photo:
            return {"type": "image", "image": {"id": media}}
        return {"type": "document", "document": {"id": media, "filename": file.title}}

    async def _post(self, api: Api, body: dict[str, Any]) -> Any:
        path = f"{self.values[_PHONE]}/messages"
        return await self.graph(api, self.values[GRAPH.name], path, self.values[_TOKEN], body)
