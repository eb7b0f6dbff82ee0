"""A case's conversation to keep or to hand on: as JSON, as text, as PDF. What is hidden on the page is hidden.

Of this case alone: one that was merged into it has a transcript of its own.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw

from concierge.desk.detail import detail
from concierge.desk.refusals import Refusal
from concierge.desk.services import services_of
from concierge.handoff.names import channels, name, titles
from concierge.transcripts.page import Page, Turn, all_labels, as_text, is_spoken, labels, with_file, written
from concierge.transcripts.pdf import pdf

transcripts = Blueprint("desk_transcripts", url_prefix="/api/cases")

FORMATS = {"json": "application/json", "text": "text/plain; charset=utf-8", "pdf": "application/pdf"}
_SUFFIX = {"json": "json", "text": "txt", "pdf": "pdf"}


@transcripts.get("/<case_id:str>/transcript")
async def transcript(request: Request, case_id: str) -> HTTPResponse:
    """``?format=`` json, text or pdf; ``?language=`` that of its labels. What is hidden on the page is hidden here."""
    services, advisor = services_of(request), request.ctx.advisor
    form, language = request.args.get("format") or "json", request.args.get("language") or "en"
    if form not in FORMATS or language not in all_labels():
        raise Refusal(400, "bad_request", "Choose json, text or pdf, and one of the languages of the desk.")
    found = document(await detail(services, case_id, advisor.id))
    details = f"{case_id} {form}{'' if found['masked'] else ', with contact details'}"
    await asyncio.to_thread(services.audit.record, advisor.login, "transcript_saved", "", details)
    file = f'attachment; filename="transcript-{found["case"]["id"][:8]}.{_SUFFIX[form]}"'
    headers = {"Content-Disposition": file}
    if form == "json":
        return json(found, headers=headers)
    page = page_of(found, language)
    if form == "text":
        return raw(as_text(page).encode(), content_type=FORMATS[form], headers=headers)
    async with request.app.ctx.printing:
        printed = await asyncio.to_thread(pdf, page)
    return raw(printed.content, content_type=FORMATS[form], headers=headers)


def document(shown: dict[str, Any]) -> dict[str, Any]:
    """What the page of a case shows of its conversation, without what programs alone need."""
    case = shown["case"]
    kept = ("id", "conversation_id", "channel", "language", "topic", "queue", "status", "waiting_since", "closed_at")
    return {
        "case": {
            **{key: case[key] for key in kept},
            "customer": case["customer"],
            "advisor": (case["advisor"] or {}).get("name"),
        },
        "masked": not shown["revealed"],
        "messages": [_said(each) for each in shown["messages"] if is_spoken(each["role"], each["kind"])],
    }


def page_of(found: dict[str, Any], language: str) -> Page:
    words, case, called = labels(language), found["case"], titles(language)
    by = words["with"].format(advisor=case["advisor"]) if case["advisor"] else ""
    ends = [_moment(at) for at in (case["waiting_since"], case["closed_at"]) if at]
    way = channels().get(case["channel"], case["channel"])
    facts = [case["customer"]["name"], called.get(way, way), by, " – ".join(ends), case["id"]]
    if found["masked"]:
        facts.append(words["masked"])
    turns = tuple(
        Turn(_moment(each["at"]), each["name"] or words[each["from"]], with_file(each["text"], each["file"], words))
        for each in found["messages"]
    )
    topic = called.get(case["topic"], case["topic"])
    return Page(words["title"].format(topic=topic), " · ".join(filter(None, facts)), turns, words)


def _said(message: dict[str, Any]) -> dict[str, Any]:
    file = message["payload"].get("file")
    return {
        "seq": message["seq"],
        "at": message["created_at"],
        "from": message["role"],
        "name": message["author"] if message["role"] == "advisor" else "",
        "text": message["text"],
        "file": (file.get("name") or file.get("title") or file.get("type") or "") if isinstance(file, dict) else None,
        "understood": name(intent) if (intent := _intent(message)) else None,
    }


def _intent(message: dict[str, Any]) -> str | None:
    intent = message["meta"].get("intent") if message["role"] == "customer" else None
    return intent if isinstance(intent, str) else None


def _moment(at: str) -> str:
    return written(datetime.fromisoformat(at.replace("Z", "+00:00")))
