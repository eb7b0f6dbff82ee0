"""The channels' refusals: each code with its status, worded in the customer's language."""

from __future__ import annotations

import logging
import unicodedata
from typing import Any

from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from concierge.channels.sentences import sentence
from concierge.conversations import ConversationNotFound
from concierge.languages.registry import supported
from concierge.storage import outage
from concierge.web_kit import refusals
from concierge.web_kit.refusals import RETRY_SECONDS

logger = logging.getLogger(__name__)

_STATUS = {
    "bad_request": 400,
    "empty_message": 400,
    "invalid_choice": 400,
    "file_empty": 400,
    "file_broken": 400,
    "not_signed_in": 401,
    "wrong_token": 401,
    "not_found": 404,
    "link_to_file_over": 404,
    "with_advisor": 409,
    "message_too_long": 413,
    "file_too_large": 413,
    "not_json": 415,
    "file_unknown_kind": 415,
    "file_not_safe": 422,
    "too_many_files": 429,
    "too_many_messages": 429,
    "too_many_requests": 429,
    "too_many_sessions": 429,
    "busy": 503,
}
_BY_STATUS = {413: "message_too_long", 404: "not_found", 405: "not_found"}


class Refusal(refusals.Refusal):
    """Its sentence, of ``sentences.yml``, is that of its code."""

    def __init__(self, error: str, retry_after: float | None = None) -> None:
        super().__init__(_STATUS[error], error, retry_after=retry_after)


def _busy(problem: Exception) -> Refusal:
    outage.report(logger, "A request was refused", problem)
    return Refusal("busy", RETRY_SECONDS)


def _unexpected(problem: Exception, what: str) -> Refusal:
    logger.error("%s failed: %s", what, type(problem).__name__, exc_info=problem)
    return Refusal("busy", RETRY_SECONDS)


refusal_for = refusals.Refusals(
    for_status=lambda status: Refusal(_BY_STATUS.get(status, "bad_request")),
    passes=outage.passes,
    busy=_busy,
    unexpected=_unexpected,
    known={ConversationNotFound: lambda problem: Refusal("not_signed_in")},
).of


def answer_for(request: Request, problem: Exception) -> HTTPResponse:
    """For ``exception`` handlers of a blueprint."""
    refusal = refusal_for(problem)
    return refusal.answer(sentence(refusal.error, supported(request.headers.get("accept-language", ""))))


def object_of(request: Request) -> dict[str, Any]:
    """The request's JSON object. Raises ``Refusal``.

    Only where it says that it is JSON: a page of another site can send anything else without asking the browser first.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Refusal("not_json")
    try:
        body = request.json
    except SanicException:
        raise Refusal("bad_request") from None
    if not isinstance(body, dict):
        raise Refusal("bad_request")
    return body


def name_of(body: dict[str, Any], field: str, most: int) -> str | None:
    """A name that a caller chose: text of at most so many characters, each of which a database keeps as it is.

    ``None`` where the field is absent, null or empty. Raises ``Refusal``.
    """
    value = body.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > most or any(unicodedata.category(c) in ("Cc", "Cs") for c in value):
        raise Refusal("bad_request")
    return value


_FILES = {"empty": "file_empty", "too_large": "file_too_large", "broken": "file_broken", "infected": "file_not_safe"}


def file_refusal(reason: str) -> str:
    """What a customer is told of a file that was not kept, by ``NotKept.reason``."""
    return _FILES.get(reason, "file_unknown_kind")
