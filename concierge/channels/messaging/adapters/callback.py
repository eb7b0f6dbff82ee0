"""A program of the house's own: it posts what customers say, and every answer is posted to an address of its choice.

The shapes are those of Rasa's callback channel (rasa.com/docs/rasa/connectors/your-own-website#callbackinput), with a
signature over the body in both directions, as GitHub's webhooks have it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from concierge.channels.messaging.adapter import Adapter, dig, fits, moment, text_at
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import (
    Card,
    Choice,
    Delivery,
    Event,
    Gallery,
    Incoming,
    Limits,
    NotNow,
    Outlet,
    Part,
    Refused,
    Unreadable,
    Variable,
)

_URL, _SECRET = "CONCIERGE_CALLBACK_URL", "CONCIERGE_CALLBACK_SECRET"
_PREFIX, _CODE = "sha256=", "callback_"
_SECRET_PAUSE = 60.0  # seconds
_NOT_THERE = {404, 405, 408, 425}  # as while the program is being replaced


class Callback(Adapter):
    name = "callback"
    title = "Callback"
    webhook = "callback"
    variables = (
        Variable(_URL, "where answers are posted"),
        Variable(_SECRET, "signs what is posted, in both directions", secret=True),
    )
    gallery = Gallery(cards=30, title=200, text=2000, buttons=30, button=200)
    limits = Limits(text=20_000, unit=len, buttons=30, title=200, gallery=gallery, rate=50)
    once = "once, where the program passes over an “id” that it has taken already"
    cannot = ("receipts", "typing", "customers' files")
    answer = "success"

    def verified(self, delivery: Delivery) -> bool:
        given = delivery.headers.get("x-concierge-signature", "")
        return fits(self.values[_SECRET], given, delivery.body, prefix=_PREFIX)

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        said = delivery.json
        sender, key = text_at(said, "sender"), text_at(said, "message_id")
        if not sender or not key:
            raise Unreadable("no sender, or no message_id")
        about: dict[str, Any] = {"language": text_at(said, "language"), "choice": text_at(said, "choice")}
        yield Incoming(self.name, f"{sender}.{key}", sender, moment(dig(said, "at")), text_at(said, "message"), **about)

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        answer: dict[str, Any] = {"recipient_id": to.address, "text": part.text, "id": part.reference}
        if part.author:
            answer["advisor"] = part.author
        if part.choices:
            answer["buttons"] = _buttons(part.choices)
        if part.cards:
            answer["cards"] = [_card(each) for each in part.cards]
        await self._post(api, answer, part.reference)
        return [part.reference]

    async def check(self, api: Api) -> list[str]:
        try:
            await self._post(api, {"check": True})
        except NotNow as problem:
            if not problem.code.startswith(_CODE):
                raise
            return [f"{_URL} answers {problem.code.removeprefix(_CODE)}: nobody takes answers there."]
        return []

    async def _post(self, api: Api, content: Mapping[str, Any], id: str = "") -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        digest = hmac.new(self.values[_SECRET].encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Concierge-Signature": f"{_PREFIX}{digest}"}
        if id:
            headers["Idempotency-Key"] = f'"{id}"'  # as the body's; here, too, for gateways that know the header
        answer = await api.post(self.values[_URL], content=body, headers=headers)
        if answer.status == HTTPStatus.FORBIDDEN:  # as 401, which holds for every provider
            raise NotNow("token_refused (403)", _SECRET_PAUSE, ours=True)
        if answer.status in _NOT_THERE:
            raise NotNow(f"{_CODE}{answer.status}", down=True)
        if not answer.good:
            raise Refused(f"{_CODE}{answer.status}")


def _buttons(choices: Sequence[Choice]) -> list[dict[str, str]]:
    return [{"title": each.title, "payload": each.reference} for each in choices]


def _card(card: Card) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": card.title, "text": card.text, "buttons": _buttons(card.choices)}
    if card.image:
        shown["image"] = card.image
    return {**shown, "link": card.link.title, "url": card.link.url} if card.link else shown
