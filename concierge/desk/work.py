"""The advisors' work: the list, one case, and what an advisor may do with it."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from concierge.conversations import CustomerGone, NotYours
from concierge.conversations.drafts import KINDS
from concierge.conversations.records import ADVISOR
from concierge.desk import guard, notes, redaction
from concierge.desk.asking import may_ask
from concierge.desk.board import desk_key, own_key
from concierge.desk.detail import detail
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of
from concierge.masking.texts import secrets
from concierge.serialisation import as_json

work = Blueprint("desk_work", url_prefix="/api/cases")

MESSAGE_CHARS = 4000
NOTE_CHARS = 4000
DRAFT_CHARS = 8000  # one that has to be shortened yet is kept, too
GONE = "The customer has begun a new conversation and no longer reads this one. Nothing was sent."
_CLIENT_KEY = re.compile(r"[\w.:-]{1,80}", re.ASCII)


@work.get("/")
async def cases(request: Request) -> HTTPResponse:
    """Open cases, the most urgent first; with ``?closed=1`` those of the last day after them."""
    board = services_of(request).board
    rows = await asyncio.to_thread(board.open)
    if request.args.get("closed") in ("1", "true"):
        rows += await asyncio.to_thread(board.closed)
    return json([redaction.row(row) for row in as_json(rows)])


@work.get("/<case_id:str>")
async def one(request: Request, case_id: str) -> HTTPResponse:
    return json(await detail(services_of(request), case_id, request.ctx.advisor.id))


@work.post("/<case_id:str>/claim")
async def claim(request: Request, case_id: str) -> HTTPResponse:
    services = services_of(request)
    try:
        await asyncio.to_thread(services.cases.claim, case_id, request.ctx.advisor.id)
    except NotYours:
        raise _closed() from None
    return await row_of(request, case_id)


@work.post("/<case_id:str>/messages")
async def say(request: Request, case_id: str) -> HTTPResponse:
    """A repeated ``client_key`` answers with the first message, and nothing is said twice."""
    services, advisor = services_of(request), request.ctx.advisor
    sent = guard.fields(request)
    key = key_of(sent)
    text = text_of(sent.get("text"), MESSAGE_CHARS, "Your message", required=True)
    try:
        message = await asyncio.to_thread(services.cases.say, case_id, advisor.id, text, desk_key(advisor.id, key))
    except NotYours:
        raise await not_yours(services, case_id, advisor.id) from None
    except CustomerGone:
        raise Refusal(409, "customer_gone", GONE) from None
    return json({"message": as_json(own_key(message))}, status=200 if message.repeated else 201)


@work.post("/<case_id:str>/hand-back")
async def hand_back(request: Request, case_id: str) -> HTTPResponse:
    return await _close(request, case_id, services_of(request).cases.hand_back, "returned")


@work.post("/<case_id:str>/resolve")
async def resolve(request: Request, case_id: str) -> HTTPResponse:
    services = services_of(request)
    ask = await asyncio.to_thread(may_ask, services, case_id)
    return await _close(request, case_id, partial(services.cases.resolve, ask=ask), "resolved")


@work.post("/<case_id:str>/typing")
async def typing(request: Request, case_id: str) -> HTTPResponse:
    services = services_of(request)
    case = await held(services, case_id, request.ctx.advisor.id)
    await asyncio.to_thread(services.log.typing, case["conversation_id"], ADVISOR)
    return empty()


@work.post("/<case_id:str>/reveal")
async def reveal(request: Request, case_id: str) -> HTTPResponse:
    """The case with contact details and gift flags, for the advisor who has it; each time it goes on record."""
    services, advisor = services_of(request), request.ctx.advisor
    case = await held(services, case_id, advisor.id)
    seen = redaction.REVEALED
    await asyncio.to_thread(redaction.record, services.log, seen, case["conversation_id"], case_id, advisor)
    await asyncio.to_thread(services.audit.record, advisor.login, seen, "", case_id)
    return json(await detail(services, case_id, advisor.id))


@work.post("/<case_id:str>/notes")
async def note(request: Request, case_id: str) -> HTTPResponse:
    """For colleagues, from any advisor, while the case is open and after. The customer never sees it."""
    services, advisor = services_of(request), request.ctx.advisor
    sent = guard.fields(request)
    text, key = text_of(sent.get("text"), NOTE_CHARS, "Your note", required=True), key_of(sent)
    case = await asyncio.to_thread(services.cases.get, case_id)
    colleagues = await asyncio.to_thread(services.advisors.all) if "@" in text else []
    own_name = desk_key(advisor.id, key)
    await asyncio.to_thread(notes.add, services.log, case, advisor, text, own_name, colleagues=colleagues)
    return json(await detail(services, case_id, advisor.id), status=201)


@work.post("/<case_id:str>/draft")
async def draft(request: Request, case_id: str) -> HTTPResponse:
    """Keeps what the advisor has begun to write, as it is; an empty text forgets it."""
    services, sent = services_of(request), guard.fields(request)
    kind, text = sent.get("kind"), sent.get("text")
    if kind not in KINDS or not isinstance(text, str):
        raise Refusal(400, "bad_request", "The page sent a draft that cannot be kept. Reload it.")
    if len(text) > DRAFT_CHARS:
        raise Refusal(413, "too_long", "The draft is too long to be kept. Shorten it.")
    await asyncio.to_thread(services.drafts.keep, case_id, request.ctx.advisor.id, kind, secrets(text))
    return empty()


async def _close(request: Request, case_id: str, close: Any, status: str) -> HTTPResponse:
    services, advisor = services_of(request), request.ctx.advisor
    note = text_of(guard.fields(request).get("note", ""), NOTE_CHARS, "Your note")
    try:
        await asyncio.to_thread(close, case_id, advisor.id, note)
    except NotYours:
        row = await asyncio.to_thread(services.board.case, case_id)
        # The answer to the first try was lost on its way: this is the same request again.
        if row["status"] != status or (row["advisor"] or {}).get("id") != advisor.id:
            raise await not_yours(services, case_id, advisor.id) from None
    return await row_of(request, case_id)


async def row_of(request: Request, case_id: str) -> HTTPResponse:
    row = await asyncio.to_thread(services_of(request).board.case, case_id)
    return json({"case": redaction.row(as_json(row))})


async def held(services: Services, case_id: str, advisor_id: str) -> dict[str, Any]:
    """The case's row, for the advisor who has it. Raises ``Refusal``, ``CaseNotFound``."""
    row: dict[str, Any] = await asyncio.to_thread(services.board.case, case_id)
    if row["status"] != "accepted" or row["advisor"]["id"] != advisor_id:
        raise await not_yours(services, case_id, advisor_id)
    return row


