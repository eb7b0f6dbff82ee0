"""An advisor's own views of the list: read, kept, taken away."""

from __future__ import annotations

import asyncio

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.conversations.schema import desk_views
from concierge.desk import guard
from concierge.desk.refusals import Refusal
from concierge.desk.services import services_of
from concierge.desk.views_book import NARROWED

views = Blueprint("desk_views", url_prefix="/api/views")

STATES = ("all", "mine", "waiting", "others", "closed")
NAME_CHARS = 60
VIEWS_AT_MOST = 20


@views.get("/")
async def kept(request: Request) -> HTTPResponse:
    return await _kept(request)


@views.post("/")
async def keep(request: Request) -> HTTPResponse:
    book, advisor_id, view = services_of(request).views, request.ctx.advisor.id, _view(request)
    known = await asyncio.to_thread(book.of, advisor_id)
    if len(known) >= VIEWS_AT_MOST and view["name"] not in {each["name"] for each in known}:
        raise Refusal(409, "too_many_views", f"You have {VIEWS_AT_MOST} views. Take one away first.")
    await asyncio.to_thread(book.keep, advisor_id, view)
    return await _kept(request)


@views.post("/forget")
async def forget(request: Request) -> HTTPResponse:
    name = str(guard.fields(request).get("name") or "")
    await asyncio.to_thread(services_of(request).views.forget, request.ctx.advisor.id, name)
    return await _kept(request)


async def _kept(request: Request) -> HTTPResponse:
    return json(await asyncio.to_thread(services_of(request).views.of, request.ctx.advisor.id))


def _view(request: Request) -> dict[str, str]:
    sent = guard.fields(request)
    view = {key: str(sent.get(key) or "").strip() for key in ("name", "state", *NARROWED)}
    longest = {key: desk_views.c[key].type.length for key in NARROWED}
    if not 1 <= len(view["name"]) <= NAME_CHARS:
        raise Refusal(400, "empty", f"Give the view a name of at most {NAME_CHARS} characters.")
    if view["state"] not in STATES or any(len(view[key]) > longest[key] for key in NARROWED):
        raise Refusal(400, "bad_request", "The page sent a view that cannot be kept. Reload it.")
    return view
