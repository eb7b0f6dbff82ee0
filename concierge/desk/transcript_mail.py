"""The transcript by e-mail to its customer, at the address that they have proved or left; each is on record."""

from __future__ import annotations

import asyncio
import logging

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.conversations.model import DESK
from concierge.desk import guard
from concierge.desk.board import desk_key
from concierge.desk.detail import MAILED, detail, mail_address
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of
from concierge.desk.work import key_of
from concierge.mail.letters import transcript_letter
from concierge.mail.server import MailServer, NotSent
from concierge.masking.contacts import contacts
from concierge.transcripts.page import Page, as_text, customers_page
from concierge.transcripts.pdf import pdf

logger = logging.getLogger(__name__)

transcript_mail = Blueprint("desk_transcript_mail", url_prefix="/api/cases")


@transcript_mail.post("/<case_id:str>/transcript/mail")
async def send(request: Request, case_id: str) -> HTTPResponse:
    """For the advisor who has or had the case. A repeated ``client_key`` sends nothing twice."""
    services, advisor = services_of(request), request.ctx.advisor
    key = desk_key(advisor.id, key_of(guard.fields(request)))
    case = await asyncio.to_thread(services.cases.get, case_id)
    if case.advisor_id != advisor.id:
        raise Refusal(403, "not_yours", "Only who has or had this case can send its transcript.")
    recipient = await asyncio.to_thread(mail_address, services, case_id)
    if services.settings.mail_server is None or not recipient:
        raise Refusal(409, "no_address", "There is no address to send it to.")
    sent = await asyncio.to_thread(services.log.by_client_key, case.conversation_id, key)
    if sent is None:
        page, language = await asyncio.to_thread(_page, services, case.conversation_id, recipient)
        async with request.app.ctx.printing:
            printed = await asyncio.to_thread(pdf, page)
        letter = transcript_letter(
            printed.content,
            "" if printed.whole else as_text(page),
            language=language,
            sender=services.settings.mail_from,
            recipient=recipient,
            name=f"transcript.{case_id}.{key.rpartition(':')[2]}",
        )
        try:
            await asyncio.to_thread(MailServer(services.settings.mail_server.get_secret_value()).send, letter)
        except NotSent as problem:
            logger.warning("The transcript of case %s was not sent: %s", case_id, problem)
            raise Refusal(503, "not_sent", "The mail server did not take the transcript. Try again shortly.") from None
        told = {"event": MAILED, "case": case_id, "advisor": advisor.name, "audience": DESK}
        say = services.log.append
        await asyncio.to_thread(say, case.conversation_id, "system", "", kind="event", payload=told, client_key=key)
        await asyncio.to_thread(services.audit.record, advisor.login, MAILED, "", case_id)
    return json(await detail(services, case_id, advisor.id))


def _page(services: Services, conversation_id: str, recipient: str) -> tuple[Page, str]:
    """Whole for an address that was proved; to one that was only told, without contact details."""
    conversation = services.log.get(conversation_id)
    messages = services.log.with_files(services.log.messages(conversation_id))
    proved = recipient.lower() == conversation.email.lower()
    page = customers_page(messages, conversation.language, str if proved else contacts)
    return page, conversation.language
