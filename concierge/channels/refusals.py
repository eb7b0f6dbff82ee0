"""Every refusal is JSON, ``{error, message}``: a code for the program and a kind, true sentence for the customer."""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.channels.sentences import sentence, supported
from concierge.conversations import ConversationNotFound

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2
_STATUS = {
    "bad_request": 400,
    "empty_message": 400,
    "invalid_choice": 400,
    "not_signed_in": 401,
    "not_found": 404,
    "with_advisor": 409,
    "message_too_long": 413,
    "too_many_messages": 429,
    "too_many_sessions": 429,
    "busy": 503,
}
# What passes by itself: a lock that is held too long, a pool that has run dry, a server that went away.
PASSING = (sa.exc.OperationalError, sa.exc.TimeoutError, sa.exc.InterfaceError)


class Refusal(Exception):
    """Raised anywhere in a request."""

    def __init__(self, error: str, retry_after: float | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.retry_after = retry_after


def answer(refusal: Refusal, language: str) -> HTTPResponse:
    headers = {"Cache-Control": "no-store"}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(refusal.retry_after)))
    body = {"error": refusal.error, "message": sentence(refusal.error, language)}
    return json(body, status=_STATUS[refusal.error], headers=headers)


def refusal_for(problem: Exception) -> Refusal:
    """Whatever went wrong, as something that can be said. An unexpected problem is logged, with its traceback."""
    if isinstance(problem, Refusal):
        return problem
    if isinstance(problem, ConversationNotFound):
        return Refusal("not_signed_in")
    if isinstance(problem, PASSING):
        logger.warning("The conversation log could not be reached: %s", type(problem).__name__)
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
    """The request's JSON object. Raises ``Refusal``."""
    try:
        body = request.json
    except SanicException:
        raise Refusal("bad_request") from None
    if not isinstance(body, dict):
        raise Refusal("bad_request")
    return body
