"""Advisors' logins: a signed cookie that names the advisor, and the look that finds out whether it still counts.

The cookie is bound to the password's hash, so a new password ends the old sessions, and every request reads the advisor
again, so a deactivated one is out at once.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid

import jwt
import sqlalchemy as sa
from sanic.request import Request
from sanic.response import BaseHTTPResponse
from sqlalchemy.engine import Engine

from concierge.conversations import Advisor
from concierge.conversations.schema import advisors

COOKIE = "concierge_desk"
HOURS = 10


class Sessions:
    """``check`` blocks; the rest does not."""

    def __init__(self, engine: Engine, signing_key: str) -> None:
        self._engine = engine
        # Not the key itself: a widget's token must never pass for an advisor's cookie.
        self._key = hmac.new(signing_key.encode(), b"concierge.desk.session", hashlib.sha256).hexdigest()
        self._ended: dict[str, float] = {}

    def issue(self, advisor_id: str) -> str:
        """Blocks. Raises ``LookupError`` for an unknown advisor."""
        row = self._row(advisor_id)
        if row is None:
            raise LookupError(advisor_id)
        now = int(time.time())
        claims = {"sub": advisor_id, "iat": now, "exp": now + HOURS * 3600, "jti": uuid.uuid4().hex, "aud": "desk"}
        return jwt.encode({**claims, "pwd": self._print(row["password_hash"])}, self._key, algorithm="HS256")

    def check(self, token: str | None) -> Advisor | None:
        """The advisor, if the token is ours, alive, not logged out, and they are still active."""
        claims = self._claims(token)
        if claims is None or claims["jti"] in self._ended:
            return None
        row = self._row(claims["sub"])
        if row is None or not row["active"]:
            return None
        if not hmac.compare_digest(str(claims.get("pwd", "")), self._print(row["password_hash"])):
            return None
        return Advisor(row["id"], row["login"], row["name"], row["role"], True)

    def end(self, token: str | None) -> None:
        """Logged out: in this process the token counts no longer; the page's cookie is deleted in any case."""
        claims = self._claims(token)
        now = time.time()
        self._ended = {key: expires for key, expires in self._ended.items() if expires > now}
        if claims:
            self._ended[claims["jti"]] = float(claims["exp"])

    def _claims(self, token: str | None) -> dict[str, str] | None:
        if not token:
            return None
        try:
            return dict(
                jwt.decode(
                    token,
                    self._key,
                    algorithms=["HS256"],
                    audience="desk",
                    options={"require": ["sub", "exp", "jti"]},
                )
            )
        except jwt.PyJWTError:
            return None

    def _row(self, advisor_id: str) -> sa.engine.RowMapping | None:
        with self._engine.begin() as connection:
            return connection.execute(sa.select(advisors).where(advisors.c.id == advisor_id)).mappings().first()

    def _print(self, password_hash: str) -> str:
        return hmac.new(self._key.encode(), password_hash.encode(), hashlib.sha256).hexdigest()[:24]


def set_cookie(request: Request, response: BaseHTTPResponse, token: str) -> None:
    response.cookies[COOKIE] = token
    cookie = response.cookies[COOKIE]
    cookie["max-age"] = HOURS * 3600
    _scope(request, cookie)


def drop_cookie(request: Request, response: BaseHTTPResponse) -> None:
    response.cookies[COOKIE] = ""
    cookie = response.cookies[COOKIE]
    cookie["max-age"] = 0
    _scope(request, cookie)


def _scope(request: Request, cookie: dict[str, object]) -> None:
    cookie["path"] = "/"
    cookie["httponly"] = True
    cookie["samesite"] = "Strict"
    if request.scheme == "https":
        cookie["secure"] = True
