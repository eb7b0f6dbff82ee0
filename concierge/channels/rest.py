"""Rasa's REST channel, through the same intake and log: for scripts, other front ends and tests.

``POST /webhooks/rest/webhook {sender, message}`` answers with Rasa's list of messages. While a person answers the
conversation that list is empty; while the assistant does, it never is. ``message_id`` (optional) makes a repeated
delivery harmless; ``metadata`` (optional) may hold ``language`` and ``region`` of a new conversation.

What an advisor writes later is fetched as a page fetches it, from ``/webhooks/website/events`` or ``/stream``. The
token for that is in the header ``Concierge-Token`` of the answer to a conversation's first message, and of no other:
whoever guesses a sender later must not read what was said before.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.channels.limits import disguised, network_of
from concierge.channels.mounting import Mounted
from concierge.channels.outlet import Outlet
from concierge.channels.reception import Reception
from concierge.channels.refusals import RETRY_SECONDS, Refusal, answer_for, object_of, refusal_for
from concierge.channels.sentences import sentence, supported
from concierge.channels.tokens import Tokens
from concierge.conversations import ConversationNotFound, Message, Receipt
from concierge.settings import get_settings

_WAIT_SECONDS = 80.0
_MAX_SENDER = 180
_KNOWN = 50_000
_KEEP = "Concierge-Token"  # the header that the caller has to keep
_ISSUED = 10  # of the assistant's latest messages: what is on them may be sent back as it is


class RestChannel(InputChannel):
    def __init__(self) -> None:
        self._settings = get_settings()
        self._key = self._settings.signing_key  # may be in a file
        self._tokens = Tokens(self._key)
        self._reception: Reception | None = None
        self._known: OrderedDict[str, str] = OrderedDict()

    @classmethod
    def name(cls) -> str:
        return "rest"

    def get_output_channel(self) -> OutputChannel:
        return Outlet(self.name())

    @property
    def reception(self) -> Reception:
        assert self._reception is not None, "the channel is not mounted yet"
        return self._reception

    def _mount(self, app: Sanic) -> None:
        self._reception = Reception.of(app)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        rest = Mounted("rest", self._mount)
        rest.answer_with(self.health, "/", "GET", "health")
        rest.answer_with(self.webhook, "/webhook", "POST", "webhook")
        rest.exception(Exception)(answer_for)
        return rest

    async def health(self, request: Request) -> HTTPResponse:
        return json({"status": "ok"})

    async def webhook(self, request: Request) -> HTTPResponse:
        body = object_of(request)
        sender, text = body.get("sender"), body.get("message")
        # A missing sender would share one conversation with everybody else who forgets it.
        if not isinstance(sender, str) or not 0 < len(sender) <= _MAX_SENDER or not isinstance(text, str):
            raise Refusal("bad_request")
        metadata = body.get("metadata")
        hints: dict[str, Any] = metadata if isinstance(metadata, dict) else {}
        language = supported(str(hints.get("language") or request.headers.get("accept-language", "")))
        network = disguised(network_of(request, self._settings.proxies), self._key)
        # A customer who goes away must not take the answer with them: it belongs in the log.
        opening = {
            "language": language,
            "region": str(hints.get("region") or "ROW").upper()[:8],
            "attributes": {"network": network},
        }
        answering = asyncio.ensure_future(self._answer(sender, text, body.get("message_id"), opening))
        return await asyncio.shield(answering)

    async def _answer(self, sender: str, text: str, message_id: Any, opening: dict[str, Any]) -> HTTPResponse:
        key = f"rest.{message_id}"[:200] if message_id else None
        try:
            receipt = await self._receive(sender, text, key, opening)
        except Exception as problem:
            # Here the customer reads what we answer, so a refusal is a sentence, too.
            return json([{"recipient_id": sender, "text": sentence(refusal_for(problem).error, opening["language"])}])
        first = receipt.message.seq == 1
        headers = {_KEEP: self._tokens.issue(receipt.message.conversation_id)} if first else None
        return json(await self._replied(sender, receipt), headers=headers)

    async def _replied(self, sender: str, receipt: Receipt) -> list[dict[str, Any]]:
        if receipt.message.repeated:
            said = await self._said_before(receipt)
        elif receipt.owner != "assistant":
            return []
        else:
            said = await self._said(receipt)
        if not said and receipt.owner == "assistant":
            return [{"recipient_id": sender, "text": sentence("still_working", receipt.language)}]
        return [part for message in said for part in _as_rasa(sender, message)]

    async def _receive(self, sender: str, text: str, key: str | None, opening: dict[str, Any]) -> Receipt:
        for attempt in range(3):
            conversation_id = await self._conversation(sender, opening)
            payload = await self._issued(conversation_id, text)
            try:
                return await self.reception.receive(
                    conversation_id, payload[0] if payload else text, client_key=key, payload=payload and payload[1]
                )
            except ConversationNotFound:  # erased since
                self._known.pop(sender, None)
            except Refusal:
                raise
            except Exception as problem:
                if attempt or refusal_for(problem).error != "busy":
                    raise
                await asyncio.sleep(RETRY_SECONDS)
        raise Refusal("busy")

    async def _conversation(self, sender: str, opening: dict[str, Any]) -> str:
        """``opening`` is what the conversation is made with, should it be new."""
        known = self._known.get(sender)
        if known is None:
            opened = await self.reception.run(self.reception.log.open, self.name(), sender, **opening)
            known = self._known[sender] = opened.id
            if len(self._known) > _KNOWN:
                self._known.popitem(last=False)
        return known

    async def _issued(self, conversation_id: str, text: str) -> tuple[str, str] | None:
        """Title and payload when the text is a payload that was offered just now; any other command is only text."""
        if not text.startswith("/"):
            return None
        log = self.reception.log
        for message in reversed(await self.reception.run(log.last_messages, conversation_id, _ISSUED, "assistant")):
            for button in message.payload.get("buttons", []):
                if button.get("payload") == text:
                    return button["title"], text
        return None

    async def _said(self, receipt: Receipt) -> list[Message]:
        future = self.reception.answer(receipt, self.name())
        log, message = self.reception.log, receipt.message
        deadline = asyncio.get_running_loop().time() + _WAIT_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            done, _ = await asyncio.wait({future}, timeout=1.0)
            if done:
                return future.result()
            # Another process may be answering it.
            found = await self.reception.run(log.messages, message.conversation_id, message.seq - 1, 1)
            if found and found[0].state in ("done", "failed") and not future.done():
                return await self._replies(message)
        return []

    async def _said_before(self, receipt: Receipt) -> list[Message]:
        if receipt.message.state in ("new", "processing"):
            return await self._said(receipt)
        return await self._replies(receipt.message)

    async def _replies(self, message: Message) -> list[Message]:
        found: list[Message] = await self.reception.run(
            self.reception.log.replies_to, message.conversation_id, message.seq
        )
        return found


def _as_rasa(sender: str, message: Message) -> list[dict[str, Any]]:
    """As Rasa's REST channel words it: a text without buttons is split at blank lines."""
    base: dict[str, Any] = {"recipient_id": sender}
    payload = message.payload
    if message.kind == "quick_replies":
        return [{**base, "text": message.text, "buttons": payload.get("buttons", [])}]
    if message.kind == "image":
        return [{**base, "image": payload.get("url")}]
    if message.kind == "file":
        return [{**base, "attachment": payload.get("url")}]
    texts = [{**base, "text": part} for part in message.text.strip().split("\n\n") if part.strip()]
    return [*texts, {**base, "custom": payload}] if message.kind in ("cards", "form") else texts
