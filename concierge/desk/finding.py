"""Search among all cases. It finds by what a list shows, never by what is masked there, and by whole e-mail addresses.

Letter by letter, a search of masked words would tell them. A whole address tells whoever knows it that this is a
customer and which cases they had, so it is put on record in each of them, as revealing is.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.conversations import Advisor
from concierge.conversations.searched import has_all, words_of
from concierge.desk import guard, redaction
from concierge.desk.refusals import Refusal
from concierge.desk.services import Services, services_of
from concierge.masking.contacts import contacts
from concierge.orders.identity import ADDRESS
from concierge.serialisation import as_json

logger = logging.getLogger(__name__)

finding = Blueprint("desk_finding", url_prefix="/api")

SEARCH_CHARS = 200
SEARCHES = (60, 60.0)  # of one advisor, whose page searches while they type
FOUND_AT_MOST = 50
READ_AT_MOST = 200
SHORTEST_WORD = 3
EXCERPT_CHARS = 120

_ORDER_NUMBER = re.compile(r"[A-Za-z]{0,4}[ -]?\d{4,}[\w-]*")


@finding.post("/search")
async def search(request: Request) -> HTTPResponse:
    """Cases of any age, the latest first: by a part of the name, an order number, a whole e-mail address, or words."""
    words = guard.fields(request).get("words")
    if not isinstance(words, str):
        raise Refusal(400, "empty", "Write what to search for.")
    words = " ".join(words.split())[:SEARCH_CHARS]
    if len(words) < 2:
        return json([])
    wait = request.app.ctx.searches.take(request.ctx.advisor.id)
    if wait:
        raise Refusal(429, "too_many_searches", "You are searching very often. Wait a moment.", math.ceil(wait))
    return json(await asyncio.to_thread(_find, services_of(request), request.ctx.advisor, words))


def _find(services: Services, advisor: Advisor, words: str) -> list[dict[str, Any]]:
    if "@" in words:
        return _by_address(services, advisor, words) if ADDRESS.fullmatch(words) else []
    if _ORDER_NUMBER.fullmatch(words):
        decided = services.board.decided_on(words.upper(), FOUND_AT_MOST)
        part_of, certain = services.board.in_summary(words, READ_AT_MOST), {row["id"] for row in decided}
        rows = {row["id"]: row for row in (*decided, *part_of)}
        shown = [_shown(row) for row in sorted(rows.values(), key=lambda row: row["waiting_since"], reverse=True)]
        by_number = [row for row in shown if row["id"] in certain or _is_in(words, row["summary"])]
        return [*by_number, *_by_words(services, words, {row["id"] for row in by_number})][:FOUND_AT_MOST]
    shown = [_shown(row) for row in services.board.in_name(words, READ_AT_MOST)]
    by_name = [row for row in shown if _is_in(words, row["customer"]["name"])]
    return [*by_name, *_by_words(services, words, {row["id"] for row in by_name})][:FOUND_AT_MOST]


def _by_words(services: Services, words: str, known: set[str]) -> list[dict[str, Any]]:
    """Cases in which all the words stand in one message or note, as it is shown: never in what is masked."""
    wanted = [word for word in words_of(words) if len(word) >= SHORTEST_WORD or not word.isascii()]
    if not wanted:
        return []
    services.searched.catch_up()
    found = [(each.case_id, each.text) for each in services.searched.find(wanted, READ_AT_MOST)]
    closed = services.board.closed_with([word for word in words.split() if len(word) >= SHORTEST_WORD], READ_AT_MOST)
    excerpts: dict[str, str] = {}
    for case_id, text in (*found, *closed):
        if case_id not in known and case_id not in excerpts and has_all(shown := contacts(text), wanted):
            excerpts[case_id] = _around(wanted[0], shown)
    rows = {row["id"]: row for row in services.board.rows(list(excerpts)[:FOUND_AT_MOST])}
    return [{**_shown(rows[each]), "excerpt": excerpts[each]} for each in excerpts if each in rows]


def _around(word: str, text: str) -> str:
    """The part of the text in which the word stands."""
    text = " ".join(text.split())
    at = next((each.start() for each in re.finditer(r"\w+", text) if has_all(each[0], [word])), 0)
    start = max(0, at - EXCERPT_CHARS // 3)
    part = text[start : start + EXCERPT_CHARS]
    return f"{'…' if start else ''}{part}{'…' if start + EXCERPT_CHARS < len(text) else ''}"


def _by_address(services: Services, advisor: Advisor, address: str) -> list[dict[str, Any]]:
    rows = services.board.of_address(address, FOUND_AT_MOST)
    logger.info("Advisor %s looked up an e-mail address: %s cases", advisor.id, len(rows))
    services.audit.record(advisor.login, redaction.LOOKED_UP, "", f"{len(rows)} cases")
    for row in rows:
        redaction.record(services.log, redaction.LOOKED_UP, row["conversation_id"], row["id"], advisor)
    return [_shown(row) for row in rows]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return redaction.row(as_json(row))


def _is_in(words: str, text: str) -> bool:
    return words.casefold() in text.casefold()
