"""What helps an advisor: drafts to begin with, translations, and marks of what was understood wrongly."""

from __future__ import annotations

import asyncio
import logging

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from concierge import intents
from concierge.desk import guard, redaction
from concierge.desk.detail import order_number
from concierge.desk.misunderstood import understood
from concierge.desk.refusals import Refusal
from concierge.desk.services import services_of
from concierge.desk.suggestions import Known, suggestions
from concierge.desk.translation import NotTranslated
from concierge.intents import Kind
from concierge.languages.registry import languages

logger = logging.getLogger(__name__)
aids = Blueprint("desk_aids", url_prefix="/api/cases")

MESSAGES_AT_ONCE = 50
MEANT = (Kind.TOPIC, Kind.TASK, Kind.PERSON, Kind.ANSWER, Kind.STEERING, Kind.SMALL_TALK)


@aids.get("/<case_id:str>/suggestions")
async def suggested(request: Request, case_id: str) -> HTTPResponse:
    """At most three. They hold no more than the file shows."""
    services = services_of(request)
    row = await asyncio.to_thread(services.board.case, case_id)
    package = await asyncio.to_thread(services.board.package, case_id)
    decisions = await asyncio.to_thread(services.log.decisions, row["conversation_id"])
    said = await asyncio.to_thread(services.log.messages, row["conversation_id"])
    order, _ = await services.orders.find(order_number(package.document, decisions))
    known = Known(
        first_name=next(iter(row["customer"]["name"].split()), ""),
        advisor=request.ctx.advisor.name,
        language=row["language"],
        region=row["region"],
        channel=row["channel"],
        order=order,
        decisions=tuple(decisions),
        greeted=any(each.role == "advisor" and each.meta.get("case") == case_id for each in said),
    )
    return json([vars(each) for each in await asyncio.to_thread(suggestions, known)])


@aids.post("/<case_id:str>/meant")
async def meant(request: Request, case_id: str) -> HTTPResponse:
    """What the customer meant with a message, or a part of it; an empty intent takes the mark away."""
    services, sent = services_of(request), guard.fields(request)
    seq, part, intent = sent.get("seq"), sent.get("part", 0), sent.get("intent")
    case = await asyncio.to_thread(services.cases.get, case_id)
    if not isinstance(seq, int) or not isinstance(part, int) or isinstance(seq, bool) or not 0 < seq < 2**31:
        raise Refusal(400, "bad_request", "The page sent a mark that cannot be kept. Reload it.")
    if intent and intent not in choices():
        raise Refusal(400, "bad_intent", "There is no such topic. Choose one of the list.")
    found = await asyncio.to_thread(services.log.messages, case.conversation_id, seq - 1)
    message = next((each for each in found if each.seq == seq and each.role == "customer"), None)
    if message is None or not 0 <= part < len(understood(message)):
        raise Refusal(404, "no_such_message", "Nothing was understood of this message that could be marked.")
    await asyncio.to_thread(services.marks.put, message, part, str(intent or ""), request.ctx.advisor)
    return empty()


@aids.post("/<case_id:str>/translations")
async def translated(request: Request, case_id: str) -> HTTPResponse:
    """What the customer wrote, in the language that is asked for; each message that was not written in it."""
    services, sent = services_of(request), guard.fields(request)
    target = str(sent.get("to") or "")
    if services.translations is None:
        raise Refusal(404, "no_translator", "No translator is configured here.")
    if target not in languages():
        raise Refusal(400, "bad_language", "Choose one of the languages of the desk.")
    row = await asyncio.to_thread(services.board.case, case_id)
    said = await asyncio.to_thread(services.log.messages, row["conversation_id"])
    theirs = [each for each in said if each.role == "customer" and each.kind != "event" and each.text.strip()]
    source = row["language"].partition("-")[0]
    wanted = [each for each in theirs if each.meta.get("language", source) != target][-MESSAGES_AT_ONCE:]
    by_language: dict[str, list] = {}
    for each in wanted:
        by_language.setdefault(str(each.meta.get("language") or source), []).append(each)
    found = []
    for language, messages in by_language.items():
        texts = [redaction.hide(each.text) for each in messages]
        try:
            words = await services.translations.of(texts, language, target)
        except NotTranslated as problem:
            logger.warning("Case %s was not translated: %s", case_id, problem)
            raise Refusal(
                503, "not_translated", "The translator does not answer just now. The original stands as it is.", 5
            ) from None
        found += [{"seq": each.seq, "text": text} for each, text in zip(messages, words, strict=True)]
    return json(sorted(found, key=lambda each: each["seq"]))


def choices() -> list[str]:
    """The intents that a message may have been meant as."""
    return sorted(intents.of_kind(*MEANT))