async def not_yours(services: Services, case_id: str, advisor_id: str) -> Refusal:
    """What to say depends on how the case stands by now."""
    row = await asyncio.to_thread(services.board.case, case_id)
    if row["status"] == "queued":
        return Refusal(409, "not_claimed", "Nobody has taken this case yet. Take it first.")
    if row["status"] != "accepted":
        return _closed()
    by = row["advisor"]["name"]
    if row["advisor"]["id"] == advisor_id:
        return Refusal(409, "changed", "The case has just changed. Try again.")
    return Refusal(403, "not_yours", f"{by} has this case.", by=by)


def _closed() -> Refusal:
    return Refusal(409, "case_closed", "This case is closed. If the customer writes again, the assistant answers.")


def key_of(sent: dict[str, Any]) -> str:
    key = sent.get("client_key")
    if not isinstance(key, str) or not _CLIENT_KEY.fullmatch(key):
        raise Refusal(400, "bad_client_key", "The page sent a message without a key. Reload it.")
    return key


def text_of(value: Any, limit: int, what: str, required: bool = False) -> str:
    """An advisor's words as they are stored. An advisor may read a card number back to be sure."""
    if not isinstance(value, str) or (required and not value.strip()):
        raise Refusal(400, "empty", f"{what} is empty.")
    text = value.strip()
    if len(text) > limit:
        raise Refusal(413, "too_long", f"{what} has {len(text):,} characters; {limit:,} are possible. Shorten it.")
    return secrets(text)
