"""Rasa's REST channel, through the same intake and log: for scripts, other front ends and tests.

``POST /webhooks/rest/webhook {sender, message}`` answers with Rasa's list of messages. While a person answers the
conversation that list is empty; while the assistant does, it never is. ``message_id`` (optional) makes a repeated
delivery harmless; ``metadata`` (optional) may hold ``language`` and ``region`` of a new conversation.

A ``sender`` is a name that anybody may send, so it proves nothing. The answer to a conversation's first message brings
its token, in the header ``Concierge-Token`` and never again: whoever shows it (``Authorization: Bearer``) with every
later message goes on with that conversation, and may prove whose order it is about. Only who opened it has it, so
nobody who knows or guesses the sender, or sends its first ``message_id`` again, reads or adds anything there. Without
it a message is answered as Rasa's channel would, in a conversation that all such callers of a sender share: general
questions only, for nothing can be proved there, and its token is given to nobody. Hence who names a sender first, in
another's place, has a conversation with nobody else in it; and who has lost the token begins with another sender.

A server that has made sure of its customers itself shows a secret instead (``CONCIERGE_REST_SECRET``; in the header
``Concierge-Secret`` or ``Authorization: Bearer``). Its senders' conversations are apart from everybody else's, and
every answer brings the token. It may tell a customer's network address in ``metadata.network``: wrong tries at naming
an order are counted for that instead of for the server.

What an advisor writes later is fetched as a page fetches it, with the token, from ``/webhooks/website/events`` or
``/stream``. In production the channel is off unless ``CONCIERGE_REST`` says otherwise.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.channels.mounting import Mounted, MountedChannel
from concierge.channels.refusals import RETRY_SECONDS, Refusal, answer_for, name_of, object_of, refusal_for
from concierge.channels.rest_callers import Caller, Callers
from concierge.channels.sentences import sentence
from concierge.conversations import ConversationNotFound, Message, Receipt
from concierge.conversations.notifications import Watch
from concierge.languages.registry import supported
from concierge.masking.texts import identifier
from concierge.web_kit.limits import network_of

logger = logging.getLogger(__name__)

_WAIT_SECONDS = 80.0
_MAX_NAME = 180
_REGION = re.compile(r"[A-Z]{2,8}")
_KEEP = "Concierge-Token"  # the header that the caller has to keep
_ISSUED = 10  # of the assistant's latest messages: what is on them may be sent back as it is


class RestChannel(MountedChannel):
    def __init__(self) -> None:
        super().__init__()
        self._callers = Callers(self._settings)

    @classmethod
    def name(cls) -> str:
        return "rest"

    def blueprint(self, on_new_message: Callable[[Any], Any] | None = None) -> Blueprint:
        rest = Mounted("rest", self._mount)
        served = self._settings.serves_rest
        if not served:
            logger.info("The REST channel is off: nobody writes here. CONCIERGE_REST=true turns it on")
        rest.answer_with(self.health if served else self.nowhere, "/", "GET", "health")
        rest.answer_with(self.webhook if served else self.nowhere, "/webhook", "POST", "webhook")
        rest.exception(Exception)(answer_for)
        return rest

    async def health(self, request: Request) -> HTTPResponse:
        return json({"status": "ok"})

    async def nowhere(self, request: Request) -> HTTPResponse:
        raise Refusal("not_found")

    async def webhook(self, request: Request) -> HTTPResponse:
        body = object_of(request)
        # A missing sender would share one conversation with everybody else who forgets it.
        sender, text = name_of(body, "sender", _MAX_NAME), body.get("message")
        if sender is None or not isinstance(text, str):
            raise Refusal("bad_request")
        metadata = body.get("metadata")
        hints: dict[str, Any] = metadata if isinstance(metadata, dict) else {}
        caller = self._callers.caller(request, sender, network_of(request, self._settings.proxies))
        if caller.trusted:
            caller.network = name_of(hints, "network", _MAX_NAME) or caller.network
        region = str(hints.get("region") or "").upper()
        opening = {
            "language": supported(str(hints.get("language") or request.headers.get("accept-language", ""))),
            "region": region if _REGION.fullmatch(region) else "ROW",
        }
        key = _key_of(body, caller, self._settings.signing_key)
        # A customer who goes away must not take the answer with them: it belongs in the log.
        answering = asyncio.ensure_future(self._answer(caller, text, key, opening))
        return await asyncio.shield(answering)

    async def _answer(self, caller: Caller, text: str, key: str, opening: dict[str, Any]) -> HTTPResponse:
        with ExitStack() as watching:
            return await self._answered(caller, text, key, opening, watching)

    async def _answered(
        self, caller: Caller, text: str, key: str, opening: dict[str, Any], watching: ExitStack
    ) -> HTTPResponse:
        try:
            receipt, watch = await self._receive(caller, text, key, opening, watching)
        except Exception as problem:
            refusal = refusal_for(problem)
            if refusal.status == 401:
                raise refusal from None
            # Here the customer reads what we answer, so a refusal is a sentence, too.
            said = [{"recipient_id": caller.sender, "text": sentence(refusal.error, opening["language"])}]
            return json(said, status=429, headers=refusal.headers) if refusal.status == 429 else json(said)
        conversation_id = receipt.message.conversation_id
        owed = caller.is_owed_the_token(conversation_id)
        headers = {_KEEP: self._callers.token(conversation_id)} if owed else None
        return json(await self._replied(caller.sender, receipt, watch), headers=headers)

    async def _replied(self, sender: str, receipt: Receipt, watch: Watch) -> list[dict[str, Any]]:
        if receipt.owner == "advisor" and not receipt.message.repeated:
            return []
        said = await self.reception.answer(receipt, watch, _WAIT_SECONDS)
        if not said and receipt.owner == "assistant":
            return [{"recipient_id": sender, "text": sentence("still_working", receipt.language)}]
        return [part for message in said for part in _as_rasa(sender, message)]

    async def _receive(
        self, caller: Caller, text: str, key: str, opening: dict[str, Any], watching: ExitStack
    ) -> tuple[Receipt, Watch]:
        """With what watches its conversation from before the message was there, until ``watching`` ends."""
        for attempt in range(3):
            try:
                conversation_id = await self._callers.conversation(caller, self.reception, opening)
                payload = await self._issued(conversation_id, text)
                watch = watching.enter_context(self.reception.notifications.watch(conversation_id))
                said = payload[0] if payload else text
                receipt = await self.reception.receive(
                    conversation_id, said, client_key=key, payload=payload and payload[1], watch=watch
                )
            except ConversationNotFound:  # erased
                if caller.conversation_id is not None:
                    raise
            except Refusal:
                raise
            except Exception as problem:
                if attempt or refusal_for(problem).error != "busy":
                    raise
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return receipt, watch
        raise Refusal("busy")

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


def _as_rasa(sender: str, message: Message) -> list[dict[str, Any]]:
    """As Rasa's REST channel words it: a text without buttons is split at blank lines."""
    base: dict[str, Any] = {"recipient_id": sender}
    payload = message.payload
    if message.kind == "quick_replies":
        return [{**base, "text": message.text, "buttons": payload.get("buttons", [])}]
    if message.kind == "cards" and message.text and payload.get("buttons"):
        return [{**base, "text": message.text, "buttons": payload["buttons"]}, {**base, "custom": payload}]
    if message.kind == "image":
        return [{**base, "image": payload.get("url")}]
    if message.kind == "file":
        return [{**base, "attachment": payload.get("url")}]
    texts = [{**base, "text": part} for part in message.text.strip().split("\n\n") if part.strip()]
    return [*texts, {**base, "custom": payload}] if message.kind in ("cards", "form") else texts


def _key_of(body: dict[str, Any], caller: Caller, key: str) -> str:
    """The caller's own for this message, or one of this request's: what is tried twice here is said once.

    Raises ``Refusal``.
    """
    if type(body.get("message_id")) is int:
        body = {"message_id": str(body["message_id"])}
    given = name_of(body, "message_id", _MAX_NAME)
    return f"rest.{identifier(given, key)}" if given is not None else _own_key(caller)


def _own_key(caller: Caller) -> str:
    return f"rest-{caller.new_id}"
