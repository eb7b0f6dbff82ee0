"""Replies that are written once for everybody: filled for a case, and kept by leads."""

from __future__ import annotations

import asyncio

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.desk import canned, guard
from concierge.desk.canned import NAME, Reply, values_of
from concierge.desk.detail import order_number
from concierge.desk.refusals import Refusal
from concierge.desk.services import services_of
from concierge.desk.work import MESSAGE_CHARS, text_of
from concierge.languages.registry import languages

replies = Blueprint("desk_replies", url_prefix="/api")

TITLE_CHARS = 100


@replies.get("/replies")
async def every(request: Request) -> HTTPResponse:
    """As they are written, with their placeholders."""
    return await _all(request)


@replies.get("/cases/<case_id:str>/replies")
async def for_case(request: Request, case_id: str) -> HTTPResponse:
    """In the customer's language, filled from the case and its order. The last holds no more than the file shows."""
    services = services_of(request)
    row = await asyncio.to_thread(services.board.case, case_id)
    package = await asyncio.to_thread(services.board.package, case_id)
    decisions = await asyncio.to_thread(services.log.decisions, row["conversation_id"])
    order, _ = await services.orders.find(order_number(package.document, decisions))
    values = values_of(
        row["customer"]["name"],
        request.ctx.advisor.name,
        row["language"],
        order,
        [each.document for each in decisions],
    )
    found = await asyncio.to_thread(services.canned.for_case, row["language"], values)
    return json([vars(each) for each in found])


@replies.post("/replies")
async def put(request: Request) -> HTTPResponse:
    """A lead writes one, in place of what had its name and language; an empty text takes it away."""
    if not request.ctx.advisor.leads:
        raise Refusal(403, "leads_only", "Only a lead changes the replies that everybody uses.")
    sent = guard.fields(request)
    name, language = sent.get("name"), sent.get("language")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Refusal(400, "bad_reply", "Give it a short name: small letters, digits, hyphens.")
    if language not in languages():
        raise Refusal(400, "bad_reply", f"Choose its language: {', '.join(languages())}.")
    title = text_of(sent.get("title"), TITLE_CHARS, "The title", required=True)
    text = text_of(sent.get("text", ""), MESSAGE_CHARS, "The reply")
    if unknown := canned.unknown(text):
        raise Refusal(
            400, "bad_reply", f"{{{unknown[0]}}} cannot be filled. There are: {', '.join(canned.PLACEHOLDERS)}."
        )
    services = services_of(request)
    await asyncio.to_thread(services.canned.put, Reply(name, language, title, text), request.ctx.advisor.name)
    await asyncio.to_thread(
        services.audit.record, request.ctx.advisor.login, "reply_written", "", f"{name}, {language}"
    )
    return await _all(request)


async def _all(request: Request) -> HTTPResponse:
    return json([vars(each) for each in await asyncio.to_thread(services_of(request).canned.all)])
