"""Tokens of conversations: signed here, never chosen by the page."""

from __future__ import annotations

import time

import jwt
from sanic.request import Request

from concierge.channels.refusals import Refusal

_ALGORITHM = "HS256"
_AUDIENCE = "concierge-widget"
_SECONDS = 30 * 24 * 3600


class Tokens:
    def __init__(self, key: str) -> None:
        self._key = key

    def issue(self, conversation_id: str) -> str:
        claims = {"sub": conversation_id, "aud": _AUDIENCE, "exp": int(time.time()) + _SECONDS}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def read(self, token: str) -> str:
        """The conversation's id. Raises ``Refusal`` for a token that is not ours, was changed or has run out."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["exp", "sub", "aud"]},
            )
        except (jwt.InvalidTokenError, ValueError):  # ValueError: letters that no token has
            raise Refusal("not_signed_in") from None
        return str(claims["sub"])


def bearer(request: Request) -> str:
    """What the request shows as ``Authorization: Bearer``; empty where it shows nothing of the kind."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
