"""Whose case it is: put back or aside, passed on, taken over, reopened; and who there is to pass it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from concierge.conversations import NotYours
from concierge.conversations.base import now
from concierge.conversations.case_moves import REOPENED_WITHIN, NoSuchAdvisor, NotReopened
from concierge.desk import guard, redaction
from concierge.desk.refusals import Refusal
from concierge.desk.services import services_of
from concierge.desk.work import NOTE_CHARS, not_yours, row_of, text_of
from concierge.serialisation import as_json

LONGEST_SNOOZE = timedelta(days=30)
_NOT_REOPENED = (
    f"This case cannot be reopened: it was closed more than {REOPENED_WITHIN.days} days ago, or the customer has "
    "another one that is open."
)

moves = Blueprint("desk_moves", url_prefix="/api")


@moves.get("/advisors")
async def advisors(request: Request) -> HTTPResponse:
    """Whoever may sign in; ``present`` where their page is open at this desk."""
    found = await asyncio.to_thread(services_of(request).advisors.all)
    here = request.app.ctx.pages.keys()
    return json(
        [
            {"id": each.id, "name": each.name, "role": each.role, "present": each.id in here}
            for each in found
            if each.active
        ]
    )


@moves.get("/mentions")
async def mentioned(request: Request) -> HTTPResponse:
    """Cases in whose notes a colleague has named the advisor, who has not looked since."""
    services = services_of(request)
    ids = await asyncio.to_thread(services.mentions.of, request.ctx.advisor.id)
    rows = {row["id"]: row for row in await asyncio.to_thread(services.board.rows, ids)} if ids else {}
    return json([redaction.row(as_json(rows[each])) for each in ids if each in rows])


@moves.post("/cases/<case_id:str>/seen")
async def seen(request: Request, case_id: str) -> HTTPResponse:
    await asyncio.to_thread(services_of(request).mentions.see, case_id, request.ctx.advisor.id)
    return empty()


@moves.post("/cases/<case_id:str>/release")
async def release(request: Request, case_id: str) -> HTTPResponse:
    return await _move(request, case_id, services_of(request).cases.release)


@moves.post("/cases/<case_id:str>/pass-on")
async def pass_on(request: Request, case_id: str) -> HTTPResponse:
    """A lead may pass on, and so assign, any open case."""
    to, cases = guard.fields(request).get("to"), services_of(request).cases
    if not isinstance(to, str) or not to:
        raise Refusal(400, "empty", "Choose a colleague.")

    def passed(case_id: str, advisor_id: str, note: str) -> Any:
        return cases.pass_on(case_id, advisor_id, to, note, leads=request.ctx.advisor.leads)

    return await _move(request, case_id, passed)


@moves.post("/cases/<case_id:str>/take-over")
async def take_over(request: Request, case_id: str) -> HTTPResponse:
    if not request.ctx.advisor.leads:
        raise Refusal(403, "leads_only", "Only a lead may take over a colleague's case. Ask them to pass it on.")
    return await _move(request, case_id, services_of(request).cases.take_over)


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
