from __future__ import annotations

import json

import pytest
from sanic.exceptions import NotFound, ServerError

from concierge.web_kit.refusals import Refusal, Refusals


def unexpected(problem: Exception, what: str) -> Refusal:
    return Refusal(500, "unexpected", f"{what} failed")


REFUSALS = Refusals(
    for_status=lambda status: Refusal(status, "http"),
    passes=lambda problem: isinstance(problem, ConnectionError),
    busy=lambda problem: Refusal(503, "busy", str(problem), retry_after=2),
    unexpected=unexpected,
    known={LookupError: lambda problem: Refusal(404, "missing", by=str(problem.args[0]))},
)


def test_one_shape() -> None:
    answer = Refusal(409, "taken", "Camille has it.", retry_after=0.2, by="Camille").answer()
    assert (answer.status, answer.content_type) == (409, "application/json")
    assert json.loads(answer.body or b"") == {"error": "taken", "message": "Camille has it.", "by": "Camille"}
    assert (answer.headers["cache-control"], answer.headers["retry-after"]) == ("no-store", "1")
    assert json.loads(Refusal(404, "x").answer("Introuvable.").body or b"")["message"] == "Introuvable."
    assert "retry-after" not in Refusal(404, "x").headers


@pytest.mark.parametrize(
    ("problem", "status", "error"),
    [
        (Refusal(418, "teapot"), 418, "teapot"),
        (KeyError("a"), 404, "missing"),  # a kind of LookupError
        (ConnectionError("gone"), 503, "busy"),
        (NotFound("x"), 404, "http"),
        (ServerError("x"), 500, "unexpected"),
        (ValueError("x"), 500, "unexpected"),
    ],
)
def test_what_went_wrong_has_a_wording(problem: Exception, status: int, error: str) -> None:
    refusal = REFUSALS.of(problem)
    assert (refusal.status, refusal.error) == (status, error)


def test_what_has_failed_is_said_to_who_logs_it() -> None:
    assert REFUSALS.of(ValueError(), "GET /x").message == "GET /x failed"
