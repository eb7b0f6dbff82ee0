"""The desk's refusals: each has a code for the page and a sentence that the advisor can act on."""

from __future__ import annotations

import logging
import uuid

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from concierge.conversations import AlreadyClaimed, CaseNotFound, ConversationNotFound
from concierge.storage import outage
from concierge.web_kit.refusals import RETRY_SECONDS, Refusal, Refusals

logger = logging.getLogger(__name__)

_HTTP = {
    400: ("bad_request", "The request could not be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("not_allowed", "This address does not take that kind of request."),
    408: ("too_slow", "The request took too long to arrive. Try again."),
    413: ("too_large", "That is too long to send. Shorten it and try again."),
}


def not_found() -> Refusal:
    return _for_status(404)


def no_such_case() -> Refusal:
    return Refusal(404, "no_such_case", "This case does not exist; the conversation may have been erased.")


def busy() -> Refusal:
    return Refusal(
        503,
        "busy",
        "The conversation log does not answer just now. Nothing was changed: try again in a moment.",
        retry_after=RETRY_SECONDS,
    )


def _busy(problem: Exception) -> Refusal:
    outage.report(logger, "A request was refused", problem)
    return busy()


def install(app: Sanic) -> None:
    app.error_handler.add(Exception, _answer)


def _answer(request: Request, problem: Exception) -> HTTPResponse:
    return _refusals.of(problem, f"{request.method} {request.path}").answer()


def _for_status(status: int) -> Refusal:
    return Refusal(status, *_HTTP.get(status, ("refused", "The request was refused.")))


def _already_claimed(problem: AlreadyClaimed) -> Refusal:
    return Refusal(409, "already_claimed", f"{problem.by} has already taken this case.", by=problem.by)


def _unexpected(problem: Exception, what: str) -> Refusal:
    """The details stay in the server's log, under a number that the advisor can quote."""
    number = uuid.uuid4().hex[:8]
    logger.error("%s failed (%s)", what, number, exc_info=problem)
    message = (
        f"Something went wrong on our side (number {number}). Reload the page; if it stays, tell whoever runs the desk."
    )
    return Refusal(500, "unexpected", message, number=number)


_refusals = Refusals(
    for_status=_for_status,
    passes=outage.passes,
    busy=_busy,
    unexpected=_unexpected,
    known={
        CaseNotFound: lambda problem: no_such_case(),
        ConversationNotFound: lambda problem: no_such_case(),
        AlreadyClaimed: _already_claimed,
    },
)
