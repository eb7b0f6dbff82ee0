"""The same customer's other conversations, on whatever channel: those in which the same is proved, and no others.

An address that was only told joins nothing (``proof.in_common``). What was said there is read by whoever has the case,
with contact details hidden, and reading it is put on record.
"""

from __future__ import annotations

import asyncio
from typing import Any

import sqlalchemy as sa
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw
from sqlalchemy.engine import Connection

from concierge.conversations import schema
from concierge.conversations.proof import ever_addresses, ever_proved, in_common
from concierge.conversations.proved import conversations_with
from concierge.desk import redaction, transcripts
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of
from concierge.desk.work import held
from concierge.handoff.names import channels
from concierge.languages.registry import DEFAULT
from concierge.masking.contacts import contacts
from concierge.serialisation import as_json
from concierge.storage.database import read
from concierge.transcripts.page import all_labels, as_text

elsewhere = Blueprint("desk_elsewhere", url_prefix="/api/cases")

AT_MOST = 20
READ = "history_read"

_conversations, _cases = schema.conversations, schema.cases


@elsewhere.get("/<case_id:str>/elsewhere")
async def others(request: Request, case_id: str) -> HTTPResponse:
    """The latest first, each with what proves that it is the same customer's."""
    services = services_of(request)
    return json(as_json(await asyncio.to_thread(_of_case, services, case_id)))


@elsewhere.get("/<case_id:str>/elsewhere/<conversation_id:str>")
async def history(request: Request, case_id: str, conversation_id: str) -> HTTPResponse:
    """What was said there, as text; ``?language=`` that of its labels."""
    services, advisor = services_of(request), request.ctx.advisor
    language = request.args.get("language") or DEFAULT
    if language not in all_labels():
        raise Refusal(400, "bad_request", "Choose one of the languages of the desk.")
    await held(services, case_id, advisor.id)
    known = {each["id"]: each for each in await asyncio.to_thread(_of_case, services, case_id)}
    if conversation_id not in known:
        raise Refusal(404, "not_same_customer", "It is not proved that this conversation is of the same customer.")
    shown = await asyncio.to_thread(_shown, services, known[conversation_id])
    await asyncio.to_thread(services.audit.record, advisor.login, READ, "", f"{case_id} {conversation_id}")
    page = transcripts.page_of(transcripts.document(shown), language)
    return raw(as_text(page).encode(), content_type=transcripts.FORMATS["text"])


def _of_case(services: Services, case_id: str) -> list[dict[str, Any]]:
    conversation_id = services.board.case(case_id)["conversation_id"]
    seen = {conversation_id, *(each["conversation_id"] for each in services.board.merged(case_id))}
    with read(services.engine) as connection:
        this = sa.select(_conversations.c.attributes).where(_conversations.c.id == conversation_id)
        proved = connection.execute(this).scalar() or {}
        rows = [row for row in _likely(connection, proved) if row["id"] not in seen]
    found = []
    for row in rows:
        if (shared := in_common(proved, row["attributes"])) is not None:
            kept = {name: row[name] for name in ("id", "channel", "case_id", "begun_at", "last_at")}
            found.append({**kept, "proofs": list(shared.by), "order": shared.order or None})
    return found[:AT_MOST]


def _likely(connection: Connection, proved: dict[str, Any]) -> list[dict[str, Any]]:
    """Among them, those in which the same is proved."""
    c = _conversations.c
    values = ever_addresses(proved) | ever_proved(proved)
    if not values:
        return []
    case = sa.select(_cases.c.id).where(_cases.c.conversation_id == c.id).order_by(_cases.c.created_at.desc()).limit(1)
    query = (
        sa.select(
            *(c.id, c.channel, c.attributes, c.created_at.label("begun_at"), c.updated_at.label("last_at")),
            case.correlate(_conversations).scalar_subquery().label("case_id"),
        )
        .where(c.id.in_(conversations_with(values)), c.last_seq > 0)
        .order_by(c.updated_at.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _shown(services: Services, other: dict[str, Any]) -> dict[str, Any]:
    """As the page of a case shows a conversation, without contact details."""
    conversation = services.log.get(other["id"])
    case = {
        **{"id": other["case_id"] or "", "conversation_id": other["id"], "channel": conversation.channel},
        **{"language": conversation.language, "topic": channels().get(conversation.channel, ""), "queue": ""},
        **{"waiting_since": other["begun_at"], "closed_at": other["last_at"], "advisor": None, "status": ""},
        "customer": {"name": contacts(conversation.name), "email": ""},
    }
    messages = redaction.hide(as_json(services.board.messages(other["id"])))
    return {"case": as_json(case), "messages": messages, "revealed": False}
