"""Every refusal is JSON, ``{error, message}``: a code for programs and a true sentence for whoever reads it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sanic.exceptions import SanicException
from sanic.response import HTTPResponse, json

RETRY_SECONDS = 2


class Refusal(Exception):
    """Raised anywhere in a request. ``message`` may be left to who answers, where it depends on the reader's language.

    ``retry_after`` is in seconds; ``more`` goes into the JSON beside the code and the sentence.
    """

    def __init__(
        self, status: int, error: str, message: str = "", retry_after: float | None = None, **more: Any
    ) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.message = message
        self.retry_after = retry_after
        self.more = more

    @property
    def headers(self) -> dict[str, str]:
        after = {} if self.retry_after is None else {"Retry-After": str(max(1, math.ceil(self.retry_after)))}
        return {"Cache-Control": "no-store", **after}

    def answer(self, message: str = "") -> HTTPResponse:
        body = {"error": self.error, "message": message or self.message, **self.more}
        return json(body, status=self.status, headers=self.headers)


@dataclass(frozen=True)
class Refusals:
    """How one application words what went wrong without saying it itself."""

    for_status: Callable[[int], Refusal]  # a request that HTTP, or the routes, do not allow: below 500
    passes: Callable[[Exception], bool]  # whether the same may do in a moment
    busy: Callable[[Exception], Refusal]  # reports it
    unexpected: Callable[[Exception, str], Refusal]  # logs it, with what has failed
    known: Mapping[type[Exception], Callable[[Any], Refusal]] = field(default_factory=dict)

    def of(self, problem: Exception, what: str = "A request") -> Refusal:
        if isinstance(problem, Refusal):
            return problem
        for kind, refusal in self.known.items():
            if isinstance(problem, kind):
                return refusal(problem)
        if self.passes(problem):
            return self.busy(problem)
        status = getattr(problem, "status_code", None) or 500
        if isinstance(problem, SanicException) and status < 500:
            return self.for_status(status)
        return self.unexpected(problem, what)
