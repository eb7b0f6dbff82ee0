"""Messages that customers have not got, all in one place: with the reason, and sent again from there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.conversations import Advisor
from concierge.conversations.base import now
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of
from concierge.masking.contacts import contacts
from concierge.serialisation import as_json

undelivered = Blueprint("desk_undelivered", url_prefix="/api/undelivered")

SHOWN_FOR = timedelta(days=31)
MOST = 200
_WORDS = 160  # characters of a message


@undelivered.get("/")
async def letters(request: Request) -> HTTPResponse:
    """Of the last month, the latest first: of the advisor's own cases; for a lead of every conversation."""
    return json(await asyncio.to_thread(_shown, services_of(request), request.ctx.advisor))


@undelivered.post("/<conversation_id:str>/<seq:int>/retry")
async def retry(request: Request, conversation_id: str, seq: int) -> HTTPResponse:
    """Sends all of the message, unless the provider had taken a part of it."""
    services, advisor = services_of(request), request.ctx.advisor
    if not await asyncio.to_thread(_may_retry, services, advisor, conversation_id):
        raise Refusal(403, "not_yours", "Only a lead, or the advisor who has the case, sends this again.")
    if not await asyncio.to_thread(services.outbox.retry, conversation_id, seq):
        raise Refusal(409, "not_failed", "This message has not failed, or is being sent again already.")
    return json(await asyncio.to_thread(_shown, services, advisor))


def _shown(services: Services, advisor: Advisor) -> list[dict[str, Any]]:
    only = None if advisor.leads else advisor.id
    found = services.deliveries.undelivered(now() - SHOWN_FOR, MOST, only)
    return [{**each, **_masked(each)} for each in as_json(found)]


def _masked(letter: dict[str, Any]) -> dict[str, str]:
    words = contacts(letter["text"])
    return {"customer": contacts(letter["customer"]), "text": words[:_WORDS] + ("…" if len(words) > _WORDS else "")}


def _may_retry(services: Services, advisor: Advisor, conversation_id: str) -> bool:
    if advisor.leads:
        return True
    case = services.cases.live(conversation_id)
    return case is not None and case.advisor_id == advisor.id
