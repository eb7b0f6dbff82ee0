"""Telegram: a bot of the house's, by the Bot API (core.telegram.org/bots/api, 10.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from concierge.channels.messaging.adapter import Adapter, dig, moment, objects_at, same, text_at
from concierge.channels.messaging.calling import Answer, Api
from concierge.channels.messaging.model import (
    Attachment,
    Delivery,
    Event,
    Incoming,
    Limits,
    NotNow,
    Outlet,
    Part,
    Refused,
    Variable,
)
from concierge.files.content import LARGEST

_TOKEN, _SECRET, _API = "CONCIERGE_TELEGRAM_TOKEN", "CONCIERGE_TELEGRAM_SECRET", "CONCIERGE_TELEGRAM_API"
_KINDS = {
    "photo": "photo",
    "voice": "voice message",
    "audio": "voice message",
    "video": "video",
    "video_note": "video",
    "document": "file",
    "animation": "video",
    "sticker": "sticker",
    "location": "location",
    "venue": "location",
    "contact": "contact",
}


class Telegram(Adapter):
    name = "telegram"
    title = "Telegram"
    webhook = "telegram"
    variables = (
        Variable(_TOKEN, "the bot's token, from @BotFather", secret=True),
        Variable(_SECRET, "what you gave setWebhook as secret_token", secret=True),
        Variable(_API, "the Bot API's address", default="https://api.telegram.org"),
    )
    # 4096 characters "after entities parsing"; 30 messages a second in all (bots/faq). The length of a button's title
    # is not documented: this much is readable on a telephone.
    limits = Limits(text=4096, buttons=12, title=40, rate=25)
    once = "at least once: an answer that is lost may bring a message twice"
    fetches = True
    cannot = ("receipts", "an advisor's name beside each message")

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._bot = f"{values[_API].rstrip('/')}/bot{values[_TOKEN]}"
        self._files = f"{values[_API].rstrip('/')}/file/bot{values[_TOKEN]}"

    def verified(self, delivery: Delivery) -> bool:
        """Telegram signs nothing: it repeats the secret that it was given."""
        return same(self.values[_SECRET], delivery.headers.get("x-telegram-bot-api-secret-token", ""))

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        update = delivery.json
        key = text_at(update, "update_id")
        tapped = dig(update, "callback_query")
        message = dig(update, "message") or dig(update, "edited_message") or dig(tapped, "message")
        sender = dig(tapped if tapped else message, "from")
        # Of groups nobody knows whom an answer is for; other bots are no customers.
        if not key or dig(message, "chat", "type") != "private" or dig(sender, "is_bot"):
            return
        text = text_at(message, "text")
        about: dict[str, Any] = {
            "channel": self.name,
            "key": key,
            "address": text_at(message, "chat", "id"),
            "order": int(dig(update, "update_id")),
            "language": text_at(sender, "language_code"),
        }
        if tapped:
            reference = text_at(tapped, "data")
            # When it was tapped is not told: now.
            yield Incoming(
                **about,
                at=moment(None),
                text=_title(message, reference),
                choice=reference,
                details={"callback": text_at(tapped, "id")},
            )
            return
        at = moment(dig(message, "edit_date") or dig(message, "date"))
        opens = text == "/start" or text.startswith("/start ")
        attached = next((kind for kind in _KINDS if dig(message, kind)), None)
        if attached or text:
            caption = text or text_at(message, "caption")
            attachment = _attachment(message, attached) if attached else None
            yield Incoming(**about, at=at, text=caption, opens=opens, attachment=attachment)
        elif not dig(message, "new_chat_title"):
            yield Incoming(**about, at=at, attachment=Attachment("attachment"))

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts
        # No parse_mode: what customers and advisors write must not become markup.
        body: dict[str, Any] = {"chat_id": to.address, "text": part.text, "link_preview_options": {"is_disabled": True}}
        if part.choices:
            rows = [[{"text": each.title, "callback_data": each.reference}] for each in part.choices]
            body["reply_markup"] = {"inline_keyboard": rows}
        sent = await self._call(api, "sendMessage", body)
        return [f"{to.address}.{text_at(sent, 'message_id')}"]

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        if incoming.details.get("callback"):  # else the button goes on turning
            await self._call(api, "answerCallbackQuery", {"callback_query_id": incoming.details["callback"]})
        if answering:
            await self._call(api, "sendChatAction", {"chat_id": incoming.address, "action": "typing"})

    async def fetch(self, api: Api, source: str) -> bytes:
        path = text_at(await self._call(api, "getFile", {"file_id": source}), "file_path")  # up to 20 MB
        return await api.download(f"{self._files}/{path}", LARGEST)

    async def check(self, api: Api) -> list[str]:
        await self._call(api, "getMe", {})
        hook = await self._call(api, "getWebhookInfo", {})
        address = text_at(hook, "url")
        if not address:
            return ["Telegram calls no webhook yet: give it the address with setWebhook (docs/channels/telegram.md)."]
        problems = []
        if not address.endswith(f"/webhooks/messaging/{self.webhook}"):
            problems.append(f"Telegram calls {address}, which does not end with /webhooks/messaging/{self.webhook}.")
        if told := text_at(hook, "last_error_message"):
            problems.append(f"Telegram's last call failed: {told}. Is the secret_token that of {_SECRET}?")
        return problems

    async def _call(self, api: Api, method: str, body: Mapping[str, Any]) -> Any:
        answer = await api.post(f"{self._bot}/{method}", json=dict(body))
        if answer.good and dig(answer.body, "ok") is True:
            return dig(answer.body, "result")
        raise _problem(answer)


def _problem(answer: Answer) -> NotNow | Refused:
    told = text_at(answer.body, "description")
    if answer.status == 404:
        return NotNow("token_refused", 60.0, ours=True)
    if answer.status == 403:
        return Refused("blocked_by_customer")
    return Refused(f"{answer.status} {told}".strip()[:90])


def _title(message: Any, reference: str) -> str:
    rows = dig(message, "reply_markup", "inline_keyboard")
    buttons = [button for row in rows if isinstance(row, list) for button in row] if isinstance(rows, list) else []
    return next((text_at(each, "text") for each in buttons if dig(each, "callback_data") == reference), "")


def _attachment(message: Any, kind: str) -> Attachment:
    sizes = objects_at(message, kind)
    sent = sizes[-1] if sizes else dig(message, kind)  # the largest size of a photo is the last
    return Attachment(_KINDS[kind], text_at(sent, "file_id"), text_at(sent, "mime_type"))
