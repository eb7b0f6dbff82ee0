"""What leads read of the last days, and what they make of what was not understood."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json, text

from concierge.conversations.base import now
from concierge.desk import guard
from concierge.desk.aids import choices
from concierge.desk.comments import comments
from concierge.desk.figures import LONGEST_DAYS
from concierge.desk.misunderstood import understood
from concierge.desk.not_understood import not_understood
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of

leads = Blueprint("desk_leads", url_prefix="/api/figures")

MARKED_AT_ONCE = 200


@leads.get("/")
async def figures(request: Request) -> HTTPResponse:
    """``?days=`` before now, of ``?language=`` and ``?channel=`` alone; ``?format=csv`` for a spreadsheet."""
    _leads_only(request)
    counted, asked = services_of(request).figures, _asked(request)
    if request.args.get("format") != "csv":
        return json(await asyncio.to_thread(counted.of, *asked))
    headers = {"Content-Disposition": 'attachment; filename="concierge-desk-figures.csv"'}
    sheet = await asyncio.to_thread(counted.csv, *asked)
    return text(sheet, content_type="text/csv; charset=utf-8", headers=headers)


@leads.get("/comments")
async def written(request: Request) -> HTTPResponse:
    """As ``figures``: what customers wrote beside their answer to how it was."""
    _leads_only(request)
    days, language, channel = _asked(request)
    since = now() - timedelta(days=days)
    return json(await asyncio.to_thread(comments, services_of(request).engine, since, language, channel))


@leads.get("/not-understood")
async def questions(request: Request) -> HTTPResponse:
    """As ``figures``: groups of what customers said, masked."""
    _leads_only(request)
    days, language, channel = _asked(request)
    since = now() - timedelta(days=days)
    return json(await asyncio.to_thread(not_understood, services_of(request).engine, since, language, channel))


@leads.post("/not-understood")
async def meant(request: Request) -> HTTPResponse:
    """What a group was meant as: each of its questions is marked, as an advisor marks one in its conversation."""
    _leads_only(request)
    sent = guard.fields(request)
    intent, asked = sent.get("intent"), sent.get("questions")
    if intent not in choices():
        raise Refusal(400, "bad_intent", "There is no such topic. Choose one of the list.")
    if not isinstance(asked, list) or not 1 <= len(asked) <= MARKED_AT_ONCE or not all(map(_is_question, asked)):
        raise Refusal(400, "bad_request", "The page sent marks that cannot be kept. Reload it.")
    services = services_of(request)
    marked = await asyncio.to_thread(_mark, services, asked, str(intent), request.ctx.advisor)
    return json({"marked": marked})


def _leads_only(request: Request) -> None:
    if not request.ctx.advisor.leads:
        raise Refusal(403, "leads_only", "Only a lead reads the figures.")


def _mark(services: Services, asked: list[dict[str, Any]], intent: str, advisor: Any) -> int:
    """How many there were: what was erased meanwhile is passed over."""
    marked = 0
    for each in asked:
        found = services.log.messages(each["conversation"], each["seq"] - 1)
        message = next((one for one in found[:1] if one.seq == each["seq"] and one.role == "customer"), None)
        if message is not None and each["part"] < len(understood(message)):
            services.marks.put(message, each["part"], intent, advisor)
            marked += 1
    return marked


def _is_question(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("conversation"), str):
        return False
    numbers = value.get("seq"), value.get("part")
    return all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each < 2**31 for each in numbers)


def _asked(request: Request) -> tuple[int, str, str]:
    days = request.args.get("days") or "7"
    if not days.isascii() or not days.isdigit() or not 1 <= int(days) <= LONGEST_DAYS:
        raise Refusal(400, "bad_request", f"Choose from 1 to {LONGEST_DAYS} days.")
    return int(days), str(request.args.get("language") or ""), str(request.args.get("channel") or "")
