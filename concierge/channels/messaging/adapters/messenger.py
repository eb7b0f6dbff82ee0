"""Messenger.

developers.facebook.com/documentation/business-messaging/messenger-platform: webhooks, send-messages, policy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from concierge.channels.messaging.adapter import TELLS_WITHIN, objects_at, once_told, text_at
from concierge.channels.messaging.adapters.messenger_inbound import events_of
from concierge.channels.messaging.adapters.messenger_personas import Personas
from concierge.channels.messaging.adapters.meta import APP_SECRET, GRAPH, VERIFY_TOKEN, MetaAdapter
from concierge.channels.messaging.calling import Api, named
from concierge.channels.messaging.model import (
    Card,
    Delivery,
    Enclosure,
    Event,
    Gallery,
    Incoming,
    Limits,
    Outlet,
    Part,
    Refused,
    Unclear,
    Variable,
)
from concierge.files.content import LARGEST

_PICTURE = "CONCIERGE_MESSENGER_PICTURE"
WINDOW, _HUMAN_WINDOW = timedelta(hours=24), timedelta(days=7)
# The generic template.
GALLERY = Gallery(cards=10, title=80, text=80, buttons=3, button=20, between=" · ")
HUMAN = "an approved HUMAN_AGENT permission: true where the app has it; advisors may then write for seven days"


class Messenger(MetaAdapter):
    name = "messenger"
    title = "Messenger"
    variables: ClassVar[tuple[Variable, ...]] = (
        Variable("CONCIERGE_MESSENGER_TOKEN", "the page's access token", secret=True),
        Variable("CONCIERGE_MESSENGER_PAGE_ID", "the page's id"),
        Variable("CONCIERGE_MESSENGER_HUMAN_AGENT", HUMAN, default="false"),
        Variable(_PICTURE, "the address of a picture; with it advisors write under their names", default=""),
        APP_SECRET,
        VERIFY_TOKEN,
        GRAPH,
    )
    # The text's length stands on no page of Meta's; clients of its API agree on it.
    limits = Limits(text=2000, buttons=13, title=20, gallery=GALLERY, rate=40, window=WINDOW)
    receipts = "delivered, read"
    once = once_told("an echo")
    tells_within: ClassVar[timedelta] = TELLS_WITHIN
    fetches = True
    typing_seconds = 20.0
    cannot: ClassVar[tuple[str, ...]] = ("answers after the window",)
    uploads: ClassVar[Mapping[str, int]] = {
        "image/jpeg": 8_000_000,
        "image/png": 8_000_000,
        "application/pdf": 25_000_000,
    }
    about: ClassVar[str] = "page"  # Meta's "object"
    metadata: ClassVar[bool] = True  # our reference comes back with the echo

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        token, account, human = (each.name for each in self.variables[:3])
        self._token, self._account = values[token], values[account]
        if values.get(human, "").lower() == "true":
            self.limits = replace(self.limits, human_window=_HUMAN_WINDOW)  # type: ignore[misc]
        self._base = values[GRAPH.name]
        self._personas = Personas(self._account, values.get(_PICTURE, ""))

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        if delivery.json.get("object") != self.about:
            return
        for entry in objects_at(delivery.json, "entry"):
            # "standby" stands beside "messaging": what another application answers.
            for event in objects_at(entry, "messaging"):
                if self._account in (text_at(event, "recipient", "id"), text_at(event, "sender", "id")):
                    yield from events_of(self.name, self._account, event)

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
        late = bool(part.author) and datetime.now(timezone.utc) - to.heard_at >= WINDOW
        kind = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if late else {"messaging_type": "RESPONSE"}
        if attached := _attached(part):
            message = {**message, "attachment": attached}
            del message["text"]
        body = {"recipient": {"id": to.address}, **kind, "message": message}
        file = part.file if part.file and part.file.content else None

        async def ask(path: str, body: Mapping[str, Any] | None) -> Any:
            return await self.graph(api, self._base, path, self._token, body)

        async def send(persona: str) -> Any:
            try:
                return await self._post(api, {**body, "persona_id": persona} if persona else body, file)
            except Refused:
                self._personas.forget(persona)
                raise

        sent = await named(send, await self._personas.of(part.author, ask))
        if not (told := text_at(sent, "message_id")):
            raise Unclear("no_id")
        return [told]

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        action = "typing_on" if answering else "mark_seen"
        await self._post(api, {"recipient": {"id": incoming.address}, "sender_action": action})

    def way_in(self, ticket: str, words: str) -> str:
        return f"https://m.me/{self._account}?ref={ticket}"

    async def fetch(self, api: Api, source: str) -> bytes:
        """The address is one of Meta's, which wants no token and holds for a while."""
        return await api.download(source, LARGEST)

    async def check(self, api: Api) -> list[str]:
        found = await self.graph(api, self._base, "me?fields=id", self._token)
        known = text_at(found, "id") == self._account
        return [] if known else [f"{self.variables[0].name} is not a token of {self.variables[1].name}."]

    async def _post(self, api: Api, body: dict[str, Any], file: Enclosure | None = None) -> Any:
        path = f"{self._account}/messages"
        if file is None:
            return await self.graph(api, self._base, path, self._token, body)
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
        return await self.graph(api, self._base, path, self._token, form, files={"filedata": file.form})


def _attached(part: Part) -> dict[str, Any] | None:
    if part.cards:
        elements = [_element(each) for each in part.cards]
        return {"type": "template", "payload": {"template_type": "generic", "elements": elements}}
    if part.file is None:
        return None
    payload = {"url": part.file.link} if part.file.link else {"is_reusable": False}
    return {"type": "image" if part.file.is_photo else "file", "payload": payload}


def _element(card: Card) -> dict[str, Any]:
    buttons = [{"type": "postback", "title": each.title, "payload": each.reference} for each in card.choices]
    if card.link:
        buttons.insert(0, {"type": "web_url", "title": card.link.title, "url": card.link.url})
    shown = {"title": card.title, "subtitle": card.text, "image_url": card.image, "buttons": buttons}
    return {name: value for name, value in shown.items() if value}
