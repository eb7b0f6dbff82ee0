"""Every refusal of the desk is JSON: ``error``, a code for the page, and ``message``, a sentence to act on."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from concierge.conversations import AlreadyClaimed, CaseNotFound, ConversationNotFound
from concierge.storage import outage

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2

_HTTP = {
    400: ("bad_request", "The request could not be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("not_allowed", "This address does not take that kind of request."),
    408: ("too_slow", "The request took too long to arrive. Try again."),
    413: ("too_large", "That is too long to send. Shorten it and try again."),
}


class Refusal(Exception):
    """Raised anywhere in a request; ``more`` goes into the JSON beside the code and the sentence."""

    def __init__(self, status: int, error: str, message: str, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.message = message
        self.retry_after = retry_after
        self.more = more


def answer(refusal: Refusal) -> HTTPResponse:
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after is not None else None
    body = {"error": refusal.error, "message": refusal.message, **refusal.more}
    return json(body, status=refusal.status, headers=headers)


def no_such_case() -> Refusal:
    return Refusal(404, "no_such_case", "This case does not exist; the conversation may have been erased.")


def busy() -> Refusal:
    return Refusal(
        503,
        "busy",
        "The conversation log does not answer just now. Nothing was changed: try again in a moment.",
        retry_after=RETRY_SECONDS,
    )


def install(app: Sanic) -> None:
    app.error_handler.add(Refusal, lambda request, problem: answer(problem))
    app.error_handler.add(CaseNotFound, lambda request, problem: answer(no_such_case()))
    app.error_handler.add(ConversationNotFound, lambda request, problem: answer(no_such_case()))
    app.error_handler.add(AlreadyClaimed, _already_claimed)
    app.error_handler.add(SanicException, _http)
    app.error_handler.add(Exception, _unexpected)


def _already_claimed(request: Request, problem: AlreadyClaimed) -> HTTPResponse:
    return answer(Refusal(409, "already_claimed", f"{problem.by} has already taken this case.", by=problem.by))


def _http(request: Request, problem: SanicException) -> HTTPResponse:
    status = getattr(problem, "status_code", None) or 500
    if status >= 500:
        return _unexpected(request, problem)
    error, message = _HTTP.get(status, ("refused", "The request was refused."))
    return answer(Refusal(status, error, message))


def _unexpected(request: Request, problem: Exception) -> HTTPResponse:
    """The details stay in the server's log, under a number that the advisor can quote."""
    if outage.passes(problem):
        outage.report(logger, "A request was refused", problem)
        return answer(busy())
    number = uuid.uuid4().hex[:8]
    logger.error("%s %s failed (%s)", request.method, request.path, number, exc_info=problem)
    message = (
        f"Something went wrong on our side (number {number}). Reload the page; if it stays, tell whoever runs the desk."
    )
    return answer(Refusal(500, "unexpected", message, number=number))
