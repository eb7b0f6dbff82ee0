"""Telegram: a bot of the house's, by the Bot API (core.telegram.org/bots/api, 10.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from concierge.channels.messaging.adapter import Adapter, dig, moment, same, text_at
from concierge.channels.messaging.adapters.telegram_ids import Ids
from concierge.channels.messaging.adapters.telegram_inbound import KINDS, attachment_of, standing_of, title_of
from concierge.channels.messaging.adapters.telegram_outbound import message_of
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
    Unclear,
    Variable,
)
from concierge.files.content import LARGEST

_TOKEN, _SECRET, _API = "CONCIERGE_TELEGRAM_TOKEN", "CONCIERGE_TELEGRAM_SECRET", "CONCIERGE_TELEGRAM_API"
_NAME = "CONCIERGE_TELEGRAM_NAME"


class Telegram(Adapter):
    name = "telegram"
    title = "Telegram"
    webhook = "telegram"
    variables = (
        Variable(_TOKEN, "the bot's token, from @BotFather", secret=True),
        Variable(_SECRET, "what you gave setWebhook as secret_token", secret=True),
        Variable(_NAME, "the bot's name, for customers who go on there from the website", default=""),
        Variable(_API, "the Bot API's address", default="https://api.telegram.org"),
    )
    # 4096 characters "after entities parsing"; 30 messages a second in all (bots/faq). The length of a button's title
    # is not documented: this much is readable on a telephone.
    # A card is a message, below its picture where it has one: then it is a caption of 1024.
    gallery = Gallery(1, title=100, text=900, buttons=8, button=40, link_alone=True, link_among_choices=True)
    limits = Limits(text=4096, buttons=12, title=40, gallery=gallery, rate=25)
    once = (
        "once: ids that the message can have are tried, by a change that changes nothing, before it is sent again; "
        "where more than two hundred messages of the bot's have passed meanwhile it comes twice"
    )
    fetches = True
    typing_seconds = 5.0
    uploads = dict.fromkeys(("image/jpeg", "image/png", "image/webp", "application/pdf"), 10_000_000)
    cannot = ("receipts", "an advisor's name beside each message")

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self._bot = f"{values[_API].rstrip('/')}/bot{values[_TOKEN]}"
        self._files = f"{values[_API].rstrip('/')}/file/bot{values[_TOKEN]}"
        self._ids = Ids()

    def verified(self, delivery: Delivery) -> bool:
        """Telegram signs nothing: it repeats the secret that it was given."""
        return same(self.values[_SECRET], delivery.headers.get("x-telegram-bot-api-secret-token", ""))

    def parse(self, delivery: Delivery) -> Iterator[Event]:
        update = delivery.json
        if told := dig(update, "my_chat_member"):
            yield from standing_of(self.name, told)
            return
        tapped, edited = dig(update, "callback_query"), dig(update, "edited_message")
        message = dig(update, "message") or edited or dig(tapped, "message")
        sender = dig(tapped if tapped else message, "from")
        # Of groups nobody knows whom an answer is for; other bots are no customers.
        if not text_at(update, "update_id") or dig(message, "chat", "type") != "private" or dig(sender, "is_bot"):
            return
        first = text_at(message, "message_id")  # by which an edit names what it changes
        self._ids.seen(first)
        text = text_at(message, "text")
        about: dict[str, Any] = {
            "channel": self.name,
            "key": f"{first}.{text_at(update, 'update_id')}" if tapped or edited else first,
            "edits": first if edited else "",
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
                text=title_of(message, reference),
                choice=reference,
                details={"callback": text_at(tapped, "id")},
            )
            return
        at = moment(dig(message, "edit_date") or dig(message, "date"))
        opens = text == "/start" or text.startswith("/start ")
        attached = next((kind for kind in KINDS if dig(message, kind)), None)
        if attached or text:
            caption = text or text_at(message, "caption")
            attachment = attachment_of(message, attached) if attached else None
            yield Incoming(**about, at=at, text=caption, opens=opens, attachment=attachment)
        elif not dig(message, "new_chat_title"):
            yield Incoming(**about, at=at, attachment=Attachment("attachment"))

    async def send(self, api: Api, to: Outlet, parts: Sequence[Part]) -> list[str]:
        (part,) = parts

        async def ask(method: str, body: Mapping[str, Any]) -> Any:
            return await self._call(api, method, body)

        id = await self._ids.of(part, to, ask) if to.again else ""
        if not id:
            latest = self._ids.latest
            try:
                id = text_at(await self._deliver(api, to.address, part), "message_id")
            except (NotNow, Unclear) as problem:
                self._ids.tried(part, latest if isinstance(problem, Unclear) else None)
                raise
        self._ids.seen(id)
        return [f"{to.address}.{id}"]

    async def _deliver(self, api: Api, chat: str, part: Part) -> Any:
        if part.file:
            shown = part.file.media_type in ("image/jpeg", "image/png")
            method, field = ("sendPhoto", "photo") if shown else ("sendDocument", "document")
            return await self._call(api, method, {"chat_id": chat}, {field: part.file.form})
        method, body = message_of(part)
        return await self._call(api, method, {"chat_id": chat, **body})

    async def acknowledge(self, api: Api, incoming: Incoming) -> None:
        """Else the button goes on turning."""
        await self._call(api, "answerCallbackQuery", {"callback_query_id": incoming.details["callback"]})

    async def seen(self, api: Api, incoming: Incoming, answering: bool) -> None:
        if answering:
            await self._call(api, "sendChatAction", {"chat_id": incoming.address, "action": "typing"})

    def way_in(self, ticket: str, words: str) -> str:
        name = self.values[_NAME].lstrip("@")
        return f"https://t.me/{name}?start={ticket}" if name else ""

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

    async def _call(
        self, api: Api, method: str, body: Mapping[str, Any], files: Mapping[str, Any] | None = None
    ) -> Any:
        sent: dict[str, Any] = {"data": dict(body), "files": files} if files else {"json": dict(body)}
        answer = await api.post(f"{self._bot}/{method}", **sent)
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
