"""The conversation to keep, for its customer: as PDF, for programs as JSON, or by e-mail."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from sanic.request import Request
from sanic.response import HTTPResponse, empty, json, raw

from concierge.channels.file_answers import INERT
from concierge.channels.reception import Reception
from concierge.channels.refusals import Refusal, name_of, object_of
from concierge.conversations import Cases, Conversation, ConversationLog, Message
from concierge.conversations.model import DESK
from concierge.handoff.waiting import address_of
from concierge.mail.letters import transcript_letter
from concierge.mail.server import MailServer, NotSent
from concierge.masking.contacts import contacts
from concierge.masking.texts import identifier
from concierge.serialisation import as_json
from concierge.settings import Settings
from concierge.transcripts.page import Page, as_text, customers_document, customers_page
from concierge.transcripts.pdf import Printed, pdf
from concierge.web_kit.refusals import RETRY_SECONDS

logger = logging.getLogger(__name__)

TAKEN = "transcript_taken"  # the event, for the desk
_MAILS = 5  # of a conversation
_LATER = 3600.0  # seconds
_MAX_KEY = 100


class WebsiteTranscript:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._printing = asyncio.Semaphore(1)  # each takes a core for about a second

    async def give(self, request: Request, reception: Reception, conversation_id: str) -> HTTPResponse:
        """``?format=`` pdf or json. Raises ``Refusal``, and ``ConversationNotFound``."""
        form = request.args.get("format") or "pdf"
        if form not in ("pdf", "json"):
            raise Refusal("bad_request")
        conversation = await reception.run(reception.log.get, conversation_id)
        if form == "json":
            said = customers_document(await reception.run(_said, reception.log, conversation))
            told = {"conversation": conversation.id, "language": conversation.language, "messages": as_json(said)}
            return json(told, headers=_headers(form))
        rows = await reception.run(_said, reception.log, conversation)
        printed = await self._printed(reception, customers_page(rows, conversation.language))
        return raw(printed.content, headers=_headers(form), content_type="application/pdf")

    async def _printed(self, reception: Reception, page: Page) -> Printed:
        async with self._printing:
            try:
                printed: Printed = await reception.blocking(pdf, page)
            except ImportError:  # in Rasa's own server, which has no letters to set
                raise Refusal("not_found") from None
        return printed

    def address(self, cases: Cases, conversation: Conversation) -> str:
        """Where it would be sent, as it may be shown; empty where nothing is sent. Blocks."""
        return contacts(address_of(cases, conversation)) if self._settings.sends_mail else ""

    async def mail(self, request: Request, reception: Reception, conversation_id: str) -> HTTPResponse:
        """To the address that the customer has proved, or left for an answer. Raises ``Refusal``."""
        key = name_of(object_of(request), "client_key", _MAX_KEY)
        conversation = await reception.run(reception.log.get, conversation_id)
        recipient = await reception.run(address_of, reception.cases, conversation)
        server = self._settings.mail_server
        if key is None or server is None or not recipient:
            raise Refusal("bad_request" if key is None else "not_found")
        name = identifier(key, self._settings.signing_key)
        rows = await reception.run(_said, reception.log, conversation)
        sent = [row.client_key for row in rows if row.payload.get("event") == TAKEN]
        if f"{TAKEN}.{name}" in sent:
            return empty(204)
        if len(sent) >= _MAILS:
            raise Refusal("too_many_requests", _LATER)
        proved = recipient.lower() == conversation.email.lower()
        page = customers_page(rows, conversation.language, str if proved else contacts)
        printed = await self._printed(reception, page)
        letter = transcript_letter(
            printed.content,
            "" if printed.whole else as_text(page),
            language=conversation.language,
            sender=self._settings.mail_from,
            recipient=recipient,
            name=f"transcript.{conversation.id}.{name}",
        )
        try:
            await reception.blocking(MailServer(server.get_secret_value()).send, letter)
        except NotSent as problem:
            logger.warning("The transcript of conversation %s was not sent: %s", conversation.id, problem)
            raise Refusal("busy", RETRY_SECONDS) from None
        told = {"event": TAKEN, "audience": DESK}
        say = partial(reception.log.append, kind="event", payload=told, client_key=f"{TAKEN}.{name}")
        await reception.run(say, conversation.id, "system", "")
        return empty(204)


def _headers(suffix: str) -> dict[str, str]:
    disposition = f'attachment; filename="conversation.{suffix}"'
    return {**INERT, "Cache-Control": "no-store", "Content-Disposition": disposition}


def _said(log: ConversationLog, conversation: Conversation) -> list[Message]:
    return log.with_files(log.messages(conversation.id))
