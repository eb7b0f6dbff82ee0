"""The way to a customer on a messaging channel: what was not delivered once more, templates, a link to the website."""

from __future__ import annotations

import asyncio
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.channels.messaging.enclosing import TO_THE_WEBSITE
from concierge.channels.messaging.templates import Template
from concierge.channels.sentences import sentence
from concierge.conversations import CustomerGone, NotYours
from concierge.desk import guard
from concierge.desk.board import desk_key, own_key
from concierge.desk.canned import values_of
from concierge.desk.detail import detail, order_number
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of
from concierge.desk.work import GONE, held, key_of, not_yours
from concierge.serialisation import as_json

delivery = Blueprint("desk_delivery", url_prefix="/api/cases")


@delivery.post("/<case_id:str>/messages/<seq:int>/retry")
async def retry(request: Request, case_id: str, seq: int) -> HTTPResponse:
    """For the advisor who has the case. Sends all of the message, unless the provider had taken a part of it."""
    services, advisor = services_of(request), request.ctx.advisor
    case = await held(services, case_id, advisor.id)
    if not await asyncio.to_thread(services.outbox.retry, case["conversation_id"], seq):
        raise Refusal(409, "not_failed", "This message has not failed, or is being sent again already.")
    return json(await detail(services, case_id, advisor.id))


@delivery.get("/<case_id:str>/templates")
async def templates(request: Request, case_id: str) -> HTTPResponse:
    """Those that the customer's channel takes, in their language, filled from the case as far as it is known."""
    services = services_of(request)
    row = await asyncio.to_thread(services.board.case, case_id)
    values = await _values(services, row, request.ctx.advisor.name)
    return json([_shown(each, values) for each in services.templates.for_customer(row["channel"], row["language"])])


@delivery.post("/<case_id:str>/templates")
async def send(request: Request, case_id: str) -> HTTPResponse:
    """By its name, with the values that ``templates`` has shown."""
    services, advisor = services_of(request), request.ctx.advisor
    sent = guard.fields(request)
    key, name = key_of(sent), sent.get("name")
    row = await held(services, case_id, advisor.id)
    known = services.templates.for_customer(row["channel"], row["language"])
    chosen = next((each for each in known if each.name == name), None)
    if chosen is None:
        raise Refusal(404, "no_template", "There is no such template for the customer's channel and language.")
    values = await _values(services, row, advisor.name)
    if missing := [blank for blank in chosen.blanks if not values.get(blank)]:
        raise Refusal(409, "template_unfilled", f"The case does not tell its {{{missing[0]}}}. Choose another.")
    about = {"name": chosen.name, "code": chosen.code or chosen.language, "id": chosen.id}
    told = {"template": {**about, "values": [values[blank] for blank in chosen.blanks]}}
    return await _said(request, case_id, chosen.said(values), key, told)


@delivery.post("/<case_id:str>/website-link")
async def website_link(request: Request, case_id: str) -> HTTPResponse:
    """Takes the customer from a messenger to the page with the widget, in this conversation, for half an hour."""
    services, advisor = services_of(request), request.ctx.advisor
    key = key_of(guard.fields(request))
    row = await held(services, case_id, advisor.id)
    if row["channel"] not in services.messengers:
        raise Refusal(
            409, "no_messenger", "The customer does not write in a messenger: there is no way to send a link."
        )
    words = sentence("to_the_website", row["language"])
    return await _said(request, case_id, words, key, {TO_THE_WEBSITE: True})


async def _said(request: Request, case_id: str, words: str, key: str, payload: dict[str, Any]) -> HTTPResponse:
    services, advisor = services_of(request), request.ctx.advisor
    say, own = services.cases.say, desk_key(advisor.id, key)
    try:
        message = await asyncio.to_thread(say, case_id, advisor.id, words, own, payload=payload)
    except NotYours:
        raise await not_yours(services, case_id, advisor.id) from None
    except CustomerGone:
        raise Refusal(409, "customer_gone", GONE) from None
    return json({"message": as_json(own_key(message))}, status=200 if message.repeated else 201)


async def _values(services: Services, row: dict[str, Any], advisor: str) -> dict[str, str]:
    package = await asyncio.to_thread(services.board.package, row["id"])
    decisions = await asyncio.to_thread(services.log.decisions, row["conversation_id"])
    order, _ = await services.orders.find(order_number(package.document, decisions))
    return values_of(row["customer"]["name"], advisor, row["language"], order, [each.document for each in decisions])


def _shown(template: Template, values: dict[str, str]) -> dict[str, Any]:
    left = [blank for blank in template.blanks if not values.get(blank)]
    filled = {blank: values.get(blank) or f"[{blank}]" for blank in template.blanks}
    return {"name": template.name, "title": template.title, "text": template.said(filled), "complete": not left}
