"""Whose case it is: put back or aside, passed on, taken over, merged, reopened; and which queues there are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from concierge.conversations import NotYours
from concierge.conversations.base import now
from concierge.conversations.case_moves import REOPENED_WITHIN, NoSuchAdvisor, NotReopened, NotTheSame, QueueChoice
from concierge.desk import guard, redaction
from concierge.desk.refusals import Refusal
from concierge.desk.services import services_of
from concierge.desk.work import NOTE_CHARS, not_yours, row_of, text_of
from concierge.languages.registry import DEFAULT
from concierge.queues.model import Queue
from concierge.queues.reader import queues
from concierge.queues.wording import sentence
from concierge.serialisation import as_json

LONGEST_SNOOZE = timedelta(days=30)
_NOT_REOPENED = (
    f"This case cannot be reopened: it was closed more than {REOPENED_WITHIN.days} days ago, or the customer has "
    "another one that is open."
)

moves = Blueprint("desk_moves", url_prefix="/api")


@moves.get("/queues")
async def all_queues(_: Request) -> HTTPResponse:
    """In the order in which a case is tried on them, and whether each is open."""
    at = now()
    return json(as_json([_told(queue, at) for queue in queues().all]))


@moves.get("/mentions")
async def mentioned(request: Request) -> HTTPResponse:
    """Cases in whose notes a colleague has named the advisor, who has not looked since."""
    services = services_of(request)
    ids = await asyncio.to_thread(services.mentions.of, request.ctx.advisor.id)
    rows = {row["id"]: row for row in await asyncio.to_thread(services.board.rows, ids)} if ids else {}
    return json([redaction.row(as_json(rows[each])) for each in ids if each in rows])


@moves.post("/cases/<case_id:str>/seen")
async def seen(request: Request, case_id: str) -> HTTPResponse:
    """``seq``: the last message that is in view; only whoever has the case has read it for the customer."""
    services, advisor, seq = services_of(request), request.ctx.advisor, guard.fields(request).get("seq", 0)
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq < 2**31:
        raise Refusal(400, "bad_request", "The page sent no number of a message. Reload it.")
    await asyncio.to_thread(services.mentions.see, case_id, advisor.id)
    case = await asyncio.to_thread(services.cases.get, case_id)
    if seq and case.status == "accepted" and case.advisor_id == advisor.id:
        await asyncio.to_thread(services.log.read_by_advisor, case.conversation_id, seq)
    return empty()


@moves.post("/cases/<case_id:str>/release")
async def release(request: Request, case_id: str) -> HTTPResponse:
    return await _move(request, case_id, services_of(request).cases.release)


@moves.post("/cases/<case_id:str>/pass-on")
async def pass_on(request: Request, case_id: str) -> HTTPResponse:
    """To a colleague, or into another queue. A lead may pass on, and so assign, any open case."""
    sent, cases, leads = guard.fields(request), services_of(request).cases, request.ctx.advisor.leads
    to, queue = sent.get("to") or "", sent.get("queue") or ""
    if not isinstance(to, str) or not isinstance(queue, str) or bool(to) == bool(queue):
        raise Refusal(400, "empty", "Choose a colleague or a queue.")
    if queue and queue not in queues():
        raise Refusal(409, "no_such_queue", "There is no such queue any longer. Choose another one.")

    def passed(case_id: str, advisor_id: str, note: str) -> Any:
        if not queue:
            return cases.pass_on(case_id, advisor_id, to, note, leads=leads)
        case, chosen = cases.get(case_id), queues().get(queue)
        priority = chosen.at_least(case.priority)
        place = QueueChoice(queue, chosen.title, chosen.priority, chosen.due(priority, case.created_at))
        return cases.pass_to_queue(case_id, advisor_id, place, note, leads=leads)

    return await _move(request, case_id, passed)


@moves.post("/cases/<case_id:str>/take-over")
async def take_over(request: Request, case_id: str) -> HTTPResponse:
    if not request.ctx.advisor.leads:
        raise Refusal(403, "leads_only", "Only a lead may take over a colleague's case. Ask them to pass it on.")
    return await _move(request, case_id, services_of(request).cases.take_over)


@moves.post("/cases/<case_id:str>/merge")
async def merge(request: Request, case_id: str) -> HTTPResponse:
    """Closes the case ``other``, of the same customer, into this one, which shows it from then on."""
    services, advisor, other = services_of(request), request.ctx.advisor, guard.fields(request).get("other")
    if not isinstance(other, str) or not other:
        raise Refusal(400, "empty", "Choose the case to be merged into this one.")
    words = partial(sentence, "merged")
    try:
        await asyncio.to_thread(services.cases.merge, case_id, other, advisor.id, words, leads=advisor.leads)
    except NotYours as problem:
        if problem.by:
            raise Refusal(403, "not_yours", f"{problem.by} has one of the cases. Ask a lead.", by=problem.by) from None
        raise Refusal(409, "changed", "One of the cases is closed, or has just changed. Look at them again.") from None
    except NotTheSame:
        raise Refusal(409, "not_same_customer", "It is not proved that both cases are of the same customer.") from None
    return await row_of(request, case_id)


@moves.post("/cases/<case_id:str>/snooze")
async def snooze(request: Request, case_id: str) -> HTTPResponse:
    """``until`` (ISO 8601 with its time zone), or until the customer writes; null takes the case up again."""
    services, advisor, until = services_of(request), request.ctx.advisor, guard.fields(request).get("until")
    at = _moment(until) if until is not None else None
    try:
        await asyncio.to_thread(services.cases.snooze, case_id, advisor.id, at)
    except NotYours:
        raise await not_yours(services, case_id, advisor.id) from None
    return await row_of(request, case_id)


@moves.post("/cases/<case_id:str>/reopen")
async def reopen(request: Request, case_id: str) -> HTTPResponse:
    services = services_of(request)
    try:
        await asyncio.to_thread(services.cases.reopen, case_id, request.ctx.advisor.id)
    except NotReopened:
        raise Refusal(409, "not_reopened", _NOT_REOPENED) from None
    return await row_of(request, case_id)


def _told(queue: Queue, at: datetime) -> dict[str, Any]:
    opens = queue.hours.opens(at)
    return {
        "code": queue.code,
        "title": queue.title,
        "open": opens == at,
        "opens_at": opens,
        "place": queue.hours.place(DEFAULT),
        "first_reply": {priority: span.total_seconds() / 60 for priority, span in queue.first_reply.items()},
    }


def _moment(until: Any) -> datetime:
    try:
        at = datetime.fromisoformat(str(until).replace("Z", "+00:00")).astimezone(timezone.utc)
    except ValueError:
        at = now()
    if not now() < at <= now() + LONGEST_SNOOZE:
        raise Refusal(400, "bad_moment", f"Choose a time to come, within {LONGEST_SNOOZE.days} days.")
    return at


async def _move(request: Request, case_id: str, move: Callable[[str, str, str], Any]) -> HTTPResponse:
    advisor = request.ctx.advisor
    note = text_of(guard.fields(request).get("note", ""), NOTE_CHARS, "Your note")
    try:
        await asyncio.to_thread(move, case_id, advisor.id, note)
    except NotYours:
        raise await not_yours(services_of(request), case_id, advisor.id) from None
    except NoSuchAdvisor:
        raise Refusal(409, "no_such_advisor", "This colleague can no longer sign in. Choose another one.") from None
    return await row_of(request, case_id)
