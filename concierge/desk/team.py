"""The advisors among each other: who is here, what each serves, how many cases each has and may have."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from concierge.conversations.model import PRESENCES
from concierge.conversations.staff import MOST_CASES
from concierge.desk import guard
from concierge.desk.assigning import assign
from concierge.desk.refusals import Refusal
from concierge.desk.services import services_of
from concierge.languages.registry import complete
from concierge.queues.reader import queues
from concierge.serialisation import as_json
from concierge.storage import outage

logger = logging.getLogger(__name__)

team = Blueprint("desk_team", url_prefix="/api")

SEEN_EVERY = 30.0
LOOK_SECONDS = 2.0
INDEXED_AT_ONCE = 50


@team.get("/advisors")
async def advisors(request: Request) -> HTTPResponse:
    """Whoever may sign in."""
    return await _team(request)


@team.post("/advisors/<advisor_id:str>")
async def skills(request: Request, advisor_id: str) -> HTTPResponse:
    """What somebody serves and how many cases may be theirs at once; for leads."""
    if not request.ctx.advisor.leads:
        raise Refusal(403, "leads_only", "Only a lead says who serves what. Ask one of them.")
    services, sent = services_of(request), guard.fields(request)
    chosen = {
        "languages": _codes(sent.get("languages"), set(complete()), "languages"),
        "queues": _codes(sent.get("queues"), {queue.code for queue in queues().all}, "queues"),
    }
    capacity = sent.get("capacity")
    if capacity is not None and (type(capacity) is not int or not 1 <= capacity <= MOST_CASES):
        raise Refusal(400, "bad_request", f"Write a number of cases from 1 to {MOST_CASES}, or none for any number.")
    try:
        await asyncio.to_thread(services.staff.set_skills, advisor_id, **chosen, capacity=capacity)
    except LookupError:
        raise Refusal(404, "not_found", "There is no such account.") from None
    whom = await asyncio.to_thread(services.advisors.get, advisor_id)
    told = " ".join((*chosen["languages"], *chosen["queues"], str(capacity or "")))
    await asyncio.to_thread(
        services.audit.record, request.ctx.advisor.login, "skills", whom.login if whom else "", told
    )
    return await _team(request)


@team.post("/presence")
async def presence(request: Request) -> HTTPResponse:
    """The advisor's own, until they choose another one; with no page open it is away, and then off, all the same."""
    chosen = guard.fields(request).get("presence")
    if chosen not in PRESENCES:
        raise Refusal(400, "bad_request", f"Choose one of: {', '.join(PRESENCES)}.")
    await asyncio.to_thread(services_of(request).staff.choose, request.ctx.advisor.id, chosen)
    return empty()


async def keep_watching(app: Sanic) -> None:
    """Until cancelled: notes whose pages are open here, indexes what was said and, where cases are given out by
    themselves, does that."""
    automatic = app.ctx.settings.desk_assign == "automatic"
    loop, seen_at = asyncio.get_running_loop(), 0.0
    while True:
        try:
            if loop.time() - seen_at >= SEEN_EVERY:
                if here := app.ctx.pages.keys():
                    await asyncio.to_thread(app.ctx.services.staff.seen, here)
                await asyncio.to_thread(app.ctx.services.searched.catch_up, INDEXED_AT_ONCE)
                seen_at = loop.time()
            if automatic:
                await asyncio.to_thread(assign, app.ctx.services.cases, app.ctx.services.staff)
        except Exception as problem:
            outage.report(logger, "Whose desk is open could not be noted, or no case be given out", problem)
        await asyncio.sleep(LOOK_SECONDS)


async def _team(request: Request) -> HTTPResponse:
    return json(as_json(await asyncio.to_thread(services_of(request).staff.all)))


def _codes(value: Any, known: set[str], what: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Refusal(400, "bad_request", f"The page sent {what} that cannot be kept. Reload it.")
    if unknown := sorted(set(value) - known):
        raise Refusal(400, "bad_request", f"There is no {unknown[0]} among the {what}. Reload the page.")
    return value
