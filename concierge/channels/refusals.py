"""Every refusal is JSON, ``{error, message}``: a code for the program and a kind, true sentence for the customer."""

from __future__ import annotations

import logging
import math
import unicodedata
from typing import Any

from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.channels.sentences import sentence
from concierge.conversations import ConversationNotFound
from concierge.languages.registry import supported
from concierge.storage import outage

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2
_STATUS = {
    "bad_request": 400,
    "empty_message": 400,
    "invalid_choice": 400,
    "not_signed_in": 401,
    "wrong_token": 401,
    "not_found": 404,
    "with_advisor": 409,
    "message_too_long": 413,
    "not_json": 415,
    "too_many_messages": 429,
    "too_many_requests": 429,
    "too_many_sessions": 429,
    "busy": 503,
}


class Refusal(Exception):
    """Raised anywhere in a request."""

    def __init__(self, error: str, retry_after: float | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        return _STATUS[self.error]

    @property
    def headers(self) -> dict[str, str]:
        after = {} if self.retry_after is None else {"Retry-After": str(max(1, math.ceil(self.retry_after)))}
        return {"Cache-Control": "no-store", **after}


def answer(refusal: Refusal, language: str) -> HTTPResponse:
    body = {"error": refusal.error, "message": sentence(refusal.error, language)}
    return json(body, status=refusal.status, headers=refusal.headers)


def refusal_for(problem: Exception) -> Refusal:
    """Whatever went wrong, as something that can be said. An unexpected problem is logged, with its traceback."""
    if isinstance(problem, Refusal):
        return problem
    if isinstance(problem, ConversationNotFound):
        return Refusal("not_signed_in")
    if outage.passes(problem):
        outage.report(logger, "A request was refused", problem)
        return Refusal("busy", RETRY_SECONDS)
    if isinstance(problem, SanicException):
        status = getattr(problem, "status_code", 500)
        by_status = {413: "message_too_long", 404: "not_found", 405: "not_found"}
        if status < 500:
            return Refusal(by_status.get(status, "bad_request"))
    logger.error("A request failed: %s", type(problem).__name__, exc_info=problem)
    return Refusal("busy", RETRY_SECONDS)


def answer_for(request: Request, problem: Exception) -> HTTPResponse:
    """For ``exception`` handlers of a blueprint."""
    return answer(refusal_for(problem), language_of(request))


def language_of(request: Request) -> str:
    return supported(request.headers.get("accept-language", ""))


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
