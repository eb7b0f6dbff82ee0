"""Tokens of conversations: signed here, never chosen by the page."""

from __future__ import annotations

import time

from sanic.request import Request

from concierge.channels.refusals import Refusal
from concierge.web_kit import signed

_AUDIENCE = "concierge-widget"
_SECONDS = 30 * 24 * 3600


class Tokens:
    def __init__(self, key: str) -> None:
        self._key = key

    def issue(self, conversation_id: str) -> str:
        return signed.sign({"sub": conversation_id}, self._key, _AUDIENCE, time.time() + _SECONDS)

    def read(self, token: str) -> str:
        """The conversation's id. Raises ``Refusal`` for a token that is not ours, was changed or has run out."""
        try:
            return str(signed.read(token, self._key, _AUDIENCE)["sub"])
        except signed.NotOurs:
            raise Refusal("not_signed_in") from None


def bearer(request: Request) -> str:
    """What the request shows as ``Authorization: Bearer``; empty where it shows nothing of the kind."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
